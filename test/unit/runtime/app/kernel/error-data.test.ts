// Every code the kernel answers with, brought about by calls: its `data` has the members REFERENCE.md documents, and no others (R14).
import { afterAll, describe, expect, it } from "vitest";
import { CODES, type CodeName } from "../../../../../kernel-abi/rpc/codes.ts";
import { dispatch } from "../../../../../kernel-abi/rpc/dispatch.ts";
import type { MethodName } from "../../../../../kernel-abi/rpc/methods.ts";
import { call, CAPS, coins, ghz, session, testKernel } from "../../../../support/kernel-service.ts";
import { STUCK } from "../../../../support/served-kernel.ts";
import type { Kernel } from "../../../../../runtime/app/kernel/service.ts";

type Data = Readonly<Record<string, unknown>>;
const modules = (...sizes: readonly number[]) => ({ modules: sizes.map((physicalQubits, at) => ({ name: `m${at}`, physicalQubits })) });
const brought = new Set<string>();
/** By a server of connections, not by the kernel: their tests are socket-wire and socket-server. */
const OF_THE_SERVER: readonly CodeName[] = ["PARSE_ERROR", "SERVER_BUSY", "REPLY_TOO_LARGE", "INTERNAL_ERROR"];

/** What a call is refused with, held against what its code documents. */
async function refused(kernel: Kernel, method: string, params: unknown, more: Data = {}): Promise<Data> {
  const text = await dispatch(kernel.handlers)({ jsonrpc: "2.0", method, params, id: 1, ...more }, { connection: 1, signal: new AbortController().signal });
  const { error } = JSON.parse(String(text)) as { error?: { code: number; data: Data } };
  if (error === undefined) throw new Error(`not refused: ${String(text)}`);
  const { name, next, fault, fault_code, detail, ...data } = error.data;
  const documented = Object.keys(CODES[name as CodeName].data);
  const [needed, possible] = [documented.filter((member) => !member.endsWith("?")), documented.map((member) => member.replace("?", ""))];
  expect([name, Object.keys(data).filter((member) => !possible.includes(member)), needed.filter((member) => !(member in data)), typeof next]).toEqual([name, [], [], "string"]);
  expect([typeof fault, typeof fault_code, typeof detail]).toEqual(fault === undefined ? ["undefined", "undefined", "undefined"] : ["string", "number", "object"]);
  brought.add(String(name));
  return { name, ...data };
}

/** A GHZ that is not Clifford. */
function withT(n: number): unknown {
  const { program: { nodes }, ...rest } = ghz(n) as { readonly program: { readonly nodes: readonly unknown[] } };
  return { ...rest, program: { nodes: nodes.toSpliced(2, 0, { id: "t", op: "APPLY_T", vqs: ["q0"] }) } };
}

/** As over a socket: what the method does not know never comes to the handler. */
async function answered(kernel: Kernel, method: string, params: unknown): Promise<Data> {
  const text = await dispatch(kernel.handlers)({ jsonrpc: "2.0", method, params, id: 1 }, { connection: 1, signal: new AbortController().signal });
  return (JSON.parse(String(text)) as { result: Data }).result;
}

const ended = async (kernel: Kernel, s: string): Promise<string> => {
  const { job_id } = await call(kernel, "q_submit", { graph: coins(2), session_id: s });
  await call(kernel, "q_wait", { job_id, session_id: s });
  return job_id;
};

