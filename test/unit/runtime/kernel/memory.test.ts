// What a run keeps in memory, on the real machine: what is alive, and of what ended a few bytes. Measured after a collection at one
// third of its length and at two, in bytes a generation; what is allowed is many times what is kept, and a third of what it was when
// nothing was let go.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { execute } from "../../../../runtime/app/execute.ts";
import { createRunner, liveOutcomes } from "../../../../runtime/app/outcomes.ts";
import { runOf, type Kind } from "../../../support/generations.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

function resident(): number {
  gc();
  gc(); // what the first one let go of
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Runs `kind` and tells `each` how many frames there were so far; returns how many there are. */
async function run(kind: Kind, generations: number, each: (frames: number) => void): Promise<number> {
  let frames = 0;
  const journal = { append: (): void => { each(frames += 1); }, barrier: () => undefined };
  const end = await execute({ ...runOf(kind, generations), journal, outcomes: liveOutcomes(createRunner({ workers: 0 })) });
  expect([end.status, kind]).toEqual(["completed", kind]);
  return frames;
}

async function slope(kind: Kind, generations: number): Promise<number> {
  const third = Math.floor(await run(kind, generations / 10, () => undefined) * 10 / 3);
  const seen: number[] = [];
  await run(kind, generations, (frames) => {
    if (frames === third || frames === 2 * third) seen.push(resident());
  });
  return ((seen[1] ?? NaN) - (seen[0] ?? NaN)) / (generations / 3);
}

describe("a run keeps of each generation", () => {
  it.each([["ring", 9_000, 100], ["churn", 12_000, 300], ["jobs", 3_000, 500], ["relay", 12_000, 180]] as const)("%s: next to nothing", async (kind, generations, most) => {
    const bytes = await slope(kind, generations);
    expect(bytes).toBeLessThan(most);
  });
});
