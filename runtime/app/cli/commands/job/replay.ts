// triad job replay: an ended job is run again from its sealed trace, by the kernel, and compared; 3 when it comes to something else.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { eventsText } from "../../job-text.ts";
import { addJobOptions, type JobFlags } from "../../kernel-call.ts";
import { printFacts, printJson } from "../../output.ts";
import { aboutJob } from "../../sessions.ts";
import { printable } from "../../values.ts";

export function configure(command: Command, invocation: Invocation): void {
  addJobOptions(command);
  runs(command, invocation, async (job_id = "") => {
    const { json = false, ...named } = command.opts<JobFlags>();
    const { out } = invocation.io;
    const found = await aboutJob(invocation.io, named, job_id, (client, job) => client.q_replay(job));
    if (json) printJson(out, "job-replay", found);
    else printFacts(out, [["job", printable(found.job_id)], ["replay", found.matches ? "the same" : "not the same"], found.reason === undefined ? undefined : ["reason", printable(found.reason)], ["digest", printable(found.digest)], found.events === undefined ? undefined : ["events", eventsText(found.events)]]);
    return found.matches ? EXIT.ok : EXIT.divergence;
  });
}
