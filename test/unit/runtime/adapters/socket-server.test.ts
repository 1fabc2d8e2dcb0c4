import { describe, expect, it } from "vitest";
import { dispatch } from "../../../../kernel-abi/rpc/dispatch.ts";
import { kernelStub } from "../../../support/kernel-stub.ts";
import { callOnce, rawSocket } from "../../../support/raw-socket.ts";
import { socketGround } from "../../../support/socket-ground.ts";

const ground = socketGround();
const NEGOTIATE = { jsonrpc: "2.0", method: "q_negotiate_caps", params: { requested: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] }, id: 1 };
const text = (id: unknown = 1): string => JSON.stringify({ ...NEGOTIATE, id });
const idsOf = (lines: readonly string[]): readonly unknown[] => lines.map((line) => (JSON.parse(line) as { id: unknown }).id);
const codeOf = (line: string | undefined): unknown => (JSON.parse(line ?? "") as { error?: { code: number } }).error?.code;
const session = async (path: string): Promise<string> => (await callOnce(path, NEGOTIATE) as { result: { session_id: string } }).result.session_id;
const healthy = async (path: string): Promise<void> => { expect(await callOnce(path, NEGOTIATE)).toMatchObject({ id: 1, result: { denied: [] } }); };
/** Lets everything that is under way in this process happen. */
const settled = async (holds: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 2_000 && !holds(); turn++) await new Promise((resolve) => { setTimeout(resolve, 1); });
  expect(holds()).toBe(true);
};

describe("requests, however they come", () => {
  it("one object, no newline, no half-close: answered and closed by the caller", async () => {
    const { path } = await ground.serve();
    await healthy(path);
  });

  it("a byte at a time", async () => {
    const { path } = await ground.serve();
    const raw = await rawSocket(path);
    for (const letter of text("é") + text(2)) {
      raw.send(letter);
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    expect(idsOf(await raw.lines(2))).toEqual(["\u00e9", 2]);
    expect(raw.text()).toMatch(/^[\u0020-\u007e\n]*$/);
    raw.socket.destroy();
  });

  it("several on one connection: with newlines, without, in one piece", async () => {
    const { path } = await ground.serve();
    const raw = await rawSocket(path);
    raw.send(text(1));
    await raw.lines(1);
    raw.send(`${text(2)}\n${text(3)}\r\n\n ${text(4)}${text(5)}`);
    expect(idsOf(await raw.lines(5))).toEqual([1, 2, 3, 4, 5]);
    raw.send(Array.from({ length: 2_000 }, (_, at) => text(at)).join("\n"));
    expect(idsOf((await raw.lines(2_005)).slice(5))).toEqual(Array.from({ length: 2_000 }, (_, at) => at));
    raw.socket.destroy();
  });

  it("batches and notifications", async () => {
    const { path } = await ground.serve();
    const raw = await rawSocket(path);
    const { id: _, ...notification } = NEGOTIATE;
    raw.send(JSON.stringify([NEGOTIATE, notification, { ...NEGOTIATE, id: "b" }]));
    raw.send(JSON.stringify(notification) + JSON.stringify([notification, notification]) + text("last"));
    const [batch = "", last = "", ...more] = await raw.lines(2);
    expect([(JSON.parse(batch) as unknown[]).length, (JSON.parse(last) as { id: unknown }).id, more]).toEqual([2, "last", []]);
    raw.socket.destroy();
  });

  it("one that waits does not hold up those behind it", async () => {
    const stub = kernelStub({ hold: true });
    const { path } = await ground.serve({ stub });
    const session_id = await session(path);
    const { result: { job_id } } = await callOnce(path, { jsonrpc: "2.0", method: "q_submit", params: { graph: {}, session_id }, id: 1 }) as { result: { job_id: string } };
    const raw = await rawSocket(path);
    raw.send(JSON.stringify({ jsonrpc: "2.0", method: "q_wait", params: { job_id, session_id }, id: "wait" }) + text("behind"));
    expect(idsOf(await raw.lines(1))).toEqual(["behind"]);
    stub.finish(job_id);
    expect(idsOf(await raw.lines(2))).toEqual(["behind", "wait"]);
    raw.socket.destroy();
  });
});

describe("what is no request", () => {
  it.each([
    ["garbage", "garbage"], ["garbage behind a request", `${text()}x`], ["a request cut off", text().slice(0, -1)], ["HTTP", "GET / HTTP/1.1\r\n\r\n"],
    ["no UTF-8", Uint8Array.of(0x22, 0xff, 0x22)], ["TLS", Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00)], ["nested without end", "[".repeat(100_000)],
  ])("%s: -32700 with id null, and the connection ends", async (_, sent) => {
    const server = await ground.serve();
    const raw = await rawSocket(server.path, { allowHalfOpen: true });
    raw.socket.end(sent);
    const lines = (await raw.rest()).trim().split("\n");
    expect([codeOf(lines.at(-1)), idsOf(lines).at(-1)]).toEqual([-32700, null]);
    raw.socket.destroy();
    await healthy(server.path);
    await settled(() => server.connections === 0);
  });

  it("garbage is answered before the caller has closed anything", async () => {
    const { path } = await ground.serve();
    const raw = await rawSocket(path);
    raw.send("{ foo");
    expect(codeOf((await raw.lines(1))[0])).toBe(-32700);
    await raw.rest();
  });

  it("a value that is no request is answered, and the connection goes on", async () => {
    const { path } = await ground.serve();
    const raw = await rawSocket(path);
    raw.send(`1 "text" null []${text(7)}`);
    const lines = await raw.lines(5);
    expect([lines.slice(0, 4).map(codeOf), idsOf(lines).at(-1)]).toEqual([[-32600, -32600, -32600, -32600], 7]);
    raw.socket.destroy();
  });

  it("nothing at all gets nothing", async () => {
    const { path } = await ground.serve();
    const raw = await rawSocket(path, { allowHalfOpen: true });
    raw.socket.end();
    expect(await raw.rest()).toBe("");
  });

  it("too much is refused while it is still being sent, and the sender gets to read why (U6)", async () => {
    const server = await ground.serve({ limits: { requestBytes: 100_000 } });
    const raw = await rawSocket(server.path);
    raw.send(`{"jsonrpc":"2.0","method":"${"x".repeat(5_000_000)}"}`);
    const [line = ""] = await raw.lines(1);
    expect(JSON.parse(line)).toMatchObject({ id: null, error: { code: -32700, data: { what: "more than 100000 bytes" } } });
    raw.socket.destroy();
    await healthy(server.path);
  });
});

