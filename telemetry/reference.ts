// The reference page of this room, made from its own tables: METRICS.md is what this returns, and a test holds it to that.
import { DEFAULT_RULES, type AlertRule } from "./rules.ts";
import { CATEGORY, MetricSchema, FaultSchema, AlertSchema, DiagnosticSchema, SCHEMA } from "./schema.ts";
import { SERIES, SERIES_NAMES, type SeriesName } from "./series.ts";

const DOMAIN_TITLES = { K: "K: classical", Q: "Q: quantum", PHI: "Φ: phase" } as const;
const cell = (text: string): string => text.replaceAll("|", "\\|");
const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |\n`).join("");

/** Which mandatory series of XDV-070 stands where. */
const MANDATORY: readonly (readonly [named: string, series: readonly SeriesName[]])[] = [
  ["K CPU", ["k.turns", "k.operations"]],
  ["K memory", ["k.memory_bytes", "k.memory_bytes_max", "k.payload_bytes", "k.recorded_bytes"]],
  ["K IPC throughput", ["k.ipc_throughput", "k.messages_sent", "k.messages_delivered"]],
  ["K queue depth", ["k.queue_depth", "k.mailbox_depth"]],
  ["K interrupts", ["k.interrupts", "k.interrupts_timer", "k.interrupts_outcome", "k.interrupts_exit", "k.interrupts_room"]],
  ["K context switches", ["k.context_switches", "k.slices"]],
  ["Q containers", ["q.containers", "q.qubits_allocated"]],
  ["Q submissions", ["q.submissions"]],
  ["Q decoherence margin", ["q.margin", "q.margin_ppm"]],
  ["Q measurement rate", ["q.measurement_rate", "q.measurements"]],
  ["Q gate fidelity", ["q.gate_fidelity"]],
  ["Q availability", ["q.availability"]],
  ["Φ windows", ["phi.windows", "phi.windows_open"]],
  ["Φ stability index", ["phi.stability_index"]],
  ["Φ noise thresholds", ["phi.noise_threshold", "phi.noise"]],
  ["Φ envelopes", ["phi.envelopes", "phi.envelopes_open"]],
  ["Φ transform rate", ["phi.transform_rate", "phi.transforms"]],
  ["Φ violations", ["phi.violations", "phi.violations_timeout", "phi.violations_breach"]],
];
const CATEGORY_NAMES = Object.entries(CATEGORY).map(([name, number]) => [number, name] as const);
const categoryName = (number: number): string => CATEGORY_NAMES.find(([known]) => known === number)?.[1] ?? String(number);

const seriesTable = (domain: keyof typeof DOMAIN_TITLES): string => table(
  ["series", "kind", "unit", "category", "one for", "meaning"],
  SERIES_NAMES.filter((name) => SERIES[name].domain === domain).map((name) => {
    const { kind, unit, category, per, shared, help } = SERIES[name];
    return [`\`${name}\``, kind, unit, categoryName(category), per === "run" ? (shared ? "run, shared" : "run") : `run, ${per}`, help];
  }));

const ruleRow = ({ id, metric, comparison, threshold, clear, forTicks, severity, breach, sources }: AlertRule): readonly string[] =>
  [`\`${id}\``, `\`${metric}\`${sources === "each" ? ", each source" : ""}`, `${comparison} ${threshold}`, String(clear), String(forTicks), String(severity), breach ?? ""];

const fields = (schema: { readonly properties: object }): string => Object.keys(schema.properties).map((name) => `\`${name}\``).join(", ");
const kindOf = (schema: { readonly properties: object }): string => (schema.properties as { readonly kind: { readonly const: string } }).kind.const;
const COMMON: ReadonlySet<string> = new Set([...Object.keys(MetricSchema.properties), "kind"]);
const ownFields = (schema: { readonly properties: object }): string => Object.keys(schema.properties).filter((name) => !COMMON.has(name)).map((name) => `\`${name}\``).join(", ");

/** The whole page. */
export function metricsReference(): string {
  return `# Metrics

Made from \`series.ts\`, \`rules.ts\` and \`schema.ts\`; change those and run \`npx tsx test/support/metrics-reference.mts\`.

Every figure is folded from the frames of a run and from nothing else, in integers, so that a replay gives the same records. Time is
logical: ticks. Counters never fall within a run; gauges hold at the record's \`logicalTimestamp\`. Counters are told for each process
too where that is asked for. \`run\` means one value for the run; what is \`shared\` is left out of a view that hides somebody. A program's own
measurements (\`k.metric\`) are gauges called \`user.NAME\`, one a process. ppm is parts per million.

## ${DOMAIN_TITLES.K}

${seriesTable("K")}
## ${DOMAIN_TITLES.Q}

${seriesTable("Q")}
## ${DOMAIN_TITLES.PHI}

${seriesTable("PHI")}
## Mandatory series of XDV-070

${table(["named there", "series here"], MANDATORY.map(([named, series]) => [named, series.map((name) => `\`${name}\``).join(", ")]))}
## Records

${table(["schema", "fields"], [
    [`\`${SCHEMA.metric}\``, fields(MetricSchema)],
    [`\`${SCHEMA.fault}\``, fields(FaultSchema)],
    [`\`${SCHEMA.alert}\``, fields(AlertSchema)],
  ])}
A stream begins with \`${SCHEMA.start}\` and ends with \`${SCHEMA.end}\`. \`telemetryJsonSchema()\` gives the JSON Schema of a line.

## Diagnostics of XDV-072

\`${SCHEMA.diagnostic}\`: one record a measurement, with its place and subject as in a metric record, and:

${table(["kind", "fields"], DiagnosticSchema.anyOf.map((schema) => [`\`${kindOf(schema)}\``, ownFields(schema)]))}
T1, T2 and gate errors are what the provider declares. Measurement error is estimated from reads whose right answer follows from the
recorded circuit: of a qubit nothing touched since it was reset, or since it was read. Scores are those of public reports; a report of
two envelopes gives the worse of each, and stands for both.

## Default alert rules

${table(["rule", "metric", "raised when", "cleared past", "for ticks", "severity", "announces the end of a"], DEFAULT_RULES.map(ruleRow))}
A duration ends in PHI_ERR_COHERENCE_TIMEOUT, a tolerance in PHI_ERR_STABILITY_BREACH; in Q both in Q_ERR_DECOHERENCE_EXCEEDED. A rule of
your own is one object in a JSON list: \`{"id": "deep", "metric": "k.queue_depth", "comparison": ">", "threshold": 100, "clear": 50,
"forTicks": 20, "severity": 3}\`; with \`"sources": "each"\` it watches contracts, envelopes, qubits or providers one by one.
`;
}
