// Memory that jobs of this thread have let go of. Shared WebAssembly memories weigh nothing in V8's books, so a thread would keep those of its
// last jobs, gigabytes of them, until something else made it collect. Owns that account and the one request to collect (W10).
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Below this a collection costs more than the memory. */
const LARGE = 64 * 1024 * 1024;

let account = 0;
let collect: (() => void) | undefined;

/** The flag is put back at once: no other context of the process has the function. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  try {
    const found: unknown = runInNewContext("gc");
    return typeof found === "function" ? () => { Reflect.apply(found, undefined, []); } : () => undefined;
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}

/** So many bytes of shared memory are not referred to any more; they go back to the system once they amount to something. */
export function giveBack(bytes: number): void {
  account += bytes;
  if (account >= LARGE) collectNow();
}

/** All that this thread does not refer to any more goes back now. */
export function collectNow(): void {
  account = 0;
  (collect ??= collector())();
}
