// Noise: exact identities of the density matrices, and trajectories against them.
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { LoweredCircuit } from "../../../../../domains/kernels/circuit.ts";
import { densityDistribution, densityRun, depolarized, trace, zeroDensity } from "../../../../../domains/kernels/statevector/density.ts";
import { NOISELESS, checkNoise, type NoiseModel, type Relaxation } from "../../../../../domains/kernels/noise.ts";
import { noisyPlan, overRotated } from "../../../../../domains/kernels/statevector/noise.ts";
import { runCircuitJob } from "../../../../../domains/kernels/statevector/kernel.ts";
import { planCircuit } from "../../../../../domains/kernels/statevector/plan.ts";
import type { State } from "../../../../../domains/kernels/statevector/reference.ts";
import { samplePlan } from "../../../../../domains/kernels/statevector/sample.ts";
import { meanOfNoisy, sampleNoisy as sampled } from "../../../../../domains/kernels/statevector/trajectories.ts";
import { lowered } from "../../../../support/clifford-circuits.ts";
import { onePerShot } from "../../../../support/noisy-shots.ts";
import { faultOf } from "../../../../support/refusals.ts";
import { gate, measure, measureAll, pauliSum, turned } from "../../../../support/statevector-circuits.ts";

const key = Uint32Array.of(7, 11);
const sampleNoisy = (circuit: LoweredCircuit, noise: NoiseModel, shots: number, under: Uint32Array, copies?: number): Uint8Array => sampled(circuit, noise, { shots, key: under, copies });
const times = (t1: number, t2: number, gate1: number, gate2: number, more: Partial<Relaxation> = {}): Relaxation => ({ t1, t2, gate1, gate2, measure: 0, reset: 0, ...more });
const repeated = (often: number, ...of: Parameters<typeof lowered>[2]) => Array.from({ length: often }, () => of).flat();

