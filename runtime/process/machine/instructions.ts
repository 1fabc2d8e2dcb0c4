// Instructions: a machine's actions as functions over one running step. `assign` and `raise` are done on the spot; every other built-in
// action is resolved by its own XState code, so that what comes out is what XState's step would have handed to its executor.
import { Fault } from "../../../kernel-abi/fault.ts";
import { effectOf, type Effect } from "./effects.ts";
import type { Scope } from "./scope.ts";
import { isBuiltin, isRecord, type Action, type ActionInfo, type Builtin, type CustomAction, type EventObject, type MachineShape, type NodeShape, type StateValue } from "./shape.ts";

/** What guards and actions see of the active states: as much of XState's snapshot as they read. */
export interface View {
  readonly machine: MachineShape;
  readonly _nodes: readonly NodeShape[];
  readonly value: StateValue;
  readonly children: Readonly<Record<string, never>>;
  readonly matches: (value: StateValue) => boolean;
}

/** ONE step while it runs. Nothing of it is committed before its end. */
export interface Run {
  context: object;
  event: EventObject;
  /** Before the microstep. */
  view: View;
  readonly queue: EventObject[];
  readonly effects: Effect[];
  readonly scope: Scope;
  /** In this microstep. */
  assigned: boolean;
  /** In this step. */
  acted: boolean;
  output: unknown;
}

export type Instruction = (run: Run) => void;

/** Only XState's own step can go on: the step is taken back and taken again by the interpreter. */
export class NeedsInterpreter extends Error {
  override readonly name = "NeedsInterpreter";
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/** Built-in actions a table can do. */
export const IN_TABLES: ReadonlySet<string> = new Set(["xstate.assign", "xstate.raise", "xstate.sendTo", "xstate.cancel", "xstate.log", "xstate.emit", "xstate.enqueueActions"]);

export const infoOf = ({ context, event, scope }: Run): ActionInfo => ({ context, event, self: scope.self, system: scope.system });

const spawn = (): never => { throw new NeedsInterpreter("spawn inside assign"); };

export function instructionsFor(machine: MachineShape, actions: readonly Action[]): readonly Instruction[] {
  return actions.map((action) => instructionFor(machine, action));
}

/** What `params` of an action, or of a guard, are in this step. */
export type ParamsOf = (context: object, event: EventObject) => unknown;

export function paramsOf(reference: unknown): ParamsOf {
  if (typeof reference !== "object" || reference === null || !("params" in reference)) return () => undefined;
  const { params } = reference;
  return typeof params === "function" ? (context, event) => (params as (given: object) => unknown)({ context, event }) : () => params;
}

function instructionFor(machine: MachineShape, action: Action): Instruction {
  const named: unknown = typeof action === "function" ? action : machine.implementations.actions[typeof action === "string" ? action : action.type];
  const params = paramsOf(action);
  if (!isBuiltin(named)) return call(typeof action === "function" ? action.name || "(anonymous)" : typeof action === "string" ? action : action.type, named as CustomAction | undefined, params);
  switch (named.type) {
    case "xstate.assign": return assign(named, params);
    case "xstate.raise": return raiseNow(named) ?? builtin(machine, named, params);
    default: return builtin(machine, named, params);
  }
}

const call = (type: string, exec: CustomAction | undefined, params: ParamsOf): Instruction => (run) => {
  run.acted = true;
  if (exec !== undefined) run.effects.push({ kind: "call", type, exec, info: infoOf(run), params: params(run.context, run.event) });
};

type Assigner = (given: object, params: unknown) => unknown;

function assign(action: Builtin, params: ParamsOf): Instruction {
  const assignment: unknown = "assignment" in action ? action.assignment : undefined;
  const update: Assigner = typeof assignment === "function" ? assignment as Assigner : byProperty(assignment);
  return (run) => {
    const { context, event, scope: { self, system } } = run;
    const partial = update({ context, event, spawn, self, system }, params(context, event));
    run.context = Object.assign({}, context, partial);
    run.assigned = true;
  };
}

function byProperty(assignment: unknown): Assigner {
  const entries = isRecord(assignment) ? Object.entries(assignment) : [];
  return (given, params) => {
    const partial: Record<string, unknown> = {};
    for (const [key, value] of entries) partial[key] = typeof value === "function" ? (value as Assigner)(given, params) : value;
    return partial;
  };
}

/** The commonest raise: an event as it stands, at once. */
function raiseNow(action: Builtin): Instruction | undefined {
  const { event, delay } = action as { readonly event?: unknown; readonly delay?: unknown };
  if (!isRecord(event) || delay !== undefined) return undefined;
  return (run) => {
    run.acted = true;
    run.queue.push(event as EventObject);
  };
}

function builtin(machine: MachineShape, action: Builtin, params: ParamsOf): Instruction {
  if (!IN_TABLES.has(action.type)) return () => { throw new NeedsInterpreter(action.type); };
  return (run) => {
    const info = infoOf(run);
    const snapshot = { ...run.view, context: run.context };
    const [, resolved, more] = action.resolve(run.scope, snapshot, info, params(run.context, run.event), action, { internalQueue: run.queue, deferredActorIds: undefined });
    if ("execute" in action) {
      run.acted = true;
      const effect = effectOf({ type: action.type, info, params: resolved, exec: undefined });
      if (effect !== undefined) run.effects.push(effect);
    }
    for (const next of instructionsFor(machine, more ?? [])) next(run);
  };
}

/** A mapper of outputs, as XState resolves it. */
export function resolveOutput(mapper: unknown, { context, event, scope: { self } }: Run, by: EventObject = event): unknown {
  return typeof mapper === "function" ? (mapper as (given: object) => unknown)({ context, event: by, self }) : mapper;
}

/** A guard threw while a transition was looked for. `cause` is what it threw; the rest is how it was told before guardsFailAsThrown. */
export class GuardFailure extends Fault {
  constructor(machine: MachineShape, event: EventObject, cause: unknown) {
    super("PROCESS_FAILED", { machine: machine.id, what: "a guard threw", event: event.type }, { cause });
  }
}

/** One event led to more microsteps than the machine may take. */
export const endless = (most: number): Fault => new Fault("ABI_LIMIT", { limit: "microsteps of one event", value: most, why: "eventless transitions or raised events go round in a circle" });
