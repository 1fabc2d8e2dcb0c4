// Actors that wander: short bodies led by their random streams that do a few things and hand their state on, so that runs of them can
// be put down again and again. Every way to wait, to end, to be tied and to hand authority on is among what they do.
import type { Capability } from "../../kernel-abi/handle.ts";
import type { Contract } from "../../kernel-abi/handle.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { processId } from "../../kernel-abi/ids.ts";
import type { Arm, Behaviour, Child, Operation, Overflow, Selected } from "../../kernel-abi/operation.ts";
import { all, race, within } from "../../domains/k/api/control.ts";
import { ask, toy, type Body } from "./toy.ts";

interface State {
  readonly depth: number;
  readonly left: number;
  readonly children: readonly number[];
  readonly suspended: readonly number[];
  readonly heard: readonly unknown[];
}

type Act = Generator<Operation, void, unknown>;

const START: State = { depth: 0, left: 60, children: [], suspended: [], heard: [] };
const isState = (input: unknown): input is State => typeof input === "object" && input !== null && "left" in input;

class Wanderer {
  readonly #depth: number;
  readonly #children: number[];
  readonly #suspended: number[];
  readonly #timers: number[] = [];
  heard: unknown[];
  constructor({ depth, children, suspended, heard }: State) {
    this.#depth = depth;
    this.#children = [...children];
    this.#suspended = [...suspended];
    this.heard = [...heard];
  }

