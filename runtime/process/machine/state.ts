// State: a machine between two turns as plain data, and back. What XState's own persisted form leaves out is in it: the order of the active
// nodes (eventless transitions are looked for in that order), timers with the ticks that remain, events not yet taken, and how many ids
// were given out. So persisting, restoring and persisting again gives the same bytes, and what is restored does what it would have done.
import { Fault } from "../../../kernel-abi/fault.ts";
import { processId } from "../../../kernel-abi/ids.ts";
import { Address } from "./scope.ts";
import { isEvent, isRecord, type ChildShape, type EventObject, type StateValue } from "./shape.ts";

export const STATE_SCHEMA = "triad.machine/1";

/** What a step leaves behind. */
export interface StepState {
  readonly status: "active" | "done";
  readonly output: unknown;
  readonly value: StateValue;
  /** Ids of the active state nodes, in XState's order. */
  readonly nodes: readonly string[];
  /** By history node: the ids it recalls. */
  readonly history: Readonly<Record<string, readonly string[]>>;
  /** With references to actors as plain records. */
  readonly context: unknown;
  readonly booked: number;
  readonly children: readonly ChildState[];
}

export interface ChildState {
  readonly id: string;
  readonly session: string;
  readonly src: string;
  readonly systemId: string | null;
}

export interface TimerState {
  readonly id: string | null;
  readonly event: EventObject;
  /** Who is sent the event. */
  readonly to: unknown;
  /** From the tick of this state. */
  readonly ticks: number;
}

/** What runs of a child. A program starts anew with its input when it is restored; a process goes on by itself. */
export interface RunningState {
  readonly id: string;
  readonly input: unknown;
  readonly process: number | null;
  readonly ended: boolean;
  /** Events sent to a program that it has not received. */
  readonly inbox: readonly unknown[];
}

/** A machine's process as data: what `continueAsNew` hands on, and what a checkpoint is given. */
export interface MachineState extends StepState {
  readonly schema: typeof STATE_SCHEMA;
  readonly machine: string;
  /** Whose children those are: restored in another process, they are started anew. */
  readonly process: number;
  /** When it was so. In the same process, timers go on to the ticks they were set for. */
  readonly tick: number;
  readonly timers: readonly TimerState[];
  /** Events of its own it has yet to take. */
  readonly pending: readonly EventObject[];
  readonly running: readonly RunningState[];
}

const REFERENCE = "xstate$$type";

/** How XState itself knows an actor inside a context. */
const isActor = (value: object): value is ChildShape => "sessionId" in value && "send" in value && "ref" in value;

function flatReference(actor: ChildShape): object {
  if (!(actor instanceof Address)) return { [REFERENCE]: 1, id: actor.id };
  return { [REFERENCE]: 1, id: actor.id, address: actor.kind === "process" ? Number(actor.process) : actor.kind };
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A copy with what `turn` makes of each record; the same value where nothing was turned. */
function mapped(value: unknown, turn: (record: object) => unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  const turned = turn(value);
  if (turned !== value) return turned;
  if (Array.isArray(value)) {
    const members = value.map((member) => mapped(member, turn));
    return members.some((member, at) => member !== value[at]) ? members : value;
  }
  if (!isPlain(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, member, mapped(member, turn)] as const);
  return entries.some(([, before, after]) => before !== after) ? Object.fromEntries(entries.map(([key, , after]) => [key, after])) : value;
}

/** Replaces references to actors by records. */
export const flattened = (value: unknown): unknown => mapped(value, (record) => (isActor(record) ? flatReference(record) : record));

/** Replaces such records by the references `children` and `self` stand for; somebody who is gone stays somebody who is gone. */
export const revived = (value: unknown, of: (id: string) => unknown, self: Address, parent: Address): unknown => mapped(value, (record) => {
  if (!isRecord(record) || record[REFERENCE] !== 1 || typeof record["id"] !== "string") return record;
  const { id, address } = record;
  if (address === "self") return self;
  if (address === "parent") return parent;
  if (address === "stopped") return new Address("stopped", undefined, id);
  if (typeof address === "number") return new Address("process", processId(address));
  return of(id) ?? new Address("gone", undefined, id);
});

const refuse = (at: string, allowed: string): never => { throw new Fault("INPUT_INVALID", { at: `state.${at}`, allowed }); };

const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function listOf<T>(value: unknown, at: string, allowed: string, is: (member: unknown) => member is T): readonly T[] {
  return Array.isArray(value) && value.every(is) ? value : refuse(at, allowed);
}

const isChild = (value: unknown): value is ChildState =>
  isRecord(value) && isText(value["id"]) && isText(value["session"]) && isText(value["src"]) && (value["systemId"] === null || isText(value["systemId"]));
const isTimer = (value: unknown): value is TimerState =>
  isRecord(value) && (value["id"] === null || isText(value["id"])) && isEvent(value["event"]) && isCount(value["ticks"]) && value["ticks"] >= 1;
const isRunning = (value: unknown): value is RunningState =>
  isRecord(value) && isText(value["id"]) && (value["process"] === null || isCount(value["process"])) && typeof value["ended"] === "boolean" && Array.isArray(value["inbox"]);

function isValue(value: unknown, depth = 0): value is StateValue {
  return isText(value) || (isRecord(value) && depth < 64 && Object.values(value).every((inner) => isValue(inner, depth + 1)));
}

function history(value: unknown): StepState["history"] {
  if (!isRecord(value)) return refuse("history", "lists of state ids by history state");
  for (const [id, ids] of Object.entries(value)) listOf(ids, `history.${id}`, "state ids", isText);
  return value as StepState["history"];
}

export const isMachineState = (value: unknown): value is { readonly schema: typeof STATE_SCHEMA } => isRecord(value) && value["schema"] === STATE_SCHEMA;

/** @throws Fault INPUT_INVALID naming the place */
export function parseState(value: unknown, machine: string): MachineState {
  if (!isRecord(value) || value["schema"] !== STATE_SCHEMA) return refuse("schema", STATE_SCHEMA);
  if (value["machine"] !== machine) return refuse("machine", machine);
  const { status, booked, process, tick } = value;
  if (status !== "active" && status !== "done") return refuse("status", "active or done");
  const stateValue = value["value"];
  return {
    schema: STATE_SCHEMA, machine, status, output: value["output"], context: value["context"],
    process: isCount(process) ? process : refuse("process", "a process id"),
    tick: isCount(tick) ? tick : refuse("tick", "a tick"),
    booked: isCount(booked) ? booked : refuse("booked", "a count"),
    value: isValue(stateValue) ? stateValue : refuse("value", "a state value"),
    nodes: listOf(value["nodes"], "nodes", "state ids", isText),
    history: history(value["history"]),
    children: listOf(value["children"], "children", "{ id, session, src, systemId }", isChild),
    timers: listOf(value["timers"], "timers", "{ id, event, to, ticks }", isTimer),
    pending: listOf(value["pending"], "pending", "events", isEvent),
    running: listOf(value["running"], "running", "{ id, input, process, ended, inbox }", isRunning),
  };
}
