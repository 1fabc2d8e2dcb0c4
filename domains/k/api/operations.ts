// K: what a program may ask of the classical domain. Constructors only: each yields one operation and gives back its answer.
import { ask } from "../../../kernel-abi/ask.ts";
import type { Capability, Contract } from "../../../kernel-abi/handle.ts";
import type { BoundDomain } from "../../../kernel-abi/domain.ts";
import type { Strike } from "../../../kernel-abi/injection.ts";
import type { Priority } from "../../../kernel-abi/priority.ts";
import type { Scope, VerbName } from "../../../kernel-abi/capability.ts";
import type { ProcessId } from "../../../kernel-abi/ids.ts";
import { unrun } from "../../../kernel-abi/calls.ts";
import { isProgram, tried } from "../../../kernel-abi/shown.ts";
import { inForce } from "./given.ts";
import { AT_ONCE, GUARDED, STRICT, type Address, type Reading } from "../../../kernel-abi/reading.ts";
import type { Arm, Child, ExitReason, Gauges, KOperation, LogLevel, Message, ProcessDefinition, Program, RunTotals, Selected, SubtreeGauges, Wish } from "../../../kernel-abi/operation.ts";

export type { Address };

export interface HeldCapability {
  readonly capability: Capability;
  readonly verb: VerbName;
  readonly scope: Scope;
  readonly usesLeft: number | null;
  readonly revoked: boolean;
}

