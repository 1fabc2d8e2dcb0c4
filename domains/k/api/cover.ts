// Cover: what ONE scope has to clean up. Watches the calls that a program makes, those of its strands too, and remembers timers and
// jobs that are still under way; what is done about them at the end are calls like any other.
import type { BoundDomain } from "../../../kernel-abi/domain.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Job } from "../../../kernel-abi/handle.ts";
import type { Operation, Selected } from "../../../kernel-abi/operation.ts";

type Some = Generator<Operation, unknown, unknown>;

export class Cover {
  readonly #timers = new Set<number>();
  readonly #jobs = new Map<Job, BoundDomain>();

  /** Runs a program; whatever ends it early ends it too: its `finally` blocks run, and may still call. */
  *over(program: Some): Some {
    let over = false;
    try {
      const result = yield* this.#watch(program, program.next());
      over = true;
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
    while (step.done !== true) {
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
    return step.value;
  }

  #note(operation: Operation, answer: unknown): void {
    switch (operation.op) {
      case "timer": this.#timers.add(answer as number); return;
      case "cancel-timer": this.#timers.delete(operation.timer); return;
      case "select": {
        const arm = operation.arms[(answer as Selected).arm];
        if (arm?.on === "timer") this.#timers.delete(arm.timer);
        return;
      }
      case "submit": this.#jobs.set(answer as Job, operation.domain); return;
      case "collect": case "cancel": this.#jobs.delete(operation.job); return;
      default:
    }
  }

  /** Cancels what is still under way, the last first. Nothing that goes wrong in that keeps the rest from being cancelled. */
  *end(): Generator<Operation, void, unknown> {
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
