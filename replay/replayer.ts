// Replayer: runs a recorded run again on a machine it is given, against recorded outcomes (E3). No kernel runs here and
// nothing is sampled; the original is never written to.
//   J17  Every frame the machine appends equals the recorded one, byte for byte, or the replay stops and names the first difference:
//        there, or, where blocks are compared, when the block it stands in closes.
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
import { UNIT_OVERHEAD } from "./chain.ts";
import { eventCount } from "./entry/count.ts";
import { ProcessNames } from "./entry/names.ts";
import { decodeFrame, FrameReader, type Origin } from "./entry/reader.ts";
import { encodeFrame } from "./entry/writer.ts";
import { difference, diverged, frameName, type Standpoint } from "./divergence.ts";
import { Recorder, type Counts, type Sealed } from "./recorder.ts";
import { claimsSeal } from "./units.ts";

export interface ReplayOptions {
  /**
   * What is compared at once. `blocks` is the faster and the machine may go on for a part of a block behind a difference, so it is for
   * a sealed trace of which nothing is written anew, and a program known to be the recorded one; anything else falls back to `frames`, the default.
   */
  readonly compare?: "frames" | "blocks";
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
  readonly #blockwise: boolean;
  #found: boolean | undefined;
  #live = false;
  #stopped: Error | undefined;

  /** With `goesOn`, what follows the last frame of an unsealed journal is recorded and compared with nothing. `blockwise`: frames are compared when their block closes. */
  constructor(recorded: RecordedFrames, recorder: Recorder, names: (frames: number) => ProcessNames, { goesOn = false, blockwise = false } = {}) {
    this.#recorded = recorded;
    this.#recorder = recorder;
    this.#names = names;
    this.#goesOn = goesOn;
    this.#blockwise = blockwise;
  }

  /** Whether the recording has been left behind. */
  get live(): boolean { return this.#live; }
  /** Why it stopped, whatever the machine made of the throw. */
  get stopped(): Error | undefined { return this.#stopped; }

  append(frame: Frame): void {
    if (this.#stopped !== undefined) throw this.#stopped;
    if (this.#blockwise || this.#live) return this.#recorder.append(frame);
    if (this.#recorder.appendIf(frame, this.#same)) return;
    if (this.#found === false) throw this.stop(this.#differs(frame, this.#recorder.counts));
    if (!this.#goesOn || !this.#recorded.unsealed) throw this.stop(this.#outrun(frame, this.#recorder.counts));
    this.#live = true;
    this.#recorder.append(frame);
  }

  readonly #same = (bytes: Uint8Array, from: number, to: number): boolean => (this.#found = this.#recorded.passes(bytes, from, to)) === true;

  /** The recorder closes a block of so many frames: the leaf of the recorded one, when that is the same. */
  readonly closing = (unit: Uint8Array, frames: number): Uint8Array | undefined => {
    if (!this.#blockwise) return this.#recorded.leafOf(unit);
    const payload = unit.subarray(UNIT_OVERHEAD);
    const leaf = this.#recorded.passesBlock(payload, frames);
    if (leaf !== undefined) return leaf;
    this.#stopped ??= this.#firstDifference(payload);
    if (this.#stopped !== undefined) throw this.#stopped;
    return undefined; // the same frames in other blocks: the chain will tell
  };

  barrier(): void { this.#recorder.barrier(); }

  /** After the machine's own end: nothing may be left over. */
  finish(): void {
    if (this.#live) return;
    if (this.#blockwise) this.#recorder.barrier();
    const recorded = this.#recorded.next();
    if (recorded !== undefined) {
      throw diverged(this.standpoint(recorded.frame), { field: "frame", expected: frameName(recorded.frame), actual: "nothing", event: 0, cause: "missing" });
    }
  }

  /** For `why`, unless something that was appended before differs already. */
  stop(why: Error): Error { return (this.#stopped ??= this.#waiting() ?? why); }

  /** The machine has failed: what it appended may have differed before. */
  settle(): void { this.#stopped ??= this.#waiting(); }

  standpoint(frame: Pick<Frame, "tick" | "actor">, { frames, events }: Pick<Counts, "frames" | "events"> = this.#recorder.counts): Standpoint {
    return { event: events + 1, frame: frames, tick: frame.tick, actor: this.#names(frames).of(frame.actor).name };
  }

  /** In frames that have not been compared yet. */
  #waiting(): Error | undefined { return this.#blockwise ? this.#firstDifference(this.#recorder.gathered) : undefined; }

  /** Frame by frame, of those in the recorder's open block. */
  #firstDifference(bytes: Uint8Array): Error | undefined {
    const reader = new FrameReader(bytes, OWN);
    const { closed: { frames, events } } = this.#recorder;
    const at = { frames, events };
    while (!reader.done) {
      const from = reader.at;
      const frame = reader.next();
      const same = this.#recorded.passes(bytes, from, reader.at);
      if (same !== true) return same === false ? this.#differs(frame, at) : this.#outrun(frame, at);
      at.frames += 1;
      at.events += eventCount(frame);
    }
    return undefined;
  }

  #differs(frame: Frame, at: Pick<Counts, "frames" | "events">): Error {
    const expected = this.#recorded.next()?.frame;
    if (expected === undefined) return this.#outrun(frame, at);
    const found = difference(expected, decodeFrame(encodeFrame(frame)), this.#names(at.frames)) ?? { field: "frame", expected: "", actual: "", event: 0, cause: "order" as const };
    return diverged(this.standpoint(expected, at), found);
  }

  #outrun(frame: Frame, at: Pick<Counts, "frames" | "events">): Error {
    if (this.#recorded.unsealed) return new JournalEnds();
    return diverged(this.standpoint(frame, at), { field: "frame", expected: "nothing", actual: frameName(frame), event: 0, cause: "extra" });
  }
}

/** Where frames come from that were written here: nobody else refuses them. */
const OWN: Origin = { offset: 0, unit: "block", index: 0 };

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
    const { compare = "frames", rerecord, until } = options;
    const { sink = NOWHERE, durability = "process" } = rerecord ?? {};
    const blockwise = compare === "blocks" && rerecord === undefined && until === undefined && claimsSeal(bundle.source);
    this.#bundle = bundle;
    this.#options = options;
    this.#frames = new RecordedFrames(bundle.source);
    this.#recorder = new Recorder({ recording: bundle.recording, sink, durability, hashed: (unit, frames) => this.#journal.closing(unit, frames) });
    this.#journal = new ComparingJournal(this.#frames, this.#recorder, namesAfter(bundle), { blockwise });
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
      this.#journal.settle();
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
