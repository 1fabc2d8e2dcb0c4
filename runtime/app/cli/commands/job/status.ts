// triad job status: a job as it stands.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { addJobOptions, calling, printJob, type JobFlags } from "../../kernel-call.ts";

export function configure(command: Command, invocation: Invocation): void {
  addJobOptions(command);
  runs(command, invocation, async (job_id = "") => {
    const { socket, session, json = false } = command.opts<JobFlags>();
    printJob(invocation.io, await calling(socket, (client) => client.q_status({ job_id, session_id: session })), json);
    return EXIT.ok;
  });
}