export interface K {
  /** Logical time: the tick of this turn. Constant within a turn. */
  now(): Program<number>;
  self(): Program<ProcessId>;
  /** The process that spawned this one; 0 for the root. */
  parent(): Program<ProcessId>;
  /** A named text input of the run (`triad run --file NAME=PATH`). @throws Fault INPUT_INVALID */
  file(name: string): Program<string>;
  /** Next number in [0, 1) of a named stream of this process (D2): streams never disturb each other. */
  random(stream?: string): Program<number>;
  /** Next unsigned 32-bit integer of a named stream. */
  randomUint32(stream?: string): Program<number>;
  /** Puts a line into the trace. @throws Fault ABI_UNENCODABLE for handles and functions */
  log(label: string, data?: unknown, level?: LogLevel): Program<void>;
  /** A measurement of one's own for telemetry; recorded, never read back. */
  metric(name: string, value: number, unit?: string): Program<void>;
  /** Waits for a number of ticks, at least 1. */
  sleep(ticks: number): Program<void>;
  /**
   * Starts a child one tick later, with what of the parent's authority it declares or, with `grants`, only what is listed.
   * Children end with the root at the latest: join those whose work you need.
   * @throws Fault DOMAIN_UNAUTHORIZED | INPUT_INVALID | ABI_INCOMPATIBLE
   */
  spawn<R>(definition: ProcessDefinition<undefined, R>, input?: undefined, options?: SpawnOptions): Program<Child<R>>;
  spawn<I, R>(definition: ProcessDefinition<I, R>, input: NoInfer<I>, options?: SpawnOptions): Program<Child<R>>;
  /** Waits for a child and gives its result. @throws Fault PROCESS_FAILED when it failed */
  join<R>(child: Child<R>): Program<R>;
  /** Suspends a child: it takes no turns, while its windows and budgets keep running and its mail waits. @throws Fault LIFECYCLE_REFUSED | PROCESS_UNKNOWN */
  suspend(child: Child<unknown>): Program<void>;
  /** Lets a suspended child go on, once its capabilities still hold. @throws Fault LIFECYCLE_REFUSED | PROCESS_UNKNOWN */
  resume(child: Child<unknown>): Program<void>;
  /**
   * Numbers of the contracts of this process that ended while it was last suspended (as in the trace, and as `share` answers them);
   * empty when it lost none. Calls under them are refused with CONTRACT_INVALID.
   */
  lost(): Program<readonly number[]>;
  /**
   * Numbers of its contracts that still run and whose calibration ended while it was last suspended. Calls under them are refused with
   * Q_ERR_CALIBRATION_INVALID: reserve again to bind a fresh one.
   */
  uncalibrated(): Program<readonly number[]>;
  /** A timer with a number, for `select`: goes off once, whether somebody waits or not. */
  timer(ticks: number): Program<number>;
  cancelTimer(timer: number): Program<void>;
  /**
   * Waits for the first of several things: what is there already wins in the order given, otherwise what comes first. What loses is
   * kept: a timer that has gone off, an outcome, an exit, a message. `race` and `all` are easier.
   */
  select(arms: readonly Arm[]): Program<Selected>;
  /** Ends this process when another fails or is stopped. @throws Fault PROCESS_UNKNOWN */
  link(to: Address): Program<void>;
  /** Ends a child when this process fails or is stopped. @throws Fault PROCESS_UNKNOWN */
  tether(child: Child<unknown>): Program<void>;
  /** Takes `link` and `tether` back. */
  unlink(to: Address): Program<void>;
  /** Lets this process select the end of another that is no child of its own. @throws Fault PROCESS_UNKNOWN */
  monitor(to: Address): Program<void>;
  /** Waits for the end of a child or a monitored process and says how it ended; never throws for how it did. */
  exitOf(process: Address): Program<ExitReason>;
  /**
   * Ends a child and everything below it; their `finally` blocks run, but only what they do by themselves: it has ended, so each call made
   * there throws LIFECYCLE_REFUSED and leaves no entry. What must be said at the end is for whoever stops it, or for `exitOf`.
   * @throws Fault PROCESS_UNKNOWN
   */
  stop(child: Child<unknown>, reason?: string): Program<void>;
  /**
   * Ends this body and starts a fresh one of the same definition with `state` as its input, so that nothing it must remember grows with
   * its history. Name, mail, children and capabilities stay. Nothing after it runs. @throws Fault INPUT_INVALID | ABI_UNENCODABLE
   */
  continueWith(state: unknown): Program<never>;
  /**
   * Sends plain data, due one tick later: of lists their items, of records the members that `Object.keys` names. What else hangs on them, such
   * as a name given to a list, is not sent.
   * @throws Fault MAILBOX_FULL | PROCESS_UNKNOWN | ABI_UNENCODABLE | DOMAIN_UNAUTHORIZED
   */
  send(to: Address, body: unknown): Program<void>;
  /** Waits for the next message, in order T2. */
  receive<T = unknown>(): Program<Message<T>>;
  /** As above, but gives `undefined` when none came within so many ticks. */
  receive<T = unknown>(options: { readonly within: number }): Program<Message<T> | undefined>;
  /**
   * What the run has recorded so far, or a process and those below it, living or not: `k.runTotals({ of: yield* k.self() })`. Takes READ_TRACE,
   * which an operator gives (`--allow`); one aimed at a process (`target`) shows that one and what is below it, never the run.
   * @throws Fault DOMAIN_UNAUTHORIZED | PROCESS_UNKNOWN when the process has ended
   */
  runTotals(options?: { readonly of?: Address }): Program<RunTotals>;
  /** How the run stands, or a living process and those below it. Takes READ_TELEMETRY, under the rules of `runTotals`. @throws as `runTotals` */
  gauges(options?: { readonly of?: undefined }): Program<Gauges>;
  gauges(options: { readonly of: Address }): Program<SubtreeGauges>;
  /** What this process may do. */
  capabilities(): Program<readonly HeldCapability[]>;
  /** Cuts a capability down, for oneself. */
  attenuate(capability: Capability, scope: Partial<Scope>): Program<Capability>;
  /** Hands a cut of a capability to another process; the handle returned can revoke it, and with it the contracts issued under it. */
  grant(capability: Capability, to: Address, scope?: Partial<Scope>): Program<Capability>;
  /** Takes back a capability held or handed on, with everything derived from it. */
  revoke(capability: Capability): Program<void>;
  /**
   * Lets a fault befall the run behind this turn: `k.inject({ kind: "domain-freeze", domain: "Q" })`. For operators' programs: it takes
   * ADMIN_FAULT, which a run has only when it is allowed by name. @throws Fault DOMAIN_UNAUTHORIZED | FAULTS_INVALID
   */
  inject(strike: Strike): Program<void>;
}

export interface SpawnOptions {
  readonly grants?: readonly Wish[];
  /** 0 idle to 4 critical; never above the parent's. */
  readonly priority?: Priority;
}

