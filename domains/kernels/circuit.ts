// The lowered circuit: what Q kernels accept. Built and checked by domains/q; kernels trust its shape
// only after `decodeCircuitJob` has checked it again, because job bytes cross a thread.
import { Fault } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { readNoise, type NoiseModel } from "./noise.ts";

/** Opcodes are permanent; they are part of the semantics version. */
export const OP = Object.freeze({
  H: 1, S: 2, SDG: 3, T: 4, TDG: 5, X: 6, Y: 7, Z: 8,
  RX: 9, RY: 10, RZ: 11, P: 12,
  CX: 13, CZ: 14, SWAP: 15, CCX: 16, CP: 17,
  RESET: 18, MEASURE: 19, BARRIER: 20,
} as const);

/** One instruction is OP_WIDTH consecutive int32: opcode, q0, q1, q2, clbit, condition, parameter, measurement ordinal. Unused fields are -1. */
export const OP_WIDTH = 8;

export interface LoweredCircuit {
  readonly qubits: number;
  readonly clbits: number;
  /** length = OP_WIDTH × instructions. Qubit q0 of CX, CP, CCX (and q1 of CCX) are controls; the last qubit is the target. */
  readonly ops: Int32Array;
  /** Angles in radians, indexed by the parameter field. */
  readonly angles: Float64Array;
  /** Classical conditions, concatenated: count, then count pairs (clbit, value 0|1), all of which must hold. The condition field is an offset into this array. */
  readonly conditions: Int32Array;
}

/** Real-weighted Pauli sum: term t has coefficient coefficients[t] and letters paulis[t*qubits + q]: 0 I, 1 X, 2 Y, 3 Z on qubit q. */
export interface PauliSum {
  readonly coefficients: Float64Array;
  readonly paulis: Uint8Array;
}

/**
 * What a gradient is taken by: parameters numbered from 0 that angles hang on linearly. Parameter of[k] moves angle entries[k] by factors[k];
 * what moves no angle has derivative 0.
 */
export interface ParameterMap {
  readonly count: number;
  readonly entries: Int32Array;
  readonly of: Int32Array;
  readonly factors: Float64Array;
}

/** How a gradient is found: by one sweep back through the circuit, or from two circuits a gate whose angle moves. */
export const GRADIENT_METHODS = ["adjoint", "shift"] as const;
export type GradientMethod = (typeof GRADIENT_METHODS)[number];

/**
 * What one Q job computes.
 *   sample: `shots` runs of the circuit from |0…0⟩; result Uint8Array(shots × clbits), shot-major, clbit 0 first.
 *   expectation: ⟨ψ|P|ψ⟩ of the final state; the circuit must hold no MEASURE, RESET or condition; result Float64Array(1).
 *   mean: with noise, the mean over `shots` noisy runs of the same value in each run's own final state; result Float64Array(1).
 *   gradient: the same value, and its derivative by each parameter, exact by either method; result Float64Array(1) and Float64Array(count).
 * Randomness: measurement with ordinal k of shot s reads 0 iff u(s,k) < P(0 | everything measured before in this shot), where
 * u(s,k) = philoxUniform(key, shot s, draw k). RESET uses its own ordinal in the same way. The ordinal is the static position
 * of the instruction among MEASURE and RESET instructions, so skipped (conditional) ones shift nothing and every backend and
 * batching draws the same numbers.
 */
export type CircuitJob =
  | { readonly mode: "sample"; readonly circuit: LoweredCircuit; readonly fusion?: Fusion; readonly noise?: NoiseModel; readonly shots: number; readonly key: Uint32Array }
  | { readonly mode: "mean"; readonly circuit: LoweredCircuit; readonly observable: PauliSum; readonly noise: NoiseModel; readonly shots: number; readonly key: Uint32Array }
  | { readonly mode: "expectation"; readonly circuit: LoweredCircuit; readonly fusion?: Fusion; readonly observable: PauliSum }
  | { readonly mode: "gradient"; readonly circuit: LoweredCircuit; readonly observable: PauliSum; readonly parameters: ParameterMap; readonly method: GradientMethod };

