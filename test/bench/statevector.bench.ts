// State-vector timings, as ratios within one run: WebAssembly against the TypeScript reference, and a gate's pass against
// the bandwidth of a plain read-modify-write of the same bytes. Run directly to print; `run` is for the bench collector.
// Figures are the best of repeated runs: what others do on the machine only ever adds time.
import { pathToFileURL } from "node:url";
import { runCircuitJob } from "../../domains/kernels/statevector/kernel.ts";
import { planCircuit, type Step } from "../../domains/kernels/statevector/plan.ts";
import { referenceRun } from "../../domains/kernels/statevector/reference.ts";
import { Register } from "../../domains/kernels/statevector/register.ts";
import { lowered, type Instruction } from "../support/clifford-circuits.ts";
import { Doubles } from "../support/random-doubles.ts";
import { gate, measureAll, turned } from "../support/statevector-circuits.ts";
import type { Figure } from "./figure.ts";


/** Layers of one random rotation a qubit and a brickwork of CZ and CX: the mix of the design's performance page. */
function randomCircuit(qubits: number, layers: number): Instruction[] {
  const random = new Doubles(1);
  return Array.from({ length: layers }, (_, layer) => [
    ...Array.from({ length: qubits }, (_, qubit) => turned((["RX", "RY", "RZ"] as const)[random.word() % 3] ?? "RX", random.between(0, 6.28), qubit)),
    ...Array.from({ length: (qubits - (layer % 2)) >> 1 }, (_, pair) => gate(layer % 4 < 2 ? "CZ" : "CX", 2 * pair + (layer % 2), 2 * pair + (layer % 2) + 1)),
  ]).flat();
}

function secondsOf(work: () => void, repeats: number): number {
  return Math.min(...Array.from({ length: repeats }, () => {
    const begin = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - begin) / 1e9;
  }));
}

const stepsOf = (qubits: number, instructions: readonly Instruction[]): readonly Step[] => planCircuit(lowered(qubits, 0, instructions)).steps;

function evolution(qubits: number, instructions: readonly Instruction[], repeats: number): number {
  const register = new Register({ qubits });
  const steps = stepsOf(qubits, instructions);
  return secondsOf(() => { for (const step of steps) register.apply(step); }, repeats);
}

/** Times faster than the reference, per gate, on the first gates of the random circuit. */
function againstReference(qubits: number, gates: number): Figure {
  const instructions = randomCircuit(qubits, 1).slice(-gates);
  const kernel = evolution(qubits, instructions, 9);
  const reference = secondsOf(() => { referenceRun(lowered(qubits, 0, instructions)); }, 1);
  return { name: `reference / kernel, n=${qubits}`, value: reference / kernel, unit: "ratio" };
}

/** Share of the bandwidth of `scale`, the plainest pass over the state, that a rotation's pass reaches. */
function againstBandwidth(qubits: number, qubit: number): Figure {
  const register = new Register({ qubits });
  const [step] = stepsOf(qubits, [turned("RX", 0.3, qubit)]);
  const best = { plain: Infinity, rotation: Infinity };
  for (let round = 0; round < 15; round++) {
    best.plain = Math.min(best.plain, secondsOf(() => { register.wasm.scale(register.state, register.total, 1); }, 1));
    best.rotation = Math.min(best.rotation, secondsOf(() => { if (step !== undefined) register.apply(step); }, 1));
  }
  return { name: `RX on qubit ${qubit} / plain pass, n=${qubits}`, value: best.plain / best.rotation, unit: "of bandwidth" };
}

export function run(): Promise<readonly Figure[]> {
  const chain = Array.from({ length: 19 }, (_, qubit) => gate("CX", qubit, qubit + 1));
  const ghz = lowered(20, 20, [gate("H", 0), ...chain, ...measureAll(20)]);
  const random = (qubits: number, repeats: number): Figure =>
    ({ name: `random circuit, 20 layers, n=${qubits}`, value: evolution(qubits, randomCircuit(qubits, 20), repeats), unit: "s" });
  return Promise.resolve([
    againstReference(16, 24),
    againstReference(20, 3),
    againstBandwidth(20, 2),
    againstBandwidth(20, 12),
    random(16, 5),
    random(20, 2),
    { name: "GHZ-20, 10,000 shots", value: secondsOf(() => { runCircuitJob({ mode: "sample", circuit: ghz, shots: 10_000, key: Uint32Array.of(1, 2) }); }, 7) * 1e3, unit: "ms" },
  ]);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, value, unit } of await run()) console.log(`${name}: ${value.toPrecision(4)} ${unit}`);
}
