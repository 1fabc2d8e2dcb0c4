// Which session a command acts in: the one it is given, else one that was opened at this command line before and is kept for its socket.
// Owns how one is opened and kept, and how the one of a job is found. A session that is given is never looked up.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { KernelError } from "../../../kernel-abi/rpc/client.ts";
import { wallMilliseconds } from "../../adapters/host.ts";
import { KeptSessions, type KeptSession } from "../../adapters/kept-sessions.ts";
import { sha256 } from "../../adapters/sha256.ts";
import type { KernelClient, KernelSession } from "../kernel/client.ts";
import { readGiven } from "./arguments.ts";
import { calling, type JobFlags } from "./kernel-call.ts";
import type { Io } from "./terminal.ts";
import { printable, shellWord } from "./values.ts";

/** Who is to be served, as a command line says it. */
export interface Caller {
  readonly socket: string;
  readonly tenant?: string;
  readonly credential?: string;
}

export interface Named {
  readonly socket: string;
  readonly session?: string;
}

/** Who calls without a name. */
const DEFAULT_TENANT = "default";

/** `ALLOC,CAP_MEASURE` with or without the prefix. */
export const capsIn = (text: string): readonly string[] => text.split(",").map((name) => name.trim()).filter((name) => name !== "").map((name) => (name.startsWith("CAP_") ? name : `CAP_${name}`));

/** The session is closed, has expired, or is another kernel's. */
export const isGone = (error: unknown): boolean =>
  error instanceof KernelError && ((error.name === "JOB_NOT_FOUND" && error.data["kind"] === "session") || (error.name === "AUTH_FAILED" && error.data["reason"] === "session-expired"));

const credentialIn = ({ credential }: Caller): string | undefined => (credential === undefined ? undefined : readGiven("--credential", credential).trim());
const digestOf = (credential: string | undefined): string | null => (credential === undefined ? null : toHex(sha256(new TextEncoder().encode(credential))));

/** A new session, kept for later commands. @throws Fault FILE_UNREADABLE; KernelError */
export async function openSession(client: KernelClient, caller: Caller, requested: readonly string[], { err }: Io): Promise<KernelSession> {
  const { socket, tenant } = caller;
  const credential = credentialIn(caller);
  const made = await client.session(requested, { ...(tenant === undefined ? {} : { tenant_id: tenant }), ...(credential === undefined ? {} : { credential }) });
  try {
    new KeptSessions(socket).keep({ session: made.id, tenant: tenant ?? DEFAULT_TENANT, credential: digestOf(credential), requested, granted: made.granted, opened: wallMilliseconds() });
  } catch (error) {
    err.print(`${err.paint.warn("warning")}: the session is not kept for later commands: ${printable(error instanceof Error ? error.message : String(error))}`);
  }
  return made;
}

/** Closed at the kernel, and kept here no longer. @throws KernelError */
export async function closeSession(client: KernelClient, socket: string, session: string): Promise<{ readonly jobs_cancelled: number }> {
  const closed = await client.q_close_session({ session_id: session });
  new KeptSessions(socket).forget(session);
  return closed;
}

/** The kept sessions of a caller, the latest first. */
export function keptOf(caller: Caller): readonly KeptSession[] {
  const credential = digestOf(credentialIn(caller));
  return new KeptSessions(caller.socket).all().filter((kept) => kept.tenant === (caller.tenant ?? DEFAULT_TENANT) && kept.credential === credential);
}

/** @throws Fault USAGE */
export function someKept({ socket }: Named): readonly KeptSession[] {
  const kept = new KeptSessions(socket).all();
  if (kept.length === 0) throw new Fault("USAGE", { option: "--session", what: "no session with this kernel was opened here" }, { next: `Give --session ID, or open one: \`triad job submit\` does, and \`triad session open --socket ${shellWord(socket)}\`.` });
  return kept;
}

/** The kernel serves nobody in it: it is gone, or its tenant is suspended or has to enter anew. */
export const isShut = (error: unknown): boolean => isGone(error) || (error instanceof KernelError && (error.name === "TENANT_SUSPENDED" || error.name === "AUTH_FAILED"));

/** The session that is given, else the latest of those that are kept in which the kernel serves. @throws Fault USAGE; KernelError */
export async function someSession(client: KernelClient, named: Named): Promise<string> {
  if (named.session !== undefined) return named.session;
  const kept = someKept(named);
  for (const { session } of kept) {
    const isServed = kept.length === 1 || await client.q_list_jobs({ session_id: session, limit: 1 }).then(() => true, (error: unknown) => { if (isShut(error)) return false; throw error; });
    if (isServed) return session;
  }
  return kept[0]?.session ?? "";
}

/** Jobs of a session that have not ended. @throws KernelError */
export const liveJobs = async (client: KernelClient, session: string): Promise<number> =>
  (await client.q_list_jobs({ session_id: session, states: ["QUEUED", "VALIDATING", "RUNNING"], limit: 1 })).total;

/** Jobs of one list at most (q_list_jobs). */
export const LISTED_MOST = 1_000;

/** By its list: whoever asks a session for another's job is denied, and noted. Only of one with more jobs than a list has it is asked for. */
async function hasJob(client: KernelClient, session_id: string, job: string): Promise<boolean> {
  const { jobs, total } = await client.q_list_jobs({ session_id, limit: LISTED_MOST });
  if (total <= jobs.length || jobs.some(({ job_id }) => job_id === job)) return jobs.some(({ job_id }) => job_id === job);
  return client.q_status({ job_id: job, session_id }).then(() => true, (error: unknown) => {
    if (error instanceof KernelError && (error.name === "JOB_NOT_FOUND" || error.name === "ACCESS_DENIED")) return false;
    throw error;
  });
}

/** The session that is given, else the kept one that has the job. @throws Fault USAGE | JOB_UNKNOWN; KernelError */
export async function sessionOf(client: KernelClient, named: Named, job: string): Promise<string> {
  if (named.session !== undefined) return named.session;
  const kept = someKept(named);
  if (kept.length === 1) return kept[0]?.session ?? "";
  for (const { session } of kept) {
    try {
      if (await hasJob(client, session, job)) return session;
    } catch (error) {
      if (!isShut(error)) throw error;
    }
  }
  throw new Fault("JOB_UNKNOWN", { job: printable(job.slice(0, 200)), sessions: kept.length }, { next: "None of the sessions that were opened here has it, or has it any more: give --session ID, as `triad job submit` printed it. Sealed traces stay in the kernel's state folder." });
}

/** What `work` does with a job, in the session that is given or that is kept and has it. @throws Fault */
export const aboutJob = <T>(io: Io, named: JobFlags, job_id: string, work: (client: KernelClient, job: { readonly job_id: string; readonly session_id: string }) => Promise<T>): Promise<T> =>
  calling(io, named, async (client) => work(client, { job_id, session_id: await sessionOf(client, named, job_id) }));
