// Noise through the whole runtime: described in the call, charged, sealed, verified, replayed, reproduced and judged.
import { beforeAll, describe, expect, it } from "vitest";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { circuit, defineProcess, judgeTrace, pauliSum, replayTrace, reproduceTrace, verifyTrace, type Counts, type Noise } from "../../../../runtime/app/index.ts";
import { encodeDescriptor, parseCall } from "../../../../domains/q/job.ts";
import { encodeResult } from "../../../../domains/q/outcome.ts";
import { walk } from "../../../../replay/bundle.ts";
import { memorySource } from "../../../../runtime/adapters/memory.ts";
import { chained, recordInMemory, type MemoryRun } from "../../../support/examples.ts";
import { withOutcomes } from "../../../support/forge.ts";
import { faultOf } from "../../../support/refusals.ts";

const noise: Noise = {
  depolarize1: 0.01, depolarize2: 0.03, relaxation: { t1: 200, t2: 150, gate1: 1, gate2: 4, measure: 20 }, readout: { zeroAsOne: 0.01, oneAsZero: 0.03 }, overRotation: 0.02,
};
const ghz = circuit(3).ry(Math.PI / 2, 0).cx(0, 1).cx(1, 2).measureAll();
const fed = circuit(2, 2).h(0).t(0).h(0).measure(0, 0).if(0, 1, (then) => then.x(1)).measure(1, 1);
const energy = pauliSum(2, [[1, "Z0 Z1"], [0.5, "X0"], [2, "I"]]);

const program = defineProcess({
  name: "noisy", domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: 3, budget: 1_000_000, shots: 100_000 });
    const counts = yield* q.measure(yield* q.sample(contract, ghz, 4_000, { noise }));
    const bits = [];
    for (let shot = 0; shot < 3; shot++) bits.push(yield* q.measure(yield* q.submit(contract, fed, { noise })));
    const value = yield* q.measure(yield* q.estimate(contract, circuit(2).h(0).cx(0, 1), energy, { noise, shots: 2_000 }));
    const clean = yield* q.measure(yield* q.sample(contract, ghz, 100));
    const { budget, shots } = yield* q.ledger(contract);
    return { counts, bits, value, clean, budget, shots };
  },
});

let run: MemoryRun;
interface Result { readonly counts: Counts; readonly value: number; readonly clean: Counts; readonly budget: number; readonly shots: number }
const result = (): Result => run.report.end.result as Result;
beforeAll(async () => { run = await recordInMemory({ program }); });

describe("a call with noise", () => {
  it("gives what a call without cannot, and leaves that alone", () => {
    const { counts, clean, value } = result();
    expect(Object.keys(clean).sort()).toEqual(["000", "111"]);
    expect(Object.keys(counts)).toHaveLength(8);
    expect((counts["000"] ?? 0) + (counts["111"] ?? 0)).toBeGreaterThan(3_000);
    expect(value).toBeGreaterThan(2.7);
    expect(value).toBeLessThan(3);
  });

  it("is charged by the shot", () => {
    const { shots, budget } = result();
    expect(shots).toBe(4_000 + 3 + 2_000 + 100);
    expect(budget).toBe(8 * 4_100 + (3 + 1 + 1 + 1) * 3 + 3 * 2_000);
  });

  it("is sealed: the trace verifies, replays and reproduces, with one digest for any number of workers and however late they are", async () => {
    expect(await verifyTrace(run.bytes)).toMatchObject({ ok: true, digest: run.report.digest });
    expect(await replayTrace(run.bytes, { program })).toMatchObject({ complete: true, digest: run.report.digest });
    expect(await reproduceTrace(run.bytes, { program, workers: 1 })).toMatchObject({ complete: true, confirmed: 6, unconfirmed: 0 });
    for (const options of [{ workers: 1 }, { workers: 2, delayMs: (job: number) => (job % 3) * 20 }, { workers: 4, delayMs: (job: number) => 60 - job * 10 }]) {
      expect(chained(await recordInMemory({ program }, options)).equals(chained(run))).toBe(true);
    }
  });
});

