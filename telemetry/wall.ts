// The wall itself: the one place through which anything is told that may fail. Owns the counts of what was told and what was lost.
//   O1  Whatever is told (an observer, an exporter) may throw, reject, answer, never settle or call back: it never reaches the
//       run. What fails is cut off and reported once; what it misses is counted.
import { Fault } from "../kernel-abi/fault.ts";
import type { Frame } from "../kernel-abi/frame.ts";
import type { Observer } from "../kernel-abi/ports.ts";
import { copyError } from "./frame-copy.ts";

/** What became of what an observer was to hear. */
export interface SinkReport {
  readonly sink: string;
  readonly delivered: number;
  /** Not delivered: after it was cut off, while it was busy with a call of its own making, or beyond its queue. */
  readonly dropped: number;
  /** Why it was cut off; undefined for one that works. */
  readonly failed: { readonly call: string; readonly error: unknown } | undefined;
}

/** Told once, when an observer is cut off: SINK_FAILED with the observer's own error as cause. */
export type Trouble = (warning: Fault) => void;

export interface SinkOptions {
  /** What the observer is called in reports. */
  readonly name?: string;
  readonly trouble?: Trouble;
}

const nobody: Trouble = () => undefined;
const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

const WORDS_MAX = 300;
const wordsOf = (error: unknown): string => {
  const plain = copyError(error);
  return (plain instanceof Error ? `${plain.name}: ${plain.message}` : String(plain)).slice(0, WORDS_MAX).toWellFormed();
};

/** A sink's failure as a typed warning, with the counts as they stand. */
export function sinkWarning({ sink, delivered, dropped, failed }: SinkReport): Fault | undefined {
  if (failed === undefined) return dropped === 0 ? undefined : new Fault("SINK_FAILED", { sink, delivered, dropped, error: "its queue was full" });
  return new Fault("SINK_FAILED", { sink, call: failed.call, error: wordsOf(failed.error), delivered, dropped }, { cause: failed.error });
}

/** One thing that is told things: calls go through until one fails, never into itself, and are counted. */
export class Outlet {
  readonly name: string;
  readonly #trouble: Trouble;
  #delivered = 0;
  #dropped = 0;
  #busy = false;
  #failed: SinkReport["failed"];

  constructor({ name = "observer", trouble = nobody }: SinkOptions) {
    this.name = name;
    this.#trouble = trouble;
  }

  get cut(): boolean { return this.#failed !== undefined; }
  get report(): SinkReport { return { sink: this.name, delivered: this.#delivered, dropped: this.#dropped, failed: this.#failed }; }

  drop(): void { this.#dropped += 1; }

  /** Whether a call would go through; counts it as dropped when not. */
  open(): boolean {
    if (this.#failed === undefined && !this.#busy) return true;
    this.#dropped += 1;
    return false;
  }

  /** Looks at the observer itself, which may refuse even that. */
  read(call: string, look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** Never throws. */
  tell(call: string, deliver: () => unknown): void {
    if (!this.open()) return;
    this.#busy = true;
    try {
      const answer = deliver();
      if (isPromise(answer)) answer.then(undefined, (error: unknown) => { this.#fail(call, error); });
      this.#delivered += 1;
    } catch (error) {
      this.#dropped += 1;
      this.#fail(call, error);
    } finally {
      this.#busy = false;
    }
  }

  #fail(call: string, error: unknown): void {
    if (this.#failed !== undefined) return;
    this.#failed = { call, error };
    try {
      const warning = sinkWarning(this.report);
      if (warning !== undefined) this.#trouble(warning);
    } catch { /* the one place where a report about a report ends */ }
  }
}

/** An observer behind its wall. */
export interface Walled extends Observer {
  reports(): readonly SinkReport[];
}

/** Walls are known by this alone: nothing a foreign observer says of itself makes it one. */
export class Wall implements Walled {
  declare readonly takenUp?: NonNullable<Observer["takenUp"]>;
  declare readonly frame?: NonNullable<Observer["frame"]>;
  declare readonly progress?: NonNullable<Observer["progress"]>;
  declare readonly failure?: NonNullable<Observer["failure"]>;
  declare readonly pick?: NonNullable<Observer["pick"]>;
  readonly #reports: () => readonly SinkReport[];

  constructor(calls: Observer, reports: () => readonly SinkReport[]) {
    if (calls.takenUp !== undefined) this.takenUp = calls.takenUp;
    if (calls.frame !== undefined) this.frame = calls.frame;
    if (calls.progress !== undefined) this.progress = calls.progress;
    if (calls.failure !== undefined) this.failure = calls.failure;
    if (calls.pick !== undefined) this.pick = calls.pick;
    this.#reports = reports;
  }

  reports(): readonly SinkReport[] { return this.#reports(); }

  static is(observer: Observer): observer is Wall { return #reports in observer; }
}

/**
 * For folds of this house alone: `read` sees the run's own frame, which the runtime may reuse as soon as it returns, and keeps and
 * changes nothing of it.
 */
export const reading = (read: (frame: Frame) => void, options: SinkOptions): Walled => {
  const outlet = new Outlet(options);
  return new Wall({ frame: (frame) => { outlet.tell("frame", () => { read(frame); }); } }, () => [outlet.report]);
};
