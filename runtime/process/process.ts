// Process: the record of ONE hybrid process. Owns its lifecycle state, inbox, handles, streams and counters; never judges a
// syscall (runtime/kernel) and never decides when it runs (runtime/scheduler).
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import type { Envelope } from "../../kernel-abi/envelope.ts";
import type { FaultJson } from "../../kernel-abi/fault.ts";
import { processId, type CapabilityId, type ProcessId, type ProcessName, type Tick } from "../../kernel-abi/ids.ts";
import type { Activation, Behaviour, ExitReason, Resumption } from "../../kernel-abi/operation.ts";
import type { RandomStream } from "../../kernel-abi/ports.ts";
import type { Priority } from "../../kernel-abi/priority.ts";
import { Mailbox, type MailboxState } from "../mailbox/mailbox.ts";
import { Ring } from "../mailbox/ring.ts";
import type { Answers } from "./answers.ts";
import { keptResumption, takenResumption, Unkeepable, type ExactResumption } from "./exact.ts";
import { bindingLifecycle, processLifecycle, type BindingState, type ProcessEvent, type ProcessState } from "./lifecycles.ts";
import type { ContractRecord, JobRecord } from "./records.ts";
import { Ties, type TiesState } from "./ties.ts";
import { WAIT_START, type Wait } from "./wait.ts";

/** What a handle of this process stands for. */
export type HandleEntry =
  | { readonly kind: "capability"; readonly id: CapabilityId }
  | { readonly kind: "contract"; readonly record: ContractRecord }
  | { readonly kind: "job"; readonly record: JobRecord };

/** What a process waits for by number: a message by its sequence number, a request by minus its own. `of`: the receiver, or the domain's service. */
export interface Place {
  readonly of: ProcessId;
  answer: Resumption | undefined;
}

/** What an envelope of kind ROOM carries when it is for a place; its subject is the place then. */
export class PlaceAnswer {
  readonly answer: Resumption;
  constructor(answer: Resumption) { this.answer = answer; }
}

/** How a process ended; `result` and `fault` are what joining it gives. */
export interface Exit {
  readonly tick: Tick;
  readonly how: ExitReason["kind"] | "run-end";
  readonly result: Uint8Array;
  readonly fault: FaultJson | undefined;
  /** stopped: the reason given. */
  readonly reason: string;
  /** linked: the process it ended with. */
  readonly with: ProcessId | undefined;
}

/** What a process keeps to itself, as data; `E` an envelope's. Absent is what it has none of. */
export interface OwnState<E> {
  readonly inbox: MailboxState<E>;
  readonly ties?: TiesState;
  readonly timers?: readonly (readonly [timer: number, gone: boolean])[];
  readonly parked?: readonly E[];
  readonly places?: readonly (readonly [place: number, of: number, answer?: ExactResumption])[];
  readonly bindings?: readonly (readonly [BoundDomain, BindingState])[];
  readonly streams?: readonly (readonly [name: string, position: Uint8Array])[];
  readonly children?: readonly (readonly [name: string, ordinal: number])[];
}

/** What befell a process while it was last suspended. */
export interface Absence {
  readonly since: Tick;
  /** Its contracts that ended, in that order; those that run, but whose calibration ended, by number: looked at when it is resumed. */
  readonly lost: readonly number[];
  readonly uncalibrated: readonly number[];
}

const NEVER_AWAY: Absence = Object.freeze({ since: 0 as Tick, lost: Object.freeze([]), uncalibrated: Object.freeze([]) });
/** What few processes come to have: a place of its own for each would weigh on all of them. */
class Seldom {
  timers: Map<number, boolean> | undefined;
  parked: Ring<Envelope> | undefined;
  places: Map<number, Place> | undefined;
  streams: Map<string, RandomStream> | undefined;
  children: Map<string, number> | undefined;
}

const NONE_OF_THEM: Readonly<Seldom> = Object.freeze(new Seldom());
const NOTHING_HELD: readonly CapabilityId[] = Object.freeze([]);
/** Up to here a list is exactly as long as it is, for most processes hold little; a longer one grows in place, or to hold n would cost n times n. */
const EXACT_MAX = 64;
const NO_DOMAINS: readonly BoundDomain[] = Object.freeze([]);

