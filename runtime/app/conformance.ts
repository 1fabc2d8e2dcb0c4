// Conformance: what this package says of itself, row by row, as it is shipped in conformance.json (written by `npm run conformance`).
// Owns the shape of that file and the wording of the claim: behaviour, simulated, self-tested; never more.
import { existsSync, readFileSync } from "node:fs";
import { compiled, Type, type Static } from "../../kernel-abi/schema.ts";
import { toHex } from "../../kernel-abi/canonical.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { ABI_VERSION, FORMAT_VERSION, SEMANTICS_VERSION } from "../../kernel-abi/version.ts";
import { sha256 } from "../adapters/sha256.ts";

export const CLAIM = "XDV-081 behaviour, simulated Q and Φ providers, self-tested";

/** `met`: every test named after the row passes. `failed`: one did not when the table was written. */
export const VERDICTS = ["met", "not met", "failed", "not offered", "waived", "never claimed"] as const;
export type Verdict = (typeof VERDICTS)[number];
export const LEVELS = ["M", "A", "D", "W", "never"] as const;

const exact = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0 });
const Hex256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

export const RowSchema = Type.Object({
  id: Type.String({ minLength: 1 }),
  requirement: Type.String({ minLength: 1 }),
  level: Type.Enum([...LEVELS]),
  verdict: Type.Enum([...VERDICTS]),
  /** `file: title`, of the tests named after the row. */
  tests: Type.Array(Type.String()),
  /** Why it is not met, not offered or waived; how it is adapted; what to know. */
  note: Type.String(),
}, exact);
export type ConformanceRow = Readonly<Static<typeof RowSchema>>;

export const ReferenceSchema = Type.Object({
  name: Type.String({ minLength: 1 }),
  seed: Type.String({ minLength: 1 }),
  /** The run's digest, hex: the same wherever these versions run. */
  digest: Hex256,
}, exact);
export type ReferenceRun = Readonly<Static<typeof ReferenceSchema>>;

export const CountsSchema = Type.Record(Type.String(), Type.Record(Type.String(), Count));

const ConformanceSchema = Type.Object({
  schema: Type.Literal("triad.conformance-table/1"),
  claim: Type.Literal(CLAIM),
  abi: Type.String(),
  format: Count,
  semantics: Count,
  /** How many rows of each level have each verdict. */
  counts: CountsSchema,
  reference: Type.Array(ReferenceSchema),
  rows: Type.Array(RowSchema),
}, exact);
export type Conformance = Readonly<Static<typeof ConformanceSchema>>;

const check = compiled(ConformanceSchema);

function countsOf(rows: readonly ConformanceRow[]): Conformance["counts"] {
  return Object.fromEntries(LEVELS.map((level) => {
    const own = rows.filter((row) => row.level === level);
    return [level, Object.fromEntries(VERDICTS.map((verdict) => [verdict, own.filter((row) => row.verdict === verdict).length]))];
  }));
}

/** What these rows and runs amount to, under the versions of this source. */
export const conformanceOf = (rows: readonly ConformanceRow[], reference: readonly ReferenceRun[]): Conformance => ({
  schema: "triad.conformance-table/1", claim: CLAIM, abi: `${ABI_VERSION.major}.${ABI_VERSION.minor}`, format: FORMAT_VERSION, semantics: SEMANTICS_VERSION,
  counts: countsOf(rows), reference: [...reference], rows: [...rows],
});

/** Beside this file in the source; from dist, beside the source's place in the package. */
function tablePath(): URL {
  const beside = new URL("./conformance.json", import.meta.url);
  return existsSync(beside) ? beside : new URL("../../../runtime/app/conformance.json", import.meta.url);
}

export interface ShippedConformance {
  readonly table: Conformance;
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
}

/** @throws Fault ENVIRONMENT when the text is not the table of this version */
export function parseConformance(text: string): Conformance {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Fault("ENVIRONMENT", { file: "conformance.json", what: "not JSON" }, { cause });
  }
  if (check().Check(value)) return value;
  const [first] = check().Errors(value);
  throw new Fault("ENVIRONMENT", { file: "conformance.json", at: first?.instancePath ?? "", what: first?.message ?? "" });
}

/** The table this package was shipped with. @throws Fault ENVIRONMENT */
export function shippedConformance(): ShippedConformance {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(tablePath());
  } catch (cause) {
    throw new Fault("ENVIRONMENT", { file: "conformance.json", what: "the package lacks it", hint: "install the package again" }, { cause });
  }
  return { table: parseConformance(new TextDecoder().decode(bytes)), digest: toHex(sha256(bytes)) };
}
