// The fair queue alone: who is level with whom, and who of equals goes first.
import { describe, expect, it } from "vitest";
import { FairQueue, type Claims } from "../../../../../runtime/kernel/jobs/queue.ts";
import type { Waiting } from "../../../../../runtime/kernel/jobs/waiting.ts";

const waiting = (id: string, given: Partial<Waiting> = {}): Waiting => ({ id, tenant: id.slice(0, 1), session: id.slice(0, 1), seq: Number(id.slice(1)), priority: 10, accepted: 0, deadline: null, ...given });
const filled = (...ids: readonly string[]): FairQueue => {
  const queue = new FairQueue();
  for (const id of ids) queue.add(waiting(id));
  return queue;
};
const all: Claims = { may: () => "go", beside: () => true };
const taken = (queue: FairQueue, times: number): (string | undefined)[] => Array.from({ length: times }, () => queue.take(all)?.id);

describe("a tenant", () => {
  it("whose job runs has something to do: it is not brought level when it asks for more", () => {
    const queue = filled("a1", "b1");
    expect(taken(queue, 2)).toEqual(["a1", "b1"]);
    for (let epochs = 0; epochs < 9; epochs++) queue.charge("b");
    for (const id of ["a2", "a3", "b2"]) queue.add(waiting(id));
    expect(taken(queue, 3)).toEqual(["a2", "a3", "b2"]);
  });
  it("that comes back from having nothing to do starts level with those at work", () => {
    const queue = filled("a1", "b1");
    expect(taken(queue, 2)).toEqual(["a1", "b1"]);
    queue.left({ tenant: "a", id: "a1" });
    for (let epochs = 0; epochs < 9; epochs++) queue.charge("b");
    for (const id of ["a2", "a3", "b2"]) queue.add(waiting(id));
    expect(taken(queue, 3)).toEqual(["a2", "b2", "a3"]);
  });
});

describe("tenants that were given the same", () => {
  it("take turns: the one that was served longer ago goes first, whatever its name", () => {
    const queue = filled("a1", "b1", "a2", "b2");
    expect(queue.take({ ...all, may: ({ tenant }) => (tenant === "a" ? "tenant" : "go") })?.id).toBe("b1");
    expect(taken(queue, 3)).toEqual(["a1", "b2", "a2"]);
  });
  it("do so after a restart too", () => {
    const queue = new FairQueue();
    queue.restore([{ tenant: "a", pass: 0, served: 5 }, { tenant: "b", pass: 1, served: 6 }]);
    for (const id of ["a1", "a2", "b1"]) queue.add(waiting(id));
    expect(taken(queue, 3)).toEqual(["a1", "b1", "a2"]);
  });
});
