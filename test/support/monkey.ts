// A program that does anything it can, led by its own random stream: for holding the machine's traces against rules.
import { FAULTS } from "../../kernel-abi/fault.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import type { Capability, Contract, Job } from "../../kernel-abi/handle.ts";
import type { Arm, Behaviour, Child, Operation, Selected } from "../../kernel-abi/operation.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { processId } from "../../kernel-abi/ids.ts";
import { INJECTION_KINDS, injectionRow } from "../../kernel-abi/injection.ts";
import { all, race, within } from "../../domains/k/api/control.ts";
import { ask, toy, type Body } from "./toy.ts";

type Act = Generator<Operation, void, unknown>;

const DOMAIN_CHOICE: readonly BoundDomain[] = ["Q", "PHI"];
const OUTCOME_FAULTS = {
  Q: [0, 0, 0, FAULTS.Q_ERR_HARDWARE_FAILURE.code, FAULTS.Q_ERR_MEASUREMENT_FAILURE.code],
  PHI: [0, 0, 0, FAULTS.PHI_ERR_HARDWARE_FAILURE.code, FAULTS.PHI_ERR_STABILITY_BREACH.code],
} as const;

class Monkey {
  readonly #children: number[] = [];
  readonly #contracts: { domain: BoundDomain; contract: Contract }[] = [];
  readonly #jobs: { domain: BoundDomain; job: Job }[] = [];
  readonly #suspended: number[] = [];
  readonly #timers: number[] = [];
  readonly #places: number[] = [];
  readonly #depth: number;
  constructor(depth: number) { this.#depth = depth; }

  * pick<T>(from: readonly T[]): Generator<Operation, T | undefined, unknown> {
    return from[yield* this.below(from.length)];
  }
  * below(limit: number): Generator<Operation, number, unknown> {
    return Math.floor((yield* ask<number>({ domain: "K", op: "random", stream: "monkey", draw: "uniform" })) * limit);
  }

  * act(): Generator<Operation, "go on" | "stop", unknown> {
    switch (yield* this.below(33)) {
      case 0: yield* ask({ domain: "K", op: "log", level: "info", label: "monkey", data: yield* this.below(100) }); break;
      case 1: yield* ask({ domain: "K", op: "metric", name: "m", value: 1.5, unit: "1" }); break;
      case 2: case 3: case 4: yield* ask({ domain: "K", op: "send", to: processId(2 + (yield* this.below(8))), body: { n: yield* this.below(9) } }); break;
      case 5: case 6: yield* ask({ domain: "K", op: "receive", within: (yield* this.below(12)) === 0 ? undefined : 1 + (yield* this.below(3)) }); break;
      case 7: yield* ask({ domain: "K", op: "sleep", ticks: 1 + (yield* this.below(3)) }); break;
      case 8: case 9: yield* this.#spawn(); break;
      case 10: yield* ask({ domain: "K", op: "join", child: processId((yield* this.pick(this.#children)) ?? 99) }); break;
      case 11: case 12: yield* this.#authority(); break;
      case 13: case 14: yield* this.#reserve(); break;
      case 15: case 16: yield* this.#submit(); break;
      case 17: yield* this.#collect(); break;
      case 18: yield* this.#contract(); break;
      case 19:
        if ((yield* this.below(6)) === 0) throw new Error("the monkey fell");
        return (yield* this.below(4)) === 0 ? "stop" : "go on";
      case 20: yield* this.#suspend(); break;
      case 21: case 22: yield* this.#resume(); break;
      case 23: yield* this.#timer(); break;
      case 24: case 25: yield* this.#select(); break;
      case 26: yield* this.#ties(); break;
      case 27: yield* this.#end(); break;
      case 29: if ((yield* this.below(3)) === 0) yield* this.#inject(); break;
      case 30: yield* this.#place(); break;
      case 31: case 32: yield* this.#strands(); break;
      case 28: if ((yield* this.below(8)) === 0) yield* ask({ domain: "K", op: "continue", state: null });
    }
    return "go on";
  }

  * #spawn(): Act {
    if (this.#depth >= 3) return;
    const { process } = yield* ask<Child<unknown>>({ domain: "K", op: "spawn", behaviour: monkey(this.#depth + 1), input: null, grants: undefined });
    this.#children.push(process);
  }

  * #timer(): Act {
    if ((yield* this.below(4)) === 0) yield* ask({ domain: "K", op: "cancel-timer", timer: (yield* this.pick(this.#timers)) ?? 0 });
    else this.#timers.push(yield* ask<number>({ domain: "K", op: "timer", ticks: 1 + (yield* this.below(4)) }));
  }

  /** Sends and requests that hold a place when they have to wait, by hand. */
  * #place(): Act {
    const place = yield* this.pick(this.#places);
    if (place !== undefined && (yield* this.below(2)) === 0) {
      this.#places.splice(this.#places.indexOf(place), 1);
      yield* ask({ domain: "K", op: "withdraw", place });
      return;
    }
    const taken = (yield* this.below(3)) === 0 ? yield* ask({ domain: "Q", op: "reserve", request: { units: 1 + (yield* this.below(9)), budget: 9 }, within: 1 + (yield* this.below(9)), place: true })
      : yield* ask({ domain: "K", op: "send", to: processId(2 + (yield* this.below(8))), body: "placed", place: true });
    if (typeof taken === "number") this.#places.push(taken);
  }

  /** One of the things a strand can do, most of which may have to wait. */
  * #strand(): Generator<Operation, unknown, unknown> {
    switch (yield* this.below(6)) {
      case 0: case 1: case 2:
        for (let left = 1 + (yield* this.below(3)); left > 0; left--) yield* ask({ domain: "K", op: "send", to: processId(3 + (yield* this.below(6))), body: "strand" });
        return undefined;
      case 3: return yield* ask({ domain: (yield* this.pick(DOMAIN_CHOICE)) ?? "Q", op: "reserve", request: { units: 1 + (yield* this.below(9)), budget: 9, end: (yield* ask<number>({ domain: "K", op: "now" })) + 9 }, within: 1 + (yield* this.below(9)) });
      case 4: return yield* ask({ domain: "K", op: "receive", within: 1 + (yield* this.below(4)) });
      default: return yield* ask({ domain: "K", op: "sleep", ticks: 1 + (yield* this.below(4)) });
    }
  }

  * #strands(): Act {
    const ticks = 1 + (yield* this.below(6));
    switch (yield* this.below(3)) {
      case 0: yield* within(ticks, this.#strand()); break;
      case 1: yield* race({ a: this.#strand(), b: this.#strand(), c: this.#strand() }); break;
      default: yield* all([this.#strand(), within(ticks, this.#strand())]);
    }
  }

  * #select(): Act {
    const arms: Arm[] = [];
    for (let left = 1 + (yield* this.below(4)); left > 0; left--) {
      const job = yield* this.pick(this.#jobs);
      const timer = yield* this.pick(this.#timers);
      const child = yield* this.pick(this.#children);
      const place = yield* this.pick(this.#places);
      switch (yield* this.below(5)) {
        case 4: if (place !== undefined) arms.push({ on: "room", place }); break;
        case 0: arms.push({ on: "message" }); break;
        case 1: if (timer !== undefined) arms.push({ on: "timer", timer }); break;
        case 2: if (job !== undefined) arms.push({ on: "outcome", job: job.job }); break;
        case 3: arms.push({ on: "exit", process: processId(child ?? 3 + (yield* this.below(6))) });
      }
    }
    const { arm } = yield* ask<Selected>({ domain: "K", op: "select", arms });
    const won = arms[arm];
    if (won?.on === "room") this.#places.splice(this.#places.indexOf(won.place), 1);
    if (won?.on === "timer") this.#timers.splice(this.#timers.indexOf(won.timer), 1);
  }

  * #ties(): Act {
    const to = processId(3 + (yield* this.below(6)));
    const child = processId((yield* this.pick(this.#children)) ?? 99);
    switch (yield* this.below(5)) {
      case 0: yield* ask({ domain: "K", op: "link", to, ends: "self" }); break;
      case 1: case 2: yield* ask({ domain: "K", op: "link", to: child, ends: "other" }); break;
      case 3: yield* ask({ domain: "K", op: "monitor", to }); break;
      case 4: yield* ask({ domain: "K", op: "unlink", to });
    }
  }

  * #end(): Act {
    if ((yield* this.below(2)) === 0) yield* ask({ domain: "K", op: "stop", child: processId((yield* this.pick(this.#children)) ?? 99), reason: "enough" });
    else {
      const one = yield* this.pick(this.#jobs);
      if (one !== undefined) yield* ask({ domain: one.domain, op: "cancel", job: one.job });
    }
  }

  * #inject(): Act {
    const kind = (yield* this.pick(INJECTION_KINDS)) ?? "domain-thaw";
    const { needs, domains } = injectionRow(kind);
    const domain = (yield* this.pick(domains)) ?? "Q";
    if (kind === "system-halt" || needs === "nothing") yield* ask({ domain: "K", op: "inject", strike: { kind: "domain-thaw", domain: (yield* this.pick(DOMAIN_CHOICE)) ?? "Q" } });
    else if (needs === "domain") yield* ask({ domain: "K", op: "inject", strike: { kind, domain } });
    else if (needs === "work") {
      const id = 1 + (yield* this.below(12));
      const target = (yield* this.below(3)) === 0 ? { domain } : (yield* this.below(2)) === 0 ? { job: id } : { contract: id };
      yield* ask({ domain: "K", op: "inject", strike: { kind, ...target } });
    } else yield* ask({ domain: "K", op: "inject", strike: { kind, process: `root/monkey#${1 + (yield* this.below(3))}`, ...(needs === "verb" ? { verb: "IPC_SEND" } : {}) } });
  }

  * #suspend(): Act {
    const child = yield* this.pick(this.#children);
    if (child === undefined) return;
    yield* ask({ domain: "K", op: "suspend", child: processId(child) });
    this.#suspended.push(child);
    if ((yield* this.below(2)) === 0) yield* ask({ domain: "K", op: "sleep", ticks: 1 + (yield* this.below(5)) });
    if ((yield* this.below(4)) > 0) yield* this.#resume();
  }

  * #resume(): Act {
    const child = this.#suspended.pop();
    if (child !== undefined) yield* ask({ domain: "K", op: "resume", child: processId(child) });
  }

  * #authority(): Act {
    const held = yield* ask<readonly { readonly capability: Capability }[]>({ domain: "K", op: "capabilities" });
    const one = yield* this.pick(held);
    if (one === undefined) return;
    const { capability } = one;
    const scope = { uses: 1 + (yield* this.below(3)), ...((yield* this.below(2)) === 0 ? { until: 4 + (yield* this.below(20)) } : {}) };
    switch (yield* this.below(5)) {
      case 0: yield* ask({ domain: "K", op: "attenuate", capability, scope }); break;
      case 1: case 2: yield* ask({ domain: "K", op: "grant", capability, to: processId(3 + (yield* this.below(6))), scope }); break;
      case 3: if ((yield* this.below(4)) === 0) yield* ask({ domain: "K", op: "revoke", capability }); break;
      case 4: {
        const cut = yield* ask<Capability>({ domain: "K", op: "grant", capability, to: processId(3 + (yield* this.below(6))), scope });
        yield* ask({ domain: "K", op: "revoke", capability: cut });
      }
    }
  }

  * #reserve(): Act {
    const now = yield* ask<number>({ domain: "K", op: "now" });
    const start = now + (yield* this.below(3));
    const request = { units: 1 + (yield* this.below(4)), budget: 3 + (yield* this.below(20)), shots: 50, start, end: start + 1 + (yield* this.below(9)) };
    const domain = (yield* this.pick(DOMAIN_CHOICE)) ?? "Q";
    if ((yield* this.below(4)) > 0) {
      this.#contracts.push({ domain, contract: yield* ask<Contract>({ domain, op: "reserve", request }) });
      return;
    }
    const requests = DOMAIN_CHOICE.map((of) => ({ domain: of, request }));
    const contracts = yield* ask<readonly Contract[]>({ domain, op: "reserve-all", requests } as Operation);
    contracts.forEach((contract, at) => this.#contracts.push({ domain: DOMAIN_CHOICE[at] ?? "Q", contract }));
  }

  * #submit(): Act {
    const on = yield* this.pick(this.#contracts);
    if (on === undefined) return;
    const call = { cost: 1 + (yield* this.below(4)), charge: yield* this.below(6), value: { v: yield* this.below(9) }, fail: (yield* this.pick(OUTCOME_FAULTS[on.domain])) ?? 0 };
    this.#jobs.push({ domain: on.domain, job: yield* ask<Job>({ domain: on.domain, op: "submit", contract: on.contract, call, refs: [] } as Operation) });
  }

  * #collect(): Act {
    const one = yield* this.pick(this.#jobs);
    if (one !== undefined) yield* ask({ domain: one.domain, op: "collect", job: one.job });
  }

  * #contract(): Act {
    const one = yield* this.pick(this.#contracts);
    if (one !== undefined) yield* ask({ domain: one.domain, op: (yield* this.below(2)) === 0 ? "ledger" : "release", contract: one.contract } as Operation);
  }
}

/** Faults are caught most of the time; a few end the process. */
export const monkey = (depth = 0): Behaviour => ({ ...toy("monkey", ["Q", "PHI"], function* (): Body {
  const me = new Monkey(depth);
  for (let left = 60; left > 0; left--) {
    try {
      if ((yield* me.act()) === "stop" && depth > 0) return left;
    } catch (error) {
      if (!(error instanceof Fault) || (yield* me.below(40)) === 0) throw error;
    }
  }
  return "tired";
}), ...(depth > 0 ? { mailbox: { depth: depth % 2 === 0 ? 3 : 1, overflow: "block" } as const } : {}) });
