// BP+OSD on problems whose answer is known, and what it refuses.
import { describe, expect, it } from "vitest";
import { openBpOsd } from "../../../../../domains/kernels/bposd/decoder.ts";
import { CODES } from "../../../../../domains/q/codes/generate.ts";
import { codeCapacityModel } from "../../../../../domains/q/codes/capacity.ts";
import { decodingProblem } from "../../../../../domains/q/decoder/columns.ts";
import { answersOf, bitsOf, namingProblem } from "../../../../support/decoding-problems.ts";
import { faultOf } from "../../../../support/refusals.ts";

const line = namingProblem(2, [{ detectors: [0], probability: 0.1 }, { detectors: [0, 1], probability: 0.05 }, { detectors: [1], probability: 0.1 }]);

describe("BP with ordered statistics", () => {
  it("chooses the likeliest explanation", () => {
    const found = answersOf(openBpOsd(line), line, [[], [0], [1], [0, 1]]);
    expect(found.map(({ mask }) => bitsOf(mask))).toEqual([[], [0], [2], [1]]);
    expect(found.map(({ weight }) => weight.toFixed(6))).toEqual(["0.000000", "2.197225", "2.197225", "2.944439"]);
  });

  it("chooses what is likelier than not without any event", () => {
    const sure = namingProblem(1, [{ detectors: [0], probability: 0.4 }, { detectors: [0], probability: 0.4 }, { detectors: [], probability: 0.9 }]);
    expect(answersOf(openBpOsd(sure), sure, [[]]).map(({ mask }) => bitsOf(mask))).toEqual([[2]]);
  });

  it("says which events nothing explains, predicts nothing of them, and goes on", () => {
    const loose = namingProblem(3, [{ detectors: [0, 1], probability: 0.1 }]);
    const predictions = new Uint8Array(4);
    const without = openBpOsd(loose, { iterations: 3 }).decode({ events: Uint8Array.of(0b011, 0b001, 0b100, 0b011), shots: 4, rowBytes: 1, predictions });
    expect(without).toEqual([1, 2]);
    expect([...predictions]).toEqual([1, 0, 0, 1]);
  });

  it("does not look at bits beyond the detectors", () => {
    const rows = Uint8Array.of(0b1111_1100, 0xff, 0b1111_1101, 0xff);
    const predictions = new Uint8Array(2);
    expect(openBpOsd(line).decode({ events: rows, shots: 2, rowBytes: 2, predictions })).toEqual([]);
    expect([...predictions]).toEqual([0, 1]);
  });

  it("goes through ordered statistics where propagation ends nowhere, and a sweep finds a lighter answer", () => {
    // Two equal ways around each check: totals stay undecided.
    const ring = namingProblem(4, [0, 1, 2, 3].flatMap((d) => [0.1, 0.1].map((probability) => ({ detectors: [d, (d + 1) % 4], probability }))));
    const plain = answersOf(openBpOsd(ring, { iterations: 5 }), ring, [[0, 2]]);
    expect(plain[0]?.stage).toBe(1);
    const swept = answersOf(openBpOsd(ring, { iterations: 5, order: 8 }), ring, [[0, 2]]);
    expect(bitsOf(swept[0]?.mask ?? 0n)).toHaveLength(2);
  });

  it("takes more shots than cross the border at once", () => {
    const shots = Array.from({ length: 2500 }, (_, i) => [[], [0], [1], [0, 1]][i % 4] ?? []);
    const found = answersOf(openBpOsd(line), line, shots);
    expect(found.every(({ mask }, i) => mask === [0n, 1n, 4n, 2n][i % 4])).toBe(true);
  });

  it("takes no shots", () => {
    expect(openBpOsd(line).decode({ events: new Uint8Array(0), shots: 0, rowBytes: 1, predictions: new Uint8Array(0) })).toEqual([]);
  });

  it("holds as much memory as it says", () => {
    expect(openBpOsd(line).bytes()).toBeGreaterThan(0);
  });
});

