import { describe, expect, it } from "vitest";
import { Compile } from "typebox/compile";
import { canonicalJson, parseCanonicalJson } from "../../../kernel-abi/canonical.ts";
import type { Frame } from "../../../kernel-abi/frame.ts";
import { ROOT } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { exporting, exportFrames, metricsOf, recordsOf } from "../../../telemetry/exporter.ts";
import { jsonLines, lineOf, linesOf } from "../../../telemetry/json-lines.ts";
import { createLog, logExporter } from "../../../telemetry/log.ts";
import { compareRecords, mergeStreams } from "../../../telemetry/merge.ts";
import { prometheus, prometheusText } from "../../../telemetry/prometheus.ts";
import { LineSchema, telemetryJsonSchema, type TelemetryLine, type TelemetryRecord } from "../../../telemetry/schema.ts";
import { SERIES } from "../../../telemetry/series.ts";
import { verifyStream } from "../../../telemetry/signing.ts";
import { parseExposition } from "../../support/exposition.ts";
import { entry, turnFrame } from "../../support/recordings.ts";
import { boot, chatter, smallRun } from "../../support/runs.ts";
import { testSigner } from "../../support/signer.ts";

const frames = (run: readonly (Frame | null)[]): Frame[] => run.filter((frame) => frame !== null);
const small = frames(smallRun());
const check = Compile(LineSchema);

function streamOf(run: readonly Frame[], options: { readonly sign?: number; readonly node?: number; readonly every?: number } = {}): string {
  let text = "";
  const signer = options.sign === undefined ? undefined : testSigner(options.sign);
  exportFrames(run, [jsonLines({ write: (more) => { text += more; }, signer })], { node: options.node, every: options.every });
  return text;
}
const linesIn = (text: string): string[] => text.split("\n").slice(0, -1);

describe("JSON lines", () => {
  it("are canonical JSON of the published schema, from a start to an end", () => {
    const lines = linesIn(streamOf(small));
    const values = lines.map((line) => parseCanonicalJson(new TextEncoder().encode(line)));
    expect(values.filter((value) => !check.Check(value))).toEqual([]);
    const schemas = values.map((value) => (value as TelemetryLine).schema);
    expect([schemas[0], schemas.at(-1), new Set(schemas.slice(1, -1))]).toEqual(["triad.telemetry/1", "triad.telemetry-end/1", new Set(["triad.diagnostic/1", "triad.fault/2", "triad.metric/2"])]);
    expect(values.at(-1)).toMatchObject({ records: lines.length - 2, status: "completed", logicalTimestamp: 5 });
    expect((values.slice(1, -1) as TelemetryRecord[]).map(({ sequence }) => sequence)).toEqual(lines.slice(1, -1).map((_, at) => at));
    expect(linesOf(recordsOf(small))).toBe(`${lines.slice(1, -1).join("\n")}\n`);
  });

  it("publish a JSON Schema that is plain JSON and refuses a field that is not ours", () => {
    expect(JSON.parse(JSON.stringify(telemetryJsonSchema()))).toEqual(telemetryJsonSchema());
    const [record] = recordsOf(small);
    expect([check.Check(record), check.Check({ ...record, amplitudes: [1] })]).toEqual([true, false]);
  });
});

