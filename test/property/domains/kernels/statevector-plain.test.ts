// Every way a state is evolved against plain matrices: thousands of circuits of every gate at every size up to 12 qubits, a few up to 22.
import process from "node:process";
import { afterAll, describe, expect, it } from "vitest";
import { ARITY, OP } from "../../../../domains/kernels/circuit.ts";
import { philoxUniform } from "../../../../domains/kernels/philox/portable.ts";
import { runCircuitJob } from "../../../../domains/kernels/statevector/kernel.ts";
import { planCircuit } from "../../../../domains/kernels/statevector/plan.ts";
import { Register } from "../../../../domains/kernels/statevector/register.ts";
import { StagedPlan } from "../../../../domains/kernels/statevector/stages.ts";
import { createCrew } from "../../../../runtime/workers/crew.ts";
import { lowered, type Instruction } from "../../../support/clifford-circuits.ts";
import { PlainState } from "../../../support/plain-state.ts";
import { Doubles } from "../../../support/random-doubles.ts";
import { gate, GATE_NAMES, isTurned, measure, pauliSum, turned, type GateName } from "../../../support/statevector-circuits.ts";

const LONG = process.env["TRIAD_LONG"] === "1";
const WAYS = ["gate by gate", "exact", "fused"] as const;

class Draws extends Doubles {
  below(end: number): number { return this.word() % end; }

  qubits(of: number, count: number): number[] {
    const all = Array.from({ length: of }, (_, qubit) => qubit);
    return Array.from({ length: count }, () => all.splice(this.below(all.length), 1)[0] ?? 0);
  }

  /** Some angles are such that a rotation is nearly, or exactly, something simpler. */
  gate(op: GateName, qubits: number): Instruction {
    const on = this.qubits(qubits, ARITY[OP[op]] ?? 1);
    return isTurned(op) ? turned(op, this.below(4) === 0 ? (this.below(17) - 8) * (Math.PI / 4) : this.between(-7, 7), ...on) : gate(op, ...on);
  }

  circuit(qubits: number, length: number): Instruction[] {
    const fitting = GATE_NAMES.filter((op) => (ARITY[OP[op]] ?? 1) <= qubits);
    return Array.from({ length }, () => this.gate(fitting[this.below(fitting.length)] ?? "H", qubits));
  }
}

function evolved(qubits: number, gates: readonly Instruction[], way: (typeof WAYS)[number], crew?: ReturnType<typeof createCrew>): Register {
  const plan = planCircuit(lowered(qubits, 0, gates));
  const staged = new StagedPlan(plan, { fusion: way === "fused" ? "fused" : "exact", qubitsMin: way === "gate by gate" ? 99 : 1 });
  const register = new Register({ qubits, program: staged.programBytes, crew });
  try {
    staged.stages.forEach((_, at) => { register.evolve(staged, at); });
  } finally {
    register.close();
  }
  return register;
}

/** How far a register is from the plain state; a fused one may be longer or shorter, and turned as a whole. */
function distance(plain: PlainState, register: Register, way: (typeof WAYS)[number]): number {
  const amplitudes = register.amplitudes();
  return way === "fused" ? Math.abs(register.gain * plain.overlap(amplitudes) - 1) : plain.furthest(amplitudes);
}

describe("circuits of all gates at all sizes", () => {
  const RUNS = LONG ? 30_000 : 2_400;
  it(`${RUNS} of them have the amplitudes of plain matrices, evolved in every way`, () => {
    const draws = new Draws(22);
    const met = new Map<string, number>();
    for (let run = 0; run < RUNS; run++) {
      const qubits = 1 + run % 12;
      const gates = draws.circuit(qubits, 4 + draws.below(28));
      const plain = new PlainState(qubits);
      for (const one of gates) {
        plain.apply(one);
        const key = `${one.op} ${qubits}`;
        met.set(key, (met.get(key) ?? 0) + 1);
      }
      for (const way of LONG ? WAYS : [WAYS[0], WAYS[1 + Math.floor(run / 12) % 2] ?? "exact"]) {
        const far = distance(plain, evolved(qubits, gates, way), way);
        if (!(far < 2e-13)) expect.fail(`${far}: circuit ${run}, ${way}, ${JSON.stringify(gates)}`);
      }
    }
    const wanted = Array.from({ length: 12 }, (_, less) => GATE_NAMES.filter((op) => (ARITY[OP[op]] ?? 1) <= less + 1).map((op) => `${op} ${less + 1}`)).flat();
    expect(wanted.filter((key) => (met.get(key) ?? 0) < 100)).toEqual([]);
    expect(met.size).toBe(wanted.length);
  }, LONG ? 3_600_000 : 120_000);
});

