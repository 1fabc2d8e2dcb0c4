// Error-correction experiments as calls: what is admitted, what it costs, what comes back, and who is refused with what.
import { describe, expect, it } from "vitest";
import { jobId, tick } from "../../../../../kernel-abi/ids.ts";
import { pack, unpack } from "../../../../../kernel-abi/packer.ts";
import { LIMITS } from "../../../../../kernel-abi/limits.ts";
import { createQAdmission } from "../../../../../domains/q/admission.ts";
import { decodeDescriptor, encodeDescriptor, parseCall } from "../../../../../domains/q/job.ts";
import { parseResult, readResult } from "../../../../../domains/q/outcome.ts";
import { QEC_COSTS } from "../../../../../domains/q/qec/admission.ts";
import { uniformNoise, type Experiment } from "../../../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../../../domains/q/qec/known.ts";
import type { DetectionEvents, LogicalCounts } from "../../../../../domains/q/qec/outcome.ts";
import { createQService } from "../../../../../domains/q/service.ts";
import { CURRENT_OFFER } from "../../../../../kernel-abi/version.ts";
import { faultName, faultOf } from "../../../../support/refusals.ts";
import { inlineRunner, jobOf, view } from "../fixtures.ts";

const repetition = (p: number, distance = 3, rounds = 2): Experiment => ({ code: "repetition_code:memory", distance, rounds, noise: uniformNoise(p) });
const logical = (experiment: unknown = repetition(0.01), shots = 1_000) => ({ mode: "logical", experiment, decoder: "matching", shots });
const events = (experiment: unknown = repetition(0.01), shots = 100) => ({ mode: "events", experiment, shots });

const admission = createQAdmission();
const contractFor = (request: object) => view(admission.request({ qubits: 64, budget: 1e12, ...request }, tick(0)));
const contract = contractFor({});
async function outcomeOf(call: unknown, id = 1): Promise<unknown> {
  const service = createQService(inlineRunner);
  service.start(jobOf(admission, call, contract, id));
  const outcome = await service.outcome(jobId(id));
  expect(outcome.verdict).toBe(0);
  return readResult(parseResult(outcome.body));
}
const judged = (call: unknown, request: object = {}) => {
  const parsed = admission.shape(call, []);
  const held = contractFor(request);
  parsed.calibration(held, tick(0));
  parsed.capacity(held);
  parsed.support(held);
  return parsed.budget(held, tick(0));
};

describe("what comes back", () => {
  it("without noise nothing fires and nothing is wrong", async () => {
    expect(await outcomeOf(logical(repetition(0)))).toEqual({ shots: 1_000, errors: 0, flips: [0], events: 0, unsolved: 0 });
    const { rows, detectors, observables } = await outcomeOf(events(repetition(0), 9)) as DetectionEvents;
    expect([detectors, observables, [...rows]]).toEqual([6, 1, new Array(9).fill(0)]);
  });

  it("what is sampled is what is counted: the same key, the same events", async () => {
    const sampled = await outcomeOf(events(repetition(0.05), 3_000)) as DetectionEvents;
    const counted = await outcomeOf(logical(repetition(0.05), 3_000)) as LogicalCounts;
    let fired = 0;
    for (const row of sampled.rows) for (let bits = row & 0x3f; bits > 0; bits &= bits - 1) fired += 1;
    expect(counted.events).toBe(fired);
    expect(fired).toBeGreaterThan(1_000);
    expect(counted.errors).toBeGreaterThan(10);
    expect(counted.flips).toEqual([counted.errors]);
  });

  it("a circuit given as text is the generated one's equal", async () => {
    const text = "R 0 1 2\nX_ERROR(0.125) 0 2\nCX 0 1 2 1\nM 1\nDETECTOR rec[-1]\nM 0 2\nDETECTOR rec[-1] rec[-2] rec[-3]\nOBSERVABLE_INCLUDE(0) rec[-1]\n";
    const { rows } = await outcomeOf(events({ circuit: text }, 4_000)) as DetectionEvents;
    const seen = new Map<number, number>();
    for (const row of rows) seen.set(row, (seen.get(row) ?? 0) + 1);
    // D0 fires when exactly one of the two flips; D1 never: rec[-3] is their parity.
    expect([...seen.keys()].every((row) => (row & 2) === 0)).toBe(true);
    expect(Math.abs(((seen.get(1) ?? 0) + (seen.get(5) ?? 0)) / 4_000 - 2 * 0.125 * 0.875)).toBeLessThan(0.033); // five standard deviations
  });
});

