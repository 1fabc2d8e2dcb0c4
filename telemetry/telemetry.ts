// Telemetry of one run: frames in, records out, each with its place in one stream. Owns the order of the stream.
//   X1  The stream is a function of the frames alone: live, replayed or read from a file, it is the same byte for byte.
//   Y1  Logical timestamps never fall within a stream, and sequence numbers count from 0 without a gap.
//   Y2  At the end of a tick alerts are held against the readings, then what is due is flushed, under the tick it is true of.
import { END_STATUSES, EVENT, type EndStatus, type Frame } from "../kernel-abi/frame.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { ROOT } from "../kernel-abi/ids.ts";
import { createAlerts, type AlertDraft } from "./alerts.ts";
import { countIn, fieldsOf, recordIn, textIn } from "./body.ts";
import type { DiagnosticDraft } from "./diagnostics.ts";
import { createFaultCollector, describeFault, type FaultDraft } from "./fault-events.ts";
import { createMetricFold } from "./metrics.ts";
import { createOwnership } from "./ownership.ts";
import { createProcesses, isProcess } from "./processes.ts";
import { DEFAULT_RULES, type AlertRule } from "./rules.ts";
import { CATEGORY, SCHEMA, type Alert, type Diagnostic, type FaultEvent, type MetricRecord, type Severity, type StreamEnd, type StreamStart, type TelemetryRecord } from "./schema.ts";
import type { Scope } from "./scope.ts";
import { SERIES, SERIES_NAMES } from "./series.ts";

export interface TelemetryOptions {
  /** Flush interval in ticks; only at the end unless given. */
  readonly every?: number | undefined;
  /** The node whose stream this is; the root's own unless given. */
  readonly node?: number | undefined;
  /** 0: none is named. */
  readonly tenant?: number | undefined;
  /** The VHM records without a process are counted to; the root's own unless given. */
  readonly vhm?: number | undefined;
  readonly scope?: Scope | undefined;
  /** DEFAULT_RULES unless given. */
  readonly rules?: readonly AlertRule[] | undefined;
  /** Whether counters are told for each process too. */
  readonly byProcess?: boolean | undefined;
}

/** How the run ended, as far as its frames do not say. */
export interface KnownEnd {
  readonly status: EndStatus | null;
  /** Code of the fault it ended by; 0: none. */
  readonly fault: number;
  /** The run's digest, hex. */
  readonly digest: string | null;
}

export interface Telemetry {
  /** What stands before the first record; known once the first frame was taken. */
  start(): StreamStart;
  /** Takes one frame; answers the records it completed. */
  step(frame: Frame): readonly TelemetryRecord[];
  /** Metric records as of now, outside the stream: what a scrape is answered. Their sequence is that of the next record. */
  now(): readonly MetricRecord[];
  /** The last records and what stands behind them. Frames taken afterwards are ignored. */
  finish(known?: KnownEnd): { readonly records: readonly TelemetryRecord[]; readonly end: StreamEnd };
}

type Placeless<R> = R extends unknown ? Omit<R, "node" | "tenant" | "vhm" | "sequence" | "logicalTimestamp" | "process" | "signature"> : never;
const UNKNOWN_END: KnownEnd = Object.freeze({ status: null, fault: 0, digest: null });
const SCHEMAS: string[] = [SCHEMA.metric, SCHEMA.fault, SCHEMA.diagnostic, SCHEMA.alert];
Object.freeze(SCHEMAS);
const statusIn = (text: string): EndStatus | null => END_STATUSES.find((status) => status === text) ?? null;

