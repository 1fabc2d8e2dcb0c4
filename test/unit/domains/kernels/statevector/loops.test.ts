// Every loop of fused tiles, with and without qubit 0 among its slots, with angles on either side of a quarter turn, against gate by gate.
import { describe, expect, it } from "vitest";
import { planCircuit } from "../../../../../domains/kernels/statevector/plan.ts";
import { Register } from "../../../../../domains/kernels/statevector/register.ts";
import { StagedPlan } from "../../../../../domains/kernels/statevector/stages.ts";
import { lowered, type Instruction } from "../../../../support/clifford-circuits.ts";
import { Doubles } from "../../../../support/random-doubles.ts";
import { gate, turned } from "../../../../support/statevector-circuits.ts";

const QUBITS = 6;
const KINDS = ["RX", "RY", "RZ", "H", "I"] as const;
type Kind = (typeof KINDS)[number];

/** A state without a zero, gate by gate. */
const before = (() => {
  const random = new Doubles(3);
  const layer = (op: "RX" | "RY"): Instruction[] => Array.from({ length: QUBITS }, (_, qubit) => turned(op, random.between(0.2, 1.4), qubit));
  const chain = Array.from({ length: QUBITS - 1 }, (_, qubit) => gate("CX", qubit, qubit + 1));
  return [...layer("RX"), ...chain, ...layer("RY"), ...chain];
})();

const PROGRAM_BYTES = 65_536;
const plain = prepared();
const planned = prepared();

/** In the state of `before`, which it goes back to. */
function prepared(): Register {
  const register = new Register({ qubits: QUBITS, program: PROGRAM_BYTES });
  for (const step of planCircuit(lowered(QUBITS, 0, before)).steps) register.apply(step);
  register.save(0);
  return register;
}

function gateByGate(gates: readonly Instruction[]): Float64Array {
  plain.restore(0);
  for (const step of planCircuit(lowered(QUBITS, 0, gates)).steps) plain.apply(step);
  return plain.amplitudes();
}

function fused(gates: readonly Instruction[]): Float64Array {
  const staged = new StagedPlan(planCircuit(lowered(QUBITS, 0, gates)), { fusion: "fused", qubitsMin: 3 });
  expect(staged.programBytes).toBeLessThanOrEqual(PROGRAM_BYTES);
  planned.restore(0);
  planned.evolve(staged, 0);
  const scale = Math.sqrt(planned.gain);
  return planned.amplitudes().map((value) => scale * value);
}

/** The largest distance of an amplitude from its like, but for one phase that all share. */
function distance(a: Float64Array, b: Float64Array): number {
  let [re, im] = [0, 0];
  for (let at = 0; at < a.length; at += 2) {
    const [ar = 0, ai = 0, br = 0, bi = 0] = [a[at], a[at + 1], b[at], b[at + 1]];
    re += ar * br + ai * bi;
    im += ai * br - ar * bi;
  }
  let most = Math.abs(Math.hypot(re, im) - 1);
  for (let at = 0; at < a.length; at += 2) {
    const [ar = 0, ai = 0, br = 0, bi = 0] = [a[at], a[at + 1], b[at], b[at + 1]];
    most = Math.max(most, Math.hypot(ar - (re * br - im * bi), ai - (re * bi + im * br)));
  }
  return most;
}

const turn = (kind: Kind, qubit: number, angle: number): readonly Instruction[] =>
  (kind === "I" ? [] : kind === "H" ? [gate("H", qubit)] : [turned(kind, angle, qubit)]);
const triples = KINDS.flatMap((a) => KINDS.flatMap((b) => KINDS.map((c) => [a, b, c] as const)));
const placed = [[0, 1, 2], [1, 3, 5], [2, 0, 4], [5, 4, 3]] as const;
/** None, a sign, a permutation, both, and one that a qubit outside decides. */
const moves: readonly (readonly [name: string, after: (qubits: readonly [number, number, number]) => Instruction[]])[] = [
  ["nothing", () => []],
  ["CZ", ([a, b]) => [gate("CZ", a, b)]],
  ["CX", ([a, , c]) => [gate("CX", c, a)]],
  ["CZ and CX", ([a, b, c]) => [gate("CZ", b, c), gate("CX", a, b), gate("Z", c)]],
  ["CX from outside", (qubits) => [gate("CX", [0, 1, 2, 3, 4, 5].find((qubit) => !qubits.includes(qubit)) ?? 0, qubits[1])]],
];

describe.each(moves)("three gates, then %s", (_, after) => {
  it.each(placed)("on %i, %i and %i", (...qubits) => {
    for (const kinds of triples) {
      for (const angles of [[0.3, -0.8, 1.1], [2.2, 3.9, -2.5], [0.4, 2.8, -1.9]]) {
        const gates = [...kinds.flatMap((kind, at) => turn(kind, qubits[at] ?? 0, angles[at] ?? 0)), ...after(qubits)];
        expect(distance(gateByGate(gates), fused(gates)), kinds.join()).toBeLessThan(1e-13);
      }
    }
  });
});
