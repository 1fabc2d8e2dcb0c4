import { describe, expect, it } from "vitest";
import { crashEverywhere, failEverywhere, noTally } from "./disk-crashes.ts";
import { everyday } from "./disk-workloads.ts";

const EFFORT = { samples: 4, seed: 1 };

describe("crashes", () => {
  const tally = noTally();
  it.each(everyday().map((workload) => [workload.name, workload] as const))("after every operation: %s", async (_, workload) => {
    await crashEverywhere(workload, EFFORT, tally);
  });
  it("were many", () => { console.log(tally); expect(tally.kills + tally.cuts).toBeGreaterThan(1_000); });
});

describe("failing operations", () => {
  const tally = noTally();
  it.each(everyday().map((workload) => [workload.name, workload] as const))("each once: %s", async (_, workload) => {
    await failEverywhere(workload, EFFORT, tally);
  });
  it("were many", () => { console.log(tally); expect(tally.failures).toBeGreaterThan(1_000); });
});
