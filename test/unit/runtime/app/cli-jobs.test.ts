// What an operator and a user of a kernel do from the command line, over a kernel that is real and a real socket.
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { afterEach, describe, expect, it } from "vitest";
import { loadOrCreateMac } from "../../../../runtime/adapters/mac.ts";
import { onlyObject, scratch, triad, type Said } from "../../../support/cli.ts";
import { CAPS, coins, ghz } from "../../../support/kernel-service.ts";
import { kernelGround, STUCK, type ServedTest } from "../../../support/served-kernel.ts";

const ground = kernelGround();
const at = scratch();
const running: Promise<Said>[] = [];
afterEach(async () => {
  if (running.length > 0) process.emit("SIGTERM", "SIGTERM");
  await Promise.all(running.splice(0));
});

const until = async (holds: () => boolean): Promise<void> => { while (!holds()) await new Promise((resolve) => { setTimeout(resolve, 2); }); };
const of = ({ served }: ServedTest, session: string): readonly string[] => ["--socket", served.path, "--session", session];

/** A job that runs, and its session. */
async function runningJob({ client, kernel, session }: ServedTest): Promise<{ readonly s: string; readonly job_id: string }> {
  const s = await session();
  const { job_id } = await client.q_submit({ graph: coins(2), session_id: s });
  await until(() => kernel.parts.jobs.get(job_id)?.state === "RUNNING");
  return { s, job_id };
}

