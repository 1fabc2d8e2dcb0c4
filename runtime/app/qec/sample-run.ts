// Sampling as a run: detection events of one experiment, recorded and sealed; the events are read out of the trace itself.
import type { Experiment } from "../../../domains/q/qec/experiment.ts";
import type { DetectionEvents } from "../../../domains/q/qec/outcome.ts";
import { DEFAULT_BOUNDS } from "../../../kernel-abi/limits.ts";
import type { ByteSink, Observer } from "../../../kernel-abi/ports.ts";
import { record, type RecordReport } from "../record.ts";
import { withTrace, type Trace } from "../trace.ts";
import { eventsIn } from "./events.ts";
import { SAMPLE_PROGRAM } from "./program-file.ts";

export interface SampleOptions {
  readonly experiment: Experiment;
  readonly shots: number;
  readonly out: string | ByteSink;
  readonly replace?: boolean;
  readonly seed?: string | undefined;
  readonly workers?: number | undefined;
  readonly observer?: Observer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws as `record` */
export const sampleRun = ({ experiment, shots, out, replace = false, seed, workers, observer, signal }: SampleOptions): Promise<RecordReport> => record({
  program: SAMPLE_PROGRAM, input: { experiment, shots }, out, replace, bounds: { shots: Math.max(DEFAULT_BOUNDS.shots, shots) },
  ...(seed === undefined ? {} : { seed }), ...(workers === undefined ? {} : { workers }), ...(observer === undefined ? {} : { observer }), ...(signal === undefined ? {} : { signal }),
});

/** All rows of a trace in one piece; undefined when it sampled nothing. @throws Fault of the reader */
export const eventsOf = (trace: Trace): Promise<DetectionEvents | undefined> => withTrace(trace, (source) => {
  const parts = [...eventsIn(source)];
  const [first] = parts;
  if (first === undefined) return undefined;
  const rows = new Uint8Array(parts.reduce((bytes, part) => bytes + part.rows.length, 0));
  parts.reduce((at, part) => {
    rows.set(part.rows, at);
    return at + part.rows.length;
  }, 0);
  return { detectors: first.detectors, observables: first.observables, shots: parts.reduce((shots, part) => shots + part.shots, 0), rows };
});
