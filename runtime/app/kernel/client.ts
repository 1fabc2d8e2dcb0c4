// The typed client of a kernel: one function a method, tried again where that is safe; sessions and jobs as objects; a job's events as
// an async iteration.
import { backoff, repeats, RETRY, type RetryPolicy } from "../../../kernel-abi/rpc/client.ts";
import { DISCOVER, METHOD_NAMES, METHODS, type JobEventObject, type JobObject, type MethodName, type ParamsOf, type ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import type { OpenRpc } from "../../../kernel-abi/rpc/openrpc.ts";
import { isLost, isUnreached, SocketClient, type CallOptions } from "../../adapters/socket-client.ts";

export type { CallOptions } from "../../adapters/socket-client.ts";

export interface KernelClientOptions {
  /** The kernel's socket. */
  readonly socket: string;
  /** Milliseconds for a reply, but of methods that wait, which have a `timeout_ms` of their own; 30,000 when not given. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** Milliseconds a kernel has to be there: until then a call that reached nobody is made again, whatever it is; 0 when not given. */
  readonly connectMs?: number;
  /** Told when a call begins to wait for that. */
  readonly absent?: () => void;
  /** 0 to 1 for each wait; a fixed sequence when not given. */
  readonly jitter?: (attempt: number) => number;
  /** How waits are waited. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export type Calls = {
  readonly [M in MethodName]: (params: ParamsOf<M>, options?: CallOptions) => Promise<ResultOf<M>>;
};

export type SubmitOptions = Omit<ParamsOf<"q_submit">, "graph" | "session_id">;

export interface KernelJob {
  readonly id: string;
  readonly session: string;
  status(): Promise<JobObject>;
  /** Until it has ended. @throws KernelError TIMEOUT after `timeoutMs` */
  wait(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<JobObject>;
  cancel(): Promise<JobObject>;
  /** Everything that happens to it, from the event behind `after`, until it has ended. */
  events(options?: { readonly after?: number; readonly signal?: AbortSignal }): AsyncGenerator<JobEventObject, void, undefined>;
}

export interface KernelSession {
  readonly id: string;
  readonly granted: readonly string[];
  readonly denied: readonly string[];
  submit(graph: unknown, options?: SubmitOptions): Promise<KernelJob>;
  job(id: string): KernelJob;
  close(): Promise<void>;
}

export interface KernelClient extends Calls {
  discover(): Promise<OpenRpc>;
  /** A session that was negotiated before. */
  resume(session: string): Pick<KernelSession, "id" | "submit" | "job" | "close">;
  /** A job that was submitted before. */
  job(id: string, session: string): KernelJob;
  session(requested: readonly string[], tenant?: { readonly tenant_id?: string; readonly credential?: string }): Promise<KernelSession>;
  close(): void;
}

const TIMEOUT_MS = 30_000;
/** Between two looks whether a kernel is there. */
const ABSENT_MS = 50;
/** Asked again after so long: a connection that was lost unnoticed is noticed then. */
const EVENTS_MS = 20_000;
/** Without a source of chance: the golden ratio's multiples, which spread evenly. */
const evenly = (attempt: number): number => (attempt * 0.618_033_988_749_894_9) % 1;
const slept = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

async function* eventsOf(calls: Calls, of: { readonly job_id: string; readonly session_id: string }, after: number, signal?: AbortSignal): AsyncGenerator<JobEventObject, void, undefined> {
  for (let known = after; ;) {
    const { events, next, done } = await calls.q_job_events({ ...of, after: known, timeout_ms: EVENTS_MS }, { signal });
    yield* events;
    if (done) return;
    known = next;
  }
}

function jobOf(calls: Calls, job_id: string, session_id: string): KernelJob {
  const of = { job_id, session_id };
  return {
    id: job_id, session: session_id,
    status: () => calls.q_status(of),
    wait: ({ timeoutMs, signal } = {}) => calls.q_wait({ ...of, ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }) }, { signal }),
    cancel: () => calls.q_cancel(of),
    events: ({ after = 0, signal } = {}) => eventsOf(calls, of, after, signal),
  };
}

function sessionOf(calls: Calls, { session_id, granted, denied }: Pick<ResultOf<"q_negotiate_caps">, "session_id" | "granted" | "denied">): KernelSession {
  return {
    id: session_id, granted, denied,
    submit: async (graph, options = {}) => jobOf(calls, (await calls.q_submit({ ...options, graph, session_id })).job_id, session_id),
    job: (id) => jobOf(calls, id, session_id),
    close: async () => { await calls.q_close_session({ session_id }); },
  };
}

/** A client of the kernel at a socket; it connects when it is first called. */
export function connectKernel({ socket, timeoutMs = TIMEOUT_MS, retry: given = {}, connectMs = 0, absent, jitter = evenly, sleep = slept }: KernelClientOptions): KernelClient {
  const client = new SocketClient(socket);
  const retry = { ...RETRY, ...given };
  /** Made again while nobody is there, for as long as may be waited. */
  const reaching = async (method: string, params: unknown, options: CallOptions): Promise<unknown> => {
    for (let waited = 0; ; waited += ABSENT_MS) {
      try {
        return await client.call(method, params, options);
      } catch (error) {
        if (waited >= connectMs || options.signal?.aborted === true || !isUnreached(error)) throw error;
        if (waited === 0) absent?.();
        await sleep(ABSENT_MS);
      }
    }
  };
  const call = async (method: MethodName, params: Readonly<Record<string, unknown>>, options: CallOptions = {}): Promise<unknown> => {
    const limits = { ...(METHODS[method].waits ? {} : { timeoutMs }), ...options };
    for (let attempt = 1; ; attempt++) {
      try {
        return await reaching(method, params, limits);
      } catch (error) {
        if (attempt >= retry.attempts || (connectMs > 0 && isUnreached(error)) || options.signal?.aborted === true || !repeats(method, params, error, isLost(error))) throw error;
        await sleep(backoff(retry, attempt + 1, jitter(attempt)));
      }
    }
  };
  // one function a method, each with the types of its record
  const calls = Object.fromEntries(METHOD_NAMES.map((name) => [name, (params: Readonly<Record<string, unknown>>, options?: CallOptions) => call(name, params, options)])) as unknown as Calls;
  return {
    ...calls,
    discover: () => reaching(DISCOVER, {}, { timeoutMs }) as Promise<OpenRpc>,
    session: async (requested, tenant = {}) => sessionOf(calls, await calls.q_negotiate_caps({ requested: [...requested], ...tenant })),
    resume: (session_id) => sessionOf(calls, { session_id, granted: [], denied: [] }),
    job: (id, session) => jobOf(calls, id, session),
    close: () => { client.close(); },
  };
}
