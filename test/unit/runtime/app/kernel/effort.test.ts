import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { needsOf, type GraphNeeds } from "../../../../../kernel-abi/qvm/needs.ts";
import { verifyGraph } from "../../../../../kernel-abi/qvm/verify.ts";
import { HEAVY_US, microsecondsOf, type Asked } from "../../../../../runtime/app/kernel/effort.ts";
import { heavy } from "../../../../support/heavy.ts";
import { coins, ghz } from "../../../../support/kernel-service.ts";

const needed = (json: unknown): GraphNeeds => {
  const { graph } = verifyGraph(json);
  if (graph === undefined) throw new Error("not valid");
  return needsOf(graph);
};
const light = (needs: GraphNeeds, asked: Asked): boolean => microsecondsOf(needs, asked) <= HEAVY_US;
const NOISE = { pauli: 0.01, readout: 0.01 };

describe("what a run takes", () => {
  it.each([
    ["Bell", ghz(2), { shots: 1 }, true], ["Bell, 10,000 shots", ghz(2), { shots: 10_000 }, true], ["Bell, a million", ghz(2), { shots: 1_000_000 }, false],
    ["GHZ-50", ghz(50), { shots: 1 }, true], ["GHZ-500", ghz(500), { shots: 1 }, true], ["GHZ-2000", ghz(2_000), { shots: 1 }, false],
    ["4,000 coins", coins(4_000), { shots: 1 }, false], ["400 coins, 1,000 shots", coins(400), { shots: 1_000 }, false],
    ["a noisy Bell, 10 shots", ghz(2), { shots: 10, noise: NOISE }, true], ["a noisy Bell, 10,000", ghz(2), { shots: 10_000, noise: NOISE }, false],
    ["noisy GHZ-50, 100 shots", ghz(50), { shots: 100, noise: NOISE }, false], ["14 rotated qubits", heavy(14), { shots: 1 }, true], ["20 of them", heavy(20), { shots: 1 }, false],
  ] as const)("%s", (_, graph, asked, is) => { expect(light(needed(graph), asked)).toBe(is); });

  it("is never less for more of anything, and finite", () => {
    const sizes = { nodes: fc.nat(20_000), peakQubits: fc.nat(4_096), rotations: fc.nat(100), tStates: fc.nat(100), measurements: fc.nat(20_000) };
    fc.assert(fc.property(fc.record(sizes), fc.constantFrom("nodes", "peakQubits", "rotations", "tStates", "measurements", "shots", "noise"), fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 1, max: 1_000 }), (some, grown, shots, by) => {
      const needs: GraphNeeds = { caps: [], qubits: some.peakQubits, channels: 0, epochs: 1, profiles: {}, ...some };
      const before = microsecondsOf(needs, { shots });
      const after = grown === "noise" ? microsecondsOf(needs, { shots, noise: NOISE }) : grown === "shots" ? microsecondsOf(needs, { shots: shots + by }) : microsecondsOf({ ...needs, [grown]: needs[grown] + by }, { shots });
      expect(Number.isFinite(after) && after > 0).toBe(true);
      // what becomes a state vector is no tableau any more: the few rows of an empty graph may weigh more than its one amplitude
      if (grown === "rotations" || grown === "tStates") return;
      expect(after).toBeGreaterThanOrEqual(before);
    }));
  });
});
