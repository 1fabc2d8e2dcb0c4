// What tenants lend, agree to and hand on, through a real socket: nothing widens, what ends reaches everybody below at once, and nobody
// uses what is another's.
import { describe, expect, it } from "vitest";
import { CAPS, coins, ghz } from "../../../../support/kernel-service.ts";
import { credentialOf, kernelGround, refusalOf, STUCK, type ServedTest } from "../../../../support/served-kernel.ts";

const ground = kernelGround();
const LENDER = [...CAPS, "CAP_DELEGATE"];
const BASE = ["CAP_ALLOC", "CAP_COMPUTE"];
const TENANTS = [{ name: "red", caps: LENDER }, { name: "green", caps: [...BASE, "CAP_DELEGATE"] }, { name: "blue", caps: [...BASE, "CAP_DELEGATE"] }, { name: "grey", caps: CAPS }];
const insufficient = (...missing: string[]): unknown => expect.objectContaining({ code: -32001, name: "INSUFFICIENT_CAPS", data: expect.objectContaining({ missing }) as unknown });
const denied = (fault: string, reason?: string): unknown => expect.objectContaining({ code: -32301, data: expect.objectContaining({ fault, ...(reason === undefined ? {} : { reason }) }) as unknown });
const running = async ({ kernel }: ServedTest, job: string): Promise<void> => {
  while (kernel.parts.jobs.get(job)?.state !== "RUNNING") await new Promise((resolve) => { setTimeout(resolve, 2); });
};

