import { describe, expect, it } from "vitest";
import { runFrameJob } from "../../../../../domains/kernels/frames/kernel.ts";
import { bytesOfRow, type FrameRows } from "../../../../../domains/kernels/frames/program.ts";
import { openSampler } from "../../../../../domains/kernels/frames/sampler.ts";
import { generateCircuit } from "../../../../../domains/q/codes/generate.ts";
import { compileFrames } from "../../../../../domains/q/stim/compile.ts";
import { GATES } from "../../../../../domains/q/stim/gates.ts";
import { referenceSample, withoutNoise } from "../../../../../domains/q/stim/noiseless.ts";
import { parseStim } from "../../../../../domains/q/stim/parse.ts";
import { chiSquareScore } from "../../../../support/chi-square.ts";
import { faultOf } from "../../../../support/refusals.ts";

const key = Uint32Array.of(0x5eed, 0x15);
const SHOTS = 200_000;

/** How often each row came, of circuits whose row is one byte. */
function histogram(text: string, rows: FrameRows, shots = SHOTS): number[] {
  const circuit = parseStim(text);
  const program = compileFrames(circuit, referenceSample(circuit));
  const counts = new Array<number>(256).fill(0);
  for (const byte of runFrameJob({ program, rows, first: 0, shots, key })) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts;
}

/** Two Bell pairs 0-2 and 1-3, `noise` on 0 and 1, a Bell measurement: bits Z of 0, X of 0, Z of 1, X of 1 (X and Z the parts of the error). */
const betweenBells = (noise: string): string => `R 0 1 2 3\nH 0 1\nCX 0 2 1 3\n${noise}\nCX 0 2 1 3\nH 0 1\nM 0 2 1 3`;

/** Probabilities by the bits above, from those of Pauli pairs such as "XI". */
function paulis(given: Readonly<Record<string, number>>): number[] {
  const bits = { I: 0, X: 2, Y: 3, Z: 1 } as const;
  const odds = new Array<number>(256).fill(0);
  for (const [pair, p] of Object.entries(given)) {
    const [a, b] = [pair[0] as keyof typeof bits, pair[1] as keyof typeof bits];
    odds[bits[a] | (bits[b] << 2)] = (odds[bits[a] | (bits[b] << 2)] ?? 0) + p;
  }
  const rest = 1 - odds.reduce((sum, p) => sum + p, 0);
  odds[0] = (odds[0] ?? 0) + rest;
  return odds;
}

const PAIRS = [..."IXYZ"].flatMap((a) => [..."IXYZ"].map((b) => a + b)).slice(1);

const CHANNELS: readonly (readonly [noise: string, odds: number[]])[] = [
  ["X_ERROR(0.1) 0", paulis({ XI: 0.1 })],
  ["Y_ERROR(0.02) 0", paulis({ YI: 0.02 })],
  ["Z_ERROR(0.3) 1", paulis({ IZ: 0.3 })],
  ["X_ERROR(1) 0", paulis({ XI: 1 })],
  ["DEPOLARIZE1(0.09) 0", paulis({ XI: 0.03, YI: 0.03, ZI: 0.03 })],
  ["DEPOLARIZE2(0.3) 0 1", paulis(Object.fromEntries(PAIRS.map((pair) => [pair, 0.02])))],
  ["PAULI_CHANNEL_1(0.1, 0.2, 0.05) 1", paulis({ IX: 0.1, IY: 0.2, IZ: 0.05 })],
  [`PAULI_CHANNEL_2(${PAIRS.map((_, k) => (k + 1) / 200).join(", ")}) 0 1`, paulis(Object.fromEntries(PAIRS.map((pair, k) => [pair, (k + 1) / 200])))],
  ["E(0.2) X0 Y1", paulis({ XY: 0.2 })],
  ["E(0.2) X0\nELSE_CORRELATED_ERROR(0.25) Z0 Z1\nELSE_CORRELATED_ERROR(0.5) Y1", paulis({ XI: 0.2, ZZ: 0.2, IY: 0.3 })],
  ["E(1) X0\nELSE_CORRELATED_ERROR(1) Z0", paulis({ XI: 1 })],
  ["I_ERROR(0.5) 0\nII_ERROR(0.5) 0 1", paulis({})],
];

describe("noise of compiled circuits", () => {
  it.each(CHANNELS)("strikes with its probabilities: %s", (noise, odds) => {
    expect(chiSquareScore(histogram(betweenBells(noise), "measurements"), odds.map((p) => p * SHOTS))).toBeLessThan(4);
  });

  it("heralds erasures, and erases a quarter each way", () => {
    const erased = histogram(betweenBells("HERALDED_ERASE(0.2) 0"), "measurements").slice(0, 32);
    const odds = paulis({ II: 0, XI: 0.05, YI: 0.05, ZI: 0.05 }).slice(0, 4);
    const expected = new Array<number>(32).fill(0);
    odds.forEach((p, pauli) => { expected[1 | (pauli << 1)] = pauli === 0 ? 0.05 * SHOTS : p * SHOTS; });
    expected[0] = 0.8 * SHOTS;
    expect(chiSquareScore(erased, expected)).toBeLessThan(4);
  });

  it("heralds Pauli errors", () => {
    const counts = histogram(betweenBells("HERALDED_PAULI_CHANNEL_1(0.01, 0.02, 0.03, 0.04) 0"), "measurements").slice(0, 32);
    const expected = new Array<number>(32).fill(0);
    [[0, 0.01], [2, 0.02], [3, 0.03], [1, 0.04]].forEach(([pauli = 0, p = 0]) => { expected[1 | (pauli << 1)] = p * SHOTS; });
    expected[0] = 0.9 * SHOTS;
    expect(chiSquareScore(counts, expected)).toBeLessThan(4);
  });

  it.each(["M(0.1) 0", "MX(0.1) 0", "MY(0.1) 0", "MR(0.1) 0", "MRX(0.1) 0", "MRY(0.1) 0", "MXX(0.1) 0 1", "MYY(0.1) 0 1", "MZZ(0.1) 0 1", "MPP(0.1) X0*Y1*Z2", "MPAD(0.1) 0"])("misreads records: %s", (measure) => {
    // What was just measured is measured again without noise: only the record was wrong.
    const again = measure.replace("(0.1)", "").replace("MR", "M");
    const text = measure.startsWith("MR") ? `${measure.replace("MR", "R").replace("(0.1)", "")}\n${measure}\n${again}` : `${again}\n${measure}\n${again}`;
    const counts = histogram(`${text}\nDETECTOR rec[-1] rec[-2]`, "detections");
    expect(chiSquareScore(counts, [0.9 * SHOTS, 0.1 * SHOTS])).toBeLessThan(4);
  });
});