export function createTelemetry({ every = 0, node: namedNode, tenant = 0, vhm: namedVhm, scope, rules = DEFAULT_RULES, byProcess }: TelemetryOptions = {}): Telemetry {
  const processes = createProcesses();
  const ownership = createOwnership();
  const admitted = new Map<number, boolean>();
  const admits = scope && ((process: number): boolean => {
    const known = admitted.get(process);
    if (known !== undefined) return known;
    const answer = scope.admits(processes.of(process));
    if (processes.of(process).name.startsWith("#") === false) admitted.set(process, answer);
    return answer;
  });
  const fold = createMetricFold({ admits, byProcess });
  const faults = createFaultCollector(ownership.of);
  const alerts = createAlerts(rules, fold.read, fold.revision);
  const ordinals = new Map<string, number>();
  let sequence = 0;
  let tick = 0;
  let due = every;
  let begun = false;
  let over = false;
  let program = "";
  let ended: KnownEnd | undefined;

  const home = (): { readonly node: number; readonly vhm: number } => {
    const root = processes.of(ROOT);
    return { node: namedNode ?? root.node, vhm: namedVhm ?? root.vhm };
  };

  /** Gives a record its place. */
  function placed<D extends { readonly processId: number }>(draft: D, at: number): D & Pick<MetricRecord, "node" | "tenant" | "vhm" | "process" | "sequence" | "logicalTimestamp"> {
    const { node, vhm } = home();
    const facts = isProcess(draft.processId) ? processes.of(draft.processId) : { name: "", vhm };
    return Object.freeze({ ...draft, process: facts.name, node, tenant, vhm: facts.vhm, sequence: sequence++, logicalTimestamp: at });
  }

  function faultRecord({ event, processId: actor, ...draft }: FaultDraft): FaultEvent | undefined {
    const processId = isProcess(actor) ? actor : 0;
    if (admits !== undefined && !(processId !== 0 && admits(processId))) return undefined;
    const name = processId === 0 ? "run" : processes.of(processId).name;
    const ordinal = (ordinals.get(name) ?? 0) + 1;
    ordinals.set(name, ordinal);
    return placed({ schema: SCHEMA.fault, faultId: `${name}:${ordinal}`, ...(scope?.separates === true || event === 0 ? {} : { event }), processId, ...draft } satisfies Placeless<FaultEvent>, tick);
  }

  const diagnosticRecord = (draft: DiagnosticDraft): Diagnostic => placed({ schema: SCHEMA.diagnostic, ...draft }, tick);
  const alertRecord = ({ at, ...draft }: AlertDraft): Alert => placed({ schema: SCHEMA.alert, ...draft }, at);

  /** Metric records at tick `at`; `sequence` runs on for each. */
  function metrics(at: number): readonly MetricRecord[] {
    const shown = SERIES_NAMES.filter((name) => scope === undefined || !SERIES[name].shared);
    const series = shown.flatMap((metricId) => fold.read(metricId, at).map((reading) => {
      const { category, domain, unit } = SERIES[metricId];
      const severity = Math.max(1, alerts.severityOf(metricId, reading.sourceId)) as Severity;
      return placed({ schema: SCHEMA.metric, metricId, category, domain, unit, severity, ...reading } satisfies Placeless<MetricRecord>, at);
    }));
    const own = fold.user().map((reading) =>
      placed({ schema: SCHEMA.metric, category: CATEGORY.performance, domain: "K", severity: 1, ...reading } satisfies Placeless<MetricRecord>, at));
    return [...series, ...own];
  }

  const watch = (at: number): TelemetryRecord[] => alerts.evaluate(at).map(alertRecord);

  function flush(at: number): readonly TelemetryRecord[] {
    const records = metrics(at);
    return [...records, ...fold.flush(at).map(diagnosticRecord)];
  }

  /** Everything that is settled before `next` begins (Y2). */
  function settle(next: number): TelemetryRecord[] {
    const records = watch(tick);
    if (every > 0 && next >= due) {
      records.push(...flush(tick));
      due = (Math.floor(next / every) + 1) * every;
    }
    if (next - 1 > tick) records.push(...watch(next - 1));
    return records;
  }

  function learn(frame: Frame): void {
    processes.learn(frame);
    for (const { code, verdict, subject, body } of frame.entries) {
      if (subject === ROOT && program === "" && (code === EVENT.PROCESS_DECLARED || (code === SYSCALL.PROC_SPAWN && verdict === 0))) program = textIn(fieldsOf(body), "definition");
      if (code !== EVENT.RUN_END) continue;
      const fields = fieldsOf(body);
      ended = { status: statusIn(textIn(fields, "status")), fault: countIn(recordIn(fields, "fault"), "code"), digest: null };
    }
  }

  return {
    start() {
      const { node, vhm } = home();
      return Object.freeze({ schema: SCHEMA.start, program, node, tenant, vhm, every, scope: scope?.text ?? null, schemas: SCHEMAS });
    },
    step(frame) {
      if (over) return [];
      learn(frame);
      const records = begun && frame.tick > tick ? settle(frame.tick) : [];
      begun = true;
      tick = Math.max(tick, frame.tick);
      for (const fault of faults(frame)) {
        const record = faultRecord(fault);
        if (record !== undefined) records.push(record);
      }
      for (const draft of fold.step(frame)) records.push(diagnosticRecord(draft));
      return records;
    },
    now() {
      const before = sequence;
      const records = metrics(tick);
      sequence = before;
      return records;
    },
    finish(known = UNKNOWN_END) {
      over = true;
      const { status, fault } = ended ?? known;
      const broken = fault === 0 || admits !== undefined ? undefined
        : faultRecord({ event: 0, processId: 0, domain: "K", sourceId: "run", resourceContractId: 0, ...describeFault(fault, `run ended ${status ?? "somehow"}`) });
      const records = [...(broken === undefined ? [] : [broken]), ...watch(tick), ...flush(tick)];
      return { records, end: Object.freeze({ schema: SCHEMA.end, status, run: known.digest, records: sequence, logicalTimestamp: tick }) };
    },
  };
}
