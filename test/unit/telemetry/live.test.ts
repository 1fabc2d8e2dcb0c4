// The claim of the room, on the real machine: the same records whether watched live, replayed or read from the file; and no
// sink, whatever it does, changes the run.
import { beforeAll, describe, expect, it } from "vitest";
import type { Frame } from "../../../kernel-abi/frame.ts";
import type { Observer } from "../../../kernel-abi/ports.ts";
import { walk } from "../../../replay/bundle.ts";
import { verify } from "../../../replay/verify.ts";
import { record, type RecordReport } from "../../../runtime/app/record.ts";
import { replayTrace } from "../../../runtime/app/trace.ts";
import { exportFrames, exporting, metricsOf, recordsOf, type Exporter } from "../../../telemetry/exporter.ts";
import { jsonLines } from "../../../telemetry/json-lines.ts";
import { combined, deferred, isolated, warningsOf } from "../../../telemetry/observer.ts";
import { prometheus } from "../../../telemetry/prometheus.ts";
import type { TelemetryRecord } from "../../../telemetry/schema.ts";
import type { KnownEnd } from "../../../telemetry/telemetry.ts";
import { program } from "../../support/cli.ts";
import { MemorySink, memorySource } from "../../support/memory.ts";
import { testSigner } from "../../support/signer.ts";

interface Made extends RecordReport { readonly file: Uint8Array }

async function made(name: string, observer?: Observer): Promise<Made> {
  const sink = new MemorySink();
  const report = await record({ program: program(name), out: sink, seed: "1", workers: 0, signer: testSigner(), ...(observer === undefined ? {} : { observer }) });
  return { ...report, file: sink.bytes() };
}
/** No error, and whoever looks at it meets another throw. */
const UNREADABLE: unknown = new Proxy({}, { get() { throw new Error("nested"); } });

const framesIn = (file: Uint8Array): Frame[] => [...walk(memorySource(file))].map(({ frame }) => frame);
const endOf = ({ end, digest }: { readonly end: RecordReport["end"]; readonly digest: string }): KnownEnd => ({ status: end.status, fault: end.fault?.code ?? 0, digest });

function collector(): { readonly exporters: readonly Exporter[]; text(): string } {
  let text = "";
  const write = (more: string): void => { text += more; };
  return { exporters: [jsonLines({ write, signer: testSigner() }), prometheus({ write })], text: () => text };
}

describe("the stream of a run", () => {
  for (const name of ["measured", "failing", "stuck", "chatty", "denied"]) {
    it(`is the same live, replayed and from the file, byte for byte: ${name}`, async () => {
      const live = collector();
      const watching = exporting(live.exporters, { every: 3 });
      const run = await made(name, watching.observer);
      watching.finish(endOf(run));

      const again = collector();
      const replaying = exporting(again.exporters, { every: 3 });
      const report = await replayTrace(run.file, { program: program(name), observer: replaying.observer });
      replaying.finish(endOf({ ...run, digest: report.digest }));

      const read = collector();
      const { status, digest } = verify(memorySource(run.file), { trusted: [testSigner().keyId] });
      exportFrames(framesIn(run.file), read.exporters, { every: 3, known: { status, fault: 0, digest } });
      expect(again.text()).toBe(live.text());
      expect(read.text()).toBe(live.text());
      expect(live.text().length).toBeGreaterThan(10_000);
    });
  }

  it("tells of everything the program did", async () => {
    const { file, end } = await made("measured");
    expect(end.status).toBe("completed");
    const records = recordsOf(framesIn(file));
    const last = new Map(metricsOf(framesIn(file)).filter(({ sourceId }) => sourceId === "run").map(({ metricId, value }) => [metricId, value]));
    expect(Object.fromEntries(last)).toMatchObject({
      "k.messages_sent": 2, "k.messages_delivered": 2, "k.turns_aborted": 1, "k.calls_refused": 1, "k.queue_depth": 0, "k.processes": 0,
      "q.submissions": 1, "q.shots": 50, "q.measurement_samples": 100, "q.measurement_mismatches": 0, "q.measurement_error": 0,
      "phi.transforms": 3, "phi.envelopes": 1, "phi.violations": 0,
    });
    const kinds = new Set(records.flatMap((one) => ("kind" in one ? [one.kind] : [])));
    expect([...kinds].sort()).toEqual(["DecoherenceMargin", "EnvelopeDrift", "GateFidelity", "MeasurementError", "NoiseGradient", "StabilityIndex", "T1", "T2", "TransformImpact"]);
    const reported = records.filter((one) => "kind" in one && one.kind === "EnvelopeDrift").at(-1);
    expect(reported).toMatchObject({ magnitude: Math.round((end.result as { drift: number }).drift * 1_000_000), tolerance: 20_000, process: "root" });
    expect(records.filter(({ schema }) => schema === "triad.fault/2")).toMatchObject([
      { name: "Q_ERR_DECOHERENCE_EXCEEDED", process: "root", domain: "Q", category: 3 },
      { name: "Q_ERR_DECOHERENCE_EXCEEDED", process: "root", description: expect.stringMatching(/^FAULT_CONTAINED/) as string }, { name: "PROCESS_FAILED", process: "root/falls#1" },
    ]);
  });

  it("counts events as the trace does", async () => {
    const { events } = await import("../../../replay/list.ts");
    const { file } = await made("measured");
    const refused = [...events(memorySource(file))].filter(({ verdict }) => verdict !== 0);
    const faults = recordsOf(framesIn(file)).filter((one) => one.schema === "triad.fault/2");
    expect(faults.map(({ event, code, logicalTimestamp, process }) => [event, code, logicalTimestamp, process]))
      .toEqual(refused.map(({ eventId, verdict, tick, eventType, processName }) => [eventId, verdict, tick, eventType === "FAULT_CONTAINED" ? "root" : processName])); // whose contract it was
  });
});

