// What `triad qec estimate` reads: a graph, a lowered circuit or counts, told apart by what they hold.
import { Fault } from "../../../kernel-abi/fault.ts";
import { verifyGraph } from "../../../kernel-abi/qvm/verify.ts";
import { decodeCircuitJob, encodeCircuitJob } from "../../../domains/kernels/circuit.ts";
import { countsOfCircuit } from "../../../domains/q/estimate/circuit-counts.ts";
import { parseCounts, type LogicalCounts } from "../../../domains/q/estimate/counts.ts";
import { countsOfGraph } from "../../../domains/q/estimate/graph-counts.ts";
import { parseJson, readGiven } from "./arguments.ts";
import { assembledFile, validGraph } from "./graph-file.ts";

export interface Counted {
  readonly kind: "graph" | "circuit" | "counts";
  readonly counts: LogicalCounts;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const numbers = (value: unknown): readonly number[] => (Array.isArray(value) && value.every((one) => typeof one === "number") ? value : []);

/** `circuit(…).lower()` as JSON: its typed arrays are lists. @throws Fault KERNEL_REFUSED */
function countsOfJson({ qubits, clbits, ops, angles, conditions }: Readonly<Record<string, unknown>>): LogicalCounts {
  const lowered = { qubits: Number(qubits), clbits: Number(clbits ?? 0), ops: Int32Array.from(numbers(ops)), angles: Float64Array.from(numbers(angles)), conditions: Int32Array.from(numbers(conditions)) };
  return countsOfCircuit(decodeCircuitJob(encodeCircuitJob({ mode: "sample", circuit: lowered, shots: 1, key: new Uint32Array(2) })).circuit);
}

/** @throws Fault FILE_UNREADABLE, USAGE, GRAPH_INVALID, QVM_ASM_*, ABI_MALFORMED, KERNEL_REFUSED */
export function countedFile(path: string): Counted {
  const assembled = assembledFile(path);
  if (assembled !== undefined) return { kind: "graph", counts: countsOfGraph(verifyGraph(assembled).graph ?? validGraph(path)) };
  const json = parseJson("FILE", readGiven("FILE", path), path);
  if (isRecord(json) && "program" in json) return { kind: "graph", counts: countsOfGraph(validGraph(path)) };
  if (isRecord(json) && "ops" in json) return { kind: "circuit", counts: countsOfJson(json) };
  if (isRecord(json) && "numQubits" in json) return { kind: "counts", counts: parseCounts(json) };
  throw new Fault("USAGE", { argument: "FILE", file: path, allowed: "a graph (program), a lowered circuit (ops) or logical counts (numQubits, tCount, …)" });
}
