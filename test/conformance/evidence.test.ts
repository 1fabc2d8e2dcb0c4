// Rows of 070-072, 084/9, 084/13 and their requirements: replay, divergence, telemetry, diagnostics, the report.
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { EVENT, type Frame } from "../../kernel-abi/frame.ts";
import { processId } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { createMemorySink, memorySource } from "../../runtime/adapters/memory.ts";
import { walk } from "../../replay/bundle.ts";
import { hostFacts } from "../../runtime/adapters/host.ts";
import { shippedConformance } from "../../runtime/app/conformance.ts";
import { openReport, signReport } from "../../runtime/app/conformance-report.ts";
import { defineProcess, replayTrace, reproduceTrace, type Program } from "../../runtime/app/index.ts";
import { faultsOf, metricsOf, recordsOf } from "../../telemetry/exporter.ts";
import { parseRules } from "../../telemetry/rules.ts";
import { LineSchema, SCHEMA, type Diagnostic } from "../../telemetry/schema.ts";
import { scopedTo } from "../../telemetry/scope.ts";
import { scratch } from "../support/cli.ts";
import { withOutcomes } from "../support/forge.ts";
import { entry, kernelFrame, record, turnFrame } from "../support/recordings.ts";
import { refusalOf } from "../support/refusals.ts";
import { CAP, runRecording, smallRun, TERMS } from "../support/runs.ts";
import { testSigner } from "../support/signer.ts";
import { ghz, theWhole, whole, witness, withCode, type Witness } from "./witness.ts";

scratch(); // a home for keys

/** Measures, and does nothing with what it measured. */
const heedless = defineProcess({ name: "heedless", domains: ["Q"], *run({ k, q }): Program<string, "K" | "Q"> {
  yield* q.measure(yield* q.submit(yield* q.reserve({ qubits: 3, budget: 1_000 }), ghz));
  yield* k.log("measured");
  return "done";
} });
const again = async ({ bytes }: Witness): Promise<readonly Frame[]> => {
  const sink = createMemorySink();
  await replayTrace(bytes, { program: whole, out: sink });
  return [...walk(memorySource(sink.bytes()))].map(({ frame }) => frame);
};
const forged = (index: number, change: (frame: Frame) => Frame): Uint8Array =>
  record(smallRun().map((frame, at) => (frame !== null && at === index ? change(frame) : frame)), { recording: runRecording() }).file;

describe("replay", () => {
  it("084/9.1 a replay appends the recorded frames, byte for byte, and comes to the recorded digest", async () => {
    const original = await theWhole();
    expect(await again(original)).toEqual(original.frames);
    expect((await replayTrace(original.bytes, { program: whole })).digest).toBe(original.digest);
  });
  it("084/9.2 isolation, conservation and order are checked, whoever sealed the trace", () => {
    const add = (more: Parameters<typeof entry>) => (frame: Frame): Frame => ({ ...frame, entries: [...frame.entries, entry(...more)] });
    const foreign = forged(5, (frame) => ({ ...frame, entries: [entry(SYSCALL.LOG, { capability: CAP.EXECUTE_K })] }));
    const greedy = forged(1, add([EVENT.CONTRACT_ISSUED, { domain: 1, capability: CAP.ALLOCATE_Q, contract: 2, subject: 2, body: pack({ owner: 3, terms: { ...TERMS, units: 8 } }) }]));
    const early = forged(9, (frame) => ({ ...frame, tick: 4 as never }));
    for (const bytes of [foreign, greedy, early]) expect(refusalOf(bytes).fault).toBe("TRACE_INCONSISTENT");
    expect(new Set([foreign, greedy, early].map((bytes) => refusalOf(bytes).detail["rule"])).size).toBe(3);
  });
  it("071/C1 a trace says its version, and another version is refused as such", async () => {
    expect((await theWhole()).recording.header).toMatchObject({ format: 1, semantics: 1 });
    expect(refusalOf(record(smallRun(), { recording: runRecording({ format: 99 }) }).file).fault).toBe("TRACE_VERSION");
  });
  it("071/C2 a replay picks, delivers, admits and refuses as recorded", async () => {
    const { bytes, frames, entries } = await theWhole();
    const report = await replayTrace(bytes, { program: whole });
    expect([report.complete, report.frames]).toEqual([true, frames.length]);
    expect(entries.some(({ code, verdict }) => code < 128 && verdict !== 0)).toBe(true);
  });
  it("071/C3 a replay takes outcomes from the record and runs no kernel", async () => {
    const { bytes } = await witness(heedless);
    const other = withOutcomes(bytes, ({ body }) => { const turned = body.slice(); turned[turned.length - 1] = turned.at(-1)! ^ 1; return turned; });
    expect((await replayTrace(other, { program: heedless })).complete).toBe(true);
    await expect(reproduceTrace(other, { program: heedless, workers: 0 })).rejects.toMatchObject({ fault: "REPRODUCE_DIFFERS" });
  });
  it("071/C4 stopping at a tick and watching leave the trace as it is", async () => {
    const { bytes, digest } = await theWhole();
    const before = bytes.slice();
    const seen: Frame[] = [];
    const paused = await replayTrace(bytes, { program: whole, until: 3, observer: { frame: (frame) => { seen.push(frame); throw new Error("a watcher that fails"); } } });
    expect([paused.complete, paused.end?.status, seen.length > 0]).toEqual([false, "paused", true]);
    expect(Buffer.compare(bytes, before)).toBe(0);
    expect((await replayTrace(bytes, { program: whole })).digest).toBe(digest);
  });
  it("071/C6 another program's first difference is named, with its tick and actor", async () => {
    const { bytes } = await witness(heedless);
    const changed = defineProcess({ name: "heedless", domains: ["Q"], *run({ k, q }) {
      yield* q.measure(yield* q.submit(yield* q.reserve({ qubits: 3, budget: 1_000 }), ghz));
      yield* k.log("measured differently");
      return "done";
    } });
    await expect(replayTrace(bytes, { program: changed })).rejects.toMatchObject({ fault: "REPLAY_DIVERGED", detail: { actor: "root", tick: expect.any(Number), event: expect.any(Number) } });
  });
});

