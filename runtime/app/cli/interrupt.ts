// Ctrl-C: the first asks the run to stop between two turns, the second kills. What is on disk by then stays there (F1).
import process from "node:process";
import type { Terminal } from "./terminal.ts";

export interface Interruption {
  readonly signal: AbortSignal;
  /** Gives the signal back to the system. */
  end(): void;
}

export function onInterrupt(err: Terminal): Interruption {
  const controller = new AbortController();
  const stop = (): void => {
    if (err.tty) err.print("\ninterrupting; once more to kill");
    controller.abort();
  };
  process.once("SIGINT", stop); // after the first, the system's own handling is back
  return { signal: controller.signal, end: () => { process.off("SIGINT", stop); } };
}

/** Stops listening whatever `work` comes to. */
export async function interruptible<T>(err: Terminal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, end } = onInterrupt(err);
  try {
    return await work(signal);
  } finally {
    end();
  }
}
