// Process: the record of ONE hybrid process. Owns its lifecycle state, inbox, handles, streams and counters; never judges a
// syscall (runtime/kernel) and never decides when it runs (runtime/scheduler).
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { DELIVERY, type DeliveryKind, type Envelope } from "../../kernel-abi/envelope.ts";
import type { FaultJson } from "../../kernel-abi/fault.ts";
import type { CapabilityId, ProcessId, ProcessName, Tick } from "../../kernel-abi/ids.ts";
import type { Activation, Behaviour } from "../../kernel-abi/operation.ts";
import { Mailbox } from "../mailbox/mailbox.ts";
import { bindingLifecycle, processLifecycle, type BindingState, type ProcessEvent, type ProcessState } from "./lifecycles.ts";

/** What the process is blocked on. `subject`: the timer's sequence, the job, or the child; `deadline`: the timer that ends a bounded receive. */
export interface Wait {
  readonly on: DeliveryKind;
  readonly subject: number;
  readonly deadline: number;
}
export const WAIT_START: Wait = Object.freeze({ on: DELIVERY.START, subject: 0, deadline: 0 });
export const WAIT_MESSAGE: Wait = Object.freeze({ on: DELIVERY.MESSAGE, subject: 0, deadline: 0 });

/** What a handle of this process stands for. */
export type HandleEntry =
  | { readonly kind: "capability"; readonly id: CapabilityId }
  | { readonly kind: "contract"; readonly id: number }
  | { readonly kind: "job"; readonly id: number };

export interface Exit {
  readonly tick: Tick;
  readonly result: Uint8Array;
  readonly fault: FaultJson | undefined;
}

const NO_DOMAINS: readonly BoundDomain[] = Object.freeze([]);

export interface RandomStream { uniform(): number; uint32(): number }

export class Process {
  readonly id: ProcessId;
  readonly name: ProcessName;
  readonly parent: ProcessId;
  readonly behaviour: Behaviour;
  readonly input: unknown;
  readonly inbox: Mailbox;
  state: ProcessState = processLifecycle.initial;
  activation: Activation | undefined;
  wait: Wait = WAIT_START;
  /** Sequence of what this process sends (messages and timers): the last part of order T2. */
  seq = 0;
  jobs = 0;
  exit: Exit | undefined;
  /** A failure somebody has been told of. */
  joined = false;
  /** Queued for a turn. */
  queued = false;
  /** What its next turn is given, when that is not a message from its inbox. */
  signal: Envelope | undefined;
  /** Held capabilities, by index only (A3). */
  readonly held: CapabilityId[] = [];
  #bindings: Map<BoundDomain, BindingState> | undefined;
  #handles: Map<object, HandleEntry> | undefined;
  #streams: Map<string, RandomStream> | undefined;
  #children: Map<string, number> | undefined;

  constructor(identity: { id: ProcessId; name: ProcessName; parent: ProcessId; behaviour: Behaviour; input: unknown; mailbox: number }) {
    this.id = identity.id;
    this.name = identity.name;
    this.parent = identity.parent;
    this.behaviour = identity.behaviour;
    this.input = identity.input;
    this.inbox = new Mailbox(identity.mailbox);
  }

  /** @throws Fault LIFECYCLE_REFUSED */
  transition(event: ProcessEvent): { readonly from: ProcessState; readonly to: ProcessState } {
    const from = this.state;
    this.state = processLifecycle.next(from, event);
    return { from, to: this.state };
  }

  get live(): boolean { return this.state === "active" || this.state === "suspended"; }

  /** Domains it has been bound to, in the order of binding. */
  get boundDomains(): readonly BoundDomain[] { return this.#bindings === undefined ? NO_DOMAINS : [...this.#bindings.keys()]; }
  binding(domain: BoundDomain): BindingState { return this.#bindings?.get(domain) ?? bindingLifecycle.initial; }
  bind(domain: BoundDomain, state: BindingState): void { (this.#bindings ??= new Map()).set(domain, state); }

  keep(handle: object, entry: HandleEntry): void {
    (this.#handles ??= new Map()).set(handle, entry);
  }
  /** By identity: a copy of a handle is unknown (contracts, rule 7). */
  resolve(handle: unknown): HandleEntry | undefined {
    return typeof handle === "object" && handle !== null ? this.#handles?.get(handle) : undefined;
  }
  stream(name: string, open: () => RandomStream): RandomStream {
    this.#streams ??= new Map();
    let stream = this.#streams.get(name);
    if (stream === undefined) this.#streams.set(name, stream = open());
    return stream;
  }
  /** `solver` → `solver#1`, `solver#2`, … */
  nextChildSegment(name: string): string {
    this.#children ??= new Map();
    const ordinal = (this.#children.get(name) ?? 0) + 1;
    this.#children.set(name, ordinal);
    return `${name}#${ordinal}`;
  }
  /** Drops everything a released process could still reach. */
  clear(): void {
    this.#handles = undefined;
    this.#streams = undefined;
    this.#children = undefined;
    this.activation = undefined;
    this.signal = undefined;
    this.held.length = 0;
  }
}
