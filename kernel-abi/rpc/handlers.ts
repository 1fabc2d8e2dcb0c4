// The port between the wire and the kernel: what answers calls, and what it is told about who calls.
//   R3  A handler answers, or throws a Refusal or a Fault; whatever else it throws is a defect and is told as one, without its words.
//   R4  `signal` says that nobody waits for the answer any more (the caller is gone, or the server stops). Methods that wait look at it and
//       throw; a method that changes something has either done so or not, and ignores it.
import type { MethodName, ParamsOf, ResultOf } from "./methods.ts";

export interface CallContext {
  /** The connection the call came over: counts from 1. Sessions are not tied to it: a client may open one for each call. */
  readonly connection: number;
  readonly signal: AbortSignal;
  /** Bytes a reply may have now; without end where it is not given. */
  readonly replyMost?: number;
  /** Members of its params that the method does not know: they were dropped. */
  readonly strangers?: readonly string[];
}

/** One function a method, by wire name. Params fit their schema; members the method does not know have been dropped. */
export type Handlers = {
  readonly [M in MethodName]: (params: ParamsOf<M>, context: CallContext) => Promise<ResultOf<M>> | ResultOf<M>;
};

/** Facts for people: what `triad kernel serve` prints when it starts and when it has stopped. */
export type KernelSummary = Readonly<Record<string, string | number | boolean>>;

/** What is served: built by runtime/app and handed to a server. */
export interface KernelService {
  readonly handlers: Handlers;
  /** How things stand: jobs accepted, running, ended, found again at the start. */
  summary(): KernelSummary;
  /**
   * No new job is started; what runs is brought to a fence and kept; everything accepted is on disk when this resolves. A run that is still
   * under way after `graceMs` is given up and left to the next kernel; without it, it is waited for.
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
}
