import { describe, expect, it } from "vitest";
import { DELIVERY } from "../../../kernel-abi/envelope.ts";
import { FAULTS, Fault } from "../../../kernel-abi/fault.ts";
import { EVENT, TURN_END, type Entry, type Frame } from "../../../kernel-abi/frame.ts";
import { KERNEL, PHI_SERVICE, ROOT } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { faultsOf, metricsOf, recordsOf } from "../../../telemetry/exporter.ts";
import type { MetricRecord } from "../../../telemetry/schema.ts";
import { SERIES, SERIES_NAMES } from "../../../telemetry/series.ts";
import { createTelemetry } from "../../../telemetry/telemetry.ts";
import { entry, kernelFrame, turnFrame } from "../../support/recordings.ts";
import { boot, CHILD, chatter, smallRun, waits } from "../../support/runs.ts";

const frames = (run: readonly (Frame | null)[]): Frame[] => run.filter((frame) => frame !== null);
const ofRun = (records: readonly MetricRecord[]): readonly MetricRecord[] => records.filter(({ sourceId }) => sourceId === "run");
const values = (records: readonly MetricRecord[]): Readonly<Record<string, number>> => Object.fromEntries(ofRun(records).map(({ metricId, value }) => [metricId, value]));
const nonZero = (records: readonly MetricRecord[]): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(values(records)).filter(([, value]) => value !== 0));
const START = { kind: DELIVERY.START, from: KERNEL, seq: 0 } as const;
const aborted = { kind: TURN_END.ABORTED, on: 0, subject: 3103, body: pack(new Fault("PROCESS_FAILED").toJSON()) } as const;
const sends = (at: number, to: number, bytes: number, from: number = ROOT): Frame =>
  turnFrame(at, from, { delivery: { kind: DELIVERY.TIMER, from: ROOT, seq: 0 }, entries: [entry(SYSCALL.IPC_SEND, { subject: to, body: new Uint8Array(bytes) })], end: waits(DELIVERY.TIMER) });
const hears = (at: number, by: number, from: number = ROOT): Frame => turnFrame(at, by, { delivery: { kind: DELIVERY.MESSAGE, from: from as never, seq: 0 } });

