// Faults as a trace has told them; rules are in faults.ts.
import type { BoundDomain } from "../../kernel-abi/domain.ts";

/** What a trace has told of faults so far. */
export interface FaultRows {
  /** Strikes of the header's script that have come. */
  struck: number;
  /** Strikes operators' programs were granted in the last turn and that have not come. */
  readonly asked: unknown[];
  /** Jobs in flight whose end is decided, with the verdict. */
  readonly doomed: Map<number, number>;
  readonly frozen: Set<BoundDomain>;
  /** Contracts whose calibration gave out, with the last tick it still serves. */
  readonly uncalibrated: Map<number, number>;
  /** Processes that may be halted in the tick: by a strike, by a policy, by copies. */
  halting: number;
}
export const faultRows = (): FaultRows => ({ struck: 0, asked: [], doomed: new Map(), frozen: new Set(), uncalibrated: new Map(), halting: -1 });