const perform = <R>(operation: KOperation): Program<R> => ask<R, "K">(operation);

interface Look { readonly of?: Address | undefined }

const RECEIVE: KOperation = Object.freeze({ domain: "K", op: "receive", within: undefined });

const grantsOf = (options: SpawnOptions): Pick<Extract<KOperation, { readonly op: "spawn" }>, "grants" | "priority"> =>
  ({ grants: options.grants, ...(options.priority === undefined ? {} : { priority: options.priority }) });
const aim = (address: Reading["address"]) => ({ of }: Look): { readonly of?: ProcessId } => (of === undefined ? {} : { of: address(of) });

/** The operations of K, which read what they are given that way. */
const operations = ({ address, child: processOf, exit, record }: Reading): K => Object.freeze({
  now: () => perform<number>({ domain: "K", op: "now" }),
  self: () => perform<ProcessId>({ domain: "K", op: "self" }),
  parent: () => perform<ProcessId>({ domain: "K", op: "parent" }),
  file: (name: string) => perform<string>({ domain: "K", op: "file", name }),
  random: (stream = "default") => perform<number>({ domain: "K", op: "random", stream, draw: "uniform" }),
  randomUint32: (stream = "default") => perform<number>({ domain: "K", op: "random", stream, draw: "uint32" }),
  log: (label: string, data: unknown = null, level: LogLevel = "info") => perform<void>({ domain: "K", op: "log", level, label, data }),
  metric: (name: string, value: number, unit = "1") => perform<void>({ domain: "K", op: "metric", name, value, unit }),
  sleep: (ticks: number) => perform<void>({ domain: "K", op: "sleep", ticks }),
  spawn: <I, R>(behaviour: ProcessDefinition<I, R>, input?: I, options: SpawnOptions = {}) =>
    perform<Child<R>>({ domain: "K", op: "spawn", behaviour, input, ...record("k.spawn(definition, input?, { grants?, priority? })", "options", options, grantsOf) }),
  join: <R>(child: Child<R>) => perform<R>({ domain: "K", op: "join", child: processOf(child) }),
  lost: () => perform<readonly number[]>({ domain: "K", op: "lost" }),
  uncalibrated: () => perform<readonly number[]>({ domain: "K", op: "uncalibrated" }),
  timer: (ticks: number) => perform<number>({ domain: "K", op: "timer", ticks }),
  cancelTimer: (timer: number) => perform<void>({ domain: "K", op: "cancel-timer", timer }),
  select: (arms: readonly Arm[]) => perform<Selected>({ domain: "K", op: "select", arms }),
  link: (to: Address) => perform<void>({ domain: "K", op: "link", to: address(to), ends: "self" }),
  tether: (child: Child<unknown>) => perform<void>({ domain: "K", op: "link", to: processOf(child), ends: "other" }),
  unlink: (to: Address) => perform<void>({ domain: "K", op: "unlink", to: address(to) }),
  monitor: (to: Address) => perform<void>({ domain: "K", op: "monitor", to: address(to) }),
  *exitOf(process: Address): Program<ExitReason> {
    if (isProgram(process) && (yield* inForce("unrunRefused"))) throw unrun("k.exitOf(process)", { argument: "process", allowed: "a process id, or what spawn returned" });
    const { value } = yield* perform<Selected>({ domain: "K", op: "select", arms: [{ on: "exit", process: exit(process) }] });
    return value as ExitReason;
  },
  stop: (child: Child<unknown>, reason = "") => perform<void>({ domain: "K", op: "stop", child: processOf(child), reason }),
  continueWith: (state: unknown) => perform<never>({ domain: "K", op: "continue", state }),
  suspend: (child: Child<unknown>) => perform<void>({ domain: "K", op: "suspend", child: processOf(child) }),
  resume: (child: Child<unknown>) => perform<void>({ domain: "K", op: "resume", child: processOf(child) }),
  send: (to: Address, body: unknown) => perform<void>({ domain: "K", op: "send", to: address(to), body }),
  receive: (options?: { readonly within: number }): Program<never> => (options === undefined ? perform(RECEIVE)
    : perform({ domain: "K", op: "receive", within: record("k.receive({ within: ticks })", "options", options, ({ within }) => within) })),
  runTotals: (options: Look = {}) => perform<RunTotals>({ domain: "K", op: "run-totals", ...record("k.runTotals({ of: process })", "options", options, aim(address)) }),
  gauges: ((options: Look = {}) => perform<Gauges | SubtreeGauges>({ domain: "K", op: "gauges", ...record("k.gauges({ of: process })", "options", options, aim(address)) })) as K["gauges"],
  capabilities: () => perform<readonly HeldCapability[]>({ domain: "K", op: "capabilities" }),
  attenuate: (capability: Capability, scope: Partial<Scope>) => perform<Capability>({ domain: "K", op: "attenuate", capability, scope }),
  grant: (capability: Capability, to: Address, scope: Partial<Scope> = {}) => perform<Capability>({ domain: "K", op: "grant", capability, to: address(to), scope }),
  revoke: (capability: Capability) => perform<void>({ domain: "K", op: "revoke", capability }),
  inject: (strike: Strike) => perform<void>({ domain: "K", op: "inject", strike }),
});

