// The kernel's commands, in this process, over a kernel that computes nothing.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Handlers } from "../../../../kernel-abi/rpc/handlers.ts";
import { METHODS } from "../../../../kernel-abi/rpc/methods.ts";
import { onlyObject, scratch, triad, triadOn, type Said } from "../../../support/cli.ts";
import { kernelStub, type Stub } from "../../../support/kernel-stub.ts";

const made = vi.hoisted(() => ({ factory: (_: unknown): unknown => { throw new Error("not set"); } }));
vi.mock("../../../../runtime/app/kernel/factory.ts", () => ({ kernelFactory: (options: unknown) => made.factory(options) }));

const at = scratch();
const BELL = METHODS.q_submit.example.params.graph;
const running: Promise<Said>[] = [];
let sockets = 0;

/** `triad kernel serve` in this process; resolves when somebody is let in. */
async function serving(stub: Stub, ...words: readonly string[]): Promise<{ readonly socket: string; readonly said: Promise<Said> }> {
  made.factory = () => stub;
  const socket = at(`k${++sockets}.sock`);
  const said = triad("kernel", "serve", "--socket", socket, ...words);
  running.push(said);
  while (!existsSync(socket)) await new Promise((resolve) => { setTimeout(resolve, 5); });
  return { socket, said };
}

function graphFile(graph: unknown = BELL): string {
  const path = at(`graph${++sockets}.json`);
  writeFileSync(path, typeof graph === "string" ? graph : JSON.stringify(graph));
  return path;
}

afterEach(async () => {
  process.emit("SIGTERM", "SIGTERM");
  await Promise.all(running.splice(0));
});

const submitted = async (socket: string, ...words: readonly string[]): Promise<{ readonly session: string; readonly job: string }> => {
  const { out } = await triad("job", "submit", graphFile(), "--socket", socket, "--json", ...words);
  const { session_id, job_id } = onlyObject(out) as { session_id: string; job_id: string };
  return { session: session_id, job: job_id };
};

