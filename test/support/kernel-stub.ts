// A kernel that computes nothing: sessions and jobs as records in memory, for tests and measurements of what stands around a kernel.
// A job ends at once with its seed's lowest bit as every event; with `hold` it runs until `finish` is called.
import { Refusal } from "../../kernel-abi/rpc/codes.ts";
import type { CallContext, Handlers, KernelService } from "../../kernel-abi/rpc/handlers.ts";
import { METHOD_NAMES, METHODS, type JobEventObject, type JobObject, type MethodName } from "../../kernel-abi/rpc/methods.ts";
import { isTerminal } from "../../kernel-abi/rpc/shapes.ts";

interface StubJob {
  job: JobObject;
  readonly history: JobEventObject[];
  readonly watchers: Set<() => void>;
}

export interface Stub extends KernelService {
  /** Lets a held job end. */
  finish(job: string, state?: "COMPLETED" | "FAILED"): void;
  readonly calls: Readonly<Record<MethodName, number>>;
  readonly jobs: ReadonlyMap<string, StubJob>;
  /** Waits that have not been given up. */
  waiting(): number;
  readonly stopped: boolean;
}

const BETWEEN_TENANTS = ["q_delegate", "q_revoke_delegation", "q_list_delegations", "q_offer_channel", "q_accept_channel", "q_revoke_channel", "q_list_channels", "q_attenuate", "q_revoke_credential"] as const;
const KNOWN = new Set(["CAP_ALLOC", "CAP_COMPUTE", "CAP_MEASURE", "CAP_LINK", "CAP_CHECKPOINT"]);
const id = (kind: string, count: number): string => `${kind}_${count.toString(16).padStart(16, "0")}`;
const eventsOf = (graph: unknown): readonly string[] => (graph as { readonly resources?: { readonly events?: readonly string[] } } | null)?.resources?.events ?? [];
const nodesOf = (graph: unknown): number => (graph as { readonly program?: { readonly nodes?: readonly unknown[] } } | null)?.program?.nodes?.length ?? 0;

/** Resolves when `ready` holds, asked again whenever the job changes. */
function until(entry: StubJob, ready: () => boolean, { signal }: CallContext, timeout: number | null | undefined, late: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = timeout === undefined || timeout === null || timeout === 0 ? undefined : setTimeout(() => { settle(late); }, timeout);
    const settle = (how: () => void): void => {
      clearTimeout(timer);
      entry.watchers.delete(look);
      signal.removeEventListener("abort", gone);
      try {
        how();
        resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const gone = (): void => { settle(() => { throw new Refusal("STOPPING"); }); };
    const look = (): void => { if (ready()) settle(() => undefined); };
    entry.watchers.add(look);
    signal.addEventListener("abort", gone);
    if (signal.aborted) gone();
    else look();
  });
}