export class Process {
  readonly id: ProcessId;
  readonly name: ProcessName;
  readonly parent: ProcessId;
  readonly behaviour: Behaviour;
  readonly priority: Priority;
  /** What its body was started with: the spawn's input, or the state handed on. */
  input: unknown;
  readonly inbox: Mailbox;
  state: ProcessState = processLifecycle.initial;
  activation: Activation | undefined;
  wait: Wait = WAIT_START;
  /** Why a turn was cut at the end of a time slice: what its process goes on with. */
  pending: Resumption | undefined;
  /** Sequence of what this process sends (messages and timers): the last part of order T2. */
  seq = 0;
  jobs = 0;
  exit: Exit | undefined;
  /** A failure somebody has been told of. */
  joined = false;
  /** What its body was told, in a run that puts itself down; and whether nothing brings its body back. */
  answers: Answers | undefined;
  opaque = false;
  absence: Absence = NEVER_AWAY;
  /** Queued for a turn. */
  queued = false;
  /** What its next turn is given, when that is not a message from its inbox. */
  signal: Envelope | undefined;
  #held: CapabilityId[] | undefined;
  #ties: Ties | undefined;
  #seldom: Seldom | undefined;
  #bindings: Map<BoundDomain, BindingState> | undefined;
  /** A handle nobody has any more stands for nothing, and what only it stood for is gone with it. */
  #handles: WeakMap<object, HandleEntry> | undefined;

  constructor(identity: { id: ProcessId; name: ProcessName; parent: ProcessId; behaviour: Behaviour; input: unknown; priority: Priority; mailboxBound: number }) {
    this.id = identity.id;
    this.name = identity.name;
    this.parent = identity.parent;
    this.behaviour = identity.behaviour;
    this.input = identity.input;
    this.priority = identity.priority;
    const { depth, overflow } = identity.behaviour.mailbox ?? { depth: identity.mailboxBound, overflow: "refuse" as const };
    this.inbox = new Mailbox(Math.min(depth, identity.mailboxBound), overflow);
  }

  /** @throws Fault LIFECYCLE_REFUSED */
  transition(event: ProcessEvent): { readonly from: ProcessState; readonly to: ProcessState } {
    const from = this.state;
    this.state = processLifecycle.next(from, event);
    return { from, to: this.state };
  }

  get live(): boolean { return this.state === "active" || this.state === "suspended"; }

