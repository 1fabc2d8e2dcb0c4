// Table: steps a machine by looking up what to do. The tables are XState's answers, kept (skeleton.ts); this is its macrostep over them.
//   X6  What comes out is what the interpreter gives, effect for effect: property tests hold one against the other. A machine, or a step,
//       the tables cannot do is interpreted, and the reason is kept where it can be seen.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Tables, type Configuration, type Move } from "./configuration.ts";
import type { Effect } from "./effects.ts";
import { endless, IN_TABLES, infoOf, NeedsInterpreter, type Run } from "./instructions.ts";
import { InterpretedStepper } from "./interpreter.ts";
import { createScope } from "./scope.ts";
import { isBuiltin, nodesOf, placeOf, type Action, type ChildShape, type EventObject, type MachineShape, type NodeShape, type StateValue } from "./shape.ts";
import { flattened, revived, type StepState } from "./state.ts";
import type { Stepper } from "./stepper.ts";

/** Why a machine is interpreted: where and what. Empty for one that has tables. */
export function obstacles(machine: MachineShape): readonly string[] {
  return nodesOf(machine.root).flatMap((node) => {
    const at = placeOf(node);
    const actions = [...node.entry, ...node.exit, ...(node.type === "compound" ? node.initial.actions : []), ...[...node.transitions.values(), node.always ?? []].flat().flatMap((transition) => transition.actions)];
    return [...(node.invoke.length > 0 ? [`${at}: invoke`] : []), ...actions.flatMap((action) => obstacle(machine, action)).map((what) => `${at}: ${what}`)];
  });
}

function obstacle(machine: MachineShape, action: Action): readonly string[] {
  const named: unknown = typeof action === "function" ? action : machine.implementations.actions[typeof action === "string" ? action : action.type];
  return isBuiltin(named) && !IN_TABLES.has(named.type) ? [named.type.replace("xstate.", "")] : [];
}

/** A machine's tables, shared by all its processes, and why steps had to be interpreted after all. */
export interface Compiled {
  readonly tables: Tables;
  readonly reasons: Set<string>;
}

export const compile = (machine: MachineShape): Compiled => ({ tables: new Tables(machine), reasons: new Set() });

export class TableStepper implements Stepper {
  readonly #compiled: Compiled;
  readonly #effects: Effect[] = [];
  readonly #run: Run;
  #at: Configuration | undefined;
  #context: object = {};
  #status: "active" | "done" = "active";
  #output: unknown;
  #interpreter: InterpretedStepper | undefined;

  constructor(compiled: Compiled) {
    this.#compiled = compiled;
    const scope = createScope(compiled.tables.machine.id, () => undefined);
    this.#run = { context: this.#context, event: NO_EVENT, view: compiled.tables.initial().next.view, queue: [], effects: this.#effects, scope, assigned: false, acted: false, output: undefined };
  }

