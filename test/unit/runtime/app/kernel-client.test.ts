import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Refusal } from "../../../../kernel-abi/rpc/codes.ts";
import { dispatch } from "../../../../kernel-abi/rpc/dispatch.ts";
import { backoff, RETRY } from "../../../../kernel-abi/rpc/client.ts";
import { connectKernel, KernelError, type KernelClient, type KernelClientOptions } from "../../../../runtime/app/kernel-client.ts";
import { kernelStub } from "../../../support/kernel-stub.ts";
import { socketGround } from "../../../support/socket-ground.ts";

const ground = socketGround();
const CAPS = ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"];
const GRAPH = { resources: { events: ["m0"] }, program: { nodes: [] } };
const clients: KernelClient[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => { server.close(resolve); })));
});

function connect(socket: string, options: Partial<KernelClientOptions> = {}): KernelClient & { readonly waits: number[] } {
  const waits: number[] = [];
  const client = connectKernel({ socket, sleep: (ms) => { waits.push(ms); return Promise.resolve(); }, ...options });
  clients.push(client);
  return { ...client, waits };
}

/** A server that does what it is told with each connection. */
async function raw(serve: (socket: Socket) => void): Promise<string> {
  const path = ground.path();
  const server = createServer(serve);
  servers.push(server);
  await new Promise<void>((resolve) => { server.listen(path, resolve); });
  return path;
}

const refusal = async (work: Promise<unknown>): Promise<unknown> => work.then(() => "none", (error: unknown) => error);

describe("the typed client", () => {
  it("negotiates, submits, waits, reads and closes", async () => {
    const { path } = await ground.serve();
    const client = connect(path);
    const session = await client.session([...CAPS, "CAP_NONE"]);
    expect([session.granted, session.denied]).toEqual([CAPS, ["CAP_NONE"]]);
    const job = await session.submit(GRAPH, { policy: { seed: 7 } });
    expect(await job.wait({ timeoutMs: 10_000 })).toMatchObject({ job_id: job.id, state: "COMPLETED", events: { m0: 1 } });
    expect(await session.job(job.id).status()).toMatchObject({ state: "COMPLETED" });
    expect((await client.discover()).methods.length).toBeGreaterThan(10);
    await session.close();
    expect(await refusal(job.status())).toMatchObject({ name: "JOB_NOT_FOUND", code: -32300 });
  });

  it("calls run beside each other over one connection, and each gets its own answer", async () => {
    const server = await ground.serve();
    const client = connect(server.path);
    const sessions = await Promise.all(Array.from({ length: 200 }, () => client.session(CAPS)));
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(200);
    expect(server.connections).toBe(1);
  });

  it("a job's events come in order, as they happen, until it has ended", async () => {
    const stub = kernelStub({ hold: true });
    const { path } = await ground.serve({ stub });
    const job = await (await connect(path).session(CAPS)).submit(GRAPH);
    const seen: string[] = [];
    for await (const { seq, state } of job.events()) {
      seen.push(`${seq} ${state}`);
      if (state === "RUNNING") stub.finish(job.id);
    }
    expect(seen).toEqual(["1 QUEUED", "2 RUNNING", "3 COMPLETED"]);
    const later: number[] = [];
    for await (const { seq } of job.events({ after: 2 })) later.push(seq);
    expect(later).toEqual([3]);
  });

  it("a reader of events that stops is waited for by nobody", async () => {
    const stub = kernelStub({ hold: true });
    const { path } = await ground.serve({ stub });
    const job = await (await connect(path).session(CAPS)).submit(GRAPH);
    const controller = new AbortController();
    const reading = refusal((async () => { for await (const { state } of job.events({ signal: controller.signal })) if (state === "RUNNING") controller.abort(); })());
    expect(await reading).toMatchObject({ fault: "CANCELLED" });
  });

  it("refusals are KernelErrors with code, name, data and the next step", async () => {
    const { path } = await ground.serve();
    const session = await connect(path).session(["CAP_ALLOC"]);
    const error = await refusal(session.submit(GRAPH));
    expect(error).toBeInstanceOf(KernelError);
    expect(error).toMatchObject({ code: -32001, name: "INSUFFICIENT_CAPS", method: "q_submit", data: { missing: ["CAP_COMPUTE", "CAP_MEASURE"] }, next: "Negotiate a session with the capabilities in `missing`." });
  });
});