describe("loans", () => {
  it("A lends B a subset, B lends C of that and cannot widen it; A revokes, and sessions of both lose it at once, with jobs that need it", async () => {
    const served = await ground.serve({ tenants: TENANTS }, { conditions: STUCK });
    const { client, session } = served;
    const red = await session("red");
    expect((await client.q_negotiate_caps({ requested: ["CAP_MEASURE"], tenant_id: "green" })).denied).toEqual(["CAP_MEASURE"]);
    const loan = await client.q_delegate({ to: "green", caps: ["CAP_MEASURE", "CAP_LINK"], ttl_ms: 3_600_000, session_id: red });
    expect(loan).toMatchObject({ from: "red", to: "green", gives: ["CAP_LINK", "CAP_MEASURE"], depth: 1 });
    const green = await session("green");
    for (const caps of [["CAP_MAGIC"], ["CAP_MEASURE", "CAP_MAGIC"], ["CAP_CHECKPOINT"]]) {
      expect(await refusalOf(client.q_delegate({ to: "blue", caps, source: loan.delegation_id, session_id: green }))).toMatchObject({ code: -32001 });
    }
    expect(await refusalOf(client.q_delegate({ to: "blue", caps: ["CAP_MEASURE"], session_id: green }))).toEqual(insufficient("CAP_MEASURE")); // not its own
    const on = await client.q_delegate({ to: "blue", caps: ["CAP_MEASURE"], ttl_ms: 86_400_000, source: loan.delegation_id, session_id: green });
    expect([on.depth, (on.expires_at ?? 0) <= (loan.expires_at ?? 0)]).toEqual([2, true]); // ends no later
    const blue = await session("blue");
    const [theirs, third] = await Promise.all([green, blue].map((session_id) => client.q_submit({ graph: ghz(2), session_id })));
    for (const job of [theirs, third]) await running(served, job?.job_id ?? "");
    const own = await client.q_submit({ graph: ghz(2), session_id: red });

    const ended = await client.q_revoke_delegation({ delegation_id: loan.delegation_id, session_id: red });
    expect(ended).toEqual({ revoked: [loan.delegation_id, on.delegation_id], jobs_cancelled: 2 });
    for (const session_id of [green, blue]) {
      expect(await refusalOf(client.q_submit({ graph: ghz(2), session_id }))).toEqual(insufficient("CAP_MEASURE"));
      expect((await client.q_list_delegations({ session_id })).received).toEqual([]);
    }
    for (const [job, session_id] of [[theirs, green], [third, blue]] as const) {
      const job_id = job?.job_id ?? "";
      expect(await client.q_wait({ job_id, session_id, timeout_ms: 60_000 })).toMatchObject({ state: "CANCELLED", error: { type: "INSUFFICIENT_CAPS" } });
      const { events } = await client.q_job_events({ job_id, session_id });
      expect(events.find(({ type }) => type === "revoked")?.data).toMatchObject({ fault: "INSUFFICIENT_CAPS", missing: "CAP_MEASURE" });
    }
    expect((await client.q_status({ job_id: own.job_id, session_id: red })).state).not.toBe("CANCELLED");
  });

  it("are refused to who may not lend, to the lender itself, to nobody, and under names of others", async () => {
    const { client, session } = await ground.serve({ tenants: TENANTS });
    const [red, green, grey] = [await session("red"), await session("green"), await session("grey")];
    expect(await refusalOf(client.q_delegate({ to: "green", caps: ["CAP_MEASURE"], session_id: grey }))).toEqual(insufficient("CAP_DELEGATE"));
    const narrow = await session("red", { requested: ["CAP_ALLOC"] });
    expect(await refusalOf(client.q_delegate({ to: "green", caps: ["CAP_MEASURE"], session_id: narrow }))).toEqual(insufficient("CAP_MEASURE"));
    expect(await refusalOf(client.q_delegate({ to: "red", caps: ["CAP_MEASURE"], session_id: red }))).toEqual(denied("DELEGATION_REFUSED", "self"));
    expect(await refusalOf(client.q_delegate({ to: "nobody", caps: ["CAP_MEASURE"], session_id: red }))).toEqual(denied("DELEGATION_REFUSED", "receiver"));
    const loan = await client.q_delegate({ to: "green", caps: ["CAP_MEASURE"], session_id: red });
    const blue = await session("blue");
    expect(await refusalOf(client.q_delegate({ to: "grey", caps: ["CAP_MEASURE"], source: loan.delegation_id, session_id: red }))).toEqual(denied("DELEGATION_REFUSED", "source"));
    expect(await refusalOf(client.q_delegate({ to: "grey", caps: ["CAP_ALLOC"], source: "dlg_0000000000000000", session_id: blue }))).toEqual(denied("DELEGATION_REFUSED", "source"));
    for (const [delegation_id, session_id] of [[loan.delegation_id, blue], [loan.delegation_id, green], ["dlg_0000000000000000", red]] as const) {
      expect(await refusalOf(client.q_revoke_delegation({ delegation_id, session_id }))).toEqual(denied("DELEGATION_REFUSED"));
    }
    expect(await client.q_list_delegations({ session_id: blue })).toEqual({ given: [], received: [] });
    expect((await client.q_list_delegations({ session_id: red })).given.map(({ delegation_id }) => delegation_id)).toEqual([loan.delegation_id]);
  });

  it("end by time, with the jobs that need them", async () => {
    let now = 1_000_000;
    const served = await ground.serve({ tenants: TENANTS }, { conditions: STUCK, clock: () => now });
    const { client, kernel, session } = served;
    const red = await session("red");
    await client.q_delegate({ to: "green", caps: ["CAP_MEASURE"], ttl_ms: 5_000, session_id: red });
    const green = await session("green");
    const { job_id } = await client.q_submit({ graph: ghz(2), session_id: green });
    await running(served, job_id);
    now += 5_000;
    expect(await refusalOf(client.q_submit({ graph: ghz(2), session_id: green }))).toEqual(insufficient("CAP_MEASURE"));
    expect((await client.q_wait({ job_id, session_id: green, timeout_ms: 60_000 })).state).toBe("CANCELLED"); // the sweep of every second
    expect(kernel.parts.authority.delegations.size).toBe(0);
  });

  it("and channels outlast a kernel: what was lent is lent, what was revoked is gone, and accepted jobs go on by it", async () => {
    const state = ground.folder();
    const first = await ground.serve({ tenants: TENANTS }, { state, conditions: STUCK });
    const red = await first.session("red");
    const kept = await first.client.q_delegate({ to: "green", caps: ["CAP_MEASURE"], session_id: red });
    const gone = await first.client.q_delegate({ to: "green", caps: ["CAP_MAGIC"], session_id: red });
    await first.client.q_revoke_delegation({ delegation_id: gone.delegation_id, session_id: red });
    const { channel } = await first.client.q_offer_channel({ to: "grey", session_id: red });
    const green = await first.session("green");
    const { job_id } = await first.client.q_submit({ graph: ghz(2), session_id: green });
    first.kernel.parts.memory.compact();
    await first.stop();
    const second = await ground.serve({ tenants: TENANTS }, { state });
    expect((await second.client.q_wait({ job_id, session_id: green, timeout_ms: 60_000 })).state).toBe("COMPLETED");
    expect((await second.client.q_list_delegations({ session_id: green })).received).toMatchObject([{ delegation_id: kept.delegation_id, gives: ["CAP_MEASURE"] }]);
    expect((await second.client.q_list_channels({ session_id: red })).channels).toMatchObject([{ channel, state: "proposed" }]);
    await second.client.q_revoke_delegation({ delegation_id: kept.delegation_id, session_id: red });
    expect(await refusalOf(second.client.q_submit({ graph: ghz(2), session_id: green }))).toEqual(insufficient("CAP_MEASURE"));
  });
});

