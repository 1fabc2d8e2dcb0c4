// Decoding shots that are there already: no randomness and no contract, so no run; the shots go to the pool in parts and come back in order.
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { unpack } from "../../../kernel-abi/packer.ts";
import type { JobRunner } from "../../../kernel-abi/ports.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { encodeDecodeRows, type QecDecoder } from "../../../domains/kernels/qec/job.ts";
import { createRunner } from "../outcomes.ts";

export interface DecodeTask {
  readonly decoder: QecDecoder;
  readonly detectors: number;
  readonly observables: number;
  readonly shots: number;
  /** shots × ⌈detectors / 8⌉ bytes. */
  readonly events: Uint8Array;
}

export interface Decoded {
  /** shots × ⌈observables / 8⌉ bytes. */
  readonly predictions: Uint8Array;
  /** Shots that no correction explains. */
  readonly unsolved: number;
}

/** Shots of one job. */
const PART = 100_000;

interface Answer { readonly predictions: Uint8Array; readonly unsolved: number }
const isAnswer = (value: unknown): value is Answer =>
  typeof value === "object" && value !== null && "predictions" in value && value.predictions instanceof Uint8Array && "unsolved" in value && typeof value.unsolved === "number";

async function decodePart(runner: JobRunner, { decoder, detectors, observables, events }: DecodeTask, first: number, shots: number, signal: AbortSignal | undefined): Promise<Answer> {
  const row = (detectors + 7) >> 3;
  const input = encodeDecodeRows({ decoder, detectors, observables, shots, events: events.slice(first * row, (first + shots) * row) });
  const answer = unpack(await runner.run({ kernel: "q.qec", input }, signal));
  if (!isAnswer(answer)) throw new Fault("RUNTIME_DEFECT", { what: "the decoder's answer is none" });
  return answer;
}

/** The same predictions whatever the workers. @throws Fault KERNEL_REFUSED, WORKER_LOST, RUN_INTERRUPTED */
export async function decodeShots(task: DecodeTask, { workers, signal }: { readonly workers: number; readonly signal?: AbortSignal }): Promise<Decoded> {
  const { shots, observables, detectors } = task;
  const runner = createRunner({ workers });
  const part = Math.max(1, Math.min(PART, Math.floor(LIMITS.result_bits_max / Math.max(8, 8 * ((detectors + 7) >> 3)))));
  const width = (observables + 7) >> 3;
  const predictions = new Uint8Array(shots * width);
  let unsolved = 0;
  try {
    const firsts = Array.from({ length: Math.ceil(shots / part) }, (_, index) => index * part);
    const answers = await Promise.all(firsts.map((first) => decodePart(runner, task, first, Math.min(part, shots - first), signal)));
    answers.forEach((answer, index) => {
      predictions.set(answer.predictions, index * part * width);
      unsolved += answer.unsolved;
    });
    return { predictions, unsolved };
  } finally {
    await runner.close();
  }
}