/** Two tenants on one node, as frames. */
const tenants = (): Frame[] => [
  kernelFrame(0, [1, 2].map((vhm) => entry(EVENT.PROCESS_DECLARED, { subject: 2 + vhm, body: pack({ name: `root/tenant${vhm}#1`, definition: "tenant", vhm, node: 0 }) }))),
  ...[1, 2].map((vhm) => turnFrame(vhm, processId(2 + vhm), { entries: Array.from({ length: vhm * 3 }, () => entry(SYSCALL.LOG, { verdict: 1 })) })),
];
const valueOf = (frames: readonly Frame[], vhm: number): number | undefined =>
  metricsOf(frames, { scope: scopedTo({ vhm }) }).find(({ metricId }) => metricId === "k.calls_refused")?.value;
const names = (value: unknown): readonly string[] => (typeof value !== "object" || value === null ? [] : Object.entries(value).flatMap(([key, member]) => [key, ...names(member)]));
const RAW = /amplitude|statevector|phases?$|components|^re$|^im$|secret|private/i;
const diagnostics = async (): Promise<readonly Diagnostic[]> => recordsOf((await theWhole()).frames).filter((one): one is Diagnostic => one.schema === SCHEMA.diagnostic);

describe("telemetry", () => {
  it("070/C1 every record fits the published schema", async () => {
    const check = Compile(LineSchema);
    const records = recordsOf((await theWhole()).frames);
    expect(records.length).toBeGreaterThan(50);
    for (const one of records) expect(check.Check(one), JSON.stringify(one)).toBe(true);
    expect(check.Check({ ...records[0], extra: 1 })).toBe(false);
  });
  it("070/C2 a scope of one process shows nothing of another", async () => {
    const records = recordsOf((await theWhole()).frames, { scope: scopedTo({ processes: ["root/echo#1"] }) });
    expect(records.length).toBeGreaterThan(0);
    expect([...new Set(records.map(({ process }) => process))].filter((name) => name !== "" && name !== "root/echo#1")).toEqual([]);
  });
  it("070/C3 no record has a member for raw state", async () => {
    expect(recordsOf((await theWhole()).frames).flatMap(names).filter((name) => RAW.test(name))).toEqual([]);
  });
  it("070/C4 records are timed by ticks of the run", async () => {
    const { frames, end } = await theWhole();
    for (const { logicalTimestamp } of recordsOf(frames)) expect(Number.isInteger(logicalTimestamp) && logicalTimestamp >= 0 && logicalTimestamp <= end.tick).toBe(true);
    expect(recordsOf(frames)).toEqual(recordsOf(frames));
  });
  it("070/C5 a tenant sees its own refusals and no sum with another's", () => {
    expect([valueOf(tenants(), 1), valueOf(tenants(), 2)]).toEqual([3, 6]);
    expect(JSON.stringify(recordsOf(tenants(), { scope: scopedTo({ vhm: 1 }) }))).not.toContain("tenant2");
  });
  it("070/C6 a replayed run gives the same telemetry", async () => {
    const original = await theWhole();
    expect(recordsOf(await again(original))).toEqual(recordsOf(original.frames));
  });
  it("081/C6 one stream tells of all domains", async () => {
    expect(new Set(metricsOf((await theWhole()).frames).map(({ domain }) => domain))).toEqual(new Set(["K", "Q", "PHI"]));
  });
  it("072/C1 relaxation, fidelity and margin are told of Q", async () => {
    const of = (await diagnostics()).filter(({ domain }) => domain === "Q");
    expect(new Set(of.map(({ kind }) => kind))).toEqual(new Set(["T1", "T2", "GateFidelity", "DecoherenceMargin"]));
    const margins = of.filter((one) => one.kind === "DecoherenceMargin");
    for (const { used, remaining, budget } of margins) expect(used + remaining).toBe(budget);
  });
  it("072/C2 stability, noise, drift and impact are told of Φ", async () => {
    const of = (await diagnostics()).filter(({ domain }) => domain === "PHI");
    expect(new Set(of.map(({ kind }) => kind))).toEqual(new Set(["StabilityIndex", "NoiseGradient", "EnvelopeDrift", "TransformImpact"]));
  });
  it("072/C3 no diagnostic has a member for raw state, and all are integers", async () => {
    const all = await diagnostics();
    expect(all.flatMap(names).filter((name) => RAW.test(name))).toEqual([]);
    expect(JSON.stringify(all)).not.toMatch(/\d\.\d/);
  });
  it("072/C4 diagnostics of a scope are those of its processes", async () => {
    const of = recordsOf((await theWhole()).frames, { scope: scopedTo({ processes: ["root/echo#1"] }) }).filter(({ schema }) => schema === SCHEMA.diagnostic);
    expect(of.filter((one) => "resourceContractId" in one && one.resourceContractId !== 0)).toEqual([]);
  });
  it("072/C5 a threshold that is crossed raises an alert, and the run stays what it was", async () => {
    const { frames } = await theWhole();
    const rules = parseRules([{ id: "refusals", metric: "k.calls_refused", comparison: ">=", threshold: 1, severity: 3 }]);
    const alerts = recordsOf(frames, { rules }).filter((one) => one.schema === SCHEMA.alert);
    expect(alerts).toMatchObject([{ ruleId: "refusals", state: "raised", severity: 3 }]);
    expect(faultsOf(frames).length).toBeGreaterThan(2);
    expect((await again(await theWhole()))).toEqual(frames);
  });
  it("072/C6 a replayed run gives the same diagnostics", async () => {
    const of = recordsOf(await again(await theWhole())).filter(({ schema }) => schema === SCHEMA.diagnostic);
    expect(of).toEqual(await diagnostics());
  });
  it("REQ/070-072 what is told is the same twice, of every refusal, and nothing raw", async () => {
    const { frames, entries } = await theWhole();
    const refused = entries.filter(({ code, verdict }) => (code < 128 || code === EVENT.FAULT_CONTAINED) && verdict !== 0).map(({ verdict }) => verdict);
    expect(faultsOf(frames).map(({ code }) => code)).toEqual(refused);
    expect(recordsOf(frames).flatMap(names).filter((name) => RAW.test(name))).toEqual([]);
    expect(withCode(entries, EVENT.RUN_END)).toHaveLength(1);
  });
});

describe("the report", () => {
  it("084/13 the report is signed, names its versions, and no altered byte passes", () => {
    const host = hostFacts({ workers: 0, label: "", started: "2025-01-01T00:00:00.000Z" });
    const shipped = shippedConformance();
    const bytes = signReport({ shipped, host }, testSigner());
    expect(openReport(bytes)).toMatchObject({ digest: shipped.digest, keyId: testSigner().keyId, predicate: { claim: "XDV-081 behaviour, simulated Q and Φ providers, self-tested", format: 1, semantics: 1 } });
    for (let n = 0; n < 60; n++) {
      const altered = bytes.slice();
      const at = Math.floor((n + 0.5) * bytes.length / 60);
      altered[at] = altered[at]! ^ 1;
      expect(() => openReport(altered), String(at)).toThrow(expect.objectContaining({ fault: "CONFORMANCE_REFUSED" }));
    }
  });
});
