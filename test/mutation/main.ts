// `npm run mutation [PART OF A PATH …] [--workers N] [--score PERCENT]`: changes the trusted core a little, once for each place, and
// expects the tests that hold it to fail. Prints who survived and the score; exits 1 below the score wanted (90).
import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { TRUSTED } from "../coverage.config.ts";
import { mutantsOf, type Mutant } from "./mutants.ts";
import type { Answer, Task } from "./worker.ts";

/** Of consistency: runs written by hand and forged, and runs of the machine that somebody changed. */
const FORGED = "test/unit/replay/consistency.test.ts";
const CHANGED = "test/unit/replay/contradictions.test.ts";
const kernel = (...names: readonly string[]): readonly string[] => names.map((name) => `test/unit/runtime/kernel/${name}.test.ts`);
const ROWS = ["test/unit/replay/rows.test.ts", FORGED, CHANGED];

/** Tests that hold each file, the quickest and closest first. */
const TESTS: Readonly<Record<(typeof TRUSTED)[number], readonly string[]>> = {
  "kernel-abi/capability.ts": ["test/unit/kernel-abi/capability.test.ts", "test/property/kernel-abi/capability-set.test.ts"],
  "kernel-abi/capability-set.ts": ["test/unit/kernel-abi/capability.test.ts", "test/property/kernel-abi/capability-set.test.ts"],
  "kernel-abi/dsse.ts": ["test/unit/replay/seal-form.test.ts", "test/unit/replay/seal-batch.test.ts"],
  "kernel-abi/dsse-batch.ts": ["test/unit/replay/seal-batch.test.ts", "test/unit/kernel-abi/qvm/attestation.test.ts"],
  "kernel-abi/merkle.ts": ["test/unit/kernel-abi/merkle.test.ts", "test/unit/replay/merkle.test.ts"],
  "kernel-abi/qvm/stretches.ts": ["test/unit/kernel-abi/qvm/stretches.test.ts", "test/unit/kernel-abi/qvm/attestation.test.ts"],
  "runtime/kernel/capability-table.ts": ["test/unit/runtime/kernel/capability-table.test.ts"],
  "runtime/kernel/contract-table.ts": ["test/unit/runtime/kernel/contract-table.test.ts"],
  "replay/chain.ts": ["test/unit/replay/chain.test.ts", "test/unit/replay/units.test.ts"],
  "replay/merkle.ts": ["test/unit/replay/merkle.test.ts"],
  "replay/seal.ts": ["test/unit/replay/seal-form.test.ts", "test/unit/replay/seal-batch.test.ts"],
  "replay/seal-batch.ts": ["test/unit/replay/seal-batch.test.ts", "test/unit/replay/seal-form.test.ts"],
  "replay/units.ts": ["test/unit/replay/units.test.ts"],
  "replay/verify.ts": ["test/unit/replay/verify.test.ts"],
  "replay/bundle.ts": ["test/unit/replay/bundle.test.ts", "test/unit/replay/verify.test.ts"],
  "replay/entry/reader.ts": ["test/unit/replay/codec.test.ts", "test/unit/replay/reader.test.ts"],
  "replay/consistency/authority.ts": [FORGED, CHANGED, ...kernel("authority"), "test/property/replay/revocation.test.ts"],
  "replay/consistency/capabilities.ts": [FORGED, CHANGED, ...kernel("authority")],
  "replay/consistency/consistency.ts": [FORGED, CHANGED, ...kernel("faults", "lost", "contracts"), "test/unit/runtime/app/copies.test.ts"],
  "replay/consistency/contracts.ts": [FORGED, CHANGED, ...kernel("contracts", "sharing", "lost", "faults", "authority")],
  "replay/consistency/deferral-rows.ts": [CHANGED],
  "replay/consistency/deferrals.ts": [CHANGED, ...kernel("deferral", "places")],
  "replay/consistency/deliveries.ts": [FORGED, CHANGED, ...kernel("control")],
  "replay/consistency/descent.ts": ["test/unit/replay/rows.test.ts"],
  "replay/consistency/due-ticks.ts": ROWS,
  "replay/consistency/fault-rows.ts": [CHANGED, ...kernel("contracts", "faults", "authority")],
  "replay/consistency/faults.ts": [FORGED, CHANGED, ...kernel("faults", "authority")],
  "replay/consistency/fields.ts": [FORGED, CHANGED],
  "replay/consistency/forms.ts": ROWS,
  "replay/consistency/inbox.ts": ROWS,
  "replay/consistency/jobs.ts": [FORGED, CHANGED, ...kernel("contracts", "sharing")],
  "replay/consistency/outcomes.ts": [CHANGED],
  "replay/consistency/places.ts": [CHANGED, ...kernel("places")],
  "replay/consistency/processes.ts": [FORGED, CHANGED, ...kernel("control")],
  "replay/consistency/recovery.ts": [FORGED, CHANGED, ...kernel("contracts"), "test/unit/runtime/app/copies.test.ts"],
  "replay/consistency/rows.ts": ROWS,
  "replay/consistency/sequence.ts": [FORGED, CHANGED],
  "replay/consistency/suspensions.ts": [FORGED, ...kernel("lost")],
  "replay/consistency/timers.ts": ROWS,
  "replay/consistency/turn-ends.ts": [FORGED, CHANGED],
  "replay/consistency/world.ts": [FORGED, CHANGED, ...kernel("authority")],
};

