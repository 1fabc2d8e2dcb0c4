// Answer logs: which bodies are brought back by what they were told, and how much memory that may take. Kept only in runs that put
// themselves down (snapshot.ts).
//   P9  A log is whole or there is none: one that grows too long, or is told what has no exact copy, is dropped until its process
//       has a fresh body. `opaque` counts the living whose body nothing brings back.
import type { Resumption } from "../../kernel-abi/operation.ts";
import { Answers } from "../process/answers.ts";
import { Unkeepable } from "../process/exact.ts";
import type { Process } from "../process/process.ts";

/** Most answers of one body; most bytes of all logs together. */
export const ANSWERS_MAX = 256;
export const ANSWER_BYTES_MAX = 32 * 1024 * 1024;

export class AnswerLogs {
  readonly #most: number;
  #weight = 0;
  #opaque = 0;

  constructor(most: number = ANSWERS_MAX) { this.#most = most; }

  get opaque(): number { return this.#opaque; }

  /** A body is about to be told this; its first answer is told when there is no activation yet. */
  note(process: Process, answer: Resumption): void {
    if (process.answers === undefined && process.activation !== undefined) return;
    try {
      const answers = process.answers ?? this.#begin(process);
      this.#weight += answers.add(answer);
      if (answers.told.length > this.#most || this.#weight > ANSWER_BYTES_MAX) this.#drop(process);
    } catch (error) {
      if (!(error instanceof Unkeepable)) throw error;
      this.#drop(process);
    }
  }

  /** A process that was taken up again, with its log. */
  adopt({ answers }: Process): void { this.#weight += answers?.weight ?? 0; }

  /** Its body is over. */
  forget(process: Process): void {
    this.#weight -= process.answers?.weight ?? 0;
    process.answers = undefined;
    if (process.opaque) this.#opaque -= 1;
    process.opaque = false;
  }

  #begin(process: Process): Answers {
    const answers = process.answers = new Answers(process.input);
    this.#weight += answers.weight;
    return answers;
  }

  #drop(process: Process): void {
    this.forget(process);
    if (process.behaviour.reactivate !== undefined) return;
    process.opaque = true;
    this.#opaque += 1;
  }
}
