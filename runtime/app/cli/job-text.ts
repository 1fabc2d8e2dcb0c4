// A job as people read it, and as machines do.
import type { JobObject } from "../../../kernel-abi/rpc/methods.ts";
import { countsTable } from "./counts.ts";
import { compareNatural } from "./natural.ts";
import { printFacts, printJson } from "./output.ts";
import type { Io } from "./terminal.ts";
import { fieldsOf, pairsText, printable, shellWord } from "./values.ts";

/** Outcomes shown of a job; --json has them all. */
const COUNTS_MOST = 20;

/** The run begins behind the last fence: until it has ended, all epochs walked is not all done. */
export const runUnderWay = ({ state, epoch, total }: { readonly state: string; readonly epoch: number; readonly total: number }): boolean => state === "RUNNING" && epoch >= total;

function progressText({ state, progress: { current_epoch, total_epochs, nodes_executed, nodes_total } }: JobObject): string {
  if (runUnderWay({ state, epoch: current_epoch, total: total_epochs })) return `${total_epochs === 1 ? "its epoch is" : `all ${total_epochs} epochs are`} placed, the run is under way`;
  const walked = `epoch ${current_epoch} of ${total_epochs}, node ${nodes_executed} of ${nodes_total}`;
  return state === "RUNNING" ? `${walked}; the run begins behind the last` : walked;
}

/** A member of what says where the sealed trace is. */
const placeIn = (evidence: unknown, name: string): string | undefined => {
  const place = fieldsOf(evidence)[name];
  return typeof place === "string" ? place : undefined;
};

/** What was measured, in the order people expect of its events. */
export const eventsText = (events: Readonly<Record<string, number>>): string =>
  pairsText(Object.fromEntries(Object.entries(events).toSorted(([a], [b]) => compareNatural(a, b))));

/** A job, for people or for machines. */
export function printJob({ out }: Io, job: JobObject, json: boolean): void {
  if (json) return printJson(out, "job", job);
  const { error, evidence, events, digest, counts, cancelled_at_epoch } = job;
  const [trace, attestation] = [placeIn(evidence, "trace"), placeIn(evidence, "attestation")];
  if (counts !== undefined) out.print([...countsTable(counts, out, COUNTS_MOST)].join("").trimEnd());
  printFacts(out, [
    ["session", printable(job.session_id)], ["job", printable(job.job_id)], ["state", job.state], ["progress", progressText(job)],
    events === undefined ? undefined : ["events", eventsText(events)], cancelled_at_epoch === undefined ? undefined : ["cancelled", `at epoch ${cancelled_at_epoch}`],
    error === undefined ? undefined : ["error", printable(`${error.type}: ${error.message}`)], digest === undefined ? undefined : ["digest", printable(digest)],
    evidence === undefined ? undefined : ["trace", trace === undefined ? "on no disk, for the kernel has no --state; `triad job replay` makes the run again" : printable(trace)],
    attestation === undefined ? undefined : ["attested", printable(attestation)], trace === undefined ? undefined : ["next", `triad verify ${shellWord(trace)}`],
  ]);
}
