import { describe, expect, it } from "vitest";
import { EVENT, type Entry, type Frame } from "../../../kernel-abi/frame.ts";
import { FAULTS } from "../../../kernel-abi/fault.ts";
import { PHI_SERVICE, ROOT } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { circuit } from "../../../domains/q/api/circuit.ts";
import { encodeDescriptor, parseCall } from "../../../domains/q/job.ts";
import { encodeResult, histogram } from "../../../domains/q/outcome.ts";
import { OP, OP_WIDTH } from "../../../domains/kernels/circuit.ts";
import { fieldsOf } from "../../../telemetry/body.ts";
import { recordsOf } from "../../../telemetry/exporter.ts";
import { CODES, knownReads, mismatches } from "../../../telemetry/known-reads.ts";
import { SCHEMA, type Diagnostic } from "../../../telemetry/schema.ts";
import { entry, kernelFrame, turnFrame } from "../../support/recordings.ts";
import { boot } from "../../support/runs.ts";

const diagnosticsIn = (run: readonly Frame[]): readonly Diagnostic[] => recordsOf(run, { rules: [] }).filter((one) => one.schema === SCHEMA.diagnostic);
const of = (run: readonly Frame[], kind: Diagnostic["kind"]): readonly Diagnostic[] => diagnosticsIn(run).filter((one) => one.kind === kind);

describe("Q diagnostics", () => {
  const figures = { t1: 1_000, t2: 2_500, error1: 0, error2: 150, errorMeasure: 9 };
  const attested = kernelFrame(0, [entry(EVENT.PROVIDER_ATTESTED, { domain: 1, subject: 1, body: pack({ provider: "sim", domain: "Q", version: 3, figures }) })]);

  it("give T1 and T2 as declared, and by how much T2 passes 2·T1", () => {
    expect(diagnosticsIn([attested]).slice(0, 2)).toMatchObject([
      { kind: "T1", qubit: null, estimate: 1_000, confidence: "declared", sourceId: "sim", logicalTimestamp: 0 },
      { kind: "T2", estimate: 2_500, limit: 2_000, excess: 500 },
    ]);
  });

  it("give GateFidelity = 10^6 - error_ppm for every error declared, and for no other", () => {
    expect(of([attested], "GateFidelity")).toMatchObject([
      { gate: "one-qubit", fidelity: 1_000_000, errorRate: 0, calibration: 3 }, { gate: "two-qubit", fidelity: 999_850, errorRate: 150 }, { gate: "MEASURE", fidelity: 999_991, sourceId: "sim/MEASURE" },
    ]);
    expect(of([attested], "GateFidelity")).toHaveLength(3);
  });

  it("give DecoherenceMargin after each charge: used, remaining", () => {
    const call = (budget: number): Entry => entry(SYSCALL.XDV_CALL, { domain: 1, contract: 4, subject: 1, body: pack({ charge: { budget, shots: 1 } }) });
    const issued = entry(EVENT.CONTRACT_ISSUED, { domain: 1, contract: 4, body: pack({ owner: ROOT, terms: { units: 1, budget: 50 } }) });
    expect(of([boot(), turnFrame(1, ROOT, { entries: [issued, call(20)] }), turnFrame(2, ROOT, { entries: [call(25)] })], "DecoherenceMargin")).toMatchObject([
      { used: 20, remaining: 30, budget: 50, resourceContractId: 4, process: "root", logicalTimestamp: 1 }, { used: 45, remaining: 5, logicalTimestamp: 2 },
    ]);
  });
});

describe("Φ diagnostics", () => {
  const intent = (job: number, op: string, envelopes: readonly number[] = []): Entry => entry(EVENT.JOB_INTENT, { domain: 2, contract: 1, subject: job, body: pack({ descriptor: pack({ op, envelopes }) }) });
  const report = (at: number, job: number, stability: number, drift: number, verdict = 0): Frame => kernelFrame(at, [
    entry(EVENT.JOB_OUTCOME, { domain: 2, contract: 1, subject: job, verdict, body: pack({ ...(verdict === 0 ? { kind: "report" } : {}), stability, noise: 1_000_000 - stability, drift }) }),
  ], PHI_SERVICE);
  const issued = kernelFrame(1, [entry(EVENT.CONTRACT_ISSUED, { domain: 2, contract: 1, body: pack({ owner: ROOT, terms: { units: 4, budget: 9, noisePpm: 5_000, errorPpm: 700 } }) })]);
  const run = [
    boot(), issued, kernelFrame(1, [intent(1, "open"), intent(2, "open"), intent(3, "shift", [1]), intent(4, "merge", [1, 2]), intent(5, "evaluate", [2])], ROOT),
    report(2, 1, 1_000_000, 0), report(2, 2, 1_000_000, 0), report(6, 3, 999_000, 40), report(8, 4, 998_500, 90), report(8, 5, 998_500, 90),
  ];

  it("give index with threshold, gradient over the ticks between reports, drift with tolerance, and what transforms did", () => {
    const about = diagnosticsIn(run).filter(({ sourceId }) => sourceId === "envelope/1");
    expect(about.filter(({ logicalTimestamp }) => logicalTimestamp === 6)).toMatchObject([
      { kind: "StabilityIndex", score: 999_000, threshold: 995_000, resourceContractId: 1, process: "root" },
      { kind: "NoiseGradient", level: 1_000, change: 1_000, ticks: 4, gradient: 250_000_000 },
      { kind: "EnvelopeDrift", magnitude: 40, tolerance: 700 },
      { kind: "TransformImpact", transform: "PHASE_SHIFT", before: 1_000_000, after: 999_000, change: -1_000 },
    ]);
    expect(about.filter(({ kind }) => kind === "TransformImpact")).toHaveLength(2);
  });

  it("tell of both envelopes of a merge, and of an evaluation no impact", () => {
    expect(of(run, "TransformImpact").filter(({ logicalTimestamp }) => logicalTimestamp === 8)).toMatchObject([
      { sourceId: "envelope/1", change: -500 }, { sourceId: "envelope/2", change: -1_500, transform: "PHASE_MERGE" },
    ]);
  });

  it("have no gradient within one tick, and take a breach's scores from its fault", () => {
    expect(of(run, "NoiseGradient").at(-1)).toMatchObject({ sourceId: "envelope/2", ticks: 0, gradient: 0 });
    const breached = [...run.slice(0, 5), report(6, 3, 990_000, 9, FAULTS.PHI_ERR_STABILITY_BREACH.code)];
    expect(of(breached, "StabilityIndex").at(-1)).toMatchObject({ sourceId: "envelope/1", score: 990_000, threshold: 995_000 });
  });

  it("hold scores and no phases: no field of any record is other than an integer or a word", () => {
    for (const record of diagnosticsIn(run).filter(({ domain }) => domain === "PHI")) {
      for (const value of Object.values(record)) expect(["string", "number"]).toContain(typeof value);
      expect(Object.values(record).filter((value) => typeof value === "number").every(Number.isSafeInteger)).toBe(true);
    }
  });
});

