// Answers: what ONE body was started with and has been told since, as long as that is short: enough to bring a fresh one to where it
// stands, because a body is pure given its answers (D1). Copied before the body is told: it may write to what it is given.
import type { Resumption } from "../../kernel-abi/operation.ts";
import { keptDecoded, keptResumption, taken, takenResumption, type Exact, type ExactResumption } from "./exact.ts";

/** The commonest answer, a message, in three parts: who sent it, what it says, and nothing. */
export type Answer = ExactResumption | readonly [from: number, body: Exact, mark: 0];

export interface AnswersState {
  readonly input: Exact;
  readonly told: readonly Answer[];
}

/** What an answer takes in memory beside its bytes, roughly. */
const ANSWER_BYTES = 48;

const bytesOf = (exact: Exact | undefined): number => (typeof exact === "object" && exact !== null ? exact[0]?.length ?? 0 : typeof exact === "string" ? 2 * exact.length : 0);
const weightOf = (answer: Answer): number => ANSWER_BYTES + bytesOf(answer[0]) + bytesOf(answer[1]);

export class Answers implements AnswersState {
  readonly input: Exact;
  readonly told: Answer[] = [];
  /** Bytes it takes, roughly. */
  weight: number;

  /** `input`: decoded, and not yet handed to anybody. @throws Unkeepable */
  constructor(input: unknown) {
    this.input = keptDecoded(input);
    this.weight = ANSWER_BYTES + bytesOf(this.input);
  }

  static restored({ input, told }: AnswersState): Answers {
    const answers = new Answers(taken(input));
    for (const answer of told) answers.#enter(answer);
    return answers;
  }

  /** Returns what it weighs more. @throws Unkeepable */
  add(resumption: Resumption): number {
    return this.#enter(answerOf(resumption));
  }

  #enter(answer: Answer): number {
    const weight = weightOf(answer);
    this.told.push(answer);
    this.weight += weight;
    return weight;
  }
}

function answerOf(resumption: Resumption): Answer {
  if (resumption.kind === "value" && isMessage(resumption.value)) {
    const { from, body } = resumption.value;
    return [from, keptDecoded(body), 0];
  }
  return keptResumption(resumption);
}

interface Mail { readonly from: number; readonly body: unknown }

/** What `receive` answers. */
function isMessage(value: unknown): value is Mail {
  if (typeof value !== "object" || value === null || !Object.isExtensible(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 2 && keys[0] === "from" && keys[1] === "body" && Object.getPrototypeOf(value) === Object.prototype;
}

/** A fault with a next step of its own has three parts too; its first is a name. */
const isMail = (answer: Answer): answer is Exclude<Answer, ExactResumption> => answer.length === 3 && typeof answer[0] === "number";

export const told = (answer: Answer): Resumption =>
  (isMail(answer) ? { kind: "value", value: { from: answer[0], body: taken(answer[1]) } } : takenResumption(answer));
