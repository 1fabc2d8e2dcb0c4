// Where something stands in assembly text, and how it is refused: with the place, what is wrong and what to write instead.
//   L1  Nothing hangs: work, nodes, nesting, text and values are bounded, whatever the text says.
import { Fault } from "../../fault.ts";

/** Line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type AsmFault = "QVM_ASM_SYNTAX" | "QVM_ASM_VALUE" | "QVM_ASM_INCLUDE" | "QVM_ASM_LIMIT";

const SHOWN = 200;
export const clipped = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** `instead` is one sentence: what to write. */
export function refuse(fault: AsmFault, { file, line, column }: Place, what: string, instead: string): never {
  throw new Fault(fault, { file, line, column, what: clipped(what) }, { next: clipped(instead) });
}

export interface AsmLimits {
  /** Steps, evaluations and what values and nodes weigh, all together. */
  readonly work: number;
  readonly nodes: number;
  /** Characters of one file, and of all of them. */
  readonly text: number;
  readonly texts: number;
  /** Blocks, macro calls and includes inside one another. */
  readonly depth: number;
  /** Elements of a list and characters of a text. */
  readonly value: number;
}

export const ASM_LIMITS: AsmLimits = Object.freeze({ work: 6_000_000, nodes: 250_000, text: 16 << 20, texts: 32 << 20, depth: 128, value: 1 << 20 });

/** Brackets in an expression, and operators that hang on one another. */
export const EXPRESSION_NESTING = 48;
export const EXPRESSION_DEPTH = 400;

/** What is left of what an expansion may cost. */
export class Budget {
  readonly limits: AsmLimits;
  #work: number;
  #nodes: number;
  #texts: number;
  constructor(limits: AsmLimits) {
    this.limits = limits;
    this.#work = limits.work;
    this.#nodes = limits.nodes;
    this.#texts = limits.texts;
  }

  spend(work: number, at: Place): void {
    this.#work -= work;
    if (this.#work < 0) refuse("QVM_ASM_LIMIT", at, `the expansion costs more than ${this.limits.work} steps`, "Make loops, lists and macro recursion smaller.");
  }

  node(at: Place): void {
    if (--this.#nodes < 0) refuse("QVM_ASM_LIMIT", at, `more than ${this.limits.nodes} instructions`, "Split the program into several graphs.");
  }

  text(length: number, at: Place): void {
    this.#texts -= length;
    if (length > this.limits.text || this.#texts < 0) refuse("QVM_ASM_LIMIT", at, `more text than ${this.limits.text} characters in a file or ${this.limits.texts} in all`, "Split the program into several graphs.");
  }

  size(size: number, at: Place): void {
    if (size > this.limits.value) refuse("QVM_ASM_LIMIT", at, `a value of more than ${this.limits.value} elements or characters`, "Make the list or text smaller.");
  }
}
