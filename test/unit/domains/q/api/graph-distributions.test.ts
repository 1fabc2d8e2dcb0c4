// The examples and the constructed graphs against distributions computed elsewhere: 4,000 runs of one shot, each with its own seed,
// through the circuit and the kernel a recorded run would use.
import { describe, expect, it } from "vitest";
import { graphCircuit } from "../../../../../domains/q/api/graph.ts";
import { CASES, gTest, jobKey, plainly, sampled } from "../../../../support/qvm-graphs.ts";

const SEEDS = 4_000;

describe("graphs over 4,000 seeds", () => {
  it("are all there", () => { expect(CASES).toHaveLength(16); });

  it.each(CASES)("$name", ({ json, exact }) => {
    const plan = graphCircuit(plainly(json));
    const counts: Record<string, number> = {};
    for (let seed = 0; seed < SEEDS; seed++) {
      const [key = ""] = Object.keys(sampled(plan, 1, jobKey(String(seed))));
      counts[key] = (counts[key] ?? 0) + 1;
    }
    expect(gTest(counts, exact)).toBeGreaterThan(1e-4);
    expect(sampled(plan, 1, jobKey("7"))).toEqual(sampled(graphCircuit(plainly(json)), 1, jobKey("7")));
    expect(gTest(sampled(plan, 20_000, jobKey("one job")), exact)).toBeGreaterThan(1e-4);
  });
});
