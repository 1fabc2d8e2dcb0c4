// The process of one subject (alone.ts): SUITE NAME GIVEN. Tells its parent the best of a few runs, behind one more that warms up.
import process from "node:process";
import type { Subjects } from "./alone.ts";

const RUNS = 3;

const [, , suite = "", name = "", given = ""] = process.argv;
const { alone } = await import(suite) as { readonly alone: Subjects };
const subject = alone[name];
if (subject === undefined) throw new Error(`no such subject: ${name}`);
let best = Infinity;
for (let run = 0; run <= RUNS; run++) {
  const seconds = await subject(given);
  if (run > 0) best = Math.min(best, seconds);
}
process.send?.(best, () => { process.disconnect(); });
