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

/** What was said of a job before the kernel that said it was gone. */
interface Told {
  readonly seed: string;
  readonly session: string;
  /** Kernel that accepted it, counted from 0. */
  readonly accepted: number;
  ended?: { readonly digest: string; readonly kernel: number };
}

export interface Round {
  readonly accepted: number;
  readonly endedBefore: number;
  /** Taken up again, and said so. */
  readonly resumed: number;
  /** Kernels that were gone before one was asked what became of it all. */
  readonly kernels: number;
  /** What was wrong; nothing should be. */
  readonly broken: readonly string[];
}

export class KernelKills {
  readonly state = mkdtempSync(join(tmpdir(), "triad-kernel-"));
  #seed = 0;
  #kernels = 0;
  /** By job, since one was last asked. */
  readonly #told = new Map<string, Told>();
  /** Runs that began, by seed, in all kernels: the first may begin before its job's acceptance was told. */
  readonly #runs = new Map<string, number>();
  /** Seeds of jobs that ended. */
  readonly #ended = new Set<string>();

  /** Kernels one after another on one folder, each killed when it has given so many answers, or told to stop then; what they left is looked at. */
  async round(answers: readonly number[], how: "killed" | "stopped" = "killed"): Promise<Round> {
    const broken: string[] = [];
    for (const many of answers) broken.push(...await this.#child(many, how));
    const round = await this.#look(answers.length);
    return { ...round, broken: [...broken, ...round.broken] };
  }

  close(): void { rmSync(this.state, { recursive: true, force: true }); }

  #child(answers: number, how: "killed" | "stopped"): Promise<readonly string[]> {
    const first = this.#seed += 100_000;
    const kernel = this.#kernels++;
    const broken: string[] = [];
    let [session, given] = ["", 0];
    const child = spawn(process.execPath, ["--import", "tsx", CHILD, this.state, String(first), ...(how === "stopped" ? [String(answers)] : [])], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [what, job = "", value = "", digest = ""] = line.split(" ");
      if (what === "S") session = job;
      if (what === "R") this.#begun(job, broken);
      if (what === "A") this.#told.set(job, { seed: value, session, accepted: kernel });
      const own = this.#told.get(job);
      if (what === "E" && own !== undefined) {
        own.ended = { digest, kernel };
        this.#ended.add(own.seed);
      }
      if (what === "A" || what === "E") given++;
      if (how === "killed" && given >= answers) child.kill("SIGKILL"); // which is at work meanwhile
    });
    return new Promise((done) => { child.on("close", () => { done(broken); }); });
  }

  #begun(seed: string, broken: string[]): void {
    this.#runs.set(seed, (this.#runs.get(seed) ?? 0) + 1);
    if (this.#ended.has(seed)) broken.push(`a job of seed ${seed} had ended and was run again`);
  }

  async #look(kernels: number): Promise<Round> {
    const broken: string[] = [];
    const inner = preparedRuns({ signer: testSigner(), workers: 0 });
    const runs: JobRuns = { ...inner, run: (job) => { this.#begun(job.seed, broken); return inner.run(job); } };
    const kernel = testKernel({ state: this.state, runs });
    let resumed = 0;
    for (const [job_id, told] of this.#told) {
      const { seed, session, ended, accepted } = told;
      const job = await call(kernel, "q_wait", { job_id, session_id: session }).catch((error: unknown) => ({ state: String(error), digest: undefined, resumed: undefined }));
      const said = "resumed" in job && typeof job.resumed === "number" ? job.resumed : 0;
      const most = (ended?.kernel ?? this.#kernels) - accepted;
      if (job.state !== "COMPLETED") broken.push(`${job_id} of seed ${seed} is lost: ${job.state}`);
      if (ended !== undefined && ended.digest !== job.digest) broken.push(`${job_id} ended as another run`);
      if (said > most) broken.push(`${job_id} was taken up by ${most} kernels at most and says ${said}`);
      const times = this.#runs.get(seed) ?? 0;
      if (times === 0 || times > 1 + said) broken.push(`${job_id} was run ${times} times and says ${said}`);
      resumed += said;
    }
    const round = { accepted: this.#told.size, endedBefore: [...this.#told.values()].filter(({ ended }) => ended !== undefined).length, resumed, kernels, broken };
    if (this.#told.size === 0) broken.push("nothing was accepted");
    await kernel.stop();
    this.#told.clear();
    this.#runs.clear();
    this.#ended.clear();
    return round;
  }
}
