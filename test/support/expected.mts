// Writes expected.json beside each example: run it after a change that is meant to change results, and read the diff.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXAMPLES, recordInMemory } from "./examples.ts";

for (const example of EXAMPLES) {
  const { report } = await recordInMemory(example, { workers: 2 });
  if (report.end.status !== "completed") throw new Error(`${example.name} ended ${report.end.status}: ${report.end.fault?.message ?? ""}`);
  writeFileSync(join(dirname(example.program), "expected.json"), `${JSON.stringify(report.end.result, null, 2)}\n`);
  console.log(example.name, report.digest);
}
