// Noise: exact identities of the density matrices, and trajectories against them.
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { LoweredCircuit } from "../../../../../domains/kernels/circuit.ts";
import { densityDistribution, densityRun, depolarized, trace, zeroDensity } from "../../../../../domains/kernels/statevector/density.ts";
import { NOISELESS, checkNoise, overRotated, type NoiseModel } from "../../../../../domains/kernels/statevector/noise.ts";
import { planCircuit } from "../../../../../domains/kernels/statevector/plan.ts";
import type { State } from "../../../../../domains/kernels/statevector/reference.ts";
import { samplePlan } from "../../../../../domains/kernels/statevector/sample.ts";
import { sampleNoisy } from "../../../../../domains/kernels/statevector/trajectories.ts";
import { lowered } from "../../../../support/clifford-circuits.ts";
import { faultOf } from "../../../../support/refusals.ts";
import { gate, measure, measureAll, turned } from "../../../../support/statevector-circuits.ts";

const key = Uint32Array.of(7, 11);
const repeated = (times: number, ...of: Parameters<typeof lowered>[2]) => Array.from({ length: times }, () => of).flat();

/** ⟨Z on the qubits of the mask⟩. */
const correlation = (rho: State, mask: number): number => {
  const size = 1 << (rho.qubits / 2);
  return Array.from({ length: size }, (_, at) => (1 - 2 * ([...(at & mask).toString(2)].filter((bit) => bit === "1").length % 2)) * (rho.re[at * (size + 1)] ?? 0)).reduce((a, b) => a + b, 0);
};

describe("density matrices", () => {
  it.each([0, 0.01, 0.3, 0.75, 1])("DEPOLARIZE1(%f) shrinks every Pauli by 1 - 4p/3, DEPOLARIZE2 by 1 - 16p/15", (p) => {
    expect(correlation(depolarized(zeroDensity(1), p, [0]), 1)).toBeCloseTo(1 - (4 * p) / 3, 12);
    const two = depolarized(zeroDensity(2), p, [0, 1]);
    for (const mask of [1, 2, 3]) expect(correlation(two, mask)).toBeCloseTo(1 - (16 * p) / 15, 12);
    expect(trace(two)).toBeCloseTo(1, 12);
  });
  it("randomized benchmarking: m gates that undo each other leave A·fᵐ + B, A = B = 1/2", () => {
    const p = 0.02;
    for (const m of [2, 8, 20]) {
      const survives = densityDistribution(lowered(1, 1, [...repeated(m, gate("H", 0)), measure(0)]), { ...NOISELESS, depolarize1: p }).get("0");
      expect(survives).toBeCloseTo(0.5 + 0.5 * (1 - (4 * p) / 3) ** m, 12);
    }
  });
  it("T1 and T2 are what energy and coherence decay by", () => {
    const noise: NoiseModel = { ...NOISELESS, relaxation: { t1: 50, t2: 70, gate1: 3, gate2: 5 } };
    const end = (first: "X" | "H", times: number): State => densityRun(lowered(1, 0, [gate(first, 0), ...repeated(times, gate("S", 0))]), noise).get("")!;
    const excited = end("X", 4);
    expect(excited.re[3]).toBeCloseTo(Math.exp(-15 / 50), 12);
    const plus = end("H", 4);
    expect(plus.re[1]).toBeCloseTo(0.5 * Math.exp(-15 / 70), 12); // S⁴ is the identity
    const pair = densityRun(lowered(2, 0, [gate("X", 0), gate("CX", 0, 1)]), noise).get("")!;
    expect(pair.re[15]).toBeCloseTo(Math.exp(-(3 + 5 + 5) / 50), 12);
  });
  it("misread bits and turns too far are exact", () => {
    const distribution = densityDistribution(lowered(1, 1, [turned("RX", 1, 0), measure(0)]), { ...NOISELESS, readout: { zeroAsOne: 0.1, oneAsZero: 0.25 }, overRotation: 0.2 });
    const one = Math.sin(0.6) ** 2;
    expect(distribution.get("1")).toBeCloseTo(0.1 * (1 - one) + 0.75 * one, 12);
  });
});

const bell = [gate("H", 0), gate("T", 0), gate("CX", 0, 1), turned("RY", 0.7, 1), gate("CCX", 0, 1, 2)];
const CIRCUITS: Readonly<Record<string, LoweredCircuit>> = {
  "gates, then all measured": lowered(3, 3, [...bell, ...measureAll(3)]),
  "measured, fed forward and reset on the way": lowered(3, 3, [...bell, measure(1, 0), { ...gate("X", 0), when: [[0, 1]] }, { op: "RESET", on: [1] }, turned("RX", 0.4, 1), gate("CX", 0, 2), ...measureAll(3)]),
};
const MODELS: Readonly<Record<string, NoiseModel>> = {
  depolarizing: { ...NOISELESS, depolarize1: 0.05, depolarize2: 0.12 },
  relaxation: { ...NOISELESS, relaxation: { t1: 20, t2: 30, gate1: 2, gate2: 4 } },
  "all of it": { depolarize1: 0.02, depolarize2: 0.05, relaxation: { t1: 40, t2: 25, gate1: 1, gate2: 3 }, readout: { zeroAsOne: 0.02, oneAsZero: 0.06 }, overRotation: 0.1 },
};

