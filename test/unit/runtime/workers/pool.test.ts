import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import type { JobRunner } from "../../../../kernel-abi/ports.ts";
import { createInlineRunner } from "../../../../runtime/workers/inline.ts";
import { createPool, type PoolOptions } from "../../../../runtime/workers/pool.ts";
import { liveThreads } from "../../../support/heavy.ts";

const misbehaving = new URL("../../../support/workers/misbehaving.ts", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "triad-pool-"));
afterAll(() => rmSync(folder, { recursive: true }));

const pools: JobRunner[] = [];
afterEach(async () => { await Promise.all(pools.splice(0).map((pool) => pool.close())); });
const pool = (options: Partial<PoolOptions> = {}): JobRunner => {
  const made = createPool({ workerUrl: misbehaving, workers: 1, ...options });
  pools.push(made);
  return made;
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const marker = (name: string): Uint8Array => bytes(join(folder, name));
const faultOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => "no fault", (error: unknown) => (error instanceof Fault ? { fault: error.fault, ...error.detail } : error));

const shared = createPool({ workerUrl: misbehaving, workers: 1 });
afterAll(() => shared.close());

describe("the pool", () => {
  it("returns a kernel's bytes and leaves the caller's input alone", async () => {
    const input = bytes("input");
    const runner = shared;
    expect(await runner.run({ kernel: "echo", input })).toEqual(bytes("input"));
    expect(input).toEqual(bytes("input"));
    expect(await runner.run({ kernel: "echo", input: new Uint8Array(0) })).toEqual(new Uint8Array(0));
  });

  it("carries a view into a larger buffer as exactly its bytes, both ways", async () => {
    const runner = shared;
    const input = new Uint8Array(new ArrayBuffer(64), 8, 3).fill(5);
    const echoed = await runner.run({ kernel: "echo", input });
    expect([echoed, echoed.buffer.byteLength]).toEqual([Uint8Array.of(5, 5, 5), 3]);
    const viewed = await runner.run({ kernel: "view", input });
    expect([viewed, viewed.buffer.byteLength]).toEqual([Uint8Array.of(7, 7, 7), 3]);
  });

  it("hands each caller its own result, whatever order the workers finish in", async () => {
    const delays = [60, 0, 30, 0, 15, 5];
    const runner = pool({ workers: 2, delayMs: (ordinal) => delays[ordinal] ?? 0 });
    const finished: number[] = [];
    const results = await Promise.all(delays.map(async (_, index) => {
      const result = await runner.run({ kernel: "echo", input: Uint8Array.of(index) });
      finished.push(index);
      return result;
    }));
    expect(results).toEqual(delays.map((_, index) => Uint8Array.of(index)));
    expect(finished).not.toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("gives a kernel's refusal back as the same Fault, without another attempt", async () => {
    const refusal = shared.run({ kernel: "refuses", input: bytes("") });
    await expect(refusal).rejects.toBeInstanceOf(Fault);
    await expect(refusal).rejects.toThrow(new Fault("KERNEL_REFUSED", { argument: "qubits", allowed: "1 to 26" }));
    expect(await faultOf(refusal)).toEqual({ fault: "KERNEL_REFUSED", argument: "qubits", allowed: "1 to 26" });
  });

  it.each(["exitOnce", "crashOnce"])("retries a job whose worker died, unseen (%s)", async (kernel) => {
    const input = marker(kernel);
    expect(await shared.run({ kernel, input })).toEqual(input);
  });

  it("retries a job whose worker hung, unseen", async () => {
    const input = marker("hangOnce");
    expect(await pool({ taskTimeoutMs: 1_500, attempts: 10 }).run({ kernel: "hangOnce", input })).toEqual(input);
  });

  it("gives up on a job that kills every worker, and only on that one", async () => {
    const runner = pool({ workers: 2, attempts: 2 });
    const [dead, alive] = await Promise.all([
      faultOf(runner.run({ kernel: "exit", input: bytes("") })),
      runner.run({ kernel: "echo", input: bytes("still here") }),
    ]);
    expect(dead).toMatchObject({ fault: "WORKER_LOST", kernel: "exit", attempts: 2 });
    expect(alive).toEqual(bytes("still here"));
    expect(await runner.run({ kernel: "echo", input: bytes("after") })).toEqual(bytes("after"));
  });

  it("gives up on a hang by wall clock", async () => {
    const fault = await faultOf(pool({ attempts: 1, taskTimeoutMs: 50 }).run({ kernel: "hang", input: bytes("") }));
    expect(fault).toEqual({ fault: "WORKER_LOST", kernel: "hang", attempts: 1, what: "no answer within 50 ms" });
  });

  it.each([
    ["throws something else than a Fault", misbehaving, "throws", "out of memory"],
    ["answers neither bytes nor a fault", misbehaving, "unknown", "neither bytes nor a fault"],
    ["does not load", new URL("../../../support/workers/broken.ts", import.meta.url), "echo", "does not load"],
    ["does not exist", new URL("./nowhere.ts", import.meta.url), "echo", "nowhere"],
    ["has no default function", new URL("../../../support/workers/no-default.ts", import.meta.url), "echo", "not a function"],
  ])("says WORKER_LOST when the module %s", async (_, workerUrl, kernel, what) => {
    const fault = await faultOf(pool({ workerUrl, attempts: 1 }).run({ kernel, input: bytes("") }));
    expect(fault).toMatchObject({ fault: "WORKER_LOST", attempts: 1, what: expect.stringContaining(what) });
  });

  it("replaces a thread that failed while it was idle", async () => {
    const runner = shared;
    expect(await runner.run({ kernel: "late", input: bytes("a") })).toEqual(bytes("a"));
    for (const word of ["b", "c"]) expect(await runner.run({ kernel: "echo", input: bytes(word) })).toEqual(bytes(word));
  });
});

describe("a job that is given up", () => {
  it("ends with its thread; what waits for the thread goes on, and what waited itself is gone", async () => {
    const threads = liveThreads();
    const runner = pool({ workers: 1 });
    const [at, queued] = [new AbortController(), new AbortController()];
    const hanging = faultOf(runner.run({ kernel: "hang", input: bytes("") }, at.signal));
    const dropped = faultOf(runner.run({ kernel: "hang", input: bytes("") }, queued.signal));
    const kept = runner.run({ kernel: "echo", input: bytes("kept") });
    await threads.until(1);
    queued.abort();
    expect(await dropped).toEqual({ fault: "RUN_INTERRUPTED", kernel: "hang", attempts: 0 });
    at.abort();
    expect(await hanging).toEqual({ fault: "RUN_INTERRUPTED", kernel: "hang", attempts: 1 });
    expect(await kept).toEqual(bytes("kept"));
    at.abort(); // again, and after the end: nothing
    expect(await faultOf(runner.run({ kernel: "echo", input: bytes("late") }, at.signal))).toEqual({ fault: "RUN_INTERRUPTED", kernel: "echo", attempts: 0 });
    await runner.close();
    await threads.until(0);
    threads.end();
  });

  it("leaves the thread of one that had ended alone", async () => {
    const threads = liveThreads();
    const runner = pool({ workers: 1 });
    const signal = new AbortController();
    expect(await runner.run({ kernel: "echo", input: bytes("a") }, signal.signal)).toEqual(bytes("a"));
    signal.abort();
    expect(await runner.run({ kernel: "echo", input: bytes("b") })).toEqual(bytes("b"));
    expect(threads.started()).toBe(1);
    threads.end();
  });
});

describe("closing the pool", () => {
  it("settles everything with WORKER_LOST, also what is running or waiting, and may be done twice", async () => {
    const runner = pool({ workers: 1 });
    const jobs = [1, 2, 3].map(() => faultOf(runner.run({ kernel: "hang", input: bytes("") })));
    const closed = Promise.all([runner.close(), runner.close()]);
    expect(await Promise.all(jobs)).toEqual(
      [1, 0, 0].map((attempts) => ({ fault: "WORKER_LOST", kernel: "hang", attempts, what: "the pool was closed" })));
    await closed;
    expect(await faultOf(runner.run({ kernel: "echo", input: bytes("") }))).toMatchObject({ fault: "WORKER_LOST" });
  });

  it("leaves nothing that would keep Node running, and works from any folder", async () => {
    const script = join(folder, "pool-user.mts");
    const from = (path: string): string => JSON.stringify(new URL(`../../../../${path}`, import.meta.url).href);
    writeFileSync(script, `
      const { createPool } = await import(${from("runtime/workers/pool.ts")});
      const pool = createPool({ workerUrl: new URL(${JSON.stringify(misbehaving.href)}), workers: 2, taskTimeoutMs: 60_000 });
      const hanging = pool.run({ kernel: "hang", input: new Uint8Array(1) }).catch((fault) => fault.fault);
      const echoed = await pool.run({ kernel: "echo", input: Uint8Array.of(42) });
      await pool.close();
      console.log(JSON.stringify([echoed[0], await hanging]));
    `);
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", tsx, script], { cwd: folder, timeout: 60_000 });
    expect(JSON.parse(stdout)).toEqual([42, "WORKER_LOST"]);
  });
});

describe("the runner without workers", () => {
  it("gives the same bytes, faults and refusals as a pool", async () => {
    const runner = createInlineRunner((kernel, input) => {
      if (kernel === "refuses") throw new Fault("KERNEL_REFUSED", { argument: "x", allowed: "y" });
      if (kernel === "throws") throw new RangeError("out of memory");
      return input;
    });
    expect(await runner.run({ kernel: "echo", input: bytes("a") })).toEqual(bytes("a"));
    expect(await faultOf(runner.run({ kernel: "refuses", input: bytes("") }))).toMatchObject({ fault: "KERNEL_REFUSED" });
    expect(await faultOf(runner.run({ kernel: "throws", input: bytes("") }))).toMatchObject({ fault: "WORKER_LOST", what: "out of memory" });
    const gone = AbortSignal.abort();
    expect(await faultOf(runner.run({ kernel: "echo", input: bytes("a") }, gone))).toMatchObject({ fault: "RUN_INTERRUPTED" });
    await runner.close();
    expect(await faultOf(runner.run({ kernel: "echo", input: bytes("a") }))).toMatchObject({ fault: "WORKER_LOST" });
  });

  it("runs nothing before whoever asks has come to wait, then what was asked for first", async () => {
    const ran: string[] = [];
    const runner = createInlineRunner((kernel, input) => {
      ran.push(kernel);
      return input;
    });
    const answers = ["first", "second"].map((kernel) => runner.run({ kernel, input: bytes(kernel) }));
    expect(ran).toEqual([]);
    await Promise.all(answers);
    expect(ran).toEqual(["first", "second"]);
  });
});
