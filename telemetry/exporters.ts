// Metric records as text: JSON lines for machines that keep them, the Prometheus text format for machines that scrape them.
// Both are functions of the records alone: same records, same bytes.
import type { FaultEvent } from "./fault-events.ts";
import type { MetricRecord } from "./metrics.ts";
import { SERIES, SERIES_NAMES, type Series } from "./series.ts";

/** Raised when a field changes meaning or goes; new fields do not raise it. */
export const SCHEMA = Object.freeze({ metric: "triad.metric/1", fault: "triad.fault/1" });

/** One JSON object a line, each naming its schema. */
export const metricLines = (records: readonly MetricRecord[]): string =>
  records.map((record) => `${JSON.stringify({ schema: SCHEMA.metric, ...record })}\n`).join("");

export const faultLines = (faults: readonly FaultEvent[]): string =>
  faults.map((fault) => `${JSON.stringify({ schema: SCHEMA.fault, ...fault })}\n`).join("");

const escapeLabel = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\"", "\\\"").replaceAll("\n", "\\n");
const metricName = (id: string): string => `triad_${id.replaceAll(/[^A-Za-z0-9_]/g, "_")}`;

function sample(name: string, { domain, process, contract, node, vhm, value, unit }: MetricRecord): string {
  const labels: [string, string][] = [["domain", domain], ["node", String(node)], ["vhm", String(vhm)], ["unit", unit]];
  if (process !== "") labels.push(["process", process]);
  if (contract !== 0) labels.push(["contract", String(contract)]);
  return `${name}{${labels.map(([key, text]) => `${key}="${escapeLabel(text)}"`).join(",")}} ${value}\n`;
}

const isSeries = (id: string): id is keyof typeof SERIES => Object.hasOwn(SERIES, id);

function family(id: string, records: readonly MetricRecord[]): string {
  const series: Series | undefined = isSeries(id) ? SERIES[id] : undefined;
  const kind = series?.kind ?? "gauge";
  const name = `${metricName(id)}${kind === "counter" ? "_total" : ""}`;
  const help = series?.help ?? "Measured by a program.";
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${records.map((record) => sample(name, record)).join("")}`;
}

/** Text exposition format 0.0.4 of the latest value of each series; families in order of their ids. */
export function prometheusText(records: readonly MetricRecord[]): string {
  const latest = new Map(records.map((record) => [`${record.id} ${record.process} ${record.contract}`, record]));
  const own = new Set([...latest.values()].map(({ id }) => id).filter((id) => !isSeries(id)));
  return [...SERIES_NAMES, ...[...own].sort()]
    .map((id): [string, MetricRecord[]] => [id, [...latest.values()].filter((record) => record.id === id)])
    .filter(([, members]) => members.length > 0)
    .map(([id, members]) => family(id, members))
    .join("");
}
