// One line of assembly, read from left to right. Owns the position; knows names, texts in quotes and where a comment begins.
//   N1  A semicolon in quotes is text; anywhere else it ends the line.
import { EXPRESSION_NESTING, refuse, type Place } from "./place.ts";

const SPACE = /[ \t\r\u00a0]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NAME_PART = /[A-Za-z0-9_]+/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "/": "/", "\\": "\\", '"': '"', "'": "'" };

export class Scanner {
  readonly #text: string;
  readonly #file: string;
  readonly #line: number;
  #at = 0;
  #nesting = 0;
  constructor(text: string, file: string, line: number) {
    this.#text = text;
    this.#file = file;
    this.#line = line;
  }

  /** Of the next character. */
  get place(): Place { return { file: this.#file, line: this.#line, column: this.#at + 1 }; }
  /** The next character, space or not; "" at the end. */
  get next(): string { return this.#text.charAt(this.#at); }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  space(): void {
    if (!" \t\r\u00a0".includes(this.next)) return;
    this.#match(SPACE);
  }

  /** Nothing is left but a comment. */
  get ended(): boolean {
    this.space();
    return this.next === "" || this.next === ";";
  }

  /** What of this pattern stands here, behind space; it is not taken. */
  peek(pattern: RegExp): string | undefined {
    this.space();
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  /** Whether this stands here, behind space. */
  sees(text: string): boolean {
    this.space();
    return this.#text.startsWith(text, this.#at);
  }

  /** Takes it when it stands here, behind space. */
  take(text: string): boolean {
    const seen = this.sees(text);
    if (seen) this.#at += text.length;
    return seen;
  }

  /** Takes it when it stands here as a whole word. */
  word(text: string): boolean {
    this.space();
    const before = this.#at;
    if (this.#match(NAME) === text && this.next !== "{") return true;
    this.#at = before;
    return false;
  }

  /** A name without braces, here and now. */
  name(): string | undefined { return this.#match(NAME); }
  namePart(): string | undefined { return this.#match(NAME_PART); }
  number(): string | undefined { return this.#match(NUMBER); }

  /** What is left of the line, comment and all. */
  rest(): string { return this.#text.slice(this.#at).trim(); }

  /** Tries to read something; when it gives undefined, nothing has been read. */
  attempt<T>(read: () => T | undefined): T | undefined {
    const before = this.#at;
    const result = read();
    if (result === undefined) this.#at = before;
    return result;
  }

  expect(text: string, instead: string): void {
    if (!this.take(text)) this.wrong(`${text} is missing`, instead);
  }

  /** @throws Fault QVM_ASM_SYNTAX at what stands here */
  wrong(what: string, instead: string): never {
    this.space();
    const here = this.ended ? "the end of the line" : `\`${this.#text.slice(this.#at, this.#at + 24).trim()}\``;
    return refuse("QVM_ASM_SYNTAX", this.place, `${what}, at ${here}`, instead);
  }

  /** Reads something one bracket deeper. */
  nested<T>(read: () => T): T {
    if (++this.#nesting > EXPRESSION_NESTING) this.wrong(`brackets nest deeper than ${EXPRESSION_NESTING}`, "Use .set for the inner part.");
    const result = read();
    this.#nesting--;
    return result;
  }

  /** Text in quotes without expressions in it; undefined when there are some. The quote is next. */
  plain(): string | undefined {
    return this.#parts<never>(undefined)?.join("");
  }

  /** Text in quotes, as parts: what stands there, and what `inBraces` made of `{…}`; `{{` and `}}` are braces. The quote is next. */
  quoted<T>(inBraces: () => T): readonly (string | T)[] { return this.#parts(inBraces) ?? []; }

  #parts<T>(inBraces: (() => T) | undefined): readonly (string | T)[] | undefined {
    const opened = this.place;
    const quote = this.next;
    const parts: (string | T)[] = [];
    let text = "";
    this.#at++;
    for (;;) {
      const char = this.next;
      if (char === "") return refuse("QVM_ASM_SYNTAX", opened, "a text without its closing quote", `Close it with ${quote} on the same line.`);
      const pair = this.#text.slice(this.#at, this.#at + 2);
      if (char === quote) break;
      if (pair === "{{" || pair === "}}") {
        text += char;
        this.#at += 2;
      } else if (char === "{") {
        if (inBraces === undefined) return undefined;
        this.#at++;
        parts.push(text, this.nested(inBraces));
        this.expect("}", "Close the expression with }, or write {{ for a brace.");
        text = "";
      } else if (char === "}") this.wrong("a } that closes nothing", "Write }} for a brace in a text.");
      else text += char === "\\" ? this.#escape() : this.#plain();
    }
    this.#at++;
    parts.push(text);
    return parts;
  }

  #plain(): string {
    const from = this.#at;
    while (this.next !== "" && !`"'\\{}`.includes(this.next)) this.#at++;
    if (this.#at === from) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  #escape(): string {
    const code = this.#text.charAt(this.#at + 1);
    const hex = /^u[0-9a-fA-F]{4}/.exec(this.#text.slice(this.#at + 1, this.#at + 6))?.[0];
    if (hex !== undefined) {
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex.slice(1), 16));
    }
    const meant = Object.hasOwn(ESCAPES, code) ? ESCAPES[code] : undefined;
    if (meant === undefined) return this.wrong("an escape nobody knows", "Known are \\n \\t \\r \\b \\f \\\\ \\/ \\\" \\' and \\uXXXX.");
    this.#at += 2;
    return meant;
  }
}
