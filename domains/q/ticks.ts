// How many ticks a Q job takes: an integer from this table and the job's shape alone (T3). Nothing is measured, so the
// same call costs the same everywhere; the table is digested into the header.
//   Work is counted in elementary updates: an amplitude of a state vector, a bit pair of a tableau, a bit of a result.
import { OP, OP_WIDTH } from "../kernels/circuit.ts";
import type { GradientMethod, LoweredCircuit } from "../kernels/circuit.ts";
import { GRADIENT_COST, NOISE_COST, circuitsOf, type Charged } from "./api/cost.ts";
import type { NoiseModel } from "../kernels/noise.ts";
import type { ProviderDeclaration } from "../../kernel-abi/header.ts";

export const TICK_TABLE = Object.freeze({
  /** Ticks every job takes. */
  base: 1,
  /** Elementary updates one further tick stands for. */
  work_per_tick: 100_000_000,
  /** No job takes longer; run bounds are far below. */
  ticks_max: 1_000_000_000_000,
});
/** As the header digests it. */
export const Q_TICKS = Object.freeze({ name: "q.ticks", version: 1, table: TICK_TABLE });

/** Whether every shot needs a run of its own: something follows a measurement, is reset, or is conditional. */
export function isDynamic({ ops }: LoweredCircuit): boolean {
  let measured = false;
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    const opcode = ops[at];
    if (opcode === OP.RESET || ops[at + 5] !== -1) return true;
    if (opcode === OP.MEASURE) measured = true;
    else if (measured && opcode !== OP.BARRIER) return true;
  }
  return false;
}

/** 2^qubits by doubling: exact. */
function amplitudes(qubits: number): number {
  let size = 1;
  for (let qubit = 0; qubit < qubits; qubit++) size *= 2;
  return size;
}

/** As much of a call as decides how long it takes. */
export interface Worked extends Charged {
  readonly shots: number;
  readonly method?: GradientMethod;
  readonly noise?: NoiseModel;
}

/** Runs through the circuit: a few by adjoint, one a circuit by shift. */
const runsOfGradient = (job: Worked): number => (job.method === "adjoint" ? GRADIENT_COST.table.runs_adjoint : circuitsOf(job));

/** Elementary updates; a double, exact below 2^53 and rounded the same way everywhere above. */
export function workOf(job: Worked, provider: ProviderDeclaration["provider"]): number {
  const { circuit, shots, noise } = job;
  const { updates, updates_relaxing } = NOISE_COST.table;
  const instructions = (circuit.ops.length / OP_WIDTH) * (noise?.relaxation === undefined ? updates : updates_relaxing);
  const runs = job.mode === "gradient" ? runsOfGradient(job) : noise !== undefined || isDynamic(circuit) ? shots : 1;
  const width = provider === "stabilizer" ? circuit.qubits : amplitudes(circuit.qubits);
  return runs * instructions * width + shots * (circuit.clbits + circuit.qubits);
}

/** At least 1, an integer, never dependent on an outcome. */
export const ticksOf = (job: Worked, provider: ProviderDeclaration["provider"]): number =>
  Math.min(TICK_TABLE.ticks_max, TICK_TABLE.base + Math.floor(workOf(job, provider) / TICK_TABLE.work_per_tick));
