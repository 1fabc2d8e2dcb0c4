// A kernel on a thread that lives on: what a job took of shared memory is given back when it is over, and waited for when the next one is short of it.
import { takeSharedBytes } from "../../domains/kernels/heap.ts";
import { runKernel } from "../../domains/kernels/registry.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Crew } from "../../kernel-abi/ports.ts";
import { collectNow, giveBack } from "../workers/collect.ts";

/** Helpers let go of a memory when they wake (crew-entry.ts), and what is collected is unmapped a moment later. */
const LET_GO_MS = 250;

const isShort = (error: unknown): boolean => error instanceof Fault && error.fault === "KERNEL_REFUSED" && error.detail["argument"] === "memory";

function attempt(name: string, input: Uint8Array, crew: Crew | undefined): Uint8Array {
  try {
    return runKernel(name, input, crew);
  } finally {
    giveBack(takeSharedBytes());
  }
}

/** Nothing when memory was short. In a function of its own: an error's stack holds on to what it came through. */
function attemptInRoom(name: string, input: Uint8Array, crew: Crew | undefined): Uint8Array | undefined {
  try {
    return attempt(name, input, crew);
  } catch (error) {
    if (isShort(error)) return undefined;
    throw error;
  }
}

/** @throws as `runKernel` */
export function runKernelHere(name: string, input: Uint8Array, crew?: Crew): Uint8Array {
  const bytes = attemptInRoom(name, input, crew);
  if (bytes !== undefined) return bytes;
  collectNow();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, LET_GO_MS);
  return attempt(name, input, crew);
}
