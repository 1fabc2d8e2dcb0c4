// Linear handles, broker, policies, timing, the audit log: each table by itself.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, fromHex, toHex } from "../../../../../kernel-abi/canonical.ts";
import { InvariantBroken } from "../../../../../kernel-abi/invariant.ts";
import { inPieces, leafHash, provesInclusion } from "../../../../../kernel-abi/merkle.ts";
import { provesConsistency } from "../../../../../kernel-abi/merkle-log.ts";
import { AUDIT_KINDS, AUDIT_OUTCOMES, auditCsv, entryBytes } from "../../../../../runtime/kernel/tenancy/audit-entry.ts";
import { AuditLog, checkAudit, checkHead } from "../../../../../runtime/kernel/tenancy/audit-log.ts";
import { Broker } from "../../../../../runtime/kernel/tenancy/broker.ts";
import { LinearHandles } from "../../../../../runtime/kernel/tenancy/linear-handles.ts";
import { Policies } from "../../../../../runtime/kernel/tenancy/policies.ts";
import { Quotas } from "../../../../../runtime/kernel/tenancy/quotas.ts";
import { Sessions } from "../../../../../runtime/kernel/tenancy/sessions.ts";
import { Tenants } from "../../../../../runtime/kernel/tenancy/tenants.ts";
import { TIMING, TimingIsolator } from "../../../../../runtime/kernel/tenancy/timing.ts";
import { Witness } from "../../../../../runtime/kernel/tenancy/witness.ts";
import { faultTold } from "../../../../support/refusals.ts";
import { house, tenancyPorts } from "../../../../support/tenancy.ts";

describe("linear handles", () => {
  const made = (): { readonly linear: LinearHandles; readonly at: (ms: number) => void } => {
    let now = 0;
    return { linear: new LinearHandles(() => now), at: (ms) => { now = ms; } };
  };
  const violation = (act: () => unknown): unknown => faultTold(act)["violation"];

  it("name each violation", () => {
    const { linear } = made();
    linear.allocate("q", "a");
    expect(violation(() => linear.allocate("q", "b"))).toBe("aliasing");
    expect(violation(() => { linear.use(["q", "q"], "a"); })).toBe("aliasing");
    expect(violation(() => { linear.use(["q"], "b"); })).toBe("aliasing");
    expect(violation(() => { linear.use(["r"], "a"); })).toBe("unknown_handle");
    expect(violation(() => linear.move("q", "a", "a"))).toBe("aliasing");
    linear.use(["q"], "a");
    linear.move("q", "a", "b");
    expect([violation(() => { linear.use(["q"], "a"); }), linear.stateFor("q", "a"), linear.stateFor("q", "b")]).toEqual(["moved_resource", "moved", "allocated"]);
    linear.consume("q", "b");
    expect([violation(() => { linear.use(["q"], "b"); }), violation(() => linear.consume("q", "b")), violation(() => linear.move("q", "b", "a"))]).toEqual(["use_after_consume", "double_consume", "use_after_consume"]);
    linear.invalidate("q");
    expect(linear.stateFor("q", "b")).toBe("consumed");
    linear.allocate("q", "a");
    linear.invalidate("q");
    linear.invalidate("none");
    expect([linear.stateFor("q", "a"), linear.stateFor("none", "a"), violation(() => { linear.use(["q"], "a"); })]).toEqual(["invalidated", undefined, "use_after_consume"]);
  });

  it("leak when they stay allocated for more than a minute", () => {
    const { linear, at } = made();
    linear.allocate("late", "a");
    linear.allocate("done", "a");
    linear.consume("done", "a");
    at(60_000);
    expect(linear.leaks()).toEqual([]);
    linear.allocate("new", "a");
    at(60_001);
    expect(linear.leaks().map(({ handle }) => handle)).toEqual(["late"]);
    expect(linear.leaks(0).map(({ handle }) => handle)).toEqual(["late", "new"]);
    expect([linear.end("a").map(({ handle }) => handle), linear.size]).toEqual([["late", "new"], 0]);
  });
});

