// Operations and behaviours. An operation is what a program yields: plain data made by the domain APIs, which the kernel turns
// into a syscall. A behaviour is what a process does while Active; the kernel steps an Activation and never sees whether a
// generator program or (later) an XState machine stands behind it. The two refer to each other, so they live together.
// The domain is part of the type, so a call to a domain the process did not declare does not compile.
import type { Capability, Contract, Job } from "./handle.ts";
import type { Fault, FaultJson } from "./fault.ts";
import type { BoundDomain, DomainName } from "./domain.ts";
import type { ProcessId } from "./ids.ts";
import type { Scope, VerbName } from "./capability.ts";
import type { Strike } from "./injection.ts";
import type { Priority } from "./priority.ts";
import type { FlagName } from "./version.ts";

/** What a grant to a child may be cut down to. */
export interface Wish {
  readonly verb: VerbName;
  readonly scope?: Partial<Scope>;
}

export type KOperation =
  | { readonly domain: "K"; readonly op: "now" }
  | { readonly domain: "K"; readonly op: "self" }
  | { readonly domain: "K"; readonly op: "parent" }
  | { readonly domain: "K"; readonly op: "file"; readonly name: string }
  | { readonly domain: "K"; readonly op: "random"; readonly stream: string; readonly draw: "uniform" | "uint32" }
  | { readonly domain: "K"; readonly op: "log"; readonly level: LogLevel; readonly label: string; readonly data: unknown; readonly refused?: true }
  | { readonly domain: "K"; readonly op: "metric"; readonly name: string; readonly value: number; readonly unit: string }
  | { readonly domain: "K"; readonly op: "sleep"; readonly ticks: number }
  | { readonly domain: "K"; readonly op: "spawn"; readonly behaviour: Behaviour; readonly input: unknown; readonly grants: readonly Wish[] | undefined; readonly priority?: Priority | undefined }
  | { readonly domain: "K"; readonly op: "join"; readonly child: ProcessId }
  | { readonly domain: "K"; readonly op: "timer"; readonly ticks: number }
  | { readonly domain: "K"; readonly op: "cancel-timer"; readonly timer: number }
  | { readonly domain: "K"; readonly op: "select"; readonly arms: readonly Arm[] }
  /** `self`: the caller ends with `to`. `other`: `to`, a child of the caller's, ends with it. */
  | { readonly domain: "K"; readonly op: "link"; readonly to: ProcessId; readonly ends: "self" | "other" }
  | { readonly domain: "K"; readonly op: "unlink"; readonly to: ProcessId }
  | { readonly domain: "K"; readonly op: "monitor"; readonly to: ProcessId }
  | { readonly domain: "K"; readonly op: "stop"; readonly child: ProcessId; readonly reason: string }
  | { readonly domain: "K"; readonly op: "continue"; readonly state: unknown }
  | { readonly domain: "K"; readonly op: "suspend"; readonly child: ProcessId }
  | { readonly domain: "K"; readonly op: "resume"; readonly child: ProcessId }
  /** `place`: answered at once, with a place (a number) when the message has to wait for room. */
  | { readonly domain: "K"; readonly op: "send"; readonly to: ProcessId; readonly body: unknown; readonly place?: true | undefined }
  /** Gives up what holds a place; answers nothing, or a Resumption when that had been answered already. */
  | { readonly domain: "K"; readonly op: "withdraw"; readonly place: number }
  | { readonly domain: "K"; readonly op: "lost" }
  | { readonly domain: "K"; readonly op: "uncalibrated" }
  /** Whether the run goes by a flag of the ABI (version.ts): an old trace does not go by those that came after it. */
  | { readonly domain: "K"; readonly op: "in-force"; readonly flag: FlagName }
  | { readonly domain: "K"; readonly op: "receive"; readonly within: number | undefined }
  /** `of`: of this process and those below it, alone. */
  | { readonly domain: "K"; readonly op: "run-totals"; readonly of?: ProcessId | undefined }
  | { readonly domain: "K"; readonly op: "gauges"; readonly of?: ProcessId | undefined }
  | { readonly domain: "K"; readonly op: "capabilities" }
  | { readonly domain: "K"; readonly op: "attenuate"; readonly capability: Capability; readonly scope: Partial<Scope> }
  | { readonly domain: "K"; readonly op: "grant"; readonly capability: Capability; readonly to: ProcessId; readonly scope: Partial<Scope> }
  | { readonly domain: "K"; readonly op: "revoke"; readonly capability: Capability }
  /** An operator's: lets a fault befall the run behind this turn. */
  | { readonly domain: "K"; readonly op: "inject"; readonly strike: Strike };