describe("admission", () => {
  it("charges by the circuit as written, repetitions included, and by nothing that was compiled of it", () => {
    const { size } = knownExperiment(repetition(0.01, 3, 50));
    const { charge, cost } = judged(logical(repetition(0.01, 3, 50), 10_000_000));
    expect(size).toMatchObject({ qubits: 5, detectors: 2 * 51, observables: 1 });
    expect(charge).toEqual({ budget: size.operations * 10_000_000, shots: 10_000_000 });
    expect(cost).toBe(1 + Math.floor((10_000_000 * (size.operations + 103)) / QEC_COSTS.table.work_per_tick));
  });

  it.each<[string, unknown, object, string]>([
    ["more qubits than the contract has", logical(), { qubits: 4 }, "Q_ERR_RESOURCE_UNAVAILABLE"],
    ["more detectors than channels", logical(), { channels: 6 }, "Q_ERR_RESOURCE_UNAVAILABLE"],
    ["events beyond what an outcome may hold", events(repetition(0.01, 3, 1_000), 1_000_000), { shots: 1_000_000 }, "Q_ERR_RESOURCE_UNAVAILABLE"],
    ["gates the contract leaves out", logical(), { gates: ["H", "S", "CX", "MEASURE"] }, "Q_ERR_GATE_UNSUPPORTED"],
    ["more operations than a circuit may have", logical(repetition(0.01, 3, 1_000_000)), { channels: LIMITS.clbits_max, budget: Number.MAX_SAFE_INTEGER }, "Q_ERR_RESOURCE_UNAVAILABLE"],
    ["no detectors", logical({ circuit: "H 0\nM 0" }), {}, "Q_ERR_MEASUREMENT_FAILURE"],
    ["no observable", logical({ circuit: "R 0\nX_ERROR(0.1) 0\nM 0\nDETECTOR rec[-1]" }), {}, "Q_ERR_MEASUREMENT_FAILURE"],
    ["a budget that is too small", logical(), { budget: 10 }, "Q_ERR_DECOHERENCE_EXCEEDED"],
    ["more shots than are left", logical(), { shots: 999 }, "Q_ERR_DECOHERENCE_EXCEEDED"],
    ["a contract that ends too early", logical(repetition(0.01, 25, 100), 10_000_000), { duration: 1, shots: 10_000_000 }, "Q_ERR_DECOHERENCE_EXCEEDED"],
    ["no such code", logical({ code: "toric", distance: 3, rounds: 1, noise: {} }), {}, "ABI_MALFORMED"],
    ["a distance the code has not", logical({ code: "surface_code:rotated_memory_z", distance: 1, rounds: 1, noise: {} }), {}, "ABI_MALFORMED"],
    ["noise that is no probability", logical(repetition(1.5)), {}, "ABI_MALFORMED"],
    ["a decoder nobody has", { ...logical(), decoder: "guess" }, {}, "ABI_MALFORMED"],
    ["a table for too many detectors", { ...logical(repetition(0.01, 5, 9)), decoder: "lookup" }, {}, "ABI_MALFORMED"],
    ["detectors that are not deterministic", logical({ circuit: "H 0\nM 0\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]" }), {}, "DETECTOR_UNDETERMINED"],
    ["a circuit that cannot be read", logical({ circuit: "H 0\nFOO 1" }), {}, "STIM_SYNTAX"],
  ])("refuses %s", (_, call, request, fault) => {
    expect(faultName(() => judged(call, request))).toBe(fault);
  });

  it("names the line of a circuit that cannot be read", () => {
    expect(faultOf(() => judged(logical({ circuit: "H 0\nFOO 1" }))).detail).toMatchObject({ line: 2 });
  });

  it("is not of runs from before", () => {
    const before = createQAdmission(new Set(CURRENT_OFFER.flags.filter((flag) => flag !== "widerProviders")));
    expect(faultOf(() => before.shape(logical(), []))).toMatchObject({ fault: "ABI_MALFORMED", detail: { at: "/mode", what: "one of bits, counts, expectation" } });
    expect(before.costTables.map(({ name }) => name)).not.toContain(QEC_COSTS.name);
  });
});

