// Sampling as a run: detection events of one experiment, recorded and sealed; the events are read out of the trace itself. What was sampled
// once is never sampled again: a journal is gone on with, and of a sealed trace the events are read.
import { existsSync } from "node:fs";
import type { Experiment } from "../../../domains/q/qec/experiment.ts";
import type { DetectionEvents } from "../../../domains/q/qec/outcome.ts";
import { rowBytes } from "../../../domains/q/stim/shots.ts";
import { DEFAULT_BOUNDS } from "../../../kernel-abi/limits.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ByteSink, ByteSource, Recording, RunEnd } from "../../../kernel-abi/ports.ts";
import { openBundle } from "../../../replay/bundle.ts";
import { record } from "../record.ts";
import { verifyTrace, withTrace, type Trace } from "../trace.ts";
import { eventsIn } from "./events.ts";
import { SAMPLE_PROGRAM } from "./program-file.ts";
import { isOf, runOrResume, type RunOptions, type Work } from "./taken-up.ts";

export interface SampleOptions extends Omit<RunOptions, "out"> {
  readonly experiment: Experiment;
  readonly shots: number;
  /** A path, or a sink: then nothing is kept that could be gone on with. */
  readonly out: string | ByteSink;
}

/** A sealed run that samples. */
export interface Sampling {
  readonly recording: Recording;
  readonly digest: string;
  /** Undefined when it went into a sink. */
  readonly trace: string | undefined;
  /** How it ended; null when it stood there sealed, and nothing was run. */
  readonly end: RunEnd | null;
}

const NAME = "qec-sample";
const workOf = ({ experiment, shots }: Pick<SampleOptions, "experiment" | "shots">): Work =>
  ({ what: "sampling", program: SAMPLE_PROGRAM, name: NAME, input: { experiment, shots }, bounds: { shots: Math.max(DEFAULT_BOUNDS.shots, shots) } });

/** What a sealed trace samples; undefined when it is of another program. @throws Fault TRACE_* when it is damaged or not sealed; FILE_UNREADABLE */
export async function sealedSampling(trace: string): Promise<Sampling | undefined> {
  const recording = await recordingOf(trace);
  if (recording.header.program.name !== NAME) return undefined;
  const { digest } = await verifyTrace(trace);
  return { recording, digest, trace, end: null };
}

/** What a trace says of its run. @throws Fault TRACE_* when it is damaged or not sealed; FILE_UNREADABLE */
export const recordingOf = (trace: string): Promise<Recording> => withTrace(trace, (source) => openBundle(source).recording);

/** The same sampling, sealed under the name it is to have; undefined when there is none. What is no trace there is `record`'s to refuse. */
async function sameSealed(out: string, work: Work, { seed, replace }: SampleOptions): Promise<Sampling | undefined> {
  if (replace || !existsSync(out) || existsSync(`${out}.partial`)) return undefined;
  const recording = await recordingOf(out).catch(() => undefined);
  return recording !== undefined && isOf(recording, work) && (seed === undefined || seed === recording.header.seed) ? sealedSampling(out) : undefined;
}

/**
 * Samples, or goes on with the journal of the same sampling, or finds it sealed.
 * @throws Fault RUN_INTERRUPTED when stopped, with its journal kept; RESUME_REFUSED; whatever `record` and `resumeRun` throw
 */
export async function sampleRun(options: SampleOptions): Promise<Sampling> {
  const { out, seed, workers, label, observer, signal } = options;
  const work = workOf(options);
  if (typeof out !== "string") {
    return record({
      program: work.program, input: work.input, out, bounds: work.bounds, ...(seed === undefined ? {} : { seed }), ...(workers === undefined ? {} : { workers }),
      ...(label === undefined ? {} : { label }), ...(observer === undefined ? {} : { observer }), ...(signal === undefined ? {} : { signal }),
    });
  }
  const there = await sameSealed(out, work, options);
  if (there !== undefined) return there;
  const done = await runOrResume(work, { ...options, out });
  if (!("kind" in done) || done.kind === "resumed") return done;
  return { recording: await recordingOf(out), digest: done.report.digest, trace: out, end: null };
}

/** All rows of a trace in one piece; undefined when it sampled nothing. @throws Fault of the reader */
export const eventsOf = (trace: Trace): Promise<DetectionEvents | undefined> => withTrace(trace, eventsFrom);

/** Of an opened one. Room is taken once, by the shots its input asks for; rows beyond it would be a fault of the program that sampled. */
export function eventsFrom(source: ByteSource): DetectionEvents | undefined {
  const wanted = shotsIn(openBundle(source).recording.inputs.input);
  let found: { readonly detectors: number; readonly observables: number; readonly rows: Uint8Array } | undefined;
  let [shots, used] = [0, 0];
  for (const { detectors, observables, shots: here, rows } of eventsIn(source)) {
    found ??= { detectors, observables, rows: new Uint8Array(Math.max(0, Math.min(source.size, wanted * rowBytes({ detectors, observables })))) }; // a trace holds its rows
    if (used + rows.length > found.rows.length) throw new Fault("TRACE_INCONSISTENT", { rule: "a sampling has as many rows as its input asks for", recorded: wanted, found: shots + here });
    found.rows.set(rows, used);
    shots += here;
    used += rows.length;
  }
  return found && { detectors: found.detectors, observables: found.observables, shots, rows: found.rows.subarray(0, used) };
}

const shotsIn = (input: unknown): number => (typeof input === "object" && input !== null && "shots" in input ? Number(input.shots) : 0);
