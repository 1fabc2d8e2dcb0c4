// Q outcomes: the classical result of a job as it is recorded, and as a program reads it.
//   1  Only bits, counts, expectation values, their derivatives and what experiments count have a form here; amplitudes have none (A4).
//   2  A body depends on the kernel's bytes alone: not on workers, batches or completion order.
import { Fault } from "../../kernel-abi/fault.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import type { CircuitOutput } from "../kernels/circuit.ts";
import type { CircuitWork } from "./job.ts";
import { parseQecResult, readQecResult, type DetectionEvents, type LogicalCounts, type QecResult } from "./qec/outcome.ts";

/** One shot: 0 or 1 by clbit; clbits never measured read 0. */
export type Bits = readonly number[];
/**
 * Shots by outcome; clbit 0 leftmost. Inserted in code-unit order (JavaScript lists keys like "10", which read as integers,
 * before keys like "01", so iterate over sorted keys where order matters).
 */
export type Counts = Readonly<Record<string, number>>;

/** An expectation value, and its derivative by each parameter in their order. */
export interface Gradient {
  readonly value: number;
  readonly gradient: readonly number[];
}

/** Of a fused job, the digest of the plan that its last digits hang on: 32 bytes. */
interface Planned {
  readonly plan?: Uint8Array;
}

/** The recorded body, before packing. `keys` are distinct and in code-unit order, `counts` beside them; a value keeps its bits in an array. */
export type QResult =
  | { readonly kind: "bits"; readonly bits: Uint8Array } & Planned
  | { readonly kind: "counts"; readonly keys: readonly string[]; readonly counts: readonly number[] } & Planned
  | { readonly kind: "value"; readonly value: Float64Array } & Planned
  | { readonly kind: "gradient"; readonly value: Float64Array; readonly gradient: Float64Array }
  | QecResult;

export const encodeResult = (result: QResult): Uint8Array => pack(result);

/** Rows up to this long are counted as integers, which is an order of magnitude quicker than as text. */
const INTEGER_ROW_MAX = 53;

const count = <K>(seen: Map<K, number>, key: K): void => { seen.set(key, (seen.get(key) ?? 0) + 1); };

function countIntegers(bits: Uint8Array, shots: number, clbits: number): ReadonlyMap<string, number> {
  const seen = new Map<number, number>();
  for (let shot = 0, at = 0; shot < shots; shot++) {
    let row = 0;
    for (let clbit = 0; clbit < clbits; clbit++) row = row * 2 + (bits[at++] ?? 0);
    count(seen, row);
  }
  return new Map([...seen].map(([row, times]) => [row.toString(2).padStart(clbits, "0"), times]));
}

function countText(bits: Uint8Array, shots: number, clbits: number): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  const text = new TextDecoder("latin1").decode(bits.map((bit) => bit + 48));
  for (let shot = 0; shot < shots; shot++) count(seen, text.slice(shot * clbits, (shot + 1) * clbits));
  return seen;
}

/** A histogram of `shots` rows of `clbits` bytes, each 0 or 1. */
export function histogram(bits: Uint8Array, shots: number, clbits: number): QResult & { readonly kind: "counts" } {
  const seen = clbits <= INTEGER_ROW_MAX ? countIntegers(bits, shots, clbits) : countText(bits, shots, clbits);
  const keys = [...seen.keys()].sort();
  return { kind: "counts", keys, counts: keys.map((key) => seen.get(key) ?? 0) };
}

/** What a kernel's output means for a job's mode. */
export function resultOf(mode: CircuitWork["mode"], shots: number, clbits: number, output: CircuitOutput): QResult {
  if (output.mode === "gradient") return { kind: "gradient", value: output.value, gradient: output.gradient };
  const plan = output.plan === undefined ? {} : { plan: output.plan };
  if (output.mode === "expectation") return { kind: "value", value: output.value, ...plan };
  return mode === "counts" ? { ...histogram(output.bits, shots, clbits), ...plan } : { kind: "bits", bits: output.bits, ...plan };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;
const isNumber = (value: unknown): value is number => typeof value === "number";

const refuse = (what: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: "q.measure", what });
};

/** Accepts packed bytes or what unpacking them gives. @throws Fault ABI_MALFORMED | ABI_UNDECODABLE */
export function parseResult(body: unknown): QResult {
  const value = body instanceof Uint8Array ? unpack(body) : body;
  if (!isRecord(value)) return refuse("no outcome of a Q job");
  const plan = value["plan"] instanceof Uint8Array ? { plan: value["plan"] } : {};
  if (value["kind"] === "bits" && value["bits"] instanceof Uint8Array) return { kind: "bits", bits: value["bits"], ...plan };
  if (value["kind"] === "value" && value["value"] instanceof Float64Array) return { kind: "value", value: value["value"], ...plan };
  if (value["kind"] === "gradient" && value["value"] instanceof Float64Array && value["gradient"] instanceof Float64Array) {
    return { kind: "gradient", value: value["value"], gradient: value["gradient"] };
  }
  const experiment = parseQecResult(value);
  if (experiment !== undefined) return experiment;
  const { keys, counts } = value;
  if (value["kind"] !== "counts" || !Array.isArray(keys) || !Array.isArray(counts) || keys.length !== counts.length) return refuse("no outcome of a Q job");
  return { kind: "counts", keys: keys.map(String), counts: counts.filter(isNumber), ...plan };
}

/** As the program reads it: frozen plain data. */
export function readResult(result: QResult): Bits | Counts | Gradient | number | DetectionEvents | LogicalCounts {
  switch (result.kind) {
    case "bits": return Object.freeze([...result.bits]);
    case "value": return result.value[0] ?? refuse("an empty value");
    case "gradient": return Object.freeze({ value: result.value[0] ?? refuse("an empty value"), gradient: Object.freeze([...result.gradient]) });
    case "events": case "logical": return readQecResult(result);
    case "counts": return Object.freeze(Object.fromEntries(result.keys.map((key, at) => [key, result.counts[at] ?? 0])));
  }
}