/**
 * How a state vector is evolved. exact, the default: every amplitude sees the operations of the gates one by one, in their order.
 * fused: in the order of the plan, rotations by their tangent; quicker, and other last digits, so the output names the plan. The stabilizer kernel has no such choice, and
 * noise is always exact.
 */
export type Fusion = "exact" | "fused";

/** `plan`: of a fused job, the digest of the plan it was evolved by (statevector/plan-digest.ts), 32 bytes. */
export type CircuitOutput =
  | { readonly mode: "sample"; readonly bits: Uint8Array; readonly plan?: Uint8Array }
  | { readonly mode: "gradient"; readonly value: Float64Array; readonly gradient: Float64Array }
  | { readonly mode: "expectation"; readonly value: Float64Array; readonly plan?: Uint8Array };

export const encodeCircuitJob = (job: CircuitJob): Uint8Array => pack(job);

/** Of a key: the last bytes of an encoded job that draws, the lowest of each word first. */
export const KEY_BYTES = 8;

/** Where the key of an encoded job that draws stands. */
const keyIn = (job: Uint8Array): DataView => new DataView(job.buffer, job.byteOffset + job.length - KEY_BYTES, KEY_BYTES);

/** The key of an encoded job that samples. */
export function keyOfJob(job: Uint8Array): Uint32Array {
  const at = keyIn(job);
  return Uint32Array.of(at.getUint32(0, true), at.getUint32(4, true));
}

/** An encoded job that samples, under another key. */
export function underKey(job: Uint8Array, [key0 = 0, key1 = 0]: Uint32Array): Uint8Array {
  const bytes = job.slice();
  const at = keyIn(bytes);
  at.setUint32(0, key0, true);
  at.setUint32(4, key1, true);
  return bytes;
}

export const encodeCircuitOutput = (output: CircuitOutput): Uint8Array => pack(output);

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown, least: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least;

/** How many qubits each opcode uses, by opcode. */
export const ARITY: readonly number[] = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 2, 1, 1, 0];
export const isParametrised = (opcode: number): boolean => (opcode >= OP.RX && opcode <= OP.P) || opcode === OP.CP;

function checkInstruction(circuit: LoweredCircuit, at: number): void {
  const field = (offset: number): number => circuit.ops[at + offset] ?? refuse("ops", `a multiple of ${OP_WIDTH} integers`);
  const opcode = field(0);
  const arity = ARITY[opcode];
  if (opcode < 1 || arity === undefined) return refuse("opcode", "1 to 20");
  const used = [field(1), field(2), field(3)].slice(0, arity);
  if (used.some((qubit) => qubit < 0 || qubit >= circuit.qubits)) refuse("qubit", `0 to ${circuit.qubits - 1}`);
  if (new Set(used).size !== arity) refuse("qubits of one gate", "distinct");
  if (opcode === OP.MEASURE && (field(4) < 0 || field(4) >= circuit.clbits)) refuse("clbit", `0 to ${circuit.clbits - 1}`);
  if (isParametrised(opcode)) {
    const angle = circuit.angles[field(6)];
    if (angle === undefined || !Number.isFinite(angle)) refuse("angle", "a finite number of radians");
  }
  if (field(5) !== -1) checkCondition(circuit, field(5));
}

function checkCondition(circuit: LoweredCircuit, at: number): void {
  const count = circuit.conditions[at] ?? -1;
  if (count < 1 || at + 2 * count >= circuit.conditions.length) refuse("condition", "an offset of a condition record");
  for (let pair = 0; pair < count; pair++) {
    const clbit = circuit.conditions[at + 1 + 2 * pair] ?? -1;
    const value = circuit.conditions[at + 2 + 2 * pair] ?? -1;
    if (clbit < 0 || clbit >= circuit.clbits || (value !== 0 && value !== 1)) refuse("condition", "pairs of clbit and 0 or 1");
  }
}

