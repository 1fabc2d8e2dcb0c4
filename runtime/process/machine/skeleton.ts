// Skeleton: how XState itself moves from one set of active states to the next. A machine of the same tree and the same targets, whose
// guards are ours to switch and whose actions are marks, is stepped once for every move a table needs; what XState did is read off the
// marks and kept. So the order of exits, transitions and entries, history and re-entry are XState's own and not a copy of them.
import { createMachine } from "xstate";
import { Fault } from "../../../kernel-abi/fault.ts";
import { historyById, nodesById } from "./interpreter.ts";
import { createScope, type Scope } from "./scope.ts";
import { asList, isRecord, nodesOf, shapeOf, type MachineShape, type NodeShape, type ResolvedAction, type SnapshotShape, type TransitionShape } from "./shape.ts";
import type { StepState } from "./state.ts";

/** One thing a move does, in order. */
export type Mark =
  | { readonly kind: "exit" | "enter" | "initial"; readonly node: NodeShape }
  | { readonly kind: "transition"; readonly transition: TransitionShape }
  /** A final state's parent, or a parallel state whose regions are all final, is done. `final` says with what. */
  | { readonly kind: "done"; readonly node: NodeShape; readonly final: NodeShape | undefined }
  /** The machine is done. */
  | { readonly kind: "finish"; readonly completed: NodeShape };

export interface SkeletonMove {
  readonly marks: readonly Mark[];
  readonly next: SnapshotShape;
  /** As XState judges it: whether eventless transitions are looked for again. */
  readonly changed: boolean;
}

const GO = "go";
const NONE: ReadonlySet<TransitionShape> = new Set();

/** Where a history state leads when there is nothing to recall. */
function historyDefaults(machine: MachineShape, node: NodeShape): readonly NodeShape[] {
  return asList(node.config["target"]).map((target) => {
    if (typeof target !== "string") return target as NodeShape;
    if (target.startsWith("#")) return machine.getStateNodeById(target);
    const found = target.split(".").reduce<NodeShape | undefined>((at, key) => at?.states[key], node.parent);
    if (found === undefined) throw new Fault("MACHINE_INVALID", { machine: machine.id, target });
    return found;
  });
}

const idOf = ({ order }: NodeShape): string => `n${order}`;

export class Skeleton {
  readonly #machine: MachineShape;
  readonly #own: MachineShape;
  readonly #nodes: readonly NodeShape[];
  readonly #scope: Scope;
  readonly #marked: ResolvedAction[] = [];
  #enabled = NONE;
  #armed = NONE;
  #microsteps = 0;

  constructor(machine: MachineShape) {
    this.#machine = machine;
    this.#nodes = [...nodesOf(machine.root)].sort((a, b) => a.order - b.order);
    this.#own = shapeOf(createMachine(this.#configOf(machine.root) as never)); // built from a machine XState has accepted
    this.#scope = createScope("skeleton", (action) => { this.#marked.push(action); }, () => this.#inspected());
  }

