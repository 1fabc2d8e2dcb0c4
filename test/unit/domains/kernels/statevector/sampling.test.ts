import { describe, expect, it } from "vitest";
import { philoxUniform } from "../../../../../domains/kernels/philox/portable.ts";
import { planCircuit } from "../../../../../domains/kernels/statevector/plan.ts";
import { Register } from "../../../../../domains/kernels/statevector/register.ts";
import { samplePlan } from "../../../../../domains/kernels/statevector/sample.ts";
import { lowered, type Instruction } from "../../../../support/clifford-circuits.ts";
import { counts, gate, measure, measureAll, probabilities, sample, turned } from "../../../../support/statevector-circuits.ts";

const KEY = Uint32Array.of(3, 4);
const bell = [gate("H", 0), gate("CX", 0, 1)];
const rotations = (qubits: number): Instruction[] => [0, 1].flatMap((layer) => Array.from({ length: qubits }, (_, qubit) => [
  turned("RY", 0.4 + 0.3 * qubit + layer, qubit), turned("RZ", 0.9 - 0.2 * qubit, qubit), gate("CX", qubit, (qubit + 1) % qubits),
]).flat());
/** Makes every measurement before it be simulated in order: a later condition reads all clbits. */
const holdAll = (clbits: number): Instruction =>
  ({ op: "BARRIER", on: [], when: Array.from({ length: clbits }, (_, clbit) => [clbit, 0] as const) });
/** z of a count against its binomial expectation. */
const z = (count: number, shots: number, p: number): number => Math.abs(count - shots * p) / Math.sqrt(shots * p * (1 - p));

describe("statistics, 10,000 shots", () => {
  it("Bell: equal bits, half ones", () => {
    const found = counts(lowered(2, 2, [...bell, ...measureAll(2)]), 10_000);
    expect(Object.keys(found).sort()).toEqual(["00", "11"]);
    expect(z(found["11"] ?? 0, 10_000, 0.5)).toBeLessThan(4);
  });
  it("GHZ on 20 qubits: all equal", () => {
    const chain = Array.from({ length: 19 }, (_, qubit) => gate("CX", qubit, qubit + 1));
    const found = counts(lowered(20, 20, [gate("H", 0), ...chain, ...measureAll(20)]), 10_000);
    expect(Object.keys(found).sort()).toEqual(["0".repeat(20), "1".repeat(20)]);
    expect(z(found["0".repeat(20)] ?? 0, 10_000, 0.5)).toBeLessThan(4);
  });
  it("teleportation moves a rotated qubit, whatever was measured on the way", () => {
    const circuit = lowered(3, 3, [turned("RY", 1.1, 0), turned("RZ", 0.6, 0), gate("H", 1), gate("CX", 1, 2), gate("CX", 0, 1), gate("H", 0),
      measure(0), measure(1), { ...gate("X", 2), when: [[1, 1]] }, { ...gate("Z", 2), when: [[0, 1]] },
      turned("RZ", -0.6, 2), turned("RY", -1.1, 2), measure(2)]);
    const found = counts(circuit, 10_000);
    expect(Object.keys(found).sort()).toEqual(["000", "001", "010", "011"]);
    for (const count of Object.values(found)) expect(z(count, 10_000, 0.25)).toBeLessThan(4);
  });
  it("frequencies of a random state follow its probabilities", () => {
    const register = new Register({ qubits: 4 });
    for (const step of planCircuit(lowered(4, 0, rotations(4))).steps) register.apply(step);
    const found = counts(lowered(4, 4, [...rotations(4), ...measureAll(4)]), 20_000);
    const chi = probabilities(register.amplitudes()).reduce((sum, p, index) => {
      const seen = found[index.toString(2).padStart(4, "0")] ?? 0;
      return sum + (seen - 20_000 * p) ** 2 / (20_000 * p);
    }, 0);
    expect(chi).toBeLessThan(45); // 15 degrees of freedom, beyond the 99.99% point
  });
});

