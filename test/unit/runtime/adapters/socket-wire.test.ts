// The wire as others see it: a program in another language with nothing of ours, and the same exchange written with bare sockets.
import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { callOnce } from "../../../support/raw-socket.ts";
import { socketGround } from "../../../support/socket-ground.ts";

const ground = socketGround();
const CLIENT = fileURLToPath(new URL("../../../support/wire-client.py", import.meta.url));
const python = spawnSync("python3", ["--version"]).status === 0;
if (!python) console.warn("\n*** python3 IS NOT HERE: the wire was NOT tried with a Python client, only with our imitation of one. ***\n");

interface Told {
  readonly call: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: readonly unknown[];
}

const EXPECTED: readonly (readonly [call: string, expected: object])[] = [
  ["q_negotiate_caps", { result: { session_id: expect.stringMatching(/^sess_[0-9a-f]{16}$/) as unknown, granted: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE", "CAP_LINK"], denied: ["CAP_\u00c9"], quota: { max_logical_qubits: 100, max_channels: 10, max_jobs: 5, max_physical_qubits: 10_000 } } }],
  ["q_submit", { result: { job_id: expect.stringMatching(/^job_[0-9a-f]{16}$/) as unknown, state: "QUEUED" } }],
  ["q_wait", { result: { state: "COMPLETED", events: { m0: 0, m1: 0 }, progress: { nodes_executed: 5, nodes_total: 5 } } }],
  ["q_wait", { result: { state: "COMPLETED" } }],
  ["q_status", { result: { state: "COMPLETED" } }],
  ["q_cancel", { error: [-32303, expect.any(String), expect.objectContaining({ state: "COMPLETED" })] }],
  ["q_get_telemetry", { result: { resource_usage: { channels_open: 0 } } }],
  ["q_status", { error: [-32300, expect.any(String), expect.objectContaining({ kind: "job" })] }],
  ["q_status", { error: [-32602, expect.any(String), expect.objectContaining({ name: "INVALID_PARAMS" })] }],
  ["q_nothing", { error: [-32601, expect.any(String), expect.objectContaining({ method: "q_nothing" })] }],
  ["q_submit", { result: { state: "QUEUED" } }],
  ["rpc.discover", { result: { openrpc: "1.3.2" } }],
];

function checked(told: readonly Told[]): void {
  expect(told.map(({ call }) => call)).toEqual(EXPECTED.map(([call]) => call));
  for (const [at, [, expected]] of EXPECTED.entries()) expect(told[at]).toMatchObject(expected);
}

describe("one object for each connection, no newline, no half-close", () => {
  it.runIf(python)("a Python client of the standard library alone", async () => {
    const { path } = await ground.serve();
    const said = await new Promise<string>((resolve, reject) => {
      execFile("python3", [CLIENT, path], { timeout: 60_000, maxBuffer: 1 << 26 }, (error, out, err) => { if (error === null) resolve(out); else reject(new Error(`${error.message}\n${err}`)); });
    });
    checked(said.trim().split("\n").map((line) => JSON.parse(line) as Told));
  });

  it("the same with bare sockets", async () => {
    const { path } = await ground.serve();
    const told: Told[] = [];
    const call = async (method: string, params: object): Promise<Readonly<Record<string, unknown>>> => {
      const { result, error } = await callOnce(path, { jsonrpc: "2.0", method, params, id: told.length + 1 }) as { result?: Readonly<Record<string, unknown>>; error?: { code: number; message: string; data: unknown } };
      told.push(error === undefined ? { call: method, result: result ?? {} } : { call: method, error: [error.code, error.message, error.data] });
      return result ?? {};
    };
    const graph = { program: { nodes: [1, 2, 3, 4, 5] }, resources: { events: ["m0", "m1"] } };
    const { session_id } = await call("q_negotiate_caps", { requested: ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE", "CAP_LINK", "CAP_\u00c9"] });
    const { job_id } = await call("q_submit", { graph, policy: { priority: 10, debug: false, seed: 42 }, session_id });
    await call("q_wait", { job_id, session_id, timeout_ms: 10_000 });
    await call("q_wait", { job_id, session_id });
    await call("q_status", { job_id, session_id });
    await call("q_cancel", { job_id, session_id });
    await call("q_get_telemetry", { session_id });
    await call("q_status", { job_id: "job_0000000000000bad", session_id });
    await call("q_status", { session_id });
    await call("q_nothing", {});
    await call("q_submit", { graph: { ...graph, description: "é".repeat(50_000) }, session_id });
    await call("rpc.discover", {});
    checked(told);
  });
});
