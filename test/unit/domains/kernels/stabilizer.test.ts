// The stabilizer kernel on circuits whose answer is known, at the sizes it is for.
import { describe, expect, it } from "vitest";
import type { CircuitJob, LoweredCircuit } from "../../../../domains/kernels/circuit.ts";
import { decodeCircuitJob, encodeCircuitJob } from "../../../../domains/kernels/circuit.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { philoxUniform } from "../../../../domains/kernels/philox/portable.ts";
import { runStabilizerJob, stabilizerKernel } from "../../../../domains/kernels/stabilizer/kernel.ts";
import { lowered } from "../../../support/clifford-circuits.ts";
import type { Instruction } from "../../../support/clifford-circuits.ts";

const KEY = Uint32Array.of(0x12345678, 0x9abcdef0);
const coin = (shot: number, draw: number): number => (philoxUniform(0x12345678, 0x9abcdef0, shot, draw) < 0.5 ? 0 : 1);

function shotsOf(circuit: LoweredCircuit, shots: number): number[][] {
  const output = runStabilizerJob({ mode: "sample", circuit, shots, key: KEY });
  if (output.mode !== "sample") throw new Error(output.mode);
  return Array.from({ length: shots }, (_, shot) => [...output.bits.subarray(shot * circuit.clbits, (shot + 1) * circuit.clbits)]);
}

const measure = (qubit: number, clbit: number): Instruction => ({ op: "MEASURE", on: [qubit], clbit });
const measureAll = (n: number): Instruction[] => Array.from({ length: n }, (_, q) => measure(q, q));
const ghz = (n: number): Instruction[] =>
  [{ op: "H", on: [0] }, ...Array.from({ length: n - 1 }, (_, q): Instruction => ({ op: "CX", on: [q, q + 1] }))];

