// The kernel over its socket. Of the wire alone, with a service that computes nothing: trivial requests a second on one connection and on a
// connection for each, and what a submit of 20,000 nodes takes to be read. Of a kernel in a process of its own: Bell jobs a second from 8 clients,
// and the 95th percentile of submit and wait at 200 jobs a second, which come at fixed times whatever the answers do. Rates and percentiles are
// the best of several rounds, of a warm kernel: what others do on the machine only ever adds time.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requestText } from "../../kernel-abi/rpc/encode.ts";
import type { KernelService } from "../../kernel-abi/rpc/handlers.ts";
import { METHODS } from "../../kernel-abi/rpc/methods.ts";
import { Scanner } from "../../kernel-abi/rpc/scanner.ts";
import { connectKernel } from "../../runtime/app/kernel/client.ts";
import { serveKernel } from "../../runtime/app/kernel/serving.ts";
import { kernelStub } from "../support/kernel-stub.ts";
import { least, most, type Figure } from "./figure.ts";

/** Until a kernel's own code is compiled. */
const WARM_JOBS = 6_000;
const CAPS = ["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE"];
const BELL = METHODS.q_submit.example.params.graph;
const seconds = (started: bigint): number => Number(process.hrtime.bigint() - started) / 1e9;

interface At {
  readonly socket: string;
  readonly session: string;
}