describe("triad job", () => {
  it("list shows the session's jobs, or its tenant's, by state, and no others'", async () => {
    const tested = await ground.serve({ tenants: ["red", "green"].map((name) => ({ name, caps: CAPS })) });
    const { client, session } = tested;
    const [mine, second, theirs] = [await session("red"), await session("red"), await session("green")];
    const ids: string[] = [];
    for (const session_id of [mine, mine, second, theirs]) {
      const { job_id } = await client.q_submit({ graph: ghz(2), session_id, policy: { priority: 7 } });
      await client.q_wait({ job_id, session_id });
      ids.push(job_id);
    }
    const listed = async (...words: readonly string[]): Promise<readonly unknown[]> => (onlyObject((await triad("job", "list", ...of(tested, mine), "--json", ...words)).out)["jobs"] as readonly { readonly job_id: string }[]).map(({ job_id }) => job_id);
    expect(await listed()).toEqual(ids.slice(0, 2));
    expect(await listed("--tenant")).toEqual(ids.slice(0, 3));
    expect(await listed("--state", "running,failed")).toEqual([]);
    expect(await listed("--limit", "1", "--state", "completed")).toEqual(ids.slice(1, 2));
    const shown = await triad("job", "list", ...of(tested, mine), "--limit", "1");
    expect([shown.code, shown.err]).toEqual([0, ""]);
    expect(shown.out).toMatch(new RegExp(`^job +state +priority +epoch +age\\n${ids[1] ?? ""} +COMPLETED +7 +1 of 1 +\\d+\\.\\d s\\n… 1 job before these\\n$`));
    const text = JSON.stringify(await client.q_list_jobs({ session_id: mine, tenant: true }));
    for (const foreign of [second, theirs, ids[3] ?? "", "green"]) expect(text).not.toContain(foreign);
    expect((await triad("job", "list", ...of(tested, mine), "--state", "DONE")).code).toBe(2);
    expect((await triad("job", "list", ...of(tested, mine), "--limit", "1001")).code).toBe(2);
    expect((await triad("job", "list", ...of(tested, "sess_0000000000000000"))).code).toBe(1);
  });

  it("checkpoint, restore, replay, telemetry, mapping, events: each says what the next needs", async () => {
    const tested = await ground.serve({}, { seed: "cli" });
    const { client, session } = tested;
    const s = await session();
    const { job_id } = await client.q_submit({ graph: coins(3), session_id: s, policy: { seed: 5 } });
    const { events } = await client.q_wait({ job_id, session_id: s });
    const kept = await triad("job", "checkpoint", job_id, ...of(tested, s));
    const next = /next +triad (job restore .*)\n/.exec(kept.out)?.[1]?.split(" ") ?? [];
    expect([kept.code, next.length > 5]).toEqual([0, true]);
    const restored = await triad(...next, "--wait", "--json");
    expect([restored.code, onlyObject(restored.out)]).toMatchObject([0, { schema: "triad.job/1", state: "COMPLETED", events, restored_from: next[2] }]);
    expect((await triad(...next)).out).toMatch(/^job +job_\w+\nfrom +ckpt_\w+, epoch 2\nnext +triad job wait /);
    const again = await triad("job", "replay", job_id, ...of(tested, s), "--json");
    expect([again.code, onlyObject(again.out)]).toMatchObject([0, { schema: "triad.job-replay/1", matches: true, events }]);
    expect((await triad("job", "telemetry", job_id, ...of(tested, s))).out).toMatch(/^logical +\d+ qubits held\nphysical[^]*\ndecoder +\d+ rounds?, each corrected after 0.1 µs in the mean, 0.1 µs at most; on time\nqubit +profile[^]*\nq +/);
    expect(onlyObject((await triad("job", "telemetry", job_id, ...of(tested, s), "--epoch", "0", "--json")).out)).toMatchObject({ schema: "triad.job-telemetry/1", epochs: [expect.anything()] });
    expect((await triad("job", "mapping", job_id, ...of(tested, s))).out).toMatch(/^qubit +module +profile +physical\nq +module-\d +\S+ +18\nphysical +18 qubits in all\n$/);
    expect(onlyObject((await triad("job", "mapping", ...of(tested, s), "--json")).out)).toMatchObject({ physical_qubits_used: 0 });
    const told = await triad("job", "events", job_id, ...of(tested, s));
    expect(told.out).toMatch(/^1 {2}QUEUED, epoch 0\n2 {2}VALIDATING, epoch 0\n3 {2}RUNNING, epoch 0\n[^]*COMPLETED, epoch 3\n/);
    expect(onlyObject((await triad("job", "events", job_id, ...of(tested, s), "--after", "3", "--json")).out)).toMatchObject({ job_id, events: expect.arrayContaining([expect.objectContaining({ seq: 4 })]) as unknown });
    const whole = await triad("job", "events", job_id, ...of(tested, s), "--follow", "--json");
    expect([whole.code, onlyObject(whole.out)["state"]]).toEqual([0, "COMPLETED"]);
    for (const command of ["checkpoint", "replay", "telemetry", "mapping", "events", "migrate"]) expect((await triad("job", command, "job_0000000000000000", ...of(tested, s))).code).toBe(1);
  });

  it("replay of a job that has not ended says so, and what to do; of one that had nothing run, that there is nothing", async () => {
    const tested = await ground.serve({}, { conditions: STUCK });
    const { client } = tested;
    const { s, job_id } = await runningJob(tested);
    const early = await triad("job", "replay", job_id, ...of(tested, s), "--json");
    expect([early.code, onlyObject(early.err)]).toMatchObject([1, { error: { name: "CALL_REFUSED", detail: { refusal: "NOT_ENDED", state: "RUNNING", job_id, says: "The job has not ended yet." } } }]);
    await client.q_cancel({ job_id, session_id: s });
    expect((await triad("job", "replay", job_id, ...of(tested, s))).err).toMatch(/The job has no trace\.[^]*next +The job is CANCELLED without a result/);
  });

  it("replay of what comes to something else is a divergence; migrate says where to; a job followed to a bad end exits 1", async () => {
    const tested = await ground.serve({}, { conditions: STUCK });
    const { client } = tested;
    const { s, job_id } = await runningJob(tested);
    const following = triad("job", "events", job_id, ...of(tested, s), "--follow");
    expect((await triad("job", "migrate", job_id, ...of(tested, s), "--target", "nowhere")).err).toContain("MIGRATION_REFUSED");
    await client.q_cancel({ job_id, session_id: s });
    const followed = await following;
    expect([followed.code, followed.err, followed.out.trimEnd().endsWith("CANCELLED, epoch 0")]).toEqual([1, "", true]);
    const free = await ground.serve({}, {});
    const other = await free.session();
    const { job_id: done } = await free.client.q_submit({ graph: coins(2), session_id: other });
    await free.client.q_wait({ job_id: done, session_id: other });
    await free.kernel.parts.traces.keep(done, { bundle: new Uint8Array([1, 2, 3]), attestation: undefined });
    const differs = await triad("job", "replay", done, ...of(free, other));
    expect([differs.code, differs.out]).toEqual([3, expect.stringContaining("not the same") as unknown]);
  });
});

