// Policies from the caller to the header and back: what a header says, what old headers mean, and that a replay picks as its recording
// did or says why it cannot.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseHeader } from "../../../../kernel-abi/header.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import type { Frame } from "../../../../kernel-abi/frame.ts";
import { openBundle } from "../../../../replay/bundle.ts";
import { createMemorySink, memorySource } from "../../../../runtime/adapters/memory.ts";
import { defineProcess, definePolicy, record, replayTrace, verifyTrace, type PolicyChoice, type PolicyPlugin } from "../../../../runtime/app/index.ts";
import { policyHeader } from "../../../../runtime/app/policy.ts";
import { testSigner } from "../../../support/signer.ts";

const sha = (text: string): string => createHash("sha256").update(text).digest("hex");

const worker = defineProcess({
  name: "worker",
  *run({ k }) {
    for (let turn = 0; turn < 3; turn++) yield* k.sleep(1);
    return yield* k.now();
  },
});

const crew = (policy?: PolicyPlugin) => defineProcess({
  name: "crew",
  ...(policy === undefined ? {} : { policy }),
  *run({ k }) {
    const children = [];
    for (let at = 0; at < 4; at++) children.push(yield* k.spawn(worker));
    for (const child of children) yield* k.join(child);
    return children.length;
  },
});

/** Last come, first served. */
const lifo = definePolicy({ name: "lifo", version: 1, initial: 0, pick: (ready, picks) => ({ position: ready.length - 1, state: picks + 1 }) });
/** The same name and version, another function. */
const otherLifo = definePolicy({ name: "lifo", version: 1, initial: 0, pick: (_ready, picks) => ({ position: 0, state: picks + 1 }) });

async function recorded(policy: PolicyChoice | undefined, root = crew(), slice?: number) {
  const sink = createMemorySink();
  const turns: Frame[] = [];
  const picks: { readonly actor: number; readonly ready: number; readonly step: number; readonly policy: string }[] = [];
  const observer = { frame: (frame: Frame) => { if (frame.kind === "turn") turns.push(frame); }, pick: (facts: typeof picks[number]) => { picks.push(facts); } };
  const report = await record({
    program: root, out: sink, seed: "policies", workers: 0, signer: testSigner(), observer,
    ...(policy === undefined ? {} : { policy }), ...(slice === undefined ? {} : { slice }),
  });
  return { report, bytes: sink.bytes(), order: turns.map(({ actor }) => actor as number), picks, header: report.recording.header };
}

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await work.then(() => undefined, (thrown: unknown) => thrown);
  if (error instanceof Fault) return error;
  throw new Error("no fault", { cause: error });
};

describe("what a header says of a policy", () => {
  it("built-in policies with their defaults are digested by name and version alone", () => {
    for (const name of ["cooperative", "round-robin", "priority", "progress-aware", "domain-fair"] as const) {
      expect(policyHeader(name)).toEqual({ name, version: 1, digest: sha(`{"name":"${name}","version":1}`) });
    }
    expect(policyHeader({ name: "priority", parameters: { agingQuantum: 8 } })).toEqual(policyHeader("priority"));
  });

  it("parameters that are not the defaults are stated and digested", () => {
    expect(policyHeader({ name: "priority", parameters: { agingQuantum: 3 } })).toEqual({
      name: "priority", version: 1, parameters: { agingQuantum: 3 }, digest: sha('{"name":"priority","parameters":{"agingQuantum":3},"version":1}'),
    });
    expect(policyHeader({ name: "domain-fair", parameters: { Q: 1 } }).parameters).toEqual({ skew: 4, agingQuantum: 8, K: 0, Q: 1, PHI: 0 });
  });

  it("a plug-in's digest covers its text, its initial state and its parameters", () => {
    const make = (changes: object): string => policyHeader({ ...lifo, ...changes }).digest;
    const digests = [make({}), make({ version: 2 }), make({ initial: 1 }), make({ parameters: { a: 1 } }), make({ parameters: { a: 2 } }), policyHeader(otherLifo).digest];
    expect(new Set(digests).size).toBe(digests.length);
    expect(policyHeader({ ...lifo, parameters: { a: 1 } }).parameters).toEqual({ a: 1 });
  });

  it("nothing new stands in a header by default", async () => {
    const { header } = await recorded(undefined);
    expect(Object.keys(header).sort()).toEqual(["abi", "allow", "bounds", "channel", "costTables", "format", "node", "policy", "program", "providers", "seed", "semantics", "vhm"]);
    expect(Object.keys(header.policy).sort()).toEqual(["digest", "name", "version"]);
  });

  it("parses with and without its optional parts, and with nothing else", async () => {
    const { header } = await recorded("priority");
    for (const good of [{ ...header, slice: 1 }, { ...header, policy: { ...header.policy, parameters: {} } }]) expect(parseHeader(good)).toBe(good);
    for (const bad of [{ ...header, slice: 0 }, { ...header, slice: 1.5 }, { ...header, policy: { ...header.policy, parameters: { a: "1" } } }, { ...header, policy: { ...header.policy, more: 1 } }]) {
      expect(() => parseHeader(bad)).toThrow(Fault);
    }
  });
});

