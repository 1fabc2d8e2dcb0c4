// The facade: what the service asks at each step, and what each answer leaves behind.
import { describe, expect, it } from "vitest";
import { Authority } from "../../../../../runtime/kernel/tenancy/authority.ts";
import { WIRE_CAPS } from "../../../../../runtime/kernel/tenancy/caps.ts";
import { NO_RATES, TENANT_QUOTA } from "../../../../../runtime/kernel/tenancy/quota-terms.ts";
import { writeToken } from "../../../../../runtime/kernel/tenancy/tokens.ts";
import { faultName } from "../../../../support/refusals.ts";
import { faultOf } from "../../../../support/refusals.ts";
import { across, BELL, graph, house, node, tenancyPorts } from "../../../../support/tenancy.ts";

describe("negotiation", () => {
  it("answers as the wire wants it", () => {
    const { authority, ports } = house();
    authority.tenants.register("tenant1", WIRE_CAPS);
    const answer = authority.negotiate({ tenant: "tenant1", requested: ["CAP_MEASURE", "CAP_ALLOC", "CAP_ALLOC", "CAP_X", "ALLOC"] });
    expect(answer).toEqual({
      session: expect.stringMatching(/^sess_[0-9a-f]{16}$/) as string, tenant: "tenant1", namespace: "ns_45b3e9dd6490eac7", granted: ["CAP_ALLOC", "CAP_MEASURE"], denied: ["CAP_X", "ALLOC"],
      quota: { max_logical_qubits: 100, max_channels: 10, max_jobs: 5, max_physical_qubits: 10_000 }, expires: ports.now() + 86_400_000, ended: [],
    });
    expect(authority.call(answer.session, "q_status")).toEqual({ tenant: "tenant1", caps: ["CAP_ALLOC", "CAP_MEASURE"] });
    expect(authority.audit.since(0).map(({ kind, outcome, session }) => [kind, outcome, session])).toEqual([["grant", "allowed", answer.session]]);
  });

  it("gives strangers what strangers hold, and only when told to", () => {
    const closed = house().authority;
    expect(faultName(() => closed.negotiate({ tenant: "x", requested: [] }))).toBe("AUTH_FAILED");
    const open = house({ strangers: ["CAP_ALLOC"] }).authority;
    expect(open.negotiate({ tenant: "x", requested: [...WIRE_CAPS] }).granted).toEqual(["CAP_ALLOC"]);
    for (const name of ["", "a b", "a|b", "\ud800", "é", "x".repeat(129)]) expect([name, faultName(() => open.negotiate({ tenant: name, requested: [] }))]).toEqual([name, "AUTH_FAILED"]);
    expect(open.audit.export().entries.filter(({ outcome }) => outcome === "denied")).toHaveLength(6);
  });

  it("is bounded by the token that is shown, which it uses up", () => {
    const { authority } = house();
    authority.tenants.register("a", ["CAP_ALLOC", "CAP_MEASURE"], "token");
    const token = writeToken(authority.tokens.issue("a", { caps: ["CAP_ALLOC", "CAP_MAGIC"], maxUses: 1 }));
    const other = writeToken(authority.tokens.issue("b", { caps: ["CAP_ALLOC"] }));
    expect(faultName(() => authority.negotiate({ tenant: "a", requested: [], token: other }))).toBe("TOKEN_REFUSED");
    expect(faultName(() => authority.negotiate({ tenant: "a", requested: [], token: "?" }))).toBe("TOKEN_REFUSED");
    expect(authority.negotiate({ tenant: "a", requested: [...WIRE_CAPS], token }).granted).toEqual(["CAP_ALLOC"]);
    expect(faultName(() => authority.negotiate({ tenant: "a", requested: [], token }))).toBe("TOKEN_REFUSED");
  });

  it("refuses the eleventh session, or ends the oldest idle one where that was asked for", () => {
    const strict = house();
    for (let at = 0; at < 10; at++) strict.session("a");
    expect(faultName(() => strict.session("a"))).toBe("QUOTA_EXCEEDED");
    const lenient = house({ fullHouse: "end-idle" });
    const [busy, idle] = Array.from({ length: 10 }, () => lenient.session("a")) as [string, string];
    lenient.submit(busy, BELL);
    lenient.session("a");
    expect([busy, idle].map((id) => lenient.authority.sessions.find(id) !== undefined)).toEqual([true, false]);
    for (const { id } of lenient.authority.sessions.of("a")) if (id !== busy) lenient.submit(id, BELL);
    expect(faultName(() => lenient.session("a"))).toBe("QUOTA_EXCEEDED");
    expect(lenient.authority.quotas.usage({ tenant: "a", session: null }).sessions).toBe(10);
  });

  it("ends of idle ones that which was used longest ago: never one in use while another is not", () => {
    const { authority, session } = house({ fullHouse: "end-idle" });
    const all = Array.from({ length: 10 }, () => session("a"));
    const [first, second, third] = all as [string, string, string];
    for (const id of [...all.slice(3), second, first]) authority.call(id, "q_list_jobs");
    const next = [session("a"), session("a")];
    const open = (id: string): boolean => authority.sessions.find(id) !== undefined;
    expect([first, second, third, all[3] as string, ...next].map(open)).toEqual([true, true, false, false, true, true]);
  });

  it("tell who still names them why they are no more, and of sessions their owners closed nothing", () => {
    const { authority, ports, session } = house({ fullHouse: "end-idle", sessionTtlMs: 1_000 });
    const told = (id: string): readonly unknown[] => {
      const { fault, detail, next } = faultOf(() => authority.call(id, "q_status"));
      return [fault, detail["reason"], next.includes("traces")];
    };
    const [first = "", second = ""] = Array.from({ length: 11 }, () => session("a"));
    expect(told(first)).toEqual(["SESSION_UNKNOWN", "ended to make room: its tenant had as many sessions as it may, and used this one longest ago", true]);
    authority.closeSession(second);
    expect(told(second)).toEqual(["SESSION_UNKNOWN", undefined, false]);
    const last = session("a");
    ports.clock.ms += 1_000;
    authority.sweep();
    expect(told(last)).toEqual(["SESSION_UNKNOWN", "expired", true]);
    for (let at = 0; at < 1_100; at++) { // of whose ends the latest 1,024 are remembered
      ports.clock.ms += 100;
      session("a");
    }
    expect(told(first)).toEqual(["SESSION_UNKNOWN", undefined, false]);
  });

  it("names the sessions that were closed to make room, and closes none that holds anything", () => {
    const { authority, ports } = house({ fullHouse: "end-idle", sessionTtlMs: 1_000 });
    authority.tenants.register("a", WIRE_CAPS);
    const open = (): ReturnType<typeof authority.negotiate> => authority.negotiate({ tenant: "a", requested: WIRE_CAPS });
    const first = Array.from({ length: 10 }, () => open().session) as [string, string, ...string[]];
    authority.linear.allocate("ns:vq", first[0]);
    expect(open().ended).toEqual([first[1]]);
    ports.clock.ms += 1_000;
    expect(open().ended).toHaveLength(9);
    expect(authority.sessions.find(first[0])).toBeDefined();
  });

  it("opens again what an earlier kernel had open, as far as there is room and time", () => {
    const before = house();
    const kept: unknown[] = [];
    for (let at = 0; at < 10; at++) kept.push(before.authority.sessions.find(before.session("a")));
    const { authority, ports } = house({ tenantQuota: { ...TENANT_QUOTA, sessions: 8 } });
    const again = (data: unknown): boolean => authority.reopen(JSON.parse(JSON.stringify(data)));
    expect(again(kept[0])).toBe(false);
    authority.tenants.register("a", ["CAP_ALLOC"]);
    expect(kept.map(again)).toEqual([true, true, true, true, true, true, true, true, false, false]);
    expect(authority.quotas.usage({ tenant: "a", session: null }).sessions).toBe(8);
    expect(authority.call((kept[0] as { id: string }).id, "x").caps).toEqual(["CAP_ALLOC"]);
    expect(faultName(() => again({ ...kept[9] as object, granted: ["CAP_FOO"] }))).toBe("TENANCY_UNREADABLE");
    authority.closeSession((kept[0] as { id: string }).id);
    ports.clock.ms += 86_400_000;
    expect(again(kept[0])).toBe(false);
  });

  it("makes room of sessions that have expired", () => {
    const { ports, session } = house({ sessionTtlMs: 1_000 });
    for (let at = 0; at < 10; at++) session("a");
    ports.clock.ms += 1_000;
    expect(session("a")).toMatch(/^sess_/);
  });

  it("lets nobody live longer than the house does", () => {
    const { authority, ports } = house({ sessionTtlMs: 1_000 });
    authority.tenants.register("a", []);
    expect([5_000, 10, 0, -5].map((ttlMs) => authority.negotiate({ tenant: "a", requested: [], ttlMs }).expires - ports.now())).toEqual([1_000, 10, 1, 1]);
  });
});