/** One of the things a process can wait for at once. `timer` is what `timer` answered; `process` a child, or somebody monitored; `place` what a send or a request answered that has to wait. */
export type Arm =
  | { readonly on: "message" }
  | { readonly on: "timer"; readonly timer: number }
  | { readonly on: "outcome"; readonly job: Job }
  | { readonly on: "exit"; readonly process: ProcessId }
  | { readonly on: "room"; readonly place: number };

/**
 * What `select` answers: the arm that won, by its place from 0, and what it gives: a Message, an ExitReason, a Resumption for room, nothing for a timer. An
 * outcome is only said to be in; `collect` gives it at once then.
 */
export interface Selected {
  readonly arm: number;
  readonly value: unknown;
}

/**
 * What the run has recorded so far: up to, not with, the turn that asks. Of a process and those below it: what their own turns have,
 * with what the kernel recorded in their names; not what came for them from elsewhere.
 */
export interface RunTotals {
  readonly tick: number;
  readonly turns: number;
  readonly messages: number;
  readonly shots: number;
  /** Bytes of all bodies recorded. */
  readonly bytes: number;
}

/** How the run stands: of processes, of units that contracts could still take, of domain calls under way. */
export interface Gauges {
  readonly processes: number;
  readonly ready: number;
  readonly pending: number;
  readonly free: { readonly Q: number; readonly PHI: number };
}

/** How a process and those below it stand. What others hold is not said: of units, those of their own contracts. */
export interface SubtreeGauges {
  readonly processes: number;
  readonly ready: number;
  readonly pending: number;
  readonly held: { readonly Q: number; readonly PHI: number };
}

/** How a process ended, as whoever waits for it is told. */
export type ExitReason =
  | { readonly kind: "finished"; readonly result: unknown }
  | { readonly kind: "failed"; readonly fault: FaultJson }
  /** By its parent, or somebody above it. */
  | { readonly kind: "stopped"; readonly reason: string }
  /** With a process it was linked to. */
  | { readonly kind: "linked"; readonly process: ProcessId };

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the contract-bound domains share; `args` are judged by the domain's admission (ports.ts). */
export type BoundOperation<D extends BoundDomain> =
  /** `within`: ticks it may wait for units to come free; absent: it is answered at once. `place`: at once in any case, with a place (a number) when it has to wait. */
  | { readonly domain: D; readonly op: "reserve"; readonly request: unknown; readonly within?: number | undefined; readonly place?: true | undefined }
  | { readonly domain: D; readonly op: "release"; readonly contract: Contract }
  | { readonly domain: D; readonly op: "ledger"; readonly contract: Contract }
  /** The owner lets another process work under its contract; `measures`: and read what that process itself did. */
  | { readonly domain: D; readonly op: "share"; readonly contract: Contract; readonly to: ProcessId; readonly measures: boolean }
  /** The other process takes a handle of its own, by the number `share` answered. */
  | { readonly domain: D; readonly op: "attach"; readonly contract: number }
  | { readonly domain: D; readonly op: "submit"; readonly contract: Contract; readonly call: unknown; readonly refs: readonly Job[] }
  /** MEASURE for Q, PROJECT for Φ: waits for the outcome; a handle resolves once and later reads return the stored outcome. */
  | { readonly domain: D; readonly op: "collect"; readonly job: Job }
  /** The outcome is no longer wanted: it will not be computed if it has not been. What was charged stays charged. */
  | { readonly domain: D; readonly op: "cancel"; readonly job: Job };