  get by(): "table" | "interpreter" { return this.#interpreter?.by ?? "table"; }
  get status(): "active" | "done" | "error" { return this.#interpreter === undefined ? this.#status : this.#interpreter.status; }
  get value(): StateValue { return this.#interpreter?.value ?? this.#current().view.value; }
  get output(): unknown { return this.#interpreter === undefined ? this.#output : this.#interpreter.output; }
  get error(): unknown { return this.#interpreter?.error; }
  get effects(): Effect[] { return this.#interpreter?.effects ?? this.#effects; }

  start(input: unknown): void {
    try {
      const { tables } = this.#compiled;
      const run = this.#begin({ type: "xstate.init", input }, {});
      run.context = this.#initialContext(input);
      const move = tables.initial();
      run.view = move.next.view;
      this.#apply(move);
      this.#commit(this.#rest(move.next, move.done), run);
    } catch (error) {
      this.#interpret(error).start(input);
    }
  }

  step(event: EventObject): boolean {
    if (this.#interpreter !== undefined) return this.#interpreter.step(event);
    try {
      return this.#step(event);
    } catch (error) {
      const before = this.#at === undefined ? undefined : this.state();
      const interpreter = this.#interpret(error);
      if (before !== undefined) interpreter.restore(before);
      return interpreter.step(event);
    }
  }

  why(event: EventObject): "no transition" | "no guard held" {
    return this.#interpreter?.why(event) ?? (this.#current().knows(event.type) ? "no guard held" : "no transition");
  }

  child(id: string): ChildShape | undefined { return this.#interpreter?.child(id); }

  revived(value: unknown): unknown {
    const { self } = this.#run.scope;
    return this.#interpreter === undefined ? revived(value, () => undefined, self, self._parent) : this.#interpreter.revived(value);
  }

  state(): StepState {
    if (this.#interpreter !== undefined) return this.#interpreter.state();
    const { nodes, snapshot: { value, historyValue } } = this.#current();
    const { skeleton } = this.#compiled.tables;
    const idOf = (node: NodeShape): string => skeleton.realOf(node).id;
    return {
      status: this.#status, output: flattened(this.#output), value, nodes: nodes.map(({ id }) => id),
      history: Object.fromEntries(Object.entries(historyValue).map(([id, recalled]) => [skeleton.realOf({ order: Number(id.slice(1)) }).id, recalled.map(idOf)])),
      context: flattened(this.#context), booked: this.#run.scope.system.booked, children: [],
    };
  }

  restore(state: StepState): void {
    try {
      if (state.children.length > 0) throw new NeedsInterpreter("restored with children");
      this.#at = this.#compiled.tables.at(this.#compiled.tables.skeleton.snapshotOf(state));
      this.#context = this.revived(state.context) as object;
      this.#status = state.status;
      this.#output = state.output;
      this.#run.scope.system.booked = state.booked;
    } catch (error) {
      this.#interpret(error).restore(state);
    }
  }

  #step(event: EventObject): boolean {
    const at = this.#current();
    const run = this.#begin(event, this.#context);
    run.view = at.view;
    const move = at.pick(run);
    if (move === undefined) {
      const next = this.#rest(at, false);
      if (!run.acted && !run.assigned && next.at === at) return false;
      this.#commit(next, run);
      return true;
    }
    this.#apply(move);
    if (!move.next.hasAlways && run.queue.length === 0) {
      this.#at = move.next;
      this.#context = run.context;
      if (move.done) this.#commit({ at: move.next, done: true }, run);
      return true;
    }
    this.#commit(this.#rest(move.next, move.done), run);
    return true;
  }

  #current(): Configuration {
    if (this.#at === undefined) throw new Fault("MACHINE_INVALID", { machine: this.#compiled.tables.machine.id, what: "stepped before it was started" });
    return this.#at;
  }

  #begin(event: EventObject, context: object): Run {
    const run = this.#run;
    run.context = context;
    run.event = event;
    run.assigned = false;
    run.acted = false;
    run.queue.length = 0;
    return run;
  }

  #apply({ instructions }: Move): void {
    const run = this.#run;
    for (const instruction of instructions) instruction(run);
  }

  /** Eventless transitions and raised events, until there are none. */
  #rest(from: Configuration, ended: boolean): { readonly at: Configuration; readonly done: boolean } {
    const run = this.#run;
    const { maxIterations } = this.#compiled.tables.machine.options;
    let at = from;
    let done = ended;
    let look = true;
    let acted = run.assigned;
    for (let count = 1; !done; count++) {
      if (count > maxIterations) throw endless(maxIterations);
      run.view = at.view;
      run.assigned = false;
      let move: Move | undefined = look && at.hasAlways ? at.pickEventless(run) : undefined;
      const eventless: boolean = move !== undefined;
      if (move === undefined) {
        const raised = run.queue.shift();
        if (raised === undefined) break;
        run.event = raised;
        move = at.pick(run);
      }
      if (move !== undefined) {
        this.#apply(move);
        at = move.next;
        done = move.done;
        acted ||= run.assigned || move.changed;
      }
      look = !eventless || run.assigned || move?.changed === true;
    }
    run.assigned = acted;
    return { at, done };
  }

  #commit({ at, done }: { readonly at: Configuration; readonly done: boolean }, run: Run): void {
    this.#at = at;
    this.#context = run.context;
    if (!done) return;
    this.#status = "done";
    this.#output = run.output;
  }

  #initialContext(input: unknown): object {
    const { context } = this.#compiled.tables.machine.config;
    if (typeof context !== "function") return typeof context === "object" && context !== null ? context : {};
    const { self } = infoOf(this.#run);
    const spawn = (): never => { throw new NeedsInterpreter("spawn inside the initial context"); };
    return { ...(context as (given: object) => object)({ spawn, input, self }) };
  }

  /** Goes on as an interpreter: nothing of the step has been committed. @throws the error, when it is any other */
  #interpret(error: unknown): InterpretedStepper {
    if (!(error instanceof NeedsInterpreter)) throw error;
    this.#compiled.reasons.add(error.reason);
    this.#effects.length = 0;
    return (this.#interpreter = new InterpretedStepper(this.#compiled.tables.machine));
  }
}

const NO_EVENT: EventObject = Object.freeze({ type: "" });
