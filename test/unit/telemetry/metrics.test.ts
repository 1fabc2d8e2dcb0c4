import { describe, expect, it } from "vitest";
import { DELIVERY } from "../../../kernel-abi/envelope.ts";
import { FAULTS, Fault } from "../../../kernel-abi/fault.ts";
import { EVENT, TURN_END, type Entry, type Frame } from "../../../kernel-abi/frame.ts";
import { KERNEL, PHI_SERVICE, ROOT } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { faultLines, metricLines, prometheusText } from "../../../telemetry/exporters.ts";
import { faultsOf } from "../../../telemetry/fault-events.ts";
import { createMetricFold, metricsOf, type MetricRecord } from "../../../telemetry/metrics.ts";
import { SERIES_NAMES } from "../../../telemetry/series.ts";
import { entry, kernelFrame, turnFrame } from "../../support/recordings.ts";
import { boot, CHILD, chatter, smallRun, waits } from "../../support/runs.ts";

const frames = (run: readonly (Frame | null)[]): Frame[] => run.filter((frame) => frame !== null);
const values = (records: readonly MetricRecord[]): Readonly<Record<string, number>> => Object.fromEntries(records.map(({ id, value }) => [id, value]));
const START = { kind: DELIVERY.START, from: KERNEL, seq: 0 } as const;
const nonZero = (records: readonly MetricRecord[]): Readonly<Record<string, number>> =>
  Object.fromEntries(records.filter(({ value }) => value !== 0).map(({ id, value }) => [id, value]));

