// Memory that jobs of this thread have let go of. Shared WebAssembly memories weigh nothing in V8's books, so a thread would keep those of its
// last jobs, gigabytes of them, until something else made it collect. Owns that account and the one request to collect (W10).
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Below this a collection costs more than the memory. */
const LARGE = 64 * 1024 * 1024;

const ATTEMPTS = 100;

let account = 0;
let collect: (() => void) | undefined;

/**
 * The flag is the process's and is put back at once, so that no other context has the function. Another thread may put it back between this
 * one's two steps: then it is asked for again, and after that many times the memory waits for the next request.
 */
function collector(): (() => void) | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    setFlagsFromString("--expose-gc");
    const found: unknown = runInNewContext("globalThis.gc");
    setFlagsFromString("--no-expose-gc");
    if (typeof found === "function") return () => { Reflect.apply(found, undefined, []); };
  }
  return undefined;
}

/** So many bytes of shared memory are not referred to any more; they go back to the system once they amount to something. */
export function giveBack(bytes: number): void {
  account += bytes;
  if (account >= LARGE) collectNow();
}

/** All that this thread does not refer to any more goes back now. */
export function collectNow(): void {
  account = 0;
  (collect ??= collector())?.();
}