describe("data of errors", () => {
  it("of requests, sessions and graphs", async () => {
    const kernel = testKernel({ tenants: [{ name: "default", caps: CAPS }, { name: "out", caps: CAPS, state: "suspended" }], sessionQuota: { max_logical_qubits: 4, max_channels: 4, max_jobs: 2, max_physical_qubits: 10_000_000 } });
    const s = await session(kernel);
    expect(await refused(kernel, "q_status", {}, { jsonrpc: "1" })).toMatchObject({ name: "INVALID_REQUEST", at: "/jsonrpc" });
    expect(await refused(kernel, "status", {})).toEqual({ name: "METHOD_NOT_FOUND", method: "status", meant: "q_status" });
    expect(await refused(kernel, "q_status", { session_id: s })).toMatchObject({ name: "INVALID_PARAMS" });
    expect(await refused(kernel, "q_alloc", { n: 1, profile: "logical:none", session_id: s })).toMatchObject({ name: "INVALID_PARAMS", at: "/params/profile" });
    expect(await refused(kernel, "q_negotiate_caps", { requested: [], tenant_id: "nobody" })).toEqual({ name: "AUTH_FAILED", reason: expect.any(String) as unknown });
    expect(await refused(kernel, "q_negotiate_caps", { requested: [], tenant_id: "out" })).toEqual({ name: "TENANT_SUSPENDED", tenant_id: "out" });
    const poor = await session(kernel, undefined, ["CAP_ALLOC"]);
    expect(await refused(kernel, "q_submit", { graph: ghz(2), session_id: poor })).toMatchObject({ name: "INSUFFICIENT_CAPS", missing: ["CAP_COMPUTE", "CAP_MEASURE"] });
    expect(await refused(kernel, "q_submit", { graph: { version: "0.1" }, session_id: s })).toMatchObject({ name: "INVALID_GRAPH" });
    const large = { name: "INVALID_GRAPH", findings: [], what: "no provider takes its circuit" };
    expect(await refused(kernel, "q_submit", { graph: ghz(17_000), session_id: s })).toEqual({ ...large, provider: "stabilizer", most: 16_384, requested: 17_000 });
    expect(await refused(kernel, "q_submit", { graph: withT(30), session_id: s })).toEqual({ ...large, provider: "statevector", most: 27, requested: 30 });
    expect(await refused(kernel, "q_alloc", { n: 5, session_id: s })).toMatchObject({ name: "QUOTA_EXCEEDED", limit: 4, requested: 5 });
    const small = testKernel({ machine: modules(100) });
    expect(await refused(small, "q_submit", { graph: ghz(6), session_id: await session(small) })).toEqual({ name: "RESOURCE_EXHAUSTED", resource: "logical:surface_code(d=3)", requested: 6, available: 5 });
    await small.stop();
    const broken = testKernel({ machine: modules(100, 100), conditions: [{ mode: "module-failure", module: "m1" }] });
    expect(await refused(broken, "q_alloc", { n: 6, profile: "logical:surface_code(d=3)", session_id: await session(broken) })).toMatchObject({ name: "RESOURCE_EXHAUSTED", requested: 6, available: 5, failed: "m1" });
    await broken.stop();
    expect(await refused(kernel, "q_list_jobs", { session_id: "sess_0000000000000000" })).toEqual({ name: "JOB_NOT_FOUND", kind: "session", id: "sess_0000000000000000" });
    await kernel.stop();
    expect(await refused(kernel, "q_submit", { graph: ghz(2), session_id: s })).toEqual({ name: "STOPPING" });
  });

  it("of jobs and checkpoints", async () => {
    const kernel = testKernel();
    const [s, other] = [await session(kernel), await session(kernel)];
    const job_id = await ended(kernel, s);
    const none = "job_0000000000000000";
    for (const method of ["q_wait", "q_status", "q_cancel", "q_checkpoint"] satisfies readonly MethodName[]) {
      expect(await refused(kernel, method, { job_id: none, session_id: s })).toEqual({ name: "JOB_NOT_FOUND", kind: "job", id: none });
      expect(await refused(kernel, method, { job_id, session_id: other })).toMatchObject({ name: "ACCESS_DENIED", kind: "job", id: job_id });
    }
    for (const method of ["q_cancel", "q_migrate"]) expect(await refused(kernel, method, { job_id, session_id: s })).toEqual({ name: "ALREADY_COMPLETED", job_id, state: "COMPLETED" });
    expect(await refused(kernel, "q_restore", { checkpoint_id: "ckpt_no", session_id: s })).toEqual({ name: "CHECKPOINT_NOT_FOUND", checkpoint_id: "ckpt_no" });
    await kernel.stop();
  });

  it("of what stands still, of a checkpoint that comes to something else, and of failed jobs", async () => {
    const kernel = testKernel({ conditions: STUCK, slots: 1 });
    const s = await session(kernel);
    const { job_id } = await call(kernel, "q_submit", { graph: coins(3), session_id: s });
    expect(await refused(kernel, "q_wait", { job_id, session_id: s, timeout_ms: 1 })).toMatchObject({ name: "TIMEOUT", timeout_ms: 1 });
    expect(await refused(kernel, "q_migrate", { job_id, session_id: s, target: "nowhere" })).toMatchObject({ name: "MIGRATION_REFUSED", job_id });
    expect(await refused(kernel, "q_replay", { job_id, session_id: s })).toEqual({ name: "NOT_ENDED", job_id, state: expect.stringMatching(/^(QUEUED|VALIDATING|RUNNING)$/) as unknown });
    const late = (await call(kernel, "q_submit", { graph: coins(2), session_id: s })).job_id;
    await call(kernel, "q_cancel", { job_id: late, session_id: s });
    expect(await refused(kernel, "q_checkpoint", { job_id: late, session_id: s })).toMatchObject({ name: "CHECKPOINT_REFUSED", job_id: late });
    await call(kernel, "q_cancel", { job_id, session_id: s });
    await kernel.stop();

    const [whole, graph] = [testKernel(), coins(2)];
    const owner = await session(whole);
    const done = (await call(whole, "q_submit", { graph, session_id: owner })).job_id;
    await call(whole, "q_wait", { job_id: done, session_id: owner });
    const { checkpoint_id } = await call(whole, "q_checkpoint", { job_id: done, session_id: owner });
    const kept = whole.parts.checkpoints.open(owner, checkpoint_id);
    whole.parts.checkpoints.make({ ...kept, prefix: `${kept.prefix}0` });
    expect(await refused(whole, "q_restore", { checkpoint_id, session_id: owner })).toMatchObject({ name: "CHECKPOINT_INVALID", checkpoint_id });
    await whole.stop();
  });

  it("of a policy says what is wrong with the member that was meant, and only warns of members nobody reads", async () => {
    const kernel = testKernel({ tenants: [{ name: "default", caps: [...CAPS, "CAP_DELEGATE"] }, { name: "none", caps: CAPS }] });
    const s = await session(kernel);
    const asked = (policy: unknown) => refused(kernel, "q_submit", { graph: ghz(2), session_id: s, policy });
    expect(await asked({ noise: { pauli: 2, readout: 0 } })).toEqual({ name: "INVALID_PARAMS", at: "/params/policy/noise/pauli", what: expect.stringContaining("1") as unknown });
    expect(await asked({ noise: { pauli: 0.1 } })).toEqual({ name: "INVALID_PARAMS", at: "/params/policy/noise", what: expect.stringContaining("readout") as unknown });
    expect(await asked({ noise: 3 })).toEqual({ name: "INVALID_PARAMS", at: "/params/policy/noise", what: "must be boolean or must be null or must be object" });
    const rates = { pauli: 0.1, readout: 0 };
    expect(await asked({ noise: { ...rates, qubits: { q1: rates, "z/z": rates } } })).toEqual({ name: "INVALID_PARAMS", at: "/params/policy/noise/qubits/z~1z", what: "the graph has no qubit of this name" });
    const submit = (policy: object) => call(kernel, "q_submit", { graph: ghz(2), session_id: s, policy });
    expect((await submit({ sedd: 1, noise: { ...rates, qubits: { q1: rates } } })).warnings).toEqual([expect.stringMatching(/^policy\.sedd is read by nobody; there are .*seed/)]);
    expect(await submit({ seed: 1 })).not.toHaveProperty("warnings");
    const beside = { graph: ghz(2), session_id: s, shots: 9, sedd: 1 };
    expect((await answered(kernel, "q_submit", beside))["warnings"]).toEqual(["shots is read by nobody; policy.shots is", expect.stringMatching(/^sedd is read by nobody; there are graph, policy/)]);
    expect(await refused(kernel, "q_delegate", { to: "none", caps: [], session_id: s })).toMatchObject({ name: "INVALID_PARAMS", at: "/params/caps" });
    const bargained = async (tenant_id?: string) => { const { granted, denied } = await call(kernel, "q_negotiate_caps", { requested: ["CAP_DELEGATE", "CAP_ALLOC", "CAP_X"], ...(tenant_id === undefined ? {} : { tenant_id }) }); return { granted, denied }; };
    expect([await bargained(), await bargained("none")]).toEqual([{ granted: ["CAP_ALLOC", "CAP_DELEGATE"], denied: ["CAP_X"] }, { granted: ["CAP_ALLOC"], denied: ["CAP_DELEGATE", "CAP_X"] }]);
    await kernel.stop();
  });

  it("of channels", async () => {
    const kernel = testKernel();
    const s = await session(kernel);
    const { vqs: [a = "", b = ""] } = await call(kernel, "q_alloc", { n: 2, session_id: s });
    expect(await refused(kernel, "q_chan_status", { channel_id: "ch_no", session_id: s })).toEqual({ name: "CHANNEL_NOT_FOUND", channel_id: "ch_no" });
    for (const fidelity of [1, 0.3]) {
      const { reachable, ...told } = await refused(kernel, "q_open_chan", { vq_a: a, vq_b: b, options: { fidelity }, session_id: s });
      expect(told).toEqual({ name: "CHANNEL_FIDELITY", requested: fidelity });
      const { channel_id, actual_fidelity } = await call(kernel, "q_open_chan", { vq_a: a, vq_b: b, options: { fidelity: reachable as number }, session_id: s });
      expect([(reachable as number) < 1, actual_fidelity]).toEqual([true, reachable]); // it is
      await call(kernel, "q_close_chan", { channel_id, session_id: s });
    }
    const { channel_id } = await call(kernel, "q_open_chan", { vq_a: a, vq_b: b, options: {}, session_id: s });
    expect(await refused(kernel, "q_open_chan", { vq_a: a, vq_b: b, options: {}, session_id: s })).toMatchObject({ name: "CHANNEL_REFUSED", channel_id, what: "open already" });
    expect(await refused(kernel, "q_open_chan", { vq_a: a, vq_b: a, options: {}, session_id: s })).toMatchObject({ name: "CHANNEL_REFUSED", what: `both ends are the qubit ${a}` });
    await kernel.stop();
  });

  afterAll(() => {
    expect(Object.keys(CODES).filter((name) => !brought.has(name) && !(OF_THE_SERVER as readonly string[]).includes(name))).toEqual([]);
  });
});