  next(left: number): State {
    return { depth: this.#depth, left, children: this.#children, suspended: this.#suspended, heard: this.heard.slice(-3) };
  }

  * below(limit: number, stream = "w"): Generator<Operation, number, unknown> {
    return (yield* ask<number>({ domain: "K", op: "random", stream, draw: limit % 2 === 0 ? "uint32" : "uniform" })) * (limit % 2 === 0 ? 1 / 4294967296 : 1) * limit | 0;
  }
  * child(): Generator<Operation, number, unknown> { return this.#children[yield* this.below(this.#children.length)] ?? 4; }
  * anybody(): Generator<Operation, number, unknown> { return 3 + (yield* this.below(9, "who")); }

  * act(): Act {
    switch (yield* this.below(24)) {
      case 0: case 1: case 2: yield* ask({ domain: "K", op: "send", to: processId(yield* this.anybody()), body: [{ n: yield* this.below(9) }, "text", Float64Array.of(-0, 1)][yield* this.below(3)] }); break;
      case 3: case 4: case 5: this.heard.push(yield* ask({ domain: "K", op: "receive", within: 1 + (yield* this.below(5)) })); break;
      case 6: yield* ask({ domain: "K", op: "sleep", ticks: 1 + (yield* this.below(4)) }); break;
      case 7: case 8: yield* this.#spawn(); break;
      case 9: this.#timers.push(yield* ask<number>({ domain: "K", op: "timer", ticks: 1 + (yield* this.below(6)) })); break;
      case 10: case 11: yield* this.#select(); break;
      case 12: case 13: yield* this.#ties(); break;
      case 14: yield* this.#suspend(); break;
      case 15: yield* this.#resume(); break;
      case 16: yield* this.#authority(); break;
      case 17: yield* ask({ domain: "K", op: "stop", child: processId(yield* this.child()), reason: "enough" }); break;
      case 18: this.heard.push(yield* ask({ domain: "K", op: "join", child: processId(yield* this.child()) })); break;
      case 19: yield* this.#strands(); break;
      case 20: yield* this.#work(); break;
      case 21: yield* ask({ domain: "K", op: "cancel-timer", timer: this.#timers[0] ?? 0 }); break;
      case 22: yield* ask({ domain: "K", op: "log", level: "info", label: "heard", data: { heard: this.heard.slice(-3), now: yield* ask({ domain: "K", op: "now" }) } }); break;
      default:
        if (this.#depth > 0 && (yield* this.below(8)) === 0) throw new Error("it fell");
        yield* ask({ domain: "K", op: "run-totals" });
        yield* ask({ domain: "K", op: "gauges" });
    }
  }

  * #spawn(): Act {
    if (this.#depth >= 3) return;
    const behaviour = [wanderer, blocked, dropping][yield* this.below(3)] ?? wanderer;
    const { process } = yield* ask<Child<unknown>>({ domain: "K", op: "spawn", behaviour, input: { ...START, depth: this.#depth + 1, left: 1 + (yield* this.below(12)) }, grants: undefined });
    this.#children.push(process);
  }

  * #select(): Act {
    const arms: Arm[] = [{ on: "message" }, ...this.#timers.map((timer): Arm => ({ on: "timer", timer }))];
    if ((yield* this.below(2)) === 0) arms.push({ on: "exit", process: processId(yield* this.child()) });
    if (this.#timers.length === 0) return;
    const { arm } = yield* ask<Selected>({ domain: "K", op: "select", arms });
    const won = arms[arm];
    if (won?.on === "timer") this.#timers.splice(this.#timers.indexOf(won.timer), 1);
  }

  * #ties(): Act {
    const to = processId(yield* this.anybody());
    switch (yield* this.below(4)) {
      case 0: yield* ask({ domain: "K", op: "link", to: processId(yield* this.child()), ends: "other" }); break;
      case 1: if (this.#depth > 0) yield* ask({ domain: "K", op: "link", to, ends: "self" }); break;
      case 2: yield* ask({ domain: "K", op: "monitor", to }); break;
      default: yield* ask({ domain: "K", op: "unlink", to });
    }
  }

  * #suspend(): Act {
    const child = yield* this.child();
    yield* ask({ domain: "K", op: "suspend", child: processId(child) });
    this.#suspended.push(child);
  }

  * #resume(): Act {
    const child = this.#suspended.shift();
    if (child !== undefined) yield* ask({ domain: "K", op: "resume", child: processId(child) });
  }

  * #authority(): Act {
    const held = yield* ask<readonly { readonly capability: Capability }[]>({ domain: "K", op: "capabilities" });
    const capability = held[yield* this.below(held.length)]?.capability;
    if (capability === undefined) return;
    const handed = yield* ask<Capability>({ domain: "K", op: "grant", capability, to: processId(yield* this.anybody()), scope: { uses: 40 + (yield* this.below(9)), until: (yield* ask<number>({ domain: "K", op: "now" })) + 99 } });
    if ((yield* this.below(3)) === 0) yield* ask({ domain: "K", op: "revoke", capability: handed });
  }

  * #strands(): Act {
    const strand = (self: Wanderer) => function* (): Act { yield* ask({ domain: "K", op: "send", to: processId(yield* self.anybody()), body: "strand" }); }();
    const nap = function* (ticks: number): Act { yield* ask({ domain: "K", op: "sleep", ticks }); };
    if ((yield* this.below(2)) === 0) yield* race({ a: nap(2), b: strand(this), c: nap(1 + (yield* this.below(3))) });
    else yield* all([within(2, nap(1 + (yield* this.below(4)))), strand(this)]);
  }

  /** A job of its own, from the contract to its release. */
  * #work(): Act {
    const contract = yield* ask<Contract>({ domain: "Q", op: "reserve", request: { units: 1 + (yield* this.below(3)), budget: 9 } });
    const job = yield* ask({ domain: "Q", op: "submit", contract, call: { cost: 1 + (yield* this.below(3)), value: { v: 1 } }, refs: [] } as Operation);
    if ((yield* this.below(3)) > 0) this.heard.push(yield* ask({ domain: "Q", op: "collect", job } as Operation));
    yield* ask({ domain: "Q", op: "release", contract } as Operation);
  }
}

function wandering(name: string, mailbox?: { readonly depth: number; readonly overflow: Overflow }): Behaviour {
  const behaviour = toy(name, ["Q"], function* (input: unknown): Body {
    const state = isState(input) ? input : START;
    const me = new Wanderer(state);
    for (let acts = yield* me.below(4); acts >= 0; acts--) {
      try {
        yield* me.act();
      } catch (error) {
        if (!(error instanceof Fault) || (state.depth > 0 && (yield* me.below(60)) === 0)) throw error;
        me.heard.push(error.fault, error.detail["why"] ?? null);
      }
    }
    if (state.left <= 0) return me.heard.length;
    yield* ask({ domain: "K", op: "continue", state: me.next(state.left - 1) });
    throw new Error("the body is over");
  });
  return { ...behaviour, ...(mailbox === undefined ? {} : { mailbox }) };
}

export const wanderer: Behaviour = wandering("wanderer");
const blocked: Behaviour = wandering("blocked", { depth: 2, overflow: "block" });
const dropping: Behaviour = wandering("dropping", { depth: 1, overflow: "drop-old" });

/** By name, as loading a program would have found them. */
export const WANDERERS: ReadonlyMap<string, Behaviour> = new Map([wanderer, blocked, dropping].map((behaviour) => [behaviour.name, behaviour]));