/** Two qubits, the second claimed to be of another tenant, entangled over a channel. */
const crossing = (tenant: string, channel: string): unknown => ({
  version: "0.1",
  program: { nodes: [
    { id: "a", op: "ALLOC_LQ", args: { n: 1, profile: "logical:surface_code(d=3)" }, vqs: ["q0"] },
    { id: "b", op: "ALLOC_LQ", args: { n: 1, profile: "logical:surface_code(d=3)", tenant_id: tenant }, vqs: ["q1"] },
    { id: "open", op: "OPEN_CHAN", args: { fidelity: 0.99 }, vqs: ["q0", "q1"], chs: [channel] },
    { id: "cx", op: "APPLY_CNOT", args: { channel }, vqs: ["q0", "q1"] },
    { id: "close", op: "CLOSE_CHAN", chs: [channel] },
    { id: "r0", op: "MEASURE_Z", vqs: ["q0"], produces: ["m0"] }, { id: "r1", op: "MEASURE_Z", vqs: ["q1"], produces: ["m1"] },
  ] },
  resources: { vqs: ["q0", "q1"], chs: [channel], events: ["m0", "m1"] }, caps: ["CAP_ALLOC", "CAP_LINK"],
});

describe("channels between tenants", () => {
  it("carry nothing before both agreed, and nothing after either ended them: neither by hand nor in a job", async () => {
    const served = await ground.serve({ tenants: TENANTS }, { conditions: STUCK });
    const { client, session } = served;
    const [red, grey] = [await session("red"), await session("grey")];
    const { vqs: [mine = ""] } = await client.q_alloc({ n: 1, session_id: red });
    const { handles: [theirs = ""] = [] } = await client.q_alloc({ n: 1, session_id: grey });
    const open = (channel: string): Promise<unknown> => refusalOf(client.q_open_chan({ vq_a: mine, vq_b: theirs, options: { channel } as { fidelity?: number }, session_id: red }));
    const { channel, state } = await client.q_offer_channel({ to: "grey", max_uses: 5, session_id: red });
    expect(state).toBe("proposed");
    expect(await open(channel)).toMatchObject({ code: -32501, data: { what: "invalid_channel" } });
    expect(await refusalOf(client.q_submit({ graph: crossing("grey", channel), session_id: red }))).toMatchObject({ code: -32301 });
    const green = await session("green", { requested: CAPS });
    expect(await refusalOf(client.q_accept_channel({ channel, session_id: red }))).toMatchObject({ code: -32501, data: { what: "tenant" } }); // its own offer
    for (const call of [client.q_accept_channel, client.q_revoke_channel]) expect(await refusalOf(call({ channel, session_id: green }))).toEqual(insufficient("CAP_LINK"));
    expect(await refusalOf(client.q_accept_channel({ channel: "bch_0000000000000000", session_id: grey }))).toMatchObject({ code: -32501, data: { what: "unknown" } });
    expect((await client.q_list_channels({ session_id: green })).channels).toEqual([]);

    expect(await client.q_accept_channel({ channel, session_id: grey })).toMatchObject({ state: "active", from: "red", to: "grey" });
    expect(await open(channel)).toMatchObject({ allowed: { actual_fidelity: expect.any(Number) as unknown } });
    const { job_id } = await client.q_submit({ graph: crossing("grey", channel), session_id: red });
    await running(served, job_id);
    expect((await client.q_list_channels({ session_id: grey })).channels).toMatchObject([{ uses: 3, max_uses: 5 }]); // one by hand, two in the job

    expect(await client.q_revoke_channel({ channel, session_id: grey })).toEqual({ channel, closed: 1, jobs_cancelled: 1 });
    expect((await client.q_wait({ job_id, session_id: red, timeout_ms: 60_000 })).state).toBe("CANCELLED");
    expect(await open(channel)).toMatchObject({ code: -32501 });
    expect(await refusalOf(client.q_submit({ graph: crossing("grey", channel), session_id: red }))).toMatchObject({ code: -32301 });
    expect(await refusalOf(client.q_accept_channel({ channel, session_id: grey }))).toMatchObject({ code: -32501 }); // for good
  });

  it("are for the pairs an operator permits, when it says which", async () => {
    const { client, session, served } = await ground.serve({ tenants: TENANTS, channels: [["grey", "red"]] });
    const [red, grey] = [await session("red"), await session("grey")];
    expect(await refusalOf(client.q_offer_channel({ to: "green", session_id: red }))).toMatchObject({ code: -32501, data: { what: "pair" } });
    const { channel } = await client.q_offer_channel({ to: "grey", session_id: red });
    await client.q_accept_channel({ channel, session_id: grey });
    const { job_id } = await client.q_submit({ graph: crossing("grey", channel), session_id: red });
    expect((await client.q_wait({ job_id, session_id: red, timeout_ms: 60_000 })).state).toBe("COMPLETED");
    served.service.serve?.({ tenants: TENANTS, channels: [] });
    expect(await refusalOf(client.q_submit({ graph: crossing("grey", channel), session_id: red }))).toMatchObject({ code: -32301 });
  });

  it("a tenant's claim on another's behalf, and a channel that nobody made, cross nothing", async () => {
    const { client, session } = await ground.serve({ tenants: TENANTS });
    const red = await session("red");
    for (const channel of ["fake", "bch_0000000000000000"]) expect(await refusalOf(client.q_submit({ graph: crossing("grey", channel), session_id: red }))).toMatchObject({ code: -32301 });
  });
});

