// Every hole that was demonstrated in the design this replaces, each shown to be closed. Those of jobs that see one another's state are of the
// service: its own test runs them over the wire.
import { describe, expect, it } from "vitest";
import { toHex } from "../../../../../kernel-abi/canonical.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { inPieces, leafHash, merkleRoot, nodeHash } from "../../../../../kernel-abi/merkle.ts";
import { CODE_OF, faultData } from "../../../../../kernel-abi/rpc/fault-data.ts";
import { freshBytes, hmacSha256 } from "../../../../../runtime/adapters/mac.ts";
import { sha256 } from "../../../../../runtime/adapters/sha256.ts";
import { AuditLog, checkAudit } from "../../../../../runtime/kernel/tenancy/audit-log.ts";
import { WIRE_CAPS } from "../../../../../runtime/kernel/tenancy/caps.ts";
import type { SignedToken } from "../../../../../runtime/kernel/tenancy/tokens.ts";
import { faultOf, faultReason } from "../../../../support/refusals.ts";
import { across, BELL, graph, house, node, tenancyPorts } from "../../../../support/tenancy.ts";

const refusal = (admission: { readonly allowed: boolean; readonly fault?: Fault }): string => admission.fault?.fault ?? "none";
const PLAIN = ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"];

describe("holes of capabilities", () => {
  it("a graph grants itself CAP_MAGIC and CAP_TELEPORT through its own or its nodes' caps", () => {
    const { session, submit } = house();
    const own = session("a", PLAIN);
    const selfGranting = {
      caps: ["CAP_MAGIC", "CAP_TELEPORT"],
      program: { nodes: [node("ALLOC_LQ", ["a", "b"], { n: 2 }), { ...node("INJECT_T_STATE", ["a"]), caps: ["CAP_MAGIC"] }, { ...node("TELEPORT_CNOT", ["a", "b"]), caps: ["CAP_TELEPORT"] }] },
    };
    const answer = submit(own, selfGranting);
    expect(refusal(answer)).toBe("INSUFFICIENT_CAPS");
    expect(answer.allowed ? {} : { code: CODE_OF[answer.fault.fault], data: faultData(answer.fault) }).toMatchObject({ code: "INSUFFICIENT_CAPS", data: { required: ["CAP_ALLOC", "CAP_MAGIC", "CAP_TELEPORT"], missing: ["CAP_MAGIC", "CAP_TELEPORT"] } });
  });

  it("a session without CAP_MEASURE or CAP_MAGIC runs those ops over RPC", () => {
    const { session, submit } = house();
    for (const op of ["MEASURE_Z", "MEASURE_X", "MEASURE_Y", "MEASURE_ANGLE", "MEASURE_BELL", "INJECT_T_STATE"]) {
      const answer = submit(session("a", ["CAP_ALLOC", "CAP_COMPUTE"]), graph(node("ALLOC_LQ", ["a", "b"], { n: 2 }), node(op, op === "MEASURE_BELL" ? ["a", "b"] : ["a"])));
      expect([op, answer.allowed ? "" : answer.fault.detail["missing"]]).toEqual([op, op === "INJECT_T_STATE" ? "CAP_MAGIC" : "CAP_MEASURE"]);
    }
    expect(submit(session("a", PLAIN), BELL).allowed).toBe(true);
  });

  it("an op that nobody knows runs without any capability", () => {
    const { session, submit } = house();
    expect(refusal(submit(session("a"), graph(node("ALLOC_LQ", ["a"]), node("APPLY_FOO", ["a"]))))).toBe("POLICY_DENIED");
  });

  it("every valid request is granted, whatever the tenant holds", () => {
    const { authority } = house();
    authority.tenants.register("poor", ["CAP_ALLOC"]);
    const { granted, denied } = authority.negotiate({ tenant: "poor", requested: ["CAP_ALLOC", "CAP_MAGIC", "CAP_FOO", "CAP_ADMIN"] });
    expect([granted, denied]).toEqual([["CAP_ALLOC"], ["CAP_MAGIC", "CAP_FOO", "CAP_ADMIN"]]);
  });

  it("a session keeps what its tenant has lost", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    const waiting = submit(own, BELL).job;
    authority.tenants.setCaps("a", ["CAP_ALLOC"]);
    expect(refusal(submit(own, BELL))).toBe("INSUFFICIENT_CAPS");
    expect(faultOf(() => authority.start(waiting)).fault).toBe("INSUFFICIENT_CAPS");
  });
});