/** Processor time a mutant gets, as a multiple of what the unchanged tests take, and on top of it in ms. */
const PATIENCE = 5;
const GRACE_MS = 10_000;

class Runner {
  #child: ChildProcess | undefined;

  async judge(task: Task): Promise<Answer> {
    const child = this.#child ??= await this.#start();
    return new Promise((resolve, reject) => {
      const finish = (): void => { child.removeAllListeners(); };
      child.once("message", (answer: Answer) => {
        finish();
        if (answer.verdict === "endless") this.stop();
        resolve(answer);
      });
      child.once("exit", (code) => {
        finish();
        this.#child = undefined;
        reject(new Error(`worker ended with ${String(code)}`));
      });
      child.send(task);
    });
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(new URL("./worker.ts", import.meta.url), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    await new Promise((resolve, reject) => { child.once("message", resolve).once("exit", (code) => { reject(new Error(`worker ended with ${String(code)}`)); }); });
    child.removeAllListeners();
    return child;
  }

  stop(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

interface Score { killed: number; endless: number; readonly survivors: Mutant[] }

/** Processor time the tests of a file take without a mutant, in ms. @throws Error when they fail */
async function unchanged(runner: Runner, file: (typeof TRUSTED)[number]): Promise<number> {
  const { verdict, spent } = await runner.judge({ mutant: undefined, tests: TESTS[file], limit: 300_000 });
  if (verdict !== "survived") throw new Error(`${file}: its tests fail without any mutant`);
  return spent;
}

async function score(file: (typeof TRUSTED)[number], runners: readonly Runner[]): Promise<Score> {
  const tests = TESTS[file];
  const slowest = Math.max(...await Promise.all(runners.map((runner) => unchanged(runner, file))));
  const limit = slowest * PATIENCE + GRACE_MS;
  const pending = [...mutantsOf(file, readFileSync(file, "utf8"))].reverse();
  const total: Score = { killed: 0, endless: 0, survivors: [] };
  await Promise.all(runners.map(async (runner) => {
    for (let mutant = pending.pop(); mutant !== undefined; mutant = pending.pop()) {
      const { verdict } = await runner.judge({ mutant, tests, limit });
      if (verdict === "survived") total.survivors.push(mutant);
      else total[verdict] += 1;
    }
    await unchanged(runner, file); // that everything fails by now would count as noticing everything
  }));
  total.survivors.sort((a, b) => a.start - b.start);
  return total;
}

const brief = (text: string): string => { const line = text.replace(/\s+/g, " "); return line.length > 60 ? `${line.slice(0, 57)}...` : line; };
const percent = (part: number, whole: number): string => (whole === 0 ? "-" : `${(100 * part / whole).toFixed(1)} %`);

const { values, positionals } = parseArgs({ options: { workers: { type: "string", default: "2" }, score: { type: "string", default: "90" } }, allowPositionals: true });
const files = TRUSTED.filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
const runners = Array.from({ length: Number(values.workers) }, () => new Runner());
let [noticed, all] = [0, 0];
try {
  for (const file of files) {
    const { killed, endless, survivors } = await score(file, runners);
    const count = killed + endless + survivors.length;
    noticed += killed + endless;
    all += count;
    process.stdout.write(`${file}: ${percent(killed + endless, count)} (${killed} killed, ${endless} endless, ${survivors.length} survived)\n`);
    for (const { line, original, replacement } of survivors) process.stdout.write(`  ${file}:${line}  ${brief(original)}  ->  ${replacement}\n`);
  }
} finally {
  for (const runner of runners) runner.stop();
}
process.stdout.write(`mutation score ${percent(noticed, all)} of ${all} mutants in ${files.length} files\n`);
process.exitCode = 100 * noticed >= Number(values.score) * all ? 0 : 1;
