// Sessions at the command line: opened when one is needed, kept for later commands, found again by the jobs in them, closed when told to.
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_TENANT_QUOTA, type TenantTerms } from "../../../../runtime/app/kernel/options.ts";
import { KeptSessions } from "../../../../runtime/adapters/kept-sessions.ts";
import { onlyObject, scratch, triad, type Said } from "../../../support/cli.ts";
import { CAPS, coins, ghz } from "../../../support/kernel-service.ts";
import { credentialOf, kernelGround, STUCK, type ServedTest } from "../../../support/served-kernel.ts";

const ground = kernelGround();
const at = scratch();
let homes = 0;
beforeEach(() => { process.env["TRIAD_HOME"] = at(`home-${homes += 1}`); });

const graphFile = (graph: unknown): string => {
  const path = at(`g${homes}.json`);
  writeFileSync(path, JSON.stringify(graph));
  return path;
};
const on = ({ served }: ServedTest): readonly string[] => ["--socket", served.path];
const object = async (said: Promise<Said>): Promise<Readonly<Record<string, unknown>>> => onlyObject((await said).out);
const submit = (tested: ServedTest, graph: unknown, ...words: readonly string[]): Promise<Readonly<Record<string, unknown>>> => object(triad("job", "submit", graphFile(graph), ...on(tested), "--json", ...words));
const listed = async (tested: ServedTest): Promise<readonly Readonly<Record<string, unknown>>[]> => (await object(triad("session", "list", ...on(tested), "--json")))["sessions"] as readonly Readonly<Record<string, unknown>>[];