describe("credentials", () => {
  const tenants = [{ name: "red", caps: LENDER, entry: "token" as const, serial: "a" }, { name: "green", caps: CAPS, entry: "token" as const }];

  it("open a tenant that asks for one; a forged, foreign or missing one does not", async () => {
    const { client, session } = await ground.serve({ tenants });
    const good = credentialOf("red", "a");
    expect(await session("red", { credential: good })).toMatch(/^sess_/);
    const forged = JSON.stringify({ ...JSON.parse(good) as object, max_uses: 9 });
    const bad = [undefined, "", "{}", credentialOf("green"), credentialOf("red", "b"), forged, good.replace(/"signature":"./, "\"signature\":\"0")].filter((one) => one !== good);
    for (const credential of bad) expect(await refusalOf(client.q_negotiate_caps({ requested: CAPS, tenant_id: "red", ...(credential === undefined ? {} : { credential }) }))).toMatchObject({ code: -32100, name: "AUTH_FAILED" });
    for (const credential of bad.slice(2)) if (credential !== undefined && credential !== credentialOf("green")) expect(await refusalOf(client.q_attenuate({ credential, caps: ["CAP_ALLOC"] }))).toMatchObject({ code: -32100 });
  });

  it("are made weaker, never wider; one that is revoked takes with it what was made from it, and their sessions with their jobs", async () => {
    const served = await ground.serve({ tenants }, { conditions: STUCK });
    const { client, session } = served;
    const root = credentialOf("red", "a");
    const caps = ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"];
    const weaker = await client.q_attenuate({ credential: root, caps, ttl_ms: 60_000 });
    expect(await refusalOf(client.q_attenuate({ credential: weaker.credential, caps: ["CAP_MAGIC"] }))).toMatchObject({ code: -32001 });
    const weakest = await client.q_attenuate({ credential: weaker.credential, caps, ttl_ms: 3_600_000, max_uses: 1 });
    expect((weakest.expires_at ?? Infinity) <= (weaker.expires_at ?? 0)).toBe(true);
    const negotiated = await client.q_negotiate_caps({ requested: CAPS, tenant_id: "red", credential: weakest.credential });
    expect(negotiated.granted).toEqual(caps);
    expect(await refusalOf(session("red", { credential: weakest.credential }))).toMatchObject({ data: { reason: "exhausted" } });
    const low = negotiated.session_id;
    expect(await refusalOf(client.q_delegate({ to: "green", caps: ["CAP_MEASURE"], session_id: low }))).toEqual(insufficient("CAP_DELEGATE"));
    const high = await session("red", { credential: root });
    const { job_id } = await client.q_submit({ graph: ghz(2), session_id: low });
    await running(served, job_id);
    expect(await refusalOf(client.q_revoke_credential({ credential: weakest.credential, token_id: weaker.token_id }))).toMatchObject({ code: -32100 }); // not what it was made from
    expect(await refusalOf(client.q_revoke_credential({ credential: credentialOf("green"), token_id: weaker.token_id }))).toMatchObject({ code: -32100 });
    expect(await client.q_revoke_credential({ credential: root, token_id: weaker.token_id })).toEqual({ token_id: weaker.token_id, sessions_closed: 1 });
    expect(await refusalOf(client.q_status({ job_id, session_id: low }))).toMatchObject({ code: -32300 });
    expect(await refusalOf(session("red", { credential: weaker.credential }))).toMatchObject({ data: { reason: "revoked" } });
    expect((await client.q_list_jobs({ session_id: high })).jobs).toEqual([]);
    while (served.kernel.parts.jobs.running > 0) await new Promise((resolve) => { setTimeout(resolve, 2); });
  });

  it("of another serial replace those before, whose sessions end; a serial that was revoked is refused, also by the next kernel", async () => {
    const state = ground.folder();
    const first = await ground.serve({ tenants }, { state });
    const old = await first.session("red", { credential: credentialOf("red", "a") });
    const made = await first.client.q_attenuate({ credential: credentialOf("red", "a"), caps: ["CAP_ALLOC"] });
    const anew = [{ name: "red", caps: LENDER, entry: "token" as const, serial: "b" }];
    expect(first.served.service.serve?.({ tenants: anew })).toMatchObject({ sessions: 1 });
    expect(await refusalOf(first.client.q_list_jobs({ session_id: old }))).toMatchObject({ code: -32300 });
    for (const credential of [credentialOf("red", "a"), made.credential]) expect(await refusalOf(first.session("red", { credential }))).toMatchObject({ code: -32100, data: { reason: "revoked" } });
    const now = await first.session("red", { credential: credentialOf("red", "b") });
    expect(() => first.served.service.serve?.({ tenants })).toThrow(expect.objectContaining({ fault: "ABI_MALFORMED" }));
    await first.stop();
    const second = await ground.serve({ tenants: anew }, { state });
    expect((await second.client.q_list_jobs({ session_id: now })).jobs).toEqual([]);
    for (const credential of [credentialOf("red", "a"), made.credential]) expect(await refusalOf(second.session("red", { credential }))).toMatchObject({ code: -32100 });
    await second.stop();
    const third = await ground.serve({ tenants: [{ name: "red", caps: LENDER, entry: "token", serial: "c" }] }, { state }); // changed while none served
    expect(await refusalOf(third.session("red", { credential: credentialOf("red", "b") }))).toMatchObject({ code: -32100 });
    expect(await refusalOf(third.client.q_list_jobs({ session_id: now }))).toMatchObject({ code: -32300 });
  });
});

