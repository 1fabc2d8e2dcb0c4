// Stabilizer kernel timings: gates and measurements at n = 1,000, and the ratio to the reference at n = 200.
// Run directly to print; `run` is for the bench collector. Figures are the best of repeated runs in one process: what others do on the machine only ever adds time.
import { pathToFileURL } from "node:url";
import type { LoweredCircuit } from "../../domains/kernels/circuit.ts";
import { runStabilizerJob } from "../../domains/kernels/stabilizer/kernel.ts";
import { cliffordProgram } from "../../domains/kernels/stabilizer/clifford.ts";
import { referenceJob } from "../../domains/kernels/stabilizer/reference.ts";
import { openTableau } from "../../domains/kernels/stabilizer/tableau.ts";
import { lowered } from "../support/clifford-circuits.ts";
import type { Instruction } from "../support/clifford-circuits.ts";
import { least, most, type Figure } from "./figure.ts";
import { addTime } from "./frames.bench.ts";

/**
 * Stim 1.16's tableau simulator at n = 1,000, the same gates, beside this kernel in the same minutes on one machine: a gate and a measurement in exclusive ors of
 * two planes of the frame kernel, which are timed in the same run. The design's page has 24.8 M gates/s and 19 µs from a faster machine.
 */
const STIM = { gate: 16.3, measurement: 6_940 } as const;


/** Random H, S and CX in equal parts: the mix of the figures in the design's performance page. */
function randomGates(qubits: number, count: number): Instruction[] {
  let state = 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
  return Array.from({ length: count }, () => {
    const a = below(qubits);
    const b = (a + 1 + below(qubits - 1)) % qubits;
    return ([{ op: "H", on: [a] }, { op: "S", on: [a] }, { op: "CX", on: [a, b] }] as const)[below(3)] ?? { op: "H", on: [a] };
  });
}

const measureAll = (qubits: number): Instruction[] =>
  Array.from({ length: qubits }, (_, q) => ({ op: "MEASURE", on: [q], clbit: q }));

function secondsOf(work: () => void, repeats: number): number {
  return Math.min(...Array.from({ length: repeats }, () => {
    const begin = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - begin) / 1e9;
  }));
}

/** Seconds of `start` (gates before the first coin) and of one shot after it. */
function phases(circuit: LoweredCircuit): { readonly gates: number; readonly shot: number } {
  const program = cliffordProgram(circuit);
  const samples = Array.from({ length: 25 }, () => {
    const tableau = openTableau(circuit.qubits);
    const bits = new Uint8Array(circuit.clbits);
    const gates = secondsOf(() => { tableau.start(program, circuit.conditions, circuit.clbits); }, 1);
    return { gates, shot: secondsOf(() => { tableau.sample(Uint32Array.of(1, 2), 0, bits); }, 1) };
  });
  return { gates: Math.min(...samples.map(({ gates }) => gates)), shot: Math.min(...samples.map(({ shot }) => shot)) };
}

export function run(): Promise<readonly Figure[]> {
  const large = 1_000, gateCount = 60_000;
  const { gates, shot } = phases(lowered(large, large, [...randomGates(large, gateCount), ...measureAll(large)]));
  const circuit = lowered(200, 200, [...randomGates(200, 4_000), ...measureAll(200)]);
  const job = { mode: "sample", circuit, shots: 1, key: Uint32Array.of(1, 2) } as const;
  const kernel = secondsOf(() => { runStabilizerJob(job); }, 9);
  const reference = secondsOf(() => { referenceJob(job); }, 3);
  const ghz: Instruction[] = Array.from({ length: large - 1 }, (_, q) => ({ op: "CX", on: [q, q + 1] }));
  const many = { mode: "sample", circuit: lowered(large, large, [{ op: "H", on: [0] }, ...ghz, ...measureAll(large)]), shots: 1_000, key: job.key } as const;
  const add = addTime() / 1e9;
  const wide = 10_000;
  const largest = { ...many, shots: 1, circuit: lowered(wide, wide, [{ op: "H", on: [0] }, ...Array.from({ length: wide - 1 }, (_, q): Instruction => ({ op: "CX", on: [q, q + 1] })), ...measureAll(wide)]) };
  return Promise.resolve([
    { name: "H, S, CX at random, n=1,000, rate to Stim's", value: gateCount / gates, unit: "gates/s", ratio: (STIM.gate * add * gateCount) / gates, goal: least(0.8) },
    { name: "measurement of a random state, n=1,000, time to Stim's", value: (shot / large) * 1e6, unit: "µs", ratio: shot / large / (STIM.measurement * add), goal: most(2) },
    { name: "GHZ-10000, one shot", value: secondsOf(() => { runStabilizerJob(largest); }, 2), unit: "s", goal: most(2) },
    { name: "GHZ-1000, 1,000 shots", value: secondsOf(() => { runStabilizerJob(many); }, 3) * 1e3, unit: "ms" },
    { name: "reference / kernel, n=200", value: reference / kernel, unit: "times" },
  ]);
}

/** What to profile: gates and measurements of a random state. */
export function subject(): Promise<void> {
  runStabilizerJob({ mode: "sample", circuit: lowered(1_000, 1_000, [...randomGates(1_000, 60_000), ...measureAll(1_000)]), shots: 5, key: Uint32Array.of(1, 2) });
  return Promise.resolve();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, value, unit } of await run()) console.log(`${name}: ${value.toPrecision(4)} ${unit}`);
}