describe("a run with a policy", () => {
  it.each<PolicyChoice>(["cooperative", "round-robin", "priority", "progress-aware", "domain-fair", { name: "priority", parameters: { agingQuantum: 2 } }, { name: "domain-fair", parameters: { skew: 1, Q: 3 } }])(
    "%j is sealed, verifies and replays", async (policy) => {
      const { report, bytes, order, picks } = await recorded(policy);
      expect(report.end.status).toBe("completed");
      expect(picks.map(({ actor }) => actor)).toEqual(order);
      expect(picks.map(({ step }) => step)).toEqual(picks.map((_, at) => at));
      expect(await verifyTrace(bytes)).toBeDefined();
      const again = await replayTrace(bytes, { program: crew() });
      expect(again.digest).toBe(report.digest);
    });

  it("does what the policy says: last come first served is the other way round", async () => {
    const [fifo, last] = [await recorded("cooperative"), await recorded(lifo)];
    const firstRound = (order: readonly number[]): readonly number[] => order.slice(1, 5);
    expect(firstRound(fifo.order)).toEqual([4, 5, 6, 7]);
    expect(firstRound(last.order)).toEqual([7, 6, 5, 4]);
    expect(last.report.digest).not.toBe(fifo.report.digest);
  });

  it("is not another run because somebody watches its picks", async () => {
    const sink = createMemorySink();
    const unwatched = await record({ program: crew(), out: sink, seed: "policies", workers: 0, signer: testSigner(), policy: "priority" });
    expect((await recorded("priority")).report.digest).toBe(unwatched.digest);
  });

  it("a slice stands in the header and comes back at replay", async () => {
    const whole = await recorded("cooperative");
    const { bytes, header, report } = await recorded("cooperative", crew(), 2);
    expect(header.slice).toBe(2);
    expect(openBundle(memorySource(bytes)).recording.header.slice).toBe(2);
    expect((await replayTrace(bytes, { program: crew() })).digest).toBe(report.digest);
    expect(report.end.turns).toBeGreaterThan(whole.report.end.turns); // the root spawns four in one turn, or two at a time
    for (const slice of [0, -1, 1.5, NaN]) expect((await faultOf(recorded("cooperative", crew(), slice))).fault).toBe("USAGE");
  });

  it("a policy nobody knows is refused before anything runs", async () => {
    expect((await faultOf(recorded("fifo" as PolicyChoice))).fault).toBe("USAGE");
    expect((await faultOf(recorded({ name: "priority", parameters: { favour: 1 } }))).fault).toBe("USAGE");
  });
});

describe("a plug-in handed over", () => {
  it("has to be handed over again, the same", async () => {
    const { bytes, report } = await recorded(lifo);
    expect((await replayTrace(bytes, { program: crew(), policy: lifo })).digest).toBe(report.digest);
    const missing = await faultOf(replayTrace(bytes, { program: crew() }));
    expect([missing.fault, missing.detail["policy"]]).toEqual(["POLICY_INVALID", "lifo"]);
    const other = await faultOf(replayTrace(bytes, { program: crew(), policy: otherLifo }));
    expect(other.fault).toBe("POLICY_INVALID");
    expect(other.detail["recorded"]).not.toBe(other.detail["digest"]);
  });

  it("verifies without it", async () => {
    expect(await verifyTrace((await recorded(lifo)).bytes)).toBeDefined();
  });
});

