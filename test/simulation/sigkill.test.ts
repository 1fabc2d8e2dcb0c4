import { describe, expect, it } from "vitest";
import { WORKLOADS } from "../support/workloads.ts";
import { freshest, Killing } from "./sigkill.ts";

describe("a process that is killed", () => {
  it("leaves a journal that is resumed to the uninterrupted digest: two workloads here, all of them in npm run sigkill", async () => {
    const seed = String(Date.now());
    const killing = new Killing(freshest(), seed);
    try {
      for (let round = 0; killing.tally.kills < 6; round++) {
        const workload = WORKLOADS[(Number(seed) + 5 * (round % 2)) % WORKLOADS.length];
        if (workload !== undefined) await killing.once(workload);
      }
      expect(killing.tally.kills, `seed ${seed}`).toBeGreaterThanOrEqual(6);
    } finally {
      killing.end();
    }
  });
});
