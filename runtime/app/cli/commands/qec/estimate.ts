// triad qec estimate: what running a graph, a circuit or so many logical operations takes in physical qubits and time. The estimator of
// qsharp-lang answers, and our own formula beside it; what binds and how the error budget is spent is told with either. An estimate is a pure
// function of its words and takes seconds: one that was killed is made again.
import type { Command } from "commander";
import { EXIT } from "../../../../../kernel-abi/fault.ts";
import type { PhysicalEstimate, Slack } from "../../../../../domains/q/estimate/estimate.ts";
import { formulaAnswer } from "../../../../../domains/q/estimate/frontier.ts";
import { isEstimable, PREFACTOR_MAX } from "../../../../../domains/q/estimate/qsharp.ts";
import type { EstimateRequest } from "../../../../../domains/q/estimate/request.ts";
import { slacks } from "../../../../../domains/q/estimate/slack.ts";
import { checkCharts, svgOf } from "../../../../adapters/charts.ts";
import { estimates, type Estimates } from "../../../qec/estimates.ts";
import { checkPlaces, pathsIn, placesOf, type Places } from "../../apart.ts";
import { jsonOption } from "../../arguments.ts";
import { breakdownChart, breakdownOf } from "../../charts/breakdown.ts";
import { frontierChart } from "../../charts/frontier.ts";
import { runs, type Invocation } from "../../command.ts";
import { addEstimateOptions, requestOf, type EstimateFlags } from "../../estimate-flags.ts";
import { countedFile, type Counted } from "../../estimate-input.ts";
import { bindingText, countsText, durationText, estimateFacts, FRONTIER_COLUMNS, frontierRow, grouped, ROW_COLUMNS, rowCells, SLACK_COLUMNS, slackRow } from "../../estimate-text.ts";
import { printFacts, printJson } from "../../output.ts";
import { checkNew, csvOf, parquetOf, putNew } from "../../rows-file.ts";
import { table } from "../../table.ts";
import { createTally } from "../../tally.ts";
import type { Io } from "../../terminal.ts";
import { printable } from "../../values.ts";

