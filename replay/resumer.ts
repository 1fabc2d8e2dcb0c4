// Resumer: takes an unsealed journal up where it stops. The run is executed again from its beginning: every frame that is on
// record is compared with it and every outcome on record is used (E3, the same path as a replay); then it goes on alive, and the
// whole is written as a new journal. The journal it reads is never written to.
//   J45  Nothing is recorded beyond the old journal before all of it has been met again: frames byte for byte, blocks too but for
//        the last, which an interruption closes early. So block boundaries, and with them the digest, are an uninterrupted run's.
//   J46  A job's outcome is taken from the record or computed, never both: what is on record is never sampled again, and a job
//        whose intent alone is on record is started as if for the first time, under the same key.
//   J63  With a snapshot of this run (snapshot.ts) it begins there: what stands before is checked by its hashes and taken over as it
//        is, and executed no more. From there on all of this holds as it does from the beginning.
import { sameBytes, toHex } from "../kernel-abi/canonical.ts";
import { Fault } from "../kernel-abi/fault.ts";
import { EVENT, type Frame } from "../kernel-abi/frame.ts";
import type { Durability, HostFacts, ResumePoint } from "../kernel-abi/header.ts";
import type { JobId } from "../kernel-abi/ids.ts";
import type { ByteSink, ByteSource, JobStart, Journal, Outcome, Outcomes, Recording, RunEnd, Signer } from "../kernel-abi/ports.ts";
import { eachFrame, openUnits } from "./bundle.ts";
import { FrameReader } from "./entry/reader.ts";
import { sha256 } from "./sha256.ts";
import { Consistency } from "./consistency/consistency.ts";
import { diverged } from "./divergence.ts";
import { OutcomeFinder, RecordedFrames, type FramePlace, type Standing } from "./recorded.ts";
import { Recorder, type Sealed } from "./recorder.ts";
import { ComparingJournal, namesAfter } from "./replayer.ts";
import { checkHead, SnapshotRefused, type Snapshot } from "./snapshot.ts";
import type { BlockStart, ChainedUnit, UnitReader } from "./units.ts";

/** What a journal still holds. */
export interface Remains {
  readonly recording: Recording;
  /** Chain head over header, program and inputs, hex. */
  readonly description: string;
  readonly point: ResumePoint;
  /** Bytes up to the end of the last whole, chained unit. */
  readonly intactBytes: number;
  /** Bytes of an unfinished unit behind them: lost. */
  readonly torn: number;
  /** Offset of the last whole block; `intactBytes` when there is none. */
  readonly lastBlock: number;
  /** Highest job with an intent on record. */
  readonly jobs: number;
  /** Jobs whose intent is on record and whose outcome is not. */
  readonly unanswered: ReadonlySet<number>;
  /** Turns on record. */
  readonly turns: number;
  /** What it is taken up from, if not from the beginning. */
  readonly from: Footing | undefined;
}

/** A snapshot, and where in the journal it stands. */
export interface Footing {
  readonly snapshot: Snapshot;
  readonly start: BlockStart;
}

/**
 * Reads an unsealed journal as `verify` does, and executes nothing. Undefined: it is sealed, there is nothing to resume.
 * @throws Fault RESUME_REFUSED when not even header, program and inputs are whole; TRACE_* when it is not merely cut short
 */
export function survey(source: ByteSource): Remains | undefined {
  const { units, recording } = openUnits(source);
  if (recording === undefined) throw new Fault("RESUME_REFUSED", { intactBytes: units.offset, why: "the run was killed before its description was written; nothing had happened: run it again" });
  const consistency = new Consistency(recording.header);
  const found = new Found(units);
  for (let block = units.next(); block !== undefined; block = units.next()) {
    const place = block;
    found.block(block, eachFrame(block, (frame) => {
      consistency.frame(frame, place);
      found.frame(frame);
    }));
  }
  return units.tail?.kind === "seal" ? undefined : found.remains(source, recording, units.offset);
}

/**
 * As `survey`, for a run of which there is a snapshot: what stands before it is checked by its hashes alone.
 * @throws SnapshotRefused when it is not this journal's, or ahead of it; as `survey`
 */
