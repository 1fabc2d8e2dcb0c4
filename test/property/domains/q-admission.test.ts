// Whatever a program yields to Q, admission answers with an admitted call or a typed fault, and with integers.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import { jobId, tick } from "../../../kernel-abi/ids.ts";
import type { Admitted } from "../../../kernel-abi/ports.ts";
import { createQAdmission } from "../../../domains/q/admission.ts";
import { createQService } from "../../../domains/q/service.ts";
import { OP } from "../../../domains/kernels/circuit.ts";
import { ghz, inlineRunner, jobOf, judge, view } from "../../unit/domains/q/fixtures.ts";

const admission = createQAdmission();
const contract = view(admission.request({ qubits: 8, budget: 1_000_000 }, tick(0)));

/** Runs an action; a typed fault gives undefined, anything else is a failure of the test. */
function answered<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

const ops = fc.array(fc.oneof(fc.integer({ min: -2, max: 22 }), fc.integer()), { maxLength: 40 }).map((fields) => Int32Array.from(fields));
const angles = fc.array(fc.double(), { maxLength: 3 }).map((list) => Float64Array.from(list));
const circuit = fc.record({
  qubits: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.anything()), clbits: fc.oneof(fc.integer({ min: -1, max: 9 }), fc.anything()),
  ops: fc.oneof(ops, fc.anything()), angles: fc.oneof(angles, fc.anything()), conditions: fc.oneof(ops, fc.anything()),
}, { requiredKeys: ["qubits", "ops"] });
const call = fc.oneof(fc.anything(), fc.record({
  mode: fc.constantFrom("bits", "counts", "expectation", "amplitudes"), circuit, shots: fc.oneof(fc.integer(), fc.anything()),
  observable: fc.oneof(fc.record({ coefficients: angles, paulis: fc.uint8Array() }), fc.anything()),
}, { requiredKeys: ["mode", "circuit"] }));

const checkAdmitted = (admitted: Admitted | undefined): void => {
  if (admitted === undefined) return;
  for (const value of [admitted.cost, admitted.charge.budget, admitted.charge.shots]) expect(Number.isSafeInteger(value)).toBe(true);
  expect(admitted.cost).toBeGreaterThanOrEqual(1);
};

describe("admission", () => {
  it("answers any call", () => {
    fc.assert(fc.property(call, (value) => { checkAdmitted(answered(() => judge(admission.shape(value, []), contract, 0))); }), { numRuns: 1_000 });
  });
  it("answers any request", () => {
    const request = fc.oneof(fc.anything(), fc.record({
      qubits: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.anything()), budget: fc.oneof(fc.maxSafeNat(), fc.anything()),
      shots: fc.oneof(fc.nat(), fc.anything()), errorTolerance: fc.oneof(fc.double(), fc.anything()), duration: fc.oneof(fc.nat(), fc.anything()),
    }, { requiredKeys: [] }));
    fc.assert(fc.property(request, fc.nat(), (value, now) => {
      const terms = answered(() => admission.request(value, tick(now)));
      if (terms === undefined) return;
      const { units, start, end, budget, shots, channels, errorPpm, noisePpm, calibration } = terms;
      const numbers = [units, start, end, budget, shots, channels, errorPpm, noisePpm, ...Object.values(calibration)];
      expect(numbers.every(Number.isSafeInteger)).toBe(true);
      expect(end).toBeGreaterThan(start);
    }), { numRuns: 1_000 });
  });
  it("what it admits of random gates, the kernels run", async () => {
    const gate = fc.record({
      opcode: fc.constantFrom(...Object.values(OP)), qubits: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 3, maxLength: 3 }), angle: fc.double({ min: -10, max: 10, noNaN: true }),
    });
    await fc.assert(fc.asyncProperty(fc.array(gate, { maxLength: 12 }), async (gates) => {
      let ordinal = 0;
      const rows = [...gates, { opcode: OP.MEASURE, qubits: [0, 1, 2], angle: 0 }].map(({ opcode, qubits }, at) => {
        const [q0 = 0, q1 = 0, q2 = 0] = qubits;
        const clbit = opcode === OP.MEASURE ? q0 : -1;
        return [opcode, q0, q1, q2, clbit, -1, at, opcode === OP.MEASURE || opcode === OP.RESET ? ordinal++ : -1];
      });
      const value = { mode: "counts", shots: 3, circuit: {
        qubits: 4, clbits: 4, ops: Int32Array.from(rows.flat()), angles: Float64Array.from([...gates.map(({ angle }) => angle), 0]), conditions: new Int32Array(0),
      } };
      const service = createQService(inlineRunner);
      service.start(jobOf(admission, value, contract));
      expect((await service.outcome(jobId(1))).verdict).toBe(0);
    }), { numRuns: 200 });
  });
});

describe("service", () => {
  it("answers any descriptor", async () => {
    const start = jobOf(admission, { mode: "counts", circuit: ghz(3), shots: 4 }, contract);
    await fc.assert(fc.asyncProperty(fc.nat(start.descriptor.length - 1), fc.nat(255), async (at, byte) => {
      const descriptor = Uint8Array.from(start.descriptor);
      descriptor[at] = byte;
      const service = createQService(inlineRunner);
      service.start({ ...start, descriptor });
      const { verdict } = await service.outcome(jobId(1));
      expect(Number.isInteger(verdict)).toBe(true);
    }), { numRuns: 300 });
  });
});