describe("an operator", () => {
  it("suspends a tenant: refused with its code, its jobs cancelled, what it lent gone; resumed, it is served again", async () => {
    const served = await ground.serve({ tenants: TENANTS }, { conditions: STUCK });
    const { client, session } = served;
    const [red, grey] = [await session("red"), await session("grey")];
    await client.q_delegate({ to: "green", caps: ["CAP_MEASURE"], session_id: red });
    const green = await session("green");
    const jobs = await Promise.all([red, green, grey].map((session_id) => client.q_submit({ graph: coins(3), session_id })));
    for (const { job_id } of jobs) await running(served, job_id);
    const suspended = TENANTS.map((tenant) => (tenant.name === "red" ? { ...tenant, state: "suspended" as const } : tenant));
    expect(served.served.service.serve?.({ tenants: suspended })).toMatchObject({ jobs: 2, sessions: 0 });
    for (const call of [client.q_submit({ graph: ghz(2), session_id: red }), client.q_list_jobs({ session_id: red }), session("red")]) {
      expect(await refusalOf(call)).toMatchObject({ code: -32101, name: "TENANT_SUSPENDED", data: { tenant_id: "red" } });
    }
    expect(await refusalOf(client.q_delegate({ to: "red", caps: ["CAP_ALLOC"], session_id: green }))).toEqual(denied("DELEGATION_REFUSED", "receiver"));
    expect((await client.q_wait({ job_id: jobs[1]?.job_id ?? "", session_id: green, timeout_ms: 60_000 })).state).toBe("CANCELLED");
    expect((await client.q_status({ job_id: jobs[2]?.job_id ?? "", session_id: grey })).state).toBe("RUNNING");
    served.served.service.serve?.({ tenants: TENANTS });
    expect((await client.q_wait({ job_id: jobs[0]?.job_id ?? "", session_id: red, timeout_ms: 60_000 })).state).toBe("CANCELLED");
    expect((await client.q_list_delegations({ session_id: green })).received).toMatchObject([{ gives: ["CAP_MEASURE"] }]);
  });

  it("who leaves a tenant out suspends it, and one that takes a capability takes it from live sessions", async () => {
    const { client, session, served } = await ground.serve({ tenants: TENANTS });
    const [red, grey] = [await session("red"), await session("grey")];
    served.service.serve?.({ tenants: [{ name: "red", caps: BASE }] });
    expect(await refusalOf(client.q_submit({ graph: ghz(2), session_id: red }))).toEqual(insufficient("CAP_MEASURE"));
    expect(await refusalOf(client.q_list_jobs({ session_id: grey }))).toMatchObject({ code: -32101 });
  });

  it("who takes the right to lend leaves what was lent, and the right to end it", async () => {
    const { client, session, served } = await ground.serve({ tenants: TENANTS });
    const red = await session("red");
    const { delegation_id } = await client.q_delegate({ to: "green", caps: ["CAP_MEASURE"], session_id: red });
    served.service.serve?.({ tenants: TENANTS.map((tenant) => (tenant.name === "red" ? { ...tenant, caps: CAPS } : tenant)) });
    expect(await refusalOf(client.q_delegate({ to: "blue", caps: ["CAP_MEASURE"], session_id: red }))).toEqual(insufficient("CAP_DELEGATE"));
    expect(await client.q_revoke_delegation({ delegation_id, session_id: red })).toMatchObject({ revoked: [delegation_id] });
  });
});

