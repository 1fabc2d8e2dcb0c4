// What a circuit comes to when its blocks are repeated: counts, without repeating anything; instructions, one after another; coordinates.
//   F1  Counting takes time that grows with the text, whatever the repetitions; what is as long as the unrolled circuit is bounded.
//   F2  A record that is looked back at exists: counting refuses what reaches beyond the beginning.
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "./circuit.ts";
import { GATES, records } from "./gates.ts";
import { tooLarge } from "./largest.ts";
import { refuseAt } from "./refusal.ts";

const { VALUE, RECORD, SWEEP, COMBINER } = TARGET;

export interface CircuitCounts {
  /** One more than the largest index of a qubit; so are observables and sweepBits. */
  readonly qubits: number;
  readonly measurements: number;
  readonly detectors: number;
  readonly observables: number;
  readonly ticks: number;
  readonly sweepBits: number;
  /** Instructions of the unrolled circuit, annotations included; and their targets. */
  readonly instructions: number;
  readonly targets: number;
}

/** Instructions and targets of an unrolled circuit that is gone through, and measurements and detectors it may have. */
export const UNROLLED_MAX = 1 << 26;

type Counting = { -readonly [Key in keyof CircuitCounts]: number };
const ADDED = ["measurements", "detectors", "ticks", "instructions", "targets"] as const;

/** Bits one instruction appends to the record. */
export function recordsOf({ name, targets }: StimInstruction): number {
  const gate = GATES.get(name);
  if (gate === undefined || !records(gate)) return 0;
  if (gate.targets === "pairs") return targets.length / 2;
  if (gate.targets !== "products") return targets.length;
  let factors = 0;
  for (const target of targets) if ((target & COMBINER) === 0) factors++;
  return 2 * factors - targets.length; // a product of n factors is 2n − 1 targets
}

/**
 * Counts of the unrolled circuit.
 * @throws Fault STIM_VALUE for a record before the beginning, STIM_LIMIT for counts beyond 2^53 − 1, each with the line
 */
export function countsOf(circuit: StimCircuit): CircuitCounts {
  return counted(circuit, 0);
}

function counted(circuit: StimCircuit, before: number): CircuitCounts {
  const counts: Counting = { qubits: 0, measurements: 0, detectors: 0, observables: 0, ticks: 0, sweepBits: 0, instructions: 0, targets: 0 };
  count(circuit, counts, before);
  return counts;
}

function count(circuit: StimCircuit, counts: Counting, before: number): void {
  for (const item of circuit) {
    if (isRepeat(item)) {
      const body: Counting = { ...counts, measurements: 0, detectors: 0, ticks: 0, instructions: 0, targets: 0 };
      count(item.body, body, before + counts.measurements);
      for (const key of ADDED) body[key] = body[key] * item.count + counts[key];
      for (const key of ADDED) if (!Number.isSafeInteger(body[key])) refuseAt("STIM_LIMIT", item, `${item.count} repetitions with more than 2^53 ${key} in all`, "Repeat it fewer times.");
      Object.assign(counts, body);
    } else countOne(item, counts, before);
  }
}

function countOne(item: StimInstruction, counts: Counting, before: number): void {
  const { name, targets } = item;
  counts.instructions++;
  counts.targets += targets.length;
  if (name === "TICK") counts.ticks++;
  else if (name === "DETECTOR") counts.detectors++;
  else if (name === "OBSERVABLE_INCLUDE") counts.observables = Math.max(counts.observables, (item.args[0] ?? 0) + 1);
  if (name !== "MPAD") countTargets(item, counts, before);
  counts.measurements += recordsOf(item);
}

function countTargets(item: StimInstruction, counts: Counting, before: number): void {
  for (const target of item.targets) {
    const value = target & VALUE;
    if ((target & SWEEP) !== 0) counts.sweepBits = Math.max(counts.sweepBits, value + 1);
    else if ((target & RECORD) === 0) counts.qubits = (target & COMBINER) === 0 && value >= counts.qubits ? value + 1 : counts.qubits;
    else if (value > before + counts.measurements) {
      refuseAt("STIM_VALUE", item, `${item.name} looks back at rec[-${value}], and ${before + counts.measurements} measurements were made before it`, "Refer to a measurement that was made; blocks look back from each of their repetitions.");
    }
  }
}

/** Counts of a circuit that is gone through unrolled. @throws Fault as countsOf, and STIM_LIMIT with the number that is too large and where it becomes so */
export function boundedCounts(circuit: StimCircuit, most: number = UNROLLED_MAX): CircuitCounts {
  const counts = countsOf(circuit);
  for (const key of ["instructions", "targets", "measurements", "detectors"] as const) {
    if (counts[key] <= most) continue;
    const item = tooLarge(circuit, (one) => counted([one], Number.MAX_SAFE_INTEGER)[key], most) ?? { line: 0 };
    refuseAt("STIM_LIMIT", item, `${counts[key]} ${key} when its blocks are repeated`, `At most ${most}: make the repetitions fewer.`);
  }
  return counts;
}

/** The instructions in order, blocks repeated as they are reached. */
export function* unrolled(circuit: StimCircuit): Generator<StimInstruction, void, undefined> {
  for (const item of circuit) {
    if (!isRepeat(item)) yield item;
    else for (let round = 0; round < item.count; round++) yield* unrolled(item.body);
  }
}

/** The circuit without blocks. @throws Fault STIM_LIMIT when it has more than `most` instructions or targets */
export function flattenStim(circuit: StimCircuit, most: number = UNROLLED_MAX): readonly StimInstruction[] {
  boundedCounts(circuit, most);
  return [...unrolled(circuit)];
}

/** Adds to an offset, coordinate by coordinate, as SHIFT_COORDS and shift_detectors do. */
export function shifted(offset: readonly number[], by: readonly number[]): readonly number[] {
  return Array.from({ length: Math.max(offset.length, by.length) }, (_, axis) => (offset[axis] ?? 0) + (by[axis] ?? 0));
}

/** A place relative to an offset: coordinates that the place does not have are left out. */
export const placed = (place: readonly number[], offset: readonly number[]): readonly number[] => place.map((value, axis) => value + (offset[axis] ?? 0));

/** Coordinates of the detectors that have any, by index, with all shifts added. @throws Fault STIM_LIMIT */
export function detectorCoordinates(circuit: StimCircuit): ReadonlyMap<number, readonly number[]> {
  boundedCounts(circuit);
  const coordinates = new Map<number, readonly number[]>();
  let offset: readonly number[] = [];
  let detector = 0;
  for (const { name, args } of unrolled(circuit)) {
    if (name === "SHIFT_COORDS") offset = shifted(offset, args);
    else if (name === "DETECTOR") {
      if (args.length > 0) coordinates.set(detector, placed(args, offset));
      detector++;
    }
  }
  return coordinates;
}
