// `npm run fuzz -- --target NAME|all --count N --seed S [--from I] [--verdicts] [--json]`: inputs, distinct verdicts, rate, the largest
// memory. A finding, an input that works for more than ten seconds, or more memory than half a gigabyte ends it with the command that
// does it again. Compiled first: under a loader every command line would wait for another thread.
import process from "node:process";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { fuzz, FuzzFailed, reproduction } from "./fuzzing.ts";
import { TARGETS } from "./targets.ts";
import type { Watched } from "./watchdog.ts";

const LIMIT_MS = 10_000;
const RSS_MAX = 512 * 1024 * 1024;
const LOOK_EVERY = 1_024;
const TELL_EVERY = 100_000;

const { values } = parseArgs({
  options: { target: { type: "string", default: "all" }, count: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" }, from: { type: "string", default: "0" }, verdicts: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
const [count, seed, from] = [values.count, values.seed, values.from].map(Number) as [number, number, number];
if (process.env["TRIAD_DEBUG"] !== "1") Error.stackTraceLimit = 0; // a fault an input: their stacks cost more than the reading
const names = values.target === "all" ? [...TARGETS.keys()] : [values.target];

async function run(name: string): Promise<void> {
  const make = TARGETS.get(name);
  if (make === undefined) throw new FuzzFailed(`no such target: ${name}; there are ${[...TARGETS.keys()].join(", ")}`);
  const progress = new SharedArrayBuffer(8);
  const inputs = new BigInt64Array(progress).fill(-1n);
  const watchdog = new Worker(new URL("./watchdog.js", import.meta.url), { workerData: { progress, limitMs: LIMIT_MS, target: name, seed } satisfies Watched });
  watchdog.unref();
  const target = make();
  let rss = 0;
  const started = process.hrtime.bigint();
  try {
    const { verdicts, slowest } = await fuzz(target, {
      seed, from, count,
      before(input) {
        Atomics.store(inputs, 0, BigInt(input));
        if (input % TELL_EVERY === 0 && input > from && process.stderr.isTTY) console.error(`${name}: ${input - from} inputs`);
        if (input % LOOK_EVERY !== 0) return;
        rss = Math.max(rss, process.memoryUsage.rss());
        if (rss > RSS_MAX) throw new FuzzFailed(`${rss} bytes resident at or before\n  ${reproduction(name, seed, input)}`);
      },
    });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (values.json) {
      console.log(JSON.stringify({ target: name, seed, from, count, verdicts: Object.fromEntries(verdicts), slowest, rss, seconds }));
      return;
    }
    console.log(`${name.padEnd(14)} ${count} inputs, ${verdicts.size} distinct verdicts, ${Math.round(count / seconds)} a second, slowest ${Math.round(slowest.ms)} ms (${slowest.input}), ${Math.round(rss / 2 ** 20)} MiB resident`);
    if (values.verdicts) for (const [verdict, times] of [...verdicts].sort(([, a], [, b]) => b - a)) console.log(`  ${String(times).padStart(9)}  ${verdict}`);
  } finally {
    target.close?.();
    await watchdog.terminate();
  }
}

try {
  for (const name of names) await run(name);
} catch (error) {
  console.error(`FAILED ${error instanceof FuzzFailed ? error.message : String(error)}`);
  if (error instanceof FuzzFailed && process.env["TRIAD_DEBUG"] === "1") console.error(error.cause);
  process.exitCode = 1;
}
