// Replayer: runs a recorded run again on a machine it is given, against recorded outcomes (E3). No kernel runs here and
// nothing is sampled; the original is never written to.
//   J17  Every frame the machine appends equals the recorded one, byte for byte, or the replay stops at the first difference.
//   J18  The digest is computed anew from what the machine appended (a block of the same bytes as the recorded one is hashed once);
//        a replay of a replay is a fixpoint.
import { Fault } from "../kernel-abi/fault.ts";
import { toHex } from "../kernel-abi/canonical.ts";
import type { Frame } from "../kernel-abi/frame.ts";
import type { Durability, HostFacts } from "../kernel-abi/header.ts";
import type { Tick } from "../kernel-abi/ids.ts";
import type { ByteSink, Journal, Outcomes, RunEnd, RunMachine, RunPause, Signer } from "../kernel-abi/ports.ts";
import { SEMANTICS_VERSION } from "../kernel-abi/version.ts";
import type { Bundle } from "./bundle.ts";
import { RecordedFrames, RecordedOutcomes, type Standing } from "./recorded.ts";
import { decodeFrame } from "./entry/reader.ts";
import { FrameWriter } from "./entry/writer.ts";
import { ProcessNames } from "./entry/names.ts";
import { difference, diverged, frameName, type Standpoint } from "./divergence.ts";
import { Recorder, type Sealed } from "./recorder.ts";

export interface ReplayOptions {
  /** Stop after this tick. */
  readonly until?: Tick;
  /** Writes the replayed run as a bundle of its own; sealed when it comes to its end and a signer is given. */
  readonly rerecord?: {
    readonly sink: ByteSink;
    readonly durability?: Durability;
    readonly seal?: { readonly signer: Signer; readonly host: HostFacts };
  };
}

export interface ReplayReport {
  /** Chain head over the replayed frames, hex: the run's digest when `complete`. */
  readonly digest: string;
  readonly frames: number;
  readonly events: number;
  /** The whole recording was replayed, to its RUN_END. */
  readonly complete: boolean;
  /** How the replay ended; null when an unsealed journal gave out. */
  readonly end: RunEnd | RunPause | null;
  readonly sealed: Sealed | null;
}

/** An unsealed journal has been replayed as far as it goes. Not a fault. */
class JournalEnds extends Error {
  override readonly name = "JournalEnds";
}

/** Compares what a machine appends with what was recorded, and records it again. */
export class ComparingJournal implements Journal {
  readonly #recorded: RecordedFrames;
  readonly #recorder: Recorder;
  /** Names as they were known after so many frames: read again, for nobody asks while all goes well. */
  readonly #names: (frames: number) => ProcessNames;
  readonly #goesOn: boolean;
  #found: boolean | undefined;
  #live = false;
  /** Why it stopped, whatever the machine made of the throw. */
  stopped: Error | undefined;

  /** With `goesOn`, what follows the last frame of an unsealed journal is recorded and compared with nothing. */
  constructor(recorded: RecordedFrames, recorder: Recorder, names: (frames: number) => ProcessNames, goesOn = false) {
    this.#recorded = recorded;
    this.#recorder = recorder;
    this.#names = names;
    this.#goesOn = goesOn;
  }