describe("its descriptor", () => {
  const described = (bytes: Uint8Array): readonly Readonly<Record<string, unknown>>[] =>
    [...walk(memorySource(bytes))].flatMap(({ frame }) => frame.entries).filter(({ code }) => code === EVENT.JOB_INTENT)
      .map(({ body }) => unpack((unpack(body) as { readonly descriptor: Uint8Array }).descriptor) as Readonly<Record<string, unknown>>);
  it("holds the whole model, every member in its place; a call without noise has no such member", () => {
    const [first, , , , value, clean] = described(run.bytes);
    expect(first!["noise"]).toEqual({ depolarize1: 0.01, depolarize2: 0.03, relaxation: { t1: 200, t2: 150, gate1: 1, gate2: 4, measure: 20, reset: 0 }, readout: { zeroAsOne: 0.01, oneAsZero: 0.03 }, overRotation: 0.02 });
    expect(Object.keys(value!)).toEqual(["mode", "circuit", "shots", "observable", "noise"]);
    expect(Object.keys(clean!)).toEqual(["mode", "circuit", "shots"]);
  });
  it("has the same bytes however the same noise is written", () => {
    const call = (given: Noise) => encodeDescriptor(parseCall({ mode: "counts", circuit: ghz.lower(), shots: 7, noise: given }));
    expect(call({ depolarize2: 0.5, overRotation: -0, readout: {} })).toEqual(call({ readout: { oneAsZero: 0 }, depolarize2: 0.5 }));
    expect(call({})).not.toEqual(encodeDescriptor(parseCall({ mode: "counts", circuit: ghz.lower(), shots: 7 })));
  });
  it("of a run from before is refused, as it was then", () => {
    expect(faultOf(() => parseCall({ mode: "counts", circuit: ghz.lower(), shots: 7, noise: {} }, new Set(["callsRefusedByForm"])))).toMatchObject({ fault: "ABI_MALFORMED", detail: { at: "/noise" } });
  });
});

