// What noise does at each place of a circuit: its steps with damping among them, and sites, where a shot may go another way.
//   K1  A site is met with probability 1 - exp(-rate), whatever the state; what a shot does there may hang on the state and on its record. So
//       the sites a shot meets are found without looking at the others: they are events of a Poisson process along the sum of the rates.
//   K2  Damping is a step of every shot, diag(1, √(1-γ)), before which a shot that meets its site falls to 0 with the probability of 1 (Dalibard,
//       Castin and Mølmer, Phys. Rev. Lett. 68, 580, 1992): γ·P(1) in all. After a fall the step does nothing.
//   K3  Left out is what no record shows: relaxing in |0⟩ from the start or from an unconditional reset, before such a reset, and behind the last
//       instruction of a qubit.
import { ARITY, OP, OP_WIDTH, isParametrised, type LoweredCircuit } from "../circuit.ts";
import { exp, log } from "../libm/portable.ts";
import type { NoiseModel, Relaxation } from "../noise.ts";
import { clbitsOf, isMeasuring, planOf, qubitsOf, stepsOf, type Plan, type Step } from "./plan.ts";

/** pauli: a word drawn over all its qubits. flip: a Z. damping: a fall to 0 (K2). reading: the bit just read is recorded wrongly. */
export interface Site {
  readonly kind: "pauli" | "flip" | "damping" | "reading";
  /** The step of the plan it stands before. */
  readonly at: number;
  readonly qubits: readonly number[];
  /** Of the gate it stands behind. */
  readonly condition: number;
  /** Of a reading. */
  readonly clbit: number;
  readonly rate: number;
}

export interface NoisyPlan {
  readonly plan: Plan;
  /** By place; readings of the plan's rest last. */
  readonly sites: readonly Site[];
  /** Sums of the rates up to each site, itself included. */
  readonly ends: Float64Array;
  /** Sites that stand before or between the steps. */
  readonly walked: number;
  /** Up to each step, how much of the squared norm damping can take at most, as a logarithm. */
  readonly worn: Float64Array;
}

/** Rate of what is as good as certain: e^-40 is below the grain of any draw. */
const CERTAIN = 40;
const rateOf = (p: number): number => Math.min(CERTAIN, -log(1 - p));

/** A factor on the amplitudes of 1. */
const factor = (q0: number, cosine: number): Step => ({ opcode: OP.P, q0, q1: -1, q2: -1, clbit: -1, condition: -1, ordinal: -1, cosine, sine: 0 });

/** The circuit with its rotations turned too far. */
export function overRotated(circuit: LoweredCircuit, { overRotation }: NoiseModel): LoweredCircuit {
  const ops = circuit.ops.slice();
  const angles: number[] = [];
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    if (!isParametrised(ops[at] ?? 0)) continue;
    angles.push((circuit.angles[ops[at + 6] ?? -1] ?? 0) + overRotation);
    ops[at + 6] = angles.length - 1;
  }
  return { ...circuit, ops, angles: Float64Array.from(angles) };
}

export const isGate = (opcode: number): boolean => opcode >= OP.H && opcode < OP.RESET;

type Added = Omit<Site, "at">;
const added = (kind: Site["kind"], rate: number, more: Partial<Added>): Added => ({ kind, rate, qubits: [], condition: -1, clbit: -1, ...more });

function durationOf(opcode: number, { gate1, gate2, measure, reset }: Relaxation): number {
  if (opcode === OP.MEASURE) return measure;
  return opcode === OP.RESET ? reset : ARITY[opcode] === 1 ? gate1 : gate2;
}

/** When instructions start, and since when qubits relax (N2, K3). */
class Clocks {
  readonly #relaxation: Relaxation;
  readonly #conditions: Int32Array;
  /** When each qubit, then each classical bit, is free. */
  readonly #free: Float64Array;
  /** Up to when each qubit has relaxed; -1 while it is in |0⟩. */
  readonly #since: Float64Array;
  #floor = 0;
  #longest = 0;

  constructor({ qubits, clbits, conditions }: LoweredCircuit, relaxation: Relaxation) {
    this.#relaxation = relaxation;
    this.#conditions = conditions;
    this.#free = new Float64Array(qubits + clbits);
    this.#since = new Float64Array(qubits).fill(-1);
  }

