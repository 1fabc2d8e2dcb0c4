// Check: everything about a machine that would go wrong in a run and can be known before. The first finding is a fault that names its
// place in the configuration.
import { Fault } from "../../../kernel-abi/fault.ts";
import { asList, isBuiltin, isRecord, nodesOf, placeOf, type Action, type MachineShape, type NodeShape, type TransitionShape } from "./shape.ts";
import { sourceOf } from "./sources.ts";

class Check {
  readonly #machine: MachineShape;
  constructor(machine: MachineShape) { this.#machine = machine; }

  #refuse(at: string, what: string, allowed: string): never {
    throw new Fault("MACHINE_INVALID", { machine: this.#machine.id, at, what, allowed });
  }

  node(node: NodeShape): void {
    const at = placeOf(node);
    // First, because XState enters them into the entry actions.
    for (const delay of Object.keys(isRecord(node.config["after"]) ? node.config["after"] : {})) this.#after(delay, `${at}.after`);
    this.#actions(node.entry, `${at}.entry`);
    this.#actions(node.exit, `${at}.exit`);
    if (node.type === "compound") this.#actions(node.initial.actions, `${at}.initial`);
    this.#invokes(node, at);
    for (const [type, transitions] of node.transitions) transitions.forEach((transition) => { this.#transition(transition, `${at}.on ${type}`); });
    for (const transition of node.always ?? []) this.#transition(transition, `${at}.always`);
  }

  #transition({ guard, actions }: TransitionShape, at: string): void {
    this.#actions(actions, at);
    if (guard !== undefined) this.#guard(guard, at);
  }

  #actions(actions: readonly Action[], at: string): void {
    for (const action of actions) {
      const type = typeof action === "string" ? action : typeof action === "function" ? undefined : action.type;
      const named = type === undefined ? action : this.#machine.implementations.actions[type];
      if (named === undefined) this.#refuse(at, `no implementation of the action "${String(type)}"`, "give it in setup({ actions }) or machine.provide({ actions })");
      if (isBuiltin(named)) this.#delayOf(named, at);
    }
  }

  /** `raise` and `sendTo` carry their delay. */
  #delayOf(action: { readonly type: string; readonly delay?: unknown }, at: string): void {
    const { delay } = action;
    if (typeof delay === "string") this.#named(delay, at);
    else if (typeof delay === "number") this.#ticks(delay, at);
  }

  #after(delay: string, at: string): void {
    if (Number.isNaN(Number(delay))) this.#named(delay, at);
    else this.#ticks(Number(delay), at);
  }

  #named(name: string, at: string): void {
    const delay = this.#machine.implementations.delays[name];
    if (typeof delay === "number") this.#ticks(delay, `${at} (delays.${name})`);
    else if (typeof delay !== "function") this.#refuse(at, `no implementation of the delay "${name}"`, "give it in setup({ delays })");
  }

  #ticks(ticks: number, at: string): void {
    if (!Number.isSafeInteger(ticks) || ticks < 1) this.#refuse(at, `a delay of ${String(ticks)}`, "ticks: an integer of at least 1");
  }

  #guard(guard: unknown, at: string): void {
    if (isRecord(guard) || typeof guard === "string") {
      const type = typeof guard === "string" ? guard : String(guard["type"]);
      const named = this.#machine.implementations.guards[type];
      if (named === undefined) this.#refuse(at, `no implementation of the guard "${type}"`, "give it in setup({ guards }) or machine.provide({ guards })");
      this.#guard(named, at);
    } else if (typeof guard === "function" && "guards" in guard) {
      for (const part of asList(guard.guards)) this.#guard(part, at);
    }
  }

  #invokes(node: NodeShape, at: string): void {
    const raw = asList(node.config["invoke"]);
    node.invoke.forEach((invoke, n) => {
      const place = `${at}.invoke${node.invoke.length > 1 ? `[${n}]` : ""}`;
      const config = raw[n];
      const src: unknown = isRecord(config) ? config["src"] : undefined;
      const logic = typeof src === "string" ? this.#machine.implementations.actors[src] : src;
      if (logic === undefined) this.#refuse(place, `no implementation of the source "${String(src)}"`, "give it in setup({ actors }) or machine.provide({ actors })");
      if (sourceOf(logic) === undefined) this.#refuse(place, `the source ${typeof src === "string" ? `"${src}" ` : ""}cannot be run deterministically`, "fromProgram(…), fromProcess(…), or another machine named in setup({ actors }); not a promise, callback, observable or transition function");
      if (invoke.onSnapshot !== undefined) this.#refuse(`${place}.onSnapshot`, "a process does not show its snapshots", "send an event from the child instead");
    });
  }

  /** Sources no state invokes may still be spawned. */
  sources(): void {
    for (const [name, logic] of Object.entries(this.#machine.implementations.actors)) {
      if (sourceOf(logic) === undefined) this.#refuse(`actors.${name}`, "the source cannot be run deterministically", "fromProgram(…), fromProcess(…), or another machine; not a promise, callback, observable or transition function");
    }
  }
}

/**
 * Holds a machine, its sources already replaced by ours, against what processes can do.
 * @throws Fault MACHINE_INVALID with the place, what is wrong there and what is allowed
 */
export function checkMachine(machine: MachineShape): void {
  const check = new Check(machine);
  for (const node of nodesOf(machine.root)) check.node(node);
  check.sources();
}
