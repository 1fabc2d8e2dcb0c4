// Interpreter: steps a machine with XState's own functions, all of them through one shared scope. `transition()` of XState's would build
// an actor and a system per event; `machine.transition` with a scope of ours does not.
import { Fault } from "../../../kernel-abi/fault.ts";
import { effectOf, type Effect } from "./effects.ts";
import { candidatesOf } from "./descriptor.ts";
import { watched, type Watch } from "./guards.ts";
import { endless, GuardFailure } from "./instructions.ts";
import { createScope, forget, type Scope } from "./scope.ts";
import { isRecord, nodesOf, type ChildShape, type EventObject, type MachineShape, type NodeShape, type ResolvedAction, type SnapshotShape, type StateValue } from "./shape.ts";
import { flattened, revived, type ChildState, type StepState } from "./state.ts";
import type { Stepper } from "./stepper.ts";

/** The input an actor was made with. */
function inputOf(child: ChildShape): unknown {
  const options = "options" in child ? child.options : undefined;
  return isRecord(options) ? options["input"] : undefined;
}

const childrenIn = (effects: readonly Effect[], kind: "spawn" | "stop"): ReadonlySet<ChildShape> =>
  new Set(effects.flatMap((effect) => (effect.kind === kind ? [effect.child] : [])));

/** What was spawned in this step and is gone at its end never ran: neither start nor stop is left, and nothing is sent to it. */
function settled(effects: readonly Effect[], left: ReadonlySet<ChildShape>): readonly Effect[] {
  const stopped = childrenIn(effects, "stop");
  const brief = new Set([...childrenIn(effects, "spawn")].filter((child) => stopped.has(child) || !left.has(child)));
  if (brief.size === 0) return effects;
  return effects.filter((effect) => !("child" in effect ? brief.has(effect.child) : "to" in effect && brief.has(effect.to as ChildShape)));
}

export class InterpretedStepper implements Stepper {
  readonly by = "interpreter";
  readonly effects: Effect[] = [];
  readonly #machine: MachineShape;
  readonly #scope: Scope;
  readonly #guards: Watch;
  #snapshot: SnapshotShape | undefined;
  #acted = false;

  constructor(machine: MachineShape) {
    this.#machine = machine;
    this.#guards = watched(machine);
    this.#scope = createScope(machine.id, (action) => { this.#take(action); });
  }

