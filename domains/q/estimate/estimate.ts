// A physical estimate: what running a circuit of such counts takes on such hardware, by whoever made it. Plain data; times are
// nanoseconds, rates probabilities of the run as a whole unless they say otherwise.
import type { BudgetParts } from "./request.ts";

/** One round of distillation in a T factory. */
export interface DistillationRound {
  readonly unit: string;
  /** Units side by side. */
  readonly units: number;
  readonly distance: number;
}

export interface TFactory {
  readonly physicalQubits: number;
  readonly runtimeNs: number;
  /** T states one run gives. */
  readonly tStates: number;
  /** Of one T state that comes out. */
  readonly errorRate: number;
  readonly rounds: readonly DistillationRound[];
}

export interface PhysicalEstimate {
  readonly physicalQubits: number;
  readonly runtimeNs: number;
  readonly algorithm: {
    /** After layout on a plane: 2Q + ⌈√(8Q)⌉ + 1. */
    readonly logicalQubits: number;
    /** Logical cycles the counts need, and those that are run: more where the first T states come later. */
    readonly depth: number;
    readonly cycles: number;
    readonly physicalQubits: number;
  };
  readonly code: {
    readonly distance: number;
    /** Of one logical qubit. */
    readonly physicalQubits: number;
    readonly cycleNs: number;
    /** Of one logical qubit in one cycle: what it is, and the most it may be. */
    readonly errorRate: number;
    readonly errorRateMax: number;
  };
  readonly tStates: { readonly count: number; /** T states of one rotation. */ readonly perRotation: number; /** The worst one may be. */ readonly errorRateMax: number | null };
  readonly factories: { readonly count: number; readonly runs: number; readonly physicalQubits: number; readonly factory: TFactory } | null;
  readonly budget: BudgetParts;
}

/** How an allowance is used: of an error budget, or of a bound. */
export interface Slack {
  readonly what: "logical" | "tStates" | "rotations" | "physicalQubits" | "runtimeNs" | "tFactories";
  readonly allowed: number;
  readonly used: number;
  /** 1 − used/allowed: 0 is nothing left. */
  readonly slack: number;
}
