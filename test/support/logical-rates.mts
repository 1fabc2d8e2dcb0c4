// Writes the built-in table of sampled logical error rates from results of `triad qec threshold --json`, one file a run:
//   npx tsx test/support/logical-rates.mts z.json x.json
// Rows are copied as they were counted; where each comes from is kept beside them. kernel-abi/qvm/qec/logical-rates.json is the table,
// sampled-rates.ts the same for the contract room, which reads no files.
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { parseSampledTable, type SampledTable } from "../../kernel-abi/qvm/qec/sampled.ts";

interface Result {
  readonly schema: string;
  readonly seed: string;
  readonly digest: string;
  readonly rows: readonly { readonly code: string; readonly distance: number; readonly rounds: number; readonly p: number; readonly decoder: string; readonly shots: number; readonly errors: number }[];
}

/** `surface_code:rotated_memory_z` → the family of profiles, and the basis. */
function codeOf(task: string): { readonly code: string; readonly basis: "x" | "z" } {
  const [, basis] = /^surface_code:rotated_memory_([xz])$/.exec(task) ?? [];
  if (basis !== "x" && basis !== "z") throw new Error(`${task} is no code a profile has`);
  return { code: "surface_code", basis };
}

const results = process.argv.slice(2).map((path) => {
  const read = JSON.parse(readFileSync(path, "utf8")) as Result;
  if (read.schema !== "triad.qec-threshold/1") throw new Error(`${path} is not what \`triad qec threshold --json\` prints`);
  return read;
});

const rows: SampledTable["rows"] = results.flatMap((result) => result.rows.map(({ code, distance, p, rounds, decoder, shots, errors }) => ({ ...codeOf(code), distance, p, rounds, decoder, shots, errors })));
const table = parseSampledTable({
  schema: "triad.logical-rates/1",
  provenance: results.map(({ seed, digest, rows: [first] }) => ({ made: `triad qec threshold --code ${first?.code ?? ""}`, seed, digest })),
  rows: rows.sort((a, b) => a.distance - b.distance || a.p - b.p || (a.basis < b.basis ? -1 : 1)),
});
const text = [
  "{", ` "schema": ${JSON.stringify(table.schema)},`, ' "provenance": [', table.provenance.map((one) => `  ${JSON.stringify(one)}`).join(",\n"), " ],",
  ' "rows": [', table.rows.map((row) => `  ${JSON.stringify(row)}`).join(",\n"), " ]", "}",
].join("\n");

const beside = (name: string): URL => new URL(`../../kernel-abi/qvm/qec/${name}`, import.meta.url);
writeFileSync(beside("logical-rates.json"), `${text}\n`);
writeFileSync(beside("sampled-rates.ts"), `// Sampled logical error rates that come with the package. Written by test/support/logical-rates.mts from logical-rates.json's own sources.
import type { SampledTable } from "./sampled.ts";

export const SAMPLED_RATES: SampledTable = ${text};
`);