describe("the broker", () => {
  it("needs the other tenant's consent, once, and lets either end it", () => {
    const ports = tenancyPorts();
    const tenants = new Tenants(ports.sha256);
    for (const name of ["a", "b", "c"]) tenants.register(name, []);
    const broker = new Broker(tenants, ports);
    const { id } = broker.propose("a", "b", { most: 5_000 });
    expect(broker.find(id)).toMatchObject({ state: "proposed", most: 1_000, expires: null });
    expect([broker.lackBetween("a", "b"), broker.lacks(id, "a", "b")]).toEqual(["missing_channel", "invalid_channel"]);
    for (const tenant of ["a", "c"]) expect(faultTold(() => broker.consent(id, tenant))).toMatchObject({ fault: "CHANNEL_REFUSED", reason: "tenant" });
    broker.consent(id, "b");
    expect([broker.lackBetween("b", "a"), broker.lacks(id, "b", "a"), broker.lacks(id, "a", "c"), broker.lacks(undefined, "a", "b")]).toEqual([undefined, undefined, "invalid_channel", "missing_channel"]);
    expect(faultTold(() => broker.consent(id, "b"))).toMatchObject({ reason: "state" });
    expect(faultTold(() => broker.propose("a", "a"))).toMatchObject({ reason: "self" });
    expect(faultTold(() => broker.propose("a", "nobody"))).toMatchObject({ fault: "CHANNEL_REFUSED", reason: "receiver" });
    expect(faultTold(() => broker.revoke(id, "c"))).toMatchObject({ reason: "tenant" });
    expect(faultTold(() => broker.revoke("bch_x", "a"))).toMatchObject({ reason: "unknown" });
    expect(faultTold(() => { broker.use(id, "a", "c"); })).toMatchObject({ reason: "invalid_channel" });
    tenants.suspend("b");
    expect(broker.lacks(id, "a", "b")).toBe("invalid_channel");
    tenants.resume("b");
    broker.use(id, "a", "b", 1_000);
    expect([broker.lacks(id, "a", "b"), broker.lacks(id, "a", "b", 0)]).toEqual(["channel_quota_exceeded", undefined]);
    broker.revoke(id, "a");
    broker.sweep();
    expect([broker.size, broker.lackBetween("a", "b")]).toEqual([0, "missing_channel"]);
  });
});

describe("tenants and sessions", () => {
  it("are each of one name, one namespace, known capabilities", () => {
    const tenants = new Tenants(tenancyPorts().sha256);
    expect(tenants.register("tenant1", ["CAP_MAGIC", "CAP_ALLOC", "CAP_ALLOC"])).toEqual({ id: "tenant1", namespace: "ns_45b3e9dd6490eac7", state: "active", caps: ["CAP_ALLOC", "CAP_MAGIC"], entry: "open" });
    expect(faultTold(() => tenants.register("tenant1", []))).toMatchObject({ reason: "tenant-exists" });
    expect(faultTold(() => tenants.register("x", ["CAP_FOO"]))).toMatchObject({ fault: "INSUFFICIENT_CAPS", missing: "CAP_FOO" });
    expect(tenants.size).toBe(1);
  });
  it("stop the kernel rather than hand out an id twice", () => {
    const sessions = new Sessions({ ...tenancyPorts(), fresh: (bytes) => new Uint8Array(bytes) });
    sessions.open("a", [], 1);
    expect(() => sessions.open("a", [], 1)).toThrow(InvariantBroken);
    expect([sessions.close("sess_0000000000000000"), sessions.close("sess_0000000000000000"), sessions.size]).toEqual([true, false, 0]);
  });
  it("reserve nothing negative, nothing fractional and nothing twice under one id", () => {
    const quotas = new Quotas();
    const holder = { tenant: "a", session: null };
    for (const running of [-1, 0.5, Number.NaN]) expect(() => { quotas.reserve("x", holder, { running }); }).toThrow(InvariantBroken);
    quotas.reserve("x", holder, { running: 1 });
    expect(() => { quotas.reserve("x", holder, { running: 1 }); }).toThrow(InvariantBroken);
  });
});

