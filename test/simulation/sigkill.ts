// Real kills: `triad run` as a process of its own, SIGKILL at a random instant, what it left verified, resumed, and compared with
// the digest of an uninterrupted run. A resumption may be killed too, as often as the dice say. One child at a time.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import seedrandom from "seedrandom";
import { openUnits } from "../../replay/bundle.ts";
import { verify } from "../../replay/verify.ts";
import { resumeRun } from "../../runtime/app/index.ts";
import { memorySource } from "../support/memory.ts";
import { loadOrCreateSigner } from "../../runtime/adapters/keys.ts";
import { EVERYTHING, programOf, SEED, uninterrupted, type Workload } from "../support/workloads.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** How `triad` is started: the built command where there is one, which starts three times as fast, else from source. */
export type Command = "built" | "source";
const COMMANDS: Readonly<Record<Command, readonly string[]>> = {
  built: [join(ROOT, "dist/runtime/app/cli/main.js")],
  source: ["--import", "tsx", join(ROOT, "runtime/app/cli/main.ts")],
};

/** The built command, unless a source is newer than it: it would be another program. */
export function freshest(): Command {
  const [main = ""] = COMMANDS.built;
  const built = existsSync(main) ? statSync(main).mtimeMs : 0;
  const newer = ["kernel-abi", "runtime", "domains", "replay", "telemetry"].some((room) =>
    readdirSync(join(ROOT, room), { recursive: true, withFileTypes: true }).some((entry) =>
      entry.isFile() && entry.name.endsWith(".ts") && statSync(join(entry.parentPath, entry.name)).mtimeMs > built));
  return newer ? "source" : "built";
}

/** What a kill found, by what it left behind. */
export interface Tally {
  kills: number;
  /** Killed while a resumption was under way. */
  resumptions: number;
  /** No journal, or not even its description: nothing had happened, and nothing is left to resume. */
  early: number;
  /** A journal without a block. */
  described: number;
  /** A journal with blocks. */
  atWork: number;
  /** All frames there, RUN_END too, and no whole seal. */
  ended: number;
  /** Sealed, without its name. */
  unnamed: number;
  /** Behind the last thing it does: the trace has its name. */
  finished: number;
  /** Journals with an unfinished unit at their end. */
  torn: number;
  /** Journals with a job asked for and not answered. */
  inFlight: number;
  /** Journals that were taken up from a snapshot. */
  fromSnapshot: number;
}
export const noTally = (): Tally => ({ kills: 0, resumptions: 0, early: 0, described: 0, atWork: 0, ended: 0, unnamed: 0, finished: 0, torn: 0, inFlight: 0, fromSnapshot: 0 });

interface Reference {
  readonly workload: Workload;
  readonly digest: string;
  /** Milliseconds from the first byte on disk to the end of the process, and bytes of the trace. */
  readonly span: number;
  readonly bytes: number;
}

export class Killing {
  readonly tally = noTally();
  readonly #folder = mkdtempSync(join(tmpdir(), "triad-sigkill-"));
  readonly #command: Command;
  readonly #random: () => number;
  readonly #seed: string;
  readonly #references = new Map<string, Reference>();

  constructor(command: Command, seed: string) {
    this.#command = command;
    this.#seed = seed;
    this.#random = seedrandom(seed);
  }

