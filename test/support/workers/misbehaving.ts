// A worker module for tests: the kernel's name says how it behaves, the input is its material.
import { existsSync, writeFileSync } from "node:fs";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { WorkerFunction, WorkerReply } from "../../../runtime/workers/reply.ts";

const pause = (ms: number): void => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); };

/** Marks, by a file whose path is the input, that this was tried; true the first time. */
function firstTry(input: Uint8Array): boolean {
  const path = new TextDecoder().decode(input);
  if (existsSync(path)) return false;
  writeFileSync(path, "tried");
  return true;
}

/** Dies of an error nobody catches while the task is unfinished: how a thread dies that has run out of heap. */
function crash(): Promise<never> {
  setImmediate(() => { throw new Error("crashed"); });
  return new Promise(() => undefined);
}

const behaviours: Readonly<Record<string, (input: Uint8Array) => Uint8Array | Promise<Uint8Array>>> = {
  echo: (input) => input,
  view: (input) => new Uint8Array(new ArrayBuffer(1024), 100, input.length).fill(7),
  exit: () => process.exit(3),
  exitOnce: (input) => (firstTry(input) ? process.exit(3) : input),
  crashOnce: (input) => (firstTry(input) ? crash() : input),
  hangOnce: (input) => { if (firstTry(input)) for (;;); return input; },
  hang: () => { for (;;); },
  /** Until the thread's heap has no more to give. */
  devour: () => { const held: number[][] = []; for (;;) held.push(Array.from({ length: 10_000 }, (_, at) => at + 0.5)); },
  throws: () => { throw new RangeError("out of memory"); },
  refuses: () => { throw new Fault("KERNEL_REFUSED", { argument: "qubits", allowed: "1 to 26" }); },
  // An error after the answer, while the thread is idle.
  late: (input) => { setImmediate(() => { throw new Error("late"); }); return input; },
};

const run: WorkerFunction = async ({ kernel, input, delayMs }) => {
  pause(delayMs);
  try {
    const behaviour = behaviours[kernel];
    if (behaviour === undefined) return {} as WorkerReply; // neither bytes nor a fault
    return { ok: await behaviour(input) };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.toJSON() };
    throw error;
  }
};
export default run;
