// Noise on random circuits, with readings, resets and conditions anywhere: the sites of trajectories as channels, the judge's matrices and the oracle's
// give the same probabilities; the tree of histories gives the bits of one run a shot.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OP, type LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import type { NoiseModel } from "../../../../domains/kernels/noise.ts";
import { densityDistribution, depolarized, relaxed, trace, zeroDensity } from "../../../../domains/kernels/statevector/density.ts";
import { noisyPlan, overRotated, type Site } from "../../../../domains/kernels/statevector/noise.ts";
import { qubitsOf, type Step } from "../../../../domains/kernels/statevector/plan.ts";
import { applyMatrix, gateMatrix, type Matrix, type State } from "../../../../domains/kernels/statevector/reference.ts";
import { sampleNoisy } from "../../../../domains/kernels/statevector/trajectories.ts";
import { noisyDistribution } from "../../../../domains/q/judge/noisy-walk.ts";
import { knownParities } from "../../../../domains/q/judge/pauli-means.ts";
import { cliffordGate, lowered } from "../../../support/clifford-circuits.ts";
import { onePerShot } from "../../../support/noisy-shots.ts";
import { anyKey, measureAll, measuredCircuit } from "../../../support/statevector-circuits.ts";

const RUNS = process.env["TRIAD_LONG"] === "1" ? 2_000 : 25;
const p = fc.oneof({ weight: 3, arbitrary: fc.double({ min: 0, max: 0.3, noNaN: true }) }, { weight: 1, arbitrary: fc.constantFrom(0, 1) });
const time = fc.oneof({ weight: 2, arbitrary: fc.double({ min: 0, max: 5, noNaN: true }) }, { weight: 1, arbitrary: fc.constant(0) });
const relaxation = fc.record({ t1: fc.double({ min: 1, max: 50, noNaN: true }), t2: fc.double({ min: 0.1, max: 1, noNaN: true }), gate1: time, gate2: time, measure: time, reset: time })
  .map((one) => ({ ...one, t2: 2 * one.t1 * one.t2 }));
const anyNoise: fc.Arbitrary<NoiseModel> = fc.record({
  depolarize1: p, depolarize2: p, relaxation: fc.option(relaxation, { nil: undefined }), readout: fc.record({ zeroAsOne: p, oneAsZero: p }), overRotation: fc.constantFrom(0, 0.2),
}).map(({ relaxation: times, ...rest }) => (times === undefined ? rest : { ...rest, relaxation: times }));

type Branches = Map<string, State>;

function scaled({ qubits, re, im }: State, by: number, onto?: State): State {
  return { qubits, re: re.map((part, at) => by * part + (onto?.re[at] ?? 0)), im: im.map((part, at) => by * part + (onto?.im[at] ?? 0)) };
}
function conjugated(rho: State, matrix: Matrix, qubits: readonly number[]): State {
  const image = scaled(rho, 1);
  applyMatrix(image, matrix, qubits);
  applyMatrix(image, matrix.map((row) => row.map(([re, im]) => [re, -im] as const)), qubits.map((qubit) => qubit + rho.qubits / 2));
  return image;
}