interface Flags extends EstimateFlags {
  readonly csv?: string;
  readonly parquet?: string;
  readonly plot?: string;
  readonly breakdown?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

interface Answer extends Estimates {
  readonly file: string;
  readonly counted: Counted;
  readonly request: EstimateRequest;
  readonly slack: readonly Slack[];
  /** Our own estimate beside another's. */
  readonly own: PhysicalEstimate | undefined;
}

/** Our own estimate of the same; undefined where it has none, or is the answer itself. */
function besides(request: EstimateRequest, formula: boolean): PhysicalEstimate | undefined {
  try {
    return formula ? undefined : formulaAnswer(request);
  } catch {
    return undefined; // the estimator knows more factories and codes than the formula; its answer stands
  }
}

const placesIn = (flags: Flags): Places => placesOf(flags, ["csv", "parquet", "plot", "breakdown"]);
const pathsOf = (flags: Flags): readonly string[] => pathsIn(placesIn(flags));

/** On a terminal it is told what goes on meanwhile. */
async function answerOf(file: string, flags: Flags, io: Io): Promise<Answer> {
  checkPlaces(placesIn(flags), { file, "--hardware": flags.hardware });
  checkNew(flags.replace === true, ...pathsOf(flags));
  const counted = countedFile(file);
  const request = requestOf(counted.counts, flags);
  if (flags.plot !== undefined || flags.breakdown !== undefined) await checkCharts();
  const { formula = !isEstimable(request.hardware), frontier = flags.plot !== undefined, minimise } = flags;
  const tally = createTally(io.err, () => `estimating ${frontier || minimise !== undefined ? "the frontier of " : ""}${countsText(counted.counts)}`);
  tally.at(0);
  const found = await estimates(request, { formula, frontier, ...(minimise === undefined ? {} : { minimise }) }).finally(() => { tally.end(); });
  return { ...found, file, counted, request, slack: slacks(found.estimate, counted.counts, request.bounds), own: minimise === undefined ? besides(request, formula) : undefined };
}

async function writeFiles({ estimate, frontier, counted, slack, request: { hardware: { qubits, scheme }, budget } }: Answer, { csv, parquet, plot, breakdown, replace = false }: Flags): Promise<void> {
  const subtitle = `${qubits.name}, ${scheme.name}, error budget ${typeof budget === "number" ? String(budget) : String(budget.logical + budget.tStates + budget.rotations)}`;
  const rows = (frontier.length === 0 ? [estimate] : frontier).map(rowCells);
  if (csv !== undefined) putNew(csv, csvOf(ROW_COLUMNS, rows), replace);
  if (parquet !== undefined) putNew(parquet, parquetOf(ROW_COLUMNS, rows), replace);
  if (plot !== undefined) putNew(plot, await svgOf(frontierChart(frontier, estimate, subtitle)), replace);
  if (breakdown !== undefined) putNew(breakdown, await svgOf(breakdownChart(breakdownOf(estimate, counted.counts, slack), `${subtitle}, distance ${estimate.code.distance}`)), replace);
}

const same = (a: PhysicalEstimate, b: PhysicalEstimate): boolean => a.physicalQubits === b.physicalQubits && a.runtimeNs === b.runtimeNs;

/** Why the estimator does not answer, whoever asks; null: it could. */
const becauseOf = (hardware: EstimateRequest["hardware"]): string | null =>
  (isEstimable(hardware) ? null : `the estimator takes no crossingPrefactor as large as ${hardware.scheme.crossingPrefactor}; its largest is ${PREFACTOR_MAX}`);

async function print({ estimate, by, own, file, counted, request, slack, frontier }: Answer, flags: Flags, { out }: Io): Promise<void> {
  out.print(`${out.paint.good("estimate")}  ${printable(file)}: ${countsText(counted.counts)}`);
  const [binding] = slack;
  const written = pathsOf(flags);
  printFacts(out, [
    ...estimateFacts(estimate, request),
    binding === undefined ? undefined : ["binding", bindingText(binding)],
    ["by", [by, becauseOf(request.hardware)].filter((part) => part !== null).join(": ")],
    own === undefined ? undefined : ["formula", same(own, estimate) ? "the same by our own" : `by our own ${grouped(own.physicalQubits)} qubits, ${durationText(own.runtimeNs)}, distance ${own.code.distance}`],
    written.length === 0 ? undefined : ["written", written.map(printable).join("\n")],
  ]);
  out.print("");
  await out.flow(table(SLACK_COLUMNS, slack.map(slackRow), out.width, out.paint.dim));
  if (flags.frontier !== true) return;
  out.print("");
  await out.flow(table(FRONTIER_COLUMNS, frontier.map((one) => frontierRow(one, estimate)), out.width, out.paint.dim));
}

async function run(file: string, flags: Flags, io: Io): Promise<number> {
  const answer = await answerOf(file, flags, io);
  await writeFiles(answer, flags);
  if (flags.json !== true) await print(answer, flags, io);
  else {
    const { estimate, by, own, counted: { kind, counts }, request: { hardware, bounds }, slack, frontier } = answer;
    printJson(io.out, "qec-estimate", { kind, counts, qubitParams: hardware.qubits, qecScheme: hardware.scheme, unused: hardware.unused ?? [], assumed: hardware.assumed ?? [], bounds, by, by_because: becauseOf(hardware), estimate, slack, binding: slack[0]?.what ?? null, formula: own ?? null, frontier });
  }
  return EXIT.ok;
}

export function configure(command: Command, invocation: Invocation): void {
  command.argument("<file>", "a QVM graph (.qvm.json, .qvm.asm), a lowered circuit or logical counts, in JSON");
  addEstimateOptions(command)
    .option("--csv <file>", "the estimate, or with --frontier all of them, as CSV")
    .option("--parquet <file>", "the same as Parquet")
    .option("--plot <file>", "the frontier as SVG: physical qubits over time")
    .option("--breakdown <file>", "what qubits, cycles and error budget are spent on, as SVG")
    .option("--replace", "give up existing files of the same names")
    .addOption(jsonOption());
  runs(command, invocation, (file = "") => run(file, command.opts<Flags>(), invocation.io));
}