describe("many at once (U7)", () => {
  it("a thousand connections, each with a request, each answered", async () => {
    const server = await ground.serve();
    const raws = await Promise.all(Array.from({ length: 1_000 }, () => rawSocket(server.path)));
    await settled(() => server.connections === 1_000);
    for (const [at, { send }] of raws.entries()) send(text(at));
    const replies = await Promise.all(raws.map((raw) => raw.lines(1)));
    expect(replies.map((lines) => idsOf(lines)[0])).toEqual(raws.map((_, at) => at));
    for (const { socket } of raws) socket.destroy();
    await settled(() => server.connections === 0);
    await healthy(server.path);
  });

  it("those beyond the limit are told so, and let in again when there is room", async () => {
    const server = await ground.serve({ limits: { connections: 3 } });
    const raws = await Promise.all([1, 2, 3].map(() => rawSocket(server.path)));
    await settled(() => server.connections === 3);
    const turned = await rawSocket(server.path);
    expect(JSON.parse((await turned.rest()).trim())).toMatchObject({ id: null, error: { code: -32002, data: { name: "SERVER_BUSY", limit: "connections", most: 3 } } });
    raws[0]?.socket.destroy();
    await settled(() => server.connections === 2);
    await healthy(server.path);
    for (const { socket } of raws) socket.destroy();
  });

  it("requests that have begun share a bound; whoever goes beyond it is told, the others are served", async () => {
    const server = await ground.serve({ limits: { pendingBytes: 1_000 } });
    const [first, second] = await Promise.all([rawSocket(server.path), rawSocket(server.path)]);
    first.send(text(1).slice(0, 40));
    await settled(() => server.connections === 2);
    second.send(`{"jsonrpc":"${"x".repeat(2_000)}`);
    expect(codeOf((await second.rest()).trim())).toBe(-32002);
    first.send(text(1).slice(40));
    expect(idsOf(await first.lines(1))).toEqual([1]);
    first.socket.destroy();
  });
});