export function kernelStub({ hold = false }: { readonly hold?: boolean } = {}): Stub {
  const sessions = new Map<string, readonly string[]>();
  const jobs = new Map<string, StubJob>();
  const tokens = new Map<string, string>();
  const calls = Object.fromEntries(METHOD_NAMES.map((name) => [name, 0])) as Record<MethodName, number>;
  const state = { stopped: false };
  const session = (name: string): readonly string[] => {
    const caps = sessions.get(name);
    if (caps === undefined) throw new Refusal("JOB_NOT_FOUND", { kind: "session", id: name });
    return caps;
  };
  const find = ({ job_id, session_id }: { readonly job_id: string; readonly session_id: string }): StubJob => {
    session(session_id);
    const found = jobs.get(job_id);
    if (found === undefined) throw new Refusal("JOB_NOT_FOUND", { kind: "job", id: job_id });
    if (found.job.session_id !== session_id) throw new Refusal("ACCESS_DENIED", { kind: "job", id: job_id });
    return found;
  };
  const change = (entry: StubJob, changed: Partial<JobObject>): void => {
    entry.job = { ...entry.job, ...changed };
    entry.history.push({ seq: entry.history.length + 1, type: "state", state: entry.job.state, epoch: 0 });
    for (const watcher of entry.watchers) watcher();
  };
  const finish = (name: string, ended: "COMPLETED" | "FAILED" = "COMPLETED"): void => {
    const entry = jobs.get(name);
    if (entry === undefined || isTerminal(entry.job.state)) return;
    change(entry, { state: ended, completed_at: 2, progress: { ...entry.job.progress, current_epoch: 1, nodes_executed: entry.job.progress.nodes_total }, ...(ended === "FAILED" ? { error: { message: "it was told to", type: "Told" } } : {}) });
  };
  const made: Handlers = {
    q_negotiate_caps: ({ requested }) => {
      const session_id = id("sess", sessions.size + 1);
      const granted = requested.filter((cap) => KNOWN.has(cap));
      sessions.set(session_id, granted);
      return { session_id, granted, denied: requested.filter((cap) => !KNOWN.has(cap)), quota: { max_logical_qubits: 100, max_channels: 10, max_jobs: 5, max_physical_qubits: 10_000 } };
    },
    q_submit: ({ graph, policy, session_id, client_token }) => {
      const missing = ["CAP_COMPUTE", "CAP_MEASURE"].filter((cap) => !session(session_id).includes(cap));
      if (missing.length > 0) throw new Refusal("INSUFFICIENT_CAPS", { required: ["CAP_COMPUTE", "CAP_MEASURE"], missing });
      if (graph === null) throw new Refusal("INVALID_GRAPH", { findings: [{ rule: "schema", severity: "error", node: null, message: "no graph", fix: "give one" }] });
      const known = client_token === undefined ? undefined : tokens.get(`${session_id} ${client_token}`);
      if (known !== undefined) return { job_id: known, state: "QUEUED", estimated_epochs: 1 };
      const job_id = id("job", jobs.size + 1);
      if (client_token !== undefined) tokens.set(`${session_id} ${client_token}`, job_id);
      const bit = Number(policy?.seed ?? 0) & 1;
      const progress = { current_epoch: 0, total_epochs: 1, nodes_executed: 0, nodes_total: nodesOf(graph) };
      const entry: StubJob = { job: { job_id, session_id, state: "QUEUED", created_at: 1, progress, events: Object.fromEntries(eventsOf(graph).map((name) => [name, bit])) }, history: [], watchers: new Set() };
      jobs.set(job_id, entry);
      change(entry, { state: "QUEUED" });
      change(entry, { state: "RUNNING", started_at: 1 });
      if (!hold) finish(job_id);
      return { job_id, state: "QUEUED", estimated_epochs: 1 };
    },
    q_cancel: (params) => {
      const entry = find(params);
      if (entry.job.state === "CANCELLED") return entry.job;
      if (isTerminal(entry.job.state)) throw new Refusal("ALREADY_COMPLETED", { job_id: params.job_id, state: entry.job.state });
      change(entry, { state: "CANCELLED", cancelled_at_epoch: 0 });
      return entry.job;
    },
    q_status: (params) => find(params).job,
    q_wait: async (params, context) => {
      const entry = find(params);
      await until(entry, () => isTerminal(entry.job.state), context, params.timeout_ms, () => { throw new Refusal("TIMEOUT", { timeout_ms: params.timeout_ms, state: entry.job.state }); });
      return entry.job;
    },
    q_job_events: async ({ after = 0, ...params }, context) => {
      const entry = find(params);
      await until(entry, () => entry.history.length > after || isTerminal(entry.job.state), context, params.timeout_ms, () => undefined);
      return { events: entry.history.slice(after), next: Math.max(after, entry.history.length), done: isTerminal(entry.job.state) };
    },
    q_list_jobs: ({ session_id }) => {
      session(session_id);
      const found = [...jobs.values()].filter(({ job }) => job.session_id === session_id);
      return { jobs: found.map(({ job }) => ({ job_id: job.job_id, own: true, state: job.state, priority: 10, shots: 1, epoch: 0, total_epochs: 1, created_at: 1, age_s: 1 })), total: found.length };
    },
    q_close_session: ({ session_id }) => {
      session(session_id);
      sessions.delete(session_id);
      return { session_id, closed: true, jobs_cancelled: 0 };
    },
    ...sampled(["q_alloc", "q_release", "q_open_chan", "q_close_chan", "q_chan_status", "q_checkpoint", "q_restore", "q_migrate", "q_get_telemetry", "q_get_mapping", "q_replay", ...BETWEEN_TENANTS, "q_kernel_status"], (name) => session(name)),
  };
  const handlers = Object.fromEntries(METHOD_NAMES.map((name) => [name, (params: never, context: CallContext) => {
    calls[name] += 1;
    return made[name](params, context);
  }])) as unknown as Handlers; // counted, and otherwise what they were
  return {
    handlers, calls, jobs, finish,
    waiting: () => [...jobs.values()].reduce((sum, { watchers }) => sum + watchers.size, 0),
    get stopped() { return state.stopped; },
    summary: () => ({ jobs: jobs.size, sessions: sessions.size }),
    stop: () => {
      state.stopped = true;
      return Promise.resolve();
    },
  };
}

/** Methods answered with the example of their record, to who has a session. */
function sampled<const M extends MethodName>(names: readonly M[], check: (session: string) => void): Pick<Handlers, M> {
  return Object.fromEntries(names.map((name) => [name, ({ session_id }: { readonly session_id?: string }) => {
    if (session_id !== undefined) check(session_id);
    return METHODS[name].example.result;
  }])) as unknown as Pick<Handlers, M>; // the examples fit the results: rpc/methods.test.ts
}
