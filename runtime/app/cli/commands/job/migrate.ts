// triad job migrate: a job is moved to another module at its next fence. What it comes to stays the same.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { addJobOptions, type JobFlags } from "../../kernel-call.ts";
import { printFacts, printJson } from "../../output.ts";
import { aboutJob } from "../../sessions.ts";
import { printable } from "../../values.ts";

interface Flags extends JobFlags {
  readonly target?: string;
}

export function configure(command: Command, invocation: Invocation): void {
  addJobOptions(command).option("--target <module>", "where to (default: the kernel chooses)");
  runs(command, invocation, async (job_id = "") => {
    const { json = false, target, ...named } = command.opts<Flags>();
    const { out } = invocation.io;
    const move = await aboutJob(invocation.io, named, job_id, (client, job) => client.q_migrate({ ...job, ...(target === undefined ? {} : { target }) }));
    if (json) printJson(out, "job-migrate", move);
    else printFacts(out, [["job", printable(move.job_id)], ["from", printable(String(move.from))], ["to", printable(String(move.to))], ["fence", `after epoch ${move.epoch}`], ["moved", !move.success ? "no" : move.moved === 0 ? "nothing: it is there" : "yes"]]);
    return move.success ? EXIT.ok : EXIT.failed;
  });
}
