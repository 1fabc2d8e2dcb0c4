// Observers and the wall between them and the run.
//   O1  Whatever an observer does never reaches the run (wall.ts).
//   O2  A slow sink belongs behind `deferred`: the run only queues for it, and what does not fit is counted, never waited for.
//   O3  Copies are made for whoever listens and for nobody else: without `frame` a frame costs nothing.
import type { Fault } from "../kernel-abi/fault.ts";
import type { Observer } from "../kernel-abi/ports.ts";
import { copyError, copyFrame } from "./frame-copy.ts";
import { Outlet, sinkWarning, Wall, type SinkOptions, type Walled } from "./wall.ts";

export { sinkWarning, type SinkOptions, type SinkReport, type Trouble, type Walled } from "./wall.ts";

type Call = keyof Observer;
type Facts<C extends Call> = Parameters<NonNullable<Observer[C]>>[0];

const COPY: { readonly [C in Call]: (facts: Facts<C>) => Facts<C> } = {
  takenUp: ({ tick, event, processes }) => Object.freeze({ tick, event, processes: Object.freeze(processes.map(({ id, name, vhm, node }) => Object.freeze({ id, name, vhm, node }))) }),
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
  const takenUp = guarded(observer, "takenUp", outlet, deliver);
  const frame = guarded(observer, "frame", outlet, deliver);
  const progress = guarded(observer, "progress", outlet, deliver);
  const failure = guarded(observer, "failure", outlet, deliver);
  const pick = guarded(observer, "pick", outlet, deliver);
  return {
    ...(takenUp === undefined ? {} : { takenUp }), ...(frame === undefined ? {} : { frame }), ...(progress === undefined ? {} : { progress }), ...(failure === undefined ? {} : { failure }), ...(pick === undefined ? {} : { pick }),
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
  const [takenUp, frame, progress, failure, pick] = [each(walled, "takenUp"), each(walled, "frame"), each(walled, "progress"), each(walled, "failure"), each(walled, "pick")];
  return new Wall({
    ...(takenUp === undefined ? {} : { takenUp }), ...(frame === undefined ? {} : { frame }), ...(progress === undefined ? {} : { progress }), ...(failure === undefined ? {} : { failure }), ...(pick === undefined ? {} : { pick }),
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