describe("the descriptor", () => {
  it("says the experiment in full, the same bytes however its fields came", () => {
    const noise = { idleDepolarization: 0.125, afterResetFlipProbability: 0.25, afterCliffordDepolarization: 0.5 };
    const job = parseCall({ shots: 5, decoder: { name: "union_find" }, experiment: { noise, rounds: 2, distance: 3, code: "repetition_code:memory" }, mode: "logical" });
    const same = parseCall({ mode: "logical", decoder: "union_find", shots: 5, experiment: { code: "repetition_code:memory", distance: 3, rounds: 2, noise: { afterCliffordDepolarization: 0.5, afterResetFlipProbability: 0.25, idleDepolarization: 0.125 } } });
    expect([...encodeDescriptor(job)]).toEqual([...encodeDescriptor(same)]);
    expect(decodeDescriptor(encodeDescriptor(job).slice())).toEqual(job);
    expect(job).toEqual({ mode: "logical", decoder: { name: "union_find" }, shots: 5, experiment: { code: "repetition_code:memory", distance: 3, rounds: 2, noise } });
  });
});

describe("settings of a decoder", () => {
  const told = (decoder: unknown) => parseCall({ ...logical(), decoder });
  const full = (settings: object) => ({ name: "bp_osd", iterations: 100, scale: "adaptive", order: 0, basis: "own", ...settings });

  it.each<[unknown, object]>([
    ["bp_osd", full({})],
    [{ name: "bp_osd" }, full({})],
    [{ order: 7, name: "bp_osd" }, full({ order: 7 })],
    [{ name: "bp_osd", scale: 0.625, iterations: 30 }, full({ scale: 0.625, iterations: 30 })],
    ["matching", { name: "matching" }],
    [{ name: "lookup" }, { name: "lookup" }],
    [{ name: "lookup", approximateDisjoint: 0 }, { name: "lookup" }],
    [{ approximateDisjoint: 0.25, name: "union_find" }, { name: "union_find", approximateDisjoint: 0.25 }],
    [{ name: "bp_osd", approximateDisjoint: 1 }, full({ approximateDisjoint: 1 })],
  ])("%j stand in the descriptor with every default", (decoder, settings) => {
    const described = unpack(encodeDescriptor(told(decoder)).slice());
    expect(described).toMatchObject({ decoder: settings });
    expect([...encodeDescriptor(told(decoder))]).toEqual([...encodeDescriptor(told(settings))]);
  });

  it.each<[unknown, string, string]>([
    ["guess", "/decoder", "matching, union_find, bp_osd, lookup"],
    [undefined, "/decoder", "matching, union_find, bp_osd, lookup"],
    [{ name: "guess" }, "/decoder/name", "matching, union_find, bp_osd, lookup"],
    [{ name: "bp_osd", iterations: 0 }, "/decoder/iterations", "an integer from 1 to 10000"],
    [{ name: "bp_osd", iterations: 2.5 }, "/decoder/iterations", "an integer from 1 to 10000"],
    [{ name: "bp_osd", scale: 1.5 }, "/decoder/scale", "adaptive, or a number from 0.0009765625 to 1"],
    [{ name: "bp_osd", scale: "most" }, "/decoder/scale", "adaptive, or a number from 0.0009765625 to 1"],
    [{ name: "bp_osd", order: 65 }, "/decoder/order", "an integer from 0 to 64"],
    [{ name: "bp_osd", sweep: 1 }, "/decoder/sweep", "iterations, scale, order, basis, approximateDisjoint"],
    [{ name: "bp_osd", basis: "X" }, "/decoder/basis", "own, both"],
    [{ name: "matching", order: 1 }, "/decoder/order", "approximateDisjoint"],
    [{ name: "matching", approximateDisjoint: 1.5 }, "/decoder/approximateDisjoint", "a number from 0 to 1"],
  ])("%j is refused at its place", (decoder, at, allowed) => {
    expect(faultOf(() => told(decoder))).toMatchObject({ fault: "ABI_MALFORMED", detail: { argument: "q.logical", at, allowed } });
  });

  it("of the error model reach the analyzer: errors that exclude one another are refused unless they may be approximated", async () => {
    const pairs = Array.from({ length: 15 }, () => "0.01").join(", ");
    const circuit: Experiment = { circuit: `R 0 1 2\nPAULI_CHANNEL_2(${pairs}) 0 1 1 2\nM 0 1 2\nDETECTOR rec[-3] rec[-2]\nDETECTOR rec[-2] rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\n` };
    const held = contractFor({ qubits: 10, channels: 10 });
    const call = (decoder: unknown) => ({ ...logical(circuit, 2_000), decoder });
    expect(faultOf(() => jobOf(admission, call("matching"), held, 1))).toMatchObject({ fault: "STIM_UNSUPPORTED", next: expect.stringContaining("approximateDisjoint") as unknown });
    expect(faultOf(() => jobOf(admission, call({ name: "matching", approximateDisjoint: 0.009 }), held, 1)).fault).toBe("STIM_UNSUPPORTED");
    for (const name of ["matching", "union_find", "bp_osd", "lookup"]) {
      const service = createQService(inlineRunner);
      service.start(jobOf(admission, call({ name, approximateDisjoint: 0.01 }), held, 1));
      const { errors, shots } = readResult(parseResult((await service.outcome(jobId(1))).body)) as LogicalCounts;
      expect(errors / shots).toBeGreaterThan(0.01);
      expect(errors / shots).toBeLessThan(0.2);
    }
  });

  it("reach the decoder: fewer iterations and no sweep find other answers", async () => {
    const bicycle: Experiment = { code: "bivariate_bicycle_code:memory_z", distance: 6, rounds: 1, noise: uniformNoise(0.02) };
    const held = contractFor({ qubits: 1_000, channels: 1_000 });
    const errorsOf = async (id: number, settings: object): Promise<number> => {
      const service = createQService(inlineRunner);
      service.start(jobOf(admission, { ...logical(bicycle, 300), decoder: { name: "bp_osd", basis: "both", ...settings } }, held, id));
      return (readResult(parseResult((await service.outcome(jobId(id))).body)) as LogicalCounts).errors;
    };
    const [one, same, swept] = [await errorsOf(1, { iterations: 1 }), await errorsOf(1, { iterations: 1, order: 0 }), await errorsOf(1, { iterations: 1, order: 20 })];
    expect(same).toBe(one);
    expect(swept).toBeLessThan(one);
  });
});

describe("a body", () => {
  it.each<[string, unknown]>([
    ["of negative counts", { kind: "logical", shots: 1, errors: -1, flips: [], events: 0, unsolved: 0 }],
    ["of flips that are no list", { kind: "logical", shots: 1, errors: 0, flips: 0, events: 0, unsolved: 0 }],
    ["of rows that are no bytes", { kind: "events", shots: 1, detectors: 1, observables: 0, rows: [0] }],
  ])("%s is no outcome", (_, body) => {
    expect(faultName(() => parseResult(pack(body)))).toBe("ABI_MALFORMED");
  });
});