describe("errors that a code corrects", () => {
  const setsOf = (n: number, weight: number): readonly (readonly number[])[] =>
    (weight === 0 ? [[]] : setsOf(n, weight - 1).flatMap((set) => Array.from({ length: n - 1 - (set.at(-1) ?? -1) }, (_, i) => [...set, (set.at(-1) ?? -1) + 1 + i])));

  it.each([
    ["repetition, distance 7", CODES.repetition_code(7), 3], ["rotated surface, distance 5", CODES.rotated_surface_code(5), 2], ["colour, distance 5", CODES.color_code(5), 2],
    ["bicycle of 72 qubits", CODES.bivariate_bicycle_code(6), 2], ["Bacon-Shor, distance 5", CODES.bacon_shor_code(5), 2],
  ] as const)("%s: every set of as many as it corrects", (_, code, most) => {
    const model = codeCapacityModel(code, "X", 0.01);
    const problem = decodingProblem(model);
    const sets = Array.from({ length: most + 1 }, (_x, weight) => setsOf(code.n, weight)).flat();
    const oddly = (lists: readonly (readonly number[])[]): readonly number[] => lists.flat().filter((value, _i, all) => all.filter((other) => other === value).length % 2 === 1).filter((value, i, all) => all.indexOf(value) === i);
    const part = (qubit: number, what: "detectors" | "observables"): readonly number[] => model.mechanisms[qubit]?.parts[0]?.[what] ?? [];
    const found = answersOf(openBpOsd(problem, { iterations: 60, order: 10 }), problem, sets.map((set) => oddly(set.map((qubit) => part(qubit, "detectors")))));
    const wrong = sets.filter((set, i) => bitsOf(found[i]?.mask ?? 0n).join() !== oddly(set.map((qubit) => part(qubit, "observables"))).toSorted((a, b) => a - b).join());
    expect(wrong).toEqual([]);
  });
});

describe("what is refused", () => {
  const bad = (change: object): (() => unknown) => () => openBpOsd({ ...line, ...change });
  it.each([
    ["no detector", { detectors: 0 }, "detectors"], ["too many observables", { observables: 65 }, "observables"], ["no mechanism", { probabilities: new Float64Array(0) }, "mechanisms"],
    ["starts of other mechanisms", { columns: Uint32Array.of(0, 1) }, "columns"], ["starts that end elsewhere", { columns: Uint32Array.of(0, 1, 3, 5) }, "columns"],
    ["starts that fall", { columns: Uint32Array.of(0, 3, 1, 4) }, "columns"], ["a detector there is not", { rows: Uint32Array.of(0, 0, 2, 1) }, "rows"],
    ["a detector twice", { rows: Uint32Array.of(0, 1, 1, 1) }, "rows"], ["a certain mechanism", { probabilities: Float64Array.of(0.1, 1, 0.1) }, "probabilities"],
    ["a mechanism that never happens", { probabilities: Float64Array.of(0.1, 0, 0.1) }, "probabilities"], ["no number", { probabilities: Float64Array.of(0.1, Number.NaN, 0.1) }, "probabilities"],
    ["masks of other mechanisms", { masks: new Uint32Array(4) }, "masks"], ["an observable there is not", { masks: Uint32Array.of(8, 0, 0, 0, 0, 0) }, "masks"],
    ["one in the second word", { masks: Uint32Array.of(0, 1, 0, 0, 0, 0) }, "masks"],
  ])("%s", (_, change, argument) => {
    expect(faultOf(bad(change))).toMatchObject({ fault: "KERNEL_REFUSED", detail: { argument } });
  });

  it.each([[{ iterations: 0 }, "iterations"], [{ order: 65 }, "order"], [{ scale: 0 }, "scale"], [{ scale: 1.5 }, "scale"]])("options %o", (options, argument) => {
    expect(faultOf(() => openBpOsd(line, options)).detail).toMatchObject({ argument });
  });

  const good = { events: new Uint8Array(2), shots: 2, rowBytes: 1, predictions: new Uint8Array(2) };
  it.each([
    [{ shots: -1 }, "shots"], [{ rowBytes: 0 }, "rowBytes"], [{ events: new Uint8Array(3) }, "events"], [{ predictions: new Uint8Array(3) }, "predictions"],
    [{ weights: new Float64Array(1) }, "weights"], [{ stages: new Uint8Array(1) }, "stages"],
  ])("a batch with %o", (change, argument) => {
    expect(faultOf(() => openBpOsd(line).decode({ ...good, ...change })).detail).toMatchObject({ argument });
  });
});