  get status(): "active" | "done" | "error" { return this.#current().status === "stopped" ? "done" : this.#current().status as "active" | "done" | "error"; }
  get value(): StateValue { return this.#current().value; }
  get output(): unknown { return this.#current().output; }
  get error(): unknown { return this.#current().error; }

  start(input: unknown): void {
    this.#snapshot = this.#machine.getInitialSnapshot(this.#scope, input);
    if (this.#snapshot.status === "error") throw this.#ownWords(this.#snapshot.error, { type: "xstate.init" });
    this.#settle({});
  }

  step(event: EventObject): boolean {
    const before = this.#current();
    this.#acted = false;
    const next = this.#next(before, event);
    if (next === before && !this.#acted && this.#machine.getTransitionData(before, event).length === 0) return false;
    this.#snapshot = next;
    if (next.children !== before.children || this.effects.length > 0) this.#settle(before.children);
    return true;
  }

  why(event: EventObject): "no transition" | "no guard held" {
    return this.#current()._nodes.some((node) => candidatesOf(node, event.type).length > 0) ? "no guard held" : "no transition";
  }

  state(): StepState {
    const { status, output, value, _nodes, historyValue, context, children } = this.#current();
    return {
      status: status === "active" ? "active" : "done", output: flattened(output), value, nodes: _nodes.map(({ id }) => id),
      history: Object.fromEntries(Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((node) => node.id)])),
      context: flattened(context), booked: this.#scope.system.booked, children: Object.values(children).map(childState),
    };
  }

  child(id: string): ChildShape | undefined { return this.#current().children[id]; }

  revived(value: unknown): unknown { return revived(value, (id) => this.#current().children[id], this.#scope.self, this.#scope.self._parent); }

  restore(state: StepState): void {
    const children = Object.fromEntries(state.children.map(({ id, src, systemId }) => [id, { snapshot: undefined, src, ...(systemId === null ? {} : { systemId }) }]));
    let snapshot: SnapshotShape;
    try {
      snapshot = this.#machine.restoreSnapshot({ ...state, historyValue: {}, context: {}, children }, this.#scope);
    } catch (cause) {
      throw new Fault("INPUT_INVALID", { at: "state.value", machine: this.#machine.id, allowed: "states this machine has" }, { cause });
    }
    for (const { id, session } of state.children) {
      const child = snapshot.children[id];
      if (child === undefined) throw new Fault("INPUT_INVALID", { at: "state.children", child: id, allowed: "sources this machine has" });
      child.sessionId = session;
    }
    this.#scope.system.booked = state.booked;
    snapshot._nodes = nodesById(this.#machine.root, state.nodes);
    snapshot.value = state.value;
    snapshot.historyValue = historyById(this.#machine.root, state.history);
    snapshot.tags = new Set(snapshot._nodes.flatMap(({ tags }) => tags));
    this.#snapshot = snapshot;
    snapshot.context = this.revived(state.context);
  }

  /** XState puts the words of whatever a guard threw into an error of its own; told is what was thrown (guards.ts). */
  #next(before: SnapshotShape, event: EventObject): SnapshotShape {
    try {
      return this.#machine.transition(before, event, this.#scope);
    } catch (error) {
      throw this.#ownWords(error, event);
    }
  }

  #ownWords(error: unknown, event: EventObject): unknown {
    if (!(error instanceof Error) || error instanceof Fault) return error;
    if (error.message.startsWith("Unable to evaluate guard")) return new GuardFailure(this.#machine, event, this.#guards.thrown === undefined ? error : this.#guards.thrown.error);
    return error.message.startsWith("Infinite loop detected") ? endless(this.#machine.options.maxIterations) : error;
  }

  #current(): SnapshotShape {
    if (this.#snapshot === undefined) throw new Fault("MACHINE_INVALID", { machine: this.#machine.id, what: "stepped before it was started" });
    return this.#snapshot;
  }

  #take(action: ResolvedAction): void {
    this.#acted = true;
    const effect = effectOf(action);
    if (effect !== undefined) this.effects.push(effect);
  }

  /**
   * Children made inside `assign` come without an action; they start before anything is sent to them. A child whose id was given to
   * another is out of reach, and is stopped.
   */
  #settle(before: SnapshotShape["children"]): void {
    const { children } = this.#current();
    const announced = childrenIn(this.effects, "spawn");
    const stopped = childrenIn(this.effects, "stop");
    const left = new Set(Object.values(children));
    const first: Effect[] = Object.values(before).filter((child) => !left.has(child) && !stopped.has(child)).map((child) => ({ kind: "stop", child }));
    for (const [id, child] of Object.entries(children)) {
      // XState leaves a hole where a source has no implementation.
      if (!isRecord(child) || typeof child.src !== "string") throw new Fault("MACHINE_INVALID", { machine: this.#machine.id, child: id, allowed: "sources named in setup({ actors })" });
      if (before[id] !== child && !announced.has(child)) first.push({ kind: "spawn", child, input: inputOf(child) });
    }
    const effects = settled([...first, ...this.effects], left);
    this.effects.splice(0, this.effects.length, ...effects);
    for (const effect of effects) if (effect.kind === "stop") forget(this.#scope, effect.child);
  }
}

const childState = ({ id, sessionId, src, systemId }: ChildShape): ChildState => ({ id, session: sessionId, src: String(src), systemId: systemId ?? null });

/**
 * The nodes that were active, in their order. By their ids alone: XState leaves ancestors out after some re-entries, and then derives a
 * value from the rest that they are not the nodes of.
 * @throws Fault INPUT_INVALID for what is no state of the machine, or there twice
 */
export function nodesById(root: NodeShape, ids: readonly string[]): readonly NodeShape[] {
  const byId = new Map(nodesOf(root).flatMap((node) => (node.type === "history" ? [] : [[node.id, node] as const])));
  const nodes = new Set(ids.flatMap((id) => byId.get(id) ?? []));
  if (nodes.size !== ids.length || nodes.size === 0) throw new Fault("INPUT_INVALID", { at: "state.nodes", allowed: "states this machine has, each once" });
  return [...nodes];
}

/** What history states recall. XState drops those that recall nothing when it restores, and would take their default instead. */
export const historyById = (root: NodeShape, history: StepState["history"]): SnapshotShape["historyValue"] =>
  Object.fromEntries(Object.entries(history).map(([id, ids]) => [id, ids.length === 0 ? [] : nodesById(root, ids)]));
