// Real kills of a kernel: one with a state folder in a process of its own, SIGKILL at a random instant while jobs stream in, then the folder
// read by another kernel. What was answered is held against what is found.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import type { JobRuns } from "../../runtime/app/kernel/job-runs.ts";
import { preparedRuns } from "../../runtime/app/kernel/prepared-runs.ts";
import { call, testKernel } from "../support/kernel-service.ts";
import { testSigner } from "../support/signer.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CHILD = join(ROOT, "test/support/workers/kernel-stream.ts");

/** What a kernel said before it was gone. */
interface Told {
  session: string;
  /** Seed by job. */
  readonly accepted: Map<string, number>;
  /** Digest by job. */
  readonly ended: Map<string, string>;
  graceful: boolean;
}

export interface Round {
  readonly accepted: number;
  readonly endedBefore: number;
  /** Taken up again, and said so. */
  readonly resumed: number;
  /** What was wrong; nothing should be. */
  readonly broken: readonly string[];
}

export class KernelKills {
  readonly state = mkdtempSync(join(tmpdir(), "triad-kernel-"));
  #seed = 0;

  /** One kernel, killed when it has given so many answers, or told to stop then. */
  async round(answers: number, how: "killed" | "stopped" = "killed"): Promise<Round> {
    return this.#look(await this.#child(answers, how));
  }

  close(): void { rmSync(this.state, { recursive: true, force: true }); }

  #child(answers: number, how: "killed" | "stopped"): Promise<Told> {
    const first = this.#seed += 100_000;
    const told: Told = { session: "", accepted: new Map(), ended: new Map(), graceful: false };
    const child = spawn(process.execPath, ["--import", "tsx", CHILD, this.state, String(first), ...(how === "stopped" ? [String(answers)] : [])], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [what, job = "", value = "", digest = ""] = line.split(" ");
      if (what === "S") told.session = job;
      if (what === "A") told.accepted.set(job, Number(value));
      if (what === "E") told.ended.set(job, digest);
      if (what === "Z") told.graceful = true;
      if (how === "killed" && told.accepted.size + told.ended.size >= answers) child.kill("SIGKILL"); // which is at work meanwhile
    });
    return new Promise((done) => { child.on("close", () => { done(told); }); });
  }

  async #look(told: Told): Promise<Round> {
    const broken: string[] = [];
    const ran: string[] = [];
    const inner = preparedRuns({ signer: testSigner(), workers: 0 });
    const runs: JobRuns = { ...inner, run: (job) => { ran.push(job.seed); return inner.run(job); } };
    const kernel = testKernel({ state: this.state, runs });
    let resumed = 0;
    for (const [job_id, seed] of told.accepted) {
      const job = await call(kernel, "q_wait", { job_id, session_id: told.session }).catch((error: unknown) => ({ state: String(error), digest: undefined, resumed: undefined }));
      const again = ran.filter((one) => one === String(seed)).length;
      const said = "resumed" in job && typeof job.resumed === "number" ? job.resumed : 0;
      if (job.state !== "COMPLETED") broken.push(`${job_id} of seed ${seed} is lost: ${job.state}`);
      if (told.ended.has(job_id) && told.ended.get(job_id) !== job.digest) broken.push(`${job_id} ended as another run`);
      if (told.ended.has(job_id) && (again > 0 || said > 0)) broken.push(`${job_id} had ended and was run again`);
      if (again > 1 || (again > 0) !== (said > 0)) broken.push(`${job_id} was run ${again} times more and says ${said}`);
      resumed += said;
    }
    if (told.accepted.size === 0) broken.push("nothing was accepted");
    await kernel.stop();
    return { accepted: told.accepted.size, endedBefore: told.ended.size, resumed, broken };
  }
}
