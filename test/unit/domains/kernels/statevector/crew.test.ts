// Helpers of one job: the same bits with none, one and three of them, whatever holds them up.
import { afterAll, describe, expect, it } from "vitest";
import type { Crew } from "../../../../../kernel-abi/ports.ts";
import { runCircuitJob } from "../../../../../domains/kernels/statevector/kernel.ts";
import { planCircuit } from "../../../../../domains/kernels/statevector/plan.ts";
import { Register } from "../../../../../domains/kernels/statevector/register.ts";
import { StagedPlan } from "../../../../../domains/kernels/statevector/stages.ts";
import { createCrew } from "../../../../../runtime/workers/crew.ts";
import { lowered, type Instruction } from "../../../../support/clifford-circuits.ts";
import { Doubles } from "../../../../support/random-doubles.ts";
import { gate, measure, measureAll, pauliSum, turned } from "../../../../support/statevector-circuits.ts";

const QUBITS = 17;
const random = new Doubles(7);
const layers: Instruction[] = Array.from({ length: 3 }, (_, layer) => [
  ...Array.from({ length: QUBITS }, (__, qubit) => turned((["RX", "RY", "RZ"] as const)[random.word() % 3] ?? "RX", random.between(-3, 3), qubit)),
  ...Array.from({ length: QUBITS >> 1 }, (__, pair) => gate(layer === 1 ? "CX" : "CZ", 2 * pair, 2 * pair + 1)),
]).flat();

const createdLate = createCrew({ helpers: 2 });
const crews = [1, 3].map((helpers) => createCrew({ helpers, delayMs: (index) => index }));
afterAll(async () => { await Promise.all([...crews, createdLate].map((crew) => crew.end())); });

describe.each(["exact", "fused"] as const)("a crew, %s", (fusion) => {
  const observable = pauliSum([[1, "ZZ".padEnd(QUBITS, "I")], [0.5, "XYZ".padEnd(QUBITS, "X")]]);
  const value = (crew?: Crew): unknown => runCircuitJob({ mode: "expectation", circuit: lowered(QUBITS, 0, layers), fusion, observable }, crew);
  const bits = (crew?: Crew): unknown =>
    runCircuitJob({ mode: "sample", circuit: lowered(QUBITS, QUBITS, [...layers, ...measureAll(QUBITS)]), fusion, shots: 100, key: Uint32Array.of(3, 4) }, crew);

  it("the same bits with 0, 1 and 3 helpers", async () => {
    const [want, read] = [value(), bits()];
    for (let round = 0; round < 3; round++) {
      for (const crew of crews) {
        expect(value(crew)).toEqual(want);
        expect(bits(crew)).toEqual(read);
        await new Promise((resolve) => { setTimeout(resolve, 50); });
      }
    }
  }, 60_000);
});

describe("a crew", () => {
  const some = Int32Array.of(0, 3, QUBITS - 1, QUBITS + 2);
  const parameters = { count: 4, entries: some, of: Int32Array.of(0, 1, 2, 3), factors: Float64Array.of(1, 2, 1, 1) };
  const observable = pauliSum([[1, "ZZ".padEnd(QUBITS, "I")], [0.25, "X".padEnd(QUBITS, "I")], [0.5, "XYZ".padEnd(QUBITS, "X")], [2, "Y".padStart(QUBITS, "Z")]]);
  const gradient = (crew?: Crew): unknown => runCircuitJob({ mode: "gradient", circuit: lowered(QUBITS, 0, layers), observable, parameters, method: "adjoint" }, crew);
  const shift = (crew?: Crew): unknown => runCircuitJob({ mode: "gradient", circuit: lowered(QUBITS, 0, layers), observable, parameters: { ...parameters, entries: some.map(() => 3) }, method: "shift" }, crew);
  const read = [measure(4), gate("H", 4), measure(QUBITS - 1), measure(4), ...measureAll(QUBITS)];
  const weighed = (crew?: Crew): unknown => runCircuitJob({ mode: "sample", circuit: lowered(QUBITS, QUBITS, [...layers, ...read]), shots: 12, key: Uint32Array.of(5, 6) }, crew);
  it.each([["gradients by adjoint", gradient], ["gradients by shift", shift], ["states weighed in the middle", weighed]] as const)("%s: the same bits with 0, 1 and 3 helpers", (_, job) => {
    const want = job();
    for (const crew of crews) expect(job(crew)).toEqual(want);
  }, 60_000);

  it("shares of a weighing fold as the whole does, on every qubit", () => {
    const register = new Register({ qubits: QUBITS });
    const state = new Float64Array(register.wasm.memory.buffer, register.state, 2 << QUBITS);
    for (let at = 0; at < state.length; at++) state[at] = random.between(-1, 1);
    for (let qubit = 0; qubit < QUBITS; qubit++) {
      const zero = register.wasm.weigh(register.state, QUBITS, qubit, register.scratch);
      expect([qubit, zero, register.wasm.weightOfOne()]).toEqual([qubit, ...register.weigh(qubit)]);
    }
  });
});

function led(crew: Crew): Register {
  const staged = new StagedPlan(planCircuit(lowered(QUBITS, 0, layers)), { fusion: "exact" });
  const register = new Register({ qubits: QUBITS, program: staged.programBytes, crew });
  Object.assign(register.wasm, { help: () => 0 }); // the leader itself does nothing
  try {
    register.evolve(staged, 0);
  } finally {
    register.close();
  }
  return register;
}

it("helpers alone get a program done", () => {
  const register = new Register({ qubits: QUBITS });
  for (const step of planCircuit(lowered(QUBITS, 0, layers)).steps) register.apply(step);
  const helped = led(createdLate).amplitudes();
  expect(register.amplitudes().findIndex((value, at) => value !== helped[at])).toBe(-1);
}, 60_000);

it.runIf(process.env["TRIAD_LONG"] === "1")("blocks that nobody ends are an error, in bounded time", () => {
  expect(() => led({ helpers: 1, enlist: () => undefined })).toThrow("a helper of this job was lost");
}, 60_000);

it("a crew that never comes costs nothing but its help", () => {
  const asked: unknown[] = [];
  const nobody: Crew = { helpers: 2, enlist: (work) => { asked.push(work); } };
  const job = { mode: "expectation", circuit: lowered(QUBITS, 0, layers), observable: pauliSum([[1, "Z".padEnd(QUBITS, "I")]]) } as const;
  expect(runCircuitJob(job, nobody)).toEqual(runCircuitJob(job));
  expect(asked.length).toBe(1);
});