describe("metrics of a run", () => {
  it("count what happened", () => {
    expect(nonZero(metricsOf(frames(smallRun())))).toEqual({
      "k.turns": 4, "k.context_switches": 3, "k.messages_sent": 1, "k.messages_delivered": 1, "k.payload_bytes": pack({ text: "measure soon" }).length,
      "k.ready_max": 1, "k.interrupts": 1, "k.calls_refused": 1,
      "q.submissions": 1, "q.measurements": 1, "q.shots": 10, "q.budget_used": 7, "q.availability": 1_000_000,
    });
  });

  it("show gauges as they stand in the middle", () => {
    const upToIntent = frames(smallRun()).slice(0, 3);
    expect(values(metricsOf(upToIntent))).toMatchObject({
      "k.processes": 2, "k.queue_depth": 1, "q.contracts_active": 1, "q.qubits_allocated": 2, "q.margin": 33, "q.jobs_in_flight": 1, "q.availability": 1_000_000,
    });
  });

  it("have one record of every series, in one order, at the last tick, with node and VHM", () => {
    const records = metricsOf(frames(smallRun()), { node: 3, vhm: 4 });
    expect(records.map(({ id }) => id)).toEqual(SERIES_NAMES);
    for (const record of records) expect(record).toMatchObject({ tick: 5, node: 3, vhm: 4, process: "", severity: 1 });
  });

  it("are flushed by logical time, and add up to the same end", () => {
    const run = chatter(10);
    const flushed = metricsOf(run, { every: 4 });
    const turns = flushed.filter(({ id }) => id === "k.turns").map(({ tick, value }) => [tick, value]);
    expect(turns).toEqual([[3, 3], [7, 7], [11, 11]]);
    expect(flushed.slice(-SERIES_NAMES.length)).toEqual(metricsOf(run));
  });

  it("are the same whether taken step by step or at the end", () => {
    const fold = createMetricFold();
    for (const frame of frames(smallRun())) expect(fold.step(frame)).toEqual([]);
    expect(fold.records()).toEqual(metricsOf(frames(smallRun())));
    expect(fold.records()).toEqual(fold.records());
  });

  it("count an aborted turn as such, and nothing it did", () => {
    const attempt: Entry[] = [
      entry(SYSCALL.IPC_SEND, { subject: ROOT, body: pack("lost") }),
      entry(SYSCALL.XDV_CALL, { domain: 1, contract: 9, verdict: FAULTS.CONTRACT_INVALID.code }),
    ];
    const aborted = turnFrame(1, ROOT, { delivery: START, entries: attempt, end: { kind: TURN_END.ABORTED, on: 0, subject: 3103, body: pack(new Fault("PROCESS_FAILED").toJSON()) } });
    expect(nonZero(metricsOf([boot(), aborted]))).toMatchObject({ "k.turns_aborted": 1, "k.calls_refused": 1, "k.turns": 1 });
    expect(values(metricsOf([boot(), aborted]))).toMatchObject({ "k.messages_sent": 0, "k.queue_depth": 0, "q.submissions": 0 });
  });

  it("forget the mail of a process that ended", () => {
    const send = turnFrame(1, ROOT, { delivery: START, entries: [entry(SYSCALL.IPC_SEND, { subject: CHILD, body: pack(1) })], end: waits(DELIVERY.MESSAGE) });
    expect(values(metricsOf([boot(), send]))).toMatchObject({ "k.queue_depth": 1 });
    const exit = kernelFrame(2, [entry(SYSCALL.PROC_EXIT, { subject: CHILD })], CHILD);
    expect(values(metricsOf([boot(), send, exit]))).toMatchObject({ "k.queue_depth": 0 });
  });

  it("follow Φ windows, reports and violations", () => {
    const terms = { domain: "PHI", units: 8, budget: 50, noisePpm: 400 };
    const opened = [
      entry(EVENT.CONTRACT_ISSUED, { domain: 2, contract: 1, body: pack({ owner: 3, terms }) }), entry(EVENT.CONTRACT_ACTIVATED, { domain: 2, contract: 1 }),
      entry(EVENT.WINDOW_START, { domain: 2, contract: 1 }), entry(SYSCALL.XDV_CALL, { domain: 2, contract: 1, subject: 1, body: pack({ due: 3, cost: 2, charge: { budget: 4, shots: 0 } }) }),
      entry(SYSCALL.XDV_CALL, { domain: 2, contract: 1, verdict: FAULTS.PHI_ERR_COHERENCE_TIMEOUT.code }),
    ];
    const report = kernelFrame(3, [entry(EVENT.JOB_OUTCOME, { domain: 2, contract: 1, subject: 1, body: pack({ kind: "report", stability: 999_000, noise: 1_000, drift: 17, tick: 3 }) })], PHI_SERVICE);
    const breach = kernelFrame(4, [
      entry(EVENT.JOB_OUTCOME, { domain: 2, contract: 1, subject: 2, verdict: FAULTS.PHI_ERR_STABILITY_BREACH.code }), entry(EVENT.WINDOW_STOP, { domain: 2, contract: 1 }),
      entry(EVENT.CONTRACT_REVOKED, { domain: 2, contract: 1 }), entry(EVENT.CONTRACT_RELEASED, { domain: 2, contract: 1 }),
    ], PHI_SERVICE);
    const run = [boot(), turnFrame(1, ROOT, { entries: opened }), kernelFrame(1, [entry(EVENT.JOB_INTENT, { domain: 2, subject: 1 }), entry(EVENT.JOB_INTENT, { domain: 2, subject: 2 })]), report];
    expect(values(metricsOf(run))).toMatchObject({
      "phi.windows": 1, "phi.windows_open": 1, "phi.components_allocated": 8, "phi.noise_threshold": 400, "phi.calls": 1, "phi.jobs_in_flight": 1,
      "phi.stability_index": 999_000, "phi.noise": 1_000, "phi.drift": 17, "phi.violations": 1, "q.submissions": 0,
    });
    const after = metricsOf([...run, breach]);
    expect(values(after)).toMatchObject({ "phi.windows_open": 0, "phi.components_allocated": 0, "phi.noise_threshold": 0, "phi.violations": 2, "phi.jobs_in_flight": 0 });
    expect(after.find(({ id }) => id === "phi.violations")?.severity).toBe(3);
  });

  it("carry what programs measured, by process, the latest value", () => {
    const emit = (value: number): Frame => turnFrame(value, ROOT, { entries: [entry(SYSCALL.METRIC_EMIT, { body: pack({ name: "energy", value, unit: "Ha" }) })] });
    expect(metricsOf([boot(), emit(1), emit(2)]).at(-1)).toMatchObject({ id: "user.energy", process: "root", value: 2, unit: "Ha", tick: 2 });
  });

  it("survive bodies they cannot read", () => {
    const junk = Uint8Array.of(0x92);
    const entries = [SYSCALL.METRIC_EMIT, SYSCALL.XDV_CALL, EVENT.CONTRACT_ISSUED, EVENT.PROCESS_DECLARED, EVENT.JOB_OUTCOME].flatMap((code) =>
      [0, 1, 2, 9].flatMap((domain) => [junk, pack([1]), pack("text"), pack(null)].map((body) => entry(code, { domain, contract: 1, body }))));
    const records = metricsOf([kernelFrame(1, entries)]);
    expect(records.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
  });
});

describe("fault events of a run", () => {
  it("say where, who, what and how severe", () => {
    expect(faultsOf(frames(smallRun()))).toEqual([{
      event: expect.any(Number), tick: 2, domain: "K", process: "root/echo#1", contract: 0, code: 1, name: "DOMAIN_UNAUTHORIZED", severity: 2,
      description: `IPC_SEND: ${FAULTS.DOMAIN_UNAUTHORIZED.says}`,
    }]);
  });

  it("number events as a turn's delivery, its entries and its completion", () => {
    const refused = turnFrame(1, ROOT, { entries: [entry(SYSCALL.LOG), entry(SYSCALL.IPC_SEND, { verdict: 3101 })], end: { kind: TURN_END.ABORTED, on: 0, subject: 3103, body: pack(new Fault("PROCESS_FAILED").toJSON()) } });
    const failed = kernelFrame(2, [entry(EVENT.JOB_OUTCOME, { domain: 1, contract: 4, verdict: 1004 }), entry(EVENT.JOB_OUTCOME, { domain: 2, verdict: 77 })]);
    expect(faultsOf([refused, failed]).map(({ event, name, domain, contract, severity }) => [event, name, domain, contract, severity])).toEqual([
      [2, "MAILBOX_FULL", "K", 0, 2], [3, "PROCESS_FAILED", "K", 0, 2], [4, "Q_ERR_HARDWARE_FAILURE", "Q", 4, 3], [5, "UNKNOWN", "PHI", 0, 4],
    ]);
  });
});

describe("exporters", () => {
  const records = metricsOf(frames(smallRun()));

  it("write one JSON object a line, naming its schema", () => {
    const lines = metricLines(records).split("\n");
    expect([lines.length, lines.at(-1)]).toEqual([records.length + 1, ""]);
    expect(lines.slice(0, -1).map((line): unknown => JSON.parse(line))).toEqual(records.map((record) => ({ schema: "triad.metric/1", ...record })));
    expect(JSON.parse(faultLines(faultsOf(frames(smallRun()))))).toMatchObject({ schema: "triad.fault/1", name: "DOMAIN_UNAUTHORIZED" });
    expect(metricLines([])).toBe("");
  });

  it("write the Prometheus text format, each series once and described", () => {
    const text = prometheusText(records);
    expect(text).toContain("# HELP triad_k_turns_total Turns taken: the processor time of a deterministic run.\n# TYPE triad_k_turns_total counter\ntriad_k_turns_total{domain=\"K\",node=\"0\",vhm=\"0\",unit=\"turns\"} 4\n");
    expect(text).toContain("# TYPE triad_q_margin gauge\n");
    for (const line of text.trimEnd().split("\n")) expect(line).toMatch(/^(# (HELP|TYPE) triad_\w+ .+|triad_\w+\{(\w+="[^"\n]*",?)+\} -?\d+(\.\d+)?)$/);
    expect(text.match(/^# TYPE /gm)).toHaveLength(SERIES_NAMES.length);
    expect(prometheusText(metricsOf(chatter(10), { every: 4 }))).toBe(prometheusText(metricsOf(chatter(10))));
  });

  it("escape what programs name", () => {
    const emit = turnFrame(1, ROOT, { entries: [entry(SYSCALL.METRIC_EMIT, { body: pack({ name: "a-b", value: 1.5, unit: "\"\\\n" }) })] });
    expect(prometheusText(metricsOf([boot(), emit]))).toContain("triad_user_a_b{domain=\"K\",node=\"0\",vhm=\"0\",unit=\"\\\"\\\\\\n\",process=\"root\"} 1.5\n");
  });
});
