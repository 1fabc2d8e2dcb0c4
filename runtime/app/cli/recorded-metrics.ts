// Metrics of a run that is taken up again: what is on record is read from its journal, whether it is executed again or stands before a
// snapshot; what comes behind it is told as it happens. So they are of the whole run, each frame once, from wherever it goes on.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Frame } from "../../../kernel-abi/frame.ts";
import { walk } from "../../../replay/bundle.ts";
import type { Remains } from "../../../replay/resumer.ts";
import { openSource, type FileSource } from "../../adapters/files.ts";
import type { MetricsFile } from "./metrics-file.ts";

/** Frames on record that are executed again. */
export const framesAgain = ({ point, from }: Remains): number => point.frames - (from === undefined ? 0 : from.snapshot.frames + from.snapshot.open);

/** The same file, told of the whole run. */
export interface RecordedMetrics extends MetricsFile {
  /** Where the run goes on, before its first frame; again when it begins anew without its snapshot. @throws Fault FILE_UNREADABLE */
  surveyed(remains: Remains): void;
}

/** Nothing is told before the run's first frame: what does not begin leaves no metrics. A record that cannot be read ends them. */
export function recordedMetrics(metrics: MetricsFile, journal: string): RecordedMetrics {
  let source: FileSource | undefined;
  /** Frames on record that have not been told; undefined when all were, or none can be. */
  let untold: number | undefined;
  let again = 0;
  let trouble: Fault | undefined;

  function tellRecord(from: FileSource, frames: number): void {
    let left = frames;
    if (left === 0) return;
    for (const { frame } of walk(from)) {
      metrics.observer.frame?.(frame);
      if (--left === 0) return;
    }
  }

  function tell(frame: Frame): void {
    if (trouble !== undefined) return;
    if (source !== undefined && untold !== undefined) {
      const frames = untold;
      untold = undefined;
      try {
        tellRecord(source, frames);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        trouble = error;
        return;
      }
    }
    if (again > 0) again -= 1;
    else metrics.observer.frame?.(frame);
  }

  return {
    observer: { ...metrics.observer, frame: tell },
    surveyed(remains) {
      again = framesAgain(remains);
      if (source !== undefined) return;
      source = openSource(journal); // the journal may be replaced before it is read
      untold = remains.point.frames;
    },
    finish(known) {
      source?.close();
      source = undefined;
      metrics.finish(trouble === undefined ? known : undefined);
    },
    warn: (io) => { metrics.warn(io, trouble); },
  };
}
