// A process definition without the real domain APIs: yields operations as they are. For tests of the kernel alone.
import { k } from "../../domains/k/api/operations.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import type { Contract, Job } from "../../kernel-abi/handle.ts";
import type { Behaviour, Child, Operation } from "../../kernel-abi/operation.ts";
import { CURRENT_OFFER } from "../../kernel-abi/version.ts";
import { activateProgram } from "../../runtime/process/program.ts";
import type { ToyCall, ToyRequest } from "./run.ts";

export type Body = Generator<Operation, unknown, unknown>;

export const toy = (name: string, domains: readonly BoundDomain[], body: (input: unknown) => Body): Behaviour => ({
  name, domains, abi: CURRENT_OFFER, admit: (input) => input, activate: (input) => activateProgram(body(input)),
});

/** Yields one operation and gives its answer; the test says what type that is. */
export function* ask<T>(operation: Operation): Generator<Operation, T, unknown> {
  return (yield operation) as T;
}

export const reserve = (domain: BoundDomain, request: ToyRequest = {}): Generator<Operation, Contract, unknown> => ask({ domain, op: "reserve", request } as Operation);
export const submit = (domain: BoundDomain, contract: Contract, call: ToyCall = {}, refs: readonly Job[] = []): Generator<Operation, Job, unknown> =>
  ask({ domain, op: "submit", contract, call, refs } as Operation);
export const collect = <T = unknown>(domain: BoundDomain, job: Job): Generator<Operation, T, unknown> => ask({ domain, op: "collect", job } as Operation);

/** The code of the fault an operation throws, or "OK". */
export function* codeOf(operation: Generator<Operation, unknown, unknown>): Generator<Operation, string, unknown> {
  try {
    yield* operation;
    return "OK";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** Six children compute, three jobs each, read last job first; the root collects what they give. */
export const busy = toy("root", ["Q", "PHI"], function* () {
  const worker = toy("worker", ["Q"], function* (input) {
    const contract = yield* reserve("Q", { units: 1 });
    const jobs: Job[] = [];
    for (let n = 0; n < 3; n++) jobs.push(yield* submit("Q", contract, { value: [input, n], cost: 1 + n % 3 }));
    const got: unknown[] = [];
    for (const job of jobs.toReversed()) got.push(yield* collect("Q", job));
    return got;
  });
  const children: Child[] = [];
  for (let n = 0; n < 6; n++) children.push(yield* k.spawn(worker, n as never));
  const all: unknown[] = [];
  for (const child of children) all.push(yield* k.join(child));
  return all;
});