describe("the drawn numbers", () => {
  it("a shot reads 0 iff u(shot, ordinal) < P(0)", () => {
    const bits = sample(lowered(1, 2, [gate("H", 0), measure(0, 0), gate("H", 0), measure(0, 1)]), 500, KEY);
    const expected = Array.from({ length: 1000 }, (_, at) => (philoxUniform(3, 4, at >> 1, at & 1) < 0.5 ? 0 : 1));
    expect([...bits]).toEqual(expected);
  });
  it("a skipped measurement shifts no later ordinal, and a reset has one of its own", () => {
    const skipped: Instruction = { ...measure(0, 0), when: [[1, 1]] };
    const bits = sample(lowered(2, 3, [gate("H", 0), gate("H", 1), skipped, { op: "RESET", on: [0] }, measure(1, 2)]), 300, KEY);
    expect(Array.from({ length: 300 }, (_, shot) => bits[3 * shot + 2])).toEqual(
      Array.from({ length: 300 }, (_, shot) => (philoxUniform(3, 4, shot, 2) < 0.5 ? 0 : 1)));
  });
  it("more shots begin with the same shots, another key gives others", () => {
    const circuit = lowered(3, 3, [...rotations(3), ...measureAll(3)]);
    expect(sample(circuit, 200, KEY).slice(0, 300)).toEqual(sample(circuit, 100, KEY));
    expect(sample(circuit, 100, Uint32Array.of(3, 5))).not.toEqual(sample(circuit, 100, KEY));
  });
});

describe("collapse", () => {
  const reset: Instruction = { op: "RESET", on: [0] };
  it("a qubit measured twice reads the same, at the end and on the way", () => {
    const twice = [measure(0, 0), measure(0, 1)];
    expect(counts(lowered(1, 2, [gate("X", 0), ...twice]), 20)).toEqual({ "11": 20 });
    expect(counts(lowered(1, 2, [gate("X", 0), ...twice, holdAll(2)]), 20)).toEqual({ "11": 20 });
    expect(Object.keys(counts(lowered(1, 2, [gate("H", 0), ...twice]), 200)).sort()).toEqual(["00", "11"]);
  });
  it("a reset qubit reads 0 and frees what it was entangled with", () => {
    expect(counts(lowered(1, 1, [gate("X", 0), reset, measure(0)]), 20)).toEqual({ "0": 20 });
    const found = counts(lowered(2, 2, [...bell, reset, measure(0), measure(1)]), 1000);
    expect(Object.keys(found).sort()).toEqual(["00", "10"]);
    expect(counts(lowered(1, 1, [gate("H", 0), reset, gate("X", 0), measure(0)]), 200)).toEqual({ "1": 200 });
  });
  it.each([[0.9, 1], [Math.PI - 0.9, 0]])("what one branch wrote does not reach the other (rotation %f, rare outcome %i)", (angle, rare) => {
    const circuit = lowered(2, 2, [turned("RY", angle, 0), measure(0, 0), gate("X", 1), { ...measure(1, 1), when: [[0, rare]] }, holdAll(2)]);
    expect(Object.keys(counts(circuit, 300)).sort()).toEqual(rare === 1 ? ["00", "11"] : ["01", "10"]);
  });
});

