// `npm run crash`: every operation of many workloads fails once and is followed by every crash the simulated disk knows, until
// at least as many crash points have been examined as asked. A workload that does not hold is named with the operation.
//   npm run crash -- [--points N] [--seed S]
import process from "node:process";
import { parseArgs } from "node:util";
import { crashEverywhere, failEverywhere, noTally } from "./disk-crashes.ts";
import { long } from "./disk-workloads.ts";

const { values } = parseArgs({ options: { points: { type: "string", default: "250000" }, seed: { type: "string", default: "1" } } });
const wanted = Number(values.points);
const tally = noTally();
const started = process.hrtime.bigint();
const points = (): number => tally.kills + tally.cuts;
const workloads = long();

let rounds = 0;
try {
  for (const workload of workloads) {
    await failEverywhere(workload, { samples: 1, seed: Number(values.seed) }, tally);
    console.log(`${workload.name}: ${tally.failures} failed operations so far, ${points()} crash points`);
  }
  console.log(`${tally.failures} failed operations of ${workloads.length} workloads, ${points()} crash points behind them`);
  for (; points() < wanted || rounds === 0; rounds++) {
    for (const workload of workloads) await crashEverywhere(workload, { samples: 16, seed: Number(values.seed) + rounds }, tally);
    console.log(`round ${rounds + 1}: ${points()} crash points`);
  }
} catch (error) {
  console.error(error);
  console.error(`rerun: npm run crash -- --points ${wanted} --seed ${Number(values.seed) + rounds}`);
  process.exitCode = 1;
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
console.log(JSON.stringify({ workloads: workloads.length, rounds, ...tally, points: points(), seconds: Math.round(seconds) }));
