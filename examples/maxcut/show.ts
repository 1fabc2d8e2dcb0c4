// `npm start`: MaxCut three ways, recorded, sealed, verified and replayed before your eyes. The program itself is maxcut.ts.
import { readFileSync, rmSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Fault, record, replayTrace, verifyTrace, type RecordOptions } from "triad-runtime";
import { colourAllowed, createProgress } from "triad-runtime/telemetry";

const { values } = parseArgs({ options: {
  seed: { type: "string", default: "first light" }, workers: { type: "string", default: "2" }, restarts: { type: "string" },
  out: { type: "string", default: "maxcut.triad" },
} });
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const out = values.out;

interface Result {
  readonly petersen: { readonly exact: number; readonly qaoa: { readonly expected: number; readonly best: number }; readonly oscillators: { readonly cut: number } };
  readonly G1: { readonly descent: number; readonly oscillators: { readonly cut: number; readonly cuts: readonly number[] }; readonly bestKnown: number };
}
const isResult = (value: unknown): value is Result => typeof value === "object" && value !== null && "petersen" in value && "G1" in value;

const colour = colourAllowed(process.stdout.isTTY, process.env);
const progress = createProgress({
  terminal: process.stderr.isTTY, colour: colourAllowed(process.stderr.isTTY, process.env), write: (text) => { process.stderr.write(text); }, now: () => performance.now(),
});
const bold = (text: string): string => (colour ? `\u001b[1m${text}\u001b[22m` : text);
const say = (line = ""): void => { process.stdout.write(`${line}\n`); };
const count = (value: number): string => value.toLocaleString("en");
const bar = (value: number, from: number, to: number): string => "█".repeat(Math.max(1, Math.round(24 * (value - from) / (to - from)))).padEnd(25, " ");
const row = (who: string, how: string, value: number, from: number, to: number, note = ""): void =>
  say(`  ${who.padEnd(2)} ${how.padEnd(30)} ${count(value).padStart(7)}  ${bar(value, from, to)} ${note}`.trimEnd());

/** Runs a step and says how long it took. */
async function timed<T>(step: () => Promise<T>): Promise<readonly [T, string]> {
  const started = performance.now();
  const result = await step();
  return [result, `${((performance.now() - started) / 1000).toFixed(1)} s`];
}

/** Restarts by the cut they reached, best first: how reliably the machine gets there. */
function histogram(cuts: readonly number[]): void {
  const tally = new Map<number, number>();
  for (const cut of cuts) tally.set(cut, (tally.get(cut) ?? 0) + 1);
  for (const [cut, times] of [...tally].sort(([a], [b]) => b - a).slice(0, 10)) say(`     ${count(cut).padStart(37)}  ${"▪".repeat(times)} ${times} of ${cuts.length} restarts`);
}

const options: RecordOptions = {
  program: here("maxcut.ts"), seed: values.seed, workers: Number(values.workers), ...(values.restarts === undefined ? {} : { input: { restarts: Number(values.restarts) } }), files: { G1: readFileSync(here("G1.txt"), "utf8") },
  out, replace: true, observer: progress.observer,
};

async function main(): Promise<void> {
  say(bold("MaxCut three ways: K enumerates, Q runs QAOA, Φ lets oscillators settle"));
  say();
  rmSync(out, { force: true });
  const [run, took] = await timed(() => record(options));
  progress.clear();
  const { result } = run.end;
  if (!isResult(result)) throw new Fault("RUN_BOUNDED", { status: run.end.status, cause: run.end.fault?.message ?? "" });
  const { petersen, G1 } = result;
  say(bold("Petersen graph") + "  10 vertices, 15 edges; maximum cut 12");
  row("K", "every partition", petersen.exact, 0, 12);
  row("Q", "QAOA, 2 layers, 2,000 shots", petersen.qaoa.best, 0, 12, `expected ${petersen.qaoa.expected.toFixed(3)} a shot`);
  row("Φ", "oscillator Ising machine", petersen.oscillators.cut, 0, 12);
  say();
  say(bold("Gset G1") + `  800 vertices, 19,176 edges; best known cut ${count(G1.bestKnown)}`);
  row("K", "local descent", G1.descent, 11_000, G1.bestKnown);
  row("Φ", "oscillator Ising machine", G1.oscillators.cut, 11_000, G1.bestKnown, `${(100 * G1.oscillators.cut / G1.bestKnown).toFixed(2)} % of best known; recounted by K`);
  histogram(G1.oscillators.cuts);
  say();
  const [verified, verifying] = await timed(() => verifyTrace(out));
  const [replayed, replaying] = await timed(() => replayTrace(out, { program: here("maxcut.ts") }));
  if (replayed.digest !== run.digest || verified.digest !== run.digest) throw new Fault("REPLAY_DIVERGED", { expected: run.digest, actual: replayed.digest });
  say(bold("Evidence") + `  ${relative(process.cwd(), resolve(out))}, ${count(statSync(out).size)} bytes, ${count(verified.frames)} frames, ${count(run.end.turns)} turns`);
  say(`  ran        ${took.padStart(6)}  seed "${run.seed}", sealed by key ${run.sealed.keyId.slice(0, 16)}…`);
  say(`  verified   ${verifying.padStart(6)}  chain, signature, order, capabilities, contracts; nothing was executed`);
  say(`  replayed   ${replaying.padStart(6)}  every turn again, no kernel: the same ${count(replayed.events)} events`);
  say(`  digest     ${run.digest}`);
  say();
  say("The same seed gives the same digest on any machine. Next:");
  say(`  npx triad trace ${out}                       what happened, event by event`);
  say(`  npx triad reproduce ${out} --trust-program   the kernels again, from the sealed seed`);
}

try {
  await main();
} catch (error) {
  progress.clear();
  process.stderr.write(`${error instanceof Fault ? JSON.stringify(error, null, 2) : String(error)}\n`);
  process.exitCode = error instanceof Fault ? error.exitCode : 1;
}
