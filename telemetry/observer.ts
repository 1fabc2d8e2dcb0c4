// Observers and the wall between them and the run.
//   O1  Whatever an observer does (throw, reject, answer, never settle, call back) never reaches the run. One that fails is cut
//       off and reported once; what it missed is counted.
//   O2  A slow sink belongs behind `deferred`: the run only queues for it, and what does not fit is counted, never waited for.
//   O3  Copies are made for whoever listens and for nobody else: without `frame` a frame costs nothing.
import { Fault } from "../kernel-abi/fault.ts";
import type { Observer } from "../kernel-abi/ports.ts";
import { copyError, copyFrame } from "./frame-copy.ts";

type Call = keyof Observer;
type Facts<C extends Call> = Parameters<NonNullable<Observer[C]>>[0];

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
class Wall implements Walled {
  declare readonly frame?: NonNullable<Observer["frame"]>;
  declare readonly progress?: NonNullable<Observer["progress"]>;
  declare readonly failure?: NonNullable<Observer["failure"]>;
  declare readonly pick?: NonNullable<Observer["pick"]>;
  readonly #reports: () => readonly SinkReport[];

  constructor(calls: Observer, reports: () => readonly SinkReport[]) {
    if (calls.frame !== undefined) this.frame = calls.frame;
    if (calls.progress !== undefined) this.progress = calls.progress;
    if (calls.failure !== undefined) this.failure = calls.failure;
    if (calls.pick !== undefined) this.pick = calls.pick;
    this.#reports = reports;
  }

  reports(): readonly SinkReport[] { return this.#reports(); }

  static is(observer: Observer): observer is Wall { return #reports in observer; }
}

const COPY: { readonly [C in Call]: (facts: Facts<C>) => Facts<C> } = {
  frame: copyFrame,
  progress: ({ tick, turns, waitingFor }) => Object.freeze({ tick, turns, waitingFor }),
  failure: ({ process, error }) => Object.freeze({ process, error: copyError(error) }),
  pick: ({ step, actor, policy, ready }) => Object.freeze({ step, actor, policy, ready }),
};

/** The call, if the observer has it: a copy goes through the outlet. `deliver` decides when. */
function guarded<C extends Call>(observer: Observer, call: C, outlet: Outlet, deliver: (go: () => void) => void): ((facts: Facts<C>) => void) | undefined {
  let listen: ((facts: Facts<C>) => unknown) | undefined;
  outlet.read(call, () => { listen = observer[call] as typeof listen; });
  if (listen === undefined) return undefined;
  const heard = listen;
  return (facts) => {
    if (!outlet.open()) return;
    const copy = COPY[call](facts);
    deliver(() => { outlet.tell(call, () => heard.call(observer, copy)); });
  };
}

function callsOf(observer: Observer, outlet: Outlet, deliver: (go: () => void) => void): Observer {
  const frame = guarded(observer, "frame", outlet, deliver);
  const progress = guarded(observer, "progress", outlet, deliver);
  const failure = guarded(observer, "failure", outlet, deliver);
  const pick = guarded(observer, "pick", outlet, deliver);
  return {
    ...(frame === undefined ? {} : { frame }), ...(progress === undefined ? {} : { progress }), ...(failure === undefined ? {} : { failure }), ...(pick === undefined ? {} : { pick }),
  };
}

/** The same observer, unable to disturb the run (O1). One that is walled already stays as it is. */
export function isolated(observer: Observer, options: SinkOptions = {}): Walled {
  if (Wall.is(observer)) return observer;
  const outlet = new Outlet(options);
  return new Wall(callsOf(observer, outlet, (go) => { go(); }), () => [outlet.report]);
}

function each<C extends Call>(observers: readonly Observer[], call: C): ((facts: Facts<C>) => void) | undefined {
  const listening = observers.flatMap((observer) => {
    const listen = observer[call] as ((facts: Facts<C>) => void) | undefined;
    return listen === undefined ? [] : [(facts: Facts<C>) => { listen.call(observer, facts); }];
  });
  if (listening.length === 0) return undefined;
  return (facts) => { for (const listen of listening) listen(facts); };
}

/** Several observers as one, in order; each is isolated from the run and from the others. */
export function combined(observers: readonly Observer[], options: SinkOptions = {}): Walled {
  const walled = observers.map((observer) => isolated(observer, options));
  const [frame, progress, failure, pick] = [each(walled, "frame"), each(walled, "progress"), each(walled, "failure"), each(walled, "pick")];
  return new Wall({
    ...(frame === undefined ? {} : { frame }), ...(progress === undefined ? {} : { progress }), ...(failure === undefined ? {} : { failure }), ...(pick === undefined ? {} : { pick }),
  }, () => walled.flatMap((one) => one.reports()));
}

/** A typed warning for every sink that failed or lost something. */
export const warningsOf = (observer: Walled): readonly Fault[] => observer.reports().flatMap((report) => sinkWarning(report) ?? []);

export interface Deferred {
  readonly observer: Walled;
  /** Delivers what is queued now. */
  flush(): void;
  /** Calls that were lost: they did not fit into the queue, or the observer had failed. */
  readonly dropped: number;
}

export interface DeferredOptions extends SinkOptions {
  /** Calls held at most. */
  readonly limit: number;
  /** When to deliver; once per burst. The event loop's next round unless given. */
  readonly schedule?: (deliver: () => void) => void;
}

/** An observer that is called outside the turn's path (O2). */
export function deferred(observer: Observer, { limit, schedule = setImmediate, ...options }: DeferredOptions): Deferred {
  const outlet = new Outlet(options);
  let queue: (() => void)[] = [];
  const flush = (): void => {
    const burst = queue;
    queue = [];
    for (const deliver of burst) deliver();
  };
  const hold = (deliver: () => void): void => {
    if (queue.length >= limit) outlet.drop();
    else if (queue.push(deliver) === 1) schedule(flush);
  };
  return {
    observer: new Wall(callsOf(observer, outlet, hold), () => [outlet.report]),
    flush,
    get dropped() { return outlet.report.dropped; },
  };
}

