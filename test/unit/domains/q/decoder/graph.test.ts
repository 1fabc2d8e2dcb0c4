// What becomes of the parts of an error model: edges, their weights, and what cannot be one.
import { describe, expect, it } from "vitest";
import { decodingProblem } from "../../../../../domains/q/decoder/columns.ts";
import { decodingGraph } from "../../../../../domains/q/decoder/graph.ts";
import type { ErrorModel, ErrorMechanism } from "../../../../../domains/q/dem/model.ts";
import { faultOf } from "../../../../support/refusals.ts";

const model = (mechanisms: readonly ErrorMechanism[], detectors = 4, observables = 2): ErrorModel => ({ detectors, observables, mechanisms, coordinates: new Map() });
const edge = (probability: number, detectors: readonly number[], observables: readonly number[] = []): ErrorMechanism => ({ probability, parts: [{ detectors, observables }] });
const edgesOf = (mechanisms: readonly ErrorMechanism[]): readonly (readonly number[])[] => {
  const { graph: { ends, weights, masks }, scale } = decodingGraph(model(mechanisms));
  return Array.from(weights, (weight, at) => [ends[2 * at] ?? NaN, ends[2 * at + 1] ?? NaN, weight / scale, masks[2 * at] ?? NaN]);
};
const logit = (p: number): number => Math.log((1 - p) / p);

describe("the matching graph of an error model", () => {
  it("has an edge for each part, to the boundary where there is one detector, and none where there is no detector", () => {
    const split: ErrorMechanism = { probability: 0.1, parts: [{ detectors: [0, 1], observables: [] }, { detectors: [2], observables: [1] }] };
    expect(edgesOf([split, edge(0.1, [], [0]), edge(0, [1, 2])]).map(([a, b, , mask]) => [a, b, mask])).toEqual([[0, 1, 0], [2, -1, 2]]);
  });

  it("weighs log((1 - p) / p), to one part in 2^24 of the heaviest", () => {
    const ps = [0.001, 0.01, 0.2, 0.5, 0.7];
    const weights = edgesOf(ps.map((p, at) => edge(p, at < 4 ? [at] : [0, 1]))).map(([, , weight]) => weight ?? NaN);
    weights.forEach((weight, at) => { expect(Math.abs(weight - logit(ps[at] ?? 1))).toBeLessThanOrEqual(logit(0.001) / 2 ** 24); });
    expect(Math.max(...decodingGraph(model([edge(0.001, [0]), edge(0.3, [1])])).graph.weights)).toBe(2 * (2 ** 24 - 1));
    expect([...decodingGraph(model([edge(0.5, [0])])).graph.weights]).toEqual([0]);
  });

  it("and BP+OSD's columns name each of 64 observables by its own bit", () => {
    const each = Array.from({ length: 64 }, (_, observable) => edge(0.1, [observable], [observable]));
    const wanted = each.flatMap((_, observable) => [observable < 32 ? 2 ** observable : 0, observable < 32 ? 0 : 2 ** (observable - 32)]);
    expect([...decodingGraph(model(each, 64, 64)).graph.masks]).toEqual(wanted);
    expect([...decodingProblem(model(each, 64, 64)).masks]).toEqual(wanted);
  });

  it("keeps whole weights as they are, also where all are 0", () => {
    const { graph: { weights }, scale } = decodingGraph(model([edge(0.5, [0]), edge(0.5, [0, 1])]));
    expect([[...weights], scale]).toEqual([[0, 0], 2]);
  });

  it("merges parallel edges that flip the same observables, and of others keeps the likelier", () => {
    const [[, , merged] = []] = edgesOf([edge(0.1, [0, 1]), edge(0.2, [0, 1]), edge(0.05, [2])]);
    expect(merged).toBeCloseTo(logit(0.1 * 0.8 + 0.2 * 0.9), 6);
    expect(edgesOf([edge(0.1, [0, 1], [0]), edge(0.15, [0, 1], [1]), edge(0.1, [0, 1], [0])]).map(([, , , mask]) => mask)).toEqual([1]);
    expect(edgesOf([edge(0.1, [0], [1]), edge(0.1, [0], [0])]).map(([, , , mask]) => mask)).toEqual([2]);
  });

  it("refuses what no edge can stand for, with a next step", () => {
    const three = faultOf(() => decodingGraph(model([edge(0.1, [0]), edge(0.1, [0, 1, 2])])));
    expect([three.fault, three.detail["value"], three.next]).toEqual(["KERNEL_REFUSED", "D0 D1 D2", expect.stringContaining("decomposed")]);
    expect(faultOf(() => decodingGraph(model([edge(1, [0, 1])]))).next).toContain("D0 and D1");
    expect(faultOf(() => decodingGraph(model([edge(1, [3])]))).next).toContain("the boundary");
    expect(faultOf(() => decodingGraph(model([], 4, 65))).detail["argument"]).toBe("observables");
    expect(faultOf(() => decodingGraph(model([], 2 ** 23))).detail["argument"]).toBe("detectors");
  });
});