  /** Whether the recording has been left behind. */
  get live(): boolean { return this.#live; }

  append(frame: Frame): void {
    if (this.stopped !== undefined) throw this.stopped;
    if (this.#live) return this.#recorder.append(frame);
    if (this.#recorder.appendIf(frame, this.#same)) return;
    if (this.#found === false) throw this.stop(this.#differs(frame));
    if (!this.#goesOn || !this.#recorded.unsealed) throw this.stop(this.#outrun(frame));
    this.#live = true;
    this.#recorder.append(frame);
  }

  readonly #same = (bytes: Uint8Array, from: number, to: number): boolean => (this.#found = this.#recorded.passes(bytes, from, to)) === true;

  barrier(): void { this.#recorder.barrier(); }

  /** After the machine's own end: nothing may be left over. */
  finish(): void {
    if (this.#live) return;
    const recorded = this.#recorded.next();
    if (recorded !== undefined) {
      throw diverged(this.standpoint(recorded.frame), { field: "frame", expected: frameName(recorded.frame), actual: "nothing", event: 0, cause: "missing" });
    }
  }

  stop(why: Error): Error { return (this.stopped ??= why); }

  standpoint(frame: Pick<Frame, "tick" | "actor">): Standpoint {
    const { frames, events } = this.#recorder.counts;
    return { event: events + 1, frame: frames, tick: frame.tick, actor: this.#names(frames).of(frame.actor).name };
  }

  #differs(frame: Frame): Error {
    const expected = this.#recorded.next()?.frame;
    if (expected === undefined) return this.#outrun(frame);
    const writer = new FrameWriter();
    writer.write(frame);
    const found = difference(expected, decodeFrame(writer.bytes.slice(0, writer.length)), this.#names(this.#recorder.counts.frames)) ?? { field: "frame", expected: "", actual: "", event: 0, cause: "order" as const };
    return diverged(this.standpoint(expected), found);
  }

  #outrun(frame: Frame): Error {
    if (this.#recorded.unsealed) return new JournalEnds();
    return diverged(this.standpoint(frame), { field: "frame", expected: "nothing", actual: frameName(frame), event: 0, cause: "extra" });
  }
}

/** The names a trace has declared in its first frames. */
export const namesAfter = ({ source, recording }: Bundle) => (frames: number): ProcessNames => {
  const names = new ProcessNames(recording.header);
  const recorded = new RecordedFrames(source);
  for (let left = frames; left > 0; left--) {
    const placed = recorded.next();
    if (placed === undefined) break;
    names.learn(placed.frame);
  }
  return names;
};

const NOWHERE: ByteSink = Object.freeze({ write: () => undefined, sync: () => undefined });

/** One replay in progress; reproduce.ts puts other outcomes into it. */
export class Replay {
  readonly #bundle: Bundle;
  readonly #options: ReplayOptions;
  readonly #recorder: Recorder;
  readonly #frames: RecordedFrames;
  readonly #journal: ComparingJournal;

  /** @throws Fault TRACE_*; TRACE_VERSION when the run was made under other semantics. */
  constructor(bundle: Bundle, options: ReplayOptions) {
    const { semantics } = bundle.recording.header;
    if (semantics !== SEMANTICS_VERSION) throw new Fault("TRACE_VERSION", { offset: 0, unit: "header", semantics, knows: SEMANTICS_VERSION });
    const { sink = NOWHERE, durability = "process" } = options.rerecord ?? {};
    this.#bundle = bundle;
    this.#options = options;
    this.#frames = new RecordedFrames(bundle.source);
    this.#recorder = new Recorder({ recording: bundle.recording, sink, durability, hashed: this.#frames.leafOf });
    this.#journal = new ComparingJournal(this.#frames, this.#recorder, namesAfter(bundle));
  }

  /** A job without a recorded outcome: an unsealed journal gave out, or the replay left the recording. */
  readonly unrecorded = (job: number, standing: Standing): Error => {
    if (standing.unsealed) return this.#journal.stop(new JournalEnds());
    const at = this.#journal.standpoint({ tick: standing.tick, actor: standing.actor });
    return this.#journal.stop(diverged(at, { field: "outcome", expected: "nothing", actual: `outcome of job ${job}`, event: 0, cause: "extra" }, { job }));
  };

  /** Keeps a failure that must reach the caller whatever the machine makes of it. */
  stop(why: Error): Error { return this.#journal.stop(why); }

  async run(machine: RunMachine, outcomes: Outcomes): Promise<ReplayReport> {
    const { until } = this.#options;
    const end = await this.#ends(machine.run({
      recording: this.#bundle.recording, journal: this.#journal, outcomes, ...(until === undefined ? {} : { until }),
    }));
    const complete = end !== null && end.status !== "paused";
    if (complete) this.#journal.finish();
    this.#recorder.barrier();
    const { digest } = this.#recorder;
    const { frames, events } = this.#recorder.counts;
    if (complete) this.#sameChain(digest);
    return { digest, frames, events, complete, end, sealed: complete ? this.#seal(end) : null };
  }

  async #ends(running: Promise<RunEnd | RunPause>): Promise<RunEnd | RunPause | null> {
    try {
      const end = await running;
      if (this.#journal.stopped === undefined) return end;
    } catch (error) {
      if (this.#journal.stopped === undefined) throw error;
    }
    if (this.#journal.stopped instanceof JournalEnds) return null;
    throw this.#journal.stopped;
  }

  /** Equal frames in other blocks: the machine set its barriers elsewhere. */
  #sameChain(digest: string): void {
    const expected = toHex(this.#frames.head);
    if (digest === expected) return;
    const at: Standpoint = { event: this.#recorder.counts.events, frame: this.#recorder.counts.frames, tick: 0, actor: "kernel" };
    throw diverged(at, { field: "digest", expected, actual: digest, event: 0, cause: "kernel" });
  }

  #seal(end: RunEnd): Sealed | null {
    const seal = this.#options.rerecord?.seal;
    return seal === undefined ? null : this.#recorder.seal({ ...seal, end });
  }
}

/**
 * Re-executes a recorded run against its recorded outcomes.
 * @throws Fault REPLAY_DIVERGED at the first difference; TRACE_* when the trace itself is not intact.
 */
export async function replay(bundle: Bundle, machine: RunMachine, options: ReplayOptions = {}): Promise<ReplayReport> {
  const run = new Replay(bundle, options);
  return run.run(machine, new RecordedOutcomes(bundle.source, run.unrecorded));
}
