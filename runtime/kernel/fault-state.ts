// What a run knows of its faults: the script, how far it has struck, what is frozen. Rules are in faults.ts.
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import type { Tick } from "../../kernel-abi/ids.ts";
import type { ContractRecord } from "../process/records.ts";
import { DEFAULT_RECOVERY, type Injection, type Recovery, type Strike } from "../../kernel-abi/injection.ts";

export interface FaultState {
  /** In the order of their ticks; those before `next` have struck. */
  readonly script: readonly Injection[];
  next: number;
  readonly recovery: Recovery;
  /** The header states a policy: what is done by it is recorded. */
  readonly stated: boolean;
  /** Some rule calls jobs again. */
  readonly retries: boolean;
  readonly frozen: Set<BoundDomain>;
  /** Asked for in the turn being taken. */
  readonly requested: Strike[];
  /** Contracts of which more was asked than was left in the turn being taken, with the verdict of the refused call. */
  readonly overused: { readonly contract: ContractRecord; readonly verdict: number }[];
  /** Ticks of recent provider failures. */
  readonly failures: Record<BoundDomain, Tick[]>;
  /** Domains frozen because their providers failed too often, so far. */
  freezes: number;
}

export const faultState = (script: readonly Injection[] = [], recovery?: Recovery): FaultState => ({
  script, next: 0, recovery: recovery ?? DEFAULT_RECOVERY, stated: recovery !== undefined, retries: recovery?.rules.some(({ action }) => action === "retry") === true,
  frozen: new Set(), requested: [], overused: [], failures: { Q: [], PHI: [] }, freezes: 0,
});