describe("metrics of a run", () => {
  it("count what happened", () => {
    expect(nonZero(metricsOf(frames(smallRun())))).toEqual({
      "k.turns": 4, "k.operations": 7, "k.context_switches": 3, "k.messages_sent": 1, "k.messages_delivered": 1, "k.payload_bytes": pack({ text: "measure soon" }).length,
      "k.ready_max": 1, "k.interrupts": 1, "k.interrupts_outcome": 1, "k.calls_refused": 1, "k.calls_denied": 1, "k.recorded_bytes": expect.any(Number),
      "k.memory_bytes_max": pack({ text: "measure soon" }).length, "k.ipc_throughput": 200_000, "q.measurement_rate": 200_000,
      "q.submissions": 1, "q.measurements": 1, "q.shots": 10, "q.budget_used": 7, "q.availability": 1_000_000, "q.t1": 1_000, "q.t2": 900,
    });
  });

  it("show gauges as they stand in the middle", () => {
    const upToIntent = metricsOf(frames(smallRun()).slice(0, 3));
    expect(values(upToIntent)).toMatchObject({
      "k.processes": 2, "k.queue_depth": 1, "q.containers": 1, "q.qubits_allocated": 2, "q.margin": 33, "q.margin_ppm": 825_000, "q.jobs_in_flight": 1, "q.availability": 1_000_000,
    });
    expect(upToIntent.find(({ metricId, sourceId }) => metricId === "q.margin" && sourceId !== "run"))
      .toMatchObject({ sourceId: "contract/1", resourceContractId: 1, processId: ROOT, process: "root", value: 33, unit: "cost units" });
  });

  it("have one record of every series that is known, in one order, at the last tick, with node, tenant and VHM", () => {
    const records = metricsOf(frames(smallRun()), { node: 3, vhm: 4, tenant: 9 });
    const unknown = SERIES_NAMES.filter((name) => !["gate", "envelope", "qubit", "provider"].includes(SERIES[name].per) && !ofRun(records).some(({ metricId }) => metricId === name));
    expect(unknown).toEqual(["phi.noise_threshold", "phi.window_remaining", "q.margin_ppm"]); // nothing open: nothing to tell
    expect(records.map(({ metricId }) => metricId)).toEqual(records.map(({ metricId }) => metricId).toSorted());
    for (const record of records) expect(record).toMatchObject({ schema: "triad.metric/2", logicalTimestamp: 5, node: 3, tenant: 9, vhm: 4, process: "", severity: 1 });
  });

  it("are flushed by logical time, and add up to the same end", () => {
    const run = chatter(10);
    const flushed = metricsOf(run, { every: 4 });
    const turns = flushed.filter(({ metricId }) => metricId === "k.turns").map(({ logicalTimestamp, value }) => [logicalTimestamp, value]);
    expect(turns).toEqual([[3, 3], [7, 7], [11, 11]]);
    const rates = flushed.filter(({ metricId }) => metricId === "k.ipc_throughput").map(({ value }) => value);
    expect(rates).toEqual([666_666, 1_000_000, 1_000_000]);
    const whole = (records: readonly MetricRecord[]): unknown => records.filter(({ logicalTimestamp, metricId }) => logicalTimestamp === 11 && metricId !== "k.ipc_throughput").map(({ sequence: _, ...rest }) => rest);
    expect(whole(flushed)).toEqual(whole(metricsOf(run)));
  });

  it("are the same whether taken step by step or at the end, and looking changes nothing", () => {
    const telemetry = createTelemetry();
    const records = frames(smallRun()).flatMap((frame) => {
      telemetry.now();
      return telemetry.step(frame);
    });
    expect(telemetry.now()).toEqual(telemetry.now());
    expect([...records, ...telemetry.finish().records]).toEqual(recordsOf(frames(smallRun())));
  });

  it("count an aborted turn as such, and nothing it did", () => {
    const attempt: Entry[] = [
      entry(SYSCALL.IPC_SEND, { subject: ROOT, body: pack("lost") }),
      entry(SYSCALL.XDV_CALL, { domain: 1, contract: 9, verdict: FAULTS.CONTRACT_INVALID.code }),
    ];
    const run = [boot(), turnFrame(1, ROOT, { delivery: START, entries: attempt, end: aborted })];
    expect(nonZero(metricsOf(run))).toMatchObject({ "k.turns_aborted": 1, "k.calls_refused": 1, "k.operations": 1, "k.turns": 1 });
    expect(values(metricsOf(run))).toMatchObject({ "k.messages_sent": 0, "k.queue_depth": 0, "q.submissions": 0, "k.calls_denied": 0 });
  });

  it("tell interrupts apart", () => {
    const by = (kind: 2 | 3 | 4, at: number): Frame => turnFrame(at, ROOT, { delivery: { kind, from: ROOT, seq: 1 } });
    expect(nonZero(metricsOf([boot(), by(2, 1), by(2, 2), by(3, 3), by(4, 4)])))
      .toMatchObject({ "k.interrupts": 4, "k.interrupts_timer": 2, "k.interrupts_outcome": 1, "k.interrupts_exit": 1 });
  });

  it("carry what programs measured, by process, the latest value", () => {
    const emit = (value: number): Frame => turnFrame(Math.ceil(value), ROOT, { entries: [entry(SYSCALL.METRIC_EMIT, { body: pack({ name: "energy", value, unit: "Ha" }) })] });
    expect(metricsOf([boot(), emit(1), emit(1.5)]).at(-1)).toMatchObject({ metricId: "user.energy", process: "root", processId: ROOT, value: 1.5, unit: "Ha", logicalTimestamp: 2 });
  });

  it("are told for each process where that is asked for, and add up to the run's", () => {
    const counters = metricsOf(frames(smallRun()), { byProcess: true }).filter(({ metricId }) => metricId === "k.turns");
    expect(counters.map(({ sourceId, process, value }) => [sourceId, process, value])).toEqual([["run", "", 4], ["process/3", "root", 2], ["process/4", "root/echo#1", 2]]);
  });

  it("survive bodies they cannot read", () => {
    const junk = Uint8Array.of(0x92);
    const entries = [SYSCALL.METRIC_EMIT, SYSCALL.XDV_CALL, EVENT.CONTRACT_ISSUED, EVENT.PROCESS_DECLARED, EVENT.PROVIDER_ATTESTED, EVENT.JOB_INTENT, EVENT.JOB_OUTCOME, EVENT.FAULT, EVENT.RUN_END].flatMap((code) =>
      [0, 1, 2, 9].flatMap((domain) => [junk, pack([1]), pack("text"), pack(null)].map((body) => entry(code, { domain, contract: 1, body }))));
    const records = metricsOf([kernelFrame(1, entries)]);
    expect(records.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
  });
});

describe("mail under way", () => {
  const child = kernelFrame(0, [entry(EVENT.PROCESS_DECLARED, { subject: CHILD, body: pack({ name: "root/c#1", vhm: 0, node: 0 }) })]);

  it("is counted with its bytes until it is delivered, and remembered at its most", () => {
    const run = [boot(), child, sends(1, CHILD, 10), sends(1, CHILD, 30), hears(2, CHILD)];
    expect(values(metricsOf(run))).toMatchObject({ "k.queue_depth": 1, "k.mailbox_depth": 1, "k.memory_bytes": 30, "k.memory_bytes_max": 40, "k.messages_delivered": 1 });
    expect(metricsOf(run).find(({ metricId }) => metricId === "k.mailbox_depth")).toMatchObject({ process: "root/c#1", processId: CHILD });
  });

  it("tells how long it waited beyond the tick it was due, and how long the oldest waits", () => {
    const run = [boot(), child, sends(1, CHILD, 1), sends(2, CHILD, 1), hears(7, CHILD), kernelFrame(9, [entry(SYSCALL.LOG)])];
    expect(values(metricsOf(run))).toMatchObject({ "k.wait_max": 5, "k.wait_oldest": 6 });
    expect(values(metricsOf([boot(), child, sends(1, CHILD, 1), hears(2, CHILD)]))).toMatchObject({ "k.wait_max": 0, "k.wait_oldest": 0 });
  });

  it("is lost with its receiver when it is due, and as a dead letter when it comes too late", () => {
    const exit = kernelFrame(3, [entry(SYSCALL.PROC_EXIT, { subject: CHILD })], CHILD);
    const run = [boot(), child, sends(1, CHILD, 1), sends(2, CHILD, 1), sends(3, CHILD, 1), exit];
    expect(values(metricsOf(run))).toMatchObject({ "k.queue_depth": 1, "k.messages_lost": 2, "k.processes": 1 });
    const dead = kernelFrame(4, [entry(EVENT.FAULT, { verdict: FAULTS.PROCESS_UNKNOWN.code, subject: CHILD, body: pack({ from: ROOT, seq: 2 }) })]);
    expect(values(metricsOf([...run, dead]))).toMatchObject({ "k.queue_depth": 0, "k.messages_lost": 3, "k.memory_bytes": 0 });
  });

  it("never falls below nothing, though a delivery was never seen to be sent", () => {
    expect(values(metricsOf([boot(), hears(1, ROOT, 9), hears(2, ROOT, 9)]))).toMatchObject({ "k.queue_depth": 0, "k.memory_bytes": 0, "k.messages_delivered": 2 });
  });
});

describe("Φ in metrics", () => {
  const terms = { domain: "PHI", units: 8, budget: 50, noisePpm: 400, errorPpm: 100, end: 90 };
  const opened = [
    entry(EVENT.CONTRACT_ISSUED, { domain: 2, contract: 1, body: pack({ owner: 3, terms }) }), entry(EVENT.CONTRACT_ACTIVATED, { domain: 2, contract: 1 }),
    entry(EVENT.WINDOW_START, { domain: 2, contract: 1 }), entry(SYSCALL.XDV_CALL, { domain: 2, contract: 1, subject: 1, body: pack({ due: 3, cost: 2, charge: { budget: 4, shots: 0 } }) }),
    entry(SYSCALL.XDV_CALL, { domain: 2, contract: 1, verdict: FAULTS.PHI_ERR_COHERENCE_TIMEOUT.code }),
  ];
  const intent = (job: number, call: object): Entry => entry(EVENT.JOB_INTENT, { domain: 2, contract: 1, subject: job, body: pack({ actor: "root", due: 3, descriptor: pack(call) }) });
  const outcome = (at: number, job: number, body: object, verdict = 0): Frame => kernelFrame(at, [entry(EVENT.JOB_OUTCOME, { domain: 2, contract: 1, subject: job, verdict, body: pack(body) })], PHI_SERVICE);
  const run = [
    boot(), turnFrame(1, ROOT, { entries: opened }), kernelFrame(1, [intent(1, { op: "open" }), intent(2, { op: "shift", envelopes: [1] })], ROOT),
    outcome(3, 1, { kind: "report", stability: 1_000_000, noise: 0, drift: 0, tick: 3 }),
  ];

  it("follows windows, envelopes and reports", () => {
    expect(values(metricsOf(run))).toMatchObject({
      "phi.windows": 1, "phi.windows_open": 1, "phi.window_remaining": 87, "phi.components_allocated": 8, "phi.noise_threshold": 400, "phi.calls": 1, "phi.jobs_in_flight": 1,
      "phi.envelopes": 1, "phi.envelopes_open": 1, "phi.transforms": 0, "phi.stability_index": 1_000_000, "phi.noise": 0, "phi.headroom": 1_000_000,
      "phi.violations": 1, "phi.violations_timeout": 1, "phi.violations_breach": 0, "q.submissions": 0,
    });
    const moved = metricsOf([...run, outcome(5, 2, { kind: "report", stability: 999_900, noise: 100, drift: 17, tick: 5 })]);
    expect(values(moved)).toMatchObject({
      "phi.transforms": 1, "phi.transform_rate": 200_000, "phi.stability_index": 999_900, "phi.noise": 100, "phi.noise_gradient": 50_000_000, "phi.drift": 17,
      "phi.transform_impact": -100, "phi.headroom": 750_000,
    });
    expect(moved.find(({ metricId, sourceId }) => metricId === "phi.drift" && sourceId === "envelope/1")).toMatchObject({ value: 17, resourceContractId: 1, process: "root" });
  });

  it("ends envelopes with their contract, and counts a breach with the scores it names", () => {
    const breach = kernelFrame(4, [
      entry(EVENT.JOB_OUTCOME, { domain: 2, contract: 1, subject: 2, verdict: FAULTS.PHI_ERR_STABILITY_BREACH.code, body: pack({ stability: 999_000, noise: 1_000, drift: 9 }) }),
      entry(EVENT.WINDOW_STOP, { domain: 2, contract: 1 }), entry(EVENT.CONTRACT_REVOKED, { domain: 2, contract: 1 }), entry(EVENT.CONTRACT_RELEASED, { domain: 2, contract: 1 }),
    ], PHI_SERVICE);
    const after = metricsOf([...run, breach]);
    expect(values(after)).toMatchObject({
      "phi.windows_open": 0, "phi.envelopes_open": 0, "phi.components_allocated": 0, "phi.violations": 2, "phi.violations_breach": 1, "phi.jobs_in_flight": 0, "phi.stability_index": 999_000, "phi.transforms": 0,
    });
    expect(after.find(({ metricId }) => metricId === "phi.violations")?.severity).toBe(3);
  });

  it("closes envelopes that programs close", () => {
    const closed = [...run, kernelFrame(4, [intent(3, { op: "close", envelopes: [1] })], ROOT), outcome(6, 3, { kind: "closed" })];
    expect(values(metricsOf(closed))).toMatchObject({ "phi.envelopes": 1, "phi.envelopes_open": 0 });
  });
});

describe("fault events of a run", () => {
  it("say where, who, what and how severe", () => {
    expect(faultsOf(frames(smallRun()))).toEqual([{
      schema: "triad.fault/2", faultId: "root/echo#1:1", event: expect.any(Number), logicalTimestamp: 2, domain: "K", sourceId: "kernel", process: "root/echo#1", processId: CHILD,
      resourceContractId: 0, code: 1, name: "DOMAIN_UNAUTHORIZED", severity: 2, category: 4, description: `IPC_SEND: ${FAULTS.DOMAIN_UNAUTHORIZED.says}`,
      node: 0, tenant: 0, vhm: 0, sequence: expect.any(Number),
    }]);
  });

  it("number events as `triad trace` does: from 1, a turn's delivery, its entries and its completion", () => {
    const refused = turnFrame(1, ROOT, { entries: [entry(SYSCALL.LOG), entry(SYSCALL.IPC_SEND, { verdict: 3101 })], end: aborted });
    const failed = kernelFrame(2, [entry(EVENT.JOB_OUTCOME, { domain: 1, contract: 4, verdict: 1004 }), entry(EVENT.JOB_OUTCOME, { domain: 2, verdict: 77 })]);
    expect(faultsOf([refused, failed]).map(({ event, name, domain, resourceContractId, severity }) => [event, name, domain, resourceContractId, severity])).toEqual([
      [3, "MAILBOX_FULL", "K", 0, 2], [4, "PROCESS_FAILED", "K", 0, 2], [5, "Q_ERR_HARDWARE_FAILURE", "Q", 4, 3], [6, "UNKNOWN", "PHI", 0, 4],
    ]);
  });

  it("are those of whom they concern, also where the kernel or another process speaks", () => {
    const told = kernelFrame(2, [
      entry(EVENT.ROOM_MADE, { verdict: FAULTS.PROCESS_UNKNOWN.code, subject: ROOT }), // its message waited at CHILD, which ended
      entry(EVENT.FAULT, { verdict: FAULTS.PROCESS_UNKNOWN.code, subject: CHILD, body: pack({ from: ROOT, seq: 9 }) }),
    ], CHILD);
    expect(faultsOf([boot(), told]).map(({ process, name }) => [process, name])).toEqual([["root", "PROCESS_UNKNOWN"], ["root", "PROCESS_UNKNOWN"]]);
  });

  it("tell how a run ended that did not complete, whether its frames say so or its caller", () => {
    const end = kernelFrame(1, [entry(EVENT.RUN_END, { body: pack({ status: "stuck", fault: new Fault("RUN_STUCK").toJSON() }) })]);
    const said = faultsOf([boot(), end]);
    expect(said).toMatchObject([{ faultId: "run:1", processId: 0, name: "RUN_STUCK", description: expect.stringContaining("run ended stuck") }]);
    const known = recordsOf([boot(), kernelFrame(1, [])], { known: { status: "stuck", fault: FAULTS.RUN_STUCK.code, digest: null } });
    expect(known.filter(({ schema }) => schema === "triad.fault/2")).toEqual(said);
  });
});
