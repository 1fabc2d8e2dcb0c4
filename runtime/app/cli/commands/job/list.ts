// triad job list: the jobs of a session, or of its tenant.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import type { ParamsOf, ResultOf } from "../../../../../kernel-abi/rpc/methods.ts";
import { JOB_STATES, type JobState } from "../../../../../kernel-abi/rpc/shapes.ts";
import type { KernelClient } from "../../../kernel/client.ts";
import { countOption } from "../../arguments.ts";
import { runUnderWay } from "../../job-text.ts";
import { addSessionOptions, calling, type JobFlags } from "../../kernel-call.ts";
import { printJson } from "../../output.ts";
import { isShut, LISTED_MOST, someKept, someSession, type Named } from "../../sessions.ts";
import { table } from "../../table.ts";
import { plural, printable } from "../../values.ts";

interface Flags extends JobFlags {
  readonly state?: string;
  readonly tenant?: boolean;
  readonly limit?: number;
}

const LISTED = 100;

/** @throws Fault USAGE */
function statesIn(text: string): JobState[] {
  return text.toUpperCase().split(",").map((word) => JOB_STATES.find((state) => state === word.trim()) ?? ((): never => { throw new Fault("USAGE", { option: "--state", value: text.slice(0, 200), allowed: JOB_STATES.join(", ") }); })());
}

type Row = ResultOf<"q_list_jobs">["jobs"][number] & { readonly session_id?: string };
type Asked = Omit<ParamsOf<"q_list_jobs">, "session_id">;

/** Of the session that is given, of the tenant of the latest one, or of every one that was opened here and still is. @throws Fault USAGE; KernelError */
async function listed(client: KernelClient, named: Named, asked: Asked): Promise<{ readonly jobs: readonly Row[]; readonly total: number }> {
  if (named.session !== undefined || asked.tenant === true) return client.q_list_jobs({ session_id: await someSession(client, named), ...asked });
  const open = await Promise.all(someKept(named).map(async ({ session }) => {
    const found = await client.q_list_jobs({ session_id: session, ...asked }).catch((error: unknown) => { if (isShut(error)) return { jobs: [], total: 0 }; throw error; });
    return { total: found.total, jobs: found.jobs.map((job): Row => ({ ...job, session_id: session })) };
  }));
  const jobs = open.flatMap((each) => each.jobs).toSorted((a, b) => a.created_at - b.created_at).slice(-(asked.limit ?? LISTED));
  return { jobs, total: open.reduce((sum, each) => sum + each.total, 0) };
}

const cellsOf = ({ job_id, state, priority, epoch, total_epochs, age_s, session_id = "", error = "" }: Row): readonly string[] =>
  [printable(job_id), state, String(priority), runUnderWay({ state, epoch, total: total_epochs }) ? "run under way" : `${epoch} of ${total_epochs}`, `${age_s.toFixed(1)} s`, printable(error), printable(session_id)];

/** Columns that are there though they be empty. */
const ALWAYS = 5;
const RIGHT = { align: "right" } as const;

export function configure(command: Command, invocation: Invocation): void {
  addSessionOptions(command, "whose jobs (default: of every session that was opened here)")
    .option("--state <list>", `only jobs in these states, joined by commas: ${JOB_STATES.join(", ")}`)
    .option("--tenant", "of all sessions of the tenant")
    .addOption(countOption("--limit <n>", `most jobs shown, the latest of them (default: ${LISTED}, at most ${LISTED_MOST})`, 1));
  runs(command, invocation, async () => {
    const { json = false, state, tenant, limit, ...named } = command.opts<Flags>();
    if (limit !== undefined && limit > LISTED_MOST) throw new Fault("USAGE", { option: "--limit", value: limit, allowed: `an integer from 1 to ${LISTED_MOST}` });
    const { out } = invocation.io;
    const asked = { ...(state === undefined ? {} : { states: statesIn(state) }), ...(tenant === undefined ? {} : { tenant }), ...(limit === undefined ? {} : { limit }) };
    const { jobs, total } = await calling(invocation.io, named, (client) => listed(client, named, asked));
    if (json) printJson(out, "job-list", { jobs, total });
    else {
      const columns = [{ title: "job" }, { title: "state" }, { title: "priority", ...RIGHT }, { title: "epoch", ...RIGHT }, { title: "age", ...RIGHT }, { title: "error" }, { title: "session" }];
      const rows = jobs.map(cellsOf);
      const used = (_: unknown, at: number): boolean => at < ALWAYS || rows.some((row) => row[at] !== "");
      out.print([...table(columns.filter(used), rows.map((row) => row.filter(used)), out.width, out.paint.dim)].join("").trimEnd());
      if (jobs.length < total) out.print(`… ${plural(total - jobs.length, "job")} before these`);
    }
    return EXIT.ok;
  });
}
