// Functions: which lines of a program belong to which function. Brackets of the executed script are matched, with strings, templates,
// comments and regular expressions skipped; it is the script as its bundler prints it, so no more of the grammar is needed.
import type { Site } from "./locator.ts";

/** Lines of one module as it was written, both included; the last one has the closing brace. */
export interface FunctionLines {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly generator: boolean;
}

interface Token {
  readonly text: string;
  readonly at: number;
}

// What is not closed ends with its line, a comment with the text: so every character is looked at once.
const TOKEN = /"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|[A-Za-z_$][\w$]*|\d[\w.]*|=>|[^\s\w]/gy;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\]?)*\/?[a-z]*/y;
/** A slash behind one of these divides. */
const VALUE = /^(?:[\w$)\]}"'`]|\d)/;
const BEFORE_REGEX: ReadonlySet<string> = new Set(["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "yield", "await"]);

/** The end of a template's text from `at` on: behind its closing backtick, or behind `${`. */
function templateEnd(text: string, at: number): { readonly end: number; readonly hole: boolean } {
  for (let end = at; end < text.length; end++) {
    if (text[end] === "\\") end += 1;
    else if (text[end] === "`") return { end: end + 1, hole: false };
    else if (text[end] === "$" && text[end + 1] === "{") return { end: end + 2, hole: true };
  }
  return { end: text.length, hole: false };
}

/** Behind the comment at `at`; undefined where none is. */
function commentEnd(text: string, at: number): number | undefined {
  const close = text.startsWith("//", at) ? "\n" : text.startsWith("/*", at) ? "*/" : undefined;
  if (close === undefined) return undefined;
  const end = text.indexOf(close, at + 2);
  return end < 0 ? text.length : end + close.length;
}

/** Words and marks, without what is in strings; a hole of a template is a pair of braces. */
function* tokens(text: string): Generator<Token> {
  /** Braces that are open; true: a template goes on behind it. */
  const braces: boolean[] = [];
  let last = "";
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text[at] ?? "")) {
      at += 1;
      continue;
    }
    const mark = text[at] ?? "";
    if (mark === "`" || (mark === "}" && braces.at(-1) === true)) {
      if (mark === "}") {
        braces.pop();
        yield { text: "}", at };
      }
      const { end, hole } = templateEnd(text, at + 1);
      if (hole) {
        braces.push(true);
        yield { text: "{", at: end - 1 };
      }
      last = hole ? "{" : "`";
      at = end;
      continue;
    }
    const behind = commentEnd(text, at);
    if (behind !== undefined) {
      at = behind;
      continue;
    }
    const pattern = mark === "/" && (!VALUE.test(last) || BEFORE_REGEX.has(last)) ? REGEX : TOKEN;
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? mark;
    if (found === "{") braces.push(false);
    if (found === "}") braces.pop();
    last = pattern === REGEX ? "`" : found;
    if (pattern === TOKEN && !/^["']/.test(found)) yield { text: found, at };
    at += found.length;
  }
}

/** Where a function begins whose body's brace is the last of these tokens; undefined when it is no function's. */
function headOf(before: readonly Token[], opened: ReadonlyMap<number, number>): { readonly at: number; readonly generator: boolean } | undefined {
  const brace = before.length - 1;
  const previous = before[brace - 1]?.text;
  if (previous === "=>") return { at: before[brace - 1]?.at ?? 0, generator: false };
  const open = previous === ")" ? opened.get(brace - 1) : undefined;
  if (open === undefined) return undefined;
  const named = before[open - 1]?.text === "]" ? opened.get(open - 1) ?? open - 1 : /^[\w$]+$/.test(before[open - 1]?.text ?? "") && before[open - 1]?.text !== "function" ? open - 1 : open;
  const name = before[open - 1];
  if (name !== undefined && NO_FUNCTION.has(name.text)) return undefined;
  const generator = before[named - 1]?.text === "*";
  return { at: (before[generator ? named - 1 : named] ?? before[open])?.at ?? 0, generator };
}
const NO_FUNCTION: ReadonlySet<string> = new Set(["if", "for", "while", "switch", "catch", "with"]);

interface Range {
  readonly from: number;
  readonly to: number;
  readonly generator: boolean;
}

/** Offsets of the heads and closing braces of all functions with a body in braces. */
export function functionRanges(text: string): readonly Range[] {
  const seen: Token[] = [];
  const opened = new Map<number, number>();
  const stack: number[] = [];
  const heads = new Map<number, { readonly at: number; readonly generator: boolean }>();
  const ranges: Range[] = [];
  for (const token of tokens(text)) {
    seen.push(token);
    const index = seen.length - 1;
    if ("([{".includes(token.text)) {
      stack.push(index);
      const head = token.text === "{" ? headOf(seen, opened) : undefined;
      if (head !== undefined) heads.set(index, head);
    } else if (")]}".includes(token.text)) {
      const open = stack.pop();
      if (open === undefined) continue;
      opened.set(index, open);
      const head = heads.get(open);
      if (head !== undefined) ranges.push({ from: head.at, to: token.at, generator: head.generator });
    }
  }
  return ranges;
}

/** The functions of a program by the lines a person wrote. `name` maps a place of the executed script. */
export function functionLines(executed: string, script: string, name: (site: Site) => string): readonly FunctionLines[] {
  const starts = [0];
  for (let at = executed.indexOf("\n"); at >= 0; at = executed.indexOf("\n", at + 1)) starts.push(at + 1);
  const placeOf = (offset: number): readonly [file: string, line: number] => {
    let line = starts.findIndex((start) => start > offset);
    if (line < 0) line = starts.length;
    const [, file = "", number = "0"] = /^(.+):(\d+)$/.exec(name({ file: script, line, column: offset - (starts[line - 1] ?? 0) + 1 })) ?? [];
    return [file, Number(number)];
  };
  return functionRanges(executed).flatMap(({ from, to, generator }) => {
    const [[file, first], [other, last]] = [placeOf(from), placeOf(to)];
    return file === other && first <= last ? [{ file, from: first, to: last, generator }] : [];
  });
}