describe("outcomes", () => {
  it("reads 0 exactly when u(shot, ordinal) < 1/2, and draws nothing when the outcome is certain", () => {
    const circuit = lowered(2, 2, [...ghz(2), ...measureAll(2)]);
    shotsOf(circuit, 64).forEach((bits, shot) => { expect(bits).toEqual([coin(shot, 0), coin(shot, 0)]); });
  });

  it("keeps the ordinals of the rest when a condition skips a measurement or a reset", () => {
    const circuit = lowered(3, 3, [
      { op: "H", on: [0] }, { op: "H", on: [1] }, { op: "H", on: [2] },
      measure(0, 0),
      { ...measure(1, 1), when: [[0, 1]] },
      { op: "RESET", on: [1], when: [[0, 1]] },
      measure(2, 2),
    ]);
    const shots = shotsOf(circuit, 64);
    shots.forEach((bits, shot) => {
      expect(bits).toEqual([coin(shot, 0), coin(shot, 0) === 1 ? coin(shot, 1) : 0, coin(shot, 3)]);
    });
    expect(new Set(shots.map(String)).size).toBe(6);
  });

  it("resets an entangled qubit to 0 and leaves its partner what it was", () => {
    const circuit = lowered(2, 2, [...ghz(2), { op: "RESET", on: [0] }, ...measureAll(2)]);
    shotsOf(circuit, 32).forEach((bits, shot) => { expect(bits).toEqual([0, coin(shot, 0)]); });
  });

  it.each([
    { path: "many at once", conditional: { op: "X", on: [1] }, second: () => 1 },
    { path: "one by one", conditional: { op: "H", on: [1] }, second: (shot: number) => coin(shot, 1) },
  ] as const)("runs shots $path, over the borders of blocks and batches, without losing one", ({ conditional, second }) => {
    const circuit = lowered(2, 20, [{ op: "H", on: [0] }, measure(0, 19), { ...conditional, when: [[19, 1]] }, measure(1, 3)]);
    const output = runStabilizerJob({ mode: "sample", circuit, shots: 230_000, key: KEY });
    if (output.mode !== "sample") throw new Error(output.mode);
    const batch = Math.floor((1 << 22) / 20);
    for (const shot of [0, 1, 127, 128, 8191, 8192, batch - 1, batch, batch + 1, 229_999]) {
      const bits = [...output.bits.subarray(20 * shot, 20 * shot + 20)];
      const expected = new Array<number>(20).fill(0);
      expected[19] = coin(shot, 0);
      expected[3] = expected[19] === 1 ? second(shot) : 0;
      expect(bits).toEqual(expected);
    }
  });

  const BASES: Readonly<Record<string, readonly Instruction[]>> = {
    X: [{ op: "H", on: [1] }], Y: [{ op: "H", on: [1] }, { op: "S", on: [1] }], Z: [],
  };
  const UNDO: Readonly<Record<string, readonly Instruction[]>> = {
    X: [{ op: "H", on: [1] }], Y: [{ op: "SDG", on: [1] }, { op: "H", on: [1] }], Z: [],
  };
  it.each(["X", "Y", "Z"] as const)("a conditional %s flips the eigenstates of the two others, shots one by one or many at once", (op) => {
    for (const basis of ["X", "Y", "Z"] as const) {
      const circuit = lowered(2, 2, [
        ...BASES[basis] ?? [], { op: "H", on: [0] }, measure(0, 0), { op, on: [1], when: [[0, 1]] }, ...UNDO[basis] ?? [], measure(1, 1),
      ]);
      for (const shots of [3, 40]) {
        shotsOf(circuit, shots).forEach((bits, shot) => { expect(bits).toEqual([coin(shot, 0), op === basis ? 0 : coin(shot, 0)]); });
      }
    }
  });

  it.each([3, 40])("keeps what was read before the first coin in each of %i shots", (shots) => {
    const circuit = lowered(2, 9, [{ op: "X", on: [0] }, measure(0, 8), { op: "H", on: [1], when: [[8, 1]] }, measure(1, 1)]);
    shotsOf(circuit, shots).forEach((bits, shot) => { expect(bits).toEqual([0, coin(shot, 1), 0, 0, 0, 0, 0, 0, 1]); });
  });

  it("gives one answer in every shot of a circuit without a coin", () => {
    const circuit = lowered(2, 2, [
      { op: "X", on: [0] }, measure(0, 0), { op: "X", on: [1], when: [[0, 1]] }, { op: "RESET", on: [0] }, measure(1, 1),
    ]);
    expect(shotsOf(circuit, 3)).toEqual([[1, 1], [1, 1], [1, 1]]);
    expect(shotsOf(lowered(2, 0, [{ op: "H", on: [0] }]), 3)).toEqual([[], [], []]);
  });
});

