// Configuration: one set of active states with what is recalled, and what every event does there. Filled as it is used, kept for every
// process of the machine. Moves come from the skeleton; which of them is taken follows from the guards alone.
import { matchesState } from "xstate";
import { candidatesOf } from "./descriptor.ts";
import { evaluatorOf } from "./guards.ts";
import { GuardFailure, instructionsFor, NeedsInterpreter, resolveOutput, type Instruction, type Run, type View } from "./instructions.ts";
import type { EventObject, MachineShape, NodeShape, SnapshotShape, StateValue, TransitionShape } from "./shape.ts";
import { Skeleton, type Mark, type SkeletonMove } from "./skeleton.ts";

export interface Move {
  readonly instructions: readonly Instruction[];
  readonly next: Configuration;
  readonly changed: boolean;
  readonly done: boolean;
}

type Guard = (run: Run) => boolean;

/** One candidate, as it stands in one configuration. */
interface Row {
  readonly transition: TransitionShape;
  readonly guard: Guard | undefined;
  move: Move | undefined;
}

/** As XState asks: what is inside first, all regions of it; a state's own only when nothing inside took the event. */
interface Choice {
  readonly inner: readonly Choice[];
  readonly own: readonly Row[];
}

/** Moves of several transitions at once, by those transitions. */
interface Branch {
  readonly next: Map<TransitionShape, Branch>;
  move: Move | undefined;
}

/** Rows in order, of which the first that holds is taken; or a choice over regions. */
type Selector = { readonly rows: readonly Row[] } | { readonly choice: Choice };

/** Event types one configuration remembers; any more (a wildcard takes all) are looked up anew. */
const TYPES_MAX = 256;

export class Configuration {
  readonly snapshot: SnapshotShape;
  readonly view: View;
  readonly nodes: readonly NodeShape[];
  readonly #tables: Tables;
  readonly #selectors = new Map<string, Selector | undefined>();
  readonly #always: readonly (readonly Row[])[];
  readonly #regular: Branch = { next: new Map(), move: undefined };
  readonly #eventless: Branch = { next: new Map(), move: undefined };

