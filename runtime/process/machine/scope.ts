// Scope: the world as a machine's steps see it through XState's ActorScope. ONE scope serves all steps of a process: nothing is built per
// event. There is no clock, no logger, no inspection and no chance in it; what a step asks for comes out as effects.
//   X1  Session ids are counted per process, so they are the same on every host and after every restore.
//   X2  Nothing is done imperatively: what would be (`self.send`) is refused, because it would escape the record.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ProcessId } from "../../../kernel-abi/ids.ts";
import { isRecord, type ResolvedAction, type ScopeShape } from "./shape.ts";

const imperative = (call: string, use: string): never => {
  throw new Fault("MACHINE_INVALID", { call, what: "a machine's actions and guards do nothing by themselves", use });
};

/**
 * Somebody a machine can send to: itself, its parent, a process by its id, or a child that is gone: one a kept state had no child for, or
 * one that was stopped, whoever has its id since. XState takes it for an actor's reference.
 */
export class Address {
  readonly kind: "self" | "parent" | "process" | "gone" | "stopped";
  /** Of a process. */
  readonly process: ProcessId | undefined;
  readonly id: string;
  readonly sessionId: string;
  constructor(kind: Address["kind"], process?: ProcessId, id: string = kind === "process" ? `process:${String(process)}` : kind) {
    this.kind = kind;
    this.process = process;
    this.id = id;
    this.sessionId = this.id;
  }
  get ref(): this { return this; }
  send(): never { return imperative("send", "the action sendTo(target, event), or raise(event)"); }
  getSnapshot(): never { return imperative("getSnapshot", "context, or an event that says what you need to know"); }
}

/** XState reads these two of an actor that makes children and sends to its parent. */
class Self extends Address {
  readonly system: object;
  readonly _parent: Address;
  constructor(system: object, parent: Address) {
    super("self");
    this.system = system;
    this._parent = parent;
  }
}

const nothing = (): void => undefined;

/** The actor system of ONE process: it counts, keeps names, and does nothing. */
class System {
  booked = 0;
  readonly #named = new Map<string, unknown>();
  readonly scheduler = { schedule: () => imperative("schedule", "a delayed raise or sendTo"), cancel: nothing, cancelAll: nothing };
  readonly _clock = { setTimeout: () => imperative("setTimeout", "after, or a delayed raise"), clearTimeout: nothing };
  readonly _logger = nothing;
  readonly _sendInspectionEvent: (event: unknown) => void;
  readonly _register = nothing;
  constructor(inspect: (event: unknown) => void) { this._sendInspectionEvent = inspect; }
  _bookId(): string { return `x:${this.booked++}`; }
  _unregister(actor: { readonly systemId?: string }): void {
    if (actor.systemId !== undefined && this.#named.get(actor.systemId) === actor) this.#named.delete(actor.systemId);
  }
  _set(systemId: string, actor: unknown): void {
    const holder = this.#named.get(systemId);
    if (holder !== undefined && holder !== actor) throw new Fault("MACHINE_INVALID", { systemId, what: "two living children with one system id" });
    this.#named.set(systemId, actor);
  }
  _relay(): never { return imperative("send", "the action sendTo(target, event)"); }
  get(systemId: string): unknown { return this.#named.get(systemId); }
  getAll(): object { return Object.fromEntries(this.#named); }
  inspect(): never { return imperative("inspect", "an observer of the run"); }
}

export interface Scope extends ScopeShape {
  readonly self: Self;
  readonly system: System;
}

/** The scope of one process, with `take` given every action as it is resolved, and `inspect` told of every microstep. */
export function createScope(id: string, take: (action: ResolvedAction) => void, inspect: (event: unknown) => void = nothing): Scope {
  const system = new System(inspect);
  const self = new Self(system, new Address("parent"));
  return {
    self, system, id, sessionId: self.sessionId, logger: nothing, defer: nothing, stopChild: nothing, emit: nothing, actionExecutor: take,
  };
}

/** Tells the names of the system that a child is gone. */
export const forget = ({ system }: Scope, child: unknown): void => { if (isRecord(child)) system._unregister(child); };
