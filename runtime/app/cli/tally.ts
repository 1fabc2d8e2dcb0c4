// A count that goes up, drawn over itself on a terminal: work that is no run has no ticks to tell of. Off a terminal it is silent.
import { wallMilliseconds } from "../../adapters/host.ts";
import type { Terminal } from "./terminal.ts";

/** Ten redraws a second are enough for an eye. */
const INTERVAL_MS = 100;
const ERASE_LINE = "\r\u001b[K";

export interface Tally {
  readonly at: (done: number) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** `3000 of 10000 shots decoded`; `words` gives the line. */
export function createTally({ tty, paint, write }: Terminal, words: (done: number) => string): Tally {
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    at(done) {
      if (!tty || wallMilliseconds() - drawnAt < INTERVAL_MS) return;
      drawnAt = wallMilliseconds();
      write(`${ERASE_LINE}${paint.dim(words(done))}`);
    },
    end() {
      if (drawnAt > Number.NEGATIVE_INFINITY) write(ERASE_LINE);
      drawnAt = Number.NEGATIVE_INFINITY;
    },
  };
}
