// What is told of a study's fits: a threshold its points contradict says so, and what to do.
import { describe, expect, it } from "vitest";
import type { StudyFits } from "../../../../domains/q/qec/study-fits.ts";
import { fitFacts } from "../../../../runtime/app/cli/study-text.ts";

const fits = (distances: readonly number[], plausibility: number): readonly StudyFits[] => [{
  code: "surface_code:rotated_memory_z", decoder: { name: "matching" }, noise: { idleDepolarization: "p" }, rounds: "d", distances, crossings: [], lambda: [],
  threshold: { threshold: { value: 0.0071, deviation: 0.0001 }, nu: { value: 1.4, deviation: 0.1 }, coefficients: [], chiSquared: 70, freedom: 13, plausibility },
}];
const told = (distances: readonly number[], plausibility: number): string => String(fitFacts(fits(distances, plausibility))[0]?.[1]);

describe("a threshold", () => {
  it("that its points contradict is told to be none yet, with the next step", () => {
    expect(told([3, 5, 7], 4e-8)).toContain("no threshold yet: leave out d=3, whose curves cross too early, or take rates nearer to the crossings");
    expect(told([3, 5], 4e-8)).toContain("no threshold yet: add larger distances");
  });
  it("says what its rows have in common where there is more than one", () => {
    const [one] = fits([3, 5], 0.3);
    if (one === undefined) throw new Error("no fit");
    const knobs = ["afterCliffordDepolarization", "beforeRoundDataDepolarization", "beforeMeasureFlipProbability", "afterResetFlipProbability"];
    const names = fitFacts([one, { ...one, rounds: "3·d", noise: Object.fromEntries(knobs.map((knob) => [knob, "0.2·p"])) }]).flatMap((fact) => fact?.[0] ?? []);
    expect(names).toEqual(["threshold of surface_code:rotated_memory_z, matching, noise idleDepolarization p, rounds d", "threshold of surface_code:rotated_memory_z, matching, noise 0.2·p, rounds 3·d"]);
  });
  it("that fits is told as it is", () => {
    expect(told([5, 7, 9], 0.3)).not.toContain("no threshold");
  });
});
