// The Prometheus text exposition format, version 0.0.4: the latest value of every series' every source, for whoever scrapes.
//   F1  A family is written once, whole, with HELP and TYPE before its samples; families stand in order of name, samples in
//       order of their labels. Counters end in `_total`.
//   F2  Two names that this format writes alike share a family and keep their own names in a label.
//   F3  No timestamps: logical time is a metric of its own, and a scraper's clock is the scraper's.
import type { Exporter } from "./exporter.ts";
import type { Alert, FaultEvent, MetricRecord } from "./schema.ts";
import { GAUGE_NAMES, isSeries, SERIES, type Series } from "./series.ts";

const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll("\"", "\\\"");

type Labels = readonly (readonly [name: string, value: string])[];
interface Sample { readonly node: number; readonly value: number }
interface Family { readonly kind: Series["kind"]; readonly help: string; readonly samples: Map<string, Sample> }

const written = (labels: Labels): string => labels.length === 0 ? "" : `{${labels.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(",")}}`;

/** The set of families one exposition is made of. */
class Exposition {
  readonly #families = new Map<string, Family>();

  set(name: string, kind: Series["kind"], help: string, labels: Labels, value: number, node = 0): void {
    let family = this.#families.get(name);
    if (family === undefined) this.#families.set(name, family = { kind, help, samples: new Map() });
    family.samples.set(written(labels), { node, value });
  }

  /** Takes out what one node said of a family. */
  clear(name: string, node: number): void {
    const family = this.#families.get(name);
    if (family === undefined) return;
    for (const [labels, sample] of family.samples) if (sample.node === node) family.samples.delete(labels);
    if (family.samples.size === 0) this.#families.delete(name);
  }

  get text(): string {
    const names = [...this.#families.keys()].sort();
    return names.map((name) => this.#familyText(name, this.#families.get(name))).join("");
  }

  #familyText(name: string, family: Family | undefined): string {
    if (family === undefined) return "";
    const lines = [...family.samples].sort(([a], [b]) => (a < b ? -1 : 1)).map(([labels, { value }]) => `${name}${labels} ${value}\n`);
    return `# HELP ${name} ${escapeHelp(family.help)}\n# TYPE ${name} ${family.kind}\n${lines.join("")}`;
  }
}

const place = ({ domain, node, tenant, vhm }: Pick<MetricRecord, "domain" | "node" | "tenant" | "vhm">): Labels =>
  [["domain", domain], ["node", String(node)], ["tenant", String(tenant)], ["vhm", String(vhm)]];

const subject = ({ process, resourceContractId, sourceId }: Pick<MetricRecord, "process" | "resourceContractId" | "sourceId">): Labels => [
  ...(process === "" ? [] : [["process", process] as const]),
  ...(resourceContractId === 0 ? [] : [["contract", String(resourceContractId)] as const]),
  ["source", sourceId],
];

function put(exposition: Exposition, record: MetricRecord): void {
  const { metricId, unit, value } = record;
  const series: Series | undefined = isSeries(metricId) ? SERIES[metricId] : undefined;
  const kind = series?.kind ?? "gauge";
  const name = `${familyName(metricId)}${kind === "counter" ? "_total" : ""}`;
  const own: Labels = series === undefined ? [["metric", metricId]] : [];
  exposition.set(name, kind, series?.help ?? "Measured by programs.", [...place(record), ...own, ["unit", unit], ...subject(record)], value, record.node);
}

export interface PrometheusOptions {
  /** Handed the whole exposition when the stream ends; not needed where `text` is asked for. */
  readonly write?: (text: string) => void;
  readonly name?: string;
}

export interface Prometheus extends Exporter {
  /** The exposition as of now. */
  text(): string;
}

const TIME = "triad_logical_time";
const familyName = (id: string): string => `triad_${id.replaceAll(/[^A-Za-z0-9_]/g, "_")}`;
const GAUGE_FAMILIES = GAUGE_NAMES.map(familyName);

export function prometheus({ write = () => undefined, name = "prometheus" }: PrometheusOptions = {}): Prometheus {
  const exposition = new Exposition();
  const faults = new Map<string, number>();
  const flushed = new Map<number, number>();

  const at = (tick: number): void => { exposition.set(TIME, "gauge", "Logical time up to which the values hold, in ticks.", [], tick); };

  /** A node's flush replaces the one before: what is gone is not shown with its last value. */
  function metric(record: MetricRecord): void {
    const { node, logicalTimestamp } = record;
    if (flushed.get(node) !== logicalTimestamp) for (const name of GAUGE_FAMILIES) exposition.clear(name, node);
    flushed.set(node, logicalTimestamp);
    put(exposition, record);
    at(logicalTimestamp);
  }

  function fault(record: FaultEvent): void {
    const labels: Labels = [...place(record), ["name", record.name], ["code", String(record.code)], ["severity", String(record.severity)]];
    const seen = (faults.get(written(labels)) ?? 0) + 1;
    faults.set(written(labels), seen);
    exposition.set("triad_faults_total", "counter", "FaultEvents by name.", labels, seen);
  }

  function alert(record: Alert): void {
    const labels: Labels = [...place(record), ["rule", record.ruleId], ["severity", String(record.severity)], ...subject(record)];
    exposition.set("triad_alert", "gauge", "1 while an alert is raised, 0 once it was cleared.", labels, record.state === "raised" ? 1 : 0);
  }

  return {
    name, metric, fault, alert,
    text: () => exposition.text,
    end(end) {
      at(end.logicalTimestamp);
      write(exposition.text);
    },
  };
}

/** The exposition of finished metric records. */
export function prometheusText(records: readonly MetricRecord[]): string {
  const exporter = prometheus();
  for (const record of records) exporter.metric?.(record);
  return exporter.text();
}
