// triad job checkpoint: the job is kept as it is at its next fence.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { addJobOptions, type JobFlags } from "../../kernel-call.ts";
import { printFacts, printJson } from "../../output.ts";
import { aboutJob } from "../../sessions.ts";
import { printable, shellWord } from "../../values.ts";

export function configure(command: Command, invocation: Invocation): void {
  addJobOptions(command);
  runs(command, invocation, async (job_id = "") => {
    const { json = false, ...named } = command.opts<JobFlags>();
    const { out } = invocation.io;
    const [session, kept] = await aboutJob(invocation.io, named, job_id, async (client, job) => [job.session_id, await client.q_checkpoint(job)] as const);
    if (json) printJson(out, "job-checkpoint", kept);
    else printFacts(out, [["checkpoint", printable(kept.checkpoint_id)], ["fence", `after epoch ${kept.epoch}`], ["bytes", String(kept.size_bytes)],
      ["next", `triad job restore ${printable(kept.checkpoint_id)} --socket ${shellWord(named.socket)} --session ${printable(session)}`]]);
    return EXIT.ok;
  });
}
