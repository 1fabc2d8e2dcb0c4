// Whatever a run was, or whatever bytes pretend to be one: telemetry holds its books, and nothing makes it throw.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT, type Entry, type Frame } from "../../../kernel-abi/frame.ts";
import type { ProcessId } from "../../../kernel-abi/ids.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { k } from "../../../domains/k/api/operations.ts";
import { createAlerts } from "../../../telemetry/alerts.ts";
import { exporting, metricsOf, recordsOf } from "../../../telemetry/exporter.ts";
import { jsonLines } from "../../../telemetry/json-lines.ts";
import { compareRecords, mergeStreams } from "../../../telemetry/merge.ts";
import { createMetricFold } from "../../../telemetry/metrics.ts";
import { prometheus } from "../../../telemetry/prometheus.ts";
import { parseRules } from "../../../telemetry/rules.ts";
import { scopedTo } from "../../../telemetry/scope.ts";
import { COUNTER_NAMES, SERIES, SERIES_NAMES } from "../../../telemetry/series.ts";
import { verifyStream } from "../../../telemetry/signing.ts";
import { parseExposition } from "../../support/exposition.ts";
import { monkey } from "../../support/monkey.ts";
import { entry } from "../../support/recordings.ts";
import { run } from "../../support/run.ts";
import { ask, codeOf, toy, type Body } from "../../support/toy.ts";
import { testSigner } from "../../support/signer.ts";

/** More of everything: TELEMETRY_RUNS=2000. */
const RUNS = Number(process.env["TELEMETRY_RUNS"] ?? 40);
const codes = [...Object.values(SYSCALL), ...Object.values(EVENT)];

const body: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constant(new Uint8Array(0)), fc.uint8Array({ maxLength: 12 }),
  fc.record({
    name: fc.oneof(fc.string({ maxLength: 4 }), fc.constant("root/a#1")), definition: fc.string({ maxLength: 3 }), vhm: fc.integer({ min: -1, max: 2 }), node: fc.nat(2), owner: fc.nat(5),
    value: fc.double(), unit: fc.string({ maxLength: 3 }), from: fc.nat(6), seq: fc.nat(3), to: fc.nat(5), stability: fc.nat(1_000_000), noise: fc.nat(1_000_000), drift: fc.double(),
    terms: fc.record({ units: fc.nat(3), budget: fc.integer({ min: -5, max: 9 }), noisePpm: fc.nat(2), errorPpm: fc.nat(2), end: fc.nat(9) }), charge: fc.record({ budget: fc.nat(5), shots: fc.nat(5) }),
    domain: fc.constantFrom("Q", "PHI", 7), figures: fc.dictionary(fc.constantFrom("t1", "t2", "error1"), fc.integer({ min: -9, max: 9 })), provider: fc.string({ maxLength: 2 }), version: fc.nat(2),
    descriptor: fc.record({ op: fc.constantFrom("open", "close", "shift", "merge", "x"), envelopes: fc.array(fc.nat(4), { maxLength: 2 }), mode: fc.constantFrom("bits", "counts", 1), shots: fc.nat(3),
      circuit: fc.record({ ops: fc.array(fc.integer({ min: -1, max: 21 }), { maxLength: 40 }).map((ops) => Int32Array.from(ops)) }) }).map((fields) => pack(fields)),
    kind: fc.constantFrom("bits", "counts", "report"), bits: fc.uint8Array({ maxLength: 3 }), keys: fc.array(fc.string({ maxLength: 2 })), counts: fc.array(fc.nat(4)), status: fc.string({ maxLength: 3 }),
  }, { requiredKeys: [] }).filter((fields) => !Object.is(fields.value, -0) && [fields.name, fields.unit, fields.definition, fields.provider].every((text) => text === undefined || !text.startsWith("\ufeff"))).map((fields) => pack(fields)),
);
const someEntry: fc.Arbitrary<Entry> = fc.record({ code: fc.constantFrom(...codes), verdict: fc.constantFrom(0, 0, 0, 1, 1004, 2001, 2002, 3102, 77), domain: fc.nat(3), capability: fc.nat(2), contract: fc.nat(3), subject: fc.nat(6), body })
  .map((fields) => entry(fields.code, fields));
const someFrame: fc.Arbitrary<Frame> = fc.record({
  turn: fc.boolean(), actor: fc.nat(6), step: fc.nat(3), ready: fc.nat(4), delivery: fc.record({ kind: fc.nat(7), from: fc.nat(6), seq: fc.nat(4) }), entries: fc.array(someEntry, { maxLength: 4 }),
  end: fc.record({ kind: fc.nat(2), on: fc.nat(7), subject: fc.nat(6), body }),
}).map(({ turn, actor, step, ready, delivery, entries, end }) =>
  (turn ? { kind: "turn", tick: step, actor, ready, delivery, entries, end } : { kind: "kernel", tick: step, actor, entries }) as unknown as Frame); // shapes no machine would make