describe("compiled circuits", () => {
  it("take every instruction that there is", () => {
    const targets = { none: "", qubits: "0 1", pairs: "0 1", products: "X0*Y1 Z2", product: "X0 Y1", records: "rec[-1]", "records or paulis": "rec[-1] X0", digits: "0 1" };
    for (const gate of GATES.values()) {
      const args = gate.args.least === 0 ? "" : `(${new Array(gate.args.least).fill(gate.args.are === "index" ? "0" : "0.01").join(",")})`;
      const text = `M 0 1 2\n${gate.name.startsWith("ELSE") ? "E(0.1) X0\n" : ""}${gate.name}${args} ${targets[gate.targets]}`;
      expect(openSampler(compileFrames(parseStim(text)), "detections").rowBytes, gate.name).toBeGreaterThanOrEqual(0);
    }
  });

  it("refuse what they cannot have, by name and line", () => {
    expect(faultOf(() => compileFrames(parseStim("M 0\nDETECTOR rec[-2]"))).detail).toEqual({ line: 2, column: 1, what: "DETECTOR: rec[-2] is before the first measurement" });
    expect(faultOf(() => compileFrames(parseStim("M 0\n\nELSE_CORRELATED_ERROR(0.1) X0"))).detail).toEqual({ line: 3, column: 1, what: "ELSE_CORRELATED_ERROR: no error before it" });
    expect(faultOf(() => compileFrames([{ name: "T", tag: "", args: [], targets: [0], line: 7 }])).detail).toEqual({ line: 7, what: "T: no such instruction" });
    expect(faultOf(() => withoutNoise([{ name: "T", tag: "", args: [], targets: [0], line: 7 }])).detail).toEqual({ line: 7, what: "T: no such instruction" });
    expect(faultOf(() => withoutNoise(parseStim("H 0\nREPEAT 100000000 {\n  M 0\n}")))).toMatchObject({ fault: "STIM_LIMIT", detail: { line: 3, what: "more measurements in a noiseless shot than are unrolled" } });
  });

  it("repeat blocks as if they were written out", () => {
    const body = "X_ERROR(0.1) 0 1\nCX 0 1\nM 1\nDETECTOR rec[-1] rec[-2]\n";
    const folded = compileFrames(parseStim(`M 0 1\nREPEAT 3 {\n${body}REPEAT 2 {\n${body}}\n}\nOBSERVABLE_INCLUDE(2) rec[-1]`));
    const unrolled = compileFrames(parseStim(`M 0 1\n${body.repeat(9)}OBSERVABLE_INCLUDE(2) rec[-1]`));
    const rows = (program: typeof folded): Uint8Array => runFrameJob({ program, rows: "detections", first: 0, shots: 3_000, key });
    expect(Buffer.compare(rows(folded), rows(unrolled))).toBe(0);
    expect(rows(folded).some((byte) => byte !== 0)).toBe(true);
  });

  // shared design figures: mean detection events a shot, one Stim run of many shots each
  it.each([[3, 0.001, 0.296], [5, 0.001, 1.76], [7, 0.001, 5.343], [3, 0.01, 2.629], [5, 0.01, 15.4], [7, 0.01, 46.24]])("detect as many events as Stim: distance %i at %f", (distance, p, mean) => {
    const program = compileFrames(generateCircuit("surface_code:rotated_memory_z", {
      distance, rounds: distance, afterCliffordDepolarization: p, beforeRoundDataDepolarization: p, beforeMeasureFlipProbability: p, afterResetFlipProbability: p,
    }));
    const sampler = openSampler(program, "detections");
    const shots = 51_200;
    const bytes = new Uint8Array(shots * bytesOfRow(program, "detections"));
    sampler.sample(key, 0, shots, bytes);
    let events = 0, squares = 0;
    for (let shot = 0; shot < shots; shot++) {
      let here = 0;
      for (let bit = 0; bit < program.detectors; bit++) here += ((bytes[shot * sampler.rowBytes + (bit >> 3)] ?? 0) >> (bit & 7)) & 1;
      events += here;
      squares += here * here;
    }
    const own = events / shots;
    const error = Math.sqrt((squares / shots - own * own) / shots);
    expect(Math.abs(own - mean)).toBeLessThan(4 * error + 0.0005 * mean);
  });
});
