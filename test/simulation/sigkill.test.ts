import { describe, expect, it } from "vitest";
import { WORKLOADS } from "../support/workloads.ts";
import { Killing } from "./sigkill.ts";

describe("a process that is killed", () => {
  it("leaves a journal that is resumed to the uninterrupted digest; npm run sigkill kills more often", async () => {
    const seed = String(Date.now());
    const killing = new Killing("source", seed);
    try {
      for (let round = 0; killing.tally.kills < 6; round++) {
        const workload = WORKLOADS[(Number(seed) + 5 * round) % WORKLOADS.length];
        if (workload !== undefined) await killing.once(workload);
      }
      expect(killing.tally.kills, `seed ${seed}`).toBeGreaterThanOrEqual(6);
    } finally {
      killing.end();
    }
  });
});
