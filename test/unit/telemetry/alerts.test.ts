import { describe, expect, it } from "vitest";
import { FAULTS } from "../../../kernel-abi/fault.ts";
import type { Frame } from "../../../kernel-abi/frame.ts";
import { EVENT } from "../../../kernel-abi/frame.ts";
import { ROOT } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { createAlerts, type AlertDraft } from "../../../telemetry/alerts.ts";
import { recordsOf } from "../../../telemetry/exporter.ts";
import type { Reading } from "../../../telemetry/readings.ts";
import { announcedBy, DEFAULT_RULES, parseRules } from "../../../telemetry/rules.ts";
import { SCHEMA, type Alert, type MetricRecord } from "../../../telemetry/schema.ts";
import { entry, kernelFrame, turnFrame } from "../../support/recordings.ts";
import { boot } from "../../support/runs.ts";

const reading = (value: number, sourceId = "run"): Reading => ({ sourceId, processId: 0, resourceContractId: 0, value });
const rule = (changes: object = {}): unknown => ({ id: "depth", metric: "k.queue_depth", comparison: ">", threshold: 10, severity: 3, ...changes });

/** Evaluates one rule over values by tick. */
function watch(changes: object, values: Readonly<Record<number, number>>): readonly (readonly [number, string, number | null])[] {
  let now = 0;
  const alerts = createAlerts(parseRules([rule(changes)]), () => [reading(now)], () => now);
  return Object.entries(values).flatMap(([at, value]) => {
    now = value;
    return alerts.evaluate(Number(at)).map((alert) => [alert.at, alert.state, alert.value] as const);
  });
}

describe("an alert", () => {
  it("is raised at the crossing and cleared on the way back, once each", () => {
    expect(watch({}, { 1: 10, 2: 11, 3: 50, 4: 11, 5: 10, 6: 10, 7: 12 })).toEqual([[2, "raised", 11], [5, "cleared", 10], [7, "raised", 12]]);
    expect(watch({ comparison: "<=", threshold: 0 }, { 1: 1, 2: 0, 3: -1, 4: 1 })).toEqual([[2, "raised", 0], [4, "cleared", 1]]);
  });

  it("stays until the value is on the far side of `clear`", () => {
    expect(watch({ clear: 4 }, { 1: 11, 2: 10, 3: 5, 4: 11, 5: 4, 6: 5, 7: 11 })).toEqual([[1, "raised", 11], [5, "cleared", 4], [7, "raised", 11]]);
    expect(watch({ comparison: "<", threshold: 3, clear: 8 }, { 1: 2, 2: 7, 3: 8 })).toEqual([[1, "raised", 2], [3, "cleared", 8]]);
  });

  it("is raised at the tick that completes `forTicks`, though nothing happened then, and not if it let go before", () => {
    expect(watch({ forTicks: 5 }, { 1: 11, 3: 12, 20: 13 })).toEqual([[6, "raised", 13]]);
    expect(watch({ forTicks: 5 }, { 1: 11, 5: 9, 6: 11, 10: 11, 11: 11 })).toEqual([[11, "raised", 11]]);
    expect(watch({ forTicks: 5, clear: 2 }, { 1: 11, 4: 9, 5: 11, 9: 11 })).toEqual([]); // before it is raised, the threshold itself decides
  });

  it("is looked for only where something may have changed, or time has to pass", () => {
    let looks = 0;
    let revision = 0;
    const alerts = createAlerts(parseRules([rule({ forTicks: 3 }), rule({ id: "age", metric: "k.wait_oldest" })]), (metric) => {
      if (metric === "k.queue_depth") looks += 1;
      return [reading(metric === "k.queue_depth" && revision < 2 ? 11 : 0)];
    }, () => revision);
    for (let at = 1; at < 10; at++) alerts.evaluate(at);
    expect(looks).toBe(4); // until it is raised
    revision = 2;
    expect(alerts.evaluate(10)).toMatchObject([{ state: "cleared", at: 10 }]);
    expect(alerts.evaluate(11)).toEqual([]);
    expect(looks).toBe(5);
  });

  it("is one for each source, and cleared with nothing to show when the source is gone", () => {
    let now: Reading[] = [];
    let revision = 0;
    const alerts = createAlerts(parseRules([rule({ metric: "phi.drift", sources: "each" })]), () => now, () => revision);
    const at = (tick: number, ...readings: Reading[]): AlertDraft[] => {
      now = readings;
      revision += 1;
      return [...alerts.evaluate(tick)];
    };
    expect(at(1, reading(99), reading(11, "envelope/1"), reading(12, "envelope/2")).map(({ sourceId }) => sourceId)).toEqual(["envelope/1", "envelope/2"]);
    expect([alerts.severityOf("phi.drift", "envelope/1"), alerts.severityOf("phi.drift", "run"), alerts.severityOf("phi.noise", "envelope/1")]).toEqual([3, 0, 0]);
    expect(at(2, reading(11, "envelope/1"))).toMatchObject([{ state: "cleared", sourceId: "envelope/2", value: null, since: 1 }]);
  });
});

