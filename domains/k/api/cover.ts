// Cover: what ONE scope has to clean up. Watches the calls that a program makes, those of its strands too, and remembers timers and
// jobs that are still under way, and contracts that are its own; what is done about them at the end are calls like any other.
import type { BoundDomain } from "../../../kernel-abi/domain.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Contract, Job } from "../../../kernel-abi/handle.ts";
import type { Operation, Resumption, Selected } from "../../../kernel-abi/operation.ts";
import { isObject, refuseStep } from "./given.ts";

type Some = Generator<Operation, unknown, unknown>;

export class Cover {
  readonly #timers = new Set<number>();
  readonly #jobs = new Map<Job, BoundDomain>();
  /** Reserved inside, neither given back nor shared. */
  readonly #contracts = new Set<Contract>();
  #returned = false;

  /** Runs a program; whatever ends it early ends it too: its `finally` blocks run, and may still call. */
  *over(program: Some): Some {
    let over = false;
    try {
      const result = yield* this.#watch(program, program.next());
      over = this.#returned = true;
      return result;
    } catch (error) {
      over = true; // it is the program's own
      throw error;
    } finally {
      if (!over) yield* this.#watch(program, program.return(undefined));
    }
  }

  /** From a step of the program to its end; each answered call is noted. */
  *#watch(program: Some, first: IteratorResult<Operation, unknown>): Some {
    let step = first;
    for (;;) {
      if (!isObject(step)) yield* refuseStep(step);
      if (step.done === true) return step.value;
      let answer: unknown;
      try {
        answer = yield step.value;
      } catch (fault) {
        step = program.throw(fault);
        continue;
      }
      this.#note(step.value, answer);
      step = program.next(answer);
    }
  }

  #note(operation: Operation, answer: unknown): void {
    switch (operation.op) {
      case "timer": this.#timers.add(answer as number); return;
      case "cancel-timer": this.#timers.delete(operation.timer); return;
      case "select": {
        const arm = operation.arms[(answer as Selected).arm];
        if (arm?.on === "timer") this.#timers.delete(arm.timer);
        if (arm?.on === "room") this.#noteRoom((answer as Selected).value);
        return;
      }
      case "withdraw": this.#noteRoom(answer); return;
      case "reserve": case "reserve-all": this.#noteContracts(answer); return;
      case "release": case "share": this.#contracts.delete(operation.contract); return;
      case "submit": this.#jobs.set(answer as Job, operation.domain); return;
      case "collect": case "cancel": this.#jobs.delete(operation.job); return;
      default:
    }
  }

  /** What a place was answered: contracts, if it was a request's. */
  #noteRoom(answer: unknown): void {
    const room = answer as Resumption | undefined;
    if (room?.kind === "value") this.#noteContracts(room.value);
  }

  /** One, several, or the place that a request waits in: a number. */
  #noteContracts(answer: unknown): void {
    if (Array.isArray(answer)) for (const contract of answer as readonly Contract[]) this.#contracts.add(contract);
    else if (typeof answer === "object" && answer !== null) this.#contracts.add(answer as Contract);
  }

  /** Ends what it covers, the last of each kind first. Nothing that goes wrong in that keeps the rest from being ended. */
  *end(): Generator<Operation, void, unknown> {
    yield* this.#endWork();
    yield* this.endContracts();
  }

  /** Gives back what was reserved inside, unless the program has returned: whoever it returned to holds that. */
  *endContracts(): Generator<Operation, void, unknown> {
    if (this.#returned || this.#contracts.size === 0) return;
    if ((yield { domain: "K", op: "in-force", flag: "scopesCoverContracts" }) !== true) return;
    for (const contract of [...this.#contracts].toReversed()) yield* attempted({ domain: contract.domain, op: "release", contract } as Operation);
  }

  *#endWork(): Generator<Operation, void, unknown> {
    if (this.#timers.size === 0 && this.#jobs.size === 0) return;
    if ((yield { domain: "K", op: "in-force", flag: "scopesCoverWork" }) !== true) return;
    for (const [job, domain] of [...this.#jobs].toReversed()) yield* attempted({ domain, op: "cancel", job } as Operation);
    for (const timer of [...this.#timers].toReversed()) yield* attempted({ domain: "K", op: "cancel-timer", timer });
  }
}

function* attempted(operation: Operation): Generator<Operation, void, unknown> {
  try {
    yield operation;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}