/** The steps and sites of a noisy plan, each as the channel it stands for. */
class Channels {
  branches: Branches;
  readonly #conditions: Int32Array;
  readonly #angles: ReadonlyMap<Step, number>;
  constructor(circuit: LoweredCircuit, angles: ReadonlyMap<Step, number>) {
    this.branches = new Map([["0".repeat(circuit.clbits), zeroDensity(circuit.qubits)]]);
    [this.#conditions, this.#angles] = [circuit.conditions, angles];
  }
  #each(change: (record: string, rho: State) => readonly (readonly [string, State])[]): void {
    const next: Branches = new Map();
    for (const [from, rho] of this.branches) for (const [record, part] of change(from, rho)) next.set(record, scaled(part, 1, next.get(record)));
    this.branches = next;
  }
  #holds(at: number, record: string): boolean {
    return at < 0 || Array.from({ length: this.#conditions[at] ?? 0 }, (_, pair) => at + 1 + 2 * pair).every((place) => record[this.#conditions[place] ?? 0] === String(this.#conditions[place + 1]));
  }
  step(step: Step): void {
    const { opcode, q0, clbit, condition } = step;
    this.#each((record, rho) => {
      if (!this.#holds(condition, record)) return [[record, rho]];
      if (opcode !== OP.MEASURE && opcode !== OP.RESET) return [[record, conjugated(rho, gateMatrix(opcode, this.#angles.get(step) ?? 0), qubitsOf(step))]];
      const [zero, one] = ([0, 1] as const).map((value) => conjugated(rho, [[[1 - value, 0], [0, 0]], [[0, 0], [value, 0]]], [q0])) as [State, State];
      if (opcode === OP.RESET) return [[record, zero], [record, conjugated(one, gateMatrix(OP.X, 0), [q0])]];
      return ([["0", zero], ["1", one]] as const).map(([bit, part]) => [record.slice(0, clbit) + bit + record.slice(clbit + 1), part] as const);
    });
  }
  site({ kind, qubits: [q0 = 0, ...more], condition, clbit, rate }: Site, { readout: { zeroAsOne, oneAsZero } }: NoiseModel): void {
    const met = 1 - Math.exp(-rate);
    this.#each((record, rho) => {
      if (kind === "damping") return [[record, relaxed(rho, met, 0, q0)]];
      if (kind === "flip") return [[record, relaxed(rho, 0, met, q0)]];
      if (kind === "pauli") return [[record, this.#holds(condition, record) ? depolarized(rho, met, [q0, ...more]) : rho]];
      const bit = record[clbit] === "1" ? 1 : 0;
      const wrong = (met * (bit === 1 ? oneAsZero : zeroAsOne)) / Math.max(zeroAsOne, oneAsZero);
      return [[record, scaled(rho, 1 - wrong)], [record.slice(0, clbit) + String(1 - bit) + record.slice(clbit + 1), scaled(rho, wrong)]];
    });
  }
}

/** By record, its probability; only of circuits all of whose readings act. */
function bySites(circuit: LoweredCircuit, noise: NoiseModel): ReadonlyMap<string, number> {
  const { plan: { steps, rest }, sites, walked } = noisyPlan(circuit, noise);
  const turned = overRotated(circuit, noise);
  const angled = [...turned.ops].flatMap((opcode, at) => (at % 8 === 0 && opcode < OP.RESET ? [turned.angles[turned.ops[at + 6] ?? -1] ?? 0] : []));
  const damping = new Set(sites.filter(({ kind }) => kind === "damping").map(({ at }) => at));
  const gates = steps.filter(({ opcode }, at) => opcode < OP.RESET && !damping.has(at));
  expect(gates).toHaveLength(angled.length);
  const channels = new Channels(circuit, new Map(gates.map((gate, at) => [gate, angled[at] ?? 0])));
  const left = sites.slice(0, walked);
  const upTo = (at: number): void => { while (left[0] !== undefined && left[0].at <= at) channels.site(left.shift() as Site, noise); };
  steps.forEach((step, at) => {
    upTo(at);
    if (!damping.has(at)) channels.step(step); // its site has done it
  });
  upTo(steps.length);
  for (const step of rest) channels.step(step);
  for (const site of sites.slice(walked)) channels.site(site, noise);
  return new Map([...channels.branches].map(([record, rho]) => [record, trace(rho)]));
}

const close = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): void => {
  for (const record of new Set([...a.keys(), ...b.keys()])) expect(Math.abs((a.get(record) ?? 0) - (b.get(record) ?? 0)), record).toBeLessThan(1e-11);
};
/** Readings without conditions. */
const read = measuredCircuit(3, 14).filter(({ ops }) => ops.every((opcode, at) => at % 8 !== 0 || opcode !== OP.MEASURE || ops[at + 5] === -1));

describe("noise on random circuits", () => {
  it("the judge's matrices are the oracle's", () => {
    fc.assert(fc.property(measuredCircuit(3, 14), anyNoise, (circuit, noise) => { close(noisyDistribution(circuit, noise), densityDistribution(circuit, noise)); }), { numRuns: RUNS });
  });
  it("the sites of trajectories, as channels, give the oracle's probabilities", () => {
    fc.assert(fc.property(read, anyNoise, (circuit, noise) => { close(bySites(circuit, noise), densityDistribution(circuit, noise)); }), { numRuns: RUNS });
  });
  it("what the judge knows of Clifford circuits is what their matrices say", () => {
    // Small enough that most means are not 0, so that signs show.
    const clifford = fc.array(cliffordGate(2).filter(({ angle }) => angle === undefined), { minLength: 1, maxLength: 14 }).map((gates) => lowered(2, 2, [...gates, ...measureAll(2)]));
    fc.assert(fc.property(clifford, p, p, p, p, (circuit, depolarize1, depolarize2, zeroAsOne, oneAsZero) => {
      const noise = { depolarize1, depolarize2, readout: { zeroAsOne, oneAsZero }, overRotation: 0 };
      const distribution = [...densityDistribution(circuit, noise)];
      const known = knownParities(circuit, noise);
      expect(known?.map(({ clbits }) => clbits)).toEqual([[0], [1], [0, 1]]);
      for (const { clbits, odd } of known ?? []) {
        const sum = distribution.reduce((total, [record, chance]) => (clbits.filter((clbit) => record[clbit] === "1").length % 2 === 1 ? total + chance : total), 0);
        expect(Math.abs(sum - odd), clbits.join()).toBeLessThan(1e-11);
      }
    }), { numRuns: 20 * RUNS });
  });
  it("the tree of histories gives the bits of one run a shot, whatever memory there is", () => {
    fc.assert(fc.property(measuredCircuit(4, 30), anyNoise, anyKey, fc.constantFrom(undefined, 0, 1, 2), (circuit, noise, key, copies) => {
      expect(sampleNoisy(circuit, noise, { shots: 40, key, copies })).toEqual(onePerShot(circuit, noise, 40, key));
    }), { numRuns: 2 * RUNS });
  });
});
