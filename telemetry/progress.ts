// Progress of a run on a terminal: one line that is drawn over itself. Off a terminal it is silent.
import type { Observer } from "../kernel-abi/ports.ts";

export interface ProgressOptions {
  /** Whether stderr is a terminal; when not, nothing is ever written. */
  readonly terminal: boolean;
  /** NO_COLOR's negation: escape codes for colour only when true. */
  readonly colour: boolean;
  readonly write: (text: string) => void;
  /** Milliseconds of a clock; only decides how often the line is redrawn. */
  readonly now: () => number;
}

export interface Progress {
  readonly observer: Observer;
  /** Erases the line, so that what follows starts at a clean one. */
  clear(): void;
}

/** Ten redraws a second are enough for an eye. */
const INTERVAL_MS = 100;
const ERASE_LINE = "\r\u001b[K";

/** NO_COLOR (any value but the empty one) and TERM=dumb turn colour off; off a terminal there is none. */
export const colourAllowed = (terminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean =>
  terminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";

export function createProgress({ terminal, colour, write, now }: ProgressOptions): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  const dim = (text: string): string => (colour ? `\u001b[2m${text}\u001b[22m` : text);
  return {
    observer: {
      progress({ tick, turns, waitingFor }) {
        if (!terminal || now() - drawnAt < INTERVAL_MS) return;
        drawnAt = now();
        drawn = true;
        const waiting = waitingFor === 0 ? "" : `, waiting for ${waitingFor} ${waitingFor === 1 ? "outcome" : "outcomes"}`;
        write(`${ERASE_LINE}${dim(`L=${tick}, ${turns} turns${waiting}`)}`);
      },
    },
    clear() {
      if (drawn) write(ERASE_LINE);
      drawn = false;
    },
  };
}
