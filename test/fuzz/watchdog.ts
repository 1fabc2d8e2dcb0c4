// Beside the fuzzing thread: when an input takes more of the processor than it may, or ten minutes of waiting, says which one it is
// and ends the process. Time on the processor, because a busy machine is no finding.
import { writeSync } from "node:fs";
import process from "node:process";
import { workerData } from "node:worker_threads";

export interface Watched {
  /** One 64-bit integer: the input at work, -1 before the first. */
  readonly progress: SharedArrayBuffer;
  readonly limitMs: number;
  readonly target: string;
  readonly seed: number;
}

const { progress, limitMs, target, seed } = workerData as Watched;
const WAIT_MS = 600_000;
const inputs = new BigInt64Array(progress);
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
let last = -2n;
let since = { worked: used(), waited: Date.now() };
setInterval(() => {
  const now = Atomics.load(inputs, 0);
  if (now !== last) {
    last = now;
    since = { worked: used(), waited: Date.now() };
  } else if (now >= 0n && (used() - since.worked > limitMs || Date.now() - since.waited > WAIT_MS)) {
    writeSync(2, `FAILED no answer within ${limitMs} ms of work\n  npm run fuzz -- --target ${target} --seed ${seed} --from ${now} --count 1\n`);
    process.kill(process.pid, "SIGKILL"); // the other thread is busy: nothing less ends it
  }
}, 250);