describe("alerts of a run", () => {
  const mail = (at: number, count: number): Frame => turnFrame(at, ROOT, { entries: Array.from({ length: count }, () => entry(SYSCALL.IPC_SEND, { subject: ROOT, body: pack(1) })) });
  const rules = parseRules([rule({ id: "deep", threshold: 2 }), rule({ id: "old", metric: "k.wait_oldest", threshold: 5, clear: 1, severity: 4 })]);
  const alertsIn = (run: readonly Frame[]): readonly Alert[] => recordsOf(run, { rules }).filter((one) => one.schema === SCHEMA.alert);

  it("are decided by what is known at the end of a tick, and by time that passes without a frame", () => {
    const run = [boot(), mail(1, 2), mail(1, 2), kernelFrame(50, [entry(SYSCALL.LOG)])];
    expect(alertsIn(run)).toMatchObject([
      { ruleId: "deep", state: "raised", logicalTimestamp: 1, value: 3, threshold: 2, processId: 0 }, // two turns that heard one of four
      { ruleId: "old", state: "raised", logicalTimestamp: 49, value: 47, severity: 4, process: "root" },
    ]);
  });

  it("come in order of time and change nothing: the other records are the same without rules", () => {
    const run = [boot(), mail(1, 4), kernelFrame(50, [entry(SYSCALL.LOG)]), kernelFrame(60, [entry(SYSCALL.LOG)])];
    const records = recordsOf(run, { rules, every: 10 });
    expect(records.map(({ logicalTimestamp }) => logicalTimestamp)).toEqual(records.map(({ logicalTimestamp }) => logicalTimestamp).toSorted((a, b) => a - b));
    const bare = (options: object): unknown => recordsOf(run, { every: 10, ...options }).filter(({ schema }) => schema !== SCHEMA.alert)
      .map((one) => ({ ...one, sequence: 0, severity: 0 }));
    expect(bare({ rules })).toEqual(bare({ rules: [] }));
  });

  it("give the metric they stand on their severity while they are raised", () => {
    const metric = (run: readonly Frame[]): MetricRecord | undefined => recordsOf(run, { rules }).filter((one) => one.schema === SCHEMA.metric).find(({ metricId }) => metricId === "k.queue_depth");
    expect([metric([boot(), mail(1, 4)])?.severity, metric([boot(), mail(1, 1)])?.severity]).toEqual([3, 1]);
  });
});

