// triad metrics: what a trace measures, folded from its frames after they were verified. Executes nothing.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../kernel-abi/fault.ts";
import type { Frame } from "../../../../kernel-abi/frame.ts";
import type { ByteSource } from "../../../../kernel-abi/ports.ts";
import { walk } from "../../../../replay/bundle.ts";
import { pattern } from "../../../../replay/list.ts";
import { verify, type VerifyReport } from "../../../../replay/verify.ts";
import { exporting, recordsOf, type Exporter } from "../../../../telemetry/exporter.ts";
import { jsonLines } from "../../../../telemetry/json-lines.ts";
import { prometheus } from "../../../../telemetry/prometheus.ts";
import { parseRules } from "../../../../telemetry/rules.ts";
import { SCHEMA, type Alert, type Diagnostic, type FaultEvent, type MetricRecord } from "../../../../telemetry/schema.ts";
import { scopedTo } from "../../../../telemetry/scope.ts";
import type { KnownEnd, TelemetryOptions } from "../../../../telemetry/telemetry.ts";
import { openSource, readText } from "../../../adapters/files.ts";
import { loadOrCreateSigner, trustedKeyIds } from "../../../adapters/keys.ts";
import { choiceOption, countOption, jsonOption } from "../arguments.ts";
import { runs, type Invocation } from "../command.ts";
import { printJson } from "../output.ts";
import { cut, table, type Column } from "../table.ts";
import type { Io } from "../terminal.ts";
import { plural, printable } from "../values.ts";

interface Flags {
  readonly format?: "jsonl" | "prometheus";
  readonly interval?: number;
  readonly rules?: string;
  readonly process?: string;
  readonly vhm?: number;
  readonly byProcess?: boolean;
  readonly sign?: boolean;
  readonly allowUnsealed?: boolean;
  readonly json?: boolean;
}

/** @throws Fault RULES_INVALID | FILE_UNREADABLE */
function readRules(path: string): ReturnType<typeof parseRules> {
  const text = readText(path);
  try {
    return parseRules(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof Fault) throw new Fault(cause.fault, { path, ...cause.detail }, { cause });
    throw new Fault("RULES_INVALID", { path, at: "rules", what: "not JSON" }, { cause });
  }
}

function optionsOf({ interval, rules, process, vhm, byProcess }: Flags): TelemetryOptions {
  const scoped = process !== undefined || vhm !== undefined;
  return {
    ...(interval === undefined ? {} : { every: interval }),
    ...(rules === undefined ? {} : { rules: readRules(rules) }),
    ...(byProcess === true ? { byProcess } : {}),
    ...(scoped ? { scope: scopedTo({ ...(vhm === undefined ? {} : { vhm }), ...(process === undefined ? {} : { processes: processRule(process) }) }) } : {}),
  };
}

/** A name as it stands, or one with `*`. */
const processRule = (text: string): readonly string[] | ((name: string) => boolean) => (text.includes("*") ? pattern(text) : [text]);

function* framesOf(source: ByteSource): Generator<Frame> {
  for (const { frame } of walk(source)) yield frame;
}

const knownEnd = ({ status, digest, sealed }: VerifyReport): KnownEnd => ({ status, fault: 0, digest: sealed ? digest : null });

/** What an exporter writes, as the trace is read. */
function* exported(source: ByteSource, report: VerifyReport, flags: Flags, options: TelemetryOptions): Generator<string> {
  const held: string[] = [];
  const write = (text: string): void => { held.push(text); };
  const exporter: Exporter = flags.format === "prometheus" ? prometheus({ write }) : jsonLines({ write, signer: flags.sign === true ? loadOrCreateSigner() : undefined });
  const { observer, finish, reports } = exporting([exporter], options);
  for (const frame of framesOf(source)) {
    observer.frame?.(frame);
    yield* held.splice(0);
  }
  finish(knownEnd(report));
  yield* held;
  for (const { failed } of [...observer.reports(), ...reports()]) if (failed !== undefined) throw failed.error;
}

interface Records {
  readonly metrics: readonly MetricRecord[];
  readonly faults: readonly FaultEvent[];
  readonly diagnostics: readonly Diagnostic[];
  readonly alerts: readonly Alert[];
}

function recordsIn(source: ByteSource, report: VerifyReport, options: TelemetryOptions): Records {
  const all = recordsOf(framesOf(source), { known: knownEnd(report), ...options });
  const of = <S extends (typeof all)[number]["schema"]>(schema: S) =>
    all.filter((record): record is Extract<typeof record, { readonly schema: S }> => record.schema === schema);
  return { metrics: of(SCHEMA.metric), faults: of(SCHEMA.fault), diagnostics: of(SCHEMA.diagnostic), alerts: of(SCHEMA.alert) };
}

