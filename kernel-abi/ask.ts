// Ask: one operation as a program of its own, for `yield*`. Yields the operation once and gives back the kernel's answer, or throws
// the fault it is answered with. A generator would do the same at twice the price, and every syscall goes through here.
import type { DomainName } from "./domain.ts";
import type { Operation, Program } from "./operation.ts";

class Ask<D extends DomainName> {
  readonly #operation: Operation<D>;
  #asked = false;
  constructor(operation: Operation<D>) { this.#operation = operation; }

  next(answer: unknown): IteratorResult<Operation<D>, unknown> {
    if (this.#asked) return { done: true, value: answer };
    this.#asked = true;
    return { done: false, value: this.#operation };
  }

  throw(fault: unknown): never {
    this.#asked = true;
    throw fault;
  }

  return(value: unknown): IteratorResult<Operation<D>, unknown> {
    this.#asked = true;
    return { done: true, value };
  }

  [Symbol.iterator](): this { return this; }
  /** Whoever yields it instead of delegating to it is told so, as with a generator. */
  get [Symbol.toStringTag](): string { return "Generator"; }
}

/** The one place where the kernel's answer gets the type its operation promises. */
export const ask = <R, D extends DomainName>(operation: Operation<D>): Program<R, D> => new Ask(operation) as unknown as Program<R, D>;