describe("every way to simulate gives the same bits", () => {
  const orders = [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4], [3, 3, 1, 3]];
  it.each(orders.map((order) => [order]))("measurements of qubits %j at the end, sampled from one state or projected one by one", (order) => {
    const readings = order.map((qubit, clbit) => measure(qubit, clbit));
    const late = lowered(5, 5, [...rotations(5), ...readings]);
    const held = lowered(5, 5, [...rotations(5), ...readings, holdAll(5)]);
    expect(planCircuit(late).rest.length).toBe(order.length);
    expect(planCircuit(held).rest.length).toBe(0);
    expect(sample(late, 2000, KEY)).toEqual(sample(held, 2000, KEY));
  });
  it("however many checkpoints there are", () => {
    const rounds = [0, 1, 2, 3].flatMap((round): Instruction[] => [...rotations(3), measure(round % 3, round),
      { ...gate("X", 1), when: [[round, 1]] }, { op: "RESET", on: [2] }]);
    const plan = planCircuit(lowered(3, 4, rounds));
    const [none, ...others] = [0, 1, 2, 64].map((copies) => samplePlan(plan, 300, KEY, copies));
    for (const other of others) expect(other).toEqual(none);
    expect(new Set(Array.from({ length: 300 }, (_, shot) => none?.subarray(4 * shot, 4 * shot + 4).join(""))).size).toBeGreaterThan(8);
  });
  it("shots in one job or one at a time from the same draws", () => {
    const circuit = lowered(3, 3, [...rotations(3), measure(0), { ...gate("H", 1), when: [[0, 1]] }, measure(1), measure(2)]);
    const first = sample(circuit, 1, KEY);
    expect(sample(circuit, 50, KEY).subarray(0, 3)).toEqual(first);
  });
});

describe("what may wait until the end", () => {
  const rest = (instructions: readonly Instruction[]): number => planCircuit(lowered(3, 3, instructions)).rest.length;
  it.each([
    ["measurements with nothing behind them", 2, [gate("H", 0), measure(0), measure(1)]],
    ["gates on other qubits behind them", 2, [measure(0), gate("H", 1), measure(1)]],
    ["a gate on the measured qubit", 1, [measure(0), gate("H", 0), measure(1)]],
    ["a condition on the clbit", 1, [measure(0), { ...gate("X", 1), when: [[0, 1]] }, measure(1)]],
    ["a conditional measurement", 0, [measure(0), { ...measure(1), when: [[2, 0]] }]],
    ["nothing before a measurement that must come in order", 1, [measure(2), measure(0), gate("H", 0), measure(1)]],
    ["a reset at the end", 2, [gate("H", 0), { op: "RESET", on: [0] }, measure(1)]],
    ["a measurement of a reset qubit", 1, [gate("H", 0), { op: "RESET", on: [0] }, measure(0)]],
  ] as const)("%s: %i", (_, count, instructions) => {
    expect(rest(instructions)).toBe(count);
  });
});

describe("weights", () => {
  /** The definition (assembly/weigh.ts, W1): upper half onto lower half, zeros where another outcome was read. */
  function folded(weights: readonly number[]): number {
    const half = weights.length / 2;
    return weights.length === 1 ? weights[0] ?? NaN : folded(weights.slice(0, half).map((weight, index) => weight + (weights[index + half] ?? NaN)));
  }
  it("are the folded sums bit for bit, before and after projections", () => {
    const register = new Register({ qubits: 6 });
    for (const step of planCircuit(lowered(6, 0, rotations(6))).steps) register.apply(step);
    for (const [projected, outcome] of [[-1, 0], [2, 1], [5, 0], [0, 1]] as const) {
      if (projected >= 0) register.project(projected, outcome);
      const all = probabilities(register.amplitudes());
      for (let qubit = 0; qubit < 6; qubit++) {
        const parts = [0, 1].map((bit) => folded(all.map((weight, index) => (((index >> qubit) & 1) === bit ? weight : 0))));
        expect(register.weigh(qubit)).toEqual(parts);
      }
    }
  });
  it("survive thousands of projections", () => {
    const rounds = Array.from({ length: 3000 }, (): Instruction[] => [gate("H", 0), measure(0)]).flat();
    const bits = sample(lowered(1, 1, [...rounds, holdAll(1)]), 40, KEY);
    expect([...bits]).toEqual(Array.from({ length: 40 }, (_, shot) => (philoxUniform(3, 4, shot, 2999) < 0.5 ? 0 : 1)));
  });
});
