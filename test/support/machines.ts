// Random machines: nested, parallel, history, final states with output, guards, eventless and wildcard transitions, re-entry, raised events,
// delays, sends, and every action a table can do. All functions are pure, so a machine is a function of its seed.
import { and, assign, cancel, createMachine, emit, enqueueActions, log, not, or, raise, sendParent, sendTo, spawnChild, stateIn, stopChild, type AnyStateMachine } from "xstate";

export interface Given { readonly context: { readonly n: number; readonly seen: readonly string[] }; readonly event: { readonly type: string; readonly v?: number; readonly d?: number } }

export const EVENT_TYPES = ["a", "b", "c", "a.b", "a.b.c", "d"] as const;

/** A small generator of our own (Steele and Vigna's splitmix family, 32 bits): `below(n)` is uniform enough for shapes. */
export function chance(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) % below;
  };
}

/** An event a machine makes itself: those that come of each other end after a few, or nothing would. */
const own = (type: string, v: number) => ({ event: { d = 0 } }: Given): object => ({ type: d < 2 ? type : "never", v, d: d + 1 });

type Config = Record<string, unknown>;

/** A transition for what comes of itself, without counting how often (`own` does): whatever comes, where children are, faults of sending to those
 *  that are gone and ends among it, and timers of states, of which the root has one more at each re-entry. It is taken a few times only, or each
 *  would come to make several. */
const ending = (transition: Config): Config => {
  const [few, guard] = [({ context }: Given) => context.n < 40, transition["guard"]];
  return { ...transition, guard: guard === undefined ? few : and([few, guard] as never), actions: [assign({ n: ({ context }: Given) => context.n + 1 } as never), ...transition["actions"] as unknown[]] };
};

interface Plan { readonly id: string; readonly path: readonly string[]; readonly kind: "atomic" | "compound" | "parallel" | "final" | "history"; readonly children: Plan[] }

export interface MachineShapeOptions { readonly depth?: number; readonly effects?: boolean; /** Sends to its parent, which only a child has. */ readonly parent?: boolean; /** Invokes and spawns the source `child`, or invokes it alone; a state tells what it invokes of its entry and its exit. */ readonly children?: boolean | "invoked" }

class Generator {
  readonly #below: (n: number) => number;
  readonly #effects: boolean;
  readonly #parent: boolean;
  readonly #children: boolean | "invoked";
  readonly #all: Plan[] = [];
  #marks = 0;
  constructor(seed: number, { effects = true, parent = true, children = false }: MachineShapeOptions) {
    this.#parent = parent;
    this.#children = children;
    this.#below = chance(seed);
    this.#effects = effects;
  }

  #one<T>(list: readonly T[]): T { return list[this.#below(list.length)] as T; }
  #odds(outOf: number): boolean { return this.#below(outOf) === 0; }