describe("signed lines", () => {
  const text = streamOf(small, { sign: 7 });
  const lines = linesIn(text);
  const joined = (changed: readonly string[]): string => `${changed.join("\n")}\n`;

  it("hold, and say whose they are and whether they are whole", () => {
    const { keyId } = testSigner(7);
    expect(verifyStream(text)).toEqual({ ok: true, keyId, records: lines.length - 2, complete: true });
    expect(verifyStream(joined(lines.slice(0, -1)))).toMatchObject({ ok: true, complete: false });
    expect(verifyStream(text, { signers: [keyId] }).ok).toBe(true);
    expect(verifyStream(text, { signers: [testSigner(8).keyId] })).toEqual({ ok: false, line: 1, why: "signer" });
  });

  it("refuse every change of a value, every line that is missing, added, moved or from another stream", () => {
    const value = lines.findIndex((line) => line.includes("\"k.turns\""));
    const forged = lines.with(value, (lines[value] ?? "").replace("\"value\":4", "\"value\":5"));
    expect(forged).not.toEqual(lines);
    expect(verifyStream(joined(forged))).toEqual({ ok: false, line: value + 1, why: "signature" });
    expect(verifyStream(joined(lines.toSpliced(3, 1)))).toEqual({ ok: false, line: 4, why: "sequence" });
    expect(verifyStream(joined(lines.toSpliced(3, 0, lines[3] ?? "")))).toEqual({ ok: false, line: 5, why: "sequence" });
    expect(verifyStream(joined(lines.slice(1)))).toEqual({ ok: false, line: 1, why: "no-start" });
    expect(verifyStream(joined([...lines, lines[1] ?? ""]))).toMatchObject({ ok: false, why: "after-end" });
    const other = linesIn(streamOf(small, { sign: 7, node: 2 }));
    expect(verifyStream(joined(lines.with(5, (other[5] ?? "").replace("\"node\":2", "\"node\":0"))))).toEqual({ ok: false, line: 6, why: "signature" });
    expect(verifyStream(joined(lines.with(2, linesIn(streamOf(small, { sign: 8 }))[2] ?? "")))).toEqual({ ok: false, line: 3, why: "signer" });
  });

  it("refuse what is not signed, not canonical, not a line at all, and a key that is not the one it says", () => {
    expect(verifyStream(streamOf(small))).toEqual({ ok: false, line: 1, why: "unsigned" });
    expect(verifyStream("")).toEqual({ ok: false, line: 1, why: "no-start" });
    expect(verifyStream(joined(lines.with(1, ` ${lines[1] ?? ""}`)))).toEqual({ ok: false, line: 2, why: "malformed" });
    expect(verifyStream("\u0000{}\n")).toEqual({ ok: false, line: 1, why: "malformed" });
    const start = JSON.parse(lines[0] ?? "") as { signer: { public: string } };
    const swapped = new TextDecoder().decode(canonicalJson({ ...start, signer: { ...start.signer, public: Buffer.from(testSigner(9).publicKey).toString("base64") } }));
    expect(verifyStream(joined(lines.with(0, swapped)))).toEqual({ ok: false, line: 1, why: "signer" });
  });
});

describe("the Prometheus text format", () => {
  const records = metricsOf(small);

  it("is what a strict reader accepts: each family once, described, counters named so", () => {
    const families = parseExposition(prometheusText(records));
    expect(families.get("triad_k_turns_total")).toEqual({
      help: SERIES["k.turns"].help, type: "counter", samples: [{ labels: { domain: "K", node: "0", tenant: "0", vhm: "0", unit: "turns", source: "run" }, value: 4 }],
    });
    expect(families.get("triad_logical_time")?.samples).toEqual([{ labels: {}, value: 5 }]);
    expect(families.size).toBe(new Set(records.map(({ metricId }) => metricId)).size + 1);
    expect([...families.keys()]).toEqual([...families.keys()].toSorted());
  });

  it("has every record's value under labels of its own", () => {
    const families = parseExposition(prometheusText(metricsOf(small, { byProcess: true })));
    expect(families.get("triad_k_turns_total")?.samples.map(({ labels, value }) => [labels["process"], labels["source"], value]))
      .toEqual([["root", "process/3", 2], ["root/echo#1", "process/4", 2], [undefined, "run", 4]]);
  });

  it("shows the latest flush and nothing that is gone", () => {
    expect(prometheusText(metricsOf(chatter(10), { every: 4 }).filter(({ metricId }) => metricId !== "k.ipc_throughput")))
      .toBe(prometheusText(metricsOf(chatter(10)).filter(({ metricId }) => metricId !== "k.ipc_throughput")));
    const open = parseExposition(prometheusText(metricsOf(small.slice(0, 3))));
    expect(open.get("triad_q_margin")?.samples.map(({ labels }) => labels["contract"])).toEqual(["1", undefined]);
    const closed = parseExposition(prometheusText([...metricsOf(small.slice(0, 3)), ...metricsOf(small)]));
    expect(closed.get("triad_q_margin")?.samples.map(({ labels }) => labels["contract"])).toEqual([undefined]);
  });

  it("keeps one node's values when another's are flushed", () => {
    const both = [...metricsOf(chatter(3), { node: 1 }), ...metricsOf(small, { node: 2 })].sort(compareRecords);
    expect(parseExposition(prometheusText(both)).get("triad_k_turns_total")?.samples.map(({ labels, value }) => [labels["node"], value])).toEqual([["1", 4], ["2", 4]]);
    expect(parseExposition(prometheusText(both)).get("triad_k_queue_depth")?.samples.map(({ labels }) => labels["node"])).toEqual(["1", "2"]);
  });

  it("escapes what programs name, and tells names apart that it writes alike", () => {
    const emit = (name: string, value: number): ReturnType<typeof entry> => entry(SYSCALL.METRIC_EMIT, { body: pack({ name, value, unit: "\"\\\n" }) });
    const families = parseExposition(prometheusText(metricsOf([boot(), turnFrame(1, ROOT, { entries: [emit("a-b", 1.5), emit("a.b", 2), emit("π", 1e21)] })])));
    expect(families.get("triad_user_a_b")?.samples.map(({ labels, value }) => [labels["metric"], labels["unit"], labels["process"], value]))
      .toEqual([["user.a-b", "\"\\\n", "root", 1.5], ["user.a.b", "\"\\\n", "root", 2]]);
    expect(families.get("triad_user__")?.samples).toMatchObject([{ value: 1e21 }]);
  });

  it("counts faults and shows alerts", () => {
    const exporter = prometheus();
    exportFrames(small, [exporter], { rules: [] });
    expect(parseExposition(exporter.text()).get("triad_faults_total")?.samples).toEqual([{
      labels: { domain: "K", node: "0", tenant: "0", vhm: "0", name: "DOMAIN_UNAUTHORIZED", code: "1", severity: "2" }, value: 1,
    }]);
  });
});