export function surveyBehind(source: ByteSource, snapshot: Snapshot): Remains | undefined {
  const { units, recording } = openUnits(source);
  if (recording === undefined) throw new SnapshotRefused("its journal has not begun");
  checkHead(snapshot.description, units.head, "header, program or input");
  const found = new Found(units, snapshot);
  let start: BlockStart = { offset: units.offset, index: 0, headBefore: units.head };
  for (let block = units.next(); block !== undefined; block = units.next()) {
    if (block.index === snapshot.block) {
      start = { offset: block.offset, index: block.index, headBefore: block.headBefore };
      checkGathered(snapshot, block);
    } else if (block.index === snapshot.block - 1) start = { offset: units.offset, index: snapshot.block, headBefore: block.head };
    let left = block.index === snapshot.block ? snapshot.open : 0;
    found.block(block, block.index < snapshot.block ? 0 : eachFrame(block, (frame) => { if (left-- <= 0) found.frame(frame); }));
  }
  if (units.tail?.kind === "seal") return undefined;
  if (start.index !== snapshot.block || found.frames < snapshot.frames + snapshot.open) throw new SnapshotRefused("the journal does not reach as far as it does");
  checkHead(snapshot.head, start.headBefore, "the chain before it");
  return found.remains(source, recording, units.offset, { snapshot, start });
}

/** @throws SnapshotRefused when the frames before it, in its own block, are others or not there */
function checkGathered({ open, gathered }: Snapshot, block: ChainedUnit): void {
  const reader = new FrameReader(block.payload, block);
  for (let left = open; left > 0 && !reader.done; left--) reader.next();
  checkHead(gathered, sha256(block.payload.subarray(0, reader.at)), "the block it stands in");
}

/** What a survey finds, block by block; behind a snapshot, whose facts then come first. */
class Found {
  readonly #unanswered = new Set<number>();
  readonly #description: string;
  #lastBlock: number;
  #blocks = 0;
  #tick: number;
  #jobs: number;
  #turns: number;
  frames: number;

  /** In front of the first block. */
  constructor({ offset, head }: Pick<UnitReader, "offset" | "head">, { tick, jobs, turns, frames }: Pick<Snapshot, "tick" | "jobs" | "turns" | "frames"> = { tick: 0, jobs: 0, turns: 0, frames: 0 }) {
    this.#description = toHex(head);
    this.#lastBlock = offset;
    this.#tick = tick;
    this.#jobs = jobs;
    this.#turns = turns;
    this.frames = frames;
  }

  block({ offset }: BlockStart, frames: number): void {
    this.#blocks += 1;
    this.#lastBlock = offset;
    this.frames += frames;
  }

  frame({ kind, tick, entries }: Frame): void {
    this.#tick = tick;
    if (kind === "turn") this.#turns += 1;
    for (const { code, subject } of entries) {
      if (code === EVENT.JOB_INTENT) this.#unanswered.add(this.#jobs = subject);
      if (code === EVENT.JOB_OUTCOME || code === EVENT.JOB_ABANDONED) this.#unanswered.delete(subject);
    }
  }

  remains(source: ByteSource, recording: Recording, intactBytes: number, from?: Footing): Remains {
    return {
      recording, description: this.#description, point: { blocks: this.#blocks, frames: this.frames, tick: this.#tick }, intactBytes, torn: source.size - intactBytes,
      lastBlock: this.#lastBlock, jobs: this.#jobs, unanswered: this.#unanswered, turns: this.#turns, from,
    };
  }
}

/** The intact part alone: whoever reads it sees an unsealed journal that stops between two units. */
const upTo = (source: ByteSource, size: number): ByteSource => ({ size, read: (offset, length) => source.read(offset, length) });

/** Live outcomes for a run that had others before. */
export interface LiveOutcomes extends Outcomes {
  /** The job's outcome is on record. A provider that keeps state may need to do its work again for one that comes later. */
  remember(job: JobStart): void;
}

const placeOf = ({ from }: Remains): FramePlace | undefined => from && { start: from.start, frames: from.snapshot.open };

class ResumedOutcomes implements Outcomes {
  readonly #recorded: OutcomeFinder;
  readonly #live: LiveOutcomes;
  readonly #remains: Remains;
  readonly #unrecorded: (job: number, standing: Standing) => Error;
  constructor(source: ByteSource, remains: Remains, live: LiveOutcomes, unrecorded: (job: number, standing: Standing) => Error) {
    this.#recorded = new OutcomeFinder(source, placeOf(remains));
    this.#remains = remains;
    this.#live = live;
    this.#unrecorded = unrecorded;
  }