  plan(id: string, path: readonly string[], depth: number): Plan {
    const kind = depth === 0 ? "atomic" : path.length === 0 ? this.#one(["compound", "compound", "parallel"] as const) : this.#one(["atomic", "compound", "parallel", "atomic"] as const);
    const children: Plan[] = [];
    const plan: Plan = { id, path, kind, children };
    this.#all.push(plan);
    if (kind === "atomic") return plan;
    const count = 2 + this.#below(2);
    for (let n = 0; n < count; n++) children.push(this.plan(`${id}${n}`, [...path, `s${n}`], depth - 1));
    if (kind === "compound" && this.#odds(2)) children.push(this.#leaf(`${id}F`, [...path, "fin"], "final"));
    if (this.#odds(2)) children.push(this.#leaf(`${id}H`, [...path, "hist"], "history"));
    return plan;
  }

  #leaf(id: string, path: readonly string[], kind: "final" | "history"): Plan {
    const plan: Plan = { id, path, kind, children: [] };
    this.#all.push(plan);
    return plan;
  }

  config(plan: Plan): Config {
    const { id, kind, children } = plan;
    if (kind === "history") return { id, type: "history", history: this.#one(["shallow", "deep"]), ...(this.#odds(3) ? { target: `#${this.#one(this.#siblings(plan)).id}` } : {}) };
    if (kind === "final") return { id, type: "final", entry: this.#actions(), ...(this.#odds(2) ? { output: ({ context }: Given) => context.n } : {}) };
    const key = (child: Plan): string => child.path.at(-1) ?? "";
    const enterable = children.filter((child) => child.kind !== "history");
    const invoke = this.#children !== false && this.#odds(3) ? this.#invoke(id) : undefined;
    const told = invoke === undefined ? () => [] : () => this.#told(String(invoke["id"] ?? `0.${id}`));
    return {
      id, entry: [...this.#actions(), ...told()], exit: [...this.#actions(), ...told()],
      ...(kind === "parallel" ? { type: "parallel" } : {}),
      ...(kind === "compound" ? { initial: this.#odds(3) ? { target: key(this.#one(enterable)), actions: this.#actions() } : key(this.#one(enterable)) } : {}),
      ...(children.length === 0 ? {} : { states: Object.fromEntries(children.map((child) => [key(child), this.config(child)])) }),
      on: this.#on(),
      ...(this.#odds(4) ? { always: [this.#transition(true)] } : {}),
      ...(this.#odds(5) && this.#effects ? { after: { [1 + this.#below(9)]: ending(this.#transition(false)) } } : {}),
      ...(kind !== "atomic" && this.#odds(2) ? { onDone: this.#transition(true) } : {}),
      ...(this.#odds(4) ? { tags: ["t"] } : {}),
      ...(invoke === undefined ? {} : { invoke }),
    };
  }

  #siblings({ path }: Plan): readonly Plan[] {
    const parent = path.slice(0, -1).join(".");
    return this.#all.filter((other) => other.path.slice(0, -1).join(".") === parent && other.path.length === path.length && other.kind !== "history");
  }

  #on(): Config {
    const on: Config = {};
    for (const type of [...EVENT_TYPES, "r", "s", "*", "a.*"]) if (this.#odds(type === "*" || type === "s" ? 9 : 3)) on[type] = this.#odds(6) ? {} : Array.from({ length: 1 + this.#below(2) }, () => (type === "*" && this.#children === true ? ending(this.#transition(false)) : this.#transition(false)));
    return on;
  }

  #invoke(id: string): Config {
    return {
      src: "child", ...(this.#odds(2) ? { id: `i${id}` } : {}), input: ({ context }: Given) => ({ n: context.n }),
      onDone: this.#transition(false), ...(this.#odds(2) ? { onError: this.#transition(false) } : {}),
    };
  }

  /** Sends to an invoked child, at once and later: from its state's entry, before it is made, and from its exit, before it is stopped. */
  #told(child: string): unknown[] {
    return Array.from({ length: this.#below(3) }, () => {
      const step = this.#below(4);
      return sendTo(child, own("told", this.#marks++) as never, step === 0 ? {} : { delay: step, id: `d${step}` });
    });
  }

  #child(step: number): unknown {
    switch (this.#below(4)) {
      case 0: return spawnChild("child" as never, { id: `k${step}`, input: { step } } as never);
      case 1: return stopChild(`k${step}`);
      case 2: return assign({ ref: ({ spawn }: { spawn: (src: string) => unknown }) => spawn("child") } as never);
      default: return sendTo((({ context, self }: { context: { ref?: unknown }; self: unknown }) => context.ref ?? self) as never, own("d", step) as never);
    }
  }

  #transition(bounded: boolean): Config {
    const guarded = bounded || this.#odds(2);
    return {
      ...(this.#odds(4) && !bounded ? {} : { target: `#${this.#one(this.#all).id}` }),
      ...(this.#odds(4) ? { reenter: true } : {}),
      ...(guarded ? { guard: this.#guard(bounded) } : {}),
      actions: bounded ? [assign({ n: ({ context }: Given) => context.n + 1 } as never), ...this.#actions()] : this.#actions(),
    };
  }

  /** Of a transition that would be taken for ever: it ends when `n` is large, and each one adds to it. */
  #guard(bounded: boolean): unknown {
    const [c, m] = [this.#below(5), 2 + this.#below(3)];
    const plain = ({ context, event }: Given): boolean => (context.n + (event.v ?? 0) + c) % m === 0 && (!bounded || context.n < 40);
    const inState = this.#one(this.#all.filter(({ kind }) => kind !== "history"));
    switch (bounded ? 5 : this.#below(6)) {
      case 0: return not(plain as never);
      case 1: return and([plain as never, stateIn(`#${inState.id}` as never)]);
      case 2: return or([stateIn(`#${inState.id}` as never), plain as never]);
      case 3: return { type: "modulo", params: { c, m } };
      default: return plain;
    }
  }

  #actions(): unknown[] {
    return this.#odds(2) ? [] : Array.from({ length: 1 + this.#below(2) }, () => this.#action());
  }

  #action(): unknown {
    const mark = `m${this.#marks++}`;
    const step = 1 + this.#below(3);
    const bounded = ({ context }: Given): boolean => context.n < 60;
    if (this.#children === true && this.#odds(4)) return this.#child(step);
    switch (this.#below(this.#effects ? 12 : 5)) {
      case 0: return assign({ n: ({ context }: Given) => context.n + step } as never);
      case 1: return assign((({ context }: Given) => ({ seen: [...context.seen, mark].slice(-6), n: context.n + 1 })) as never);
      case 2: return enqueueActions((({ enqueue, check, context, event }: { enqueue: ((action: unknown) => void) & { raise: (event: object) => void; assign: (update: object) => void }; check: (guard: unknown) => boolean } & Given) => {
        enqueue.assign({ n: context.n + 1 });
        if (check(bounded)) enqueue.raise(own("r", step)({ context, event }));
        enqueue({ type: "note", params: { mark } });
      }) as never);
      case 3: return { type: "note", params: ({ context }: Given) => ({ mark, n: context.n }) };
      case 4: return this.#odds(2) ? raise({ type: "s", v: step, d: 2 } as never) : raise(own(this.#one(["r", "a"]), step) as never);
      case 5: return log((({ context }: Given) => context.n) as never, mark);
      case 6: return emit({ type: "emitted", mark } as never);
      case 7: return !this.#parent ? "plain" : sendParent((({ context }: Given) => ({ type: "UP", n: context.n })) as never);
      case 8: return raise(own("b", step) as never, { delay: step, id: `d${step}` });
      case 9: return cancel(`d${step}`);
      case 10: return sendTo((({ self }: { self: unknown }) => self) as never, own("c", step) as never);
      default: return "plain";
    }
  }
}

export const machineFrom = (seed: number, options: MachineShapeOptions = {}, actors: object = {}): AnyStateMachine => {
  const generator = new Generator(seed, options);
  const plan = generator.plan("r", [], options.depth ?? 3);
  return createMachine({
    ...generator.config(plan), id: "r", context: { n: seed % 3, seen: [] }, options: { maxIterations: 60 },
    output: (({ context, event }: Given & { event: { output?: unknown } }) => ({ n: context.n, last: event.type, told: event.output })) as never,
  } as never, {
    actors,
    actions: { note: () => undefined, plain: () => undefined },
    guards: { modulo: ({ context, event }: Given, params: unknown) => (context.n + (event.v ?? 0) + (params as { c: number }).c) % (params as { m: number }).m === 0 && context.n < 40 },
  } as never);
};

export const eventsFrom = (seed: number, count: number): readonly { readonly type: string; readonly v: number }[] => {
  const below = chance(seed ^ 0x5bd1e995);
  return Array.from({ length: count }, () => ({ type: [...EVENT_TYPES, "unknown"][below(EVENT_TYPES.length + 1)] as string, v: below(7) }));
};