const someFrames = fc.array(someFrame, { maxLength: 8 }).map((frames) => {
  let tick = 0;
  return frames.map((frame): Frame => ({ ...frame, tick: (tick += frame.tick) as Frame["tick"] }));
});

describe("frames no machine would make", () => {
  it("give records that can be written, in order, and text a strict reader accepts", () => {
    fc.assert(fc.property(someFrames, fc.nat(4), fc.boolean(), (frames, every, scoped) => {
      let text = "";
      const exposition = prometheus();
      const out = exporting([jsonLines({ write: (more) => { text += more; } }), exposition], { every, byProcess: true, ...(scoped ? { scope: scopedTo({ vhm: 1 }) } : {}) });
      for (const frame of frames) out.observer.frame?.(frame);
      out.finish();
      expect([...out.observer.reports(), ...out.reports()].map(({ failed }) => failed)).toEqual([undefined, undefined, undefined]);
      const records = text.trimEnd().split("\n").slice(1, -1).map((line) => JSON.parse(line) as { sequence: number; logicalTimestamp: number });
      expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, at) => at));
      for (let at = 1; at < records.length; at++) expect(records[at]?.logicalTimestamp).toBeGreaterThanOrEqual(records[at - 1]?.logicalTimestamp ?? 0);
      parseExposition(exposition.text());
    }), { numRuns: RUNS });
  });

  it("never lower a counter, nor hide from a process what a scope shows it", () => {
    fc.assert(fc.property(someFrames, (frames) => {
      const flushed = metricsOf(frames, { every: 1, rules: [] });
      for (const name of COUNTER_NAMES) {
        const values = flushed.filter(({ metricId, sourceId }) => metricId === name && sourceId === "run").map(({ value }) => value);
        expect(values).toEqual(values.toSorted((a, b) => a - b));
      }
    }), { numRuns: RUNS });
  });
});

describe("runs of the machine", () => {
  it("keep the books of mail: what was sent is delivered, lost or under way; a process that ends loses what it had not read", async () => {
    for (let seed = 0; seed < RUNS / 4; seed++) {
      const { frames, end } = await run(monkey(), { seed: `books ${seed}`, mailboxBound: 3 + (seed % 5) });
      const value = Object.fromEntries(metricsOf(frames).filter(({ sourceId }) => sourceId === "run").map(({ metricId, value: of }) => [metricId, of]));
      const { "k.messages_sent": sent = 0, "k.messages_delivered": delivered = 0, "k.messages_lost": lost = 0, "k.queue_depth": depth = 0, "k.processes": processes, "k.turns": turns } = value;
      expect([sent - delivered - lost, sent, processes, turns]).toEqual([depth, end.messages, 0, end.turns]);
      expect([value["q.jobs_in_flight"], value["phi.jobs_in_flight"], value["q.containers"], value["phi.windows_open"]]).toEqual([0, 0, 0, 0]);
    }
  });

  for (const overflow of ["refuse", "block", "drop-new", "drop-old"] as const) {
    it(`know mail by its numbers where a full mailbox is made to ${overflow}, slices end turns and answers go back`, async () => {
      const echo = { ...toy("echo", [], function* (): Body {
        for (let left = 6; left > 0; left--) {
          const heard = yield* ask<{ from: ProcessId; body: unknown } | undefined>({ domain: "K", op: "receive", within: 20 });
          if (heard === undefined) continue;
          const { from, body: said } = heard;
          yield* k.sleep(2);
          yield* k.send(from, said);
          yield* k.send(from, said);
        }
        return 0;
      }), mailbox: { depth: 2, overflow } };
      const root = toy("root", [], function* (): Body {
        const child = yield* k.spawn(echo);
        const other = yield* k.spawn(toy("other", [], function* (): Body {
          for (let at = 0; at < 5; at++) yield* codeOf(k.send(child, new Uint8Array(10)));
          return yield* k.sleep(30);
        }));
        for (let at = 0; at < 5; at++) yield* codeOf(k.send(child, new Uint8Array(at)));
        yield* k.sleep(60);
        for (let at = 0; at < 3; at++) yield* ask({ domain: "K", op: "receive", within: 20 });
        return yield* codeOf(k.send(other, 1));
      });
      const { frames, end } = await run(root, { seed: overflow, slice: 3 });
      expect(end.status).toBe("completed");
      const found = metricsOf(frames, { every: 1 });
      const last = Object.fromEntries(found.filter(({ sourceId }) => sourceId === "run").map(({ metricId, value }) => [metricId, value]));
      const { "k.messages_sent": sent = 0, "k.messages_delivered": delivered = 0, "k.messages_lost": lost = 0, "k.queue_depth": depth = 0 } = last;
      expect([sent - delivered - lost, last["k.slices"] === 0]).toEqual([depth, false]);
      expect(last["k.memory_bytes"]).toBe(0);
      if (overflow === "block") expect(last["k.interrupts_room"]).toBeGreaterThan(0);
      const alive = frames.slice(0, frames.findIndex(({ entries }) => entries.some(({ code }) => code === SYSCALL.PROC_EXIT)));
      const dropped = alive.flatMap(({ entries }) => entries).filter(({ code }) => code === EVENT.MESSAGE_DROPPED).length;
      expect([metricsOf(alive).find(({ metricId }) => metricId === "k.messages_lost")?.value, dropped > 0]).toEqual([dropped, overflow.startsWith("drop")]);
    });
  }

  it("say the same whole, in two halves and scoped to everybody", async () => {
    const { frames } = await run(monkey(), { seed: "halves" });
    const whole = recordsOf(frames, { every: 5 });
    expect(recordsOf(frames, { every: 5 })).toEqual(whole);
    const scoped = recordsOf(frames, { every: 5, scope: scopedTo({ processes: () => true }) });
    const turnsIn = (records: typeof whole): readonly number[] => records.flatMap((one) => ("metricId" in one && "unit" in one && one.metricId === "k.turns" ? [one.value] : []));
    expect(turnsIn(scoped)).toEqual(turnsIn(whole));
  });
});