describe("measurement error", () => {
  const descriptor = (built: ReturnType<typeof circuit>, shots: number): ReturnType<typeof fieldsOf> =>
    fieldsOf(encodeDescriptor(parseCall({ mode: "counts", circuit: built.lower(), shots })));
  const outcome = (rows: readonly string[]): Uint8Array =>
    encodeResult(histogram(Uint8Array.from(rows.flatMap((row) => [...row].map(Number))), rows.length, rows[0]?.length ?? 0));

  it("reads opcodes as the kernels do", () => {
    expect(CODES).toEqual({ RESET: OP.RESET, MEASURE: OP.MEASURE, BARRIER: OP.BARRIER, WIDTH: OP_WIDTH });
  });

  it("knows what an untouched, a reset and a repeated read must give, and nothing of others", () => {
    const reads = (built: ReturnType<typeof circuit>): unknown => knownReads(descriptor(built, 5)).reads;
    expect(reads(circuit(1).measure(0, 0))).toEqual([{ qubit: 0, clbit: 0, like: undefined }]);
    expect(reads(circuit(1).h(0).measure(0, 0))).toEqual([]);
    expect(reads(circuit(1).h(0).reset(0).measure(0, 0))).toEqual([{ qubit: 0, clbit: 0, like: undefined }]);
    expect(reads(circuit(1, 2).h(0).measure(0, 0).barrier().measure(0, 1))).toEqual([{ qubit: 0, clbit: 1, like: 0 }]);
    expect(reads(circuit(1, 2).h(0).measure(0, 0).x(0).measure(0, 1))).toEqual([]);
    expect(reads(circuit(2, 2).cx(0, 1).measure(1, 0))).toEqual([]);
    expect(reads(circuit(2, 3).h(0).measure(0, 0).measure(0, 1).h(1).measure(1, 0))).toEqual([]); // clbit 0 was written again
    expect(reads(circuit(2, 1).measure(0, 0).h(1).measure(1, 0))).toEqual([]); // and here it was the read's own
  });

  it("counts mismatches by qubit over shots", () => {
    const known = knownReads(descriptor(circuit(2, 3).h(0).measure(0, 0).measure(0, 1).measure(1, 2), 4));
    expect([...mismatches(known, outcome(["000", "110", "101", "011"]))]).toEqual([[0, { samples: 4, mismatches: 2 }], [1, { samples: 4, mismatches: 2 }]]);
    const single = fieldsOf(encodeDescriptor(parseCall({ mode: "bits", circuit: circuit(1, 2).h(0).measure(0, 0).measure(0, 1).lower() })));
    expect([...mismatches(knownReads(single), encodeResult({ kind: "bits", bits: Uint8Array.of(1, 0) }))]).toEqual([[0, { samples: 1, mismatches: 1 }]]);
    expect([...mismatches(known, pack("nothing of ours"))]).toEqual([]);
  });

  it("is told at each flush, over the ticks since the last", () => {
    const job = (id: number): Entry => entry(EVENT.JOB_INTENT, { domain: 1, contract: 1, subject: id, body: pack({ descriptor: encodeDescriptor(parseCall({ mode: "counts", circuit: circuit(1).measure(0, 0).lower(), shots: 4 })) }) });
    const done = (at: number, id: number, rows: readonly string[]): Frame => kernelFrame(at, [entry(EVENT.JOB_OUTCOME, { domain: 1, contract: 1, subject: id, body: outcome(rows) })]);
    const run = [boot(), kernelFrame(1, [job(1), job(2)], ROOT), done(3, 1, ["0", "0", "0", "1"]), done(12, 2, ["1", "1", "0", "0"])];
    const records = recordsOf(run, { every: 10, rules: [] });
    expect(records.filter((one) => one.schema === SCHEMA.diagnostic && one.kind === "MeasurementError")).toMatchObject([
      { qubit: 0, probability: 250_000, mismatches: 1, samples: 4, window: { from: 0, until: 3 }, logicalTimestamp: 3 },
      { qubit: 0, probability: 500_000, mismatches: 2, samples: 4, window: { from: 3, until: 12 }, logicalTimestamp: 12 },
    ]);
    expect(records.filter((one) => one.schema === SCHEMA.metric && one.metricId === "q.measurement_error").map((one) => ("value" in one ? [one.sourceId, one.value] : [])))
      .toEqual([["run", 250_000], ["qubit/0", 250_000], ["run", 375_000], ["qubit/0", 375_000]]);
  });
});
