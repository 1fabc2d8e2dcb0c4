// What a trace recorded, as a machine asks for it: frames in order, and outcomes by job.
//   J19  Outcomes are found by reading ahead; what is held is what stands between the frame replayed and the outcome asked for.
import { EVENT } from "../kernel-abi/frame.ts";
import type { JobId, ProcessId, Tick } from "../kernel-abi/ids.ts";
import { KERNEL, tick } from "../kernel-abi/ids.ts";
import type { ByteSource, Outcome, Outcomes } from "../kernel-abi/ports.ts";
import { checkBlock, openUnits, type PlacedFrame } from "./bundle.ts";
import { UNIT_OVERHEAD } from "./chain.ts";
import { eventCount } from "./entry/count.ts";
import { FrameReader } from "./entry/reader.ts";
import { UnitReader, type BlockStart, type ChainedUnit } from "./units.ts";

/** A place between two frames: so many frames behind the beginning of a block. */
export interface FramePlace {
  readonly start: BlockStart;
  readonly frames: number;
}

/** Frames in order. */
export class RecordedFrames {
  readonly #units: UnitReader;
  #block: ChainedUnit | undefined;
  #before: ChainedUnit | undefined;
  #reader: FrameReader | undefined;
  /** Frames of the block so far. */
  #frames = 0;
  /** From `at` on, where somebody has been before, or from the beginning. */
  constructor(source: ByteSource, at?: FramePlace) {
    this.#units = at === undefined ? openUnits(source).units : new UnitReader(source, at.start);
    for (let left = at?.frames ?? 0; left > 0; left--) this.next();
  }

  /** Whether the journal has been read to an end without a seal. */
  get unsealed(): boolean { return this.#units.tail?.kind === "open"; }
  /** Chain head over the blocks read so far. */
  get head(): Uint8Array { return this.#units.head; }

  /** @throws Fault TRACE_* */
  next(): PlacedFrame | undefined {
    const reader = this.#place();
    const block = this.#block;
    if (reader === undefined || block === undefined) return undefined;
    const start = reader.at;
    const frame = reader.next();
    this.#frames += 1;
    return { frame, block, start, end: reader.at };
  }

  /**
   * Whether the next frame has these bytes; then it is passed over. A frame's bytes say where it ends, so it need not be decoded.
   * Undefined when there is none. @throws Fault TRACE_*
   */
  passes(bytes: Uint8Array, from: number, to: number): boolean | undefined {
    const reader = this.#place();
    const payload = this.#block?.payload;
    if (reader === undefined || payload === undefined) return undefined;
    const shift = reader.at - from;
    if (to + shift > payload.length) return false;
    for (let at = from; at < to; at++) if (bytes[at] !== payload[at + shift]) return false;
    reader.at = to + shift;
    this.#frames += 1;
    return true;
  }

  /** Whether what comes next is a whole block of these bytes, so many frames: then it is passed over. Its leaf, or undefined. @throws Fault TRACE_* */
  passesBlock(payload: Uint8Array, frames: number): Uint8Array | undefined {
    const reader = this.#place();
    const block = this.#block;
    if (reader?.at !== 0 || block === undefined || Buffer.compare(block.payload, payload) !== 0) return undefined;
    reader.at = payload.length;
    this.#frames = frames;
    return block.leaf;
  }

  /** The leaf of the block read last, or of the one before it, for whoever has made the same bytes of his own. */
  readonly leafOf = (unit: Uint8Array): Uint8Array | undefined =>
    [this.#block, this.#before].find((block) => block !== undefined && Buffer.compare(block.payload, unit.subarray(UNIT_OVERHEAD)) === 0)?.leaf;

  /** In front of a frame; undefined at the end. */
  #place(): FrameReader | undefined {
    if (this.#reader?.done === false) return this.#reader;
    if (this.#block !== undefined) checkBlock(this.#block, this.#frames);
    this.#before = this.#block;
    const block = this.#block = this.#units.next();
    this.#frames = 0;
    return this.#reader = block && new FrameReader(block.payload, block);
  }
}

/** How far a search came. */
export interface Standing {
  readonly tick: Tick;
  readonly actor: ProcessId;
  readonly unsealed: boolean;
}

/** An outcome with the number of its event. */
export interface RecordedOutcome extends Outcome {
  readonly event: number;
}

/** Reads JOB_OUTCOME entries ahead of the replay. */
export class OutcomeFinder {
  readonly #frames: RecordedFrames;
  readonly #found = new Map<number, RecordedOutcome>();
  #tick = tick(0);
  #events = 0;
  constructor(source: ByteSource, at?: FramePlace) { this.#frames = new RecordedFrames(source, at); }

  get standing(): Standing { return { tick: this.#tick, actor: KERNEL, unsealed: this.#frames.unsealed }; }

  /** The recorded outcome, once; undefined when there is none. */
  take(job: JobId): RecordedOutcome | undefined {
    while (!this.#found.has(job) && this.#read()) { /* read on */ }
    const outcome = this.#found.get(job);
    this.#found.delete(job);
    return outcome;
  }

  #read(): boolean {
    const placed = this.#frames.next();
    if (placed === undefined) return false;
    const { frame } = placed;
    this.#tick = frame.tick;
    frame.entries.forEach(({ code, subject, verdict, body }, at) => {
      if (code === EVENT.JOB_OUTCOME) this.#found.set(subject, { verdict, body: Uint8Array.from(body), event: this.#events + 1 + at });
    });
    this.#events += eventCount(frame);
    return true;
  }
}

/** Outcomes from a trace: jobs are started by nobody. */
export class RecordedOutcomes implements Outcomes {
  readonly #finder: OutcomeFinder;
  readonly #unrecorded: (job: number, standing: Standing) => Error;
  constructor(source: ByteSource, unrecorded: (job: number, standing: Standing) => Error) {
    this.#finder = new OutcomeFinder(source);
    this.#unrecorded = unrecorded;
  }

  start(): void { /* recorded: the work was done when the run was made */ }
  abandon(): void { /* recorded: nobody works on it */ }
  async close(): Promise<void> { /* nothing is open */ }

  async outcome(job: JobId): Promise<Outcome> {
    const outcome = this.#finder.take(job);
    if (outcome === undefined) throw this.#unrecorded(job, this.#finder.standing);
    return outcome;
  }
}