/** z of chi-square over the records, by Wilson and Hilferty; infinite for a record that cannot be. */
function deviation(circuit: LoweredCircuit, noise: NoiseModel, bits: Uint8Array, shots: number): number {
  const seen = new Map<string, number>();
  for (let shot = 0; shot < shots; shot++) {
    const record = bits.subarray(shot * circuit.clbits, (shot + 1) * circuit.clbits).join("");
    seen.set(record, (seen.get(record) ?? 0) + 1);
  }
  const expected = [...densityDistribution(circuit, noise)];
  expect(expected.reduce((sum, [, p]) => sum + p, 0)).toBeCloseTo(1, 12);
  if ([...seen.keys()].some((record) => !expected.some(([known, p]) => known === record && p > 1e-12))) return Infinity;
  const cells = expected.filter(([, p]) => p * shots >= 5);
  const square = cells.reduce((sum, [record, p]) => sum + ((seen.get(record) ?? 0) - p * shots) ** 2 / (p * shots), 0);
  const freedom = cells.length - 1;
  return ((square / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
}

const cases = Object.entries(CIRCUITS).flatMap(([of, circuit]) => Object.entries(MODELS).map(([by, noise]) => [by, of, circuit, noise] as const));

describe("trajectories", () => {
  it.each(cases)("%s: %s, as the density matrix says, under a fixed key and under a fresh one (z < 4)", (_, __, circuit, noise) => {
    const shots = 3_000;
    const fresh = new Uint32Array(Uint8Array.from(randomBytes(8)).buffer);
    for (const under of [key, fresh]) expect(deviation(circuit, noise, sampleNoisy(circuit, noise, shots, under), shots), under.join()).toBeLessThan(4);
  });
  it("another noise is told apart", () => {
    const circuit = CIRCUITS["gates, then all measured"]!;
    expect(deviation(circuit, { ...MODELS["depolarizing"]!, depolarize2: 0.06 }, sampleNoisy(circuit, MODELS["depolarizing"]!, 3_000, key), 3_000)).toBeGreaterThan(4);
  });
  it("a shot reads what it reads alone, whatever runs beside it", () => {
    const circuit = CIRCUITS["measured, fed forward and reset on the way"]!;
    const many = sampleNoisy(circuit, MODELS["all of it"]!, 200, key);
    expect(sampleNoisy(circuit, MODELS["all of it"]!, 40, key)).toEqual(many.subarray(0, 40 * circuit.clbits));
  });
  it("noise shifts no measurement's draw: shots run one by one under next to none read what they read without", () => {
    for (const circuit of Object.values(CIRCUITS)) {
      const plain = samplePlan(planCircuit(circuit), 500, key);
      expect(sampleNoisy(circuit, NOISELESS, 500, key)).toEqual(plain);
      expect(sampleNoisy(circuit, { ...NOISELESS, relaxation: { t1: 1e13, t2: 1e13, gate1: 1, gate2: 1 } }, 500, key)).toEqual(plain);
    }
  });
  it("turns too far are those of the circuit turned too far", () => {
    const circuit = CIRCUITS["gates, then all measured"]!;
    const noise = { ...NOISELESS, overRotation: 0.3 };
    expect(sampleNoisy(circuit, noise, 300, key)).toEqual(samplePlan(planCircuit(overRotated(circuit, noise)), 300, key));
  });
});

describe("a model", () => {
  it.each<[string, Partial<NoiseModel>]>([
    ["whose T2 is beyond 2·T1", { relaxation: { t1: 10, t2: 20.001, gate1: 1, gate2: 1 } }], ["with a negative time", { relaxation: { t1: -1, t2: 1, gate1: 1, gate2: 1 } }],
    ["with an endless gate", { relaxation: { t1: 1, t2: 1, gate1: Infinity, gate2: 1 } }], ["with more than certainty", { depolarize1: 1.1 }],
    ["with a readout that is none", { readout: { zeroAsOne: NaN, oneAsZero: 0 } }], ["with an infinite turn", { overRotation: Infinity }],
  ])("%s is refused", (_, wrong) => {
    expect(faultOf(() => { checkNoise({ ...NOISELESS, ...wrong }); })).toMatchObject({ fault: "KERNEL_REFUSED" });
  });
  it("at the edge is taken", () => { checkNoise({ ...NOISELESS, depolarize2: 1, relaxation: { t1: 10, t2: 20, gate1: 0, gate2: 1 } }); });
});