describe("holes of the firewall", () => {
  const CROSSING = ["TELEPORT_CNOT", "MEASURE_BELL", "APPLY_CNOT", "APPLY_CZ", "APPLY_SWAP", "APPLY_TOFFOLI", "USE_CHAN", "OPEN_CHAN"];
  const joined = (): ReturnType<typeof house> & { readonly own: string; readonly channel: string } => {
    const made = house();
    const own = made.session("a");
    made.session("b");
    const { id } = made.authority.broker.propose("a", "b", { most: 4 });
    made.authority.broker.consent(id, "b");
    return { ...made, own, channel: id };
  };
  const inUse = (op: string): readonly string[] => (op.includes("CHAN") ? ["ch"] : []);

  it.each(CROSSING)("%s with channel: \"fake\" crosses tenants unrecorded", (op) => {
    const { authority, submit, own } = joined();
    const answer = submit(own, across("a", "b", op, { channel: "fake" }, inUse(op)));
    expect(refusal(answer)).toBe("FIREWALL_VIOLATION");
    expect(answer.allowed ? {} : answer.fault.detail).toMatchObject({ violation: "missing_channel", channel: "fake" });
    expect(authority.audit.since(0).at(-1)).toMatchObject({ kind: "firewall", outcome: "denied", tenant: "a" });
  });

  it.each(CROSSING)("%s crosses tenants with nothing at all", (op) => {
    const { submit, own } = joined();
    expect(refusal(submit(own, across("a", "b", op, {}, inUse(op))))).toBe("FIREWALL_VIOLATION");
  });

  it.each(CROSSING)("%s over the channel both agreed to is counted and recorded", (op) => {
    const { authority, submit, own, channel } = joined();
    expect(submit(own, across("a", "b", op, { channel }, inUse(op))).allowed).toBe(true);
    expect(authority.broker.find(channel)?.uses).toBe(op === "USE_CHAN" ? 2 : 1);
    expect(authority.audit.since(0).at(-1)).toMatchObject({ kind: "job", outcome: "allowed", detail: { check_firewall: "allowed" } });
  });

  it("a channel of other tenants, unconsented, expired, withdrawn or used up carries something", () => {
    const { authority, ports, session, submit, own, channel } = joined();
    session("c");
    const { broker } = authority;
    const tried = (id: string): unknown => { const answer = submit(own, across("a", "b", "APPLY_CNOT", { channel: id })); return answer.allowed || answer.fault.detail["violation"]; };
    const other = broker.propose("a", "c").id;
    broker.consent(other, "c");
    expect(tried(other)).toBe("invalid_channel");
    expect(tried(broker.propose("a", "b").id)).toBe("invalid_channel");
    const short = broker.propose("a", "b", { ttlMs: 10 }).id;
    broker.consent(short, "b");
    ports.clock.ms += 10;
    expect(tried(short)).toBe("invalid_channel");
    for (let use = 0; use < 4; use++) expect(tried(channel)).toBe(true);
    const fresh = broker.propose("b", "a").id;
    broker.consent(fresh, "a");
    expect(tried(channel)).toBe("channel_quota_exceeded");
    expect(tried(fresh)).toBe(true);
    authority.broker.use(fresh, "a", "b", (authority.broker.find(fresh)?.most ?? 0) - 1);
    const spent = submit(own, across("a", "b", "APPLY_CNOT", { channel: fresh }));
    expect(spent.allowed ? {} : [spent.fault.fault, spent.fault.detail["reason"], spent.fault.next]).toEqual(["CHANNEL_REFUSED", "channel_quota_exceeded", expect.stringContaining("another channel")]);
    broker.revoke(fresh, "b");
    expect(submit(own, across("a", "b", "APPLY_CNOT", { channel: fresh })).allowed).toBe(false);
  });

  it("tenant_id is self-asserted in args", () => {
    const { authority, session, submit } = house();
    session("b");
    for (const claimed of ["b", "nobody", 7, null, { b: 1 }]) {
      const answer = submit(session("a"), graph(node("ALLOC_LQ", ["x"], { n: 1, tenant_id: claimed })));
      expect([claimed, refusal(answer)]).toEqual([claimed, "ACCESS_DENIED"]);
    }
    expect(submit(session("a"), graph(node("ALLOC_LQ", ["x"], { n: 1, tenant_id: "a" }))).allowed).toBe(true);
    expect(authority.audit.since(0).filter(({ kind }) => kind === "firewall")).toHaveLength(5);
  });

  it("attaching the audit log to the firewall or the capabilities crashes", () => {
    const { authority, submit, own } = joined();
    const before = authority.audit.size;
    submit(own, across("a", "b", "APPLY_CNOT"));
    submit(own, graph(node("APPLY_FOO", ["a"])));
    faultOf(() => { authority.need(own, ["CAP_ADMIN"]); });
    expect(authority.audit.since(before).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(["firewall denied", "caps denied", "caps denied"]);
  });
});

describe("holes of tokens", () => {
  const one = (wish: { readonly maxUses?: number; readonly ttlMs?: number }): ReturnType<typeof house> & { readonly token: SignedToken; readonly use: (token: SignedToken) => string } => {
    const made = house();
    const { tokens } = made.authority;
    const token = tokens.issue("a", { caps: ["CAP_ALLOC", "CAP_MEASURE"], ...wish });
    return { ...made, token, use: (shown) => faultReason(() => tokens.use(shown, { tenant: "a", session: null })) };
  };

  it("attenuating a one-use token gives unlimited uses", () => {
    const { authority, token, use } = one({ maxUses: 1 });
    const child = authority.tokens.attenuate(token, { caps: ["CAP_ALLOC"] });
    const sibling = authority.tokens.attenuate(token, { caps: ["CAP_ALLOC"], maxUses: 1_000 });
    expect([child.max_uses, sibling.max_uses]).toEqual([1, 1]);
    expect([use(child), use(child), use(sibling), use(token)]).toEqual(["none", "exhausted", "exhausted", "exhausted"]);
  });

  it("attenuating a token with less than a second left gives one that never ends", () => {
    const { authority, ports, token, use } = one({ ttlMs: 1_500 });
    ports.clock.ms += 1_000;
    const child = authority.tokens.attenuate(token, { caps: ["CAP_ALLOC"], ttlMs: null });
    expect(child.expires).toBe(token.expires);
    ports.clock.ms += 500;
    expect([use(child), use(token)]).toEqual(["expired", "expired"]);
  });

  it("a one-second token attenuates to an hour", () => {
    const { authority, token } = one({ ttlMs: 1_000 });
    expect(authority.tokens.attenuate(token, { caps: ["CAP_ALLOC"] }).expires).toBe(token.expires);
    expect(authority.tokens.attenuate(token, { caps: ["CAP_ALLOC"], ttlMs: 3_600_000 }).expires).toBe(token.expires);
  });

  it("max_uses is outside the token's MAC", () => {
    const { token, use } = one({ maxUses: 1 });
    for (const forged of [{ max_uses: 2 }, { max_uses: null }, { caps: [...WIRE_CAPS] }, { expires: null }, { tenant: "b" }, { session: "sess_0" }, { depth: 1 }, { parent: "cap_0" }, { issued: 0 }]) {
      expect([forged, use({ ...token, ...forged })]).toEqual([forged, "signature"]);
    }
    expect(use(token)).toBe("none");
  });

  it("a child survives the revocation of its parent", () => {
    const { authority, token, use } = one({});
    const child = authority.tokens.attenuate(token, { caps: ["CAP_ALLOC"] });
    const grandchild = authority.tokens.attenuate(child, { caps: ["CAP_ALLOC"] });
    expect(use(grandchild)).toBe("none");
    expect(authority.tokens.revoke(token.id)).toBe(true);
    expect([use(token), use(child), use(grandchild)]).toEqual(["revoked", "revoked", "revoked"]);
  });
});

describe("holes of delegations", () => {
  it("revoking a delegation strips the receiver's own capability", () => {
    const { authority } = house();
    authority.tenants.register("a", WIRE_CAPS);
    authority.tenants.register("b", ["CAP_MAGIC"]);
    const { id } = authority.delegations.delegate({ from: "a", to: "b", caps: ["CAP_MAGIC", "CAP_LINK"] });
    expect([...authority.delegations.holds("b")].sort()).toEqual(["CAP_LINK", "CAP_MAGIC"]);
    authority.delegations.revoke(id, "a");
    expect([...authority.delegations.holds("b")]).toEqual(["CAP_MAGIC"]);
  });

  it("an expired delegation keeps granting, in sessions that live and to jobs that wait", () => {
    const { authority, ports, session, submit } = house();
    authority.tenants.register("a", WIRE_CAPS);
    authority.tenants.register("b", PLAIN);
    authority.delegations.delegate({ from: "a", to: "b", caps: ["CAP_MAGIC"], ttlMs: 1_000 });
    const own = session("b");
    const magic = graph(node("ALLOC_LQ", ["a"], { n: 1 }), node("INJECT_T_STATE", ["a"]));
    const waiting = submit(own, magic);
    expect(waiting.allowed).toBe(true);
    ports.clock.ms += 1_000;
    expect(refusal(submit(own, magic))).toBe("INSUFFICIENT_CAPS");
    expect(faultOf(() => authority.start(waiting.job)).fault).toBe("INSUFFICIENT_CAPS");
  });
});

describe("holes of the audit log", () => {
  const hash = inPieces(sha256);
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const logOf = (count: number): AuditLog => {
    const log = new AuditLog(tenancyPorts());
    for (let at = 0; at < count; at++) log.append({ kind: "job", outcome: "noted", tenant: "a", session: null, subject: `job_${at}`, detail: {} });
    return log;
  };

  it("the roots of [a,b,c] and [a,b,c,c] coincide", () => {
    const [a, b, c] = ["a", "b", "c"].map((text) => leafHash(hash, bytes(text))) as [Uint8Array, Uint8Array, Uint8Array];
    expect(toHex(merkleRoot(hash, [a, b, c]))).not.toBe(toHex(merkleRoot(hash, [a, b, c, c])));
  });

  it("leaves and nodes share a domain, so that a node can be passed off as an entry", () => {
    const [a, b] = [leafHash(hash, bytes("a")), leafHash(hash, bytes("b"))];
    const posing = new Uint8Array([...a, ...b]);
    expect(toHex(nodeHash(hash, a, b))).not.toBe(toHex(leafHash(hash, posing)));
    expect(toHex(nodeHash(hash, a, b))).not.toBe(toHex(sha256(posing)));
  });

  it("a lost tail is not noticed", () => {
    const whole = logOf(9).export();
    const by = { mac: tenancyPorts().mac, hash };
    expect(checkAudit(whole, by).entries).toHaveLength(9);
    for (let left = 0; left < 9; left++) expect(faultOf(() => checkAudit({ ...whole, entries: whole.entries.slice(0, left) }, by)).detail).toMatchObject({ reason: "size" });
    const shorter = { ...whole, entries: whole.entries.slice(0, 8), head: { ...whole.head, size: 8 } };
    expect(faultOf(() => checkAudit(shorter, by)).detail).toMatchObject({ reason: "signature" });
  });

  it("an append costs as much as all before it", () => {
    let hashes = 0;
    const ports = { ...tenancyPorts(), sha256: (some: Uint8Array): Uint8Array => { hashes += 1; return sha256(some); } };
    const log = new AuditLog(ports);
    const spent = (): number => { hashes = 0; log.append({ kind: "job", outcome: "noted", tenant: "a", session: null, subject: null, detail: {} }); return hashes; };
    expect(Math.max(...Array.from({ length: 4_096 }, spent))).toBeLessThanOrEqual(13);
  });
});

describe("holes of handles", () => {
  it("verification never takes a presented signature", () => {
    const { authority } = house();
    const signed = authority.handles.issue({ handle: "ns_0:vq_1", type: "VQ", tenant: "a", session: "s" });
    const verified = (signature: string): string => faultReason(() => authority.handles.verify({ handle: signed.handle, signature }, { tenant: "a", session: "s" }));
    expect(verified(signed.signature)).toBe("none");
    for (const forged of ["", "0".repeat(64), signed.signature.toUpperCase(), `${signed.signature}00`, signed.signature.slice(2)]) expect([forged, verified(forged)]).toEqual([forged, "signature"]);
  });

  it("the default key is a hash of the clock", () => {
    expect(freshBytes(32)).not.toEqual(freshBytes(32));
    const [one, other] = [hmacSha256(freshBytes(32)), hmacSha256(freshBytes(32))];
    expect(one.tag(bytesOf("x"))).not.toEqual(other.tag(bytesOf("x")));
  });
});

describe("holes of quotas", () => {
  it("five cancels lock a session out", () => {
    const { authority, session, submit } = house({ tenantQuota: { ...authorityQuota, jobs_per_minute: null, calls_per_minute: null } });
    const own = session("a");
    for (let round = 0; round < 200; round++) {
      const { job, allowed } = submit(own, BELL);
      expect(allowed).toBe(true);
      if (round % 2 === 0) expect(authority.start(job)).toBe(true);
      if (round % 3 === 0) authority.pause(job);
      expect([authority.end(job, "CANCELLED"), authority.end(job, "CANCELLED"), authority.end(job, "FAILED")]).toEqual([true, false, false]);
    }
    expect(authority.quotas.usage({ tenant: "a", session: null })).toEqual({ sessions: 1, jobs: 0, running: 0, logical_qubits: 0, physical_qubits: 0, channels: 0 });
  });

  it("a graph of 200 qubits completes under a quota of 100", () => {
    const { session, submit } = house();
    const answer = submit(session("a"), BELL, { peakQubits: 200 });
    expect(answer.allowed ? {} : answer.fault.detail).toEqual({ resource: "logical_qubits", scope: "session", limit: 100, used: 0, requested: 200 });
    expect(submit(session("a"), BELL, { peakQubits: 100 }).allowed).toBe(true);
    expect(refusal(submit(session("a"), BELL, { physicalQubits: 10_001 }))).toBe("QUOTA_EXCEEDED");
    expect(refusal(submit(session("a"), BELL, { channels: 11 }))).toBe("QUOTA_EXCEEDED");
  });

  it("a job starts before its quota is checked", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    const jobs = [60, 60, 40].map((peakQubits) => submit(own, BELL, { peakQubits }).job) as [string, string, string];
    expect(jobs.map((job) => authority.start(job))).toEqual([true, false, true]);
    authority.end(jobs[0], "COMPLETED");
    expect(authority.start(jobs[1])).toBe(true);
  });

  it("there is no end to a session", () => {
    const { authority, ports, session, submit } = house({ sessionTtlMs: 5_000 });
    const [own, other] = [session("a"), session("a")];
    const { job } = submit(own, BELL);
    expect(authority.closeSession(own)).toEqual([job]);
    expect(faultOf(() => authority.call(own, "q_status")).fault).toBe("SESSION_UNKNOWN");
    ports.clock.ms += 5_000;
    expect(faultOf(() => authority.call(other, "q_status")).detail).toEqual({ reason: "session-expired" });
    expect(authority.sweep()).toEqual([{ session: other, jobs: [] }]);
  });

  it("the socket is unauthenticated", () => {
    const { authority } = house();
    authority.tenants.register("guarded", PLAIN, "token");
    expect(faultOf(() => authority.negotiate({ tenant: "guarded", requested: PLAIN }))).toMatchObject({ fault: "AUTH_FAILED", detail: { reason: "token-needed" } });
    expect(faultOf(() => authority.negotiate({ tenant: "nobody", requested: PLAIN }))).toMatchObject({ fault: "AUTH_FAILED", detail: { reason: "tenant-unknown" } });
  });
});

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const authorityQuota = { sessions: 10, jobs_per_session: 100, concurrent_jobs: 10, logical_qubits: 1_000, physical_qubits: 10_000, channels: 100 };