export const k: K = operations(STRICT);
/** What programs of runs from before `widerProviders` are handed. */
export const kNarrower: K = operations(GUARDED);
/** What programs of runs from before `refusalsInFull` are handed. */
export const kBefore: K = operations(AT_ONCE);

/** `k.spawn` for those who are given its arguments; in a run recorded before `refusalsInFull` or `widerProviders`, as it read them then. */
export function* spawned<R>(definition: ProcessDefinition<unknown, R>, input: unknown, options: SpawnOptions | undefined): Program<Child<R>> {
  let call: Program<Child<R>>;
  try {
    call = k.spawn(definition, input, options);
  } catch (error) {
    if (!(yield* inForce("refusalsInFull"))) call = kBefore.spawn(definition, input, options);
    else if (yield* inForce("widerProviders")) throw error;
    else call = kNarrower.spawn(definition, input, options);
  }
  return yield* call;
}

/** One of several requests: the domain, and what its `reserve` takes. */
export interface ReserveRequest<D extends BoundDomain> {
  readonly domain: D;
  readonly request: unknown;
}

/**
 * Contracts for each of the requests, or none of them (053 §3.3):
 * `reserveAll({ domain: "Q", request: { qubits: 2, budget: 40 } }, { domain: "PHI", request: { components: 2, duration: 9 } })`.
 * @throws Fault as each domain's `reserve`; ABI_MALFORMED without a request
 */
export function* reserveAll<const R extends readonly ReserveRequest<BoundDomain>[]>(...requests: R): Program<{ readonly [I in keyof R]: Contract<R[I]["domain"]> }, R[number]["domain"]> {
  return yield* reserveTogether(undefined, requests);
}

/** As `reserveAll`; waits up to `ticks` ticks, in the order of XDV-082, until there is enough of everything at once. */
export function* reserveAllWithin<const R extends readonly ReserveRequest<BoundDomain>[]>(ticks: number, ...requests: R): Program<{ readonly [I in keyof R]: Contract<R[I]["domain"]> }, R[number]["domain"]> {
  return yield* reserveTogether(ticks, requests);
}

const isBound = (domain: unknown): domain is BoundDomain => domain === "Q" || domain === "PHI";

/** Of the first request; where it has none, of Q, whose refusal it is then. In a run recorded before `refusalsInFull`, whatever comes of it. */
function* firstDomain(requests: readonly ReserveRequest<BoundDomain>[]): Program<BoundDomain> {
  const read = (): BoundDomain => requests[0]?.domain ?? "Q";
  const domain = tried(read, undefined);
  return isBound(domain) ? domain : (yield* inForce("refusalsInFull")) ? "Q" : read();
}

function* reserveTogether<const R extends readonly ReserveRequest<BoundDomain>[]>(within: number | undefined, requests: R): Program<{ readonly [I in keyof R]: Contract<R[I]["domain"]> }, R[number]["domain"]> {
  const domain = yield* firstDomain(requests) as Program<BoundDomain, "K">;
  // The kernel answers with one handle per request, in order.
  return (yield { domain, op: "reserve-all", requests, ...(within === undefined ? {} : { within }) } as never) as { readonly [I in keyof R]: Contract<R[I]["domain"]> };
}
