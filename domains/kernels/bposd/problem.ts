// What BP+OSD decodes: mechanisms as columns of a sparse matrix over detectors. Owns the shape and what is refused of it.
//   1  Detectors of a column are distinct and rising; a column may have none (it then only weighs).
//   2  Probabilities lie strictly between 0 and 1: a mechanism that never or always happens belongs out of the problem.
import { Fault } from "../../../kernel-abi/fault.ts";

/** Observables one prediction may have: a word of 64 bits. */
export const OBSERVABLES_MAX = 64;
/** Row operations take detectors² bits. */
export const DETECTORS_MAX = 1 << 15;
export const MECHANISMS_MAX = 1 << 22;
export const ITERATIONS_MAX = 1 << 20;
export const ORDER_MAX = 64;

export interface DecodingProblem {
  readonly detectors: number;
  readonly observables: number;
  /** Where each mechanism's detectors begin in `rows`, and after the last one their number. */
  readonly columns: Uint32Array;
  readonly rows: Uint32Array;
  /** One a mechanism. */
  readonly probabilities: Float64Array;
  /** Two words a mechanism, low first: the observables it flips. */
  readonly masks: Uint32Array;
}

export interface BpOsdOptions {
  /** Iterations before ordered statistics; at least 1. */
  readonly iterations: number;
  /** What messages are scaled by, in (0, 1]; "adaptive": by 1 - 2^-k in iteration k. */
  readonly scale: number | "adaptive";
  /** How many of the likeliest columns outside the solution are tried in pairs, and all of them alone; 0: the solution as it is (OSD-0). */
  readonly order: number;
}

export const BPOSD_DEFAULTS: BpOsdOptions = Object.freeze({ iterations: 100, scale: "adaptive", order: 0 });

export const refuse = (argument: string, allowed: string): never => { throw new Fault("KERNEL_REFUSED", { argument, allowed }); };

const requireWithin = (argument: string, value: number, least: number, most: number): void => {
  if (!(Number.isSafeInteger(value) && value >= least && value <= most)) refuse(argument, `an integer from ${least} to ${most}`);
};

export const bytesOf = (bits: number): number => (bits + 7) >> 3;

/** A word of so many ones. */
const lowBits = (ones: number): number => (ones >= 32 ? -1 : ones <= 0 ? 0 : (1 << ones) - 1);

/** @throws Fault KERNEL_REFUSED naming the field that is none */
export function checkProblem({ detectors, observables, columns, rows, probabilities, masks }: DecodingProblem): void {
  const mechanisms = probabilities.length;
  requireWithin("detectors", detectors, 1, DETECTORS_MAX);
  requireWithin("observables", observables, 0, OBSERVABLES_MAX);
  requireWithin("mechanisms", mechanisms, 1, MECHANISMS_MAX);
  if (columns.length !== mechanisms + 1 || columns[0] !== 0 || columns[mechanisms] !== rows.length) refuse("columns", "one start a mechanism, from 0, and the number of rows");
  if (columns.some((start, j) => start < (columns[j - 1] ?? 0))) refuse("columns", "starts that do not fall");
  if (masks.length !== 2 * mechanisms) refuse("masks", "two words a mechanism");
  if (!probabilities.every((p) => p > 0 && p < 1)) refuse("probabilities", "numbers above 0 and below 1");
  for (let j = 0; j < mechanisms; j++) {
    const [from = 0, to = 0] = [columns[j], columns[j + 1]];
    for (let e = from; e < to; e++) {
      const row = rows[e] ?? detectors;
      if (row >= detectors || (e > from && row <= (rows[e - 1] ?? 0))) refuse("rows", "detectors of each mechanism, rising");
    }
  }
  const allowed = [lowBits(observables), lowBits(observables - 32)];
  if (masks.some((mask, at) => (mask & ~(allowed[at % 2] ?? 0)) !== 0)) refuse("masks", `bits below ${observables}`);
}

/** @throws Fault KERNEL_REFUSED */
export function checkOptions({ iterations, scale, order }: BpOsdOptions): void {
  requireWithin("iterations", iterations, 1, ITERATIONS_MAX);
  requireWithin("order", order, 0, ORDER_MAX);
  if (scale !== "adaptive" && !(Math.fround(scale) > 0 && scale <= 1)) refuse("scale", "above 0 and at most 1, or adaptive");
}
