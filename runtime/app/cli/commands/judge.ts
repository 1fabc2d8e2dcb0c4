// triad judge: how probable is what a trace says was measured? Verifies first; runs no code of the trace.
import { Option, type Command } from "commander";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import type { TestName } from "../../../../kernel-abi/judgement.ts";
import type { Flag, JudgedOutcome, JudgeReport } from "../../../../replay/judge.ts";
import { judgeTrace } from "../../judge.ts";
import { jsonOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { printFacts, printJson } from "../output.ts";
import { table, type Column } from "../table.ts";
import type { Io } from "../terminal.ts";
import { plural, printable } from "../values.ts";

interface Flags {
  readonly threshold?: number;
  readonly strict?: boolean;
  readonly allowUnsealed?: boolean;
  readonly json?: boolean;
}

function probability(text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)(e-?\d{1,3})?$/i.test(text) ? Number(text) : NaN;
  if (value > 0 && value <= 1) return value;
  throw new Fault("USAGE", { option: "--threshold", value: text.slice(0, 80), allowed: "a probability above 0, at most 1: 1e-6" });
}

const COLUMNS: readonly Column[] = [
  { title: "job", align: "right" }, { title: "actor" }, { title: "kind" }, { title: "units", align: "right" }, { title: "shots", align: "right" },
  { title: "log-likelihood", align: "right" }, { title: "p-value", align: "right" }, { title: "verdict" },
];

const short = (value: number | null, digits: number): string => (value === null ? "-" : value === 0 ? "0" : String(Number(value.toPrecision(digits))));

const rowOf = (flagged: ReadonlySet<number>) => ({ job, actor, kind, units, shots, logLikelihood, p, standing, note }: JudgedOutcome): readonly string[] => [
  String(job), printable(actor), kind, String(units), String(shots), short(logLikelihood, 6), short(p, 3),
  `${flagged.has(job) ? "implausible" : standing}${note === "" ? "" : `: ${printable(note)}`}`,
];

const counted = (jobs: readonly JudgedOutcome[]): string => {
  const of = (standing: JudgedOutcome["standing"]): number => jobs.filter((job) => job.standing === standing).length;
  const rest = (["unjudged", "failed"] as const).filter((standing) => of(standing) > 0).map((standing) => `, ${of(standing)} ${standing === "failed" ? "failed and not judged" : standing}`);
  return `${plural(jobs.length, "outcome")}: ${of("possible")} possible${rest.join("")}`;
};

const TESTS: Readonly<Record<TestName, string>> = {
  fit: "outcomes come too often or too seldom", bets: "bets against the circuit's odds win", counts: "counts scatter too little or too much over jobs", serial: "single shots follow one another as chance does not", events: "detection events come too often or too seldom",
  mean: "the mean of noisy runs is too far from the exact value",
};
const SHOWN_FLAGS = 5;
const listed = (jobs: readonly number[]): string => jobs.slice(0, 20).join(", ") + (jobs.length > 20 ? ", …" : "");

const flagText = ({ test, p, jobs }: Flag): string => `${test}: ${TESTS[test]}; ${jobs.length === 1 ? `job ${String(jobs[0])}` : plural(jobs.length, "job")}, p-value ${short(p, 3)}`;

async function print({ out, err }: Io, file: string, report: JudgeReport): Promise<void> {
  const { jobs, experiments, p, threshold, implausible, flagged, flags, unexplained, verified } = report;
  out.print(`${implausible ? out.paint.warn("implausible") : out.paint.good("judged")}  ${printable(file)}: ${counted(jobs)}`);
  printFacts(out, [
    ["p-value", p === null ? "nothing to test" : `${short(p, 3)} for the whole run; flagged below ${threshold}`],
    experiments.length === 0 ? undefined : ["together", experiments.map((one) => `${plural(one.jobs.length, "job")} of one circuit, ${plural(one.shots, "shot")}: ${short(one.p, 3)}${one.test === null ? "" : ` (${one.test})`}`).join("\n")],
    ["digest", verified.digest],
  ]);
  if (jobs.length > 0) await out.flow(table(COLUMNS, jobs.map(rowOf(new Set(flagged))), out.width, out.paint.dim));
  for (const warning of verified.warnings) err.print(`${err.paint.warn("warning")}: ${printable(warning)}`);
  if (unexplained.length > 0) err.print(`${err.paint.warn("warning")}: ${plural(unexplained.length, "job")} failed and nothing else on record says why: ${listed(unexplained)}; \`triad reproduce\` tells what their kernels give`);
  if (!implausible) return;
  err.print(`${err.paint.warn("warning OUTCOME_IMPLAUSIBLE 3317")}: the outcomes are possible, but an honest run gives such ones with probability ${short(p, 3)}`);
  printFacts(err, [["tests", flags.slice(0, SHOWN_FLAGS).map(flagText).join("\n") + (flags.length > SHOWN_FLAGS ? "\n…" : "")], ["jobs", listed(flagged)], ["next", "Reproduce the run: `triad reproduce`. With --strict an implausible run is refused."]], "  ");
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .argument("<trace>", "a .triad file")
    .addOption(new Option("--threshold <p>", "flag the run when its p-value is below this (default: 1e-6)").argParser(probability))
    .option("--strict", "refuse an implausible run: exit 1")
    .option("--allow-unsealed", "judge a journal without a seal (.partial) as far as it is intact")
    .addOption(jsonOption());
  runs(command, invocation, async (file = "") => {
    const { io } = invocation;
    const { threshold, strict, allowUnsealed, json } = command.opts<Flags>();
    const report = await judgeTrace(file, { strict: strict === true, allowUnsealed: allowUnsealed === true, ...(threshold === undefined ? {} : { threshold }) });
    if (json === true) printJson(io.out, "judge", { file, ...report });
    else await print(io, file, report);
    return EXIT.ok;
  });
}
