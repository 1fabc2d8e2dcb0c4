// `npm run large -- [--run chatter|lifecycles|real] [--bytes N,N] [--folder DIR]`: writes a sealed trace of that size and measures what
// the command line needs to verify it, to list some of it and to show one event: seconds and the largest resident memory of the
// process. `real` is recorded by the machine and replayed too.
// `npm run large -- --events N`: instead, a run of so many events by a program of which little is alive at any time (rings, processes
// that come and go, jobs, services that hand their state on), recorded, verified and replayed; resident memory at each tenth.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Recorder } from "../../replay/recorder.ts";
import { createBundleFile } from "../../runtime/adapters/files.ts";
import { HOST } from "../support/recordings.ts";
import { runRecording } from "../support/runs.ts";
import { testSigner } from "../support/signer.ts";
import { LARGE_RUNS } from "./large-runs.ts";

const { values } = parseArgs({ options: { run: { type: "string", default: "" }, bytes: { type: "string", default: "100000000,1000000000" }, events: { type: "string", default: "" }, folder: { type: "string", default: tmpdir() } } });
const MAIN = fileURLToPath(new URL("../../runtime/app/cli/main.ts", import.meta.url));
const RSS = new URL("./resident.mjs", import.meta.url).href;
const MARK = "resident ";

/** A real run: messages of a thousand bytes, and what stands around them. */
function real(path: string, bytes: number): void {
  const messages = Math.ceil(bytes / BYTES_A_ROUND);
  measured(`record ${messages} rounds`, [REAL, "record", path, String(messages)]);
  console.log(`real: ${statSync(path).size} bytes`);
  cli("verify", ["verify", path]);
  measured("replay", [REAL, "replay", path]);
}

function generations(path: string, events: number): void {
  console.log(`generations: ${events} events`);
  measured("record", [GENERATIONS, "record", path, String(events)], "inherit");
  measured("verify", [GENERATIONS, "verify", path], "inherit");
  measured("replay", [GENERATIONS, "replay", path], "inherit");
}
const GENERATIONS = fileURLToPath(new URL("./large-generations.ts", import.meta.url));
const REAL = fileURLToPath(new URL("./large-real.ts", import.meta.url));
/** Two messages and the frames they stand in. */
const BYTES_A_ROUND = 2_060;

/** Frames as they are written; how many cycles make so many bytes is measured on the first thousand. */
function write(path: string, name: string, bytes: number): number {
  const run = LARGE_RUNS[name];
  if (run === undefined) throw new Error(`no such run: ${name}; there are ${Object.keys(LARGE_RUNS).join(", ")}`);
  const size = (cycles: number): number => record(`${path}.sample`, run(cycles));
  const sample = 2_000;
  const cycles = Math.ceil(((bytes - size(0)) / (size(sample) - size(0))) * sample);
  rmSync(`${path}.sample`);
  record(path, run(cycles));
  return cycles;
}

function record(path: string, frames: Iterable<Parameters<Recorder["append"]>[0]>): number {
  const file = createBundleFile(path, { durability: "process", replace: true });
  const recorder = new Recorder({ recording: runRecording(), sink: file });
  for (const frame of frames) recorder.append(frame);
  recorder.seal({ signer: testSigner(), host: HOST, end: { status: "completed" } });
  file.seal();
  return statSync(path).size;
}

const cli = (what: string, words: readonly string[]): void => measured(what, [MAIN, ...words]);

function measured(what: string, words: readonly string[], stdout: "ignore" | "inherit" = "ignore"): void {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--import", RSS, ...words], { stdio: ["ignore", stdout, "pipe"], encoding: "utf8", env: { ...process.env, TRIAD_HOME: join(folder, "home") } });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const kilobytes = Number(stderr.split(MARK)[1] ?? Number.NaN);
  console.log(`  ${what.padEnd(34)} exit ${status}  ${seconds.toFixed(1).padStart(7)} s  ${Math.round(kilobytes / 1024).toString().padStart(5)} MiB resident`);
  if (status !== 0) console.log(stderr.split("\n").slice(0, 8).join("\n"));
}

const folder = mkdtempSync(join(values.folder, "triad-large-"));
try {
  console.log(`free: ${execFileSync("df", ["-h", "--output=avail", folder], { encoding: "utf8" }).split("\n")[1]?.trim() ?? "?"}`);
  if (values.events !== "") generations(join(folder, "generations.triad"), Number(values.events));
  else for (const name of values.run === "" ? [...Object.keys(LARGE_RUNS), "real"] : [values.run]) {
    for (const bytes of values.bytes.split(",").map(Number)) {
      const path = join(folder, `${name}.triad`);
      if (name === "real") {
        real(path, bytes);
        rmSync(path);
        continue;
      }
      const started = process.hrtime.bigint();
      const cycles = write(path, name, bytes);
      const { size } = statSync(path);
      console.log(`${name}: ${size} bytes, ${cycles} cycles, written in ${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(1)} s`);
      cli("verify", ["verify", path]);
      cli("trace --limit 5", ["trace", path, "--limit", "5"]);
      cli("trace --to 1000", ["trace", path, "--to", "1000", "--jsonl"]);
      cli("trace --event RUN_END", ["trace", path, "--event", "RUN_END"]);
      cli("trace --actor root/*#77 --jsonl", ["trace", path, "--actor", "root/*#77", "--jsonl"]);
      cli("trace show 3", ["trace", path, "show", "3"]);
      rmSync(path);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
