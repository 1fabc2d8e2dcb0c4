// triad job list: the jobs of a session, or of its tenant.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { JOB_STATES, type JobState } from "../../../../../kernel-abi/rpc/shapes.ts";
import { countOption } from "../../arguments.ts";
import { addSessionOptions, calling, type JobFlags } from "../../kernel-call.ts";
import { printJson } from "../../output.ts";
import { table } from "../../table.ts";
import { plural, printable } from "../../values.ts";

interface Flags extends JobFlags {
  readonly state?: string;
  readonly tenant?: boolean;
  readonly limit?: number;
}

const LISTED_MOST = 1_000;

/** @throws Fault USAGE */
function statesIn(text: string): JobState[] {
  return text.toUpperCase().split(",").map((word) => JOB_STATES.find((state) => state === word.trim()) ?? ((): never => { throw new Fault("USAGE", { option: "--state", value: text.slice(0, 200), allowed: JOB_STATES.join(", ") }); })());
}

export function configure(command: Command, invocation: Invocation): void {
  addSessionOptions(command, "whose jobs")
    .option("--state <list>", `only jobs in these states, joined by commas: ${JOB_STATES.join(", ")}`)
    .option("--tenant", "of all sessions of the tenant")
    .addOption(countOption("--limit <n>", `most jobs shown, the latest of them (default: 100, at most ${LISTED_MOST})`, 1));
  runs(command, invocation, async () => {
    const { socket, session, json = false, state, tenant, limit } = command.opts<Flags>();
    if (limit !== undefined && limit > LISTED_MOST) throw new Fault("USAGE", { option: "--limit", value: limit, allowed: `an integer from 1 to ${LISTED_MOST}` });
    const { out } = invocation.io;
    const asked = { ...(state === undefined ? {} : { states: statesIn(state) }), ...(tenant === undefined ? {} : { tenant }), ...(limit === undefined ? {} : { limit }) };
    const { jobs, total } = await calling(socket, (client) => client.q_list_jobs({ session_id: session, ...asked }));
    if (json) printJson(out, "job-list", { jobs, total });
    else {
      const rows = jobs.map(({ job_id, state: now, priority, epoch, total_epochs, age_s, error = "" }) => [printable(job_id), now, String(priority), `${epoch} of ${total_epochs}`, `${age_s.toFixed(1)} s`, printable(error)]);
      const columns = [{ title: "job" }, { title: "state" }, { title: "priority", align: "right" as const }, { title: "epoch", align: "right" as const }, { title: "age", align: "right" as const }, { title: "" }];
      out.print([...table(columns, rows, out.width, out.paint.dim)].join("").trimEnd());
      if (jobs.length < total) out.print(`… ${plural(total - jobs.length, "job")} before these`);
    }
    return EXIT.ok;
  });
}
