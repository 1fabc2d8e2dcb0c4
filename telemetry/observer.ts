// Observers and the wall between them and the run.
//   O1  Whatever an observer does (throw, reject, answer) never reaches the run. One that fails is reported once and not called again.
//   O2  A slow sink belongs behind `deferred`: the run only queues for it, and what does not fit is counted, never waited for.
import type { Observer } from "../kernel-abi/ports.ts";

type Call = keyof Observer;
/** Told once, when an observer is cut off. */
export type Trouble = (error: unknown, call: Call) => void;

const nobody: Trouble = () => undefined;
const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";

/** The same observer, unable to disturb the run (O1). */
export function isolated(observer: Observer, trouble: Trouble = nobody): Required<Observer> {
  let failed = false;
  const fail = (error: unknown, call: Call): void => {
    if (failed) return;
    failed = true;
    try {
      trouble(error, call);
    } catch { /* the one place where a report about a report ends */ }
  };
  const guard = <A>(call: Call, deliver: ((facts: A) => unknown) | undefined) => (facts: A): void => {
    if (failed || deliver === undefined) return;
    try {
      const answer = deliver.call(observer, facts);
      if (isPromise(answer)) answer.then(undefined, (error: unknown) => fail(error, call));
    } catch (error) {
      fail(error, call);
    }
  };
  return {
    frame: guard("frame", observer.frame),
    progress: guard("progress", observer.progress),
    failure: guard("failure", observer.failure),
  };
}

/** Several observers as one, in order; each is isolated from the run and from the others. */
export function combined(observers: readonly Observer[], trouble: Trouble = nobody): Required<Observer> {
  const walled = observers.map((observer) => isolated(observer, trouble));
  return {
    frame: (frame) => { for (const observer of walled) observer.frame(frame); },
    progress: (facts) => { for (const observer of walled) observer.progress(facts); },
    failure: (facts) => { for (const observer of walled) observer.failure(facts); },
  };
}

export interface Deferred {
  readonly observer: Required<Observer>;
  /** Delivers what is queued now. */
  flush(): void;
  /** Calls that did not fit into the queue. */
  readonly dropped: number;
}

export interface DeferredOptions {
  /** Calls held at most. */
  readonly limit: number;
  /** When to deliver; once per burst. The event loop's next round unless given. */
  readonly schedule?: (deliver: () => void) => void;
  readonly trouble?: Trouble;
}

/** An observer that is called outside the turn's path (O2). */
export function deferred(observer: Observer, { limit, schedule = setImmediate, trouble = nobody }: DeferredOptions): Deferred {
  const walled = isolated(observer, trouble);
  let queue: (() => void)[] = [];
  let dropped = 0;
  const flush = (): void => {
    const burst = queue;
    queue = [];
    for (const deliver of burst) deliver();
  };
  const hold = (deliver: () => void): void => {
    if (queue.length >= limit) {
      dropped += 1;
      return;
    }
    if (queue.push(deliver) === 1) schedule(flush);
  };
  return {
    observer: {
      frame: (frame) => { hold(() => { walled.frame(frame); }); },
      progress: (facts) => { hold(() => { walled.progress(facts); }); },
      failure: (facts) => { hold(() => { walled.failure(facts); }); },
    },
    flush,
    get dropped() { return dropped; },
  };
}
