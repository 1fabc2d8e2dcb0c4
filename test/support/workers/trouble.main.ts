// A process of its own in which jobs meet trouble: memory that is short, threads that die, work that is given up. Says what became of them as
// JSON. Started by test/unit/runtime/workers/{memory,struck}.test.ts, where it is said what must come of it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { encodeBpOsdJob } from "../../../domains/kernels/bposd/job.ts";
import { encodeCircuitJob, type CircuitJob } from "../../../domains/kernels/circuit.ts";
import { encodeDecodeJob } from "../../../domains/kernels/decoder/job.ts";
import { encodeFrameJob, FRAME_OP, type FrameProgram } from "../../../domains/kernels/frames/program.ts";
import { encodeQecJob } from "../../../domains/kernels/qec/job.ts";
import { compileFrames } from "../../../domains/q/stim/compile.ts";
import { parseStim } from "../../../domains/q/stim/parse.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { KernelTask } from "../../../kernel-abi/ports.ts";
import { createRunner } from "../../../runtime/app/outcomes.ts";
import { createPool } from "../../../runtime/workers/pool.ts";
import { lowered, type Instruction } from "../clifford-circuits.ts";

const MIB = 2 ** 20;
const KEY = Uint32Array.of(3, 4);
const layer = (qubits: number): Instruction[] => Array.from({ length: qubits }, (_, q): Instruction => ({ op: "RX", on: [q], angle: 0.1 + q }));
const read = (qubits: number): Instruction[] => [0, qubits - 1].map((q, clbit): Instruction => ({ op: "MEASURE", on: [q], clbit }));
const circuit = (job: CircuitJob): KernelTask => ({ kernel: "q.statevector", input: encodeCircuitJob(job) });
const sampled = (qubits: number, layers = 1): KernelTask =>
  circuit({ mode: "sample", circuit: lowered(qubits, 2, [...Array.from({ length: layers }, () => layer(qubits)).flat(), ...read(qubits)]), shots: 50, key: KEY });
const gradient = (qubits: number): KernelTask => circuit({
  mode: "gradient", method: "adjoint", circuit: lowered(qubits, 0, layer(qubits).slice(0, 3)), observable: { coefficients: Float64Array.of(1), paulis: new Uint8Array(qubits).fill(3) },
  parameters: { count: 1, entries: Int32Array.of(0), of: Int32Array.of(0), factors: Float64Array.of(1) },
});
const stabilized = (qubits: number): KernelTask =>
  ({ kernel: "q.stabilizer", input: encodeCircuitJob({ mode: "sample", circuit: lowered(qubits, 2, [{ op: "H", on: [0] }, ...read(qubits)]), shots: 50, key: KEY }) });
const frames = (detectors: number): FrameProgram => ({
  planes: 1, measurements: 0, detectors, observables: 0, channels: [], reference: new Uint8Array(0),
  code: Int32Array.of(FRAME_OP.COIN, 1, 0, FRAME_OP.LOOP, 1, detectors, FRAME_OP.DETECT, 1, 0, FRAME_OP.END, 0),
});
const framed = (detectors: number): KernelTask => ({ kernel: "q.frames", input: encodeFrameJob({ program: frames(detectors), rows: "detections", first: 0, shots: 1, key: KEY }) });
const counted = (detectors: number): KernelTask => ({ kernel: "q.qec", input: encodeQecJob({ program: frames(detectors), decoder: null, shots: 1, key: KEY }) });
const decoded = (detectors: number): KernelTask => ({
  kernel: "q.decode", input: encodeDecodeJob({
    graph: { detectors, observables: 1, ends: Int32Array.of(0, 1), weights: Int32Array.of(2), masks: Uint32Array.of(1, 0) }, decoder: "matching", shots: 1, weighed: true, events: new Uint8Array((detectors + 7) >> 3),
  }),
});
/** As many detectors as mechanisms, of `each` of them. */
const ordered = (mechanisms: number, each: number): KernelTask => ({
  kernel: "q.bposd", input: encodeBpOsdJob({
    problem: {
      detectors: mechanisms, observables: 1, columns: Uint32Array.from({ length: mechanisms + 1 }, (_, at) => each * at),
      rows: Uint32Array.from({ length: each * mechanisms }, (_, at) => Math.min(mechanisms - each, Math.floor(at / each)) + (at % each)),
      probabilities: new Float64Array(mechanisms).fill(0.01), masks: new Uint32Array(2 * mechanisms),
    },
    options: { iterations: 5, scale: 1, order: 0 }, events: new Uint8Array((mechanisms + 7) >> 3), shots: 1, rowBytes: (mechanisms + 7) >> 3,
  }),
});
/** Errors of a distance-3 repetition code, counted by table: minutes of work. */
const study: KernelTask = { kernel: "q.qec", input: encodeQecJob({
  program: compileFrames(parseStim(`REPEAT 2000 {\n X_ERROR(0.01) 0 1 2\n M 0 1 2\n}\nDETECTOR rec[-1] rec[-2]\nDETECTOR rec[-2] rec[-3]\nOBSERVABLE_INCLUDE(0) rec[-1]\n`)),
  decoder: { name: "table", table: Uint8Array.of(0, 1, 0, 1) }, shots: 10_000_000, key: KEY,
}) };

/** What came of a job: the digest of its bytes, or its fault. */
const told = (work: Promise<Uint8Array>): Promise<unknown> => work.then((bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16), (error: unknown) => {
  if (!(error instanceof Fault)) throw error;
  const { name, code, detail, next } = error.toJSON();
  return { name, code, detail, next };
});

