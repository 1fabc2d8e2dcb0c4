// Sampled logical error rates: what rows say of a cycle, the way between them, and what is refused.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseProfile } from "../../../../kernel-abi/qvm/qec/profile.ts";
import { logicalErrorRate, rateSource, readoutErrorRate } from "../../../../kernel-abi/qvm/qec/rates.ts";
import { cycleRate, parseSampledTable, sampledCurve, sampledRate, sampledRateAnywhere, type SampledTable } from "../../../../kernel-abi/qvm/qec/sampled.ts";
import { SAMPLED_RATES } from "../../../../kernel-abi/qvm/qec/sampled-rates.ts";
import { isProfile, type Profile } from "../../../../kernel-abi/qvm/qec/terms.ts";
import { graphNoise } from "../../../../domains/q/api/graph-rates.ts";
import { verifiedGraph } from "../../../../domains/q/api/graph-verified.ts";
import { verifyGraph } from "../../../../kernel-abi/qvm/verify.ts";
import { alloc, graphOf, node } from "../../../support/graphs.ts";
import { profileOf } from "../../../../runtime/kernel/logical/demand.ts";
import { faultOf } from "../../../support/refusals.ts";

const row = (basis: "x" | "z", distance: number, p: number, errors: number, rounds = distance): SampledTable["rows"][number] => ({ code: "surface_code", basis, distance, p, rounds, decoder: "matching", shots: 100_000, errors });
const table = (...rows: SampledTable["rows"]): SampledTable => ({ schema: "triad.logical-rates/1", provenance: [{ made: "by hand", seed: "s", digest: "d" }], rows });
const TABLE = table(row("z", 3, 0.002, 300), row("z", 3, 0.004, 1_200), row("z", 3, 0.008, 4_800), row("z", 5, 0.002, 0), row("z", 5, 0.004, 400), row("x", 5, 0.004, 500));
const curve = (distance: number) => {
  const found = sampledCurve(TABLE, "surface_code", distance);
  if (found === undefined) throw new Error("no curve");
  return found;
};

describe("a row", () => {
  it("of as many rounds as the distance is the rate of a cycle", () => { expect(cycleRate(row("z", 3, 0.002, 300))).toBeCloseTo(0.003, 15); });
  it("of twice as many flips twice as often, but for flips back", () => {
    const once = cycleRate(row("z", 3, 0.002, 9_000, 6));
    expect(2 * once * (1 - once)).toBeCloseTo(0.09, 12);
  });
  it("of half and more of its shots says nothing is left", () => { expect(cycleRate(row("z", 3, 0.002, 60_000))).toBe(0.5); });
});

describe("a curve", () => {
  it("joins both bases, and takes one alone for both", () => {
    expect(curve(3).points[0]?.rate).toBeCloseTo(0.003 + 0.003 * 0.997, 12);
    expect(curve(5).points).toEqual([{ p: 0.004, rate: expect.closeTo(0.005 + 0.004 * 0.995, 12) as number }]);
  });
  it("goes through its rows, and straight between them on logarithmic axes", () => {
    for (const { p, rate } of curve(3).points) expect(sampledRate(curve(3), p)).toBe(rate);
    const [a, b] = curve(3).points;
    for (const p of [0.0021, 0.003, 0.0039]) {
      const share = Math.log(p / 0.002) / Math.log(2);
      expect(sampledRate(curve(3), p) / Math.exp(Math.log(a?.rate ?? 0) + share * (Math.log(b?.rate ?? 0) - Math.log(a?.rate ?? 0)))).toBeCloseTo(1, 11);
    }
  });
  it("falls between rows that fall", () => {
    const fallen = sampledCurve(table(row("z", 3, 0.002, 800), row("z", 3, 0.004, 200)), "surface_code", 3);
    if (fallen === undefined) throw new Error("no curve");
    expect(sampledRate(fallen, Math.sqrt(0.002 * 0.004)) ** 2 / ((fallen.points[0]?.rate ?? 0) * (fallen.points[1]?.rate ?? 0))).toBeCloseTo(1, 11);
  });
  it("refuses what was not sampled, by name", () => {
    for (const p of [0.0019, 0.009]) expect(faultOf(() => sampledRate(curve(3), p))).toMatchObject({ fault: "RATE_UNSAMPLED", detail: { distance: 3, p, from: 0.002, to: 0.008 } });
    expect([sampledCurve(TABLE, "surface_code", 7), sampledCurve(TABLE, "qldpc", 3), sampledCurve(table(row("z", 3, 0.002, 0)), "surface_code", 3)]).toEqual([undefined, undefined, undefined]);
  });
  it("under drift is never better than it was sampled to be", () => {
    expect([sampledRateAnywhere(curve(3), 1e-5), sampledRateAnywhere(curve(3), 0.02)]).toEqual([curve(3).points[0]?.rate, 1]);
  });
});