describe("calls and submits", () => {
  it("are counted by the minute, and the wait that is told is enough", () => {
    const { authority, ports, session, submit } = house();
    const own = session("a");
    for (let at = 0; at < 60; at++) {
      const { job, allowed } = submit(own, BELL);
      expect(allowed).toBe(true);
      authority.end(job, "COMPLETED");
      ports.clock.ms += 500;
    }
    const refused = submit(own, BELL);
    const wait = refused.allowed ? 0 : Number(refused.fault.detail["retry_after_ms"]);
    expect(refused.allowed ? "" : refused.fault.fault).toBe("RATE_LIMITED");
    ports.clock.ms += wait - 1;
    expect(submit(own, BELL).allowed).toBe(false);
    ports.clock.ms += 1;
    expect(submit(own, BELL).allowed).toBe(true);
    expect(submit(session("b"), BELL).allowed).toBe(true);
  });

  it("of one tenant, beyond 1000 a minute, are refused; of a kernel without rates, never", () => {
    const { authority, session } = house();
    const own = session("a");
    for (let at = 1; at < 1_000; at++) authority.call(own, "q_status");
    expect(faultName(() => authority.call(own, "q_status"))).toBe("RATE_LIMITED");
    const free = house({ tenantQuota: { ...TENANT_QUOTA, ...NO_RATES } });
    const other = free.session("a");
    for (let at = 0; at < 2_000; at++) free.authority.call(other, "q_status");
  });

  it("taken up again by a new kernel are not counted twice", () => {
    const { authority, session } = house({ tenantQuota: { ...TENANT_QUOTA, jobs_per_minute: 1 } });
    const own = session("a");
    const asked = (job: string, again: boolean): boolean => authority.admit({ session: own, job, graph: BELL, needs: { caps: [], peakQubits: 2, channels: 0 }, again }).allowed;
    expect([asked("1", true), asked("2", false), asked("3", true), asked("4", false)]).toEqual([true, true, true, false]);
  });

  it("say each check they made, the failing one last, in the answer and in one entry", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    const good = submit(own, BELL);
    expect(good.decisions.map(({ check, allowed }) => [check, allowed])).toEqual([["session", true], ["caps", true], ["policy", true], ["firewall", true], ["quota", true], ["rate", true]]);
    expect(authority.audit.since(0).at(-1)).toMatchObject({ kind: "job", outcome: "allowed", subject: good.job, detail: { check_session: "allowed", check_rate: "allowed" } });
    const bad = submit(own, BELL, { peakQubits: 101 });
    expect(bad.decisions.at(-1)).toEqual({ check: "quota", allowed: false, why: "QUOTA_EXCEEDED" });
    expect(authority.audit.since(0).at(-1)).toMatchObject({ kind: "quota", outcome: "denied", detail: { check_firewall: "allowed", check_quota: "QUOTA_EXCEEDED", resource: "logical_qubits" } });
    const nowhere = submit("sess_none", BELL);
    expect(nowhere.decisions).toEqual([{ check: "session", allowed: false, why: "SESSION_UNKNOWN" }]);
  });

  it("hold what the needs say beyond the ops, and the ops beyond the needs", () => {
    const { session, submit } = house();
    const own = session("a", ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"]);
    const answer = submit(own, BELL, { caps: ["CAP_DEBUG"] });
    expect(answer.allowed ? "" : answer.fault.detail["missing"]).toBe("CAP_DEBUG");
  });

  it("of suspended tenants are refused, and their jobs are named", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    const { job } = submit(own, BELL);
    expect(authority.suspend("a")).toEqual([job]);
    expect(faultName(() => authority.call(own, "x"))).toBe("TENANT_SUSPENDED");
    expect(submit(own, BELL)).toMatchObject({ allowed: false, fault: { fault: "TENANT_SUSPENDED" } });
    expect(faultName(() => authority.start(job))).toBe("TENANT_SUSPENDED");
    expect(faultName(() => authority.negotiate({ tenant: "a", requested: [] }))).toBe("TENANT_SUSPENDED");
    authority.tenants.resume("a");
    expect(authority.start(job)).toBe(true);
  });

  it("ask the operator's rules", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    authority.policies.set({ id: "no-submits", priority: 10, when: { action: "submit", tenant: "a" }, effect: "deny" });
    authority.policies.set({ id: "no-debug", priority: 10, when: { action: "call", method: "q_debug" }, effect: "deny" });
    expect(submit(own, BELL)).toMatchObject({ allowed: false, fault: { fault: "POLICY_DENIED", detail: { rule: "no-submits" } } });
    expect(faultName(() => authority.call(own, "q_debug"))).toBe("POLICY_DENIED");
    expect(submit(session("b"), BELL).allowed).toBe(true);
  });

  it("of another's job are refused and recorded", () => {
    const { authority, session } = house();
    const [own, other] = [session("a"), session("b")];
    authority.owned(own, "job_1", own);
    expect(faultName(() => { authority.owned(other, "job_1", own); })).toBe("ACCESS_DENIED");
    expect(authority.audit.since(0).at(-1)).toMatchObject({ kind: "owner", outcome: "denied", tenant: "b", subject: "job_1" });
  });

  it("refused leave nothing reserved and no use of a channel", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    session("b");
    const { id } = authority.broker.propose("a", "b");
    authority.broker.consent(id, "b");
    const before = authority.quotas.usage({ tenant: "a", session: null });
    expect(submit(own, across("a", "b", "APPLY_CNOT", { channel: id }), { peakQubits: 101 }).allowed).toBe(false);
    expect(submit(own, graph(...across("a", "b", "APPLY_CNOT", { channel: id }).program.nodes, ...across("a", "b", "APPLY_CZ").program.nodes.slice(2))).allowed).toBe(false);
    expect([authority.quotas.usage({ tenant: "a", session: null }), authority.broker.find(id)?.uses]).toEqual([before, 0]);
  });

  it("count a channel's uses over the whole graph", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    session("b");
    const { id } = authority.broker.propose("a", "b", { most: 2 });
    authority.broker.consent(id, "b");
    const nodes = across("a", "b", "APPLY_CNOT", { channel: id }).program.nodes;
    const last = nodes.slice(2);
    expect(submit(own, graph(...nodes, ...last, ...last))).toMatchObject({ allowed: false, fault: { detail: { violation: "channel_quota_exceeded" } } });
    expect(submit(own, graph(...nodes, ...last)).allowed).toBe(true);
    expect(authority.broker.find(id)?.uses).toBe(2);
  });
});