describe("policies", () => {
  it("go by priority, then by name; the first allow or deny decides, audit marks, rate_limit counts by tenant", () => {
    let now = 0;
    const policies = new Policies(() => now, []);
    const judge = (more: Readonly<Record<string, string | number | boolean>> = {}, tenant = "a"): unknown => { const { allowed, rule, audit } = policies.judge({ tenant, ...more }); return [allowed, rule, audit.join()]; };
    expect(judge()).toEqual([true, null, ""]);
    policies.set({ id: "deny-x", priority: 5, when: { action: "x" }, effect: "deny" });
    policies.set({ id: "allow-a", priority: 5, when: { tenant: "a", action: "x" }, effect: "allow" });
    policies.set({ id: "mark", priority: 9, when: {}, effect: "audit" });
    expect(judge({ action: "x" })).toEqual([true, "allow-a", "mark"]);
    expect(judge({ action: "x" }, "b")).toEqual([false, "deny-x", "mark"]);
    expect(judge({ action: true })).toEqual([true, null, "mark"]);
    policies.set({ id: "deny-x", priority: 6, when: { action: "x" }, effect: "deny" });
    expect(judge({ action: "x" })).toEqual([false, "deny-x", "mark"]);
    expect([policies.remove("deny-x"), policies.remove("deny-x")]).toEqual([true, false]);
    policies.set({ id: "slow", priority: 20, when: { action: "y" }, effect: "rate_limit", perMinute: 1 });
    expect([judge({ action: "y" }), judge({ action: "y" }), judge({ action: "y" }, "b")]).toEqual([[true, null, "mark"], [false, "slow", ""], [true, null, "mark"]]);
    now = 62_000;
    policies.sweep();
    expect(judge({ action: "y" })).toEqual([true, null, "mark"]);
    const again = new Policies(() => now);
    again.restore(JSON.parse(JSON.stringify(policies.saved())));
    expect(again.rules).toEqual(policies.rules);
  });
  it("deny inactive tenants and mark grants unless told otherwise; rates are 60 a minute", () => {
    const policies = new Policies(() => 0);
    expect(policies.judge({ tenant: "a", tenant_active: false })).toEqual({ allowed: false, rule: "inactive-tenant", audit: [] });
    expect(policies.judge({ tenant: "a", action: "grant", tenant_active: true })).toEqual({ allowed: true, rule: null, audit: ["audit-grants"] });
    policies.set({ id: "r", priority: 1, when: {}, effect: "rate_limit" });
    expect(Array.from({ length: 61 }, () => policies.judge({ tenant: "a" }).allowed).filter(Boolean)).toHaveLength(60);
  });
});

describe("the timing isolator", () => {
  it("is off; on, it shows an answer at a slot's edge and less than a jitter later, never early", () => {
    expect(new TimingIsolator(() => 0.5).showAt(123)).toBe(123);
    const on = (uniform: number): TimingIsolator => new TimingIsolator(() => uniform, { ...TIMING, enabled: true });
    expect([0, 1, 100, 101].map((ready) => on(0).showAt(ready))).toEqual([0, 100, 100, 200]);
    expect(on(0.5).showAt(101)).toBe(205);
    fc.assert(fc.property(fc.nat(1e9), fc.double({ min: 0, max: 0.999, noNaN: true }), (ready, uniform) => {
      const shown = on(uniform).showAt(ready);
      expect(shown).toBeGreaterThanOrEqual(ready);
      expect(shown % 100).toBeLessThan(10);
      expect(shown - ready).toBeLessThan(110);
    }));
  });
});