describe("a table", () => {
  it.each([
    [null, ""], [{ ...TABLE, schema: "other" }, "/schema"], [{ ...TABLE, provenance: [] }, "/provenance"], [table({ ...row("z", 3, 0.002, 1), p: 0 }), "/rows/0/p"], [table(row("z", 3, 0.002, 1), row("z", 3, 0.002, 100_001)), "/rows/1/errors"],
  ])("is refused with the place: %#", (json, at) => { expect(faultOf(() => parseSampledTable(json))).toMatchObject({ fault: "ABI_MALFORMED", detail: { at } }); });
  it("comes with the package, the same in JSON", () => {
    expect(parseSampledTable(JSON.parse(readFileSync(new URL("../../../../kernel-abi/qvm/qec/logical-rates.json", import.meta.url), "utf8")))).toEqual(SAMPLED_RATES);
  });
});

describe("profiles of sampled rates", () => {
  const good = (text: string): Profile => {
    const read = parseProfile(text);
    if (!isProfile(read)) throw new Error(read.reason);
    return read;
  };
  const [first] = SAMPLED_RATES.rows;
  const text = `sampled:surface_code(d=${first?.distance ?? 0},p=${first?.p ?? 0})`;

  it("say where their rate comes from, and keep their text", () => {
    const profile = good(text.toUpperCase().replace("SAMPLED", "sampled"));
    expect([profile.text, rateSource(profile), rateSource(good("logical:surface(d=3)"))]).toEqual([text, "sampled", "formula"]);
    expect(logicalErrorRate(profile)).toBe(profile.sampled?.points[0]?.rate);
    expect([readoutErrorRate(profile), profile.physicalQubits, profile.suppression.physical]).toEqual([logicalErrorRate(profile), 2 * profile.distance ** 2, first?.p]);
  });
  it.each([["sampled:surface_code(d=3)", /p is from/], ["sampled:surface_code(d=3,p=0.5)", /p is from/], ["sampled:surface_code(d=99,p=0.005)", /no sampled rates/], ["sampled:toric(d=3,p=0.005)", /no sampled rates/], ["sampled:a:b(d=3)", /a profile is/]])("%s is none", (given, why) => {
    const read = parseProfile(given);
    expect(isProfile(read) ? read.text : read.reason).toMatch(why);
  });
  it.each<[string, string]>([
    ["sampled:surface_code(d=3,p=0.5)", "RATE_UNSAMPLED"], ["sampled:surface_code(d=99,p=0.005)", "RATE_UNSAMPLED"], ["sampled:surface_code(d=3,p=x)", "PROFILE_INVALID"], ["logical:surface_code(d=4)", "PROFILE_INVALID"],
  ])("%s as a qubit's profile is refused with %s", (profile, fault) => {
    expect(faultOf(() => profileOf({ args: { profile } }))).toMatchObject({ fault, detail: { profile } });
  });
  it.each([["sampled:surface_code(d=5,p=0.02)", 5], ["sampled:surface_code(d=9,p=0.002)", 9]] as const)("%s is told what was sampled, and how the formula is asked for it", (profile, distance) => {
    const wanted = new RegExp(`surface_code\\(d=3\\) with p from 0\\.0015 to 0\\.008, surface_code\\(d=5\\) .*surface_code\\(d=7\\) .*formula answers: write "(logical:surface_code\\(d=${distance}\\))", or .* "(parameters:[^"]+)"`);
    const { next } = faultOf(() => profileOf({ args: { profile } }));
    expect(next).toMatch(wanted);
    for (const written of wanted.exec(next)?.slice(1) ?? []) expect(rateSource(good(written))).toBe("formula");
    const verdict = verifyGraph(graphOf([alloc("a", { id: "n", args: { profile } }), node("FREE_LQ", "a", { id: "f" })]));
    expect(JSON.stringify(verdict)).toMatch(/For the rest the formula answers/);
  });
  it("make a graph as noisy as was sampled", () => {
    const graph = verifiedGraph(graphOf([alloc("a", { id: "n", args: { profile: text } }), node("MEASURE_Z", "a", { id: "m", produces: ["e"] }), node("FREE_LQ", "a", { id: "f" })]));
    expect(graphNoise(graph).qubits?.["a"]).toEqual({ pauli: logicalErrorRate(good(text)), readout: logicalErrorRate(good(text)) });
  });
});