describe("triad kernel serve", () => {
  it("hands the kernel the profile of a parameter file", async () => {
    let told: unknown;
    const file = at("qec.json");
    writeFileSync(file, JSON.stringify({ qec_scheme: { code_family: "bacon_shor", code_distance: 5 } }));
    const stub = kernelStub();
    const socket = at("profile.sock");
    made.factory = (options) => { told = options; return stub; };
    const said = triad("kernel", "serve", "--socket", socket, "--profile", file);
    running.push(said);
    while (!existsSync(socket)) await new Promise((resolve) => { setTimeout(resolve, 5); });
    await expect.poll(() => told).toMatchObject({ profile: { text: "parameters:bacon_shor(d=5,n=25,cycle_us=0.4,p=0.001)" } });
    process.emit("SIGTERM", "SIGTERM");
    expect((await said).out).toMatch(/process +\d+\nprofile +parameters:bacon_shor\(d=5,n=25,cycle_us=0.4,p=0.001\)\n/);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("says where it listens, stops at %s when what is in flight is answered, and leaves no socket", async (signal) => {
    const stub = kernelStub({ hold: true });
    const { socket, said } = await serving(stub);
    const { session, job } = await submitted(socket);
    const waiting = triad("job", "wait", job, "--socket", socket, "--session", session);
    while (stub.waiting() === 0) await new Promise((resolve) => { setTimeout(resolve, 5); });
    const before = process.listenerCount(signal);
    process.emit(signal, signal);
    expect(process.listenerCount(signal)).toBeLessThan(before); // a second one kills
    const { code, out, err } = await said;
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(new RegExp(`^listening +${socket}\\nprocess +${process.pid}\\n[^]*stopped +${socket}\\njobs +1\\n`));
    expect([stub.stopped, existsSync(socket)]).toEqual([true, false]);
    expect((await waiting).code).not.toBe(0);
  });

  it("ends with the grace, whatever is still computed, and says how many jobs are kept", async () => {
    let rested = (): void => undefined;
    const exit = vi.spyOn(process, "exit").mockImplementation(((): undefined => undefined) as unknown as typeof process.exit);
    const busy = (): Stub => ({ ...kernelStub(), summary: () => ({ waiting: 2, running: 1 }), stop: () => new Promise((resolve) => { rested = resolve; }) });
    for (const [words, told] of [[["--state", at("kept")], /\nkept +3 jobs, for the next kernel/], [[], /\nlost +3 jobs with the process/]] as const) {
      const { said } = await serving(busy(), "--grace", "0", ...words);
      process.emit("SIGTERM", "SIGTERM");
      const { code, out } = await said;
      expect([code, exit.mock.calls]).toEqual([0, [[0]]]);
      expect(out).toMatch(told);
      exit.mockClear();
      rested();
    }
    const { said } = await serving({ ...kernelStub(), summary: () => ({ waiting: 1, running: 0 }) }, "--grace", "5", "--state", at("kept"));
    process.emit("SIGTERM", "SIGTERM");
    expect((await said).out).toMatch(/\nkept +1 job, /);
    expect(exit).not.toHaveBeenCalled(); // it came to rest
    exit.mockRestore();
  });

  it("says it as one object, and hands its options on", async () => {
    let seen: unknown;
    const stub = kernelStub();
    const { socket, said } = await serving(stub, "--json");
    process.emit("SIGTERM", "SIGTERM");
    expect(onlyObject((await said).out)).toMatchObject({ schema: "triad.kernel-serve/1", socket, pid: process.pid, jobs: 0 });
    made.factory = (options) => { seen = options; throw new TypeError("no"); };
    expect((await triad("kernel", "serve", "--socket", at("f.sock"), "--state", at("state"), "--workers", "2")).code).toBe(1);
    expect([seen, existsSync(at("f.sock"))]).toEqual([{ state: at("state"), workers: 2 }, false]);
  });

  it("refuses a socket that is served, before the kernel's state is touched", async () => {
    const { socket } = await serving(kernelStub());
    let touched = false;
    made.factory = () => { touched = true; return kernelStub(); };
    const { code, out, err } = await triad("kernel", "serve", "--socket", socket, "--json");
    expect([code, out, touched]).toEqual([7, "", false]);
    expect(onlyObject(err)).toMatchObject({ error: { name: "SOCKET_IN_USE", detail: { path: socket } } });
  });

  it("wants to know where", async () => {
    expect(onlyObject((await triad("kernel", "serve", "--socket", at("g.sock"), "--profile", "logical:surface_code(d=4)", "--json")).err)["error"]).toMatchObject({ name: "PROFILE_INVALID", detail: { option: "--profile" } });
    expect(existsSync(at("g.sock"))).toBe(false);
    expect(await triad("kernel", "serve")).toMatchObject({ code: 2, out: "" });
    expect((await triad("kernel", "sreve")).err).toContain("serve");
  });
});

describe("triad kernel call", () => {
  it("calls any method, rpc.discover among them; --json has errors as JSON too", async () => {
    const { socket } = await serving(kernelStub());
    const found = await triad("kernel", "call", "rpc.discover", "--socket", socket);
    expect([found.code, onlyObject(found.out)]).toMatchObject([0, { openrpc: expect.stringMatching(/^1\./) as string, methods: expect.arrayContaining([expect.objectContaining({ name: "q_submit" })]) as unknown }]);
    const asked = ["kernel", "call", "q_negotiate_caps", "{\"requested\":[\"CAP_ALLOC\"]}", "--socket", socket];
    expect(onlyObject((await triad(...asked, "--json")).out)).toMatchObject({ granted: ["CAP_ALLOC"] });
    const none = await triad("kernel", "call", "q_none", "--socket", socket, "--json");
    expect([none.code, none.out, onlyObject(none.err)]).toMatchObject([2, "", { error: { name: "USAGE", detail: { allowed: expect.stringContaining("rpc.discover") as string } } }]);
    expect((await triad("kernel", "call", "q_status", "{\"job_id\":\"j\",\"session_id\":\"s\"}", "--socket", socket)).err).toMatch(/next +Check the id; ids of closed sessions are gone\./); // who writes params is advised in their words
    expect(onlyObject((await triad("kernel", "call", "q_status", "{\"job_id\":\"j\",\"session_id\":\"s\"}", "--socket", socket, "--json")).err)).toMatchObject({ error: { detail: { refusal: "JOB_NOT_FOUND" } } });
  });
});

describe("triad job", () => {
  it("submit negotiates what the graph needs, prints session and job, and what to do next works", async () => {
    const stub = kernelStub();
    const { socket } = await serving(stub);
    const { code, out, err } = await triad("job", "submit", graphFile(), "--socket", socket, "--seed", "7");
    expect([code, err]).toEqual([0, ""]);
    const next = /next +triad (job wait .*)\n/.exec(out)?.[1]?.split(" ") ?? [];
    expect(out).toMatch(/^session +sess_[0-9a-f]{16}\njob +job_[0-9a-f]{16}\nopened +the session is new; later submits go to it, until `triad session close sess_/);
    const waited = await triad(...next, "--json");
    expect([waited.code, onlyObject(waited.out)]).toMatchObject([0, { schema: "triad.job/1", state: "COMPLETED", events: { m0: 1, m1: 1 } }]);
    const shown = await triad(...next);
    expect(shown.out).toMatch(/state +COMPLETED\nprogress +epoch 1 of 1, node 5 of 5\nevents/);
  });

  it("submit takes seed, priority, shots, caps, session, token, and waits when told to", async () => {
    const stub = kernelStub();
    const seen: unknown[] = [];
    const handlers: Handlers = { ...stub.handlers, q_submit: (params, context) => { seen.push(params); return stub.handlers.q_submit(params, context); } };
    const { socket } = await serving({ ...stub, handlers });
    const { session } = await submitted(socket, "--seed", "42", "--priority", "3", "--shots", "5", "--caps", "ALLOC,CAP_COMPUTE,MEASURE,NONE", "--token", "t");
    const { out, code } = await triad("job", "submit", graphFile(), "--socket", socket, "--session", session, "--wait", "--json", "--seed", "a b");
    expect([code, onlyObject(out)["state"]]).toEqual([0, "COMPLETED"]);
    expect(seen).toMatchObject([{ policy: { seed: 42, priority: 3, shots: 5 }, client_token: "t", session_id: session, graph: BELL }, { policy: { seed: "a b" }, session_id: session }]);
    expect((await triad("job", "submit", graphFile(), "--socket", socket, "--caps", "COMPUTE,MEASURE,NONE")).err).toBe("warning: not granted: CAP_NONE\n");
  });

  it("submit takes a graph as assembly, and noise", async () => {
    const stub = kernelStub();
    const seen: unknown[] = [];
    const handlers: Handlers = { ...stub.handlers, q_submit: (params, context) => { seen.push(params); return stub.handlers.q_submit(params, context); } };
    const { socket } = await serving({ ...stub, handlers });
    const asm = at("bell.qvm.asm");
    await triad("qvm", "disasm", graphFile(), "--out", asm, "--replace");
    await submitted(socket);
    expect((await triad("job", "submit", asm, "--socket", socket, "--noise")).code).toBe(0);
    const graph = JSON.parse((await triad("qvm", "asm", asm)).out) as unknown;
    expect(seen).toMatchObject([{ graph: BELL }, { graph, policy: { noise: true } }]);
    expect(seen[0]).not.toHaveProperty("policy.noise");
    for (const command of ["verify", "stats"]) {
      const [text, json] = [await triad("qvm", command, asm, "--json"), await triad("qvm", command, graphFile(), "--json")];
      expect(text).toEqual(json);
    }
  });

  it("status, cancel, and a wait that ends in a failure or in time", async () => {
    const stub = kernelStub({ hold: true });
    const { socket } = await serving(stub);
    const { session, job } = await submitted(socket);
    const of = [job, "--socket", socket, "--session", session] as const;
    expect(onlyObject((await triad("job", "status", ...of, "--json")).out)).toMatchObject({ schema: "triad.job/1", job_id: job, state: "RUNNING" });
    const late = await triad("job", "wait", ...of, "--timeout", "1", "--json");
    expect([late.code, late.out, onlyObject(late.err)]).toMatchObject([124, "", { error: { name: "WAIT_EXPIRED", detail: { job, session, state: "RUNNING", after: "1 ms" }, next: expect.stringContaining(`triad job wait ${job} `) as string }, exit: 124 }]);
    expect(onlyObject((await triad("job", "cancel", ...of, "--json")).out)).toMatchObject({ state: "CANCELLED", cancelled_at_epoch: 0 });
    expect((await triad("job", "wait", ...of)).code).toBe(1);
    const other = await submitted(socket);
    stub.finish(other.job, "FAILED");
    const failed = await triad("job", "wait", other.job, "--socket", socket, "--session", other.session);
    expect([failed.code, failed.out]).toEqual([1, expect.stringContaining("Told: it was told to")]);
    expect((await triad("job", "cancel", other.job, "--socket", socket, "--session", other.session, "--json")).err).toContain("ALREADY_COMPLETED");
  });

  it("a wait that ends before its job says which job goes on, and how to wait for it", async () => {
    const stub = kernelStub({ hold: true });
    const { socket } = await serving(stub);
    const late = await triad("job", "submit", graphFile(), "--socket", socket, "--wait", "--timeout", "1");
    const [, session = "", job = ""] = /^session +(sess_\w+)\njob +(job_\w+)\n/.exec(late.err) ?? [];
    const again = `triad job wait ${job} --socket ${socket} --session ${session}`;
    expect([late.code, late.out, stub.jobs.has(job)]).toEqual([124, "", true]);
    expect(late.err).toMatch(new RegExp(`\\n +job +${job}\\n`));
    expect(late.err).toMatch(new RegExp(`\\n +session +${session}\\n`));
    expect(late.err).toContain(again);
    const waiting = triad("job", "submit", graphFile(), "--socket", socket, "--wait", "--json");
    while (stub.waiting() === 0) await new Promise((resolve) => { setTimeout(resolve, 5); });
    const [interrupt] = process.listeners("SIGINT").slice(-1);
    interrupt?.("SIGINT");
    const { code, err } = await waiting;
    expect(code).toBe(130);
    expect(onlyObject(err)).toMatchObject({ error: { name: "RUN_INTERRUPTED", detail: { job: expect.stringMatching(/^job_/) as string, session: expect.stringMatching(/^sess_/) as string } } });
    expect(err).toMatch(/"next":"The job goes on: triad job wait job_\w+ /);
    expect(err).not.toContain("Nothing was written");
    stub.finish(job);
    expect((await triad(...again.split(" ").slice(1))).out).toMatch(new RegExp(`^session +${session}\\njob +${job}\\nstate +COMPLETED\\n`));
  });

  it("refusals have the house's exit codes, the kernel's words and the next step", async () => {
    const { socket } = await serving(kernelStub());
    const { session, job } = await submitted(socket);
    const other = { session: String(onlyObject((await triad("session", "open", "--socket", socket, "--json")).out)["session_id"]) };
    const denied = await triad("job", "status", job, "--socket", socket, "--session", other.session, "--json");
    expect([denied.code, onlyObject(denied.err)]).toMatchObject([5, { error: { name: "CALL_DENIED", next: "Give the --session ID that submitted it, or leave out --session where it was submitted here.", detail: { refusal: "ACCESS_DENIED", rpc: -32301, method: "q_status", kind: "job" } }, exit: 5 }]);
    expect((await triad("job", "status", "job_none", "--socket", socket, "--session", session)).code).toBe(1);
    const lacking = await triad("job", "submit", graphFile(), "--socket", socket, "--caps", "ALLOC", "--json");
    expect([lacking.code, onlyObject(lacking.err)]).toMatchObject([5, { error: { detail: { refusal: "INSUFFICIENT_CAPS", missing: "[\"CAP_COMPUTE\",\"CAP_MEASURE\"]" } } }]);
    expect((await triad("job", "status", job, "--socket", at("nobody.sock"), "--connect-timeout", "0", "--session", session)).code).toBe(7);
    expect((await triad("job", "submit", graphFile("{"), "--socket", socket)).code).toBe(2);
    expect((await triad("job", "submit", at("none.json"), "--socket", socket)).code).toBe(2);
    expect((await triad("job", "submit", at("none.qasm"), "--socket", socket)).err).toContain("FILE_UNREADABLE");
    expect((await triad("job", "submit", graphFile(), "--socket", socket, "--priority", "101")).code).toBe(2);
  });

  it("a refused graph is shown with everything that is wrong with it", async () => {
    const { socket } = await serving(kernelStub());
    const file = graphFile("null");
    const said = await triad("job", "submit", file, "--socket", socket);
    expect([said.code, said.out]).toEqual([1, ""]);
    expect(said.err).toContain("error schema: no graph");
    expect(onlyObject((await triad("job", "submit", file, "--socket", socket, "--json")).err)).toMatchObject({ findings: [{ rule: "schema" }], exit: 1, error: { name: "CALL_REFUSED" } });
  });

  it("progress is drawn on a terminal and nowhere else", async () => {
    const stub = kernelStub({ hold: true });
    const { socket } = await serving(stub);
    const { session, job } = await submitted(socket);
    const waiting = triadOn({ columns: 80 }, "job", "wait", job, "--socket", socket, "--session", session);
    while (stub.waiting() < 2) await new Promise((resolve) => { setTimeout(resolve, 5); });
    stub.finish(job);
    const { code, err, out } = await waiting;
    expect(code).toBe(0);
    expect(err).toContain("\r\u001b[KRUNNING, epoch 0");
    expect(err.endsWith("\r\u001b[K")).toBe(true);
    expect(out).toContain("COMPLETED");
    expect((await triad("job", "wait", job, "--socket", socket, "--session", session)).err).toBe("");
  });
});

describe("help", () => {
  it("names the commands and their options, and of two words is the command's own", async () => {
    for (const [words, text] of [[["help", "kernel"], "serve"], [["help", "job"], "submit"], [["job", "submit", "--help"], "--priority <n>"], [["kernel", "serve", "--help"], "--state <folder>"]] as const) {
      const { code, out } = await triad(...words);
      expect([code, out.includes(text)]).toEqual([0, true]);
    }
    const own = await triad("job", "submit", "--help");
    expect(await triad("help", "job", "submit")).toEqual(own);
    expect(await triad("job", "help", "submit")).toEqual(own);
    expect(await triad("help", "qvm", "run")).toEqual(await triad("qvm", "run", "--help"));
    expect((await triad("help", "keys", "export")).out).toBe((await triad("keys", "--help")).out);
    for (const words of [["help", "job", "sumbit"], ["job", "help", "sumbit"], ["job", "sumbit", "--help"]]) expect(await triad(...words)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/suggestion +submit/) as string });
    expect(readFileSync(new URL("../../../../runtime/app/kernel-client.ts", import.meta.url), "utf8")).toContain("connectKernel");
  });
});