describe("judging", () => {
  const standings = async (bytes: Uint8Array): Promise<unknown> => judgeTrace(bytes).then(({ jobs }) => jobs.map(({ kind, standing, note, p }) => [kind, standing, note === "" ? p !== null && p > 1e-4 : note]),
    (error: unknown) => (error instanceof Fault ? [error.fault, error.detail["job"], error.detail["what"] ?? error.detail["why"]] : error));
  const counted = (counts: Counts): Uint8Array => encodeResult({ kind: "counts", keys: Object.keys(counts).sort(), counts: Object.keys(counts).sort().map((key) => counts[key] ?? 0) });
  const forged = (job: number, body: () => Uint8Array): Uint8Array => withOutcomes(run.bytes, (outcome) => (outcome.job === job ? body() : outcome.body));

  it("finds honest outcomes possible and plausible", async () => {
    const [sample, one, two, three, value, clean] = await standings(run.bytes) as unknown[];
    expect([sample, value, clean]).toEqual([["counts", "possible", true], ["expectation", "possible", true], ["counts", "possible", true]]);
    for (const single of [one, two, three]) expect(single).toEqual(["bits", "possible", expect.anything()]);
  });
  it("finds counts of the circuit without noise implausible", async () => {
    const report = await judgeTrace(forged(1, () => counted({ "000": 2_003, "111": 1_997 })));
    expect(report).toMatchObject({ implausible: true });
    expect(report.flags.some(({ jobs }) => jobs.some((job) => Number(job) === 1))).toBe(true);
  });
  it("finds a mean that is far off implausible, and one that nothing gives impossible", async () => {
    expect(await judgeTrace(forged(5, () => encodeResult({ kind: "value", value: Float64Array.of(2.3) })))).toMatchObject({ implausible: true });
    expect(await standings(forged(5, () => encodeResult({ kind: "value", value: Float64Array.of(3.6) })))).toEqual(["OUTCOME_IMPOSSIBLE", 5, expect.stringMatching(/mean/) as unknown]);
  });
  it("refuses a record that no error leads to", async () => {
    const still = defineProcess({
      name: "still", domains: ["Q"],
      *run({ q }) {
        const contract = yield* q.reserve({ qubits: 2, budget: 1_000_000 });
        return yield* q.measure(yield* q.sample(contract, circuit(2).x(0).h(1).measureAll(), 50, { noise: { readout: { zeroAsOne: 0.3 } } }));
      },
    });
    const kept = await recordInMemory({ program: still });
    expect(await standings(kept.bytes)).toEqual([["counts", "possible", true]]);
    expect(await standings(withOutcomes(kept.bytes, () => counted({ "00": 1, "10": 20, "11": 29 })))).toEqual(["OUTCOME_IMPOSSIBLE", 1, expect.stringMatching(/cannot give/) as unknown]);
  });
  it("tests bits and parities of Clifford circuits that are too large", async () => {
    const large = defineProcess({
      name: "clifford", domains: ["Q"],
      *run({ q }) {
        const contract = yield* q.reserve({ qubits: 13, budget: 1_000_000 });
        const wide = Array.from({ length: 11 }, (_, at) => at).reduce((made, at) => made.cx(at, at + 1), circuit(13).h(0)).barrier().measureAll();
        return yield* q.measure(yield* q.sample(contract, wide, 400, { noise: { depolarize2: 0.02, readout: { zeroAsOne: 0, oneAsZero: 0.03 } } }));
      },
    });
    const kept = await recordInMemory({ program: large });
    expect(await standings(kept.bytes)).toEqual([["counts", "possible", expect.stringMatching(/parity/)]]);
    expect((await judgeTrace(kept.bytes)).jobs[0]?.p).toBeGreaterThan(1e-3);
    const zeros = "0".repeat(13), ones = `${"1".repeat(12)}0`;
    expect(await judgeTrace(withOutcomes(kept.bytes, () => counted({ [zeros]: 200, [ones]: 200 })))).toMatchObject({ implausible: true });
    // Qubit 12 is never used, and a 0 is never read as 1.
    expect(await standings(withOutcomes(kept.bytes, () => counted({ [zeros]: 399, ["1".repeat(13)]: 1 })))).toEqual(["OUTCOME_IMPOSSIBLE", 1, expect.stringMatching(/cannot give/) as unknown]);
  });
  it("says of what is too large that it is for reproduce", async () => {
    const large = defineProcess({
      name: "large", domains: ["Q"],
      *run({ q }) {
        const contract = yield* q.reserve({ qubits: 12, budget: 1_000_000 });
        const wide = Array.from({ length: 11 }, (_, at) => at).reduce((made, at) => made.cx(at, at + 1), circuit(12).h(0).t(0)).barrier();
        const noisy = { noise: { depolarize2: 0.01 } };
        const counts = yield* q.measure(yield* q.sample(contract, wide.measureAll(), 20, noisy));
        return [counts, yield* q.measure(yield* q.estimate(contract, wide, pauliSum(12, [[1, "Z0 Z11"]]), { shots: 20, ...noisy }))];
      },
    });
    const kept = await recordInMemory({ program: large });
    expect(await standings(kept.bytes)).toEqual([["counts", "unjudged", expect.stringMatching(/density matrix/)], ["expectation", "unjudged", expect.stringMatching(/density matrix/)]]);
    expect(await reproduceTrace(kept.bytes, { program: large, workers: 1 })).toMatchObject({ complete: true, confirmed: 2 });
  });
});

