// triad job status: a job as it stands.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { printJob } from "../../job-text.ts";
import { addJobOptions, type JobFlags } from "../../kernel-call.ts";
import { aboutJob } from "../../sessions.ts";

export function configure(command: Command, invocation: Invocation): void {
  addJobOptions(command);
  runs(command, invocation, async (job_id = "") => {
    const { json = false, ...named } = command.opts<JobFlags>();
    printJob(invocation.io, await aboutJob(invocation.io, named, job_id, (client, job) => client.q_status(job)), json);
    return EXIT.ok;
  });
}
