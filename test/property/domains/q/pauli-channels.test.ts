// Independent Paulis in the place of disjoint ones: whatever independent ones make is found to be made of such, and makes the same again.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { depolarizing1, depolarizing2, either, independentXyz } from "../../../../domains/q/dem/channels.ts";

type Xyz = readonly [number, number, number];

/** What happens in all, X, Y or Z alone, when each happens by itself: two of them are the third. */
const together = ([x, y, z]: Xyz): Xyz => [
  x * (1 - y) * (1 - z) + (1 - x) * y * z, y * (1 - x) * (1 - z) + (1 - y) * x * z, z * (1 - x) * (1 - y) + (1 - z) * x * y,
];
const same = (got: Xyz | undefined, want: Xyz): void => {
  expect(got).toBeDefined();
  together(got ?? [NaN, NaN, NaN]).forEach((p, at) => { expect(Math.abs(p - (want[at] ?? NaN))).toBeLessThan(1e-7); });
};
/** Halves and ends are where factors vanish or turn. */
const chance = fc.oneof({ weight: 4, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) }, { weight: 1, arbitrary: fc.constantFrom(0, 0.5, 1, 0.25, 0.75) });

describe("independent Paulis", () => {
  it("are found again from the disjoint ones they come to", () => {
    fc.assert(fc.property(fc.tuple(chance, chance, chance), (one) => {
      const [px, py, pz] = together(one);
      const factors = [1 - 2 * (py + pz), 1 - 2 * (px + pz), 1 - 2 * (px + py)];
      const exactly = one.filter((p) => p === 0.5).length; // as many factors are 0 but one, or all
      if (factors.some((factor) => Math.abs(factor) < 1e-3 && factor !== 0) || factors.filter((factor) => factor === 0).length !== [0, 2, 3, 3][exactly]) return; // rounded: too few digits
      same(independentXyz(px, py, pz), [px, py, pz]);
    }), { numRuns: 2_000 });
  });

  it("are found where rounding takes one of them above 1", () => {
    const disjoint = together([0.5256192870548366, 0.5097582731113836, 0]);
    same(independentXyz(...disjoint), disjoint);
    expect(independentXyz(...disjoint)).toContain(1);
  });

  it.each<[string, Xyz]>([["X above a half", [0.6, 0.05, 0.05]], ["Y above a half", [0.05, 0.6, 0.05]], ["Z above a half", [0.05, 0.05, 0.6]], ["fully mixed", [0.25, 0.25, 0.25]]])("are found for %s", (_, disjoint) => {
    same(independentXyz(...disjoint), disjoint);
  });

  it("there are none where X and Z are common and never together", () => {
    expect(independentXyz(0.4, 0, 0.4)).toBeUndefined();
  });

  it("of depolarizing come to equal parts of it", () => {
    for (const p of [0, 1e-9, 0.01, 0.3, 0.75]) {
      const x = depolarizing1(p);
      together([x, x, x]).forEach((each) => { expect(Math.abs(each - p / 3)).toBeLessThan(1e-15); });
    }
    for (const p of [0, 0.01, 0.5, 15 / 16]) {
      const x = depolarizing2(p);
      const odd = Array.from({ length: 8 }).reduce<number>((so) => either(so, x), 0); // of the 8 that anticommute with a Pauli, an odd number
      expect(Math.abs(odd - (8 * p) / 15)).toBeLessThan(1e-14);
    }
  });
});