describe("circuits with a known answer", () => {
  it("GHZ on 1,000 qubits: all bits of a shot are its one coin", () => {
    const shots = shotsOf(lowered(1000, 1000, [...ghz(1000), ...measureAll(1000)]), 12);
    shots.forEach((bits, shot) => { expect(new Set(bits)).toEqual(new Set([coin(shot, 0)])); });
    expect(new Set(shots.map((bits) => bits[0])).size).toBe(2);
  });

  it("GHZ on 10,000 qubits: all bits are the one coin, of one shot and of many", () => {
    const n = 10_000;
    const circuit = lowered(n, n, [...ghz(n), ...measureAll(n)]);
    for (const count of [1, 12]) shotsOf(circuit, count).forEach((bits, shot) => { expect(bits.every((bit) => bit === coin(shot, 0))).toBe(true); });
  });

  it("GHZ on 1,000 qubits: X…X and ZZ are certain, a lone Z and a missing X are not", () => {
    const n = 1000;
    const term = (letters: Readonly<Record<number, number>>, rest: number): number[] => Array.from({ length: n }, (_, q) => letters[q] ?? rest);
    const paulis = Uint8Array.from([term({}, 1), term({ 0: 3, 999: 3 }, 0), term({ 7: 3 }, 0), term({ 500: 0 }, 1), term({ 3: 2, 4: 2 }, 1)].flat());
    const value = (coefficients: readonly number[]): unknown => runStabilizerJob({
      mode: "expectation", circuit: lowered(n, 0, ghz(n)), observable: { coefficients: Float64Array.from(coefficients), paulis },
    });
    expect(value([1, 10, 100, 1000, 10000])).toEqual({ mode: "expectation", value: Float64Array.of(1 + 10 - 10000) });
  });

  it("4,096 qubits: measuring half of a graph state twice gives the same bits twice", () => {
    const n = 4096;
    const half = Array.from({ length: 32 }, (_, i) => 97 * i);
    const circuit = lowered(n, 64, [
      ...Array.from({ length: n }, (_, q): Instruction => ({ op: "H", on: [q] })),
      ...Array.from({ length: n - 1 }, (_, q): Instruction => ({ op: "CZ", on: [q, q + 1] })),
      ...half.map((q, i) => measure(q, i)), ...half.map((q, i) => measure(q, 32 + i)),
    ]);
    const [bits = []] = shotsOf(circuit, 1);
    expect(bits.slice(0, 32)).toEqual(half.map((_, i) => coin(0, i)));
    expect(bits.slice(32)).toEqual(bits.slice(0, 32));
  });

  it.each<{ readonly state: string; readonly word: readonly ("X" | "H" | "S" | "SDG")[] }>([
    { state: "0", word: [] }, { state: "1", word: ["X"] }, { state: "+", word: ["H"] },
    { state: "-", word: ["X", "H"] }, { state: "+i", word: ["H", "S"] }, { state: "-i", word: ["H", "SDG"] },
  ])("teleports |$state⟩", ({ word }) => {
    const inverse = { X: "X", H: "H", S: "SDG", SDG: "S" } as const;
    const circuit = lowered(3, 3, [
      ...word.map((op): Instruction => ({ op, on: [0] })),
      { op: "H", on: [1] }, { op: "CX", on: [1, 2] },
      { op: "CX", on: [0, 1] }, { op: "H", on: [0] }, measure(0, 0), measure(1, 1),
      { op: "X", on: [2], when: [[1, 1]] }, { op: "Z", on: [2], when: [[0, 1]] },
      ...word.toReversed().map((op): Instruction => ({ op: inverse[op], on: [2] })), measure(2, 2),
    ]);
    const shots = shotsOf(circuit, 40);
    expect(shots.map((bits) => bits[2])).toEqual(new Array(40).fill(0));
    expect(new Set(shots.map((bits) => String(bits.slice(0, 2)))).size).toBe(4);
  });

  it.each([-1, 0, 1, 2])("repetition code: a flip of data qubit %i is corrected by feed-forward", (flipped) => {
    const syndrome: Instruction[] = [
      { op: "CX", on: [0, 3] }, { op: "CX", on: [1, 3] }, { op: "CX", on: [1, 4] }, { op: "CX", on: [2, 4] },
      measure(3, 0), measure(4, 1), { op: "RESET", on: [3] }, { op: "RESET", on: [4] },
    ];
    const circuit = lowered(5, 5, [
      { op: "H", on: [0] }, { op: "CX", on: [0, 1] }, { op: "CX", on: [0, 2] },
      ...(flipped < 0 ? [] : [{ op: "X", on: [flipped] } as const]),
      ...syndrome,
      { op: "X", on: [0], when: [[0, 1], [1, 0]] }, { op: "X", on: [1], when: [[0, 1], [1, 1]] }, { op: "X", on: [2], when: [[0, 0], [1, 1]] },
      ...syndrome,
      measure(0, 2), measure(1, 3), measure(2, 4),
    ]);
    for (const [s0, s1, ...data] of shotsOf(circuit, 20)) {
      expect([s0, s1]).toEqual([0, 0]);
      expect(new Set(data).size).toBe(1);
    }
  });
});

describe("the kernel as bytes", () => {
  it("answers what the decoded job answers, alike on every call", () => {
    const job: CircuitJob = { mode: "sample", circuit: lowered(2, 2, [...ghz(2), ...measureAll(2)]), shots: 9, key: KEY };
    const bytes = stabilizerKernel.run(encodeCircuitJob(job));
    expect(unpack(bytes)).toEqual(runStabilizerJob(decodeCircuitJob(encodeCircuitJob(job))));
    expect([...stabilizerKernel.run(encodeCircuitJob(job))]).toEqual([...bytes]);
    expect(stabilizerKernel).toMatchObject({ name: "q.stabilizer", version: 1, binary: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});
