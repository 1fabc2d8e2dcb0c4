// triad job mapping: where the logical qubits of a job, or of a whole session, lie.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { addSessionOptions, calling, type JobFlags } from "../../kernel-call.ts";
import { printFacts, printJson } from "../../output.ts";
import { sessionOf, someSession } from "../../sessions.ts";
import { table } from "../../table.ts";
import { fieldsOf, printable } from "../../values.ts";

const cellsOf = (place: unknown): readonly string[] => ["module", "profile", "physical_qubits"].map((name) => printable(String(fieldsOf(place)[name] ?? "")));

export function configure(command: Command, invocation: Invocation): void {
  addSessionOptions(command.argument("[job]", "a job id (default: the whole session)"), "the session (default: the one opened here that has the job, or was opened last)");
  runs(command, invocation, async (job) => {
    const { json = false, ...named } = command.opts<JobFlags>();
    const { out } = invocation.io;
    const told = await calling(invocation.io, named, async (client) => client.q_get_mapping({ session_id: await (job === undefined ? someSession(client, named) : sessionOf(client, named, job)), ...(job === undefined ? {} : { job_id: job }) }));
    if (json) printJson(out, "job-mapping", told);
    else {
      const rows = Object.entries(told.mapping).map(([id, place]) => [printable(id), ...cellsOf(place)]);
      if (rows.length > 0) out.print([...table([{ title: "qubit" }, { title: "module" }, { title: "profile" }, { title: "physical", align: "right" }], rows, out.width, out.paint.dim)].join("").trimEnd());
      printFacts(out, [["physical", `${told.physical_qubits_used} qubits in all`]]);
    }
    return EXIT.ok;
  });
}
