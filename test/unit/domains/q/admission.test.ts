// Each stage of A2 fails with its code, in order, and what is admitted follows from the call alone.
import { describe, expect, it } from "vitest";
import type { Terms } from "../../../../kernel-abi/contract.ts";
import { jobId, tick } from "../../../../kernel-abi/ids.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { createQAdmission } from "../../../../domains/q/admission.ts";
import { CALIBRATION_SPAN, DURATION_MAX, issueCalibration } from "../../../../domains/q/declared.ts";
import { faultName } from "../../../support/refusals.ts";
import { ghz, judge, lower, view } from "./fixtures.ts";

const admission = createQAdmission();
const NOW = tick(100);
const terms = (wish: object = {}): Terms => admission.request({ qubits: 4, budget: 10_000, ...wish }, NOW);
const bits = (circuit: unknown) => ({ mode: "bits", circuit });
const judged = (call: unknown, wish: object = {}, now = 100): string => faultName(() => judge(admission.shape(call, []), view(terms(wish)), now));

describe("reserve", () => {
  it("freezes terms over [now, now + duration) under the calibration in force", () => {
    const made = terms({ duration: 50, calibrationGrace: 5, errorTolerance: 0.25, shots: 9, channels: 3 });
    expect(made).toMatchObject({
      domain: "Q", units: 4, start: 100, end: 150, budget: 10_000, shots: 9, channels: 3, errorPpm: 250_000, noisePpm: 0,
      calibration: { id: 1, from: 0, until: CALIBRATION_SPAN, grace: 5 },
    });
    expect(Object.isFrozen(made)).toBe(true);
  });
  it.each([
    {}, null, 7, "x", [], { qubits: 0, budget: 1 }, { qubits: 16385, budget: 1 }, { qubits: 1.5, budget: 1 }, { qubits: 1 }, { qubits: 1, budget: 0 },
    { qubits: 1, budget: 1, shots: 0 }, { qubits: 1, budget: 1, errorTolerance: 1.5 }, { qubits: 1, budget: 1, errorTolerance: Number.NaN },
    { qubits: 1, budget: 1, gates: ["FOO"] }, { qubits: 1, budget: 1, wish: 3 }, { qubits: 1, budget: 1, duration: Infinity },
  ])("refuses %j", (request) => {
    expect(faultName(() => admission.request(request, NOW))).toBe("ABI_MALFORMED");
  });
  it("permits the gates asked for and no others", () => {
    expect(terms({ gates: ["MEASURE", "H"] }).permitted).toEqual(["H", "MEASURE"]);
  });
});

describe("schedule of calibrations", () => {
  it("every tick has exactly one, of the provider's making: contracts of one span share it", () => {
    const span = CALIBRATION_SPAN;
    expect([0, 1, span - 1, span, 2 * span + 7].map((now) => issueCalibration(now, 0))).toEqual(
      [[1, 0], [1, 0], [1, 0], [2, span], [3, 2 * span]].map(([id = 0, from = 0]) => ({ id, from, until: from + span, grace: 0 })));
  });
  it("a contract may outlast its calibration, up to the declared duration", () => {
    expect(terms({ duration: DURATION_MAX })).toMatchObject({ end: 100 + DURATION_MAX, calibration: { until: CALIBRATION_SPAN } });
    expect(faultName(() => terms({ duration: DURATION_MAX + 1 }))).toBe("ABI_MALFORMED");
  });
});