  end(): void { rmSync(this.#folder, { recursive: true, force: true }); }

  /** Kills once, or more often when resumptions are killed; throws when anything is not as promised. */
  async once(workload: Workload): Promise<void> {
    const reference = await this.#reference(workload);
    this.#clear();
    let child = this.#run(workload);
    for (let attempt = 0; ; attempt++) {
      if (!await this.#kill(child, reference, attempt > 0)) break; // it was quicker
      this.tally.kills += 1;
      if (attempt > 0) this.tally.resumptions += 1;
      if (!this.#examine()) return;
      if (existsSync(this.#trace) || this.#random() < 0.7) break;
      child = this.#resume(workload);
    }
    await this.#finish(workload, reference);
  }

  get #trace(): string { return join(this.#folder, "run.triad"); }
  get #journal(): string { return `${this.#trace}.partial`; }

  #clear(): void {
    for (const name of readdirSync(this.#folder)) if (name.startsWith("run.")) rmSync(join(this.#folder, name));
  }

  #start(words: readonly string[]): ChildProcess {
    const env = { ...process.env, TRIAD_HOME: join(this.#folder, "home") };
    return spawn(process.execPath, [...COMMANDS[this.#command], ...words], { cwd: ROOT, env, stdio: ["ignore", "ignore", "pipe"] });
  }

  #run(workload: Workload): ChildProcess {
    const { ticks, files = {}, workers = 0, large, allow, faults, policy, slice, snapshotEvery } = workload;
    const script = join(this.#folder, "faults.json");
    if (faults !== undefined) writeFileSync(script, JSON.stringify(faults));
    const named = Object.entries(files).flatMap(([name, text]) => {
      writeFileSync(join(this.#folder, name), text);
      return ["--file", `${name}=${join(this.#folder, name)}`];
    });
    return this.#start(["run", programOf(workload), "--seed", SEED, "--input", JSON.stringify({ size: large }), "--workers", String(workers), "--out", this.#trace,
      ...(allow === undefined ? [] : ["--allow", allow.join(",")]), ...named, ...(faults === undefined ? [] : ["--faults", script]),
      ...(policy === undefined ? [] : ["--policy", policy]), ...(slice === undefined ? [] : ["--slice", String(slice)]), ...(ticks === undefined ? [] : ["--bounds", `ticks=${ticks.large}`]), ...everyWords(snapshotEvery)]);
  }

  #resume({ workers = 0, snapshotEvery }: Workload): ChildProcess {
    return this.#start(["resume", this.#journal, "--allow", EVERYTHING.join(","), "--trust-program", "--workers", String(workers), ...everyWords(snapshotEvery)]);
  }

  async #reference(workload: Workload): Promise<Reference> {
    const known = this.#references.get(workload.name);
    if (known !== undefined) return known;
    const { report, file } = await uninterrupted(workload, "large");
    this.#clear();
    const child = this.#run(workload);
    const ended = ending(child);
    while (!existsSync(this.#journal) && child.exitCode === null) await pause(1);
    const began = process.hrtime.bigint();
    const { words } = await ended;
    const span = Number(process.hrtime.bigint() - began) / 1e6;
    if (!existsSync(this.#trace)) throw new Error(`${workload.name}: no trace: ${words}`);
    const reference = { workload, digest: report.digest, span, bytes: file.length };
    this.#check(reference);
    this.#references.set(workload.name, reference);
    return reference;
  }

  /** Whether the signal came before the end. Instants are drawn over time from the start, from the first byte, or over bytes written. */
  async #kill(child: ChildProcess, { span, bytes }: Reference, resumed: boolean): Promise<boolean> {
    const ended = ending(child);
    const growing = resumed ? [`${this.#journal}.resuming`, this.#journal] : [this.#journal];
    const alive = (): boolean => child.exitCode === null && child.signalCode === null;
    const die = this.#random();
    if (die < 0.05) await pause(this.#random() * 3 * span);
    else {
      const first = growing[0] ?? "";
      while (alive() && !existsSync(first)) await pause(1);
      if (die < 0.5) await pause(this.#random() * span);
      else {
        const enough = this.#random() * bytes;
        while (alive() && !growing.some((name) => sizeOf(name) >= enough && (name === first || !existsSync(first)))) await turn();
      }
    }
    child.kill("SIGKILL");
    const { signal, code, words } = await ended;
    if (signal === null && code !== null && ![0, 1, 5, 6].includes(code)) throw new Error(`the child failed with ${code}: ${words}`);
    return signal === "SIGKILL";
  }

  /** Holds what a kill left against what is promised; false when there is nothing to go on from. */
  #examine(): boolean {
    const { tally } = this;
    if (existsSync(this.#trace)) {
      tally.finished += 1;
      return true;
    }
    const bytes = existsSync(this.#journal) ? readFileSync(this.#journal) : new Uint8Array(0);
    if (openUnits(memorySource(bytes)).recording === undefined) {
      tally.early += 1;
      return false;
    }
    const report = verify(memorySource(bytes), { allowUnsealed: true });
    if (report.intactBytes < bytes.length) tally.torn += 1;
    if (report.sealed) tally.unnamed += 1;
    else if (report.status !== null) tally.ended += 1;
    else if (report.blocks > 0) tally.atWork += 1;
    else tally.described += 1;
    return true;
  }

  /** Goes on to the end without being killed, in this process: by an explicit command, under authority given afresh. */
  async #finish(workload: Workload, reference: Reference): Promise<void> {
    if (!existsSync(this.#trace)) {
      const options = { allow: EVERYTHING, trustProgram: true, workers: workload.workers ?? 0, signer: loadOrCreateSigner(join(this.#folder, "home")) };
      const report = await resumeRun(this.#journal, { ...options, surveyed: ({ unanswered }) => { if (unanswered.size > 0) this.tally.inFlight += 1; } });
      if (report.kind === "resumed" && report.passedOver !== null) throw new Error(`${workload.name}: a snapshot was passed over: ${report.passedOver}`);
      if (report.kind === "resumed" && report.from !== null) this.tally.fromSnapshot += 1;
    }
    this.#check(reference);
  }

  /** The trace is sealed, is the uninterrupted run's, and nothing stands beside it. */
  #check({ workload, digest }: Reference): void {
    const report = verify(memorySource(readFileSync(this.#trace)));
    const left = readdirSync(this.#folder).filter((name) => name.startsWith("run.") && name !== "run.triad");
    if (report.digest === digest && report.sealed && left.length === 0) return;
    throw new Error(`${workload.name}, seed ${this.#seed}: digest ${report.digest}, uninterrupted ${digest}, beside it ${left.join(", ") || "nothing"}`);
  }
}

const everyWords = (every: number | undefined): readonly string[] => (every === undefined ? [] : ["--snapshot-every", String(every)]);

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

const pause = (milliseconds: number): Promise<void> => new Promise((done) => { setTimeout(done, milliseconds); });
const turn = (): Promise<void> => new Promise((done) => { setImmediate(done); });

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly words: string;
}

function ending(child: ChildProcess): Promise<Ending> {
  let words = "";
  child.stderr?.on("data", (chunk) => { words += String(chunk); });
  return new Promise((done, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => { done({ code, signal, words }); });
  });
}