describe("refusals, in the order of the stages", () => {
  it("of noise that is none, that is too much, and of circuits too large for it", async () => {
    const refused = defineProcess({
      name: "refused", domains: ["Q"],
      *run({ q }) {
        const contract = yield* q.reserve({ qubits: 30, budget: 1e12, shots: 10_000_000 });
        const pair = circuit(2).h(0).cx(0, 1).measureAll();
        const told: unknown[] = [];
        const times = { t1: 10, t2: 20.001 };
        for (const call of [
          q.sample(contract, pair, 10, { noise: { depolarize1: 1.5 } }), q.sample(contract, pair, 10, { noise: { relaxation: times } }), q.sample(contract, pair, 10, { noise: { depolarize: 0.1 } as never }),
          q.sample(contract, circuit(1).rx(1_647_098, 0).measureAll(), 10, { noise: { overRotation: 2 } }),
          q.sample(contract, circuit(28).h(0).measureAll(), 10, { noise: {} }), q.sample(contract, circuit(27).h(0).measureAll(), 5_000, { noise: {} }),
          q.estimate(contract, circuit(1).h(0).measureAll(), pauliSum(1, [[1, "X0"]]), { noise: {} }),
        ]) {
          try {
            told.push(typeof (yield* call));
          } catch (fault) {
            told.push(fault instanceof Fault ? [fault.fault, fault.detail["at"] ?? fault.detail["what"] ?? fault.detail["allowed"], fault.next !== ""] : fault);
          }
        }
        return told;
      },
    });
    const { report } = await recordInMemory({ program: refused });
    expect(report.end.result).toEqual([
      ["ABI_MALFORMED", "/noise/depolarize1", true], ["ABI_MALFORMED", "/noise/relaxation/t2", true], ["ABI_MALFORMED", "/noise/depolarize", true], ["ABI_MALFORMED", "/circuit/angles", true],
      ["Q_ERR_GATE_UNSUPPORTED", 27, true], ["Q_ERR_RESOURCE_UNAVAILABLE", 10_000_000_000_000, true], ["Q_ERR_MEASUREMENT_FAILURE", "an expectation value needs a circuit without MEASURE and RESET", true],
    ]);
  });
});

describe("what a call is refused with", () => {
  it("names the place, what stood there, what may, and the call with its options", async () => {
    const refused = defineProcess({
      name: "refused", domains: ["Q"],
      *run({ q }) {
        const contract = yield* q.reserve({ qubits: 3, budget: 1_000 });
        const told: unknown[] = [];
        for (const call of [
          q.sample(contract, ghz, 10, { noise: { relaxation: { t1: 1, t2: 3 } } }), q.estimate(contract, circuit(1).h(0), pauliSum(2, [[1, "Z0"]])),
          q.sample(contract, ghz, 10, { fusion: "some" as never }), q.sample(contract, ghz, 10, { noise: { readout: { zeroAsOne: 2 } } }), q.submit(contract, ghz, { noise: { noisy: 1 } as never }),
        ]) {
          try {
            yield* call;
          } catch (fault) {
            if (fault instanceof Fault) told.push([fault.detail["argument"], fault.detail["value"], fault.next]);
          }
        }
        return told;
      },
    });
    const { report } = await recordInMemory({ program: refused });
    expect(report.end.result).toEqual([
      ["noise.relaxation.t2", "3", "Write q.sample(contract, circuit, shots, { noise?, fusion? }), with noise.relaxation.t2: at most 2·t1: energy that is lost takes phase with it."],
      ["observable.paulis", "an object (Uint8Array)", "Write q.estimate(contract, circuit, observable, { shots?, noise?, fusion? }), with observable.paulis: one letter per term and qubit."],
      ["fusion", '"some"', "Write q.sample(contract, circuit, shots, { noise?, fusion? }), with fusion: one of exact, fused."],
      ["noise.readout.zeroAsOne", "2", "Write q.sample(contract, circuit, shots, { noise?, fusion? }), with noise.readout.zeroAsOne: must be <= 1."],
      ["noise.noisy", "1", "Write q.submit(contract, circuit, { noise?, fusion? }), with noise.noisy: no field of this."],
    ]);
  });
});
