// Frames, tableau and state vector agree: random circuits of every unitary, measurement, reset and feedback, noiseless, by the distribution of
// all their measurements. Shots and seeds are fixed, so nothing here is left to chance between two runs.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runFrameJob } from "../../../../domains/kernels/frames/kernel.ts";
import { runStabilizerJob } from "../../../../domains/kernels/stabilizer/kernel.ts";
import { runCircuitJob } from "../../../../domains/kernels/statevector/kernel.ts";
import { compileFrames } from "../../../../domains/q/stim/compile.ts";
import { GATES, records, type Gate } from "../../../../domains/q/stim/gates.ts";
import { referenceSample, withoutNoise } from "../../../../domains/q/stim/noiseless.ts";
import { parseStim } from "../../../../domains/q/stim/parse.ts";
import { twoSampleScore } from "../../../support/chi-square.ts";

const long = process.env["TRIAD_LONG"] === "1";
const QUBITS = 4;
const SHOTS = 3_072;
/** Patterns of more measurements would be too many for the shots. */
const RECORDS_MAX = 7;

const usable = [...GATES.values()].filter(({ kind }) => kind !== "noise" && kind !== "annotation" && kind !== "herald" && kind !== "pad");
const unitary = usable.filter(({ kind }) => kind === "unitary");
const other = usable.filter(({ kind }) => kind !== "unitary");

const qubitsOf = fc.shuffledSubarray(Array.from({ length: QUBITS }, (_, q) => q), { minLength: QUBITS, maxLength: QUBITS });
const signs = fc.array(fc.boolean(), { minLength: QUBITS, maxLength: QUBITS });
const letters = fc.array(fc.constantFrom("X", "Y", "Z"), { minLength: QUBITS, maxLength: QUBITS });

function lineOf(gate: Gate, qubits: readonly number[], inverted: readonly boolean[], paulis: readonly string[]): string {
  const sign = (k: number): string => (gate.inverts && inverted[k] === true ? "!" : "");
  if (gate.targets === "products") return `${gate.name} ${qubits.slice(0, 1 + (qubits[0] ?? 0) % 3).map((q, k) => `${sign(k)}${paulis[k] ?? "X"}${q}`).join("*")}`;
  const some = qubits.slice(0, gate.targets === "pairs" ? 2 : 1 + (qubits[0] ?? 0) % 2);
  const again = gate.targets === "qubits" && paulis[3] === "Z" ? some.slice(0, 1) : []; // a qubit may be named twice
  return `${gate.name} ${[...some, ...again].map((q, k) => `${sign(k)}${q}`).join(" ")}`;
}

const step = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...unitary) }, { weight: 2, arbitrary: fc.constantFrom(...other) })
  .chain((gate) => fc.record({ gate: fc.constant(gate), qubits: qubitsOf, inverted: signs, paulis: letters, feedback: fc.option(fc.constantFrom("CX", "CY", "CZ", "XCZ", "YCZ"), { freq: 3 }), back: fc.nat() }));

/** Feedback hangs on any measurement there is. */
const circuitText = fc.array(step, { minLength: 6, maxLength: 26 }).map((steps) => {
  const lines: string[] = [];
  let recorded = 0;
  for (const { gate, qubits, inverted, paulis, feedback, back } of steps) {
    const line = lineOf(gate, qubits, inverted, paulis);
    const more = records(gate) ? (gate.targets === "qubits" ? line.split(" ").length - 1 : 1) : 0;
    if (recorded + more > RECORDS_MAX) continue;
    lines.push(line);
    recorded += more;
    const bit = `rec[-${1 + back % Math.max(1, recorded)}]`;
    if (feedback !== null && recorded > 0) lines.push(feedback.startsWith("C") ? `${feedback} ${bit} ${qubits[0] ?? 0}` : `${feedback} ${qubits[0] ?? 0} ${bit}`);
  }
  return [...lines, `M ${Array.from({ length: Math.max(1, RECORDS_MAX - recorded) }, (_, q) => q % QUBITS).slice(0, QUBITS).join(" ")}`].join("\n");
});

const patterns = (shots: number, bitAt: (shot: number, k: number) => boolean, bits: number): number[] => {
  const counts = new Array<number>(1 << bits).fill(0);
  for (let shot = 0; shot < shots; shot++) {
    let pattern = 0;
    for (let k = 0; k < bits; k++) if (bitAt(shot, k)) pattern |= 1 << k;
    counts[pattern] = (counts[pattern] ?? 0) + 1;
  }
  return counts;
};

describe("frames, tableau and state vector", () => {
  it("measure alike whatever Clifford circuit it is", () => {
    let random = 0;
    fc.assert(fc.property(circuitText, (text) => {
      const circuit = parseStim(text);
      const { circuit: lowered, inverted } = withoutNoise(circuit);
      const bits = inverted.length;
      const program = compileFrames(circuit, referenceSample(circuit));
      const rows = runFrameJob({ program, rows: "measurements", first: 0, shots: SHOTS, key: Uint32Array.of(7, 9) });
      const rowBytes = (bits + 7) >> 3;
      const frames = patterns(SHOTS, (shot, k) => (((rows[shot * rowBytes + (k >> 3)] ?? 0) >> (k & 7)) & 1) === 1, bits);
      const job = { mode: "sample", circuit: lowered, shots: SHOTS, key: Uint32Array.of(11, 13) } as const;
      const [tableau, dense] = [runStabilizerJob(job), runCircuitJob({ ...job, shots: 64 })];
      if (tableau.mode !== "sample" || dense.mode !== "sample") throw new Error("mode");
      expect(Buffer.compare(dense.bits, tableau.bits.subarray(0, dense.bits.length))).toBe(0);
      const exact = patterns(SHOTS, (shot, k) => (tableau.bits[shot * bits + k] === 1) !== inverted[k], bits);
      // A stabilizer circuit's patterns are all as probable as each other: what one has seen in so many shots the other has too.
      expect(frames.map((count) => count > 0)).toEqual(exact.map((count) => count > 0));
      expect(twoSampleScore(frames, exact)).toBeLessThan(7);
      if (exact.filter((count) => count > 0).length > 1) random += 1;
    }), { numRuns: long ? 3_000 : 60, seed: 15 });
    expect(random).toBeGreaterThan(20);
  });
});
