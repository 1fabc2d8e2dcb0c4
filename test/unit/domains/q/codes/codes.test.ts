// Codes as plain data: what commutes, what is logical, how many, how far apart; and their experiments without noise, on a plain tableau.
import { describe, expect, it } from "vitest";
import { BICYCLE_CODES, bicycleCode } from "../../../../../domains/q/codes/bicycle.ts";
import { leastLogicalWeight } from "../../../../../domains/q/codes/distance.ts";
import { CODE_TASKS, CODES, generateCircuit } from "../../../../../domains/q/codes/generate.ts";
import { dualTo, rank, rowOf } from "../../../../../domains/q/codes/gf2.ts";
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "../../../../../domains/q/stim/circuit.ts";
import type { CssCode } from "../../../../../domains/q/codes/css.ts";
import { PlainTableau } from "../../../../support/plain-tableau.ts";

const overlap = (a: readonly number[], b: readonly number[]): number => a.filter((q) => b.includes(q)).length % 2;

const SMALL: readonly CssCode[] = [
  ...[2, 3, 5].map(CODES.repetition_code), ...[2, 3, 4, 5].map(CODES.rotated_surface_code), ...[2, 3, 4].map(CODES.unrotated_surface_code),
  ...[3, 5, 7].map(CODES.color_code), ...[2, 3, 4].map(CODES.bacon_shor_code), ...[6, 12].map(CODES.bivariate_bicycle_code),
];
const named = SMALL.map((code): readonly [string, CssCode] => [`${code.name} of ${String(code.n)} qubits`, code]);

describe("codes", () => {
  it.each(named)("%s: checks commute with each other and with every logical operator", (_, { checks, logical }) => {
    for (const z of [...checks.Z, ...logical.Z]) for (const x of checks.X) expect(overlap(x, z)).toBe(0);
    for (const z of checks.Z) for (const x of logical.X) expect(overlap(x, z)).toBe(0);
  });

  it.each(named)("%s: logical operators anticommute in pairs, k of each", (_, { logical, k }) => {
    expect(logical.X.map((x) => logical.Z.map((z) => overlap(x, z)))).toEqual(Array.from({ length: k }, (_x, i) => Array.from({ length: k }, (_z, j) => Number(i === j))));
  });

  it.each(named)("%s: the checks leave k qubits, and those of the gauges", ({ length: _ }, { n, k, checks, gauges, logical }) => {
    const found = n - rank(checks.X.map(rowOf)) - rank(checks.Z.map(rowOf));
    // A gauge qubit is a pair of gauge operators that are no stabilizers: of Bacon-Shor (d-1)² of them.
    const loose = gauges === undefined ? 0 : rank(gauges.X.map(rowOf)) - rank(checks.X.map(rowOf));
    expect(found).toBe(k + loose);
    expect(logical.X).toHaveLength(k);
  });

  it.each(SMALL.filter(({ n }) => n <= 72).map((code): readonly [string, CssCode] => [`${code.name} of ${String(code.n)} qubits`, code]))("%s: its distance, by search", (_, code) => {
    expect({ X: leastLogicalWeight(code, "X", 9), Z: leastLogicalWeight(code, "Z", 9) }).toEqual(code.distance);
  });

  it("gauge operators commute with stabilizers and logical operators, not with each other", () => {
    const { gauges, checks, logical } = CODES.bacon_shor_code(3);
    for (const x of gauges?.X ?? []) for (const z of [...checks.Z, ...logical.Z]) expect(overlap(x, z)).toBe(0);
    for (const z of gauges?.Z ?? []) for (const x of [...checks.X, ...logical.X]) expect(overlap(x, z)).toBe(0);
    expect((gauges?.X ?? []).some((x) => (gauges?.Z ?? []).some((z) => overlap(x, z) === 1))).toBe(true);
  });

  // Source: arXiv:2308.07915, table 3.
  it.each([[72, 12], [90, 8], [108, 8], [144, 12], [288, 12]] as const)("the bicycle code of %i qubits keeps %i", (n, k) => {
    expect(bicycleCode(BICYCLE_CODES[n])).toMatchObject({ n, k });
  });

  it("has no operators dual to what does not pair", () => {
    expect(() => dualTo([1n, 2n], [1n, 1n])).toThrow("invertible");
  });

  it("finds no logical operator below the distance", () => {
    expect(leastLogicalWeight(CODES.rotated_surface_code(5), "X", 4)).toBeUndefined();
  });
});

const highest = (circuit: StimCircuit): number => circuit.reduce((most, item) => (isRepeat(item)
  ? Math.max(most, highest(item.body))
  : item.targets.reduce((top, target) => ((target & TARGET.RECORD) === 0 ? Math.max(top, target) : top), most)), 0);

const flat = (circuit: StimCircuit): readonly StimInstruction[] => circuit.flatMap((item) => (isRepeat(item) ? flat(item.body) : [item]));

describe("schedules", () => {
  it.each(CODE_TASKS)("%s: no qubit is in two gates of a layer", (name) => {
    const layers = flat(generateCircuit(name, { distance: name.startsWith("bivariate") ? 6 : 5, rounds: 3 })).filter((item) => item.name === "CX");
    expect(layers.length).toBeGreaterThan(1);
    for (const { targets } of layers) expect(new Set(targets).size).toBe(targets.length);
  });
});

const SMALLEST: Readonly<Record<string, readonly number[]>> = { repetition_code: [2, 5], surface_code: [2, 3], color_code: [3, 5], bacon_shor_code: [2, 3], bivariate_bicycle_code: [6] };

describe("experiments without noise", () => {
  const cases = CODE_TASKS.flatMap((name) => (SMALLEST[name.split(":")[0] ?? ""] ?? []).flatMap((distance) =>
    (distance === 6 ? [3] : [2, 3, 4]).map((rounds): readonly [string, number, number] => [name, distance, rounds])));

  const run = (circuit: StimCircuit, seed: number): { records: readonly number[]; detectors: readonly number[]; observables: readonly number[] } => {
    let state = seed;
    const coin = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 16) & 1;
    };
    const tableau = new PlainTableau(highest(circuit) + 1, coin);
    return { ...tableau.run(circuit), records: tableau.records };
  };

  it.each(cases)("%s at distance %i, %i rounds: detectors and observables are the same, whatever is random", (name, distance, rounds) => {
    const circuit = generateCircuit(name, { distance, rounds });
    const [one, other] = [run(circuit, 12345), run(circuit, 54321)];
    if (!name.startsWith("repetition")) expect(one.records).not.toEqual(other.records);
    expect(one.detectors).toEqual(other.detectors);
    expect(one.observables).toEqual(other.observables);
    expect(one.observables.length).toBeGreaterThan(0);
  });

  // Not so of the colour code: X·Y·Z is i, and over the six qubits of an inner hexagon -1.
  it.each(cases.filter(([name]) => !name.startsWith("color")))("%s at distance %i, %i rounds: none of them flips", (name, distance, rounds) => {
    const { detectors, observables } = run(generateCircuit(name, { distance, rounds }), 777);
    expect([...detectors, ...observables].every((value) => value === 0)).toBe(true);
  });
});
