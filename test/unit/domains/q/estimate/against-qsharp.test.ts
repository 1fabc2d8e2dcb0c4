// Our translation and our own formula against the well-kept estimator, on the same counts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QUBITS } from "../../../../../kernel-abi/qvm/qec/azure.ts";
import { type Hardware, readHardware } from "../../../../../kernel-abi/qvm/qec/parameters.ts";
import { circuit, type Circuit } from "../../../../../domains/q/api/circuit.ts";
import { countsOfCircuit } from "../../../../../domains/q/estimate/circuit-counts.ts";
import { parseCounts } from "../../../../../domains/q/estimate/counts.ts";
import type { PhysicalEstimate } from "../../../../../domains/q/estimate/estimate.ts";
import { formulaEstimate } from "../../../../../domains/q/estimate/formula.ts";
import { estimatesOf, parametersOf, programOf } from "../../../../../domains/q/estimate/qsharp.ts";
import type { EstimateRequest } from "../../../../../domains/q/estimate/request.ts";
import { qsharpEstimates } from "../../../../../runtime/adapters/qsharp.ts";
import { countsOfEverySize } from "../../../../support/counts.ts";
import { faultOf } from "../../../../support/refusals.ts";

const hardware = (qubit: string, scheme = "surface_code"): Hardware => {
  const read = readHardware({ qubitParams: { name: qubit }, qecScheme: { name: scheme } });
  if ("reason" in read) throw new Error(read.reason);
  return read;
};

async function reference(request: EstimateRequest) {
  const [answer] = await qsharpEstimates(programOf(request.counts), [parametersOf(request, false)]);
  const [estimate] = estimatesOf(answer, request);
  if (estimate === undefined) throw new Error("no estimate");
  return { answer, estimate };
}

const RSA: EstimateRequest = {
  counts: parseCounts({ numQubits: 12_581, tCount: 12, rotationCount: 12, rotationDepth: 12, cczCount: 3_730_000_000, measurementCount: 1_080_000_000 }), hardware: hardware("ns_e4"), budget: 1 / 3,
};

describe("the estimator", () => {
  it("is handed the counts it reports", async () => {
    const counts = parseCounts({ numQubits: 10, tCount: 100, rotationCount: 30, rotationDepth: 5, cczCount: 50, ccixCount: 2, measurementCount: 7 });
    const { answer } = await reference({ counts, hardware: hardware("ns_e3"), budget: 1e-3 });
    expect(answer).toMatchObject({ logicalCounts: { ...counts, cczCount: 52, ccixCount: 0 } });
  });

  it("needs 8,716,258 qubits and 17 h 43 min for RSA-2048 (arXiv:2211.07629)", async () => {
    const { estimate } = await reference(RSA);
    expect(estimate).toMatchObject({ physicalQubits: 8_716_258, code: { distance: 13 }, algorithm: { logicalQubits: 25_481 } });
    expect(Math.floor(estimate.runtimeNs / 6e10)).toBe(17 * 60 + 43);
  });

  it("answers parameters of ours as it answers its own names", async () => {
    const counts = parseCounts({ numQubits: 5, tCount: 40, measurementCount: 3 });
    const requests = QUBITS.map(({ name, instructionSet }) => {
      const scheme = name === "qubit_maj_ns_e4" ? "floquet_code" : "surface_code";
      return { request: { counts, hardware: hardware(name, scheme), budget: 1e-3 }, own: { qubitParams: { name, instructionSet }, qecScheme: { name: scheme }, errorBudget: 1e-3 } };
    });
    const answers = await qsharpEstimates(programOf(counts), requests.flatMap(({ request, own }) => [parametersOf(request, false), own]));
    requests.forEach(({ request }, at) => {
      expect(estimatesOf(answers[2 * at], request), QUBITS[at]?.name).toEqual(estimatesOf(answers[2 * at + 1], request));
    });
  });

  it("says in its own words what it refuses", async () => {
    const request: EstimateRequest = { counts: parseCounts({ numQubits: 5, tCount: 40 }), hardware: hardware("ns_e3"), budget: 1e-3, bounds: { maxPhysicalQubits: 10 } };
    const [answer] = await qsharpEstimates(programOf(request.counts), [parametersOf(request, false)]);
    expect(faultOf(() => estimatesOf(answer, request))).toMatchObject({ fault: "ESTIMATE_REFUSED", detail: { estimator: "Qdk.Qsc.Estimates.MaxPhysicalQubitsTooSmall" } });
    expect(faultOf(() => estimatesOf({ status: "success" }, request))).toMatchObject({ fault: "ESTIMATE_REFUSED" });
    await expect(qsharpEstimates("operation Main() : Unit { nonsense }", [{}])).rejects.toMatchObject({ fault: "ESTIMATE_REFUSED" });
  });
});