describe("a tenant nobody registered", () => {
  it("is refused unless strangers are admitted; who calls without a name is served as ever", async () => {
    const { client, session } = await ground.serve();
    expect(await refusalOf(session("somebody"))).toMatchObject({ code: -32100, data: { reason: "tenant-unknown" } });
    const { job_id } = await client.q_submit({ graph: ghz(2), session_id: await session() });
    expect(job_id).toMatch(/^job_/);
  });

  it("is admitted with the quotas and capabilities that strangers have, each apart, and stays so over the next kernel", async () => {
    const state = ground.folder();
    const strangers = ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"];
    const first = await ground.serve({ strangers }, { state, conditions: STUCK });
    const { granted, denied: refused, session_id } = await first.client.q_negotiate_caps({ requested: CAPS, tenant_id: "somebody" });
    expect([granted, refused.length]).toEqual([strangers, 5]);
    const { job_id } = await first.client.q_submit({ graph: ghz(2), session_id });
    expect(await refusalOf(first.client.q_status({ job_id, session_id: await first.session("else") }))).toMatchObject({ code: -32301 });
    for (const bad of ["a b", "a|b", "\n"]) expect(await refusalOf(first.session(bad))).toMatchObject({ code: -32100 });
    await first.stop();
    const second = await ground.serve({ strangers }, { state });
    expect((await second.client.q_wait({ job_id, session_id, timeout_ms: 60_000 })).state).toBe("COMPLETED");
    second.served.service.serve?.({});
    expect(await refusalOf(second.client.q_list_jobs({ session_id }))).toMatchObject({ code: -32101 });
    expect(await refusalOf(second.session("another"))).toMatchObject({ code: -32100 });
  });
});