/** A service behind a socket for as long as `work` takes. */
export async function served<T>(service: KernelService, work: (at: At) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "triad-kernel-"));
  const kernel = await serveKernel({ socket: join(folder, "k.sock") }, () => service);
  const client = connectKernel({ socket: kernel.path });
  try {
    return await work({ socket: kernel.path, session: (await client.session(CAPS)).id });
  } finally {
    client.close();
    await kernel.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Requests a second on one connection, so many on their way at once. */
async function persistent({ socket, session }: At, calls: number, atOnce: number): Promise<number> {
  const client = connectKernel({ socket });
  const { id } = await client.resume(session).submit(BELL);
  const started = process.hrtime.bigint();
  let left = calls;
  await Promise.all(Array.from({ length: atOnce }, async () => { while (left-- > 0) await client.q_status({ job_id: id, session_id: session }); }));
  const rate = calls / seconds(started);
  client.close();
  return rate;
}

/** As callers do that open a connection for each call: connect, ask, read until the reply is there, close. */
const asked = (socket: string, request: string): Promise<void> => new Promise((resolve, reject) => {
  const scanner = new Scanner();
  const connection = createConnection(socket, () => { connection.write(request); });
  connection.on("error", reject);
  connection.on("data", (chunk: Buffer) => {
    if (scanner.push(chunk).length === 0) return;
    connection.destroy();
    resolve();
  });
});

async function each({ socket }: At, calls: number, atOnce: number): Promise<number> {
  const request = requestText(1, "q_negotiate_caps", { requested: CAPS });
  const started = process.hrtime.bigint();
  let left = calls;
  await Promise.all(Array.from({ length: atOnce }, async () => { while (left-- > 0) await asked(socket, request); }));
  return calls / seconds(started);
}

/** Milliseconds from the first byte of a submit of so many nodes to the value, in pieces as a socket gives them: the median. */
export function readTime(nodes: number): number {
  const program = { nodes: Array.from({ length: nodes }, (_, at) => ({ id: `n${at}`, op: at % 2 === 0 ? "APPLY_H" : "APPLY_CNOT", args: {}, vqs: ["q0", "q1"], chs: [], inputs: [], produces: [], caps: ["CAP_ALLOC"] })) };
  const bytes = Buffer.from(requestText(1, "q_submit", { graph: { ...(BELL as object), program }, policy: {}, session_id: "s" }));
  const times = Array.from({ length: 9 }, () => {
    const started = process.hrtime.bigint();
    const scanner = new Scanner();
    for (let at = 0; at < bytes.length; at += 65_536) scanner.push(bytes.subarray(at, at + 65_536));
    return 1e3 * seconds(started);
  });
  return times.sort((a, b) => a - b)[4] ?? NaN;
}

interface Load {
  readonly jobs: number;
  readonly clients: number;
  /** Jobs that each client has on their way: it waits for one of them before it submits the next. */
  readonly each?: number;
  readonly graph?: unknown;
}

/** Jobs a second, each submitted and waited for. */
export async function jobRate({ socket, session }: At, { jobs, clients, each: onTheWay = 1, graph = BELL }: Load): Promise<number> {
  const made = Array.from({ length: clients }, () => connectKernel({ socket }));
  let left = jobs;
  const started = process.hrtime.bigint();
  await Promise.all(Array.from({ length: onTheWay }, () => made).flat().map(async (client) => {
    while (left-- > 0) {
      const { state } = await (await client.resume(session).submit(graph, { policy: { seed: left } })).wait();
      if (state !== "COMPLETED") throw new Error(`a job ended ${state}`);
    }
  }));
  const rate = jobs / seconds(started);
  for (const client of made) client.close();
  return rate;
}

/** The 95th percentile, in milliseconds, of submit and wait, at so many jobs a second; lateness of the caller counts. */
export async function latency({ socket, session }: At, jobs: number, rate: number): Promise<number> {
  const client = connectKernel({ socket });
  const start = process.hrtime.bigint();
  const times = await Promise.all(Array.from({ length: jobs }, async (_, at) => {
    const due = at / rate;
    await new Promise((resolve) => { setTimeout(resolve, 1e3 * (due - seconds(start))); });
    await (await client.resume(session).submit(BELL, { policy: { seed: at } })).wait();
    return 1e3 * (seconds(start) - due);
  }));
  client.close();
  return times.sort((a, b) => a - b)[Math.floor(0.95 * jobs)] ?? NaN;
}

/** Figures of the wire alone. */
async function ofTheWire(): Promise<readonly Figure[]> {
  return served(kernelStub(), async (at) => {
    await persistent(at, 5_000, 16);
    await each(at, 500, 16);
    return [
      { name: "trivial requests a second, one connection", value: await persistent(at, 30_000, 64), unit: "requests/s", goal: least(10_000) },
      { name: "the same, a connection for each", value: await each(at, 6_000, 32), unit: "requests/s", goal: least(3_000) },
      { name: "a submit of 20,000 nodes, from its first byte to the value", value: readTime(20_000), unit: "ms", goal: most(100) },
    ];
  });
}

/** The command line as it is built, where it is: what users run. */
function commandLine(): readonly string[] {
  const built = new URL(import.meta.url.endsWith(".ts") ? "../../dist/runtime/app/cli/main.js" : "../../runtime/app/cli/main.js", import.meta.url);
  return existsSync(built) ? [fileURLToPath(built)] : ["--import", "tsx", fileURLToPath(new URL("../../runtime/app/cli/main.ts", import.meta.url))];
}

/** A kernel in a process of its own, every acceptance and every end on disk (they survive SIGKILL), for as long as `work` takes. */
async function kernelProcess<T>(work: (at: At) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "triad-kernel-"));
  const socket = join(folder, "k.sock");
  const tenants = join(folder, "tenants.json");
  writeFileSync(tenants, JSON.stringify({ session: { max_logical_qubits: 10_000, max_jobs: 64, max_physical_qubits: 1_000_000, max_channels: 10 }, tenants: [{ name: "default" }] }));
  const kernel = spawn(process.execPath, [...commandLine(), "kernel", "serve", "--socket", socket, "--state", join(folder, "state"), "--tenants", tenants, "--json"], { env: { ...process.env, TRIAD_HOME: join(folder, "home") }, stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(kernel.stdout, "data");
    const client = connectKernel({ socket });
    const { id } = await client.session(CAPS);
    client.close();
    return await work({ socket, session: id });
  } finally {
    kernel.kill("SIGTERM");
    await once(kernel, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** GHZ over 500 qubits, one shot. */
function ghz500(): unknown {
  const vqs = Array.from({ length: 500 }, (_, at) => `q${at}`);
  const events = vqs.map((_, at) => `m${at}`);
  const nodes = [
    { id: "alloc", op: "ALLOC_LQ", args: { n: 500, profile: "logical:surface_code(d=3)" }, vqs }, { id: "h", op: "APPLY_H", vqs: ["q0"] },
    ...vqs.slice(1).map((vq, at) => ({ id: `cx${at}`, op: "APPLY_CNOT", vqs: [`q${at}`, vq] })), ...vqs.map((vq, at) => ({ id: `r${at}`, op: "MEASURE_Z", vqs: [vq], produces: [events[at]] })),
  ];
  return { version: "0.1", program: { nodes }, resources: { vqs, chs: [], events }, caps: ["CAP_ALLOC"] };
}

/** Milliseconds until a graph of so many nodes, never seen before, is accepted: the median. */
async function submitTime({ socket, session }: At, nodes: number): Promise<number> {
  const client = connectKernel({ socket });
  const times: number[] = [];
  for (let one = 0; one < 9; one++) {
    const graph = {
      version: "0.1", resources: { vqs: ["a", "b"], chs: [], events: ["m"] }, caps: ["CAP_ALLOC"],
      program: { nodes: [
        { id: "alloc", op: "ALLOC_LQ", args: { n: 2, profile: "logical:surface_code(d=3)" }, vqs: ["a", "b"] },
        ...Array.from({ length: nodes - 2 - one }, (_, at) => (at % 2 === 0 ? { id: `n${at}`, op: "APPLY_H", vqs: ["a"] } : { id: `n${at}`, op: "APPLY_CNOT", vqs: ["a", "b"] })),
        { id: "read", op: "MEASURE_Z", vqs: ["a"], produces: ["m"] },
      ] },
    };
    const started = process.hrtime.bigint();
    const job = await client.resume(session).submit(graph, { policy: { seed: one } });
    times.push(1e3 * seconds(started));
    await job.wait();
  }
  client.close();
  return times.sort((a, b) => a - b)[4] ?? NaN;
}

const ROUNDS = 5;
/** What each of so many rounds came to, one after the other. */
async function rounds(measured: () => Promise<number>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) values.push(await measured());
  return values;
}

/** The kernel as `triad kernel serve` runs it. Upstream's figures: digest of its benchmarks, 2 cores, one client. */
async function ofTheKernel(): Promise<readonly Figure[]> {
  return kernelProcess(async (at) => {
    await jobRate(at, { jobs: WARM_JOBS, clients: 8 });
    return [
      { name: "Bell jobs a second from 8 clients with 8 on their way each, every job a sealed run that survives SIGKILL (upstream, neither: 435)", value: Math.max(...await rounds(() => jobRate(at, { jobs: 3_000, clients: 8, each: 8 }))), unit: "jobs/s", goal: least(1_000) },
      { name: "the same from 8 clients with one on its way each", value: Math.max(...await rounds(() => jobRate(at, { jobs: 3_000, clients: 8 }))), unit: "jobs/s", goal: least(1_000) },
      { name: "95th percentile of submit and wait at 200 Bell jobs a second (upstream, one client: 8.2)", value: Math.min(...await rounds(() => latency(at, 600, 200))), unit: "ms", goal: most(5) },
      { name: "GHZ-500 jobs a second from 8 clients (upstream: 5)", value: Math.max(...await rounds(() => jobRate(at, { jobs: 60, clients: 8, graph: ghz500() }))), unit: "jobs/s", goal: least(20) },
      { name: "a new graph of 20,000 nodes until it is accepted (upstream: 1,090)", value: await submitTime(at, 20_000), unit: "ms", goal: most(300) },
    ];
  });
}

export async function run(): Promise<readonly Figure[]> {
  return [...await ofTheWire(), ...await ofTheKernel()];
}
