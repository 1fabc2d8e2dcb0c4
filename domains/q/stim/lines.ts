// What `.stim` and `.dem` have in common: lines of `NAME[tag](arguments) targets`, blocks in braces, comments. Owns the position in the text.
//   L1  A position only grows: reading takes time that grows with the text.
//   L2  Whatever is refused is refused with file, line and column (from 1), what is wrong and what to write instead.
//   L3  Text, nesting and numbers are bounded.
import { Fault } from "../../../kernel-abi/fault.ts";

export type TextFault = "STIM_SYNTAX" | "STIM_VALUE" | "STIM_LIMIT" | "STIM_UNSUPPORTED";

/** `characters` of one file; `nesting` of blocks; `count` of repetitions of one block; `args` in one pair of brackets. */
export const TEXT_LIMITS = Object.freeze({ characters: 128 << 20, nesting: 64, count: Number.MAX_SAFE_INTEGER, args: 255 });

export interface Head {
  /** As written. */
  readonly name: string;
  readonly tag: string;
  readonly args: readonly number[];
  readonly line: number;
  readonly column: number;
}

export interface TextOptions {
  /** What refusals call the text. */
  readonly file?: string;
}

const TAB = 9, LF = 10, CR = 13, SPACE = 32, HASH = 35, OPEN = 40, CLOSE = 41, COMMA = 44, ZERO = 48, NINE = 57, OPEN_SQUARE = 91, OPEN_BRACE = 123, CLOSE_BRACE = 125;
const NAME = /[A-Za-z][A-Za-z0-9_]*/y;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const TAG = /\[([^\]\r\n]*)\]/y;
const ESCAPED = /\\(.?)/gs;
const ESCAPES: ReadonlyMap<string, string> = new Map([["n", "\n"], ["r", "\r"], ["B", "\\"], ["C", "]"]]);
const SHOWN = 24;
const NUL = String.fromCharCode(0);

export class LineReader {
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  constructor(text: string, { file = "text" }: TextOptions = {}) {
    this.#text = text;
    this.#file = file;
    if (text.length > TEXT_LIMITS.characters) this.refuse("STIM_LIMIT", `a text of ${text.length} characters`, `At most ${TEXT_LIMITS.characters}: write what recurs as a REPEAT block.`);
  }