describe("the log as an exporter", () => {
  it("writes programs' lines and faults as `logging` does, and the end", () => {
    const written: string[] = [];
    const log = createLog({ level: "info", destination: { write: (line) => { written.push(line); } } });
    exportFrames(small, [logExporter(log)]);
    expect(written.map((line): unknown => JSON.parse(line))).toEqual([
      { level: "info", tick: 1, process: "root", event: "LOG", data: { n: 1 }, msg: "hello" },
      { level: "warn", tick: 2, process: "root/echo#1", event: "DOMAIN_UNAUTHORIZED", number: expect.any(Number), code: 1, msg: expect.stringContaining("IPC_SEND") },
      { level: "info", tick: 5, event: "RUN_END", data: { status: "completed" }, msg: "the run is over" },
    ]);
  });
});

describe("streams of several nodes", () => {
  const one = recordsOf(chatter(6), { node: 1, every: 2 });
  const two = recordsOf(small, { node: 2, every: 2 });
  const three = recordsOf(chatter(3), { node: 3 });

  it("merge by logical time, node and place, in whatever order they come", () => {
    const merged = [...mergeStreams([one, two, three])];
    expect(merged).toEqual([...one, ...two, ...three].sort(compareRecords));
    expect([...mergeStreams([three, one, two])]).toEqual(merged);
    expect(linesOf([...mergeStreams([two, three, one])])).toBe(merged.map(lineOf).join(""));
  });

  it("keep each node's own order, and refuse two that claim to be one", () => {
    expect([...mergeStreams([one, two])].filter(({ node }) => node === 1)).toEqual(one);
    expect(() => [...mergeStreams([one, one])]).toThrow("two streams of node 1");
  });
});

describe("exporters together", () => {
  it("are told in order: begin, frames before what they complete, end; and once", () => {
    const told: string[] = [];
    const exporter = exporting([{
      name: "order", begin: () => { told.push("begin"); }, frame: ({ tick }) => { told.push(`frame ${tick}`); }, metric: () => { told.push("metric"); },
      fault: () => { told.push("fault"); }, end: () => { told.push("end"); },
    }]);
    for (const frame of small) exporter.observer.frame?.(frame);
    exporter.finish();
    exporter.finish();
    exporter.observer.frame?.(boot());
    expect(told.filter((what) => what !== "metric")).toEqual(["begin", "frame 0", "frame 1", "frame 1", "frame 2", "frame 2", "fault", "frame 2", "frame 5", "frame 5", "frame 5", "frame 5", "end"]);
    expect(told.indexOf("metric")).toBeGreaterThan(told.lastIndexOf("frame 5"));
  });
});
