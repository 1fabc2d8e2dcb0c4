// Resumer: takes an unsealed journal up where it stops. The run is executed again from its beginning: every frame that is on
// record is compared with it and every outcome on record is used (E3, the same path as a replay); then it goes on alive, and the
// whole is written as a new journal. The journal it reads is never written to.
//   J45  Nothing is recorded beyond the old journal before all of it has been met again: frames byte for byte, blocks too but for
//        the last, which an interruption closes early. So block boundaries, and with them the digest, are an uninterrupted run's.
//   J46  A job's outcome is taken from the record or computed, never both: what is on record is never sampled again, and a job
//        whose intent alone is on record is started as if for the first time, under the same key.
import { sameBytes } from "../kernel-abi/canonical.ts";
import { Fault } from "../kernel-abi/fault.ts";
import { EVENT, type Frame } from "../kernel-abi/frame.ts";
import type { Durability, HostFacts, ResumePoint } from "../kernel-abi/header.ts";
import type { JobId } from "../kernel-abi/ids.ts";
import type { ByteSink, ByteSource, JobStart, Journal, Outcome, Outcomes, Recording, RunEnd, Signer } from "../kernel-abi/ports.ts";
import { eachFrame, openUnits } from "./bundle.ts";
import { Consistency } from "./consistency/consistency.ts";
import { diverged } from "./divergence.ts";
import { OutcomeFinder, RecordedFrames, type Standing } from "./recorded.ts";
import { Recorder, type Sealed } from "./recorder.ts";
import { ComparingJournal, namesAfter } from "./replayer.ts";

/** What a journal still holds. */
export interface Remains {
  readonly recording: Recording;
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
}

/**
 * Reads an unsealed journal as `verify` does, and executes nothing. Undefined: it is sealed, there is nothing to resume.
 * @throws Fault RESUME_REFUSED when not even header, program and inputs are whole; TRACE_* when it is not merely cut short
 */
export function survey(source: ByteSource): Remains | undefined {
  const { units, recording } = openUnits(source);
  if (recording === undefined) throw new Fault("RESUME_REFUSED", { intactBytes: units.offset, why: "the run was killed before its description was written; nothing had happened: run it again" });
  const consistency = new Consistency(recording.header);
  const unanswered = new Set<number>();
  let [blocks, lastTick, jobs, lastBlock] = [0, 0, 0, units.offset];
  const note = ({ tick, entries }: Frame): void => {
    lastTick = tick;
    for (const { code, subject } of entries) {
      if (code === EVENT.JOB_INTENT) unanswered.add(jobs = subject);
      if (code === EVENT.JOB_OUTCOME || code === EVENT.JOB_ABANDONED) unanswered.delete(subject);
    }
  };
  for (let block = units.next(); block !== undefined; block = units.next()) {
    const place = block;
    eachFrame(block, (frame) => {
      consistency.frame(frame, place);
      note(frame);
    });
    blocks += 1;
    lastBlock = block.offset;
  }
  if (units.tail?.kind === "seal") return undefined;
  return {
    recording, point: { blocks, frames: consistency.frames, tick: lastTick }, intactBytes: units.offset, torn: source.size - units.offset,
    lastBlock, jobs, unanswered,
  };
}

/** The intact part alone: whoever reads it sees an unsealed journal that stops between two units. */
const upTo = (source: ByteSource, size: number): ByteSource => ({ size, read: (offset, length) => source.read(offset, length) });

/** Live outcomes for a run that had others before. */
export interface LiveOutcomes extends Outcomes {
  /** The job's outcome is on record. A provider that keeps state may need to do its work again for one that comes later. */
  remember(job: JobStart): void;
}

class ResumedOutcomes implements Outcomes {
  readonly #recorded: OutcomeFinder;
  readonly #live: LiveOutcomes;
  readonly #remains: Remains;
  readonly #unrecorded: (job: number, standing: Standing) => Error;
  constructor(source: ByteSource, remains: Remains, live: LiveOutcomes, unrecorded: (job: number, standing: Standing) => Error) {
    this.#recorded = new OutcomeFinder(source);
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
    this.#compared = new ComparingJournal(new RecordedFrames(source), this.#recorder, namesAfter({ source, recording }), true);
    this.#tellCaughtUp = caughtUp;
  }

  /** Whether the run goes on beyond what the old journal holds. */
  get live(): boolean { return this.#compared.live; }
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
