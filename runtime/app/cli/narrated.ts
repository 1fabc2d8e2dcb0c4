// A long run of the command line: told of while it goes on, stopped by Ctrl-C, and when it is stopped whoever asked learns how it goes on.
import { existsSync } from "node:fs";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Observer } from "../../../kernel-abi/ports.ts";
import type { Remains } from "../../../replay/resumer.ts";
import { interruptible } from "./interrupt.ts";
import { narrator } from "./narration.ts";
import { reportError } from "./output.ts";
import type { Io } from "./terminal.ts";
import { plural } from "./values.ts";

/** What a run is given of it. */
export interface Live {
  readonly observer: Observer;
  readonly surveyed: (remains: Remains) => void;
  readonly signal: AbortSignal;
}

export interface NarratedOptions {
  /** The trace the run grows into; undefined when it is not kept. */
  readonly out: string | undefined;
  /** What the run is called in log lines. */
  readonly name: string;
  readonly json: boolean;
}

export interface Kept {
  /** Where the journal grows; undefined when nothing is kept. */
  readonly partial: string | undefined;
  /** Options that would have kept it. */
  readonly by: string;
  readonly json: boolean;
}

/** Does `work`; interrupted, it says that the same words go on with the journal, or what would have left one. @throws what `work` throws */
export async function keepingOn(io: Io, { partial, by, json }: Kept, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.fault !== "RUN_INTERRUPTED") throw error;
    const kept = partial !== undefined && existsSync(partial);
    const fault = kept ? new Fault("RUN_INTERRUPTED", { ...error.detail, partial }) : error;
    return reportError(io, fault, { json, next: kept ? "Say the same command again: it goes on where this one stopped." : `Nothing of it was kept: with ${by} it is.` });
  }
}

/** Does `work`, then what is `told` of it; its exit code. @throws what both throw */
export async function narrated<T>(io: Io, { out, name, json }: NarratedOptions, work: (live: Live) => Promise<T>, told: (made: T) => Promise<number>): Promise<number> {
  const narration = await narrator(io.err, { run: name, log: true });
  const surveyed = ({ point }: Remains): void => { if (io.err.tty) io.err.print(`going on after ${plural(point.frames, "frame")}`); };
  return keepingOn(io, { partial: out === undefined ? undefined : `${out}.partial`, by: "--out", json }, async () =>
    told(await interruptible(io.err, (signal) => work({ observer: narration.observer, surveyed, signal })).finally(() => { narration.end(); })));
}
