// The kernel service: its parts wired, and the handlers a server asks. Owns the wiring, what follows from an end, and the way to stop.
import { signatureHolds } from "../../../replay/seal.ts";
import { toHex } from "../../../kernel-abi/canonical.ts";
import type { Handlers, KernelService, KernelSummary } from "../../../kernel-abi/rpc/handlers.ts";
import { packageVersion } from "../../adapters/host.ts";
import { freshBytes } from "../../adapters/mac.ts";
import { sha256 } from "../../adapters/sha256.ts";
import { Checkpoints } from "../../kernel/jobs/checkpoints.ts";
import type { Job } from "../../kernel/jobs/job.ts";
import { Jobs } from "../../kernel/jobs/jobs.ts";
import { LogicalMachine, MACHINE } from "../../kernel/logical/machine.ts";
import type { Injection } from "../../kernel/logical/conditions.ts";
import { AuditFile } from "./audit-file.ts";
import { Admission } from "./admission.ts";
import { ByHand } from "./by-hand.ts";
import { handCalls } from "./hand-calls.ts";
import { CheckpointCalls } from "./checkpoint-calls.ts";
import { risingClock } from "./clock.ts";
import { Execution } from "./execution.ts";
import { Graphs } from "./graphs.ts";
import { Histories } from "./histories.ts";
import { Lanes } from "./lanes.ts";
import { Memory } from "./memory.ts";
import { DEFAULTS, type KernelOptions, type TenantTerms } from "./options.ts";
import { overviewCalls } from "./overview-calls.ts";
import type { Parts } from "./parts.ts";
import { Places } from "./placement.ts";
import { endedEntry } from "./job-end.ts";
import { preparedRuns } from "./prepared-runs.ts";
import { ReplayCall } from "./replay-call.ts";
import { resume } from "./resumption.ts";
import { SessionTotals } from "./session-totals.ts";
import { SessionCalls } from "./sessions.ts";
import { Signing } from "./signing.ts";
import { telemetryCalls } from "./telemetry-calls.ts";
import type { ConditionsChange } from "./serving.ts";
import { standing, type Fallen } from "./standing.ts";
import { tenancyCalls } from "./tenancy-calls.ts";
import { ServedTenants } from "./tenants.ts";
import { tracesIn, tracesInMemory } from "./traces.ts";
import { Watching } from "./watching.ts";

const SEED_BYTES = 16;
const SWEEP_MS = 1_000;

export interface Kernel extends KernelService {
  /** For its operator and for tests: everything it is made of. */
  readonly parts: Parts;
  serve(terms: TenantTerms): Fallen;
  setConditions(conditions: readonly Injection[]): ConditionsChange;
}

/** A kernel that does not begin leaves its state folder to another. */
function orClose<T>(memory: Memory, begin: () => T): T {
  try {
    return begin();
  } catch (error) {
    memory.close();
    throw error;
  }
}

