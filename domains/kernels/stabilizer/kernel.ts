// The stabilizer kernel, q.stabilizer: Clifford circuits on up to 16,384 qubits, in polynomial time. Owns what it
// accepts; the arithmetic is in assembly/, the gate set in clifford.ts. Outcomes are exact: every P(0) is 0, 1/2 or 1,
// so outcome bits equal those of any exact backend that draws the same u(shot, ordinal).
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { sha256 } from "../build/stabilizer.ts";
import { OP, OP_WIDTH, decodeCircuitJob, encodeCircuitOutput } from "../circuit.ts";
import type { CircuitJob, CircuitOutput, LoweredCircuit, PauliSum } from "../circuit.ts";
import type { Kernel } from "../job.ts";
import { cliffordProgram } from "./clifford.ts";
import { KeptTableaux, sampled, type Started } from "./kept.ts";
import { openTableau } from "./tableau.ts";

/** Generators one job may hold: a rotation is spelled in at most three. */
const GENERATORS_MAX = 3 * LIMITS.circuit_operations_max;

type SampleJob = Extract<CircuitJob, { readonly mode: "sample" }>;

const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

function checkSize({ qubits }: LoweredCircuit): void {
  if (qubits > LIMITS.stabilizer_qubits_max) refuse("qubits", `1 to ${LIMITS.stabilizer_qubits_max}`);
}

/** The draw of u(shot, k) is the instruction's place among MEASURE and RESET; another number would name another stream. */
function checkOrdinals({ ops }: LoweredCircuit): void {
  let place = 0;
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    if (ops[at] !== OP.MEASURE && ops[at] !== OP.RESET) continue;
    if (ops[at + 7] !== place) refuse("measurement ordinal", `${place}, the place among MEASURE and RESET`);
    place += 1;
  }
}

function checkUnitary({ ops }: LoweredCircuit): void {
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    if (ops[at] === OP.MEASURE || ops[at] === OP.RESET) refuse("circuit", "no MEASURE or RESET in expectation mode");
    if (ops[at + 5] !== -1) refuse("circuit", "no condition in expectation mode");
  }
}

function checkObservable({ coefficients, paulis }: PauliSum): void {
  if (!coefficients.every(Number.isFinite)) refuse("coefficients", "finite numbers");
  if (!paulis.every((letter) => letter <= 3)) refuse("paulis", "letters 0 to 3");
}

function generatorsOf(circuit: LoweredCircuit): Int32Array {
  const program = cliffordProgram(circuit);
  if (program.length > GENERATORS_MAX * OP_WIDTH) refuse("instructions", `at most ${GENERATORS_MAX} Clifford generators`);
  return program;
}

/** Undefined where there is nothing to read. */
function started({ circuit, shots, noise }: SampleJob): Started | undefined {
  checkSize(circuit);
  if (noise !== undefined) refuse("noise", NO_NOISE);
  if (shots > LIMITS.shots_max) refuse("shots", `1 to ${LIMITS.shots_max}`);
  if (shots * circuit.clbits > LIMITS.result_bits_max) refuse("shots × clbits", `at most ${LIMITS.result_bits_max}`);
  checkOrdinals(circuit);
  const program = generatorsOf(circuit);
  const bytes = shots * circuit.clbits;
  if (bytes === 0) return undefined;
  const tableau = openTableau(circuit.qubits);
  tableau.start(program, circuit.conditions, circuit.clbits);
  return { tableau, bytes };
}

/** Σ coefficient × ⟨P⟩ from left to right; each ⟨P⟩ is exactly -1, 0 or 1. */
function expectation(circuit: LoweredCircuit, observable: PauliSum): number {
  checkSize(circuit);
  checkUnitary(circuit);
  checkObservable(observable);
  const tableau = openTableau(circuit.qubits);
  tableau.start(generatorsOf(circuit), circuit.conditions, 0);
  const { coefficients, paulis } = observable;
  return coefficients.reduce((sum, coefficient, term) =>
    sum + coefficient * tableau.expectation(paulis.subarray(term * circuit.qubits, (term + 1) * circuit.qubits)), 0);
}

/**
 * One decoded job. Sampling evolves what is the same in every shot once (up to the first instruction that needs a
 * random number), then shots from a copy: one by one, or many at once as Pauli frames, with the same bits.
 * @throws Fault KERNEL_REFUSED for a size or shape outside the limits, Q_ERR_GATE_UNSUPPORTED for a gate that is no Clifford.
 */
export function runStabilizerJob(job: CircuitJob): CircuitOutput {
  if (job.mode === "gradient") return refuse("mode", "sample or expectation");
  if (job.mode === "mean") return refuse("noise", NO_NOISE);
  if (job.mode === "expectation") return { mode: "expectation", value: Float64Array.of(expectation(job.circuit, job.observable)) };
  const begin = started(job);
  return { mode: "sample", bits: begin === undefined ? NO_BITS : sampled(begin, job.key) };
}
const NO_NOISE = "none here: the state vector's kernel runs circuits with noise";
const NO_BITS = new Uint8Array(0);

const kept = new KeptTableaux();

function run(input: Uint8Array): CircuitOutput {
  const known = kept.bitsOf(input);
  if (known !== undefined) return { mode: "sample", bits: known };
  const job = decodeCircuitJob(input);
  const begin = job.mode === "sample" ? started(job) : undefined;
  return job.mode === "sample" && begin !== undefined ? { mode: "sample", bits: kept.sampling(input, job, begin)(job.key) } : runStabilizerJob(job);
}

export const stabilizerKernel: Kernel = Object.freeze({
  name: "q.stabilizer",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array): Uint8Array => encodeCircuitOutput(run(input)),
});