/** Tr(P ρ), letter of qubit 0 first: P|j⟩ = i^ys (-1)^|j & z| |j ^ x⟩. */
const densityValue = (rho: State, word: string): number => {
  const mask = (letters: string): number => [...word].reduce((sum, letter, qubit) => (letters.includes(letter) ? sum | (1 << qubit) : sum), 0);
  const [x, z, ys] = [mask("XY"), mask("YZ"), [...word].filter((letter) => letter === "Y").length];
  const size = 1 << (rho.qubits / 2);
  let sum = 0;
  for (let j = 0; j < size; j++) {
    const sign = 1 - 2 * ([...(j & z).toString(2)].filter((bit) => bit === "1").length % 2);
    const at = j + size * (j ^ x); // ⟨j|ρ|j ^ x⟩
    const [re, im] = [rho.re[at] ?? 0, rho.im[at] ?? 0];
    sum += sign * [re, -im, -re, im][ys % 4]!;
  }
  return sum;
};
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
    const [two, four] = [2, 4].map((m) => (densityDistribution(lowered(1, 1, [...repeated(m, gate("H", 0)), measure(0)]), { ...NOISELESS, depolarize1: p }).get("0") ?? 0) - 0.5);
    expect((1 - Math.sqrt((four ?? 0) / (two ?? 1))) / 2).toBeCloseTo((2 * p) / 3, 12); // r = (1 - f)(d - 1)/d
  });
  it("randomized benchmarking of pairs: f = 1 - 16p/15, B = 1/4; an error a gate of 4p/5", () => {
    const p = 0.03;
    const noise = { ...NOISELESS, depolarize2: p };
    const survival = (m: number): number => densityDistribution(lowered(2, 2, [...repeated(m, gate("CX", 0, 1)), measure(0), measure(1)]), noise).get("00") ?? 0;
    for (const m of [2, 8, 20]) expect(survival(m)).toBeCloseTo(0.25 + 0.75 * (1 - (16 * p) / 15) ** m, 12);
    const f = Math.sqrt((survival(4) - 0.25) / (survival(2) - 0.25));
    expect((1 - f) * 3 / 4).toBeCloseTo((4 * p) / 5, 12);
  });
  it("T1 and T2 are what energy and coherence decay by", () => {
    const noise: NoiseModel = { ...NOISELESS, relaxation: times(50, 70, 3, 5) };
    const end = (first: "X" | "H", often: number): State => densityRun(lowered(1, 0, [gate(first, 0), ...repeated(often, gate("S", 0))]), noise).get("")!;
    const excited = end("X", 4); // the last gate acts when the four before it are over
    expect(excited.re[3]).toBeCloseTo(Math.exp(-12 / 50), 12);
    const plus = end("H", 4);
    expect(plus.re[1]).toBeCloseTo(0.5 * Math.exp(-12 / 70), 12); // S⁴ is the identity
    const pair = densityRun(lowered(2, 0, [gate("X", 0), gate("CX", 0, 1), gate("CX", 1, 0)]), noise).get("")!;
    expect(pair.re[10]).toBeCloseTo(Math.exp(-(3 + 5 + 5) / 50), 12); // |10⟩: qubit 0 has lost 3, then both 5 of it
  });
  it("qubits relax while they wait, are measured, and stand behind a barrier", () => {
    const relaxation = times(50, 70, 3, 5, { measure: 11, reset: 7 });
    /** How long qubit 1 relaxes, by the density matrix and by the sites of the trajectories. */
    const waits = (time: number, ...of: Parameters<typeof lowered>[2]): void => {
      const circuit = lowered(2, 2, of);
      const noise = { ...NOISELESS, relaxation };
      expect([...densityDistribution(circuit, noise)].reduce((sum, [record, p]) => sum + (record[1] === "1" ? p : 0), 0)).toBeCloseTo(Math.exp(-time / 50), 12);
      expect(noisyPlan(circuit, noise).sites.reduce((sum, { kind, qubits, rate }) => (kind === "damping" && qubits[0] === 1 ? sum + rate : sum), 0)).toBeCloseTo(time / 50, 12);
    };
    waits(3 + 11, gate("X", 1), measure(1));
    waits(18 + 11, gate("X", 1), ...repeated(6, gate("X", 0)), { op: "BARRIER", on: [] }, measure(1));
    waits(3 + 11, ...repeated(6, gate("X", 0)), gate("X", 1), measure(1)); // begins at once
    waits(7 + 5 + 11, { op: "RESET", on: [0] }, gate("X", 1), gate("CZ", 0, 1), measure(1));
    waits(3 + 7 + 11, gate("X", 1), { op: "RESET", on: [1], when: [[0, 1]] }, measure(1)); // takes its time, and does not act
    // Hangs on a bit that is written at 3 + 11, and takes its time although it never acts.
    waits(14 + 3 + 11, gate("X", 1), gate("X", 0), measure(0, 0), { ...gate("X", 1), when: [[0, 0], [1, 1]] }, measure(1));
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
  relaxation: { ...NOISELESS, relaxation: times(20, 30, 2, 4) },
  "waiting and measuring": { ...NOISELESS, relaxation: times(30, 20, 1, 3, { measure: 9, reset: 4 }) },
  "next to certain": { ...NOISELESS, depolarize1: 1, readout: { zeroAsOne: 1, oneAsZero: 0.5 }, relaxation: times(1, 2, 0.5, 1) },
  "all of it": { depolarize1: 0.02, depolarize2: 0.05, relaxation: times(40, 25, 1, 3), readout: { zeroAsOne: 0.02, oneAsZero: 0.06 }, overRotation: 0.1 },
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
  if (freedom === 0) return 0;
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
  it.each(cases)("%s: %s, with the bits of one run a shot, whatever memory there is for checkpoints", (_, __, circuit, noise) => {
    const alone = onePerShot(circuit, noise, 300, key);
    for (const copies of [undefined, 0, 1, 2]) expect(sampleNoisy(circuit, noise, 300, key, copies)).toEqual(alone);
    expect(sampleNoisy(circuit, noise, 40, key)).toEqual(alone.subarray(0, 40 * circuit.clbits));
  });
  it("large enough for programs, with the bits of gate by gate", () => {
    const layer = Array.from({ length: 11 }, (_, qubit) => [turned("RY", 0.3 + qubit, qubit), gate("CX", qubit, (qubit + 1) % 11), turned("CP", 0.2 * qubit, qubit, (qubit + 4) % 11)]).flat();
    const circuit = lowered(11, 11, [...repeated(3, ...layer), measure(4, 0), { ...gate("X", 2), when: [[0, 1]] }, ...layer, ...measureAll(11)]);
    const noise: NoiseModel = { depolarize1: 0.002, depolarize2: 0.004, relaxation: times(2_000, 1_500, 1, 3, { measure: 10 }), readout: { zeroAsOne: 0.01, oneAsZero: 0.02 }, overRotation: 0.01 };
    const alone = onePerShot(circuit, noise, 60, key);
    for (const copies of [undefined, 0, 1]) expect(sampleNoisy(circuit, noise, 60, key, copies)).toEqual(alone);
  });
  it("under damping that leaves next to nothing of a state's norm", () => {
    const circuit = lowered(2, 2, [gate("H", 0), gate("H", 1), ...repeated(300, gate("X", 0), gate("CX", 0, 1)), ...measureAll(2)]);
    const noise: NoiseModel = { ...NOISELESS, relaxation: times(1, 1, 0.8, 1.4) };
    const bits = sampleNoisy(circuit, noise, 400, key);
    expect(deviation(circuit, noise, bits, 400)).toBeLessThan(4);
    expect(bits).toEqual(onePerShot(circuit, noise, 400, key));
  });
  it("noise shifts no measurement's draw: shots run one by one under next to none read what they read without", () => {
    for (const circuit of Object.values(CIRCUITS)) {
      const plain = samplePlan(planCircuit(circuit), 500, key);
      expect(sampleNoisy(circuit, NOISELESS, 500, key)).toEqual(plain);
      expect(sampleNoisy(circuit, { ...NOISELESS, relaxation: times(1e13, 1e13, 1, 1) }, 500, key)).toEqual(plain);
    }
  });
  it("turns too far are those of the circuit turned too far", () => {
    const circuit = CIRCUITS["gates, then all measured"]!;
    const noise = { ...NOISELESS, overRotation: 0.3 };
    expect(sampleNoisy(circuit, noise, 300, key)).toEqual(samplePlan(planCircuit(overRotated(circuit, noise)), 300, key));
  });
});