describe("a run", () => {
  let quiet: Made;
  const heard: string[] = [];
  beforeAll(async () => { quiet = await made("measured"); });
  const block = (): void => { for (let at = 0, end = process.hrtime.bigint() + 300_000n; process.hrtime.bigint() < end; at++); };

  /** Everything a frame holds, written over. */
  function spoil(value: unknown): void {
    if (ArrayBuffer.isView(value)) new Uint8Array(value.buffer).fill(0xee);
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        spoil(member);
        Reflect.set(value, key, 4_711);
        Reflect.deleteProperty(value, key);
      }
      if (Array.isArray(value)) { try { value.length = 0; } catch { /* frozen */ } }
    }
  }

  const held: Frame[] = [];
  const sinks: Readonly<Record<string, () => Observer>> = {
    "throws": () => ({ frame() { throw new Error("no"); }, progress() { throw new Error("no"); }, failure() { throw new Error("no"); } }),
    "throws what is no error": () => ({ frame() { throw UNREADABLE; } }),
    "rejects": () => ({ frame: (() => Promise.reject(new Error("late"))) as never }),
    "answers with a promise that never settles": () => ({ frame: (() => new Promise(() => undefined)) as never }),
    "answers with a thenable that lies": () => ({ frame: (() => ({ then(done: (value: unknown) => void, failed: (error: unknown) => void) { failed(1); done(2); failed(3); } })) as never }),
    "blocks": () => ({ frame: block, progress: block }),
    "writes over everything it is given": () => ({ frame: spoil, progress: spoil, failure: spoil }),
    "lies in what it answers": () => ({ frame: (() => ({ status: "faulted", tick: 0 })) as never }),
    "takes the memory away": () => ({ frame({ entries }) { for (const { body } of entries) if (body.length > 0) structuredClone(body, { transfer: [body.buffer as ArrayBuffer] }); } }),
    "keeps everything": () => ({ frame(frame) { held.push(frame); } }),
    "starts another run, and replays this program meanwhile": () => {
      let once = false;
      return { frame() { if (!once) { once = true; void made("bell").then(({ digest }) => { heard.push(digest); }); } } };
    },
    "calls itself": () => {
      const self: { observer?: Observer } = {};
      return (self.observer = isolated({ frame(frame) { self.observer?.frame?.(frame); } }));
    },
    "is slow and deferred": () => deferred({ frame: block }, { limit: 4 }).observer,
    "is many": () => combined([{ frame: spoil }, { frame() { throw new Error("second"); } }, { progress: block }]),
    "exports to what fails": () => exporting([{ name: "broken", begin() { throw new Error("full"); } }, { name: "spoils", frame: spoil, metric: spoil }]).observer,
  };

  for (const [what, sink] of Object.entries(sinks)) {
    it(`is the same though its observer ${what}`, async () => {
      const watched = await made("measured", sink());
      expect([watched.digest, watched.end]).toEqual([quiet.digest, quiet.end]);
      expect(framesIn(watched.file)).toEqual(framesIn(quiet.file));
    });
  }

  it("leaves whoever kept its frames with what they were", async () => {
    held.length = 0;
    await made("measured", { frame(frame) { held.push(frame); } });
    const recorded = framesIn(quiet.file);
    expect(held).toEqual(recorded.slice(0, held.length));
    expect(recorded.length - held.length).toBeLessThanOrEqual(1); // RUN_END may be the recorder's alone
  });

  it("is as long when a sink fails, and the warning says once what was lost", async () => {
    const warnings: unknown[] = [];
    let calls = 0;
    const sink = isolated({ frame() { calls += 1; if (calls > 2) throw new Error("ENOSPC"); } }, { name: "metrics.jsonl", trouble: (warning) => { warnings.push(warning.code); } });
    const { file } = await made("measured", sink);
    expect([calls, warnings]).toEqual([3, [3120]]);
    const [warning] = warningsOf(sink);
    expect(warning?.detail).toMatchObject({ sink: "metrics.jsonl", call: "frame", error: "Error: ENOSPC", delivered: 2 });
    expect(Number(warning?.detail["dropped"])).toBeGreaterThanOrEqual(framesIn(file).length - 3);
  });

  it("gives exporters that work all of it, though another fails", async () => {
    const good: TelemetryRecord[] = [];
    const watching = exporting([
      { name: "broken", metric() { throw new Error("x"); } },
      { name: "spoils", begin: spoil, frame: spoil, metric: spoil, fault: spoil, diagnostic: spoil, alert: spoil },
      { name: "good", metric: (one) => { good.push(one); }, fault: (one) => { good.push(one); }, diagnostic: (one) => { good.push(one); }, alert: (one) => { good.push(one); } },
    ]);
    const run = await made("measured", watching.observer);
    watching.finish(endOf(run));
    expect(good).toEqual(recordsOf(framesIn(run.file), { known: endOf(run) }));
    expect(watching.warnings().map(({ detail }) => detail["sink"])).toEqual(["broken"]);
  });
});
