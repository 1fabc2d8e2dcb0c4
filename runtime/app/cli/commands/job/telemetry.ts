// triad job telemetry: what a job, or a whole session, uses and has used.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import { runs, type Invocation } from "../../command.ts";
import { countOption } from "../../arguments.ts";
import { addSessionOptions, calling, type JobFlags } from "../../kernel-call.ts";
import { decodingText } from "../../decoding-text.ts";
import { printFacts, printJson } from "../../output.ts";
import { sessionOf, someSession } from "../../sessions.ts";
import { table } from "../../table.ts";
import { fieldsOf, plural, printable } from "../../values.ts";

interface Flags extends JobFlags {
  readonly epoch?: number;
}

const SHOWN = ["profile", "physical_qubits", "gate_count", "measurement_count", "logical_error_rate"] as const;

const cellsOf = (qubit: unknown): readonly string[] => SHOWN.map((name) => printable(String(fieldsOf(qubit)[name] ?? "")));

export function configure(command: Command, invocation: Invocation): void {
  addSessionOptions(command.argument("[job]", "a job id (default: the whole session)"), "the session (default: the one opened here that has the job, or was opened last)").addOption(countOption("--epoch <n>", "of one epoch of the job"));
  runs(command, invocation, async (job) => {
    const { json = false, epoch, ...named } = command.opts<Flags>();
    const { out } = invocation.io;
    const told = await calling(invocation.io, named, async (client) => client.q_get_telemetry({ session_id: await (job === undefined ? someSession(client, named) : sessionOf(client, named, job)), ...(job === undefined ? {} : { job_id: job }), ...(epoch === undefined ? {} : { epoch }) }));
    if (json) {
      printJson(out, "job-telemetry", told);
      return EXIT.ok;
    }
    const { usage: { nodes = 0, measurements = 0, logicalQubits = 0, physicalQubits = 0 } = {}, attested_only: attested = false } = told;
    const { logical_qubits_allocated, physical_qubits_used, physical_qubits_available, channels_open } = told.resource_usage;
    printFacts(out, [
      ...(attested ? [] : [["logical", `${logical_qubits_allocated} qubits held`], ["physical", `${physical_qubits_used} used, ${physical_qubits_available} left`], ["channels", `${channels_open} open`]] as const),
      ["in all", `${plural(nodes, "node")}, ${plural(measurements, "readout")}; at once at most ${plural(logicalQubits, "logical qubit")}, ${physicalQubits} physical`],
      ["time", attested ? "not known any more: it ended under an earlier kernel" : `${told.simulation_time_us} µs on the modelled machine`],
    ]);
    if (told.decoder !== undefined) printFacts(out, [["decoder", decodingText(told.decoder)]]);
    const rows = Object.entries(told.qubits).map(([id, qubit]) => [printable(id), ...cellsOf(qubit)]);
    if (rows.length > 0) out.print([...table([{ title: "qubit" }, { title: "profile" }, ...["physical", "gates", "readouts", "error rate"].map((title) => ({ title, align: "right" as const }))], rows, out.width, out.paint.dim)].join("").trimEnd());
    return EXIT.ok;
  });
}