/** @throws Fault STATE_IN_USE when another kernel has the state folder; LEDGER_DAMAGED | FILE_UNREADABLE | DISK_FAILED when what an earlier kernel left cannot be read */
export function createKernelService(options: KernelOptions): Kernel {
  const now = risingClock(options.clock);
  const fresh = options.fresh ?? freshBytes;
  let stopping = false;
  const { state, durability, mac, workers = DEFAULTS.workers } = options;
  const audit = state === undefined ? undefined : new AuditFile({ state, durability, mac, sha256 });
  const tenants = new ServedTenants(options, { now, mac, sha256, fresh, kept: (table, id, row) => { memory.keep({ k: "row", table, id, row }); }, ...(audit === undefined ? {} : { audited: (entry: string) => { audit.take(entry); } }) });
  const { authority } = tenants;
  const histories = new Histories();
  const machine = new LogicalMachine({ ...MACHINE, ...options.machine });
  machine.setConditions(options.conditions ?? []);
  const memory = new Memory(state, durability);
  orClose(memory, () => { audit?.open(authority.audit); });
  if (audit !== undefined) memory.join(audit);
  const parts: Parts = {
    authority, tenants, machine, histories,
    places: new Places({ machine, histories, physicalLimit: (session) => authority.quotas.session(session).max_physical_qubits, halted: (id) => execution.isHalted(id), outranked: (id) => parts.jobs.outranked(id), passed: () => { parts.jobs.pass(); } }),
    totals: new SessionTotals(),
    hand: new ByHand({ authority, resources: machine.resources, links: machine.links, fresh, ...(options.profile === undefined ? {} : { profile: options.profile.text }) }),
    jobs: new Jobs({ slots: options.slots ?? DEFAULTS.slots, kept: options.kept ?? DEFAULTS.kept, may: (job) => execution.clearance(job), beside: (job, others) => execution.beside(job, others), forgotten: (id) => { forget(id); } }),
    facts: new Map(),
    graphs: new Graphs({ signer: options.signer, sha256, signature: signatureHolds, ...(options.profile === undefined ? {} : { profile: options.profile }), ...(options.verify === undefined ? {} : { verify: options.verify }) }),
    checkpoints: new Checkpoints(mac),
    memory, traces: orClose(memory, () => (state === undefined ? tracesInMemory() : tracesIn(`${state}/traces`, { workers }))),
    signing: new Signing({ signer: options.signer, sha256, fresh }),
    runs: options.runs ?? preparedRuns({ signer: options.signer, workers, threads: options.threads ?? DEFAULTS.threads }), lanes: new Lanes(), signer: options.signer, sha256, now, fresh, seed: options.seed ?? toHex(fresh(SEED_BYTES)),
    stopping: () => stopping, kick: () => { execution.kick(); }, ended: (job) => { ended(job); },
  };
  const execution = new Execution(parts);
  const admission = new Admission(parts);
  const sessions = new SessionCalls(parts);
  const backend = { version: packageVersion(), maxPhysicalQubits: (options.sessionQuota ?? DEFAULTS.sessionQuota).max_physical_qubits, strict: options.verify?.strict ?? false };
  const watching = new Watching(parts, backend);
  const counts = { accepted: 0, COMPLETED: 0, FAILED: 0, CANCELLED: 0 };

  const forget = (id: string): void => {
    admission.forget(id);
    parts.facts.delete(id);
    parts.places.forget(id);
    parts.histories.forget(id);
    parts.memory.forget(id);
    parts.traces.forget(id);
  };
  const ended = (job: Job): void => {
    const { order: { id, session }, state, epoch, error } = job;
    if (state !== "COMPLETED" && state !== "FAILED" && state !== "CANCELLED") return;
    counts[state]++;
    parts.totals.ended(session, parts.places.record(id));
    parts.memory.keep(endedEntry(job));
    parts.authority.end(id, state);
    parts.histories.add(id, { type: "state", state, epoch, ...(error === null ? {} : { data: { error } }) });
    sessions.jobEnded(session);
    parts.kick();
  };

  const found = orClose(memory, () => resume(parts, admission, (job) => { execution.told(job); }));
  const handlers = handlersOf({ parts, admission, sessions, watching });
  const timer = setInterval(() => {
    sessions.sweep();
    execution.kick();
  }, SWEEP_MS);
  timer.unref();
  execution.kick();

  return {
    parts, handlers,
    serve(terms) {
      tenants.change(terms);
      return standing(parts, sessions);
    },
    setConditions(conditions) {
      const change = machine.setConditions(conditions);
      execution.kick();
      return { ...change, holding: machine.conditions.all.length };
    },
    summary: (): KernelSummary => ({
      waiting: parts.jobs.waiting, running: parts.jobs.running, completed: counts.COMPLETED, failed: counts.FAILED, cancelled: counts.CANCELLED,
      sessions_found: found.sessions, jobs_resumed: found.resumed, jobs_ended_before: found.ended, jobs_not_resumed: found.failed, ledger_bytes_cut: parts.memory.cut,
    }),
    async stop({ graceMs } = {}) {
      stopping = true;
      clearInterval(timer);
      parts.lanes.leave();
      parts.histories.wakeAll();
      const late = graceMs === undefined ? undefined : setTimeout(() => { execution.leave(); }, graceMs);
      await execution.atRest();
      clearTimeout(late);
      await parts.memory.settled();
      parts.histories.wakeAll();
      parts.memory.close();
      await Promise.all([parts.runs.close(), parts.traces.close()]);
    },
  };
}

interface Calls {
  readonly parts: Parts;
  readonly admission: Admission;
  readonly sessions: SessionCalls;
  readonly watching: Watching;
}

function handlersOf({ parts, admission, sessions, watching }: Calls): Handlers {
  const checkpoints = new CheckpointCalls(parts, watching, admission);
  const replays = new ReplayCall(parts, watching);
  return {
    q_negotiate_caps: (params) => sessions.negotiate(params),
    q_close_session: (params) => sessions.close(params),
    q_submit: (params, { strangers }) => admission.submit(params, strangers),
    q_status: (params) => watching.status(params),
    q_wait: (params, context) => watching.wait(params, context),
    q_job_events: (params, context) => watching.events(params, context),
    q_cancel: (params, context) => watching.cancel(params, context),
    q_checkpoint: (params, context) => checkpoints.checkpoint(params, context),
    q_restore: (params, context) => checkpoints.restore(params, context),
    q_migrate: (params, context) => checkpoints.migrate(params, context),
    q_replay: (params, context) => replays.replay(params, context),
    ...handCalls(parts),
    ...telemetryCalls(parts, watching),
    ...tenancyCalls(parts, () => standing(parts, sessions)),
    ...overviewCalls(parts, packageVersion()),
  };
}