describe("triad kernel", () => {
  it("status tells the operator everything and a tenant what is its own: others' work changes nothing it sees", async () => {
    const tested = await ground.serve({ tenants: ["red", "green"].map((name) => ({ name, caps: CAPS })) }, { mac: loadOrCreateMac(), conditions: STUCK });
    const { client, kernel, session } = tested;
    const red = await session("red");
    const seen = async (): Promise<unknown> => ({ ...onlyObject((await triad("kernel", "status", ...of(tested, red), "--json")).out), uptime_s: 0 });
    const before = await seen();
    expect(before).toMatchObject({ schema: "triad.kernel-status/1", view: "tenant", sessions: 1, queued: 0, running: 0, room: { jobs: 5, logical_qubits: 100 } });
    const green = await session("green");
    const { job_id } = await client.q_submit({ graph: ghz(3), session_id: green });
    await until(() => kernel.parts.jobs.get(job_id)?.state === "RUNNING");
    await client.q_alloc({ n: 2, session_id: green });
    expect(await seen()).toEqual(before);
    const all = await triad("kernel", "status", "--socket", tested.served.path, "--json");
    expect([all.code, onlyObject(all.out)]).toMatchObject([0, { view: "operator", sessions: 2, running: 1, tenants: [{ tenant: "red", running: 0 }, { tenant: "green", running: 1, jobs: 1 }], conditions: [{ mode: "decoder-overload" }] }]);
    expect((await triad("kernel", "status", "--socket", tested.served.path)).out).toMatch(/^version[^]*\nview +operator\nup +\d+\.\d s\nsessions +2\njobs +1 running, 0 queued\nroom +63 jobs at once, \d+ physical qubits\nconditions +1 condition\n +decoder-overload roundsPerEpoch=0\n\nmodule [^]*\n\ntenant [^]*\ngreen +active /);
    const own = onlyObject((await triad("kernel", "status", ...of(tested, green), "--json")).out);
    expect(own).toMatchObject({ running: 1, room: { jobs: 4, logical_qubits: 95 } });
    expect(Object.keys(own)).not.toContain("tenants");
  });

  it("status is for who has the kernel's key, and a proof is of its moment", async () => {
    const tested = await ground.serve(); // under another key
    const refused = await triad("kernel", "status", "--socket", tested.served.path, "--json");
    expect([refused.code, onlyObject(refused.err)]).toMatchObject([5, { error: { name: "CALL_DENIED", detail: { refusal: "AUTH_FAILED" } } }]);
    const { operatorProof } = await import("../../../../runtime/kernel/tenancy/tenant-token.ts");
    const { testMac } = await import("../../../support/kernel-service.ts");
    const [now, mac] = [Date.now(), testMac()];
    expect((await tested.client.q_kernel_status({ proof: operatorProof(mac, now) })).view).toBe("operator");
    for (const proof of [operatorProof(mac, now - 61_000), operatorProof(mac, now + 120_000), operatorProof(mac, now).replace(/\d\./, (end) => (end === "9." ? "8." : "9.")), "", "op.1.2"]) {
      await expect(tested.client.q_kernel_status({ proof })).rejects.toMatchObject({ code: -32100 });
    }
    await expect(tested.client.q_kernel_status({})).rejects.toMatchObject({ code: -32602 });
  });

  it("serve reads the tenants and the conditions again at SIGHUP, and keeps what held when they cannot be; token makes the credential that is asked for", async () => {
    const file = at("tenants.json");
    const write = (terms: unknown): void => { writeFileSync(file, JSON.stringify(terms)); };
    const red = { name: "red", caps: [...CAPS, "CAP_DELEGATE"], entry: "token", serial: "one" };
    write({ tenants: [red, { name: "green" }], strangers: "refuse", channels: [["red", "green"]] });
    const conditions = at("conditions.json");
    writeFileSync(conditions, JSON.stringify([{ mode: "decoder-overload", roundsPerEpoch: 1_000_000 }]));
    const socket = at("hup.sock");
    const served = triad("kernel", "serve", "--socket", socket, "--tenants", file, "--conditions", conditions, "--workers", "0");
    running.push(served);
    await until(() => existsSync(socket));
    const graph = at("bell.json");
    writeFileSync(graph, JSON.stringify(ghz(2)));
    const credential = at("credential");
    const made = await triad("kernel", "token", "red", "--tenants", file);
    writeFileSync(credential, made.out);
    const submit = (...words: readonly string[]): Promise<Said> => triad("job", "submit", graph, "--socket", socket, "--json", ...words);
    expect([made.code, (await submit("--tenant", "red", "--credential", credential)).code]).toEqual([0, 0]);
    expect((await submit("--tenant", "red")).code).toBe(5);
    const { session_id } = onlyObject((await submit("--tenant", "green")).out) as { readonly session_id: string };
    expect((await triad("kernel", "call", "q_list_delegations", JSON.stringify({ session_id }), "--socket", socket)).out).toBe("{\"given\":[],\"received\":[]}\n");
    expect(await Promise.all([triad("kernel", "call", "q_none", "--socket", socket), triad("kernel", "call", "q_list_jobs", "[]", "--socket", socket), triad("kernel", "token", "green", "--tenants", file)])).toMatchObject([{ code: 2 }, { code: 2 }, { code: 2 }]);
    write({ tenants: [{ ...red, serial: "two" }, { name: "green", state: "suspended" }] });
    process.emit("SIGHUP", "SIGHUP");
    expect((await submit("--tenant", "red", "--credential", credential)).code).toBe(5);
    expect((await submit("--tenant", "green")).err).toContain("TENANT_SUSPENDED");
    write({ tenants: [{ name: "green", more: 1 }] });
    process.emit("SIGHUP", "SIGHUP");
    expect((await submit("--tenant", "green")).err).toContain("TENANT_SUSPENDED");
    writeFileSync(conditions, JSON.stringify([{ mode: "module-failure", module: "module-1" }]));
    process.emit("SIGHUP", "SIGHUP");
    writeFileSync(conditions, "[{");
    process.emit("SIGHUP", "SIGHUP");
    process.emit("SIGTERM", "SIGTERM");
    const { code, err } = await served;
    running.length = 0;
    expect([code, process.listenerCount("SIGHUP")]).toEqual([0, 0]);
    expect(err).toMatch(/^tenants read again: 1 session closed, \d jobs? to be cancelled, 0 channels closed\nconditions read again: 0 lifted, 0 new or changed, 1 holding\nerror ABI_MALFORMED [^]*send SIGHUP again; what held before holds\.\n$/);
    expect(err).toMatch(new RegExp(`error ABI_MALFORMED [^]*\\n +option +--tenants\\n +file +${file}\\n +at +/tenants/0/more\\n +what +no field of this\\n`));
    expect(err.match(/^(conditions .*|error [A-Z_]+)/gm)?.slice(1)).toEqual(["error ABI_MALFORMED", "conditions read again: 0 lifted, 0 new or changed, 1 holding", "error ABI_MALFORMED", "conditions read again: 1 lifted, 1 new or changed, 1 holding", "error ABI_MALFORMED", expect.stringMatching(/^error /)]);
  });
});
