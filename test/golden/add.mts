// Records the catalogue with the runtime of a checkout and keeps what it gives as the traces of one version:
//   node --import tsx test/golden/add.mts VERSION [--from CHECKOUT] [--only NAME]
// Seeds and signer are fixed. A trace that exists is never written again, whatever it is called with.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { testSigner } from "../support/signer.ts";
import { behindSnapshot, forkOf } from "./derived.ts";
import { CATALOGUE, MANIFEST, traceFile, type Manifest, type Row, type Stated } from "./catalogue.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({ allowPositionals: true, options: { from: { type: "string", default: ROOT }, only: { type: "string" } } });
const [version = ""] = positionals;
if (!/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) throw new Error("which version? for example 0.2.0");

const entry = async <T,>(path: string): Promise<T> => await import(pathToFileURL(resolve(values.from, path)).href) as T;
const { record } = await entry<typeof import("../../runtime/app/record.ts")>("runtime/app/record.ts");
const { createMemorySink, memorySource } = await entry<typeof import("../../runtime/adapters/memory.ts")>("runtime/adapters/memory.ts");
const { verify } = await entry<typeof import("../../replay/verify.ts")>("replay/verify.ts");

const numbers = (of: string): readonly number[] => of.split(/[.-]/).slice(0, 3).map(Number);
/** Whether the version still writes traces of a row. */
const writes = ({ last, before }: Row): boolean => {
  if (before !== undefined && values.only === undefined) return false;
  if (last === undefined) return true;
  const [ours, theirs] = [numbers(version), numbers(last)];
  const at = ours.findIndex((part, place) => part !== theirs[place]);
  return at === -1 || (ours[at] ?? 0) < (theirs[at] ?? 0);
};

const recording = async ({ name: _name, program, seed, last: _last, before: _before, fork: _fork, behind: _behind, ...more }: Row): Promise<Uint8Array> => {
  const sink = createMemorySink();
  await record({ program: resolve(ROOT, program), seed, workers: 0, label: "golden", signer: testSigner(), ...more, out: sink });
  return sink.bytes();
};

/** With what it came of, where it is no run of its own. */
async function written(row: Row): Promise<Uint8Array> {
  if (row.fork !== undefined) return forkOf(readFileSync(traceFile(version, row.fork.of)), row.fork);
  const bytes = await recording(row);
  return row.behind === undefined ? bytes : behindSnapshot(bytes, row.behind);
}

async function recorded(row: Row): Promise<readonly [string, Stated]> {
  const { name } = row;
  const bytes = await written(row);
  const { digest, status } = verify(memorySource(bytes));
  if (status === null) throw new Error("it came to no end");
  mkdirSync(dirname(traceFile(version, name)), { recursive: true });
  writeFileSync(traceFile(version, name), bytes, { flag: "wx" });
  return [name, { digest, status, sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length }];
}

const rows = CATALOGUE.filter((row) => writes(row) && (values.only === undefined || row.name === values.only));
const manifest: Manifest = existsSync(MANIFEST) ? JSON.parse(readFileSync(MANIFEST, "utf8")) as Manifest : {};
const taken = rows.filter(({ name }) => existsSync(traceFile(version, name)) || manifest[version]?.[name] !== undefined);
if (rows.length === 0 || taken.length > 0) throw new Error(`nothing written: ${rows.length === 0 ? "no such row" : `${version} has ${taken.map(({ name }) => name).join(", ")}`}`);

const added: (readonly [string, Stated])[] = [];
for (const row of rows) {
  added.push(await recorded(row));
  console.log(...added.slice(-1).flatMap(([name, { status, bytes, digest }]) => [name.padEnd(24), status.padEnd(10), String(bytes).padStart(7), digest]));
}
const next: Manifest = { ...manifest, [version]: { ...manifest[version], ...Object.fromEntries(added) } };
writeFileSync(MANIFEST, `${JSON.stringify(next, null, 1)}\n`);
console.log(`${added.length} traces, ${added.reduce((sum, [, { bytes }]) => sum + bytes, 0)} bytes`);