describe("the audit log", () => {
  const what = { kind: "job", outcome: "noted", tenant: "a", session: null, subject: null, detail: {} } as const;
  const hash = inPieces((bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()));
  const { mac } = tenancyPorts();
  const logOf = (count: number, keep: number): AuditLog => {
    const log = new AuditLog(tenancyPorts(), keep);
    for (let at = 0; at < count; at++) log.append({ ...what, subject: `s${at}` });
    return log;
  };

  it("writes entries as canonical JSON", () => {
    const text = fc.string({ unit: "grapheme" });
    const value = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)), fc.boolean(), fc.constant(null));
    fc.assert(fc.property(fc.record({
      seq: fc.nat(), at: fc.maxSafeNat(), kind: fc.constantFrom(...AUDIT_KINDS), outcome: fc.constantFrom(...AUDIT_OUTCOMES), tenant: text, session: fc.option(text), subject: fc.option(text), detail: fc.dictionary(text, value),
    }), (entry) => { expect(new TextDecoder().decode(entryBytes(entry))).toBe(new TextDecoder().decode(canonicalJson(entry))); }), { numRuns: 300 });
  });

  it("keeps the last entries, proves each of them, and that it only ever grew", () => {
    const log = logOf(7, 10);
    const [before, root] = [log.size, fromHex(log.root())];
    for (let at = 7; at < 43; at++) log.append({ ...what, subject: `s${at}` });
    expect([log.size, log.first, log.since(0).length, log.since(40).map(({ subject }) => subject)]).toEqual([43, 33, 10, ["s40", "s41", "s42"]]);
    for (const entry of log.since(0)) {
      const proof = { leaf: leafHash(hash, canonicalJson(entry)), index: entry.seq, size: log.size, path: log.proof(entry.seq).map(fromHex), root: fromHex(log.root()) };
      expect(provesInclusion(hash, proof)).toBe(true);
      expect(provesInclusion(hash, { ...proof, leaf: leafHash(hash, canonicalJson({ ...entry, tenant: "b" })) })).toBe(false);
    }
    for (const index of [32, 43, -1, 0.5]) expect(faultTold(() => log.proof(index))).toMatchObject({ fault: "AUDIT_BROKEN" });
    expect(faultTold(() => log.consistency(before))).toMatchObject({ reason: "not-kept" });
    const whole = logOf(43, 100);
    expect(whole.root()).toBe(log.root());
    expect(provesConsistency(hash, { from: before, size: 43, before: root, root: fromHex(whole.root()), path: whole.consistency(before).map(fromHex) })).toBe(true);
    for (const size of [44, -1, 0.5]) expect(faultTold(() => whole.consistency(size))).toMatchObject({ reason: "not-kept" });
  });

  it("refuses every change of an exported log", () => {
    const data = logOf(25, 8).export();
    expect([data.base, data.peaks.length, data.entries.length]).toEqual([17, 2, 8]);
    const by = { mac, hash };
    expect(checkAudit(JSON.parse(JSON.stringify(data)), by).head).toEqual(data.head);
    const reason = (changed: unknown): unknown => { const { fault, reason: why } = faultTold(() => checkAudit(changed, by)); return why ?? fault; };
    const [first, second, ...others] = data.entries as [(typeof data.entries)[number], (typeof data.entries)[number], ...(typeof data.entries)[number][]];
    expect(reason({ ...data, entries: [{ ...first, tenant: "b" }, second, ...others] })).toBe("root");
    expect(reason({ ...data, entries: [{ ...first, detail: { more: 1 } }, second, ...others] })).toBe("root");
    expect(reason({ ...data, entries: [second, first, ...others] })).toBe("entry");
    expect(reason({ ...data, entries: [second, ...others] })).toBe("entry");
    expect(reason({ ...data, entries: [...data.entries, { ...first, seq: 25 }] })).toBe("size");
    expect(reason({ ...data, peaks: [...data.peaks].reverse() })).toBe("root");
    expect(reason({ ...data, peaks: data.peaks.slice(1) })).toBe("TENANCY_UNREADABLE");
    expect(reason({ ...data, base: 16 })).toBe("TENANCY_UNREADABLE");
    for (const changed of [{ size: 24 }, { root: "0".repeat(64) }, { at: 1 }, { signature: "0".repeat(64) }]) expect(reason({ ...data, head: { ...data.head, ...changed } })).toBe("signature");
    expect([checkHead(data.head, mac), checkHead({ ...data.head, size: 24 }, mac)]).toEqual([true, false]);
  });

  it("has the root of RFC 6962 over its entries, from nothing on", () => {
    const log = logOf(0, 10);
    expect(log.root()).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const leaves = [1, 2, 3].map((at) => leafHash(hash, canonicalJson(log.append({ ...what, subject: `${at}` })))) as [Uint8Array, Uint8Array, Uint8Array];
    const node = (left: Uint8Array, right: Uint8Array): Uint8Array => hash(Uint8Array.of(1), left, right);
    expect(log.root()).toBe(toHex(node(node(leaves[0], leaves[1]), leaves[2])));
  });

  it("is written out for people, and nothing in it is a formula", () => {
    const log = logOf(1, 10);
    log.append({ ...what, tenant: "=1+1", subject: "say \"hi\", you", detail: { a: 1, b: "x" } });
    expect(auditCsv(log.since(0))).toBe([
      "seq,at,kind,outcome,tenant,session,subject,detail", "0,1000000,job,noted,a,,s0,{}", "1,1000000,job,noted,'=1+1,,\"say \"\"hi\"\", you\",\"{\"\"a\"\":1,\"\"b\"\":\"\"x\"\"}\"", "",
    ].join("\r\n"));
  });

  it("is neither broken nor swollen by what callers write", () => {
    const { authority } = house();
    const { size } = authority.audit;
    for (const text of ["\ud800", "x".repeat(1e6), "a\r\nb", "é"]) {
      const answer = authority.admit({ session: text, job: text, graph: { program: { nodes: [{ id: text, op: text, args: {}, vqs: [], chs: [] }] } }, needs: { caps: [], peakQubits: 0, channels: 0 } });
      expect(answer.allowed).toBe(false);
      new Witness(authority.audit).note({ kind: "job", tenant: text, session: text, subject: text }, "noted", { text });
    }
    for (const entry of authority.audit.since(size)) expect(canonicalJson(entry).length).toBeLessThan(2_000);
  });
});