describe("stages", () => {
  it("admits a Bell circuit and says what it costs", () => {
    const admitted = judge(admission.shape(bits(ghz(2)), []), view(terms()), 100);
    expect(admitted.cost).toBeGreaterThanOrEqual(1);
    expect(admitted.charge.shots).toBe(1);
    expect(unpack(admitted.descriptor)).toMatchObject({ mode: "bits", shots: 1 });
  });
  it("calibration: whole stages pass until the end of the grace, half-open, however long the contract lasts", () => {
    const span = CALIBRATION_SPAN;
    const at = (now: number, calibrationGrace: number) => judged(bits(ghz(2)), { duration: 3 * span, calibrationGrace }, now);
    expect([at(100, 0), at(span - 1, 0), at(span, 0), at(span, 1), at(span + 1, 1), at(2 * span - 1, span), at(2 * span, span)]).toEqual(
      ["none", "none", "Q_ERR_CALIBRATION_INVALID", "none", "Q_ERR_CALIBRATION_INVALID", "none", "Q_ERR_CALIBRATION_INVALID"]);
  });
  it("calibration: none before its first tick", () => {
    const later = admission.request({ qubits: 4, budget: 10_000, duration: DURATION_MAX }, tick(CALIBRATION_SPAN));
    expect(faultName(() => judge(admission.shape(bits(ghz(2)), []), view(later), CALIBRATION_SPAN - 1))).toBe("Q_ERR_CALIBRATION_INVALID");
    expect(faultName(() => judge(admission.shape(bits(ghz(2)), []), view(later), CALIBRATION_SPAN))).toBe("none");
  });
  it("capacity: qubits, channels, size of the result", () => {
    expect(judged(bits(ghz(5)))).toBe("Q_ERR_RESOURCE_UNAVAILABLE");
    expect(judged(bits(ghz(4)), { channels: 3 })).toBe("Q_ERR_RESOURCE_UNAVAILABLE");
    const wide = lower(1, 1_000, [["H", 0], { op: "MEASURE", qubits: [0], clbit: 999 }]);
    expect(judged({ mode: "counts", circuit: wide, shots: 1_000_000 }, { budget: 1e12, shots: 1e7 })).toBe("Q_ERR_RESOURCE_UNAVAILABLE");
  });
  it("support: gate set, size, and what the mode demands", () => {
    expect(judged(bits(ghz(2)), { gates: ["H", "MEASURE"] })).toBe("Q_ERR_GATE_UNSUPPORTED");
    expect(judged(bits(ghz(28, true)), { qubits: 28, budget: 1e9 })).toBe("Q_ERR_GATE_UNSUPPORTED");
    expect(judged(bits(ghz(28)), { qubits: 28, budget: 1e9 })).toBe("none");
    expect(judged(bits(lower(1, 1, [["H", 0]])))).toBe("Q_ERR_MEASUREMENT_FAILURE");
    const z = { coefficients: Float64Array.of(1), paulis: Uint8Array.of(3) };
    const estimate = (circuit: unknown) => ({ mode: "expectation", circuit, shots: 1, observable: z });
    expect(judged(estimate(lower(1, 0, [["H", 0]])))).toBe("none");
    expect(judged(estimate(lower(1, 1, [["H", 0], ["MEASURE", 0]])))).toBe("Q_ERR_MEASUREMENT_FAILURE");
    expect(judged(estimate(lower(1, 0, [["RESET", 0]])))).toBe("Q_ERR_MEASUREMENT_FAILURE");
    expect(judged(estimate(lower(1, 1, [{ op: "X", qubits: [0], when: [0, 1] }])))).toBe("Q_ERR_MEASUREMENT_FAILURE");
  });
  it("budget: cost times shots, shots, duration, decoherence margin", () => {
    const call = { mode: "counts", circuit: ghz(2), shots: 100 };
    const { charge } = judge(admission.shape(call, []), view(terms()), 100);
    expect(judged(call, { budget: charge.budget })).toBe("none");
    expect(judged(call, { budget: charge.budget - 1 })).toBe("Q_ERR_DECOHERENCE_EXCEEDED");
    expect(judged(call, { shots: 99 })).toBe("Q_ERR_DECOHERENCE_EXCEEDED");
    const spent = (ledger: object) => view(terms({ shots: 150, budget: charge.budget + 9 }), { budget: 0, shots: 0, jobs: 1, ...ledger });
    const after = (ledger: object) => faultName(() => judge(admission.shape(call, []), spent(ledger), 100));
    expect([{ shots: 50 }, { shots: 51 }, { budget: 9 }, { budget: 10 }].map(after)).toEqual(
      ["none", "Q_ERR_DECOHERENCE_EXCEEDED", "none", "Q_ERR_DECOHERENCE_EXCEEDED"]);
    expect(judged(call, { duration: 1 }, 101)).toBe("Q_ERR_DECOHERENCE_EXCEEDED");
    // One CX and two measurements at 1 ppm each, and at least 1 ppm for the time they take.
    expect(judged(bits(ghz(2)), { errorTolerance: 0.000003 })).toBe("Q_ERR_DECOHERENCE_EXCEEDED");
    expect(judged(bits(ghz(2)), { errorTolerance: 0.000004 })).toBe("none");
  });
  it("the first failing stage decides", () => {
    const hopeless = bits(ghz(30, true));
    const wish = { qubits: 4, budget: 1, gates: ["X"] };
    expect(judged(hopeless, wish, CALIBRATION_SPAN)).toBe("Q_ERR_CALIBRATION_INVALID");
    expect(judged(hopeless, wish)).toBe("Q_ERR_RESOURCE_UNAVAILABLE");
    expect(judged(hopeless, { ...wish, qubits: 30 })).toBe("Q_ERR_GATE_UNSUPPORTED");
    expect(judged(bits(ghz(4)), { budget: 1 })).toBe("Q_ERR_DECOHERENCE_EXCEEDED");
  });
});

describe("shape", () => {
  it("refuses references: a Q call builds on no other job", () => {
    expect(faultName(() => admission.shape(bits(ghz(2)), [jobId(1)]))).toBe("ABI_MALFORMED");
  });
  it("is the same for two admissions and two calls, byte for byte", () => {
    const of = () => judge(createQAdmission().shape({ mode: "counts", circuit: ghz(3, true), shots: 5 }, []), view(terms()), 100);
    expect(of()).toEqual(of());
  });
  it("copies: what the program does to its circuit afterwards changes nothing", () => {
    const circuit = ghz(2);
    const parsed = admission.shape(bits(circuit), []);
    const before = judge(parsed, view(terms()), 100).descriptor;
    circuit.ops.fill(0);
    expect(judge(parsed, view(terms()), 100).descriptor).toEqual(before);
  });
  it.each([
    ["opcode", (ops: Int32Array) => { ops[0] = 21; }], ["qubit", (ops: Int32Array) => { ops[1] = 9; }],
    ["qubits twice", (ops: Int32Array) => { ops[9] = 1; ops[10] = 1; }], ["ordinal", (ops: Int32Array) => { ops[23] = 5; }],
    ["clbit", (ops: Int32Array) => { ops[20] = 7; }], ["condition", (ops: Int32Array) => { ops[5] = 3; }],
  ])("refuses a damaged circuit: %s", (_, damage) => {
    const circuit = ghz(2);
    damage(circuit.ops);
    expect(faultName(() => admission.shape(bits(circuit), []))).toBe("ABI_MALFORMED");
  });
  it("refuses angles no kernel reduces", () => {
    for (const angle of [Number.NaN, Infinity, 1e9]) {
      expect(faultName(() => admission.shape(bits(lower(1, 1, [{ op: "RX", qubits: [0], angle }])), []))).toBe("ABI_MALFORMED");
    }
  });
});
