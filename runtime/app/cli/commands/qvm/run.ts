// triad qvm run: a graph executed. One run, sealed like any other; what it counted is the answer.
import type { Command } from "commander";
import { LIMITS } from "../../../../../kernel-abi/limits.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import type { Finding, Graph } from "../../../../../kernel-abi/qvm/graph.ts";
import { withProfile } from "../../../../../kernel-abi/qvm/default-profile.ts";
import { createMemorySink } from "../../../../adapters/memory.ts";
import { decodingOf, type GraphDecoding } from "../../../qvm/decoding.ts";
import { GRAPH_PROGRAM } from "../../../qvm/program-file.ts";
import { record, type RecordReport } from "../../../record.ts";
import { choiceOption, countOption, jsonOption, workersOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { countsTable, type Counts } from "../../counts.ts";
import { exitOfRun } from "../../exit.ts";
import { findingText, verifyFile } from "../../graph-file.ts";
import { interruptible } from "../../interrupt.ts";
import { decodingText, ratesText } from "../../decoding-text.ts";
import { printFacts, printFault, printJson } from "../../output.ts";
import { PROFILE_FLAG, PROFILE_HELP, profileGiven } from "../../profile-flag.ts";
import { printEnd } from "../../run-end.ts";
import type { Io } from "../../terminal.ts";
import { plural, printable, shellWord } from "../../values.ts";

interface Flags {
  readonly shots?: number;
  readonly seed?: string;
  readonly nodes?: number;
  readonly noise?: boolean;
  readonly profile?: string;
  readonly mode?: "thread" | "consume";
  readonly strict?: boolean;
  readonly out?: string;
  readonly replace?: boolean;
  readonly workers?: number;
  readonly json?: boolean;
}

const isCounts = (result: unknown): result is { readonly counts: Counts } => typeof result === "object" && result !== null && "counts" in result;

/** Nothing runs that is not valid; all findings are told with the refusal. */
function refused(findings: readonly Finding[], file: string, io: Io, json: boolean): number {
  const errors = findings.filter(({ severity }) => severity === "error");
  const { rule = "", node = null, message = "" } = errors[0] ?? {};
  const fault = new Fault("GRAPH_INVALID", { file, errors: errors.length, rule, node, what: message });
  const said = findings.map((finding) => findingText(finding).split("\n").map(printable).join("\n")).join("\n");
  if (json) printJson(io.err, "error", { error: fault.toJSON(), findings, exit: fault.exitCode });
  else printFault(io.err, fault.toJSON(), { more: [["findings", said]] });
  return fault.exitCode;
}

async function report({ end, seed, digest, trace }: RecordReport, { decoding, noise }: { readonly decoding: GraphDecoding; readonly noise: boolean }, file: string, io: Io, json: boolean): Promise<number> {
  const counts = isCounts(end.result) ? end.result.counts : undefined;
  if (json && counts !== undefined) {
    printJson(io.out, "qvm-run", { counts, seed, digest, decoder: decoding, ...(trace === undefined ? {} : { trace }) });
    return exitOfRun(end);
  }
  if (counts === undefined) {
    if (json && end.fault !== null) printJson(io.err, "error", { error: end.fault, digest, exit: exitOfRun(end) });
    else printEnd(io, file, end, []);
    return exitOfRun(end);
  }
  await io.out.flow(countsTable(counts, io.out));
  const next = trace === undefined ? undefined : `triad verify ${shellWord(trace)}\ntriad replay ${shellWord(trace)} --trust-program`;
  printFacts(io.out, [["used", `${plural(end.tick, "tick")}, ${plural(end.shots, "shot")}`], ["seed", printable(seed)], ["digest", digest],
    ["decoder", decodingText(decoding)], noise ? ["rates", ratesText(decoding)] : undefined,
    trace === undefined ? undefined : ["trace", printable(trace)], next === undefined ? undefined : ["next", next]]);
  return exitOfRun(end);
}

async function run(file: string, flags: Flags, io: Io): Promise<number> {
  const { shots = 1, seed, nodes, noise = false, out, replace, workers, mode, strict } = flags;
  const json = flags.json === true;
  if (seed === "") throw new Fault("USAGE", { option: "--seed", value: "", allowed: "non-empty text" });
  if (shots > LIMITS.shots_max) throw new Fault("USAGE", { option: "--shots", value: shots, allowed: `an integer from 1 to ${LIMITS.shots_max}` });
  const profile = flags.profile === undefined ? undefined : profileGiven(flags.profile);
  const { graph: valid, findings } = verifyFile(file, { ...(mode === undefined ? {} : { mode }), ...(strict === undefined ? {} : { strict }) });
  if (valid === undefined) return refused(findings, file, io, json);
  const graph = profile === undefined ? valid : withProfile(valid, profile);
  const recorded = await interruptible(io.err, (signal) => record({
    program: GRAPH_PROGRAM, input: inputOf(graph, shots, nodes, noise), out: out ?? createMemorySink(), signal,
    ...(seed === undefined ? {} : { seed }), ...(workers === undefined ? {} : { workers }), ...(replace === undefined ? {} : { replace }),
  }));
  return report(recorded, { decoding: decodingOf(graph, nodes), noise }, file, io, json);
}

const inputOf = (graph: Graph, shots: number, nodes: number | undefined, noisy: boolean): unknown =>
  ({ graph, shots, ...(nodes === undefined ? {} : { nodes }), ...(noisy ? { noise: true } : {}) });

export function configure(command: Command, invocation: Invocation): void {
  command
    .argument("<file>", "a QVM graph: JSON (.qvm.json), or a program of assembly (.qvm.asm, .qasm)")
    .addOption(countOption("--shots <n>", "how often (default: 1)", 1))
    .option("--seed <text>", "seed of every random draw (default: 128 fresh random bits, recorded)")
    .option("--out <trace>", "keep the sealed trace here (default: it is not kept)")
    .option("--replace", "give up an existing trace of the same name")
    .addOption(countOption("--nodes <n>", "only the first so many nodes"))
    .option(PROFILE_FLAG, `${PROFILE_HELP} (default: logical:surface_code(d=9)); the trace has the graph that says it`)
    .option("--noise", "logical errors at the rates of the profiles (default: none)")
    .addOption(choiceOption("--mode <mode>", "thread: a measured or reset qubit stays usable; consume: it does not (default: thread)", ["thread", "consume"]))
    .option("--strict", "warnings of the verifier are errors")
    .addOption(workersOption())
    .addOption(jsonOption());
  runs(command, invocation, (file = "") => run(file, command.opts<Flags>(), invocation.io));
}
