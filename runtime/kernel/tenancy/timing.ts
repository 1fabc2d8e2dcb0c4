// The timing isolator: when an answer may be seen, so that how long another tenant's work took cannot be read from it. Off unless asked for.
//   Y3  An answer is shown at the first slot edge not before it was ready, and up to a jitter later: its delay depends on nothing secret
//       but the slot it fell into.

export interface TimingTerms {
  readonly enabled: boolean;
  readonly slotMs: number;
  /** Jitter is uniform in [0, jitterMs). */
  readonly jitterMs: number;
}
export const TIMING: TimingTerms = Object.freeze({ enabled: false, slotMs: 100, jitterMs: 10 });

/** `uniform`: the next number in [0, 1) of a seeded stream. */
export class TimingIsolator {
  readonly #terms: TimingTerms;
  readonly #uniform: () => number;
  constructor(uniform: () => number, terms: TimingTerms = TIMING) {
    this.#terms = terms;
    this.#uniform = uniform;
  }

  /** Milliseconds since the epoch at which what was ready at `readyMs` may be shown; never earlier. */
  showAt(readyMs: number): number {
    const { enabled, slotMs, jitterMs } = this.#terms;
    return enabled ? Math.ceil(readyMs / slotMs) * slotMs + this.#uniform() * jitterMs : readyMs;
  }
}
