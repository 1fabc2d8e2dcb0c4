// Requests that wait for contracts, as a trace has told them; rules are in deferrals.ts.
import type { BoundDomain } from "../../kernel-abi/domain.ts";

export type Units = Record<BoundDomain, number>;

export interface DeferralRow {
  readonly id: number;
  readonly process: number;
  readonly domain: number;
  readonly priority: number;
  readonly since: number;
  readonly until: number;
  readonly units: Units;
  /** Its process goes on meanwhile. */
  readonly placed: boolean;
}

/** What a trace has told of requests that wait. */
export interface Deferrals {
  /** In their order. */
  waiting: DeferralRow[];
  next: number;
  /** Of the request being granted: what it has not been given yet. */
  granting: { readonly request: DeferralRow; readonly left: Units } | undefined;
}
export const deferralRows = (): Deferrals => ({ waiting: [], next: 1, granting: undefined });
