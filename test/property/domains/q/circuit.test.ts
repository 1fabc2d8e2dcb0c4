// Whatever is built lowers to a circuit the kernels' decoder accepts, and the figures hang together.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { circuit } from "../../../../domains/q/api/circuit.ts";
import type { Circuit } from "../../../../domains/q/api/circuit.ts";
import { circuitCost, criticalPath } from "../../../../domains/q/api/cost.ts";
import { decodeCircuitJob, encodeCircuitJob } from "../../../../domains/kernels/circuit.ts";
import { referenceRun } from "../../../../domains/kernels/statevector/reference.ts";

const QUBITS = 4;
type Build = (c: Circuit) => Circuit;

const qubit = fc.nat(QUBITS - 1);
const distinct = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 3 });
const angle = fc.double({ min: -7, max: 7, noNaN: true });

const gate: fc.Arbitrary<Build> = fc.oneof(
  fc.tuple(fc.constantFrom("h", "s", "sdg", "t", "tdg", "x", "y", "z"), qubit).map(([name, q]): Build => (c) => c[name](q)),
  fc.tuple(fc.constantFrom("rx", "ry", "rz", "p"), angle, qubit).map(([name, turn, q]): Build => (c) => c[name](turn, q)),
  fc.tuple(fc.constantFrom("cx", "cz", "swap"), distinct).map(([name, [a = 0, b = 1]]): Build => (c) => c[name](a, b)),
  fc.tuple(angle, distinct).map(([turn, [a = 0, b = 1]]): Build => (c) => c.cp(turn, a, b)),
  distinct.map(([a = 0, b = 1, d = 2]): Build => (c) => c.ccx(a, b, d)),
  fc.constant<Build>((c) => c.barrier()),
);
const measuring: fc.Arbitrary<Build> = fc.oneof(
  fc.tuple(qubit, fc.nat(5)).map(([q, bit]): Build => (c) => c.measure(q, bit)),
  qubit.map((q): Build => (c) => c.reset(q)),
  fc.constant<Build>((c) => c.measureAll()),
);
const applied = (builds: readonly Build[]): Build => (c) => builds.reduce((so, build) => build(so), c);
const block = fc.array(gate, { maxLength: 5 }).map(applied);
const guarded: fc.Arbitrary<Build> = fc.tuple(fc.nat(5), fc.constantFrom(0 as const, 1 as const), block, fc.boolean())
  .map(([bit, value, body, nest]): Build => (c) => c.if(bit, value, (d) => (nest ? d.if(5 - bit, value, body) : body(d))));
const repeated: fc.Arbitrary<Build> = fc.tuple(fc.nat(3), block).map(([times, body]): Build => (c) => c.repeat(times, body));

const unitary = fc.array(fc.oneof(gate, repeated), { maxLength: 12 }).map((builds) => applied(builds)(circuit(QUBITS)));
const anything = fc.array(fc.oneof({ weight: 3, arbitrary: gate }, measuring, guarded, repeated), { maxLength: 20 })
  .map((builds) => applied(builds)(circuit(QUBITS, 6)));

describe("a built circuit", () => {
  it("C3: is packed and decoded unchanged", () => {
    fc.assert(fc.property(anything, (built) => {
      const job = { mode: "sample", circuit: built.lower(), shots: 1, key: Uint32Array.of(0, 1) } as const;
      expect(decodeCircuitJob(encodeCircuitJob(job))).toEqual(job);
    }), { numRuns: 150 });
  });

  it("has consistent figures, and a drawing", () => {
    fc.assert(fc.property(anything, (built) => {
      const lowered = built.lower();
      expect(Object.values(built.counts()).reduce((sum, count) => sum + count, 0)).toBe(built.size);
      expect(built.depth()).toBeLessThanOrEqual(built.size);
      expect(criticalPath(lowered)).toBeLessThanOrEqual(circuitCost(lowered));
      expect(criticalPath(lowered)).toBeGreaterThanOrEqual(built.depth());
      expect(String(built).split("\n").filter((line) => line.startsWith("q3: ")).length).toBeGreaterThan(0);
    }), { numRuns: 100 });
  });

  it("is undone by its inverse, appended on the same or on permuted qubits", () => {
    fc.assert(fc.property(unitary, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (built, onto) => {
      const there = circuit(QUBITS).append(built, onto).append(built.inverse(), onto);
      const { re, im } = referenceRun(there.lower()).state;
      expect(Math.abs(1 - (re[0] ?? 0) * (re[0] ?? 0) - (im[0] ?? 0) * (im[0] ?? 0))).toBeLessThan(1e-12);
    }), { numRuns: 60 });
  });
});