  get line(): number { return this.#line; }
  get column(): number { return this.#at - this.#lineStart + 1; }
  /** Character code of what comes next; NaN at the end. */
  get next(): number { return this.#text.charCodeAt(this.#at); }

  /** @throws Fault at what stands here, or at `at` */
  refuse(fault: TextFault, what: string, next: string, { line, column }: { readonly line: number; readonly column: number } = this): never {
    throw new Fault(fault, { file: this.#file, line, column, what }, { next });
  }

  /** What stands here, for refusals. */
  get here(): string {
    if (Number.isNaN(this.next)) return "the end of the text";
    if (this.next === LF) return "the end of the line";
    const end = this.#text.slice(this.#at, this.#at + SHOWN).search(/[\r\n]/);
    return `\`${this.#text.slice(this.#at, this.#at + (end < 0 ? SHOWN : end)).replaceAll(NUL, "\\0")}\``;
  }

  skip(characters: number): void { this.#at += characters; }

  #spaces(): boolean {
    const from = this.#at;
    for (let code = this.next; code === SPACE || code === TAB || (code === CR && this.#text.charCodeAt(this.#at + 1) === LF); code = this.next) this.#at++;
    return this.#at > from;
  }

  #comment(): void {
    if (this.next !== HASH) return;
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  /** Over blank lines and comments to what comes next: an instruction, the end of a block, or the end of the text. */
  seek(): "instruction" | "close" | "end" {
    for (;;) {
      this.#spaces();
      this.#comment();
      const code = this.next;
      if (Number.isNaN(code)) return "end";
      if (code === CLOSE_BRACE) return "close";
      if (code !== LF) return "instruction";
      this.#at++;
      this.#line++;
      this.#lineStart = this.#at;
    }
  }

  /** Name, tag and arguments; the position is behind them. */
  head(): Head {
    const { line, column } = this;
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) return this.refuse("STIM_SYNTAX", `an instruction cannot begin with ${this.here}`, "Begin a line with the name of an instruction, # or }.");
    this.#at += name.length;
    const tag = this.next === OPEN_SQUARE ? this.#tag() : "";
    return { name, tag, args: this.next === OPEN ? this.#args() : [], line, column };
  }

  #tag(): string {
    TAG.lastIndex = this.#at;
    const found = TAG.exec(this.#text);
    if (found === null) return this.refuse("STIM_SYNTAX", "a tag without its ]", "Close the tag with ] on the same line; write \\C for a ] in it, \\n for a line feed.");
    const raw = found[1] ?? "";
    const tag = !raw.includes("\\") ? raw : raw.replace(ESCAPED, (_, letter: string) =>
      ESCAPES.get(letter) ?? this.refuse("STIM_SYNTAX", `\\${letter} in a tag`, "Write \\B for a backslash, \\C for ], \\n and \\r for the ends of lines."));
    this.#at += found[0].length;
    return tag;
  }

  #args(): readonly number[] {
    const args: number[] = [];
    do {
      this.#at++;
      this.#spaces();
      args.push(this.#number());
      this.#spaces();
      if (args.length > TEXT_LIMITS.args) this.refuse("STIM_LIMIT", `more than ${TEXT_LIMITS.args} arguments`, "Give fewer.");
    } while (this.next === COMMA);
    if (this.next !== CLOSE) this.refuse("STIM_SYNTAX", `${this.here} among the arguments`, "Separate arguments by commas and close them with ).");
    this.#at++;
    return args;
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const written = NUMBER.exec(this.#text)?.[0];
    if (written === undefined) return this.refuse("STIM_SYNTAX", `${this.here} where a number belongs`, "Write arguments as decimal numbers, such as 0.001 or 1e-3.");
    const value = Number(written);
    if (!Number.isFinite(value)) this.refuse("STIM_VALUE", `${written.slice(0, SHOWN)} is no finite number`, "Write a number below 1.8e308.");
    this.#at += written.length;
    return value === 0 ? 0 : value;
  }

  /**
   * Whether a target comes next on this line, with the position at it. Targets stand apart by spaces; `open` says that one may
   * follow at once.
   */
  more(open = false): boolean {
    const apart = this.#spaces();
    this.#comment();
    const code = this.next;
    if (Number.isNaN(code) || code === LF || code === OPEN_BRACE) return false;
    if (!apart && !open) this.refuse("STIM_SYNTAX", `${this.here} right behind something else`, "Put a space before each target.");
    return true;
  }

  /** Digits, as a number up to `most`. `what` says what it counts. */
  digits(most: number, what: string): number {
    const from = this.column;
    let value = 0;
    let code = this.next;
    if (!(code >= ZERO && code <= NINE)) return this.refuse("STIM_SYNTAX", `${this.here} where ${what} belongs`, `Write ${what} as digits.`);
    for (; code >= ZERO && code <= NINE; code = this.next) {
      if (value <= most) value = value * 10 + (code - ZERO);
      this.#at++;
    }
    if (value > most) this.refuse("STIM_LIMIT", `${what} beyond ${most}`, `Write a number up to ${most}.`, { line: this.#line, column: from });
    return value;
  }

  /** Whether `text` stands here; it is taken. */
  take(text: string): boolean {
    const stands = this.#text.startsWith(text, this.#at);
    if (stands) this.#at += text.length;
    return stands;
  }

  /** Whether a block opens here; the brace is taken. */
  opens(): boolean {
    if (this.next !== OPEN_BRACE) return false;
    this.#at++;
    return true;
  }
}

/** A tag between its brackets, or nothing. */
export function tagText(tag: string): string {
  if (tag === "") return "";
  return `[${tag.replaceAll("\\", "\\B").replaceAll("]", "\\C").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}]`;
}

/** Arguments in their brackets, each in the shortest form that is read as the same number; or nothing. */
export const argsText = (args: readonly number[]): string => (args.length === 0 ? "" : `(${args.map(String).join(", ")})`);