function checkCircuit(value: unknown): LoweredCircuit {
  if (!isRecord(value)) return refuse("circuit", "a lowered circuit");
  const { qubits, clbits, ops, angles, conditions } = value;
  if (!isCount(qubits, 1)) return refuse("qubits", "an integer of at least 1");
  if (!isCount(clbits, 0)) return refuse("clbits", "an integer of at least 0");
  if (!(ops instanceof Int32Array) || ops.length % OP_WIDTH !== 0) return refuse("ops", `an Int32Array of a multiple of ${OP_WIDTH}`);
  if (!(angles instanceof Float64Array)) return refuse("angles", "a Float64Array");
  if (!(conditions instanceof Int32Array)) return refuse("conditions", "an Int32Array");
  const circuit = { qubits, clbits, ops, angles, conditions };
  for (let at = 0; at < ops.length; at += OP_WIDTH) checkInstruction(circuit, at);
  return circuit;
}

function fusionOf(value: unknown): { readonly fusion?: Fusion } {
  if (value === undefined) return {};
  return value === "exact" || value === "fused" ? { fusion: value } : refuse("fusion", "exact or fused");
}

function checkObservable(value: unknown, { qubits }: LoweredCircuit): PauliSum {
  if (!isRecord(value)) return refuse("observable", "a Pauli sum");
  const { coefficients, paulis } = value;
  if (!(coefficients instanceof Float64Array)) return refuse("coefficients", "a Float64Array");
  if (!(paulis instanceof Uint8Array) || paulis.length !== coefficients.length * qubits) return refuse("paulis", "one letter per term and qubit");
  return { coefficients, paulis };
}

function checkParameters(value: unknown, { angles }: LoweredCircuit): ParameterMap {
  if (!isRecord(value)) return refuse("parameters", "count, entries, of and factors");
  const { count, entries, of, factors } = value;
  if (!isCount(count, 0) || count > LIMITS.circuit_operations_max) return refuse("parameters count", `0 to ${LIMITS.circuit_operations_max}`);
  if (!(entries instanceof Int32Array) || !entries.every((entry) => entry >= 0 && entry < angles.length)) return refuse("parameters entries", "an Int32Array of places among the angles");
  if (!(of instanceof Int32Array) || of.length !== entries.length || !of.every((parameter) => parameter >= 0 && parameter < count)) return refuse("parameters of", "a parameter an entry");
  if (!(factors instanceof Float64Array) || factors.length !== entries.length || !factors.every(Number.isFinite)) return refuse("parameters factors", "a finite number an entry");
  return { count, entries, of, factors };
}

const isMethod = (value: unknown): value is GradientMethod => GRADIENT_METHODS.some((method) => method === value);

function drawsOf({ shots, key }: Readonly<Record<string, unknown>>): { readonly shots: number; readonly key: Uint32Array } {
  if (!isCount(shots, 1)) return refuse("shots", "an integer of at least 1");
  if (!(key instanceof Uint32Array) || key.length !== 2) return refuse("key", "two 32-bit words");
  return { shots, key };
}

/** @throws Fault KERNEL_REFUSED when the bytes are not a well-formed job; ABI_UNDECODABLE when they are no MessagePack at all. */
export function decodeCircuitJob(bytes: Uint8Array): CircuitJob {
  const value = unpack(bytes);
  if (!isRecord(value)) return refuse("job", "a circuit job");
  const circuit = checkCircuit(value["circuit"]);
  const fusion = fusionOf(value["fusion"]);
  if (value["mode"] === "sample") {
    const noise = value["noise"] === undefined ? {} : { noise: readNoise(value["noise"]) };
    if ("noise" in noise && fusion.fusion === "fused") return refuse("fusion", "exact where there is noise");
    return { mode: "sample", circuit, ...fusion, ...noise, ...drawsOf(value) };
  }
  if (value["mode"] !== "expectation" && value["mode"] !== "gradient" && value["mode"] !== "mean") return refuse("mode", "sample, expectation, mean or gradient");
  const observable = checkObservable(value["observable"], circuit);
  if (value["mode"] === "mean") return { mode: "mean", circuit, observable, noise: readNoise(value["noise"]), ...drawsOf(value) };
  if (value["mode"] === "expectation") return { mode: "expectation", circuit, ...fusion, observable };
  const { method } = value;
  if (!isMethod(method)) return refuse("method", GRADIENT_METHODS.join(" or "));
  return { mode: "gradient", circuit, observable, parameters: checkParameters(value["parameters"], circuit), method };
}
