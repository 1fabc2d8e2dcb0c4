// q_list_jobs, q_kernel_status: jobs and the kernel at a glance. Owns who may see what of it.
//   K25 A session sees its tenant's jobs and counts, and the room its own quota leaves; what others hold shows in nothing it is told. The
//       whole is for the operator, who shows a proof made with the kernel's key.
import type { Handlers } from "../../../kernel-abi/rpc/handlers.ts";
import type { ResultOf } from "../../../kernel-abi/rpc/methods.ts";
import { Refusal } from "../../../kernel-abi/rpc/codes.ts";
import { epochsDone, type Job } from "../../kernel/jobs/job.ts";
import { targetOf } from "../../kernel/logical/conditions.ts";
import type { Parts } from "./parts.ts";

type Status = ResultOf<"q_kernel_status">;
type Row = ResultOf<"q_list_jobs">["jobs"][number];

const MILLISECONDS = 1_000;
const LISTED = 100;
const holdsSlot = ({ state }: Job): boolean => state === "RUNNING" || state === "VALIDATING";

function rowOf(job: Job, asker: string, now: number): Row {
  const { order, state, acceptedAt, endedAt, resumed, error } = job;
  return {
    job_id: order.id, own: order.session === asker, state, priority: order.priority, shots: order.shots, epoch: epochsDone(job), total_epochs: order.epochs.length,
    created_at: acceptedAt / MILLISECONDS, age_s: Math.max(0, now - acceptedAt) / MILLISECONDS, ...(endedAt === null ? {} : { completed_at: endedAt / MILLISECONDS }),
    ...(order.restored === null ? {} : { restored_from: order.restored }), ...(resumed === 0 ? {} : { resumed }), ...(error === null ? {} : { error: error.type }),
  };
}

const left = (limit: number | null, used: number): number | null => (limit === null ? null : Math.max(0, limit - used));
const lesser = (one: number | null, other: number | null): number | null => (one === null ? other : other === null ? one : Math.min(one, other));

export function overviewCalls(parts: Parts, version: string): Pick<Handlers, "q_list_jobs" | "q_kernel_status"> {
  const { authority, jobs, machine, now, stopping } = parts;
  const { quotas, sessions, tenants } = authority;
  const startedAt = now();

  const jobsOf = (tenant: string): readonly Job[] => sessions.of(tenant).flatMap(({ id }) => jobs.of(id));
  const counted = (all: readonly Job[]): Pick<Status, "queued" | "running"> => ({ queued: all.filter(({ state }) => state === "QUEUED").length, running: all.filter(holdsSlot).length });
  const common = (): Pick<Status, "version" | "started_at" | "uptime_s" | "stopping" | "conditions"> => ({
    version, started_at: startedAt / MILLISECONDS, uptime_s: (now() - startedAt) / MILLISECONDS, stopping: stopping(), conditions: machine.conditions.all.map((each) => ({ ...each, target: targetOf(each) })),
  });

  const ofSession = (session: string, tenant: string): Status => {
    const [own, all] = [quotas.usage({ tenant, session }), quotas.usage({ tenant, session: null })];
    const [mine, ours] = [quotas.session(session), quotas.tenant(tenant)];
    const room = {
      jobs: lesser(left(mine.max_jobs, own.running), left(ours.concurrent_jobs, all.running)),
      logical_qubits: lesser(left(mine.max_logical_qubits, own.logical_qubits), left(ours.logical_qubits, all.logical_qubits)),
      physical_qubits: lesser(left(mine.max_physical_qubits, own.physical_qubits), left(ours.physical_qubits, all.physical_qubits)),
      channels: lesser(left(mine.max_channels, own.channels), left(ours.channels, all.channels)),
    };
    return { ...common(), view: "tenant", sessions: sessions.of(tenant).length, ...counted(jobsOf(tenant)), room };
  };
  const ofAll = (): Status => {
    const modules = machine.resources.inventory();
    return {
      ...common(), view: "operator", sessions: sessions.size, queued: jobs.waiting, running: jobs.running,
      room: { jobs: jobs.free, logical_qubits: null, physical_qubits: modules.reduce((sum, { free }) => sum + free, 0), channels: null },
      modules: modules.map((each) => ({ ...each })), links: machine.links.links.map((each) => ({ ...each })),
      tenants: tenants.all.map(({ id, state, entry }) => {
        const { sessions: open, jobs: live, running } = quotas.usage({ tenant: id, session: null });
        return { tenant: id, state, entry, stranger: authority.isStranger(id), sessions: open, jobs: live, running };
      }),
    };
  };

  return {
    q_list_jobs({ session_id, states, tenant: whole = false, limit = LISTED }) {
      const { tenant } = authority.call(session_id, "q_list_jobs");
      const found = (whole ? jobsOf(tenant) : jobs.of(session_id)).filter(({ state }) => states === undefined || states.includes(state)).toSorted((a, b) => a.acceptedAt - b.acceptedAt || a.seq - b.seq);
      const at = now();
      return { jobs: found.slice(-limit).map((job) => rowOf(job, session_id, at)), total: found.length };
    },
    q_kernel_status({ session_id, proof }) {
      if (session_id !== undefined) return ofSession(session_id, authority.call(session_id, "q_kernel_status").tenant);
      if (proof === undefined) throw new Refusal("INVALID_PARAMS", { at: "/params", what: "session_id, or the operator's proof" });
      authority.operates(proof);
      return ofAll();
    },
  };
}
