// What the examples must reach, in numbers that stand here and nowhere else: the sources are specs of physics and of benchmarks.
import { describe, expect, it } from "vitest";
import { EXAMPLES, recordInMemory, type Example } from "../support/examples.ts";

const named = (name: string): Example => EXAMPLES.find((example) => example.name === name)!;
const resultOf = async <T>(example: Example, workers = 2): Promise<T> => (await recordInMemory(example, { workers })).report.end.result as T;

describe("golden numbers, through the whole runtime", () => {
  it("H2, STO-3G, 0.735 Å: within 1e-6 Hartree of full CI", async () => {
    const { energy } = await resultOf<{ energy: number }>(named("h2"));
    expect(Math.abs(energy - -1.137306035753)).toBeLessThan(1e-6);
  });

  it("Ising chain of 12 spins, J = h = 1, open: downhill all the way, to 2e-3 of 1 - 1/sin(π/50) (free fermions), never below", async () => {
    const exact = (spins: number): number => 1 - 1 / Math.sin(Math.PI / (2 * (2 * spins + 1)));
    expect(exact(8)).toBeCloseTo(-9.8379514, 7);
    const { energy, above, table } = await resultOf<{ energy: number; above: number; table: readonly string[] }>(named("vqe-adjoint"));
    expect(above).toBeCloseTo(energy - exact(12), 10);
    expect(above).toBeGreaterThan(0);
    expect(above).toBeLessThan(2e-3);
    const energies = table.map((line) => Number(line.slice(5, 15)));
    expect(energies).toEqual(energies.toSorted((a, b) => b - a));
  });

  it("Kuramoto, Lorentzian: r = √(1 - 2/K) within 0.01 beyond K = 2, and r < 0.04 below", async () => {
    const expected: Readonly<Record<string, number>> = { 2.5: 0.4472, 3: 0.5774, 4: 0.7071, 6: 0.8165 };
    const table = await resultOf<readonly { coupling: number; order: number }[]>(named("kuramoto"));
    expect(table.map(({ coupling }) => coupling)).toEqual([1, 1.5, 2.5, 3, 4, 6]);
    for (const { coupling, order } of table) {
      const limit = expected[String(coupling)];
      if (limit === undefined) expect(order).toBeLessThan(0.04);
      else expect(Math.abs(order - limit)).toBeLessThan(0.01);
    }
  });

  it("Bell and teleportation: perfect correlation, no failed shot", async () => {
    const { counts } = await resultOf<{ counts: Readonly<Record<string, number>> }>(named("bell"));
    expect(Object.keys(counts).sort()).toEqual(["00", "11"]);
    expect((await resultOf<{ failed: number }>(named("teleport"))).failed).toBe(0);
  });

  it("MaxCut as `npm start` runs it: 12 three ways on Petersen, at least 11,590 on G1, recounted by K", async () => {
    const { petersen, G1 } = await resultOf<{ petersen: { exact: number; qaoa: { best: number; expected: number }; oscillators: { cut: number } }; G1: { oscillators: { cut: number }; bestKnown: number } }>(
      { ...named("maxcut"), input: undefined });
    expect([petersen.exact, petersen.qaoa.best, petersen.oscillators.cut]).toEqual([12, 12, 12]);
    expect(petersen.qaoa.expected).toBeGreaterThan(11);
    expect(G1.oscillators.cut).toBeGreaterThanOrEqual(11_590);
    expect(G1.oscillators.cut).toBeLessThanOrEqual(G1.bestKnown);
  });
});