describe("a job's life", () => {
  it("runs as many at once as the session may, and every end makes room", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    const jobs = Array.from({ length: 7 }, () => submit(own, BELL).job) as [string, ...string[]];
    expect(jobs.map((job) => authority.start(job))).toEqual([true, true, true, true, true, false, false]);
    expect(authority.start(jobs[0])).toBe(true);
    authority.pause(jobs[0]);
    authority.pause(jobs[0]);
    expect(jobs.map((job) => authority.start(job))).toEqual([true, true, true, true, true, false, false]);
    for (const job of jobs) expect([authority.end(job, "COMPLETED"), authority.end(job, "COMPLETED"), authority.start(job)]).toEqual([true, false, false]);
    expect(authority.quotas.size).toBe(1);
    const changes = authority.audit.since(0).filter(({ subject }) => subject === jobs[1]).map(({ detail }) => detail["change"] ?? "admitted");
    expect(changes).toEqual(["admitted", "RUNNING", "COMPLETED"]);
  });

  it("goes on holding after its session is closed, until it has ended", () => {
    const { authority, session, submit } = house();
    const own = session("a");
    authority.quotas.setSession(own, { max_logical_qubits: 2, max_channels: 0, max_jobs: 1, max_physical_qubits: 0 });
    const { job } = submit(own, BELL);
    authority.start(job);
    expect(authority.closeSession(own)).toEqual([job]);
    expect(authority.closeSession(own)).toEqual([]);
    expect(authority.quotas.usage({ tenant: "a", session: null })).toMatchObject({ sessions: 0, running: 1, jobs: 1, logical_qubits: 2 });
    expect(faultName(() => authority.start(job))).toBe("SESSION_UNKNOWN");
    authority.end(job, "CANCELLED");
    expect(authority.quotas.size).toBe(0);
    expect(authority.quotas.session(own).max_jobs).toBe(5);
  });

  it("closing gives back what the session held by hand", () => {
    const { authority, session } = house();
    const own = session("a");
    authority.quotas.reserve("ns:vq", { tenant: "a", session: own }, { logical_qubits: 1 });
    authority.linear.allocate("ns:vq", own);
    authority.firewall.register("ns:vq", "a");
    const signed = authority.handles.issue({ handle: "ns:vq", type: "VQ", tenant: "a", session: own });
    authority.closeSession(own);
    expect([authority.quotas.size, authority.linear.size, authority.firewall.size]).toEqual([0, 0, 0]);
    expect(faultName(() => authority.handles.verify(signed, { tenant: "a", session: own }))).toBe("HANDLE_REFUSED");
  });
});