export interface ReserveOptions {
  /**
   * Ticks the request may wait, in the order of XDV-082, for units to come free; without it, it is refused when there are too few now.
   * A process that waits holds no contract: what it needs together it asks for together.
   */
  readonly within?: number;
}

export interface ShareOptions {
  /** The measuring authority (032): whether the other process may read the outcomes of what it does. Default false. */
  readonly measures?: boolean;
}

/** All-or-nothing acquisition over several domains (053 §3.3): every contract is active, or none was issued. */
export interface ReserveAllOperation<D extends BoundDomain> {
  readonly domain: D;
  readonly op: "reserve-all";
  readonly requests: readonly { readonly domain: BoundDomain; readonly request: unknown }[];
  readonly within?: number | undefined;
  readonly place?: true | undefined;
}

export type Operation<D extends DomainName = DomainName> =
  | KOperation
  | (D extends BoundDomain ? BoundOperation<D> | ReserveAllOperation<D> : never);

/** A program's body, or a piece of it: yields operations of the domains in D, returns R. */
export type Program<R, D extends DomainName = "K"> = Generator<Operation<D>, R, unknown>;

/** What the kernel answers to the last operation. */
export type Resumption =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "fault"; readonly fault: Fault };

export type Step =
  | { readonly kind: "operation"; readonly operation: Operation }
  | { readonly kind: "done"; readonly result: unknown };

/** One running instance. Every method is synchronous and pure given its inputs (D1). */
export interface Activation {
  /** Runs to the next operation or the end. An error it throws ends the process (PROCESS_FAILED). */
  resume(input: Resumption): Step;
  /** Ends early: `finally` blocks run, but whatever they yield is refused. */
  stop(): void;
  /** All there is to it as data, for the behaviour's `reactivate`; undefined where that cannot be said as it stands. Changes nothing. */
  save?(): unknown;
}

declare const signature: unique symbol;

/** A behaviour with the types of its input and result, for `spawn` and `join`. */
export interface ProcessDefinition<I = unknown, R = unknown> extends Behaviour {
  readonly [signature]?: (input: I) => R;
}
/** A child as its parent sees it: an address to send to, and the type of what joining it gives. */
export interface Child<R = unknown> {
  readonly process: ProcessId;
  readonly [signature]?: () => R;
}
/** What `receive` gives; `body` is decoded from the record, never the sender's own object. */
export interface Message<T = unknown> {
  readonly from: ProcessId;
  readonly body: T;
}

/** What happens to a message that finds its receiver's mailbox full. `refuse`: MAILBOX_FULL to the sender (the default). */
export const OVERFLOWS = ["refuse", "block", "drop-new", "drop-old"] as const;
export type Overflow = (typeof OVERFLOWS)[number];

/** Messages a process lets wait, at most LIMITS.mailbox_depth_max, and what happens to one more. */
export interface MailboxTerms {
  readonly depth: number;
  readonly overflow: Overflow;
}

export interface Behaviour {
  readonly name: string;
  /** Absent: as deep as the ABI allows, `refuse`. */
  readonly mailbox?: MailboxTerms;
  /** Advisory weight for scheduling policies that look at it; never above its parent's. Absent: the parent's, 2 (normal) for the root. */
  readonly priority?: Priority;
  readonly domains: readonly BoundDomain[];
  /** Names of the ABI flags the caller was built for, and its version (version.ts, negotiate). */
  readonly abi: { readonly major: number; readonly minor: number; readonly flags: readonly string[] };
  /** The input with what it leaves out and the definition has defaults for; called before `admit` (inputsTakeDefaults). Changes nothing it is given. */
  readonly complete?: ((input: unknown) => unknown) | undefined;
  /** Checks and normalises the input. @throws Fault INPUT_INVALID */
  readonly admit: (input: unknown) => unknown;
  readonly activate: (input: unknown) => Activation;
  /** One that goes on where another, whose `save` gave this, stood. */
  readonly reactivate?: (saved: unknown) => Activation;
}
