// Noise by trajectories: the tree of histories against one run a shot, with the same bits, in turns within one run. `run` is for the bench collector.
import { pathToFileURL } from "node:url";
import type { LoweredCircuit } from "../../domains/kernels/circuit.ts";
import { NOISELESS, type NoiseModel } from "../../domains/kernels/noise.ts";
import { sampleNoisy } from "../../domains/kernels/statevector/trajectories.ts";
import { lowered } from "../support/clifford-circuits.ts";
import { onePerShot } from "../support/noisy-shots.ts";
import { Doubles } from "../support/random-doubles.ts";
import { gate, measureAll, turned } from "../support/statevector-circuits.ts";
import { least, type Figure } from "./figure.ts";

const key = Uint32Array.of(7, 11);

/** Layers of one random rotation a qubit and a brickwork of CZ and CX, then all measured. */
function layered(qubits: number, layers: number): LoweredCircuit {
  const random = new Doubles(1);
  const gates = Array.from({ length: layers }, (_, layer) => [
    ...Array.from({ length: qubits }, (__, qubit) => turned((["RX", "RY", "RZ"] as const)[random.word() % 3] ?? "RX", random.between(0, 6.28), qubit)),
    ...Array.from({ length: (qubits - (layer % 2)) >> 1 }, (__, pair) => gate(layer % 4 < 2 ? "CZ" : "CX", 2 * pair + (layer % 2), 2 * pair + (layer % 2) + 1)),
  ]).flat();
  return lowered(qubits, qubits, [...gates, ...measureAll(qubits)]);
}

function seconds(work: () => unknown): number {
  const begin = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - begin) / 1e9;
}

interface Case { readonly name: string; readonly qubits: number; readonly layers: number; readonly shots: number; readonly noise: NoiseModel; readonly goal: number }

const PAULI: NoiseModel = { ...NOISELESS, depolarize1: 1e-5, depolarize2: 1e-4, readout: { zeroAsOne: 0.01, oneAsZero: 0.02 } };
const RELAXING: NoiseModel = { ...PAULI, relaxation: { t1: 100_000, t2: 80_000, gate1: 1, gate2: 3, measure: 30, reset: 30 } };
const NOISY: NoiseModel = { ...NOISELESS, depolarize1: 1e-3, depolarize2: 1e-2, relaxation: { t1: 2_000, t2: 1_500, gate1: 1, gate2: 3, measure: 30, reset: 30 } };

const CASES: readonly Case[] = [
  { name: "depolarizing, 1e-5 and 1e-4 a gate", qubits: 12, layers: 10, shots: 1_000, noise: PAULI, goal: 10 },
  { name: "depolarizing, 1e-5 and 1e-4 a gate", qubits: 16, layers: 10, shots: 200, noise: PAULI, goal: 10 },
  { name: "with T1 and T2 of 1e5 gates", qubits: 12, layers: 10, shots: 1_000, noise: RELAXING, goal: 10 },
  { name: "an error in most shots", qubits: 12, layers: 10, shots: 300, noise: NOISY, goal: 1.5 },
];

function against({ name, qubits, layers, shots, noise, goal }: Case): readonly Figure[] {
  const circuit = layered(qubits, layers);
  const best = [Infinity, Infinity];
  for (let round = 0; round < 3; round++) {
    best[0] = Math.min(best[0] ?? 0, seconds(() => onePerShot(circuit, noise, shots, key)));
    best[1] = Math.min(best[1] ?? 0, seconds(() => sampleNoisy(circuit, noise, { shots, key })));
  }
  const [alone = NaN, together = NaN] = best;
  const of = `${name}, n=${qubits}, ${layers} layers, ${shots} shots`;
  return [
    { name: `noise: ${of}`, value: together, unit: "s" },
    { name: `one run a shot / tree of histories: ${of}`, value: alone / together, unit: "ratio", goal: least(goal) },
  ];
}

export const run = (): readonly Figure[] => CASES.flatMap(against);
/** What to profile. */
export const subject = (): Promise<void> => {
  sampleNoisy(layered(14, 10), NOISY, { shots: 200, key });
  return Promise.resolve();
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, value, unit } of run()) console.log(`${name}: ${value.toPrecision(4)} ${unit}`);
}
