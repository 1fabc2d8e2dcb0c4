// The worker module of the pool: the one place where a thread learns what a kernel's name means.
import { Fault } from "../../kernel-abi/fault.ts";
import type { WorkerFunction } from "../workers/reply.ts";
import { runKernelHere } from "./run-kernel.ts";

/** Blocks this thread; tests shuffle completion order with it. */
function pause(milliseconds: number): void {
  if (milliseconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, milliseconds);
}

/** A kernel's refusal crosses as its JSON form; anything else a kernel throws is a lost worker to the pool. */
const runJob: WorkerFunction = ({ kernel, input, delayMs }, crew) => {
  pause(delayMs);
  try {
    return { ok: runKernelHere(kernel, input, crew) };
  } catch (error) {
    if (error instanceof Fault) return { fault: error.toJSON() };
    throw error;
  }
};
export default runJob;
