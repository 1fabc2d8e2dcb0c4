// A host that has no memory left: every kernel's job ends in a fault that says so, the pool goes on, and what jobs took goes back.
import process from "node:process";
import { describe, expect, it } from "vitest";
import { canBeShort, scene } from "../../../support/trouble.ts";

interface Starved { readonly before: readonly unknown[]; readonly met: readonly (readonly [kernel: string, told: unknown])[]; readonly after: readonly unknown[] }

const DIGEST: unknown = expect.stringMatching(/^[0-9a-f]{16}$/);

const short = (argument: string): unknown => ({
  name: "KERNEL_REFUSED", code: 3601, detail: expect.objectContaining({ argument, allowed: expect.stringMatching(/^what (the host can give|fits the kernel's memory)$/) }),
  next: "The detail names the argument and its allowed range.",
});

const LONG = process.env["TRIAD_LONG"] === "1";

describe.runIf(canBeShort)("a host without memory", () => {
  it.each(LONG ? [0, 1, 2] : [1])("answers large jobs of every kernel with faults, then small ones as before; %i workers", async (workers) => {
    const { before, met, after } = await scene("starved", workers) as Starved;
    expect(after).toEqual(before);
    expect(met).toEqual([
      ["q.statevector", short("memory")], ["q.statevector", short("memory")], ["q.stabilizer", short("job")], ["q.frames", short("program")], ["q.qec", short("program")], ["q.decode", short("graph")],
      ["q.bposd", short("problem")],
    ]);
  });

  it("does without copies of a state for which there is no room, to the same bits", async () => {
    expect(await scene("narrow", 1)).toEqual({ roomy: DIGEST, answer: (await scene("narrow", 1) as { readonly roomy: unknown }).roomy, larger: short("memory") });
  });

  it.each(LONG ? [0, 1, 2, 4] : [2])("has room for the same 24 qubits again and again where there is room for them once; %i workers", async (workers) => {
    const answers = await scene("again", workers) as readonly unknown[];
    expect(answers[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(answers).toEqual(answers.map(() => answers[0]));
  });
});

it("a thread whose own heap is full is lost, and the pool is not", async () => {
  expect(await scene("devoured", 1, ["--max-old-space-size=80"])).toEqual({
    met: expect.objectContaining({ name: "WORKER_LOST", detail: { kernel: "devour", attempts: 2, what: expect.stringContaining("memory limit") } }), after: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});