describe("the rules", () => {
  const refusal = (value: unknown): unknown => {
    try {
      return parseRules(value);
    } catch (error) {
      return (error as { code: number; detail: object }).code === FAULTS.RULES_INVALID.code ? (error as { detail: { at: string } }).detail.at : error;
    }
  };

  it("are checked whole, and a refusal names the place", () => {
    expect(refusal([rule(), rule({ id: "other", metric: "k.nothing" })])).toBe("/1/metric");
    expect(refusal([rule({ clear: 11 })])).toBe("/0/clear");
    expect(refusal([rule({ comparison: "<", clear: 9 })])).toBe("/0/clear");
    expect(refusal([rule(), rule()])).toBe("/1/id");
    expect(refusal([rule({ sources: "each" })])).toBe("/0/sources");
    expect([refusal(null), refusal({}), refusal([rule({ severity: 6 })]), refusal([rule({ forTicks: -1 })]), refusal([rule({ more: 1 })]), refusal([rule({ threshold: Number.NaN })])].map((at) => typeof at))
      .toEqual(["string", "string", "string", "string", "string", "string"]);
    expect(parseRules([rule()])).toEqual([{ id: "depth", metric: "k.queue_depth", comparison: ">", threshold: 10, clear: 10, forTicks: 0, severity: 3, breach: undefined, sources: "run" }]);
  });

  it("of the house watch margin, stability, mailboxes and starvation", () => {
    expect(DEFAULT_RULES.map(({ metric }) => metric)).toEqual(expect.arrayContaining(["q.margin_ppm", "phi.headroom", "k.mailbox_depth", "k.wait_oldest"]));
  });

  it("announce a TIMEOUT where a duration ends and a BREACH where a tolerance does (row 20), both COHERENCE_VIOLATION", () => {
    const code = (metric: string, breach?: string): number => announcedBy(parseRules([rule({ metric, ...(breach === undefined ? {} : { breach }) })])[0] ?? DEFAULT_RULES[0] as never);
    expect([code("phi.window_remaining", "duration"), code("phi.headroom", "tolerance"), code("q.margin_ppm", "duration"), code("k.queue_depth", "duration"), code("phi.headroom")])
      .toEqual([FAULTS.PHI_ERR_COHERENCE_TIMEOUT.code, FAULTS.PHI_ERR_STABILITY_BREACH.code, FAULTS.Q_ERR_DECOHERENCE_EXCEEDED.code, 0, 0]);
    expect([FAULTS.PHI_ERR_COHERENCE_TIMEOUT.abi, FAULTS.PHI_ERR_STABILITY_BREACH.abi]).toEqual([FAULTS.COHERENCE_VIOLATION.code, FAULTS.COHERENCE_VIOLATION.code]);
  });

  it("of the house fire where they should: a declared T2 above 2·T1, a margin nearly gone", () => {
    const attested = kernelFrame(0, [entry(EVENT.PROVIDER_ATTESTED, { domain: 1, subject: 1, body: pack({ provider: "odd", domain: "Q", version: 2, figures: { t1: 10, t2: 25, error1: 7 } }) })]);
    const terms = { domain: "Q", units: 1, budget: 100, end: 50 };
    const reserved = turnFrame(1, ROOT, { entries: [
      entry(EVENT.CONTRACT_ISSUED, { domain: 1, contract: 1, body: pack({ owner: ROOT, terms }) }), entry(EVENT.CONTRACT_ACTIVATED, { domain: 1, contract: 1 }),
      entry(SYSCALL.XDV_CALL, { domain: 1, contract: 1, subject: 1, body: pack({ charge: { budget: 95, shots: 1 } }) }),
    ] });
    expect(recordsOf([boot(), attested, reserved]).filter((one) => one.schema === SCHEMA.alert)).toMatchObject([
      { ruleId: "q.t2", sourceId: "odd", value: 5, severity: 4, logicalTimestamp: 0 },
      { ruleId: "q.margin", sourceId: "contract/1", value: 50_000, process: "root", resourceContractId: 1, code: FAULTS.Q_ERR_DECOHERENCE_EXCEEDED.code },
    ]);
  });
});