describe("a submit without --session", () => {
  it("opens one session, and later ones go to it; list, status and wait need no session either", async () => {
    const tested = await ground.serve();
    const said = await triad("job", "submit", graphFile(ghz(2)), ...on(tested));
    const [, session = "", job = ""] = /^session +(\S+)\njob +(\S+)\nopened +the session is new; .*`triad session close (?:\S+) --socket /.exec(said.out) ?? [];
    expect([said.code, said.err, session]).toEqual([0, "", expect.stringMatching(/^sess_[0-9a-f]{16}$/)]);
    const second = await submit(tested, ghz(3));
    expect(second).toMatchObject({ session_id: session, opened: false });
    expect((await triad("job", "submit", graphFile(ghz(2)), ...on(tested))).out).not.toContain("opened");
    for (const id of [job, String(second["job_id"])]) expect(await object(triad("job", "wait", id, ...on(tested), "--json"))).toMatchObject({ job_id: id, session_id: session, state: "COMPLETED" });
    expect(await object(triad("job", "list", ...on(tested), "--json"))).toMatchObject({ total: 3, jobs: [{ job_id: job, session_id: session }, { job_id: second["job_id"] }, {}] });
    expect(tested.kernel.parts.authority.sessions.size).toBe(1);
    expect(await listed(tested)).toMatchObject([{ session_id: session, tenant: "default", state: "open", jobs: 3, unended: 0, granted: ["CAP_ALLOC", "CAP_CHECKPOINT", "CAP_COMPUTE", "CAP_MEASURE"] }]);
  });

  it("opens another where the first does not hold what the graph needs, or other capabilities are named; jobs are found in either", async () => {
    const tested = await ground.serve();
    const first = await submit(tested, ghz(2), "--caps", "ALLOC,COMPUTE,MEASURE,DEBUG");
    const { program, ...rest } = ghz(2) as { readonly program: { readonly nodes: readonly object[] }; readonly caps: readonly string[] };
    const teleporting = { ...rest, program: { nodes: program.nodes.map((node) => ("op" in node && node.op === "APPLY_CNOT" ? { ...node, op: "TELEPORT_CNOT" } : node)) }, caps: ["CAP_ALLOC", "CAP_TELEPORT"] };
    const second = await submit(tested, teleporting);
    expect([first["opened"], second["opened"], second["session_id"] === first["session_id"]]).toEqual([true, true, false]);
    expect(await submit(tested, ghz(2), "--caps", "MEASURE,COMPUTE,ALLOC,CAP_DEBUG")).toMatchObject({ session_id: first["session_id"], opened: false });
    expect(await submit(tested, teleporting)).toMatchObject({ session_id: second["session_id"], opened: false });
    for (const { job_id, session_id } of [first, second]) expect(await object(triad("job", "status", String(job_id), ...on(tested), "--json"))).toMatchObject({ job_id, session_id });
    expect((await object(triad("job", "list", ...on(tested), "--json")))["total"]).toBe(4);
    expect((await triad("job", "list", ...on(tested))).out).toMatch(new RegExp(`^job +state +priority +epoch +age +session\\n${String(first["job_id"])} .* ${String(first["session_id"])}\\n`));
    const nowhere = await triad("job", "status", "job_0000000000000000", ...on(tested), "--json");
    expect([nowhere.code, onlyObject(nowhere.err)]).toMatchObject([1, { error: { name: "JOB_UNKNOWN", detail: { sessions: 2 }, next: expect.stringContaining("--session ID") as string } }]);
  });

  it("that is refused leaves no session, at the kernel or here; one that was open stays", async () => {
    const tested = await ground.serve();
    for (const words of [["--caps", "ALLOC"], []]) expect((await triad("job", "submit", graphFile(words.length > 0 ? ghz(2) : { version: "0.1" }), ...on(tested), ...words)).code).not.toBe(0);
    expect([tested.kernel.parts.authority.sessions.size, await listed(tested)]).toEqual([0, []]);
    await submit(tested, ghz(2));
    expect((await triad("job", "submit", graphFile({ version: "0.1" }), ...on(tested))).code).toBe(1);
    expect([tested.kernel.parts.authority.sessions.size, await listed(tested)]).toMatchObject([1, [{ state: "open", jobs: 1 }]]);
  });

  it("is of its tenant and credential alone, and asks again where the kernel knows the session no more", async () => {
    const tested = await ground.serve({ tenants: [{ name: "red", caps: CAPS, entry: "token" }, { name: "green", caps: CAPS }] });
    writeFileSync(at("red"), credentialOf("red"));
    const red = await submit(tested, ghz(2), "--tenant", "red", "--credential", at("red"));
    expect((await triad("job", "submit", graphFile(ghz(2)), ...on(tested), "--tenant", "red")).code).toBe(5);
    const green = await submit(tested, ghz(2), "--tenant", "green");
    expect([red["opened"], green["opened"], (await listed(tested)).map(({ tenant }) => tenant).toSorted()]).toEqual([true, true, ["green", "red"]]);
    await tested.client.q_close_session({ session_id: String(green["session_id"]) });
    expect(await listed(tested)).toMatchObject(expect.arrayContaining([expect.objectContaining({ session_id: green["session_id"], state: "gone" })]) as unknown[]);
    expect(await submit(tested, ghz(2), "--tenant", "green")).toMatchObject({ opened: true });
  });

  it("keeps on a checkpoint what a session made, without naming it", async () => {
    const tested = await ground.serve();
    await triad("session", "open", ...on(tested));
    const { job_id } = await submit(tested, coins(2), "--caps", "ALLOC,COMPUTE,MEASURE,CHECKPOINT,DEBUG");
    await triad("job", "wait", String(job_id), ...on(tested));
    const { checkpoint_id } = await object(triad("job", "checkpoint", String(job_id), ...on(tested), "--json"));
    const restored = await object(triad("job", "restore", String(checkpoint_id), ...on(tested), "--wait", "--json"));
    expect(restored).toMatchObject({ state: "COMPLETED", restored_from: checkpoint_id });
    for (const command of ["replay", "telemetry", "mapping", "events"]) expect((await triad("job", command, String(job_id), ...on(tested))).code).toBe(0);
    for (const command of ["telemetry", "mapping"]) expect((await triad("job", command, ...on(tested))).code).toBe(0);
  });
});

describe("where several sessions are kept", () => {
  const denials = ({ kernel }: ServedTest): number => kernel.parts.authority.audit.since(0).filter(({ outcome }) => outcome === "denied").length;

  it("a job's is found without a denial, and one whose tenant is suspended or that is gone keeps nobody from the others", async () => {
    const terms = (state: "active" | "suspended"): TenantTerms => ({ tenants: [{ name: "red", caps: CAPS }, { name: "blue", caps: CAPS, state }] });
    const tested = await ground.serve(terms("active"));
    const [red, gone, blue] = [await submit(tested, ghz(2), "--tenant", "red"), await object(triad("session", "open", ...on(tested), "--tenant", "red", "--json")), await submit(tested, ghz(2), "--tenant", "blue")];
    for (const { job_id } of [red, blue]) expect((await triad("job", "wait", String(job_id), ...on(tested))).code).toBe(0);
    expect(denials(tested)).toBe(0);
    tested.kernel.serve(terms("suspended"));
    await tested.client.q_close_session({ session_id: String(gone["session_id"]) });
    expect((await triad("job", "status", String(red["job_id"]), ...on(tested))).code).toBe(0);
    expect(await object(triad("job", "list", ...on(tested), "--json"))).toMatchObject({ total: 1, jobs: [{ job_id: red["job_id"] }] });
    for (const words of [["telemetry"], ["mapping"], ["list", "--tenant"]]) expect((await triad("job", ...words, ...on(tested))).code).toBe(0);
    expect(Object.fromEntries((await listed(tested)).map(({ session_id, state }) => [session_id, state]))).toEqual({ [String(red["session_id"])]: "open", [String(gone["session_id"])]: "gone", [String(blue["session_id"])]: "denied" });
  });

  it("a job is found that is older than all a list has", async () => {
    const tested = await ground.serve({ tenants: [{ name: "default", caps: CAPS, quota: { ...DEFAULT_TENANT_QUOTA, jobs_per_session: 2_000, jobs_per_minute: 1_000_000, calls_per_minute: 1_000_000 } }] }, { conditions: STUCK, slots: 1 });
    const { job_id, session_id } = await submit(tested, coins(2));
    await triad("session", "open", ...on(tested));
    for (let more = 0; more < 1_000; more++) await tested.client.q_submit({ graph: coins(2), session_id: String(session_id) });
    expect(await object(triad("job", "status", String(job_id), ...on(tested), "--json"))).toMatchObject({ job_id, session_id });
  });

  it("a token that stands for another submit is told by the name of its flag", async () => {
    const tested = await ground.serve();
    await submit(tested, ghz(2), "--token", "once", "--seed", "1");
    const again = await triad("job", "submit", graphFile(ghz(2)), ...on(tested), "--token", "once", "--seed", "2", "--json");
    expect([again.code, onlyObject(again.err)]).toMatchObject([1, { error: { next: expect.stringMatching(/^Give --token another text/) as string } }]);
  });

  it("close --all closes those it may, says which, and then why not the others", async () => {
    const tested = await ground.serve({}, { conditions: STUCK });
    const busy = await submit(tested, coins(2));
    const idle = await object(triad("session", "open", ...on(tested), "--json"));
    const said = await triad("session", "close", "--all", ...on(tested));
    expect(said).toMatchObject({ code: 2, out: `closed     ${String(idle["session_id"])}\n`, err: expect.stringMatching(new RegExp(`triad job wait JOB --socket ${tested.served.path}`)) as string });
    expect(await listed(tested)).toMatchObject([{ session_id: busy["session_id"], unended: 1 }]);
  });

  it("words beyond those a command takes are refused, as the name of a tenant behind a flag that has none", async () => {
    const tested = await ground.serve();
    await submit(tested, ghz(2));
    expect((await triad("job", "list", "--tenant", "red", ...on(tested))).code).toBe(2);
  });

  it("whoever named none is told to open one, and of one that made room why, and where its evidence is", async () => {
    const tested = await ground.serve({ tenants: [{ name: "default", caps: CAPS, quota: { ...DEFAULT_TENANT_QUOTA, sessions: 1 } }] });
    const { job_id, session_id } = await submit(tested, ghz(2));
    await triad("job", "wait", String(job_id), ...on(tested));
    await tested.session();
    const { err } = await triad("job", "status", String(job_id), ...on(tested), "--session", String(session_id), "--json");
    expect(onlyObject(err)).toMatchObject({ error: { detail: { reason: expect.stringContaining("make room") as string }, next: expect.stringContaining("under traces") as string } });
    const closed = await object(triad("session", "open", ...on(tested), "--json"));
    await tested.client.q_close_session({ session_id: String(closed["session_id"]) });
    expect(onlyObject((await triad("job", "status", "job_1", ...on(tested), "--session", String(closed["session_id"]), "--json")).err)).toMatchObject({ error: { next: expect.stringMatching(/^Open a new one with `triad session open --socket/) as string } });
  });
});

