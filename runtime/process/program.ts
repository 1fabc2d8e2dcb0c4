// Programs: generator behaviours. Turns a generator function into the Activation the kernel steps.
import { Fault } from "../../kernel-abi/fault.ts";
import type { Activation, Operation, Resumption, Step } from "../../kernel-abi/operation.ts";

/** How often a stopped program may still try to yield from its `finally` blocks before it is left where it is. */
const STOP_YIELDS_MAX = 64;

class RunningProgram implements Activation {
  readonly #body: Generator<Operation, unknown, unknown>;
  constructor(body: Generator<Operation, unknown, unknown>) { this.#body = body; }

  resume(input: Resumption): Step {
    const { done, value } = input.kind === "value" ? this.#body.next(input.value) : this.#body.throw(input.fault);
    return done === true ? { kind: "done", result: value } : { kind: "operation", operation: value };
  }

  stop(): void {
    try {
      let { done } = this.#body.return(undefined);
      for (let tries = 0; done !== true && tries < STOP_YIELDS_MAX; tries++) {
        ({ done } = this.#body.throw(new Fault("LIFECYCLE_REFUSED", { machine: "process", state: "terminated", event: "operation" })));
      }
    } catch { /* the program's own cleanup failed: it has ended all the same, and nothing it did can take effect */ }
  }
}

export const activateProgram = (body: Generator<Operation, unknown, unknown>): Activation => new RunningProgram(body);
