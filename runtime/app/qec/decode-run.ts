// Decoding shots that are there already: no randomness and no contract, so no run; the shots go to the pool in parts, and each that comes back is
// kept before the next is asked for. Stopped or killed, the same work goes on with what was kept.
import { setImmediate as turn } from "node:timers/promises";
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { unpack } from "../../../kernel-abi/packer.ts";
import type { JobRunner } from "../../../kernel-abi/ports.ts";
import { encodeDecodeRows, type QecDecoder } from "../../../domains/kernels/qec/job.ts";
import { decoderOfModel } from "../../../domains/q/qec/decoder.ts";
import { createRunner } from "../outcomes.ts";
import { openDecodeJournal, type DecodedPart, type DecodeJournal, type DecodeWork } from "./decode-journal.ts";

export type DecodeTask = Omit<DecodeWork, "part">;

export interface DecodeOptions {
  readonly workers: number;
  /** Where what is done is kept; none: a kill loses it. */
  readonly journal?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of shots decoded so far: once before the first part, with what was kept before, then after each. */
  readonly progress?: ((shots: number) => void) | undefined;
  /** Test injection: how long a worker sleeps before its n-th job. */
  readonly delayMs?: (ordinal: number) => number;
}

export interface Decoded {
  /** shots × ⌈observables / 8⌉ bytes. */
  readonly predictions: Uint8Array;
  /** Shots that no correction explains. */
  readonly unsolved: number;
  /** Shots that had been decoded before. */
  readonly before: number;
}

/** Shots of one job: seconds of the slowest decoder. */
const PART = 10_000;

interface Answer { readonly predictions: Uint8Array; readonly unsolved: number }
const isAnswer = (value: unknown): value is Answer =>
  typeof value === "object" && value !== null && "predictions" in value && value.predictions instanceof Uint8Array && "unsolved" in value && typeof value.unsolved === "number";

const NO_JOURNAL: DecodeJournal = { found: [], keep: () => undefined, close: () => undefined };

class Decoding {
  readonly #work: DecodeWork;
  readonly #decoder: QecDecoder;
  readonly #runner: JobRunner;
  readonly #journal: DecodeJournal;
  readonly #predictions: Uint8Array;
  readonly #left: number[];
  #unsolved = 0;
  #done = 0;
  #failed = false;

  constructor(work: DecodeWork, runner: JobRunner, journal: DecodeJournal) {
    this.#work = work;
    this.#decoder = decoderOfModel(work.model, work.settings);
    this.#runner = runner;
    this.#journal = journal;
    this.#predictions = new Uint8Array(work.shots * this.#width);
    const known = new Set(journal.found.map((part) => this.#take(part)));
    this.#left = Array.from({ length: Math.ceil(work.shots / work.part) }, (_, index) => index * work.part).filter((first) => !known.has(first));
  }

  get #width(): number { return (this.#work.model.observables + 7) >> 3; }
  get done(): number { return this.#done; }
  get result(): Omit<Decoded, "before"> { return { predictions: this.#predictions, unsolved: this.#unsolved }; }

  #shots(first: number): number { return Math.min(this.#work.part, this.#work.shots - first); }

  /** @throws Fault RUNTIME_DEFECT for a part that is none of this work */
  #take({ first, unsolved, predictions }: DecodedPart): number {
    const shots = this.#shots(first);
    if (first % this.#work.part !== 0 || first < 0 || shots <= 0 || predictions.length !== shots * this.#width) throw new Fault("RUNTIME_DEFECT", { what: "a decoded part is none of these shots", first });
    this.#predictions.set(predictions, first * this.#width);
    this.#unsolved += unsolved;
    this.#done += shots;
    return first;
  }

  async #decode(first: number, signal: AbortSignal | undefined): Promise<DecodedPart> {
    const { events, model: { detectors, observables } } = this.#work;
    const shots = this.#shots(first);
    const row = (detectors + 7) >> 3;
    const input = encodeDecodeRows({ decoder: this.#decoder, detectors, observables, shots, events: events.slice(first * row, (first + shots) * row) });
    const answer = unpack(await this.#runner.run({ kernel: "q.qec", input }, signal));
    if (!isAnswer(answer)) throw new Fault("RUNTIME_DEFECT", { what: "the decoder's answer is none" });
    return { first, unsolved: answer.unsolved, predictions: answer.predictions };
  }

  /** One part after the other until none is left, or another lane has failed. */
  async lane({ signal, progress }: DecodeOptions): Promise<void> {
    for (let first = this.#left.shift(); first !== undefined && !this.#failed; first = this.#left.shift()) {
      try {
        const part = await this.#decode(first, signal);
        this.#journal.keep(part);
        this.#take(part);
        progress?.(this.#done);
        await turn(); // an interrupt is heard between two parts, on this thread too
      } catch (error) {
        this.#failed = true;
        throw error;
      }
    }
  }
}

/** Shots of a part, so that its events fit a job. */
const partOf = (detectors: number): number => Math.max(1, Math.min(PART, Math.floor(LIMITS.result_bits_max / Math.max(8, 8 * ((detectors + 7) >> 3)))));

/**
 * The same predictions whatever the workers, and wherever it was stopped before.
 * @throws Fault KERNEL_REFUSED, ABI_MALFORMED, WORKER_LOST; RUN_INTERRUPTED with what is done kept; RESUME_REFUSED for a journal of other work; DISK_FAILED
 */
export async function decodeShots(task: DecodeTask, options: DecodeOptions): Promise<Decoded> {
  const { workers, journal: path, progress, delayMs } = options;
  const work = { ...task, part: partOf(task.model.detectors) };
  const journal = path === undefined ? NO_JOURNAL : openDecodeJournal(path, work);
  const runner = createRunner({ workers, delayMs });
  try {
    const decoding = new Decoding(work, runner, journal);
    const before = decoding.done;
    progress?.(before);
    const lanes = await Promise.allSettled(Array.from({ length: Math.max(1, 2 * workers) }, () => decoding.lane(options)));
    for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
    return { ...decoding.result, before };
  } finally {
    journal.close();
    await runner.close();
  }
}