describe("alerts", () => {
  const rules = parseRules(SERIES_NAMES.flatMap((metric, at) => [
    { id: `high${at}`, metric, comparison: ">", threshold: 2, clear: 1, severity: 3, forTicks: at % 4 },
    ...(SERIES[metric].per === "run" ? [] : [{ id: `each${at}`, metric, comparison: "<", threshold: 900_000, severity: 2, sources: "each" }]),
  ]));

  /** What was raised and cleared, looking always or only when the fold says so. */
  function alertsOf(frames: readonly Frame[], always: boolean): readonly unknown[] {
    const fold = createMetricFold();
    let looks = 0;
    const alerts = createAlerts(rules, fold.read, always ? () => looks++ : fold.revision);
    return frames.flatMap((frame, at) => {
      fold.step(frame);
      const next = frames[at + 1]?.tick ?? frame.tick + 1;
      if (next === frame.tick) return [];
      const told = alerts.evaluate(frame.tick);
      if (at % 3 === 0) fold.flush(frame.tick);
      return [...told, ...(next - 1 > frame.tick ? alerts.evaluate(next - 1) : [])];
    });
  }

  it("are the same whether every rule is looked at each time or only where something may have changed", async () => {
    for (let seed = 0; seed < RUNS / 8; seed++) {
      const { frames } = await run(monkey(), { seed: `alerts ${seed}` });
      expect(alertsOf(frames, false)).toEqual(alertsOf(frames, true));
      expect(alertsOf(frames, true).length).toBeGreaterThan(0);
    }
    fc.assert(fc.property(someFrames, (frames) => { expect(alertsOf(frames, false)).toEqual(alertsOf(frames, true)); }), { numRuns: RUNS });
  });
});

describe("what comes from outside", () => {
  it("never makes a reader throw anything but its own refusal", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.jsonValue().map((value) => JSON.stringify(value) ?? "")), (text) => {
      expect(verifyStream(text).ok).toBe(false);
    }), { numRuns: RUNS * 5 });
    fc.assert(fc.property(fc.anything(), (value) => {
      try {
        parseRules(value);
      } catch (error) {
        expect(error).toMatchObject({ code: 3121 });
      }
    }), { numRuns: RUNS * 10 });
  });

  it("is refused when any character of a signed stream is another", () => {
    let text = "";
    const out = exporting([jsonLines({ write: (more) => { text += more; }, signer: testSigner() })], { rules: [] });
    out.finish({ status: "completed", fault: 0, digest: null });
    expect(verifyStream(text)).toMatchObject({ ok: true, complete: true });
    fc.assert(fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
      if (text[at] === character || (at === text.length - 1 && character === "\n")) return;
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      const verdict = verifyStream(changed);
      // A line feed more or less at the very end says nothing; anything else does.
      if (at < text.length - 1) expect(verdict.ok).toBe(false);
    }), { numRuns: RUNS });
  });

  it("merges alike in any order, and in each node's own", () => {
    const stream = (node: number) => fc.array(fc.nat(4), { maxLength: 6 }).map((steps) => {
      let tick = 0;
      return steps.map((step, sequence) => ({ node, sequence, logicalTimestamp: (tick += step) }));
    });
    fc.assert(fc.property(stream(1), stream(2), stream(3), (a, b, c) => {
      const merged = [...mergeStreams([a, b, c])];
      expect([...mergeStreams([c, a, b])]).toEqual(merged);
      expect(merged).toEqual([...a, ...b, ...c].sort(compareRecords));
    }), { numRuns: RUNS * 5 });
  });
});
