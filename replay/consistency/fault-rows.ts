// Faults as a trace has told them; rules are in faults.ts.
import type { VerbName } from "../../kernel-abi/capability.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";

/** What a trace has told of faults so far. */
export interface FaultRows {
  /** Strikes of the header's script that have come. */
  struck: number;
  /** Strikes operators' programs were granted in the last turn and that have not come. */
  readonly asked: unknown[];
  /** Jobs in flight whose end is decided, with the verdict; those of them that a strike on work hit; and the last one that landed, if it was one. */
  readonly doomed: Map<number, number>;
  readonly hit: Set<number>;
  landed: number;
  readonly frozen: Set<BoundDomain>;
  /** Contracts whose calibration gave out, with the last tick it still serves. */
  readonly uncalibrated: Map<number, number>;
  /** Processes that may be halted in the tick: by a strike, by a policy, by copies. */
  halting: number;
  /** What the policy, or copies of handles, have made due before anybody takes a turn. */
  readonly owed: Set<string>;
  /** Jobs called again, by the one their owner called: how often. */
  readonly attempts: Map<number, number>;
  /** Ticks of recent failures of work, and how many freezes they have led to. */
  readonly failures: Record<BoundDomain, number[]>;
  freezes: number;
  /** Attempts to copy handles, by process. */
  readonly copies: Map<number, number>;
  /** Contracts of which more was asked than was left in the turn before, with the verdict of the refused call. */
  readonly overused: Map<number, number>;
  readonly authority: AuthorityRows;
}

/** What a frame has begun to take or to give, and not ended yet (authority.ts). */
export interface AuthorityRows {
  /** Capabilities that go with what was revoked or asked back. */
  readonly falling: Set<number>;
  /** Contracts whose capability is revoked; those of them that have ended since. */
  readonly withdrawn: Set<number>;
  readonly ended: Set<number>;
  /** Capabilities a freeze is to revoke, the last first. */
  taking: number[];
  /** What a thaw is to issue. */
  giving: VerbName[];
  /** Whose capabilities a strike revokes, and which. */
  aimed: { readonly holder: number; readonly verb: string } | undefined;
}
export const faultRows = (): FaultRows => ({
  struck: 0, asked: [], doomed: new Map(), hit: new Set(), landed: 0, frozen: new Set(), uncalibrated: new Map(), halting: -1, owed: new Set(), attempts: new Map(), failures: { Q: [], PHI: [] }, freezes: 0,
  copies: new Map(), overused: new Map(), authority: { falling: new Set(), withdrawn: new Set(), ended: new Set(), taking: [], giving: [], aimed: undefined },
});

/** What can be due before anybody takes a turn. */
export const owing = Object.freeze({
  contained: (job: number, verdict: number) => `job ${job} contained, fault ${verdict}`,
  escalated: (job: number, verdict: number) => `job ${job} escalated, fault ${verdict}`,
  retried: (job: number) => `job ${job} called again`,
  revoked: (contract: number) => `contract ${contract} revoked`,
  overused: (contract: number) => `contract ${contract} ended for overuse`,
  halted: (process: number) => `process ${process} halted`,
  frozen: (domain: BoundDomain) => `${domain} frozen`,
  copies: (process: number, stage: "rollback" | "halt") => `process ${process} answered with ${stage}`,
  ended: "the end of the run",
} as const);
