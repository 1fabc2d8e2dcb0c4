// A kernel on a thread that lives on: what a job took of shared memory is given back when it is over, and waited for when the next one is short of it.
import { takeSharedBytes } from "../../domains/kernels/heap.ts";
import { runKernel } from "../../domains/kernels/registry.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Crew } from "../../kernel-abi/ports.ts";
import { collectNow, giveBack } from "../workers/collect.ts";

/** Helpers come to let go of a memory when they wake (crew-entry.ts), and collect it then. */
const LET_GO_MS = 250;

const isShort = (error: unknown): boolean => error instanceof Fault && error.fault === "KERNEL_REFUSED" && error.detail["argument"] === "memory";

function attempt(name: string, input: Uint8Array, crew: Crew | undefined): Uint8Array {
  try {
    return runKernel(name, input, crew);
  } finally {
    giveBack(takeSharedBytes());
  }
}

/** @throws as `runKernel` */
export function runKernelHere(name: string, input: Uint8Array, crew?: Crew): Uint8Array {
  try {
    return attempt(name, input, crew);
  } catch (error) {
    if (!isShort(error)) throw error;
  }
  collectNow();
  if (crew !== undefined && crew.helpers > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, LET_GO_MS);
  return attempt(name, input, crew);
}