describe("saved and restored", () => {
  const busy = (): ReturnType<typeof house> & { readonly jobs: readonly string[]; readonly own: string; readonly channel: string } => {
    const made = house({ auditKeep: 8 });
    const { authority, session, submit } = made;
    const own = session("a");
    session("b");
    const { id } = authority.broker.propose("a", "b");
    authority.broker.consent(id, "b");
    const jobs = [submit(own, across("a", "b", "APPLY_CNOT", { channel: id })).job, submit(own, BELL).job] as const;
    authority.start(jobs[0]);
    authority.delegations.delegate({ from: "a", to: "b", caps: ["CAP_MAGIC"], ttlMs: 1_000 });
    authority.tokens.attenuate(authority.tokens.issue("a", { caps: ["CAP_ALLOC"], maxUses: 3 }), { caps: ["CAP_ALLOC"] });
    authority.handles.issue({ handle: "ns:1", type: "CH", tenant: "a", session: own });
    authority.linear.allocate("ns:1", own);
    authority.linear.move("ns:1", own, "other");
    for (const [qubit, tenant] of [["x", "a"], ["y", "b"], ["z", "a"]] as const) authority.firewall.register(qubit, tenant);
    authority.firewall.entangle("APPLY_CNOT", ["x", "y"], id);
    authority.firewall.entangle("APPLY_CNOT", ["x", "z"]);
    authority.quotas.setTenant("b", { ...TENANT_QUOTA, sessions: null });
    authority.quotas.setSession(own, { max_logical_qubits: 7, max_channels: 1, max_jobs: 2, max_physical_qubits: 3 });
    authority.policies.set({ id: "slow", priority: 3, when: { method: "q_wait", urgent: false, level: 2 }, effect: "rate_limit", perMinute: 9 });
    return { ...made, jobs, own, channel: id };
  };

  it("is the same authority", () => {
    const { authority, ports, jobs, own, channel } = busy();
    const saved: unknown = JSON.parse(JSON.stringify(authority.saved()));
    const again = new Authority(ports, { auditKeep: 8 });
    again.restore(saved);
    expect(JSON.parse(JSON.stringify(again.saved()))).toEqual(saved);
    expect(again.call(own, "x")).toEqual(authority.call(own, "x"));
    expect(again.firewall.broken()).toEqual([]);
    expect(again.broker.find(channel)?.uses).toBe(2);
    expect(jobs.map((job) => again.end(job, "COMPLETED"))).toEqual([true, true]);
    expect(again.quotas.usage({ tenant: "a", session: null })).toMatchObject({ jobs: 0, running: 0, logical_qubits: 0 });
    again.note({ kind: "job", tenant: "a", session: null, subject: null }, "noted", {});
    expect(again.audit.export().head.size).toBe(authority.audit.size + 3);
  });

  it("is refused, never half believed with a crash, when anything in it is of another shape", () => {
    const { authority, ports } = busy();
    const text = JSON.stringify(authority.saved());
    const odd: readonly unknown[] = [undefined, null, -1, 1.5, "§", [], {}, [1], { "": 1 }];
    let places = 0;
    const alter = (value: unknown, path: readonly (string | number)[]): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, member] of Object.entries(value)) {
        for (const other of odd) {
          const copy: unknown = JSON.parse(text);
          const holder = [...path].reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], copy) as Record<string, unknown>;
          holder[key] = other;
          places += 1;
          const fault = faultName(() => { new Authority(ports).restore(copy); });
          expect(["none", "TENANCY_UNREADABLE", "AUDIT_BROKEN"]).toContain(fault);
        }
        alter(member, [...path, key]);
      }
    };
    alter(JSON.parse(text), []);
    expect(places).toBeGreaterThan(1_000);
    for (const whole of odd) expect(faultName(() => { new Authority(ports).restore(whole); })).toBe("TENANCY_UNREADABLE");
  });

  it("does not believe an audit log under another key", () => {
    const { authority } = busy();
    const other = tenancyPorts(new TextEncoder().encode("another key"));
    expect(faultName(() => { new Authority(other).restore(authority.saved()); })).toBe("AUDIT_BROKEN");
  });
});

it("a graph of 20,000 nodes is judged in one pass", () => {
  const { session, submit } = house();
  const gates = Array.from({ length: 20_000 }, (_, at) => node("APPLY_CNOT", [`q${at % 40}`, `q${(at + 1) % 40}`]));
  const alloc = node("ALLOC_LQ", Array.from({ length: 40 }, (_, at) => `q${at}`), { n: 40 });
  expect(submit(session("a"), graph(alloc, ...gates)).allowed).toBe(true);
});