describe("the mean of an observable", () => {
  const observable = pauliSum([[1, "ZII"], [0.5, "XXI"], [-0.75, "IYZ"], [2, "III"]]);
  const exactMean = (noise: NoiseModel): number => {
    const rho = densityRun(lowered(3, 0, bell), noise).get("")!;
    return [["ZII", 1], ["XXI", 0.5], ["IYZ", -0.75], ["III", 2]].reduce((sum, [word, coefficient]) => sum + Number(coefficient) * densityValue(rho, String(word)), 0);
  };
  it.each(Object.entries(MODELS))("%s: within 5 standard errors of the density matrix's", (_, noise) => {
    const shots = 4_000;
    expect(Math.abs(meanOfNoisy(lowered(3, 0, bell), noise, observable, { shots, key }) - exactMean(noise))).toBeLessThan((5 * 2.25) / Math.sqrt(shots));
  });
  it("is the exact value where there is no noise, and the same whatever memory there is", () => {
    const exact = runCircuitJob({ mode: "expectation", circuit: lowered(3, 0, bell), observable });
    expect(exact.mode === "expectation" && Math.abs((exact.value[0] ?? NaN) - meanOfNoisy(lowered(3, 0, bell), NOISELESS, observable, { shots: 3, key }))).toBeLessThan(1e-14);
    const run = (copies?: number): number => meanOfNoisy(lowered(3, 0, bell), MODELS["all of it"]!, observable, { shots: 500, key, copies });
    expect([run(0), run(1), run(2)]).toEqual([run(), run(), run()]);
  });
});

describe("a model", () => {
  it.each<[string, Partial<NoiseModel>]>([
    ["whose T2 is beyond 2·T1", { relaxation: times(10, 20.001, 1, 1) }], ["with a negative time", { relaxation: times(-1, 1, 1, 1) }],
    ["with an endless gate", { relaxation: times(1, 1, Infinity, 1) }], ["with more than certainty", { depolarize1: 1.1 }],
    ["with a readout that is none", { readout: { zeroAsOne: NaN, oneAsZero: 0 } }], ["with an infinite turn", { overRotation: Infinity }],
  ])("%s is refused", (_, wrong) => {
    expect(faultOf(() => { checkNoise({ ...NOISELESS, ...wrong }); })).toMatchObject({ fault: "KERNEL_REFUSED" });
  });
  it("at the edge is taken", () => { checkNoise({ ...NOISELESS, depolarize2: 1, relaxation: times(10, 20, 0, 1) }); });
});

describe("a reading under a condition", () => {
  const readout = { zeroAsOne: 1, oneAsZero: 0 };
  const onBit = (bit: number): LoweredCircuit => lowered(3, 3, [measure(0), { ...measure(1), when: [[0, bit]] }, gate("H", 2), measure(2)]);
  it.each([[1, "11"], [0, "10"]] as const)("is recorded wrongly where it is made and not where it is not: if bit 0 is %i", (bit, expected) => {
    for (const copies of [undefined, 0]) {
      const bits = sampleNoisy(onBit(bit), { ...NOISELESS, readout }, 50, key, copies);
      const shots = Array.from({ length: 50 }, (_, shot) => bits.subarray(3 * shot, 3 * shot + 3).join(""));
      expect(new Set(shots)).toEqual(new Set([`${expected}1`]));
    }
  });
  it("is made in the shots whose bit says so, behind a reading of the same range that is not", () => {
    const circuit = lowered(3, 4, [gate("H", 0), measure(0), { ...measure(1, 1), when: [[0, 1]] }, { ...measure(2, 2), when: [[0, 0]] }, measure(1, 3)]);
    for (const copies of [undefined, 0]) {
      const bits = sampleNoisy(circuit, { ...NOISELESS, readout: { zeroAsOne: 0.5, oneAsZero: 0 } }, 2_000, key, copies);
      const seen = new Map<string, number>();
      for (let shot = 0; shot < 2_000; shot++) {
        const record = bits.subarray(4 * shot, 4 * shot + 3).join("");
        seen.set(record, (seen.get(record) ?? 0) + 1);
      }
      // Bit 0 reads 1 in three quarters; then bit 1 may, else bit 2, each in half of them.
      expect([...seen.keys()].sort()).toEqual(["000", "001", "100", "110"]);
      for (const [record, p] of [["000", 1 / 8], ["001", 1 / 8], ["100", 3 / 8], ["110", 3 / 8]] as const) expect(Math.abs((seen.get(record) ?? 0) / 2_000 - p)).toBeLessThan(5 * Math.sqrt(p * (1 - p) / 2_000));
    }
  });
});
