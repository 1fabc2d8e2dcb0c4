// Delegation at scale (A3, C1): random chains of delegations against a plain model. `npm run test:long` runs a million.
import { describe, expect, it } from "vitest";
import { delegate } from "../../support/delegation.ts";

const long = (process.env["TRIAD_LONG"] ?? "") !== "";
const CHAINS = long ? 1_000_000 : 100_000;
const fixed = process.env["TRIAD_SEED"] ?? ((process.env["CI"] ?? "") === "" ? undefined : "1");
const seed = fixed === undefined ? Math.floor(Math.random() * 0x7fff_0000) : Number(fixed);

describe("random delegation chains", () => {
  it(`${CHAINS} of them: the table answers as the plain model does`, { timeout: 600_000 }, () => {
    const tally = delegate({ chains: CHAINS, steps: 16, seed });
    expect(tally.chains).toBe(CHAINS);
    // Each kind of step must really have happened, and often.
    for (const [what, count] of Object.entries(tally)) if (what !== "deepest") expect([what, count > CHAINS / 10]).toEqual([what, true]);
    expect(tally.deepest).toBeGreaterThan(6);
  });

  it("long ones, a few", () => {
    expect(delegate({ chains: 300, steps: 400, seed }).deepest).toBeGreaterThan(20);
  });
});
