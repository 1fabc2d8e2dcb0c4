// triad job restore: a new job that goes on from a checkpoint.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { countOption } from "../../arguments.ts";
import { addSessionOptions, calling, type JobFlags } from "../../kernel-call.ts";
import { printFacts, printJson } from "../../output.ts";
import { sessionOf } from "../../sessions.ts";
import { printable } from "../../values.ts";
import { waitAgain, waitFor } from "./wait.ts";

interface Flags extends JobFlags {
  readonly wait?: boolean;
  readonly timeout?: number;
}

/** A checkpoint is named after its job. */
const jobIn = (checkpoint: string): string => /^ckpt_(.+)_\d+$/.exec(checkpoint)?.[1] ?? checkpoint;

export function configure(command: Command, invocation: Invocation): void {
  addSessionOptions(command.argument("<checkpoint>", "a checkpoint's id, as `triad job checkpoint` printed it"), "the session that made it (default: the one opened here that has its job)")
    .option("--wait", "wait until the new job has ended, and show what it came to")
    .addOption(countOption("--timeout <ms>", "with --wait: most milliseconds to wait; then exit 124, and the job goes on", 1));
  runs(command, invocation, (checkpoint_id = "") => {
    const { json = false, wait = false, timeout, ...named } = command.opts<Flags>();
    const { io } = invocation;
    return calling(io, named, async (client) => {
      const session = await sessionOf(client, named, jobIn(checkpoint_id));
      const made = await client.q_restore({ checkpoint_id, session_id: session });
      const job = client.job(made.job_id, session);
      if (wait) return waitFor(io, job, { json, socket: named.socket, ...(timeout === undefined ? {} : { timeout }) });
      if (json) printJson(io.out, "job-restore", made);
      else printFacts(io.out, [["job", printable(job.id)], ["from", `${printable(made.checkpoint_id)}, epoch ${made.epoch}`], ["next", waitAgain(job, named.socket)]]);
      return EXIT.ok;
    });
  });
}
