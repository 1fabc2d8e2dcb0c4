import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { cutValue, graph, parseGset, petersen } from "../../../../domains/phi/api/graph.ts";
import { cutOf } from "../../../../domains/kernels/phase/ising.ts";
import { decodeIsingJob, encodeIsingJob } from "../../../../domains/kernels/phase/jobs.ts";
import { isingEnergies } from "../../../../domains/kernels/phase/ising-reference.ts";
import { PETERSEN, isingJob } from "../../../support/phase-jobs.ts";

const malformed = (text: string, detail: object): void => {
  expect(() => parseGset(text)).toThrowError(expect.objectContaining({ fault: "ABI_MALFORMED", detail: expect.objectContaining(detail) as unknown }));
};

describe("graphs", () => {
  it("become symmetric rows in ascending order, whatever the order of their edges", () => {
    const built = graph(4, [[2, 1, 5], { a: 0, b: 3, weight: -1 }, [1, 0]]);
    expect(built.edges).toEqual([{ a: 0, b: 1, weight: 1 }, { a: 0, b: 3, weight: -1 }, { a: 1, b: 2, weight: 5 }]);
    expect(built.couplings).toEqual({
      offsets: Int32Array.of(0, 2, 4, 5, 6), targets: Int32Array.of(1, 3, 0, 2, 1, 0), weights: Float64Array.of(1, -1, 1, 5, 5, -1),
    });
    expect(built.neighbours(1)).toEqual([{ to: 0, weight: 1 }, { to: 2, weight: 5 }]);
    expect(built.totalWeight).toBe(5);
  });

  it("are couplings the Ising kernel takes", () => {
    fc.assert(fc.property(fc.uniqueArray(fc.tuple(fc.nat(8), fc.nat(8), fc.integer()).filter(([a, b]) => a < b), { selector: ([a, b]) => 9 * a + b }), (edges) => {
      const { couplings } = graph(9, edges.map(([a, b, w]) => (w % 2 === 0 ? [a, b, w / 2 ** 12] as const : [b, a, w / 2 ** 12] as const)));
      expect(decodeIsingJob(encodeIsingJob(isingJob({ couplings }))).couplings).toEqual(couplings);
    }), { numRuns: 200 });
  });

  it("refuse loops, parallel edges, vertices out of range and weights that are no numbers", () => {
    for (const edges of [[[1, 1]], [[0, 1], [1, 0]], [[0, 3]], [[-1, 0]], [[0, 1, Number.NaN]], [[0, 1.5]]] as const) {
      expect(() => graph(3, edges)).toThrowError(Fault);
    }
    expect(() => graph(0, [])).toThrowError(Fault);
    expect(() => graph(16_385, [])).toThrowError(Fault);
    expect(() => graph(2, []).neighbours(2)).toThrowError(Fault);
  });
});

describe("a cut", () => {
  it("of the Petersen graph is at most 12, and H = |E| - 2·cut", () => {
    const { couplings } = petersen();
    expect(couplings).toEqual(PETERSEN);
    const energies = isingEnergies(couplings);
    const cuts = Array.from(energies, (_, word) => cutValue(petersen(), Array.from({ length: 10 }, (__, i) => ((word >> i) & 1 ? -1 : 1))));
    expect(Math.max(...cuts)).toBe(12);
    expect(Array.from(energies)).toEqual(cuts.map((cut) => 15 - 2 * cut));
  });

  it("is what the kernel counts", () => {
    const built = graph(5, [[0, 1, 2], [1, 2, -3], [2, 4, 7], [0, 4, 11]]);
    const spins = Int8Array.of(1, -1, -1, 1, 1);
    expect(cutValue(built, spins)).toBe(2 + 7);
    expect(cutOf(built.couplings, spins)).toBe(9);
  });

  it("needs one sign a vertex", () => {
    expect(() => cutValue(petersen(), [1, -1])).toThrowError(Fault);
    expect(() => cutValue(petersen(), new Int8Array(10))).toThrowError(Fault);
  });
});

describe("Gset text", () => {
  it("reads G1: 800 vertices, 19,176 edges of weight 1", () => {
    const g1 = parseGset(readFileSync(new URL("../../../../examples/maxcut/G1.txt", import.meta.url), "utf8"));
    expect([g1.vertices, g1.edges.length, g1.totalWeight]).toEqual([800, 19_176, 19_176]);
    expect(cutValue(g1, new Int8Array(800).fill(1))).toBe(0);
  });

  it("counts vertices from 1 and takes weights or none", () => {
    expect(parseGset("3 2\r\n1 2 -4\n\n3 2\n").edges).toEqual([{ a: 0, b: 1, weight: -4 }, { a: 1, b: 2, weight: 1 }]);
  });

  it("names the line that is wrong", () => {
    malformed("", { line: 1 });
    malformed("3\n", { line: 1 });
    malformed("3 2\n1 2 1\n", { line: 1, value: 1 });
    malformed("3 1\n1 4 1\n", { line: 2 });
    malformed("3 1\n0 1 1\n", { line: 2 });
    malformed("3 1\n1 2 x\n", { line: 2 });
    malformed("3 1\n1 2 1 1\n", { line: 2 });
    malformed("3 1\n1 2 1e5\n", { line: 2 });
  });

  it("ends in a graph or a typed fault for any text", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."0123 -\n\r.x"), maxLength: 40 }), (text) => {
      try {
        expect(parseGset(text).vertices).toBeGreaterThan(0);
      } catch (cause) {
        expect(cause).toBeInstanceOf(Fault);
      }
    }), { numRuns: 500 });
  });
});