  start(job: JobStart): void {
    if (this.#isRecorded(job.job)) this.#live.remember(job);
    else this.#live.start(job);
  }

  async outcome(job: JobId): Promise<Outcome> {
    if (!this.#isRecorded(job)) return this.#live.outcome(job);
    const outcome = this.#recorded.take(job);
    if (outcome === undefined) throw this.#unrecorded(job, this.#recorded.standing);
    return outcome;
  }

  abandon(job: JobId): void {
    if (!this.#isRecorded(job)) this.#live.abandon(job);
  }

  close(): Promise<void> { return this.#live.close(); }

  /** Answered or abandoned on record. Jobs are numbered in the order in which they start. */
  #isRecorded(job: JobId): boolean { return job <= this.#remains.jobs && !this.#remains.unanswered.has(job); }
}

/** Lets through what repeats the old journal up to its last block, and everything behind that (J45). */
class RepeatingSink implements ByteSink {
  readonly #source: ByteSource;
  readonly #sink: ByteSink;
  readonly #until: number;
  #at = 0;
  constructor(source: ByteSource, sink: ByteSink, until: number) {
    this.#source = source;
    this.#sink = sink;
    this.#until = until;
  }

  write(bytes: Uint8Array): void {
    const common = Math.max(0, Math.min(bytes.length, this.#until - this.#at));
    if (common > 0 && !sameBytes(this.#source.read(this.#at, common), bytes.subarray(0, common))) {
      throw diverged({ event: 0, frame: 0, tick: 0, actor: "kernel" }, { field: "block", expected: `the bytes at ${this.#at}`, actual: "others", event: 0, cause: "kernel" });
    }
    this.#sink.write(bytes);
    this.#at += bytes.length;
  }

  sync(): void { this.#sink.sync(); }
}

/** Writes again what stands before a snapshot: blocks as they are, then the frames of the block it stands in. */
function repeat(recorder: Recorder, source: ByteSource, { snapshot: { frames, events, open }, start }: Footing): void {
  recorder.adopt(blocksBefore(source, start), { frames, events });
  const behind = new RecordedFrames(source, { start, frames: 0 });
  for (let left = open; left > 0; left--) {
    const placed = behind.next();
    if (placed !== undefined) recorder.append(placed.frame);
  }
}

function* blocksBefore(source: ByteSource, { offset }: BlockStart): Generator<ChainedUnit> {
  const { units } = openUnits(source);
  while (units.offset < offset) {
    const block = units.next();
    if (block === undefined) return;
    yield block;
  }
}

export interface ResumptionOptions {
  readonly sink: ByteSink;
  readonly durability: Durability;
  /** Told once, when every frame of the old journal is durable in the new one; before anything else is. */
  readonly caughtUp: () => void;
}

/** One run being resumed: the journal it writes and where its outcomes come from. */
export class Resumption implements Journal {
  readonly #source: ByteSource;
  readonly #remains: Remains;
  readonly #recorder: Recorder;
  readonly #compared: ComparingJournal;
  readonly #tellCaughtUp: () => void;
  #caughtUp = false;
  #failure: Error | undefined;

  /** Writes the description again. @throws whatever the sink throws */
  constructor(whole: ByteSource, remains: Remains, { sink, durability, caughtUp }: ResumptionOptions) {
    const { recording, lastBlock, intactBytes } = remains;
    const source = upTo(whole, intactBytes);
    this.#source = source;
    this.#remains = remains;
    this.#recorder = new Recorder({ recording, sink: new RepeatingSink(source, sink, lastBlock), durability });
    if (remains.from !== undefined) repeat(this.#recorder, source, remains.from);
    this.#compared = new ComparingJournal(new RecordedFrames(source, placeOf(remains)), this.#recorder, namesAfter({ source, recording }), { goesOn: true });
    this.#tellCaughtUp = caughtUp;
  }

  /** Whether the run goes on beyond what the old journal holds. */
  get live(): boolean { return this.#compared.live; }
  /** Whether everything on record is durable in the new journal. */
  get caughtUp(): boolean { return this.#caughtUp; }
  /** What is being written. */
  get recorder(): Pick<Recorder, "frames" | "durable" | "standing"> { return this.#recorder; }
  /** Why it stopped, whatever the machine made of the throw. */
  get failure(): Error | undefined { return this.#failure ?? this.#compared.stopped; }

  append(frame: Frame): void { this.#keep(() => { this.#compared.append(frame); }); }
  barrier(): void { this.#keep(() => { this.#compared.barrier(); }); }

  outcomes(live: LiveOutcomes): Outcomes {
    return new ResumedOutcomes(this.#source, this.#remains, live, (job, at) =>
      this.#compared.stop(diverged(this.#compared.standpoint(at), { field: "outcome", expected: "abandoned", actual: `outcome of job ${job}`, event: 0, cause: "path" }, { job })));
  }

  /** Seals the run at its end, which must not come before the old journal's. @throws Fault REPLAY_DIVERGED */
  seal(seal: { readonly signer: Signer; readonly host: HostFacts; readonly end: Pick<RunEnd, "status"> }): Sealed {
    this.#compared.finish();
    this.barrier();
    return this.#recorder.seal(seal);
  }

  #keep(write: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      write();
      this.#settle();
    } catch (error) {
      throw this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  #settle(): void {
    if (this.#caughtUp || this.#recorder.durable < this.#remains.point.frames) return;
    this.#caughtUp = true;
    this.#tellCaughtUp();
  }
}
