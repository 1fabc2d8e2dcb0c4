import { describe, expect, it } from "vitest";
import { DELIVERY } from "../../../kernel-abi/envelope.ts";
import { EVENT, type Frame } from "../../../kernel-abi/frame.ts";
import { KERNEL, processId, ROOT } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { faultsOf, recordsOf } from "../../../telemetry/exporter.ts";
import { SCHEMA, type MetricRecord, type TelemetryRecord } from "../../../telemetry/schema.ts";
import { scopedTo, type Scope } from "../../../telemetry/scope.ts";
import { entry, kernelFrame, turnFrame } from "../../support/recordings.ts";

const [ANN, BOB] = [processId(3), processId(4)];
const declare = (id: number, name: string, vhm: number): ReturnType<typeof entry> => entry(EVENT.PROCESS_DECLARED, { subject: id, body: pack({ name, definition: name, vhm, node: 0 }) });
const START = { kind: DELIVERY.START, from: KERNEL, seq: 0 } as const;
const bootOf = kernelFrame(0, [
  entry(EVENT.PROVIDER_ATTESTED, { domain: 1, subject: 1, body: pack({ provider: "sim", domain: "Q", version: 1, figures: { t1: 9, t2: 9 } }) }),
  declare(ANN, "root/ann#1", 1), declare(BOB, "root/bob#1", 2),
]);

/** What one tenant does: mail to itself, a contract with a job, a refusal, a measurement of its own; `busy` times over. */
function doing(who: number, contract: number, busy: number): Frame[] {
  return Array.from({ length: busy }, (_, at) => [
    turnFrame(at + 1, who, { delivery: START, entries: [
      entry(SYSCALL.IPC_SEND, { subject: who, body: new Uint8Array(who) }), entry(SYSCALL.LOG, { verdict: 1 }), entry(SYSCALL.METRIC_EMIT, { body: pack({ name: "mine", value: who, unit: "" }) }),
      entry(EVENT.CONTRACT_ISSUED, { domain: 1, contract: contract + at, body: pack({ owner: who, terms: { units: 2, budget: 100 } }) }), entry(EVENT.CONTRACT_ACTIVATED, { domain: 1, contract: contract + at }),
      entry(SYSCALL.XDV_CALL, { domain: 1, contract: contract + at, subject: contract + at, body: pack({ charge: { budget: who, shots: who } }) }),
    ] }),
    kernelFrame(at + 1, [entry(EVENT.JOB_INTENT, { domain: 1, contract: contract + at, subject: contract + at, body: pack({ descriptor: pack({ op: "" }) }) })], who as typeof ROOT),
    kernelFrame(at + 2, [entry(EVENT.JOB_OUTCOME, { domain: 1, contract: contract + at, subject: contract + at, body: pack({ kind: "closed" }) })], processId(1)),
  ]).flat();
}
const byTick = (frames: readonly Frame[]): Frame[] => [...frames].sort((a, b) => a.tick - b.tick);
const both = (bob: number): Frame[] => [bootOf, ...byTick([...doing(ANN, 10, 3), ...doing(BOB, 500, bob)])];
/** Without numbers that only say where in the stream a record stands. */
const seen = (run: readonly Frame[], scope: Scope): unknown => recordsOf(run, { scope }).map(({ sequence: _, logicalTimestamp, ...rest }) => (rest.schema === SCHEMA.metric ? rest : { ...rest, logicalTimestamp }));
const metric = (records: readonly TelemetryRecord[], id: string): MetricRecord | undefined =>
  records.filter((one) => one.schema === SCHEMA.metric).find(({ metricId }) => metricId === id);

describe("a scope", () => {
  it("shows a tenant what is its own", () => {
    const records = recordsOf(both(3), { scope: scopedTo({ vhm: 1 }) });
    expect(["k.turns", "k.messages_sent", "k.payload_bytes", "k.queue_depth", "k.calls_refused", "q.submissions", "q.shots", "q.measurements", "q.containers", "q.margin", "k.processes"].map((id) => metric(records, id)?.value))
      .toEqual([3, 3, 9, 3, 3, 3, 9, 3, 3, 291, 1]);
    expect(metric(records, "user.mine")).toMatchObject({ value: ANN, process: "root/ann#1", vhm: 1 });
    expect(new Set(records.map(({ process }) => process))).toEqual(new Set(["", "root/ann#1"]));
  });

  it("shows nothing of another, however busy: not in sums, numbers, rates, alerts or order", () => {
    for (const scope of [scopedTo({ vhm: 1 }), scopedTo({ vhm: 1, processes: ["root/ann#1"] })]) {
      expect(seen(both(3), scope)).toEqual(seen(both(1), scope));
      expect(seen(both(3), scope)).toEqual(seen([bootOf, ...doing(ANN, 10, 3)], scope));
      expect(JSON.stringify(seen(both(3), scope))).not.toContain("bob");
    }
    expect(seen(both(3), scopedTo({ vhm: 1 }))).not.toEqual(seen(both(3), scopedTo({ vhm: 2 })));
  });

  it("leaves out the scheduler's own series, and keeps what providers declare", () => {
    const records = recordsOf(both(1), { scope: scopedTo({ vhm: 1 }) });
    expect([metric(records, "k.context_switches"), metric(records, "k.ready_max")]).toEqual([undefined, undefined]);
    expect(metric(records, "q.t1")?.value).toBe(9);
  });

  it("numbers a process's faults the same whoever else is watched; the run's numbers only where no tenants are kept apart", () => {
    const all = faultsOf(both(3)).filter(({ process }) => process === "root/ann#1");
    const one = faultsOf(both(3), { scope: scopedTo({ processes: ["root/ann#1"] }) });
    expect(one.map(({ faultId, event }) => [faultId, event])).toEqual(all.map(({ faultId, event }) => [faultId, event]));
    expect(faultsOf(both(3), { scope: scopedTo({ vhm: 1 }) }).map(({ faultId, event }) => [faultId, event])).toEqual(all.map(({ faultId }) => [faultId, undefined]));
  });

  it("takes mail to its own from outside, and not the sender's", () => {
    const run = [bootOf, turnFrame(1, BOB, { delivery: START, entries: [entry(SYSCALL.IPC_SEND, { subject: ANN, body: new Uint8Array(7) })] })];
    const records = recordsOf(run, { scope: scopedTo({ vhm: 1 }) });
    expect([metric(records, "k.queue_depth")?.value, metric(records, "k.memory_bytes")?.value, metric(records, "k.messages_sent")?.value]).toEqual([1, 7, 0]);
  });

  it("views finished records likewise: those of its processes, and no sums", () => {
    const records = recordsOf(both(2), { byProcess: true });
    const view = scopedTo({ vhm: 2 }).view(records);
    expect(new Set(view.map(({ process }) => process))).toEqual(new Set(["root/bob#1"]));
    expect(view.length).toBeGreaterThan(5);
    expect(scopedTo({ processes: (name) => name.endsWith("ann#1") }).view(records).every(({ process }) => process === "root/ann#1")).toBe(true);
  });

  it("says in the head of the stream whom it is limited to", () => {
    expect([scopedTo({ vhm: 3, processes: ["a", "b"] }).text, scopedTo({ processes: () => true }).text]).toEqual(["vhm 3, processes a b", "processes by rule"]);
  });
});
