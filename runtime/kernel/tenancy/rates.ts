// Counting per minute: how many in any 60 seconds, by the injected clock. Memory is 61 numbers a key, whatever the traffic; a second counts
// whole until all of it is 60 seconds gone, so a limit is never exceeded and may bind up to one second longer.
const SECONDS = 61;
const SECOND_MS = 1_000;

interface Window {
  readonly counts: number[];
  /** Second the last count fell into. */
  last: number;
  sum: number;
}

export class Rates {
  readonly #windows = new Map<string, Window>();

  /** Counts one, or says in how many milliseconds one will fit again; a refused one is not counted. */
  take(key: string, limit: number | null, now: number): number {
    if (limit === null) return 0;
    const window = this.#at(key, Math.floor(now / SECOND_MS));
    if (window.sum >= limit) return wait(window, limit, now);
    window.counts[window.last % SECONDS] = (window.counts[window.last % SECONDS] ?? 0) + 1;
    window.sum += 1;
    return 0;
  }

  forget(key: string): void { this.#windows.delete(key); }

  /** Drops what has counted nothing for a minute. */
  sweep(now: number): void {
    const second = Math.floor(now / SECOND_MS);
    for (const [key, { last }] of this.#windows) if (second - last >= SECONDS) this.#windows.delete(key);
  }

  #at(key: string, second: number): Window {
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = { counts: new Array<number>(SECONDS).fill(0), last: second, sum: 0 };
      this.#windows.set(key, window);
    }
    const passed = Math.min(second - window.last, SECONDS);
    for (let step = 1; step <= passed; step++) {
      const slot = (window.last + step) % SECONDS;
      window.sum -= window.counts[slot] ?? 0;
      window.counts[slot] = 0;
    }
    window.last = Math.max(window.last, second);
    return window;
  }
}

/** Milliseconds until enough of the oldest seconds have left the window. */
function wait({ counts, last, sum }: Window, limit: number, now: number): number {
  let left = sum;
  for (let age = SECONDS - 1; age >= 0; age--) {
    left -= counts[(last - age + SECONDS) % SECONDS] ?? 0;
    if (left < limit) return Math.max(1, (last - age + SECONDS) * SECOND_MS - now);
  }
  return SECONDS * SECOND_MS; // a limit of nothing never fits
}