describe("a plug-in of the root's definition", () => {
  it("is used, unless the caller chooses, and is there at replay", async () => {
    const own = await recorded(undefined, crew(lifo));
    expect(own.header.policy.name).toBe("lifo");
    expect((await replayTrace(own.bytes, { program: crew(lifo) })).digest).toBe(own.report.digest);
    expect((await faultOf(replayTrace(own.bytes, { program: crew(otherLifo) }))).fault).toBe("POLICY_INVALID");
    const chosen = await recorded("round-robin", crew(lifo));
    expect(chosen.header.policy.name).toBe("round-robin");
    expect((await replayTrace(chosen.bytes, { program: crew(lifo) })).digest).toBe(chosen.report.digest);
  });

  it("is refused when it cannot be one", () => {
    expect(() => crew({ name: "x", version: 0 } as PolicyPlugin)).toThrow(Fault);
  });
});

describe("a plug-in that fails while the run is on", () => {
  const failing = (pick: (step: number) => number) => definePolicy({ name: "failing", version: 1, initial: 0, pick: (ready, state) => ({ position: pick(ready.step), state }) });
  it.each<[why: string, policy: PolicyPlugin]>([
    ["it threw", failing((step) => { if (step === 5) throw new Error("no more"); return 0; })],
    ["the position is not in the queue", failing((step) => (step === 5 ? 99 : 0))],
  ])("%s: the run ends faulted, is sealed and replays to the same end", async (why, policy) => {
    const { report, bytes, order } = await recorded(policy);
    expect(report.end).toMatchObject({ status: "faulted", turns: 5, fault: { name: "POLICY_INVALID", code: 3114, detail: { policy: "failing", why } } });
    expect(order).toHaveLength(5);
    expect(await verifyTrace(bytes)).toBeDefined();
    expect((await replayTrace(bytes, { program: crew(), policy })).digest).toBe(report.digest);
  });
});

describe("a plug-in that does not come to an answer", () => {
  it("breaks the run off without a seal: no clock decides what is on record", async () => {
    const sink = createMemorySink();
    const policy = definePolicy({ name: "endless", version: 1, initial: 0, pick: (ready, state) => { while (ready.step === 5); return { position: 0, state }; } });
    const fault = await faultOf(record({ program: crew(), out: sink, seed: "policies", workers: 0, signer: testSigner(), policy }));
    expect([fault.fault, fault.detail]).toEqual(["POLICY_ENDLESS", { policy: "endless", version: 1 }]);
    const { sealed, frames } = await verifyTrace(sink.bytes(), { allowUnsealed: true });
    expect([sealed, frames > 5]).toEqual([false, true]);
  }, 30_000);
});

describe("a plug-in in a program's file", () => {
  let folder = "";
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), "triad-policy-")); });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  it("travels in the trace: a stranger needs nothing else", async () => {
    const file = join(folder, "own.ts");
    writeFileSync(file, `
import { defineProcess, definePolicy } from "triad-runtime";
const worker = defineProcess({ name: "worker", *run({ k }) { yield* k.sleep(1); return yield* k.now(); } });
const policy = definePolicy({ name: "own", version: 3, initial: { turns: 0 }, parameters: { from: 1 },
  pick: (ready, { turns }, { from }) => ({ position: ready.length - from, state: { turns: turns + 1 } }) });
export default defineProcess({ name: "own", policy, *run({ k }) {
  const children = [];
  for (let at = 0; at < 3; at++) children.push(yield* k.spawn(worker));
  for (const child of children) yield* k.join(child);
  return "done";
} });
`);
    const sink = createMemorySink();
    const { end, digest, recording } = await record({ program: file, out: sink, seed: "own", workers: 0, signer: testSigner() });
    expect(end).toMatchObject({ status: "completed", result: "done" });
    expect(recording.header.policy).toMatchObject({ name: "own", version: 3, parameters: { from: 1 } });
    expect((await replayTrace(sink.bytes(), { trustProgram: true })).digest).toBe(digest);
    expect((await faultOf(replayTrace(sink.bytes()))).fault).toBe("PROGRAM_UNTRUSTED");
  });
});
