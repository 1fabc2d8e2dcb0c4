// The one interface behind which records leave: JSON lines, Prometheus and the log today; OTLP and Perfetto join here.
//   P1  An exporter is told in order: begin, then frames and records as they come, then end. It answers nothing.
//   P2  Each stands behind an outlet of its own: one that fails is cut off and reported once, the others go on.
//   P3  Records are frozen, and whoever asks for frames is handed copies: an exporter can spoil nobody's view but its own.
import type { Frame } from "../kernel-abi/frame.ts";
import type { Fault } from "../kernel-abi/fault.ts";
import { copyFrame } from "./frame-copy.ts";
import { Outlet, reading, sinkWarning, type SinkReport, type Trouble, type Walled } from "./wall.ts";
import { SCHEMA, type Alert, type Diagnostic, type FaultEvent, type MetricRecord, type StreamEnd, type StreamStart, type TelemetryRecord } from "./schema.ts";
import { createTelemetry, type KnownEnd, type Telemetry, type TelemetryOptions } from "./telemetry.ts";

export interface Exporter {
  /** What it is called in warnings. */
  readonly name: string;
  begin?(start: StreamStart): void;
  /** Every frame, before the records it completes: for timelines, which need turns and outcomes. */
  frame?(frame: Frame): void;
  metric?(record: MetricRecord): void;
  fault?(record: FaultEvent): void;
  diagnostic?(record: Diagnostic): void;
  alert?(record: Alert): void;
  /** Nothing comes afterwards. */
  end?(end: StreamEnd): void;
}

type Told = Exclude<keyof Exporter, "name">;
const CALL: Readonly<Record<TelemetryRecord["schema"], Told>> = Object.freeze({
  [SCHEMA.metric]: "metric", [SCHEMA.fault]: "fault", [SCHEMA.diagnostic]: "diagnostic", [SCHEMA.alert]: "alert",
});

interface Ear {
  readonly exporter: Exporter;
  readonly outlet: Outlet;
}

/** Exporters that are told of one run. */
export interface Export {
  /** What to attach to the run. */
  readonly observer: Walled;
  /** Call it once the run is over: what its frames do not say of its end. Later calls do nothing. */
  finish(known?: KnownEnd): void;
  reports(): readonly SinkReport[];
  /** A typed warning for every exporter that failed. */
  warnings(): readonly Fault[];
}

export interface ExportOptions extends TelemetryOptions {
  readonly trouble?: Trouble;
}

function tell({ exporter, outlet }: Ear, call: Told, facts: unknown): void {
  if (exporter[call] === undefined) return;
  // The call and its facts belong together: CALL and the callers below see to it.
  outlet.tell(call, () => (exporter[call] as ((facts: unknown) => unknown) | undefined)?.call(exporter, facts));
}

class Driver {
  readonly #ears: readonly Ear[];
  readonly #telemetry: Telemetry;
  #begun = false;
  #over = false;

  constructor(ears: readonly Ear[], telemetry: Telemetry) {
    this.#ears = ears;
    this.#telemetry = telemetry;
  }

  frame(frame: Frame): void {
    if (this.#over) return;
    const records = this.#telemetry.step(frame);
    this.#begin();
    for (const ear of this.#ears) if (ear.exporter.frame !== undefined) tell(ear, "frame", copyFrame(frame));
    for (const record of records) this.#all(CALL[record.schema], record);
  }

  finish(known?: KnownEnd): void {
    if (this.#over) return;
    this.#over = true;
    const { records, end } = this.#telemetry.finish(known);
    this.#begin();
    for (const record of records) this.#all(CALL[record.schema], record);
    this.#all("end", end);
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#all("begin", this.#telemetry.start());
  }

  #all(call: Told, facts: unknown): void {
    for (const ear of this.#ears) tell(ear, call, facts);
  }
}

const ear = (exporter: Exporter, trouble: Trouble | undefined): Ear =>
  ({ exporter, outlet: new Outlet({ name: String(exporter.name), ...(trouble === undefined ? {} : { trouble }) }) });

/** Exporters for a run that is still to come, or for frames from wherever. */
export function exporting(exporters: readonly Exporter[], { trouble, ...options }: ExportOptions = {}): Export {
  const ears = exporters.map((exporter) => ear(exporter, trouble));
  const driver = new Driver(ears, createTelemetry(options));
  const reports = (): readonly SinkReport[] => ears.map(({ outlet }) => outlet.report);
  return {
    observer: reading((frame) => { driver.frame(frame); }, { name: "telemetry", ...(trouble === undefined ? {} : { trouble }) }),
    finish: (known) => { driver.finish(known); },
    reports,
    warnings: () => reports().flatMap((report) => sinkWarning(report) ?? []),
  };
}

/** A finished or partial run, frame by frame. */
export function exportFrames(frames: Iterable<Frame>, exporters: readonly Exporter[], { known, trouble, ...options }: ExportOptions & { readonly known?: KnownEnd } = {}): readonly SinkReport[] {
  const ears = exporters.map((exporter) => ear(exporter, trouble));
  const driver = new Driver(ears, createTelemetry(options));
  for (const frame of frames) driver.frame(frame);
  driver.finish(known);
  return ears.map(({ outlet }) => outlet.report);
}

/** All records of a run, each flush and the last. */
export function recordsOf(frames: Iterable<Frame>, { known, ...options }: TelemetryOptions & { readonly known?: KnownEnd } = {}): readonly TelemetryRecord[] {
  const telemetry = createTelemetry(options);
  const records: TelemetryRecord[] = [];
  for (const frame of frames) records.push(...telemetry.step(frame));
  return [...records, ...telemetry.finish(known).records];
}

const isMetric = (record: TelemetryRecord): record is MetricRecord => record.schema === SCHEMA.metric;
const isFault = (record: TelemetryRecord): record is FaultEvent => record.schema === SCHEMA.fault;

export const metricsOf = (frames: Iterable<Frame>, options: TelemetryOptions = {}): readonly MetricRecord[] => recordsOf(frames, options).filter(isMetric);
export const faultsOf = (frames: Iterable<Frame>, options: TelemetryOptions = {}): readonly FaultEvent[] => recordsOf(frames, options).filter(isFault);
