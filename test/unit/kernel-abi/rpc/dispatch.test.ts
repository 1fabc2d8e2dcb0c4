import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { BATCH_MAX, dispatch, type DispatchOptions } from "../../../../kernel-abi/rpc/dispatch.ts";
import { Refusal } from "../../../../kernel-abi/rpc/codes.ts";
import type { Handlers } from "../../../../kernel-abi/rpc/handlers.ts";
import { kernelStub } from "../../../support/kernel-stub.ts";

const context = { connection: 1, signal: new AbortController().signal };
const NEGOTIATE = { jsonrpc: "2.0", method: "q_negotiate_caps", params: { requested: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"] } };

async function reply(value: unknown, handlers: Partial<Handlers> = {}, options: DispatchOptions = {}): Promise<unknown> {
  const text = await dispatch({ ...kernelStub().handlers, ...handlers }, options)(value, context);
  return text === undefined ? undefined : JSON.parse(text);
}
const refused = (code: number, id: unknown = 1) => ({ jsonrpc: "2.0", error: expect.objectContaining({ code }) as unknown, id });

describe("the examples of the JSON-RPC 2.0 specification, section 7", () => {
  it.each([
    ["an unknown method", { jsonrpc: "2.0", method: "foobar", id: "1" }, refused(-32601, "1")],
    ["an invalid request", { jsonrpc: "2.0", method: 1, params: "bar" }, refused(-32600, null)],
    ["an empty batch", [], refused(-32600, null)],
    ["an invalid batch", [1], [refused(-32600, null)]],
    ["three invalid ones", [1, 2, 3], [refused(-32600, null), refused(-32600, null), refused(-32600, null)]],
    ["a notification", { ...NEGOTIATE }, undefined],
    ["a notification of nothing that is there", { jsonrpc: "2.0", method: "foobar" }, undefined],
    ["a notification with wrong params", { jsonrpc: "2.0", method: "q_status", params: {} }, undefined],
    ["a batch of notifications", [NEGOTIATE, { jsonrpc: "2.0", method: "foobar" }], undefined],
  ])("%s", async (_, value, expected) => {
    expect(await reply(value)).toEqual(expected);
  });

  it("a batch of everything: replies in order, none for notifications", async () => {
    expect(await reply([{ ...NEGOTIATE, id: "1" }, NEGOTIATE, { foo: "boo" }, { jsonrpc: "2.0", method: "foo.get", params: { name: "myself" }, id: "5" }, { ...NEGOTIATE, id: 9 }])).toEqual([
      { jsonrpc: "2.0", result: expect.objectContaining({ denied: [] }) as unknown, id: "1" }, refused(-32600, null), refused(-32601, "5"),
      { jsonrpc: "2.0", result: expect.objectContaining({ denied: [] }) as unknown, id: 9 },
    ]);
  });
});

describe("requests", () => {
  it.each([
    [null], [1], ["text"], [true], [{}], [{ jsonrpc: "1.0", method: "q_status", id: 1 }], [{ method: "q_status", id: 1 }], [{ jsonrpc: "2.0", id: 1 }],
    [{ jsonrpc: "2.0", method: "q_status", params: "x", id: 1 }], [{ jsonrpc: "2.0", method: "q_status", params: null, id: 1 }],
    [{ jsonrpc: "2.0", method: "q_status", id: {} }], [{ jsonrpc: "2.0", method: "q_status", id: [] }], [{ jsonrpc: "2.0", method: "q_status", id: true }],
  ])("%j is none", async (value) => {
    const { id, error, result } = await reply(value) as { id: unknown; error: { code: number }; result: unknown };
    expect([error.code, result, id]).toEqual([-32600, undefined, typeof value === "object" && value !== null && "id" in value && value.id === 1 ? 1 : null]);
  });

  it.each([["text"], [""], [0], [-7], [1.5], [Number.MAX_SAFE_INTEGER], [null]])("the id %j comes back", async (id) => {
    expect(await reply({ ...NEGOTIATE, id })).toMatchObject({ id, result: {} });
  });

  it("an id that would come back as another number is refused (R10)", async () => {
    for (const text of ["9007199254740993", "1e400", "-123456789012345678901234567890"]) {
      const calls = kernelStub();
      expect(await reply({ ...NEGOTIATE, id: JSON.parse(text) as unknown }, calls.handlers)).toEqual(refused(-32600, null));
      expect(calls.calls.q_negotiate_caps).toBe(0);
    }
  });

  it("params by position are refused with the way to give them; an empty list is no params", async () => {
    expect(await reply({ jsonrpc: "2.0", method: "q_negotiate_caps", params: [["CAP_ALLOC"]], id: 1 })).toMatchObject({ error: { code: -32602, data: { what: "params are given by name, in an object" } } });
    expect(await reply({ jsonrpc: "2.0", method: "rpc.discover", params: [], id: 1 })).toMatchObject({ result: { openrpc: "1.3.2" } });
  });

  it("a missing, wrong or borrowed param is named", async () => {
    for (const [params, at] of [[{}, "/params"], [{ requested: "CAP_ALLOC" }, "/params/requested"], [{ requested: [1] }, "/params/requested/0"]] as const) {
      expect(await reply({ ...NEGOTIATE, params, id: 1 })).toMatchObject({ error: { code: -32602, data: { at, name: "INVALID_PARAMS" } } });
    }
    const inherited = JSON.parse("{\"__proto__\":{\"requested\":[]}}") as unknown;
    expect(await reply({ ...NEGOTIATE, params: inherited, id: 1 })).toMatchObject({ error: { code: -32602 } });
  });

  it("what the method does not know does not reach the handler", async () => {
    let seen: unknown;
    const params = JSON.parse("{\"session_id\":\"s\",\"__proto__\":{\"x\":1},\"constructor\":2,\"more\":3}") as unknown;
    await reply({ jsonrpc: "2.0", method: "q_close_session", params, id: 1 }, { q_close_session: (given) => { seen = given; return { session_id: "s", closed: true, jobs_cancelled: 0 }; } });
    expect(seen).toStrictEqual({ session_id: "s" });
  });

  it.each(["__proto__", "constructor", "toString", "", "q_", "Q_STATUS", "rpc.none"])("no method is called %j", async (method) => {
    expect(await reply({ jsonrpc: "2.0", method, id: 1 })).toEqual(refused(-32601));
  });

  it("a batch that is too long is refused whole", async () => {
    const stub = kernelStub();
    const batch = Array.from({ length: BATCH_MAX + 1 }, () => ({ ...NEGOTIATE, id: 1 }));
    expect(await reply(batch, stub.handlers)).toEqual(refused(-32600, null));
    expect(stub.calls.q_negotiate_caps).toBe(0);
    expect(await reply(batch.slice(1), stub.handlers)).toHaveLength(BATCH_MAX);
  });
});

describe("what handlers do (R3, R9)", () => {
  const status = { jsonrpc: "2.0", method: "q_status", params: { job_id: "j", session_id: "s" }, id: 7 };
  const throwing = (error: unknown, later = false): Partial<Handlers> => ({
    q_status: () => {
      if (!later) throw error;
      return Promise.reject(error);
    },
  });

  it.each([false, true])("a Refusal, a Fault, a defect; later: %s", async (later) => {
    const defects: unknown[] = [];
    const options = { defect: (error: unknown) => { defects.push(error); } };
    expect(await reply(status, throwing(new Refusal("ACCESS_DENIED", { kind: "job", id: "j" }), later), options)).toEqual({
      jsonrpc: "2.0", id: 7, error: { code: -32301, message: "This belongs to another session or tenant.", data: { name: "ACCESS_DENIED", next: "Use the session that made it.", kind: "job", id: "j" } },
    });
    expect(await reply(status, throwing(new Fault("RESOURCE_EXHAUSTED", { asked: 3 }), later), options)).toMatchObject({ id: 7, error: { code: -32202, data: { name: "RESOURCE_EXHAUSTED", fault: "RESOURCE_EXHAUSTED", fault_code: 3, requested: 3, detail: { asked: 3 } } } });
    expect(defects).toEqual([]);
    for (const defect of [new TypeError("secret"), "secret", undefined, null]) {
      const told = await reply(status, throwing(defect, later), options);
      expect(told).toMatchObject({ id: 7, error: { code: -32603 } });
      expect(JSON.stringify(told)).not.toContain("secret");
    }
    expect(await reply(status, throwing(new Fault("RUNTIME_DEFECT"), later), options)).toMatchObject({ error: { code: -32603, data: { fault: "RUNTIME_DEFECT" } } });
    expect(defects).toHaveLength(5);
  });

  it("a result or data without a JSON form is a defect, and answered", async () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    for (const bad of [1n, circle]) {
      expect(await reply(status, { q_status: () => bad as never })).toMatchObject({ id: 7, error: { code: -32603 } });
      expect(await reply(status, throwing(new Refusal("TIMEOUT", { timeout_ms: bad, state: "RUNNING" })))).toMatchObject({ id: 7, error: { code: -32603 } });
    }
    expect(await reply(status, { q_status: () => undefined as never })).toEqual({ jsonrpc: "2.0", result: null, id: 7 });
  });

  it("a notification is answered with nothing, whatever happens in it", async () => {
    const { id: _, ...told } = status;
    for (const later of [false, true]) expect(await reply(told, throwing(new Error("x"), later))).toBe(undefined);
  });

  it("replies are ASCII, have either member and never both, and mean the same (R8)", async () => {
    const text = await dispatch({ ...kernelStub().handlers, q_status: () => ({ name: "é𝛗\u2028\u007f\ud800" }) as never })(status, context) ?? "";
    expect(text).toMatch(/^[\u0020-\u007e]*$/);
    expect(JSON.parse(text)).toEqual({ jsonrpc: "2.0", result: { name: "é𝛗\u2028\u007f\ud800" }, id: 7 });
    const error = await dispatch(kernelStub().handlers)({ ...status, id: "𝛗" }, context) ?? "";
    expect(Object.keys(JSON.parse(error) as object)).toEqual(["jsonrpc", "error", "id"]);
    expect(error).toMatch(/^[\u0020-\u007e]*$/);
  });
});
