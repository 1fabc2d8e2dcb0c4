// triad conformance: what this package holds of the checklist, self-tested; as a table, as a signed report, and live on this machine.
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import { readText, writeAtomically } from "../../../adapters/files.ts";
import { hostFacts, packageVersion, wallClock } from "../../../adapters/host.ts";
import { listKeys, loadOrCreateSigner } from "../../../adapters/keys.ts";
import { LEVELS, shippedConformance, VERDICTS, type Conformance, type ConformanceRow } from "../../conformance.ts";
import { openReport, signReport } from "../../conformance-report.ts";
import type { SelfCheck } from "../../conformance-runs.ts";
import { jsonOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import type { ExitCode } from "../exit.ts";
import { printFacts, printJson, type Facts } from "../output.ts";
import { table } from "../table.ts";
import type { Io } from "../terminal.ts";
import { plural, printable } from "../values.ts";

interface Flags {
  readonly report?: string;
  readonly replace?: boolean;
  readonly verify?: string;
  readonly selfTest?: boolean;
  readonly json?: boolean;
}

const countsOf = (counts: Conformance["counts"]): string => LEVELS.map((level) => {
  const told = VERDICTS.filter((verdict) => (counts[level]?.[verdict] ?? 0) > 0).map((verdict) => `${counts[level]?.[verdict] ?? 0} ${verdict}`);
  return `${level}: ${told.join(", ")}`;
}).join("\n");

const painted = (verdict: ConformanceRow["verdict"], { paint }: Io["out"]): string => (verdict === "not met" || verdict === "failed" ? paint.warn(verdict) : verdict);

async function showTable({ out }: Io, rows: readonly ConformanceRow[]): Promise<void> {
  const columns = [{ title: "row" }, { title: "level" }, { title: "verdict" }, { title: "tests", align: "right" as const }, { title: "requirement" }];
  await out.flow(table(columns, rows.map(({ id, level, verdict, tests, requirement }) => [id, level, verdict, String(tests.length), printable(requirement)]), out.width, out.paint.dim));
  const open = rows.filter(({ verdict }) => verdict === "not met" || verdict === "failed");
  if (open.length === 0) return;
  out.print("");
  for (const { id, verdict, note } of open) out.print(`${id} ${painted(verdict, out)}: ${printable(note)}`);
}

async function showChecks({ out }: Io, checks: readonly SelfCheck[]): Promise<void> {
  out.print("");
  const said = ({ holds, found }: SelfCheck): string => (holds ? out.paint.good("holds") : `${out.paint.bad("does not hold")}: ${printable(found)}`);
  await out.flow(table([{ title: "run" }, { title: "self-test" }, { title: "here" }], checks.map((check) => [check.run, check.check, said(check)]), undefined, out.paint.dim));
}

/** The module of the runs loads kernels: only when they are asked for. */
async function tested(reference: Conformance["reference"]): Promise<readonly SelfCheck[]> {
  const { selfTest } = await import("../../conformance-runs.ts");
  return selfTest(reference);
}

/** Before the runs, which take their time. @throws Fault FILE_UNREADABLE */
function checkFree(report: string | undefined, replace: boolean): void {
  if (report !== undefined && !replace && existsSync(report)) throw new Fault("FILE_UNREADABLE", { path: report, doing: "create", what: "it exists; nothing is overwritten unasked" });
}

async function show(io: Io, flags: Flags): Promise<ExitCode> {
  checkFree(flags.report, flags.replace === true);
  const started = wallClock();
  const shipped = shippedConformance();
  const selfTest = flags.selfTest === true ? await tested(shipped.table.reference) : undefined;
  const wanted = flags.report !== undefined || flags.json === true;
  const envelope = wanted ? signReport({ shipped, host: hostFacts({ workers: 0, label: "", started }), ...(selfTest === undefined ? {} : { selfTest }) }, loadOrCreateSigner()) : undefined;
  if (flags.report !== undefined && envelope !== undefined) writeAtomically(flags.report, envelope, 0o644);
  const { schema: _, ...facts } = shipped.table;
  if (flags.json === true && envelope !== undefined) {
    printJson(io.out, "conformance", { triad: packageVersion(), digest: shipped.digest, ...facts, ...(selfTest === undefined ? {} : { selfTest }), envelope: JSON.parse(new TextDecoder().decode(envelope)) as unknown });
  } else {
    io.out.print(`${facts.claim}`);
    printFacts(io.out, [["triad", `${packageVersion()}, ABI ${facts.abi}, format ${facts.format}, semantics ${facts.semantics}`], ["table", shipped.digest], ["rows", countsOf(facts.counts)], flags.report === undefined ? undefined : ["report", printable(flags.report)]]);
    io.out.print("");
    await showTable(io, facts.rows);
    if (selfTest !== undefined) await showChecks(io, selfTest);
  }
  return selfTest?.some(({ holds }) => !holds) === true ? EXIT.failed : EXIT.ok;
}

function check({ out, err }: Io, path: string, json: boolean): ExitCode {
  const { digest, keyId, predicate } = openReport(new TextEncoder().encode(readText(path)));
  const known = listKeys().find((key) => key.keyId === keyId);
  const same = shippedConformance().digest === digest;
  const failures = predicate.selfTest?.filter(({ holds }) => !holds).length ?? 0;
  if (json) {
    printJson(out, "conformance-report", { file: path, keyId, trusted: known !== undefined, sameTable: same, digest, ...predicate });
    return EXIT.ok;
  }
  const facts: Facts = [
    ["claim", predicate.claim],
    ["signer", `${keyId} ${known === undefined ? "(unknown here)" : known.own ? "(your own key)" : "(trusted)"}`],
    ["made", printable(`${predicate.host.sealed} by triad ${predicate.triad}, node ${predicate.host.node}, ${predicate.host.platform}`)],
    ["table", `${digest} ${same ? "(the one installed here)" : "(not the one installed here)"}`],
    ["rows", printable(countsOf(predicate.counts)).replaceAll("\\n", "\n")],
    predicate.selfTest === undefined ? undefined : ["self-test", `${plural(predicate.selfTest.length, "check")}, ${failures} failed`],
  ];
  out.print(`${out.paint.good("intact")}  ${printable(path)}`);
  printFacts(out, facts);
  if (known === undefined) {
    err.print(`${err.paint.warn("warning")}: the signature holds, but its signer is unknown here`);
    printFacts(err, [["next", "Get the signer's public key from the signer, then `triad keys trust KEY.pem`."]], "  ");
  }
  return EXIT.ok;
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .option("--report <file>", "write the signed report: an in-toto statement in a DSSE envelope")
    .option("--replace", "give up an existing file of that name")
    .option("--verify <file>", "check a signed report instead; executes nothing")
    .option("--self-test", "run the reference runs on this machine: same digests, replay, reproduction, tampering refused")
    .addOption(jsonOption());
  runs(command, invocation, async () => {
    const flags = command.opts<Flags>();
    return flags.verify === undefined ? await show(invocation.io, flags) : check(invocation.io, flags.verify, flags.json === true);
  });
}