describe("triad job telemetry", () => {
  it("says what a job used in all, also of one that ended under an earlier kernel, whose time nobody knows any more", async () => {
    const state = at("state");
    const first = await ground.serve({}, { state });
    const { job_id, session_id } = await submit(first, ghz(3));
    await triad("job", "wait", String(job_id), ...on(first));
    const told = async (tested: ServedTest): Promise<string> => (await triad("job", "telemetry", String(job_id), "--session", String(session_id), ...on(tested))).out;
    expect(await told(first)).toMatch(/^logical [^]*\nin all +7 nodes, 3 readouts; at once at most 3 logical qubits, \d+ physical\ntime +[1-9][\d.]* µs on the modelled machine\n/);
    await first.stop();
    expect(await told(await ground.serve({}, { state }))).toMatch(/^in all +7 nodes, 3 readouts; at once at most 3 logical qubits, \d+ physical\ntime +not known any more: it ended under an earlier kernel\n$/);
  });
});

describe("triad session", () => {
  it("open says what was granted, and what the tenant does not hold", async () => {
    const tested = await ground.serve({ tenants: [{ name: "default", caps: ["CAP_ALLOC", "CAP_COMPUTE"] }] });
    const { code, out } = await triad("session", "open", ...on(tested), "--caps", "ALLOC,LINK");
    expect([code, out]).toEqual([0, expect.stringMatching(/^session +sess_\w+\ngranted +ALLOC\ndenied +LINK: the tenant does not hold it\nnext +triad job submit FILE --socket \S+ --session sess_\w+\n$/)]);
    expect(await object(triad("session", "open", ...on(tested), "--json"))).toMatchObject({ schema: "triad.session-open/1", granted: ["CAP_ALLOC", "CAP_COMPUTE"], denied: ["CAP_MEASURE", "CAP_CHECKPOINT"] });
  });

  it("close spares jobs that have not ended unless it is told to cancel them, and forgets what the kernel has forgotten", async () => {
    const tested = await ground.serve({}, { conditions: STUCK });
    const { session_id, job_id } = await submit(tested, coins(2));
    const spared = await triad("session", "close", String(session_id), ...on(tested), "--json");
    expect([spared.code, onlyObject(spared.err)]).toMatchObject([2, { error: { detail: { what: "it has 1 job that would be cancelled" }, next: expect.stringContaining("--cancel") as string } }]);
    expect((await triad("job", "status", String(job_id), ...on(tested))).code).toBe(0);
    const closed = await triad("session", "close", String(session_id), ...on(tested), "--cancel");
    expect(closed).toEqual({ code: 0, out: expect.stringMatching(new RegExp(`^closed +${String(session_id)}, 1 job cancelled\\n$`)) as string, err: "" });
    expect([tested.kernel.parts.authority.sessions.size, await listed(tested)]).toEqual([0, []]);
    expect((await triad("session", "close", String(session_id), ...on(tested))).code).toBe(1);
    const { session_id: gone } = await object(triad("session", "open", ...on(tested), "--json"));
    await tested.client.q_close_session({ session_id: String(gone) });
    const { session_id: open } = await object(triad("session", "open", ...on(tested), "--json"));
    expect(await object(triad("session", "close", "--all", ...on(tested), "--json"))).toMatchObject({ schema: "triad.session-close/1", sessions: expect.arrayContaining([{ session_id: open, jobs_cancelled: 0, gone: false }, { session_id: gone, jobs_cancelled: 0, gone: true }]) as unknown });
    expect((await triad("session", "close", "--all", ...on(tested))).code).toBe(2);
    expect((await triad("session", "close", ...on(tested))).code).toBe(2);
  });

  it("of a kernel nobody opened one with: list says so, and what needs one says what to do", async () => {
    const tested = await ground.serve();
    expect(await triad("session", "list", ...on(tested))).toEqual({ code: 0, out: "", err: expect.stringContaining("`triad session open`") as string });
    for (const words of [["job", "list"], ["job", "status", "job_1"], ["job", "mapping"]]) expect(await triad(...words, ...on(tested))).toMatchObject({ code: 2, err: expect.stringMatching(/no session with this kernel was opened here\n +next +Give --session ID/) as string });
  });

  it("kept are files that are the user's alone; what is none, or open to others, is not used; old ones go", async () => {
    const kept = new KeptSessions("/k.sock", at(`home-${homes}`));
    const one = { session: "sess_1", tenant: "t", credential: null, requested: ["CAP_ALLOC"], granted: [], opened: 5 };
    kept.keep(one);
    kept.keep({ ...one, session: "sess_2" });
    const [folder = ""] = readdirSync(at(`home-${homes}/sessions`)).map((name) => at(`home-${homes}/sessions/${name}`));
    expect([kept.all().map(({ session }) => session), new KeptSessions("/l.sock", at(`home-${homes}`)).all(), statSync(join(folder, "sess_1.json")).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([["sess_2", "sess_1"], [], 0o600, 0o700]);
    writeFileSync(join(folder, "sess_3.json"), "{", { mode: 0o600 });
    writeFileSync(join(folder, "sess_4.json"), JSON.stringify({ ...one, session: "../x" }), { mode: 0o600 });
    chmodSync(join(folder, "sess_2.json"), 0o644);
    expect(kept.all()).toEqual([one]);
    kept.keep({ ...one, session: "sess_5", opened: 5 + 3 * 86_400_000 });
    expect([kept.all().map(({ session }) => session), kept.forget("sess_5"), kept.forget("sess_5"), kept.forget("../home")]).toEqual([["sess_5"], true, false, false]);
  });
});