  /** One instruction more; how long each of its qubits has relaxed before it acts. */
  next(step: Step): readonly (readonly [qubit: number, time: number])[] {
    const since = this.#since;
    if (step.opcode === OP.BARRIER) this.#floor = this.#longest;
    const qubits = qubitsOf(step);
    if (qubits.length === 0) return [];
    const clbits = step.clbit < 0 ? clbitsOf(this.#conditions, step.condition) : [step.clbit, ...clbitsOf(this.#conditions, step.condition)];
    const wires = [...qubits, ...clbits.map((clbit) => since.length + clbit)];
    const start = wires.reduce((latest, wire) => Math.max(latest, this.#free[wire] ?? 0), this.#floor);
    const end = start + durationOf(step.opcode, this.#relaxation);
    for (const wire of wires) this.#free[wire] = end;
    this.#longest = Math.max(this.#longest, end);
    const acts = isMeasuring(step) ? end : start;
    const emptied = step.opcode === OP.RESET && step.condition < 0;
    const waited = emptied ? [] : qubits.flatMap((qubit) => ((since[qubit] ?? -1) < 0 ? [] : [[qubit, acts - (since[qubit] ?? 0)] as const]));
    for (const qubit of qubits) since[qubit] = emptied || (step.opcode === OP.MEASURE && (since[qubit] ?? -1) < 0) ? -1 : acts;
    return waited.filter(([, time]) => time > 0);
  }
}

/** What is done to one qubit that has relaxed for a while. */
function relaxing(qubit: number, time: number, { t1, t2 }: Relaxation): readonly (Added | Step)[] {
  const lost = Math.min(CERTAIN, time / t1);
  const flipping = 0.5 * (1 - exp(-time * (1 / t2 - 1 / (2 * t1))));
  const flip = flipping > 0 ? [added("flip", rateOf(flipping), { qubits: [qubit] })] : [];
  return lost > 0 ? [...flip, added("damping", lost, { qubits: [qubit] }), factor(qubit, exp(-0.5 * lost))] : flip;
}

/** What follows one instruction. */
function following(step: Step, { depolarize1, depolarize2, readout }: NoiseModel): readonly Added[] {
  const { opcode, condition, clbit } = step;
  if (opcode === OP.MEASURE) return [added("reading", rateOf(Math.max(readout.zeroAsOne, readout.oneAsZero)), { clbit })];
  if (!isGate(opcode)) return [];
  const qubits = qubitsOf(step);
  return [added("pauli", rateOf(qubits.length === 1 ? depolarize1 : depolarize2), { qubits, condition })];
}

/** @throws Fault KERNEL_REFUSED as `planCircuit` does */
export function noisyPlan(given: LoweredCircuit, noise: NoiseModel): NoisyPlan {
  const circuit = overRotated(given, noise);
  const clocks = noise.relaxation === undefined ? undefined : new Clocks(circuit, noise.relaxation);
  const items = stepsOf(circuit).flatMap((step): readonly (Added | Step)[] => [
    ...(clocks?.next(step) ?? []).flatMap(([qubit, time]) => (noise.relaxation === undefined ? [] : relaxing(qubit, time, noise.relaxation))),
    step, ...following(step, noise),
  ]);
  const plan = planOf(circuit, items.filter((item) => "opcode" in item));
  const late = new Set(plan.rest);
  const sites: Site[] = [];
  const worn = new Float64Array(plan.steps.length + 1);
  let at = 0;
  let read: Step | undefined;
  for (const item of items) {
    if ("opcode" in item) {
      if (item === plan.steps[at]) at += 1;
      if (item.opcode === OP.MEASURE) read = item;
    } else if (item.rate > 0 && !(item.kind === "reading" && read !== undefined && late.has(read))) {
      sites.push({ ...item, at });
      if (item.kind === "damping") worn[at + 1] = item.rate;
    }
  }
  for (let step = 0; step < plan.steps.length; step++) worn[step + 1] = (worn[step + 1] ?? 0) + (worn[step] ?? 0);
  const walked = sites.length;
  sites.push(...restReadings(plan, noise));
  let sum = 0;
  return { plan, sites, walked, worn, ends: Float64Array.from(sites, ({ rate }) => (sum += rate)) };
}

/** Of what is read at the end; what another reading overwrites is none. */
function restReadings({ steps, rest }: Plan, { readout }: NoiseModel): readonly Site[] {
  const rate = rateOf(Math.max(readout.zeroAsOne, readout.oneAsZero));
  if (rate === 0) return [];
  const last = new Map(rest.filter(({ opcode }) => opcode === OP.MEASURE).map((step) => [step.clbit, step]));
  return rest.filter((step) => last.get(step.clbit) === step).map(({ clbit }) => ({ ...added("reading", rate, { clbit }), at: steps.length }));
}
