// Beside the fuzzing thread: when an input takes longer than it may, says which one it is and ends the process.
import process from "node:process";
import { workerData } from "node:worker_threads";

const { progress, limitMs, target, seed } = workerData;
const inputs = new BigInt64Array(progress);
let last = -2n;
let since = Date.now();
setInterval(() => {
  const now = Atomics.load(inputs, 0);
  if (now !== last) {
    last = now;
    since = Date.now();
  } else if (now >= 0n && Date.now() - since > limitMs) {
    process.stderr.write(`FAILED no answer within ${limitMs} ms\n  npm run fuzz -- --target ${target} --seed ${seed} --from ${now} --count 1\n`);
    process.exit(1);
  }
}, 250);