const METRIC_COLUMNS: readonly Column[] = [
  { title: "tick", align: "right" }, { title: "metric" }, { title: "value", align: "right" }, { title: "unit" }, { title: "source" }, { title: "process" },
];
const FAULT_COLUMNS: readonly Column[] = [
  { title: "event", align: "right" }, { title: "tick", align: "right" }, { title: "fault" }, { title: "severity", align: "right" }, { title: "process" }, { title: "description" },
];
const ALERT_COLUMNS: readonly Column[] = [
  { title: "tick", align: "right" }, { title: "alert" }, { title: "state" }, { title: "value", align: "right" }, { title: "threshold", align: "right" }, { title: "source" }, { title: "process" },
];

const metricRow = ({ logicalTimestamp, metricId, value, unit, sourceId, process }: MetricRecord): readonly string[] =>
  [String(logicalTimestamp), printable(metricId), String(value), printable(unit), printable(sourceId), printable(process)];
const faultRow = ({ event, logicalTimestamp, name, severity, process, description }: FaultEvent): readonly string[] =>
  [event === undefined ? "" : String(event), String(logicalTimestamp), name, String(severity), printable(process), printable(description)];
const alertRow = ({ logicalTimestamp, ruleId, state, value, threshold, sourceId, process }: Alert): readonly string[] =>
  [String(logicalTimestamp), ruleId, state, value === null ? "gone" : String(value), String(threshold), printable(sourceId), printable(process)];

async function section(io: Io, title: string, columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<void> {
  if (rows.length === 0) return;
  io.out.print(`\n${io.out.paint.bold(title)}`);
  await io.out.flow(table(columns, rows, io.out.width, io.out.paint.dim));
}

async function shown(io: Io, file: string, report: VerifyReport, { metrics, faults, alerts, diagnostics }: Records): Promise<void> {
  const counts = [plural(metrics.length, "metric"), plural(faults.length, "fault"), plural(diagnostics.length, "diagnostic"), plural(alerts.length, "alert")].join(", ");
  io.out.print(cut(printable(`${file}: ${report.sealed ? report.status ?? "" : "intact so far, not sealed"}; ${counts}`), io.out.width));
  await io.out.flow(table(METRIC_COLUMNS, metrics.map(metricRow), io.out.width, io.out.paint.dim));
  await section(io, "Faults", FAULT_COLUMNS, faults.map(faultRow));
  await section(io, "Alerts", ALERT_COLUMNS, alerts.map(alertRow));
}

/** Verified first: a figure out of a trace that is not what was sealed would be worse than none. */
function verified(source: ByteSource, { allowUnsealed }: Flags, io: Io): VerifyReport {
  const report = verify(source, { trusted: [...trustedKeyIds()], allowUnsealed: allowUnsealed === true });
  for (const warning of report.warnings) io.err.print(`${io.err.paint.warn("warning")}: ${warning}`);
  return report;
}

async function metrics(file: string, flags: Flags, io: Io): Promise<void> {
  if (flags.json === true && flags.format !== undefined) throw new Fault("USAGE", { option: "--format", allowed: "either --json or --format" });
  if (flags.sign === true && flags.format !== "jsonl") throw new Fault("USAGE", { option: "--sign", allowed: "with --format jsonl" });
  const options = optionsOf(flags);
  const source = openSource(file);
  try {
    const report = verified(source, flags, io);
    if (flags.format !== undefined) return await io.out.flow(exported(source, report, flags, options));
    const records = recordsIn(source, report, options);
    if (flags.json === true) printJson(io.out, "metrics", { file, digest: report.digest, sealed: report.sealed, status: report.status, ...records });
    else await shown(io, file, report, records);
  } finally {
    source.close();
  }
}

export function configure(command: Command, invocation: Invocation): void {
  command
    .argument("<trace>", "a .triad or .triad.partial file")
    .addOption(choiceOption("--format <name>", "one record a line, or the text format Prometheus scrapes (default: tables)", ["jsonl", "prometheus"]))
    .addOption(countOption("--interval <ticks>", "also a flush every so many ticks (default: at the end only)"))
    .option("--rules <file>", "alert rules, a JSON list (default: those of telemetry/METRICS.md)")
    .option("--process <glob>", "only what concerns these processes: root/echo#1, root/**")
    .addOption(countOption("--vhm <id>", "only what concerns the processes of this VHM"))
    .option("--by-process", "counters of each process too")
    .option("--sign", "sign every line with your key (with --format jsonl)")
    .option("--allow-unsealed", "accept a journal without a seal (.partial)")
    .addOption(jsonOption());
  runs(command, invocation, async (file = "") => {
    await metrics(file, command.opts<Flags>(), invocation.io);
    return EXIT.ok;
  });
}