  /** Held capabilities, by index only (A3), in the order in which they came. */
  get held(): readonly CapabilityId[] { return this.#held ?? NOTHING_HELD; }
  hold(capability: CapabilityId): void {
    const held = this.#held ?? [];
    if (held.length < EXACT_MAX) this.#held = held.concat(capability);
    else held.push(capability);
  }
  /** Takes back the last. */
  unhold(): void { this.#held?.pop(); }

  get #own(): Seldom { return (this.#seldom ??= new Seldom()); }

  get ties(): Ties { return (this.#ties ??= new Ties()); }
  /** Without making them. */
  get anyTies(): Ties | undefined { return this.#ties; }

  /** Timers it can wait for by number, and whether they have gone off. */
  get timers(): Map<number, boolean> { return (this.#own.timers ??= new Map()); }
  get anyTimers(): Map<number, boolean> | undefined { return this.#seldom?.timers; }

  /** Places it holds, in the order in which it took them. */
  get places(): Map<number, Place> { return (this.#own.places ??= new Map()); }
  get anyPlaces(): Map<number, Place> | undefined { return this.#seldom?.places; }

  /** Messages that wait for a place in its mailbox, in the order sent; their senders wait too. */
  get parked(): Ring<Envelope> { return (this.#own.parked ??= new Ring()); }
  get anyParked(): Ring<Envelope> | undefined { return this.#seldom?.parked; }

  /** Domains it has been bound to, in the order of binding. */
  get boundDomains(): readonly BoundDomain[] { return this.#bindings === undefined ? NO_DOMAINS : [...this.#bindings.keys()]; }
  binding(domain: BoundDomain): BindingState { return this.#bindings?.get(domain) ?? bindingLifecycle.initial; }
  bind(domain: BoundDomain, state: BindingState): void { (this.#bindings ??= new Map()).set(domain, state); }

  keep(handle: object, entry: HandleEntry): void {
    (this.#handles ??= new WeakMap()).set(handle, entry);
  }
  /** By identity: a copy of a handle is unknown (contracts, rule 7). */
  resolve(handle: unknown): HandleEntry | undefined {
    return typeof handle === "object" && handle !== null ? this.#handles?.get(handle) : undefined;
  }
  stream(name: string, open: () => RandomStream): RandomStream {
    const streams = (this.#own.streams ??= new Map<string, RandomStream>());
    let stream = streams.get(name);
    if (stream === undefined) streams.set(name, stream = open());
    return stream;
  }
  /** `solver` → `solver#1`, `solver#2`, … */
  nextChildSegment(name: string): string {
    const children = (this.#own.children ??= new Map<string, number>());
    const ordinal = (children.get(name) ?? 0) + 1;
    children.set(name, ordinal);
    return `${name}#${ordinal}`;
  }
  /** @throws Unkeepable */
  saved<E>(save: (envelope: Envelope) => E): OwnState<E> {
    const { timers, parked, places, streams, children } = this.#seldom ?? NONE_OF_THEM;
    return {
      inbox: this.inbox.saved(save),
      ...(this.#ties === undefined ? {} : { ties: this.#ties.saved() }),
      ...(timers === undefined || timers.size === 0 ? {} : { timers: [...timers] }),
      ...(parked === undefined || parked.length === 0 ? {} : { parked: parked.toArray().map(save) }),
      ...(places === undefined || places.size === 0 ? {} : { places: [...places].map(([place, { of, answer }]) => (answer === undefined ? [place, of] as const : [place, of, keptResumption(answer)] as const)) }),
      ...(this.#bindings === undefined ? {} : { bindings: [...this.#bindings] }),
      ...(streams === undefined ? {} : { streams: [...streams].map(([name, stream]) => [name, positionOf(stream)] as const) }),
      ...(children === undefined ? {} : { children: [...children] }),
    };
  }

  /** Into a new one. */
  restore<E>({ inbox, ties, timers, parked, places, bindings, streams, children }: OwnState<E>, take: (envelope: E) => Envelope, open: (name: string, position: Uint8Array) => RandomStream): void {
    this.inbox.restore(inbox, take);
    if (ties !== undefined) this.ties.restore(ties);
    if (timers !== undefined) this.#own.timers = new Map(timers);
    for (const envelope of parked ?? []) this.parked.push(take(envelope));
    for (const [place, of, answer] of places ?? []) this.places.set(place, { of: processId(of), answer: answer === undefined ? undefined : takenResumption(answer) });
    if (bindings !== undefined) this.#bindings = new Map(bindings);
    for (const [name, position] of streams ?? []) this.stream(name, () => open(name, position));
    if (children !== undefined) this.#own.children = new Map(children);
  }

  /** Makes ready for a fresh body: what only the old one knew goes; mail, children, capabilities and ties stay. */
  renew(input: unknown): void {
    this.input = input;
    this.activation = undefined;
    this.#handles = undefined;
    if (this.#seldom === undefined) return;
    this.#seldom.timers = undefined;
    this.#seldom.places = undefined;
  }
  /** Drops everything a released process could still reach. */
  clear(): void {
    this.#handles = undefined;
    this.#ties = undefined;
    this.#seldom = undefined;
    this.pending = undefined;
    this.activation = undefined;
    this.signal = undefined;
    this.#held = undefined;
  }
}

function positionOf(stream: RandomStream): Uint8Array {
  const position = stream.position?.();
  if (position === undefined) throw new Unkeepable("a random stream that cannot say where it stands");
  return position;
}