describe("what may be made again (R11)", () => {
  /** Refuses a method so many times before it answers. */
  const reluctant = async (method: "q_status" | "q_submit" | "q_negotiate_caps", times: number, code: "SERVER_BUSY" | "INTERNAL_ERROR" | "TIMEOUT") => {
    const refusal = (): Refusal => (code === "SERVER_BUSY" ? new Refusal(code) : code === "TIMEOUT" ? new Refusal(code, { timeout_ms: 1, state: "RUNNING" }) : new Refusal(code, { what: "Error" }));
    const stub = kernelStub();
    let left = times;
    const handlers = { ...stub.handlers, [method]: (params: never, context: never) => {
      if (left-- > 0) throw refusal();
      return stub.handlers[method](params, context);
    } };
    const { path } = await ground.serve({ stub, dispatch: dispatch(handlers) });
    return { path, stub };
  };

  it("a transient refusal, after waits that double and are the same each time", async () => {
    const { path } = await reluctant("q_negotiate_caps", 4, "SERVER_BUSY");
    const client = connect(path, { jitter: () => 1 });
    await client.session(CAPS);
    expect(client.waits).toEqual([20, 40, 80, 160]);
    expect([2, 3, 20].map((next) => [backoff(RETRY, next, 0), backoff(RETRY, next, 1)])).toEqual([[10, 20], [20, 40], [1_000, 2_000]]);
  });

  it("not what is no transient refusal, and not for ever", async () => {
    const final = await reluctant("q_negotiate_caps", 1, "INTERNAL_ERROR");
    const first = connect(final.path);
    expect([await refusal(first.session(CAPS)), first.waits.length]).toMatchObject([{ name: "INTERNAL_ERROR" }, 0]);
    const busy = await reluctant("q_negotiate_caps", 100, "SERVER_BUSY");
    const second = connect(busy.path, { retry: { attempts: 3 } });
    expect([await refusal(second.session(CAPS)), second.waits.length]).toMatchObject([{ name: "SERVER_BUSY" }, 2]);
  });

  it("a submit never, unless it has a token: then it is one job", async () => {
    const { path, stub } = await reluctant("q_submit", 1, "SERVER_BUSY");
    const client = connect(path);
    const session = await client.session(CAPS);
    expect([await refusal(session.submit(GRAPH)), client.waits.length]).toMatchObject([{ name: "SERVER_BUSY" }, 0]);
    const again = await reluctant("q_submit", 1, "SERVER_BUSY");
    const other = await connect(again.path).session(CAPS);
    const [one, two] = [await other.submit(GRAPH, { client_token: "t" }), await other.submit(GRAPH, { client_token: "t" })];
    expect([one.id === two.id, again.stub.jobs.size, stub.jobs.size]).toEqual([true, 1, 0]);
  });

  it("after a lost connection, what changes nothing; never a submit nobody can tell the end of", async () => {
    let accepted = 0;
    const stub = kernelStub();
    const inner = await ground.serve({ stub });
    const session = await connect(inner.path).session(CAPS);
    const path = await raw((socket) => { accepted++; socket.once("data", () => { socket.destroy(); }); });
    const client = connect(path, { retry: { attempts: 4 } });
    expect(await refusal(client.q_submit({ graph: GRAPH, session_id: session.id }))).toMatchObject({ fault: "KERNEL_UNREACHABLE" });
    expect(accepted).toBe(1);
    expect(await refusal(client.q_submit({ graph: GRAPH, session_id: session.id, client_token: "t" }))).toMatchObject({ fault: "KERNEL_UNREACHABLE" });
    expect(accepted).toBe(5);
    expect(await refusal(client.q_status({ job_id: "j", session_id: "s" }))).toMatchObject({ fault: "KERNEL_UNREACHABLE" });
    expect(accepted).toBe(9);
  });
});

describe("servers that are none (R12)", () => {
  it.each([
    ["no JSON", "hello", "KERNEL_GARBLED"], ["no reply", "{\"a\":1}", "KERNEL_GARBLED"], ["both members", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1,\"error\":null}", "KERNEL_GARBLED"],
    ["nothing, and closes", "", "KERNEL_UNREACHABLE"],
  ])("%s", async (_, text, fault) => {
    const path = await raw((socket) => { socket.once("data", () => { socket.end(text); }); });
    expect(await refusal(connect(path, { retry: { attempts: 1 } }).q_status({ job_id: "j", session_id: "s" }))).toMatchObject({ fault });
  });

  it("says nothing: the deadline is kept", async () => {
    const path = await raw((socket) => { socket.resume(); });
    const client = connect(path, { timeoutMs: 20 });
    expect(await refusal(client.q_status({ job_id: "j", session_id: "s" }))).toMatchObject({ fault: "KERNEL_SILENT" });
    client.close();
  });

  it("is not there", async () => {
    expect(await refusal(connect(ground.path("none"), { retry: { attempts: 2 } }).discover())).toMatchObject({ fault: "KERNEL_UNREACHABLE", detail: { system: "ENOENT" } });
  });

  it("an answer to another call is not taken for this one's", async () => {
    const path = await raw((socket) => { socket.once("data", () => { socket.end("{\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}}"); }); });
    expect(await refusal(connect(path, { retry: { attempts: 1 } }).q_status({ job_id: "j", session_id: "s" }))).toMatchObject({ fault: "KERNEL_UNREACHABLE" });
  });
});
