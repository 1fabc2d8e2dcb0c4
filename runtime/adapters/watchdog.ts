// A watchdog for synchronous code of others: it runs on this thread, and V8 is told to stop it when it takes too long. Stopping skips
// the code's own `finally` blocks, so whatever has to be put back is put back by the caller. Setting the timer costs some 70 µs: it
// is for questions that are rarely put, not for turns.
import { createContext, Script } from "node:vm";
import type { Watchdog } from "../../kernel-abi/ports.ts";

/** Long enough that a busy machine never meets it, short enough that somebody still waits. */
export const PATIENCE_MS = 5_000;

const SCRIPT = new Script("work()", { filename: "triad-watchdog.js" });
/** The error is of the context's own realm: no instance of our Error. */
const isTimeout = (error: unknown): boolean => typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";

export function createWatchdog(patienceMs: number = PATIENCE_MS): Watchdog {
  const room: { work: () => void } = { work: () => undefined };
  const context = createContext(room);
  return {
    ends(work) {
      room.work = work;
      try {
        SCRIPT.runInContext(context, { timeout: patienceMs });
        return true;
      } catch (error) {
        if (isTimeout(error)) return false;
        throw error;
      } finally {
        room.work = () => undefined;
      }
    },
  };
}
