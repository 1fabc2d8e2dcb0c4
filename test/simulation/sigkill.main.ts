// `npm run sigkill`: SIGKILL at so many random instants, over every workload in turn; each time the run is resumed and compared
// with the uninterrupted one. Prints what the kills found, round by round; stops at the first that is not as promised.
//   npm run sigkill -- [--kills N] [--seed S] [--only WORKLOAD]
import process from "node:process";
import { parseArgs } from "node:util";
import { WORKLOADS } from "../support/workloads.ts";
import { freshest, Killing } from "./sigkill.ts";

const { values } = parseArgs({ options: { kills: { type: "string", default: "500" }, seed: { type: "string", default: "1" }, only: { type: "string" } } });
const wanted = Number(values.kills);
const workloads = WORKLOADS.filter(({ name }) => values.only === undefined || name === values.only);
const killing = new Killing(freshest(), values.seed);
const each: Record<string, number> = {};
const started = process.hrtime.bigint();
try {
  for (let round = 0; killing.tally.kills < wanted; round++) {
    const workload = workloads[round % workloads.length];
    if (workload === undefined) continue;
    const before = killing.tally.kills;
    await killing.once(workload);
    each[workload.name] = (each[workload.name] ?? 0) + killing.tally.kills - before;
    if (round % workloads.length === workloads.length - 1) console.log(JSON.stringify({ ...killing.tally, each }));
  }
} catch (error) {
  console.error(error);
  console.error(`rerun: npm run sigkill -- --kills ${wanted} --seed ${values.seed}`);
  process.exitCode = 1;
} finally {
  killing.end();
}
const seconds = Math.round(Number(process.hrtime.bigint() - started) / 1e9);
console.log(JSON.stringify({ workloads: workloads.length, ...killing.tally, each, seconds }));
