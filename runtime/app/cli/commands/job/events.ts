// triad job events: what happened to a job; with --follow until it has ended, and then its end decides the exit code.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import type { JobEventObject } from "../../../../../kernel-abi/rpc/methods.ts";
import { runs, type Invocation } from "../../command.ts";
import { countOption } from "../../arguments.ts";
import { interruptible } from "../../interrupt.ts";
import { addJobOptions, type JobFlags } from "../../kernel-call.ts";
import { printJson } from "../../output.ts";
import { aboutJob } from "../../sessions.ts";
import type { KernelClient } from "../../../kernel/client.ts";
import { pairsText, printable } from "../../values.ts";
import type { Io } from "../../terminal.ts";

interface Flags extends JobFlags {
  readonly follow?: boolean;
  readonly after?: number;
}

/** Nothing new within this: there is nothing new. */
const NOW_MS = 1;

const lineOf = ({ seq, type, state, epoch, data }: JobEventObject): string =>
  printable(`${seq}  ${state}${type === "state" ? "" : `  ${type}`}, epoch ${epoch}${data === undefined ? "" : `  ${pairsText(data)}`}`);

/** Events as they come; the state behind the last. */
async function followed(io: Io, client: KernelClient, job: { readonly job_id: string; readonly session_id: string }, { after, json }: { readonly after: number; readonly json: boolean }): Promise<number> {
  const seen: JobEventObject[] = [];
  await interruptible(io.err, async (signal) => {
    try {
      for await (const event of client.job(job.job_id, job.session_id).events({ after, signal })) {
        if (json) seen.push(event);
        else io.out.print(lineOf(event));
      }
    } catch (error) {
      throw signal.aborted ? new Fault("RUN_INTERRUPTED", { job: printable(job.job_id) }, { cause: error, next: "The job goes on; ask for its events again." }) : error;
    }
  });
  const { state } = await client.q_status(job);
  if (json) printJson(io.out, "job-events", { job_id: job.job_id, state, events: seen });
  return state === "COMPLETED" ? EXIT.ok : EXIT.failed;
}

export function configure(command: Command, invocation: Invocation): void {
  addJobOptions(command)
    .option("--follow", "go on until the job has ended; 0 when it completed")
    .addOption(countOption("--after <n>", "only events behind this one (default: 0, all of them)"));
  runs(command, invocation, (job_id = "") => {
    const { json = false, follow = false, after = 0, ...named } = command.opts<Flags>();
    return aboutJob(invocation.io, named, job_id, async (client, job) => {
      if (follow) return followed(invocation.io, client, job, { after, json });
      const { events } = await client.q_job_events({ ...job, after, timeout_ms: NOW_MS });
      if (json) printJson(invocation.io.out, "job-events", { job_id, state: events.at(-1)?.state ?? (await client.q_status(job)).state, events });
      else for (const event of events) invocation.io.out.print(lineOf(event));
      return EXIT.ok;
    });
  });
}