  /** The real node a node of the skeleton stands for. */
  realOf({ order }: Pick<NodeShape, "order">): NodeShape {
    const node = this.#nodes[order];
    if (node === undefined) throw new Fault("MACHINE_INVALID", { machine: this.#machine.id, node: order });
    return node;
  }

  initial(): SkeletonMove {
    this.#marked.length = 0;
    this.#enabled = this.#armed = NONE;
    const next = this.#own.getInitialSnapshot(this.#scope, undefined);
    return { marks: this.#marksFrom([], next), next, changed: true };
  }

  /** What taking these transitions does. `eventless`: they are `always` transitions. */
  move(from: SnapshotShape, chosen: readonly TransitionShape[], eventless: boolean): SkeletonMove {
    this.#marked.length = 0;
    this.#microsteps = 0;
    this.#enabled = eventless ? NONE : new Set(chosen);
    this.#armed = eventless ? new Set(chosen) : NONE;
    const next = this.#own.transition(from, { type: eventless ? "always" : GO }, this.#scope);
    return { marks: this.#marksFrom(from._nodes, next), next, changed: next !== from };
  }

  /** @throws Fault INPUT_INVALID for what is no configuration of this machine */
  snapshotOf({ value, nodes, history }: StepState): SnapshotShape {
    const order = new Map(this.#nodes.map((node) => [node.id, node.order]));
    const refuse = (): never => { throw new Fault("INPUT_INVALID", { at: "state.nodes", machine: this.#machine.id, allowed: "states this machine has" }); };
    const idsOf = (ids: readonly string[]): readonly string[] => ids.map((id) => `n${order.get(id) ?? refuse()}`);
    const recalled = Object.fromEntries(Object.entries(history).map(([id, ids]) => [`n${order.get(id) ?? refuse()}`, idsOf(ids)]));
    let snapshot: SnapshotShape;
    try {
      snapshot = this.#own.restoreSnapshot({ status: "active", value, historyValue: {}, context: {}, children: {} }, this.#scope);
    } catch {
      return refuse();
    }
    snapshot._nodes = nodesById(this.#own.root, idsOf(nodes));
    snapshot.historyValue = historyById(this.#own.root, recalled);
    snapshot.value = value;
    return snapshot;
  }

  /** Eventless transitions are taken once; XState would look for more. */
  #inspected(): void {
    this.#microsteps += 1;
    if (this.#microsteps === 2) this.#armed = NONE;
  }

  #configOf(node: NodeShape): object {
    const mark = (kind: string): object => ({ type: kind, params: { order: node.order } });
    const base = { id: idOf(node), ...(node.history === false ? {} : { history: node.history }) };
    if (node.type === "history") {
      const targets = historyDefaults(this.#machine, node).map((target) => `#${idOf(target)}`);
      return { ...base, type: "history", ...(targets.length === 0 ? {} : { target: targets }) };
    }
    const inner = Object.entries(node.states).map(([key, child]) => [key, this.#configOf(child)] as const);
    return {
      ...base,
      ...(node.type === "parallel" || node.type === "final" ? { type: node.type } : {}),
      ...(node.type === "compound" ? { initial: { target: node.initial.target[0]?.key, actions: mark("initial") } } : {}),
      ...(inner.length === 0 ? {} : { states: Object.fromEntries(inner) }),
      entry: mark("enter"),
      exit: mark("exit"),
      on: { [GO]: [...node.transitions.values()].flat().map((transition) => this.#transition(transition, () => this.#enabled.has(transition))) },
      always: (node.always ?? []).map((transition) => this.#transition(transition, () => this.#armed.has(transition))),
    };
  }

  #transition(transition: TransitionShape, guard: () => boolean): object {
    const { target, reenter } = transition;
    return { guard, actions: { type: "transition", params: { transition } }, ...(reenter ? { reenter } : {}), ...(target === undefined ? {} : { target: target.map((node) => `#${idOf(node)}`) }) };
  }

  /** The marks XState left, with what entering final states brings about put in between. */
  #marksFrom(before: readonly NodeShape[], { status }: SnapshotShape): readonly Mark[] {
    const active = new Set(before.map((node) => this.realOf(node)));
    const completed = new Set<NodeShape>();
    const marks: Mark[] = [];
    for (const { type, params } of this.#marked) {
      if (!isRecord(params)) continue;
      if (type === "transition") {
        marks.push({ kind: "transition", transition: params["transition"] as TransitionShape });
        continue;
      }
      const node = this.realOf({ order: Number(params["order"]) });
      if (type === "exit") active.delete(node);
      else active.add(node);
      marks.push({ kind: type as "exit" | "enter" | "initial", node });
      if (type === "enter" && node.type === "final") marks.push(...endings(node, active, completed));
    }
    if ((status === "done") !== marks.some(({ kind }) => kind === "finish")) throw new Fault("MACHINE_INVALID", { machine: this.#machine.id, what: "its end could not be derived" });
    return marks;
  }
}

const regionsOf = ({ states }: NodeShape): readonly NodeShape[] => Object.values(states).filter(({ type }) => type !== "history");

function isFinal(node: NodeShape, active: ReadonlySet<NodeShape>): boolean {
  if (node.type === "compound") return regionsOf(node).some((child) => child.type === "final" && active.has(child));
  if (node.type === "parallel") return regionsOf(node).every((child) => isFinal(child, active));
  return node.type === "final";
}

/** What is done when a final state has been entered (W3C SCXML, enterStates): its parent, and parallel states above it. */
function endings(final: NodeShape, active: ReadonlySet<NodeShape>, completed: Set<NodeShape>): readonly Mark[] {
  const { parent } = final;
  const marks: Mark[] = parent?.type === "compound" ? [{ kind: "done", node: parent, final }] : [];
  let above = parent?.type === "parallel" ? parent : parent?.parent;
  let last = above ?? final;
  while (above?.type === "parallel" && !completed.has(above) && isFinal(above, active)) {
    completed.add(above);
    marks.push({ kind: "done", node: above, final: undefined });
    last = above;
    above = above.parent;
  }
  if (above === undefined) marks.push({ kind: "finish", completed: last });
  return marks;
}