const ANGLES = [0.3, Math.PI / 4, Math.PI / 2, Math.PI, -3 * Math.PI / 4, 2.5];
type Gate = readonly [name: "h" | "t" | "rz" | "rx" | "cx" | "cz" | "swap" | "ccx" | "cp" | "measure" | "reset", a: number, b: number, c: number, angle: number];
const gateArb: fc.Arbitrary<Gate> = fc.tuple(fc.constantFrom("h", "t", "rz", "rx", "cx", "cz", "swap", "ccx", "cp", "measure", "reset" as const), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 2), fc.constantFrom(...ANGLES));

/** Three different qubits of four. */
const operands = (a: number, b: number, c: number): readonly [number, number, number] => {
  const second = (a + b) % 4;
  const third = [0, 1, 2, 3].filter((qubit) => qubit !== a && qubit !== second)[c - 1] ?? 0;
  return [a, second, third];
};

function built(gates: readonly Gate[]): { readonly circuit: Circuit; readonly text: string } {
  let made = circuit(4, gates.length + 1);
  const lines: string[] = [];
  gates.forEach(([name, first, step, other, angle], index) => {
    const [a, b, c] = operands(first, step, other);
    const theta = angle.toFixed(17);
    if (name === "h") { made = made.h(a); lines.push(`H(q[${a}]);`); }
    if (name === "t") { made = made.t(a); lines.push(`T(q[${a}]);`); }
    if (name === "rz") { made = made.rz(angle, a); lines.push(`Rz(${theta}, q[${a}]);`); }
    if (name === "rx") { made = made.rx(angle, a); lines.push(`Rx(${theta}, q[${a}]);`); }
    if (name === "cx") { made = made.cx(a, b); lines.push(`CNOT(q[${a}], q[${b}]);`); }
    if (name === "cz") { made = made.cz(a, b); lines.push(`CZ(q[${a}], q[${b}]);`); }
    if (name === "swap") { made = made.swap(a, b); lines.push(`SWAP(q[${a}], q[${b}]);`); }
    if (name === "ccx") { made = made.ccx(a, b, c); lines.push(`CCNOT(q[${a}], q[${b}], q[${c}]);`); }
    if (name === "cp") { made = made.cp(angle, a, b); lines.push(`Controlled R1([q[${a}]], (${theta}, q[${b}]));`); }
    if (name === "measure") { made = made.measure(a, index); lines.push(`let r${index} = M(q[${a}]);`); }
    if (name === "reset") { made = made.reset(a); lines.push(`Reset(q[${a}]);`); }
  });
  return { circuit: made, text: `@EntryPoint()\noperation Main() : Unit {\n  use q = Qubit[4];\n  T(q[0]);\n  ${lines.join("\n  ")}\n}` };
}

describe("counts of a circuit", () => {
  it("are those the estimator finds in the same circuit", async () => {
    for (const gates of fc.sample(fc.array(gateArb, { maxLength: 24 }), { numRuns: process.env["TRIAD_LONG"] === "1" ? 500 : 8, seed: 15 })) {
      const { circuit: made, text } = built(gates);
      const [answer] = await qsharpEstimates(text, [{ qubitParams: { name: "qubit_gate_us_e4", instructionSet: "GateBased" }, errorBudget: 0.9 }]);
      const { tCount, ...rest } = countsOfCircuit(circuit(4, gates.length + 1).t(0).append(made).lower());
      expect(answer, text).toMatchObject({ logicalCounts: { tCount, ...rest } });
    }
  });
});

/**
 * Rates to six digits, for sums are taken in another order; the rate a code may have at the most for the cycles that are run, for the
 * estimator tells it for those before a factory stretched them; units of a round to a hundredth, for the estimator has the tail of the binomial
 * distribution by an approximation where there are hundreds.
 */
const rounded = ({ code, tStates, factories, budget, ...rest }: PhysicalEstimate) => ({
  ...rest, code: { ...code, errorRate: code.errorRate.toPrecision(6), errorRateMax: (budget.logical / (rest.algorithm.logicalQubits * rest.algorithm.cycles)).toPrecision(9) }, tStates: { ...tStates, errorRateMax: tStates.errorRateMax?.toPrecision(9) },
  factories: factories === null ? null : {
    ...factories, factory: { ...factories.factory, errorRate: factories.factory.errorRate.toPrecision(6), rounds: factories.factory.rounds.map(({ units, ...round }) => ({ ...round, units: units < 500 ? units : Math.round(units / 100) })) },
  },
});