describe("peers that stand still (U5)", () => {
  it("one that does not read: reading from it stops, others are served, and in the end it is cut off", async () => {
    let clock = 0;
    const stub = kernelStub();
    const server = await ground.serve({ stub, now: () => clock, limits: { unreadPause: 100_000, idleMs: 1_000, requestMs: 1_000, lingerMs: 1_000 } });
    const raw = await rawSocket(server.path, { reading: false });
    const request = JSON.stringify({ jsonrpc: "2.0", method: "rpc.discover", id: 1 });
    for (let piece = 0; piece < 100; piece++) raw.send(request.repeat(200)); // replies of some ten kilobytes each
    for (let call = 0; call < 20; call++) await healthy(server.path);
    const asked = raw.socket.writableLength;
    expect(asked).toBeGreaterThan(500_000);
    for (let call = 0; call < 20; call++) await healthy(server.path);
    expect(raw.socket.writableLength).toBe(asked); // nothing more is taken from it
    clock = 1_001;
    server.sweep();
    await settled(() => server.connections === 0);
    raw.socket.destroy();
  });

  it("one that says nothing, and one that does not finish what it began", async () => {
    let clock = 0;
    const server = await ground.serve({ now: () => clock, limits: { idleMs: 1_000, requestMs: 100 } });
    const [silent, slow] = await Promise.all([rawSocket(server.path), rawSocket(server.path)]);
    slow.send("{\"jsonrpc\"");
    await settled(() => server.connections === 2);
    await healthy(server.path);
    clock = 60;
    slow.send(":");
    await healthy(server.path);
    clock = 101;
    server.sweep();
    expect(JSON.parse((await slow.rest()).trim())).toMatchObject({ error: { code: -32700, data: { what: "not whole within 100 ms" } } });
    clock = 1_001;
    server.sweep();
    expect(await silent.rest()).toBe("");
  });

  it("one that waits for a job is not idle", async () => {
    let clock = 0;
    const stub = kernelStub({ hold: true });
    const server = await ground.serve({ stub, now: () => clock, limits: { idleMs: 1_000 } });
    const session_id = await session(server.path);
    const { result: { job_id } } = await callOnce(server.path, { jsonrpc: "2.0", method: "q_submit", params: { graph: {}, session_id }, id: 1 }) as { result: { job_id: string } };
    const raw = await rawSocket(server.path);
    raw.send(JSON.stringify({ jsonrpc: "2.0", method: "q_wait", params: { job_id, session_id }, id: 5 }));
    await settled(() => stub.waiting() === 1);
    clock = 100_000;
    server.sweep();
    stub.finish(job_id);
    expect(idsOf(await raw.lines(1))).toEqual([5]);
    raw.socket.destroy();
  });
});

describe("half-open connections (U4)", () => {
  const waiting = async (half: boolean) => {
    const stub = kernelStub({ hold: true });
    const server = await ground.serve({ stub });
    const session_id = await session(server.path);
    const { result: { job_id } } = await callOnce(server.path, { jsonrpc: "2.0", method: "q_submit", params: { graph: {}, session_id }, id: 1 }) as { result: { job_id: string } };
    const raw = await rawSocket(server.path, { allowHalfOpen: true });
    raw.socket.write(JSON.stringify({ jsonrpc: "2.0", method: "q_wait", params: { job_id, session_id }, id: "w" }));
    if (half) raw.socket.end();
    await settled(() => stub.waiting() === 1);
    return { stub, server, raw, job_id };
  };

  it("who has closed its own half still gets the reply, white space before it at most", async () => {
    const { stub, server, raw, job_id } = await waiting(true);
    server.sweep();
    stub.finish(job_id);
    expect(idsOf([(await raw.rest()).trim()])).toEqual(["w"]);
    await settled(() => server.connections === 0);
  });

  it.each([true, false])("who has gone is waited for by nobody; half closed before: %s", async (half) => {
    const { stub, server, raw } = await waiting(half);
    raw.socket.destroy();
    await settled(() => {
      server.sweep(); // of one that has gone, nothing but a write tells
      return stub.waiting() === 0 && server.connections === 0;
    });
    await healthy(server.path);
  });
});

describe("stopping (U8)", () => {
  it("answers what is in flight, tells those who wait, and lets nobody in", async () => {
    const stub = kernelStub({ hold: true });
    let submit: () => void = () => undefined;
    const held = new Promise<void>((resolve) => { submit = resolve; });
    const slow = dispatch({ ...stub.handlers, q_submit: async (params, context) => { await held; return stub.handlers.q_submit(params, context); } });
    const server = await ground.serve({ stub, dispatch: slow });
    const session_id = await session(server.path);
    const [submitting, waiting, idle] = await Promise.all([rawSocket(server.path), rawSocket(server.path), rawSocket(server.path)]);
    submitting.send(JSON.stringify({ jsonrpc: "2.0", method: "q_submit", params: { graph: {}, session_id }, id: "s" }));
    const first = await stub.handlers.q_submit({ graph: {}, session_id }, { connection: 0, signal: new AbortController().signal });
    waiting.send(JSON.stringify({ jsonrpc: "2.0", method: "q_wait", params: { job_id: first.job_id, session_id }, id: "w" }));
    await settled(() => stub.waiting() === 1 && server.connections === 3);
    let stopped = false;
    const stopping = server.stop({ graceMs: 60_000 }).then(() => { stopped = true; });
    expect(codeOf((await waiting.rest()).trim())).toBe(-32003);
    expect(await idle.rest()).toBe("");
    await expect(callOnce(server.path, NEGOTIATE)).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    expect(stopped).toBe(false);
    submit();
    expect(JSON.parse((await submitting.rest()).trim())).toMatchObject({ id: "s", result: { state: "QUEUED" } });
    await stopping;
    expect(stub.jobs.size).toBe(2);
  });

  it("cuts what does not end in its time", async () => {
    const stub = kernelStub();
    const server = await ground.serve({ stub, dispatch: dispatch({ ...stub.handlers, q_negotiate_caps: () => new Promise(() => undefined) }) });
    const raw = await rawSocket(server.path);
    raw.send(text());
    await settled(() => server.connections === 1);
    await server.stop({ graceMs: 1 });
    expect(await raw.rest()).toBe("");
  });
});
