// The heap of a kernel's instance: how memory is asked for, how arrays are put there, and what a binary's trap means when there is none left.
import { Fault } from "../../kernel-abi/fault.ts";

/** What a binary with a heap exports. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  readonly allocate: (bytes: number) => number;
}

let shared = 0;

/** A job of this thread was given so many bytes of a memory that threads may share. V8 counts them nowhere. */
export const countShared = (bytes: number): void => { shared += bytes; };

/** What was counted since this was last asked: whoever owns the thread gives it back when the job is over. */
export function takeSharedBytes(): number {
  const bytes = shared;
  shared = 0;
  return bytes;
}

/** `argument`: what was too large. @throws Fault KERNEL_REFUSED, always */
export function outOfMemory(argument: string): never {
  throw new Fault("KERNEL_REFUSED", { argument, allowed: "what fits the kernel's memory" });
}

/** A binary traps when its memory cannot grow: what was asked of it was too large for this host. */
export function guarded<T>(argument: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof Error && (cause.name === "RuntimeError" || cause.name === "RangeError")) return outOfMemory(argument);
    throw cause;
  }
}

/** The address of so many bytes. @throws Fault KERNEL_REFUSED */
export const allocated = (argument: string, heap: Heap, bytes: number): number => guarded(argument, () => heap.allocate(bytes)) >>> 0;

/** The address of a copy. @throws Fault KERNEL_REFUSED */
export function placed(argument: string, heap: Heap, { buffer, byteOffset, byteLength }: ArrayBufferView): number {
  const at = allocated(argument, heap, byteLength);
  new Uint8Array(heap.memory.buffer, at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
  return at;
}