describe.each(LONG ? [13, 14, 15, 16, 17, 18, 19, 20, 21, 22] : [15, 19, 22])("%i qubits", (qubits) => {
  const draws = new Draws(qubits);
  // Every gate once, on the highest qubit every other time.
  const shuffled = draws.qubits(GATE_NAMES.length, GATE_NAMES.length).map((at) => GATE_NAMES[at] ?? "H");
  const gates = [...Array.from({ length: qubits }, (_, qubit) => turned("RY", 0.3 + qubit, qubit)), ...shuffled.map((op, at) => {
    const one = draws.gate(op, qubits);
    return at % 2 === 0 || one.on.includes(qubits - 1) ? one : { ...one, on: [...one.on.slice(0, -1), qubits - 1] };
  })];
  const plain = new PlainState(qubits);
  for (const one of gates) plain.apply(one);
  const crew = createCrew({ helpers: 1 });
  afterAll(() => crew.end());

  it.each(WAYS)("the amplitudes of plain matrices, with and without help: %s", (way) => {
    const alone = evolved(qubits, gates, way);
    expect(distance(plain, alone, way)).toBeLessThan(2e-13);
    if (way === "gate by gate") return;
    const [mine, helped] = [alone.amplitudes(), evolved(qubits, gates, way, crew).amplitudes()];
    expect(Buffer.compare(Buffer.from(mine.buffer), Buffer.from(helped.buffer))).toBe(0);
  });

  it.each(["exact", "fused"] as const)("reads what its probabilities say, one qubit after the other: %s", (fusion) => {
    const [of, key, shots] = [draws.qubits(qubits, 3), Uint32Array.of(qubits, 5), 60];
    const circuit = lowered(qubits, 3, [...gates, ...of.map((qubit, clbit) => measure(qubit, clbit))]);
    const output = runCircuitJob({ mode: "sample", circuit, fusion, shots, key }, crew);
    const joint = plain.probabilities(of);
    const read = Array.from({ length: shots }, (_, shot) => {
      let pattern = 0;
      for (let k = 0; k < 3; k++) {
        const given = (bit: number): number => joint.reduce((sum, p, all) => sum + (all % (2 << k) === pattern + (bit << k) ? p : 0), 0);
        if (!(philoxUniform(key[0] ?? 0, key[1] ?? 0, shot, k) < given(0) / (given(0) + given(1)))) pattern += 1 << k;
      }
      return [pattern & 1, (pattern >> 1) & 1, pattern >> 2];
    }).flat();
    expect(output.mode === "sample" && [...output.bits]).toEqual(read);
  });

  it("has the expectations of plain matrices", () => {
    const words = Array.from({ length: qubits > 19 ? 1 : 3 }, () => Array.from({ length: qubits }, (_, qubit) => (qubit < qubits - 1 && draws.below(3) > 0 ? "I" : "XYZ"[draws.below(3)] ?? "X")).join(""));
    const want = words.reduce((sum, word, term) => {
      const image = plain.copy();
      [...word].forEach((letter, qubit) => { if (letter !== "I") image.apply({ op: letter as "X" | "Y" | "Z", on: [qubit] }); });
      return sum + (term + 1) * plain.real(image);
    }, 0);
    const output = runCircuitJob({ mode: "expectation", circuit: lowered(qubits, 0, gates), observable: pauliSum(words.map((word, term) => [term + 1, word] as const)) }, crew);
    expect(output.mode === "expectation" && Math.abs((output.value[0] ?? NaN) - want)).toBeLessThan(1e-12);
  });
});