  constructor(tables: Tables, snapshot: SnapshotShape) {
    const { machine } = tables;
    this.#tables = tables;
    this.snapshot = snapshot;
    this.nodes = snapshot._nodes.map((node) => tables.skeleton.realOf(node));
    const { value } = snapshot;
    this.view = Object.freeze({ machine, _nodes: this.nodes, value, children: NO_CHILDREN, matches: (parent: StateValue) => matchesState(parent, value) });
    this.#always = this.nodes.filter(({ type }) => type === "atomic" || type === "final")
      .map((leaf) => selfAndAbove(leaf).flatMap((node) => (node.always ?? []).map((transition) => this.#row(transition))))
      .filter((rows) => rows.length > 0);
  }

  get hasAlways(): boolean { return this.#always.length > 0; }

  /** The move an event makes here; undefined when nothing takes it. @throws GuardFailure */
  pick(run: Run): Move | undefined {
    const { type } = run.event;
    let selector = this.#selectors.get(type);
    if (selector === undefined) {
      selector = this.#selector(type);
      if (selector === undefined) return undefined;
      if (this.#selectors.size < TYPES_MAX) this.#selectors.set(type, selector);
    }
    try {
      return "rows" in selector ? this.#first(selector.rows, run) : this.#several(selector.choice, run);
    } catch (error) {
      if (error instanceof NeedsInterpreter) throw error;
      throw new GuardFailure(this.#tables.machine, run.event, error);
    }
  }

  /** The eventless move that is enabled here, if any. */
  pickEventless(run: Run): Move | undefined {
    const chosen: TransitionShape[] = [];
    for (const rows of this.#always) {
      const row = rows.find(({ guard }) => guard === undefined || guard(run));
      if (row !== undefined && !chosen.includes(row.transition)) chosen.push(row.transition);
    }
    return chosen.length === 0 ? undefined : this.#branch(this.#eventless, chosen, true);
  }

  /** Whether any transition here is for events of this type, whatever its guard says. */
  knows(type: string): boolean { return this.nodes.some((node) => candidatesOf(node, type).length > 0); }

  #first(rows: readonly Row[], run: Run): Move | undefined {
    for (const row of rows) {
      if (row.guard === undefined || row.guard(run)) return (row.move ??= this.#tables.move(this, [row.transition], false));
    }
    return undefined;
  }

  #several(choice: Choice, run: Run): Move | undefined {
    const chosen: TransitionShape[] = [];
    choose(choice, run, chosen);
    return chosen.length === 0 ? undefined : this.#branch(this.#regular, chosen, false);
  }

  #branch(from: Branch, chosen: readonly TransitionShape[], eventless: boolean): Move {
    let branch = from;
    for (const transition of chosen) {
      let next = branch.next.get(transition);
      if (next === undefined) branch.next.set(transition, next = { next: new Map(), move: undefined });
      branch = next;
    }
    return (branch.move ??= this.#tables.move(this, chosen, eventless));
  }

  #selector(type: string): Selector | undefined {
    const choice = this.#choice(this.#tables.machine.root, this.snapshot.value, type);
    if (choice === undefined) return undefined;
    const rows = inOneLine(choice);
    return rows === undefined ? { choice } : { rows };
  }

  /** Undefined where nothing is for this type. */
  #choice(node: NodeShape, value: StateValue | undefined, type: string): Choice | undefined {
    const active: readonly (readonly [string, StateValue | undefined])[] = typeof value === "string" ? [[value, undefined]] : Object.entries(value ?? {});
    const inner = active.flatMap(([key, below]) => {
      const child = node.states[key];
      return (child === undefined ? undefined : this.#choice(child, below, type)) ?? [];
    });
    const own = candidatesOf(node, type).map((transition) => this.#row(transition));
    return inner.length === 0 && own.length === 0 ? undefined : { inner, own };
  }

  #row(transition: TransitionShape): Row {
    return { transition, guard: transition.guard === undefined ? undefined : guardFor(this.#tables.machine, transition.guard, this.view), move: undefined };
  }
}

const NO_CHILDREN: Readonly<Record<string, never>> = Object.freeze({});

const selfAndAbove = (node: NodeShape): readonly NodeShape[] => (node.parent === undefined ? [node] : [node, ...selfAndAbove(node.parent)]);

/** A choice with one region at every level is a list. */
function inOneLine({ inner, own }: Choice): readonly Row[] | undefined {
  const [only] = inner;
  if (inner.length > 1) return undefined;
  const below = only === undefined ? [] : inOneLine(only);
  return below === undefined ? undefined : [...below, ...own];
}

function choose({ inner, own }: Choice, run: Run, chosen: TransitionShape[]): boolean {
  let taken = false;
  for (const choice of inner) taken = choose(choice, run, chosen) || taken;
  if (taken) return true;
  const row = own.find(({ guard }) => guard === undefined || guard(run));
  if (row !== undefined) chosen.push(row.transition);
  return row !== undefined;
}

/** A guard where the active states stand still. */
function guardFor(machine: MachineShape, guard: unknown, view: View): Guard {
  const holds = evaluatorOf(machine, guard);
  return holds.states ? ({ context, event }) => holds.of({ ...view, context }, context, event) : ({ context, event }) => holds.of(view, context, event);
}

/** Every configuration of one machine that anybody has been in. */
export class Tables {
  readonly machine: MachineShape;
  readonly skeleton: Skeleton;
  readonly #known = new Map<string, Configuration>();
  #initial: Move | undefined;
  constructor(machine: MachineShape) {
    this.machine = machine;
    this.skeleton = new Skeleton(machine);
  }

  get size(): number { return this.#known.size; }

  initial(): Move { return (this.#initial ??= this.#made(this.skeleton.initial())); }

  move(from: Configuration, chosen: readonly TransitionShape[], eventless: boolean): Move {
    return this.#made(this.skeleton.move(from.snapshot, chosen, eventless));
  }

  /** The one configuration of these nodes and this history. @throws NeedsInterpreter when a machine has too many */
  at(snapshot: SnapshotShape): Configuration {
    const key = keyOf(snapshot);
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= CONFIGURATIONS_MAX) throw new NeedsInterpreter(`more than ${CONFIGURATIONS_MAX} configurations`);
      this.#known.set(key, known = new Configuration(this, snapshot));
    }
    return known;
  }

  #made({ marks, next, changed }: SkeletonMove): Move {
    return { instructions: marks.flatMap((mark) => this.#instructions(mark)), next: this.at(next), changed, done: next.status === "done" };
  }

  #instructions(mark: Mark): readonly Instruction[] {
    const { machine } = this;
    switch (mark.kind) {
      case "exit": return instructionsFor(machine, mark.node.exit);
      case "enter": return instructionsFor(machine, mark.node.entry);
      case "initial": return instructionsFor(machine, mark.node.initial.actions);
      case "transition": return instructionsFor(machine, mark.transition.actions);
      case "done": return [done(mark.node, mark.final)];
      case "finish": return [finish(machine, mark.completed)];
    }
  }
}

/** Beyond this many, a machine's tables stop growing and it is interpreted. */
export const CONFIGURATIONS_MAX = 16_384;

/** The value is part of it: a restored state may say another than XState derives, and must not be taken for it. */
const keyOf = ({ _nodes, historyValue, value }: SnapshotShape): string =>
  `${JSON.stringify(value)}|${_nodes.map(({ order }) => order).join(" ")}|${Object.entries(historyValue).map(([id, nodes]) => `${id}:${nodes.map(({ order }) => order).join(" ")}`).join(";")}`;

const doneEvent = ({ id }: NodeShape, output: unknown): EventObject => ({ type: `xstate.done.state.${id}`, output });

const done = (node: NodeShape, final: NodeShape | undefined): Instruction => (run) => {
  run.queue.push(doneEvent(node, final?.output === undefined ? undefined : resolveOutput(final.output, run)));
};

const finish = ({ root }: MachineShape, completed: NodeShape): Instruction => (run) => {
  if (root.output === undefined) return;
  const told = completed.output === undefined || completed.parent === undefined ? undefined : resolveOutput(completed.output, run);
  run.output = resolveOutput(root.output, run, doneEvent(completed, told));
};
