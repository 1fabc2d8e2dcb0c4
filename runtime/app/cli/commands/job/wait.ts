// triad job wait: until a job has ended. On a terminal its events are shown as they come; what it came to decides the exit code.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { KernelError } from "../../../../../kernel-abi/rpc/client.ts";
import type { JobObject } from "../../../../../kernel-abi/rpc/methods.ts";
import type { KernelJob } from "../../../kernel/client.ts";
import { countOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { interruptible } from "../../interrupt.ts";
import { printJob } from "../../job-text.ts";
import { addJobOptions, type JobFlags } from "../../kernel-call.ts";
import { aboutJob } from "../../sessions.ts";
import type { Io, Terminal } from "../../terminal.ts";
import { printable, shellWord } from "../../values.ts";

interface Flags extends JobFlags {
  readonly timeout?: number;
}

/** Draws over itself; gone when the wait is over. */
async function shown(err: Terminal, job: KernelJob, signal: AbortSignal): Promise<void> {
  try {
    for await (const { state, type, epoch } of job.events({ signal })) err.write(`\r\u001b[K${printable(`${state}${type === "state" ? "" : ` ${type}`}`)}, epoch ${epoch}`);
  } catch { /* the wait itself tells */ }
}

/** A wait that ended before its job: which job goes on, and how to wait for it again. */
function told(error: unknown, job: KernelJob, { socket, interrupted }: { readonly socket: string; readonly interrupted: boolean }): unknown {
  const again = waitAgain(job, socket);
  const which = { job: printable(job.id), session: printable(job.session) };
  if (interrupted) return new Fault("RUN_INTERRUPTED", which, { cause: error, next: `The job goes on: ${again}` });
  if (error instanceof Fault) return new Fault(error.fault, { ...error.detail, ...which }, { cause: error, next: error.next });
  if (!(error instanceof KernelError)) return error;
  if (error.name !== "TIMEOUT") return new KernelError(error.method, { code: error.code, message: error.message, data: { ...error.data, ...which } });
  const { state, timeout_ms } = error.data;
  return new Fault("WAIT_EXPIRED", { ...which, state: printable(String(state)), after: `${String(timeout_ms)} ms` }, { cause: error, next: `Wait again, the job goes on: ${again}` });
}

/** The command that waits for a job. */
export const waitAgain = ({ id, session }: Pick<KernelJob, "id" | "session">, socket: string): string =>
  `triad job wait ${printable(id)} --socket ${shellWord(socket)} --session ${printable(session)}`;

async function ended(io: Io, job: KernelJob, { timeout, socket }: Pick<Flags, "timeout" | "socket">, interrupted: AbortSignal): Promise<JobObject> {
  const over = new AbortController();
  const drawn = io.err.tty ? shown(io.err, job, over.signal) : undefined;
  try {
    return await job.wait({ signal: interrupted, ...(timeout === undefined ? {} : { timeoutMs: timeout }) });
  } catch (error) {
    throw told(error, job, { socket, interrupted: interrupted.aborted });
  } finally {
    over.abort();
    await drawn;
    if (drawn !== undefined) io.err.write("\r\u001b[K");
  }
}

/** Waits for a job and shows it; 0 when it completed. */
export async function waitFor(io: Io, job: KernelJob, { timeout, json = false, socket }: Pick<Flags, "timeout" | "json" | "socket">): Promise<number> {
  const found = await interruptible(io.err, (signal) => ended(io, job, { socket, ...(timeout === undefined ? {} : { timeout }) }, signal));
  printJob(io, found, json);
  return found.state === "COMPLETED" ? EXIT.ok : EXIT.failed;
}

export function configure(command: Command, invocation: Invocation): void {
  addJobOptions(command).addOption(countOption("--timeout <ms>", "most milliseconds to wait; then exit 124, and the job goes on (default: as long as it takes)", 1));
  runs(command, invocation, (id = "") => {
    const flags = command.opts<Flags>();
    return aboutJob(invocation.io, flags, id, (client, { job_id, session_id }) => waitFor(invocation.io, client.job(job_id, session_id), flags));
  });
}