describe("our own formula", () => {
  const HARDWARE = ["ns_e3", "ns_e4", "us_e3", "us_e4"].map((name) => hardware(name)).concat(hardware("maj_ns_e4", "floquet_code"), hardware("maj_ns_e6"), hardware("maj_ns_e6", "floquet_code"));

  it("comes to what the estimator comes to, factories and all", async () => {
    for (const [index, given] of fc.sample(countsOfEverySize, { numRuns: process.env["TRIAD_LONG"] === "1" ? 400 : 4 * HARDWARE.length, seed: 5 }).entries()) {
      const request = { counts: parseCounts(given), hardware: HARDWARE[index % HARDWARE.length] ?? hardware("ns_e3"), budget: [1e-3, 0.1, 1e-6][Math.floor(index / HARDWARE.length) % 3] ?? 1e-3 };
      const { estimate } = await reference(request);
      expect(rounded(formulaEstimate(request)), JSON.stringify(request)).toEqual(rounded(estimate));
    }
  });

  it.each([
    [{ numQubits: 1, tCount: 1 }, "ns_e3", 1e-3], [{ numQubits: 1, tCount: 1 }, "maj_ns_e6", 1e-3], [{ numQubits: 10, cczCount: 7, measurementCount: 3 }, "ns_e3", 1e-3], [{ numQubits: 9, tCount: 10, rotationCount: 4 }, "ns_e3", 1e-3],
    [{ numQubits: 5, rotationCount: 1 }, "ns_e3", 1e-3], [{ numQubits: 4, tCount: 12 }, "ns_e4", 1e-3], [{ numQubits: 1, measurementCount: 1 }, "us_e4", 0.1], [{ numQubits: 2, tCount: 2 }, "us_e3", 0.1],
  ])("comes to the same for the tiny counts %o on %s within %d", async (given, name, budget) => {
    const request = { counts: parseCounts(given), hardware: hardware(name), budget };
    expect(rounded(formulaEstimate(request))).toEqual(rounded((await reference(request)).estimate));
  });

  it("comes to the same with few factories allowed, and on hardware of one's own", async () => {
    const own = readHardware({ qubitParams: { name: "mine", oneQubitMeasurementTime: "300 ns", oneQubitGateTime: "30 ns", twoQubitGateTime: "40 ns", tGateTime: "70 ns", oneQubitMeasurementErrorRate: 1e-3, oneQubitGateErrorRate: 2e-4, twoQubitGateErrorRate: 2e-4, tGateErrorRate: 0.02 } });
    if ("reason" in own) throw new Error(own.reason);
    for (const request of [
      { counts: parseCounts({ numQubits: 20, tCount: 5_000, measurementCount: 40 }), hardware: hardware("ns_e3"), budget: 1e-3, bounds: { maxTFactories: 3 } },
      { counts: parseCounts({ numQubits: 20, tCount: 300, measurementCount: 40 }), hardware: own, budget: 1e-3 },
      { counts: parseCounts({ numQubits: 3, tCount: 3 }), hardware: own, budget: 0.1 },
    ]) expect(rounded(formulaEstimate(request)), JSON.stringify(request)).toEqual(rounded((await reference(request)).estimate));
  });

  it("comes to the same for RSA-2048", async () => {
    const [ours, { estimate }] = [formulaEstimate(RSA), await reference(RSA)];
    expect(rounded(ours)).toEqual(rounded(estimate));
  });

  it("has the rows of the paper that go beyond the estimator's counters", () => {
    const chemistry = formulaEstimate({ counts: parseCounts({ numQubits: 1_318, tCount: 55_300_000, rotationCount: 206_000_000, rotationDepth: 205_000_000, cczCount: 135_000_000_000, measurementCount: 1_370_000_000 }), hardware: hardware("ns_e4"), budget: 0.01 });
    expect([chemistry.algorithm.logicalQubits, chemistry.code.distance, (chemistry.physicalQubits / 1e6).toFixed(2), Math.round(chemistry.runtimeNs / 86_400e9)]).toEqual([2_740, 17, "1.86", 32]);
    const dynamics = formulaEstimate({ counts: parseCounts({ numQubits: 100, rotationCount: 30_100, rotationDepth: 501, measurementCount: 140_000 }), hardware: hardware("ns_e4"), budget: 1e-3 });
    expect([dynamics.algorithm.logicalQubits, dynamics.code.distance]).toEqual([230, 9]);
  });
});