const dataBytes = (): number => 1024 * Number(/VmData:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
const threads = (): number => readdirSync("/proc/self/task").length;
const resident = (): number => process.memoryUsage.rss();
const until = async (holds: () => boolean): Promise<void> => { while (!holds()) await pause(5); };

/** Nothing more than `bytes` can be had from the system from now on. */
const only = (bytes: number): void => { execFileSync("prlimit", ["--pid", String(process.pid), `--data=${dataBytes() + bytes}`]); };

async function starved(workers: number): Promise<unknown> {
  const runner = createRunner({ workers });
  const small = [sampled(18), stabilized(20), framed(10), counted(10), decoded(10), ordered(10, 2)];
  const large = [sampled(24), gradient(23), stabilized(16_384), framed(2_000_000), counted(2_000_000), decoded(4_194_304), ordered(32_768, 64)];
  const before = [];
  for (const job of small) before.push(await told(runner.run(job)));
  only(128 * MIB);
  const met = [];
  for (const job of large) met.push([job.kernel, await told(runner.run(job))]);
  const after = [];
  for (const job of small) after.push(await told(runner.run(job)));
  await runner.close();
  return { before, met, after };
}

/** A job whose shots part ways early, where its state has room and no copy of it. */
async function narrow(workers: number): Promise<unknown> {
  const parting = lowered(23, 2, [...layer(23), { op: "MEASURE", on: [1], clbit: 0 }, ...layer(23).slice(0, 4), { op: "MEASURE", on: [2], clbit: 1 }]);
  const job = circuit({ mode: "sample", circuit: parting, shots: 20, key: KEY });
  const runner = createRunner({ workers });
  const roomy = await told(runner.run(job));
  await told(runner.run(sampled(18)));
  await pause(300);
  only(225 * MIB);
  const answer = await told(runner.run(job));
  const larger = await told(runner.run(sampled(24)));
  await runner.close();
  return { roomy, answer, larger };
}

/** The same job thrice where there is room for one and a half. */
async function again(workers: number): Promise<unknown> {
  const runner = createRunner({ workers });
  await runner.run(sampled(18));
  only(500 * MIB);
  const answers = [];
  for (let round = 0; round < 4; round++) answers.push(await told(runner.run(sampled(24))));
  await runner.close();
  return answers;
}

/** Threads of the pool itself, not their helpers. */
function poolThreads(): Worker[] {
  const live: Worker[] = [];
  process.on("worker", (worker) => { live.push(worker); });
  return live;
}

interface Struck { readonly undisturbed: unknown; readonly struck: unknown; readonly afterwards: unknown; readonly threads: readonly number[]; readonly resident: readonly boolean[] }

/** `strike` comes when the state of a job is in memory, that is, in the middle of it. */
async function inTheMiddle(job: KernelTask, workers: number, bytes: number, strike: (pool: readonly Worker[], abort: AbortController) => void, undisturbed: boolean): Promise<Struck> {
  const pool = poolThreads();
  const runner = createRunner({ workers });
  await told(runner.run(sampled(18)));
  const rss = resident();
  const settled = (): boolean => resident() < rss + 64 * MIB;
  const first = undisturbed ? await told(runner.run(job)) : null;
  await until(settled); // for ever if something is kept
  const most = threads();
  const abort = new AbortController();
  const work = told(runner.run(job, abort.signal));
  await until(() => bytes === 0 || resident() > rss + bytes);
  if (bytes === 0) await pause(300);
  const midst = bytes > 0 && resident() > rss + bytes;
  strike(pool, abort);
  const struck = await work;
  const afterwards = await told(runner.run(sampled(18)));
  await until(() => threads() <= most && settled());
  const left = threads();
  await runner.close();
  await until(() => threads() < most);
  return { undisturbed: first, struck, afterwards, threads: [most, left, threads()], resident: [midst, settled()] };
}

const kill = (pool: readonly Worker[]): void => { void pool.at(-1)?.terminate(); };
const giveUp = (_: readonly Worker[], abort: AbortController): void => { abort.abort(); };
/** 24 qubits, a second of work or more. */
const LONG = sampled(24, 8);

/** A thread whose own heap is full; the process was started with little of it. */
async function devoured(): Promise<unknown> {
  const runner = createPool({ workerUrl: new URL("./misbehaving.ts", import.meta.url), workers: 1, attempts: 2 });
  const met = await told(runner.run({ kernel: "devour", input: new Uint8Array(1) }));
  const after = await told(runner.run({ kernel: "echo", input: Uint8Array.of(1) }));
  await runner.close();
  return { met, after };
}

/** A helper that dies while it holds a block, at the first attempt of the first job: what a worker module of its own sees to (lost-helper.ts). */
async function lostHelper(): Promise<unknown> {
  const job = sampled(24, 20);
  process.env["TRIAD_TEST_MARK"] = join(mkdtempSync(join(tmpdir(), "triad-lost-")), "mark");
  const alone = createRunner({ workers: 0 });
  const undisturbed = await told(alone.run(job));
  const started = poolThreads();
  const runner = createPool({ workerUrl: new URL("./lost-helper.ts", import.meta.url), workers: 1, helpers: 1 });
  const struck = await told(runner.run(job));
  const afterwards = await told(runner.run(job));
  await runner.close();
  return { undisturbed, struck, afterwards, started: started.length };
}

const SCENES: Readonly<Record<string, (workers: number) => Promise<unknown>>> = {
  starved, again, narrow, devoured,
  killed: (workers) => inTheMiddle(LONG, workers, 200 * MIB, kill, true),
  "lost-helper": lostHelper,
  "given-up": (workers) => inTheMiddle(LONG, workers, 200 * MIB, giveUp, false),
  "study-given-up": (workers) => inTheMiddle(study, workers, 0, giveUp, false),
};

const [, , name = "", workers = "1"] = process.argv;
console.log(JSON.stringify(await SCENES[name]?.(Number(workers))));
