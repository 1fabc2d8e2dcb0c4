// Edits: what a program's sources say now that they did not say when a run was recorded, line by line.
import type { ProgramSection } from "../../../kernel-abi/header.ts";

/** Lines that were replaced, by as few lines as a longest common subsequence leaves. */
export interface Edit {
  /** Module path in the new program; in the recorded one when the module is gone. */
  readonly file: string;
  /** First line of the edit in the new source, from 1; for a removal, the line it stood before. */
  readonly line: number;
  readonly now: readonly string[];
  readonly was: readonly string[];
}

/** Larger changes than this many line pairs are taken as one edit. */
const PAIRS_MAX = 4_000_000;

/** Lengths of longest common subsequences of all suffixes. */
function lengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? 1 + (table[(i + 1) * width + j + 1] ?? 0) : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    }
  }
  return table;
}

function* between(file: string, was: readonly string[], now: readonly string[], first: number): Generator<Edit> {
  if (was.length * now.length > PAIRS_MAX) {
    yield { file, line: first, now, was };
    return;
  }
  const table = lengths(was, now);
  const width = now.length + 1;
  let [i, j] = [0, 0];
  while (i < was.length || j < now.length) {
    const [fromI, fromJ] = [i, j];
    while ((i < was.length || j < now.length) && !(i < was.length && j < now.length && was[i] === now[j])) {
      if (j >= now.length || (i < was.length && (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))) i += 1;
      else j += 1;
    }
    if (i > fromI || j > fromJ) yield { file, line: first + fromJ, now: now.slice(fromJ, j), was: was.slice(fromI, i) };
    for (; i < was.length && j < now.length && was[i] === now[j]; i++) j += 1;
  }
}

/** Edits from one text to another. */
export function* lineEdits(file: string, was: string, now: string): Generator<Edit> {
  const [old, fresh] = [was.split("\n"), now.split("\n")];
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail += 1;
  yield* between(file, old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail), head + 1);
}

const isComment = (line: string): boolean => /^\s*(\/\/.*|\/?\*.*)?$/.test(line);
/** Blank lines and comments decide nothing. */
const decides = ({ was, now }: Edit): boolean => [...was, ...now].some((line) => !isComment(line));

/** What decides something and differs, module by module; a renamed entry is compared with what it was. */
export function editsOf(recorded: ProgramSection, { entry, modules }: ProgramSection): readonly Edit[] {
  const before = new Map(recorded.modules.map(({ path, source }) => [path === recorded.entry ? entry : path, source]));
  const after = new Map(modules.map(({ path, source }) => [path, source]));
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((path) => [...lineEdits(path, before.get(path) ?? "", after.get(path) ?? "")]).filter(decides);
}

/** Lines an edit covers in the new source: at least the one it stands before. */
const covers = ({ file, line, now }: Edit, at: { readonly file: string; readonly line: number }): boolean =>
  file === at.file && at.line >= line && at.line < line + Math.max(1, now.length);

const parsed = (place: string): { readonly file: string; readonly line: number } | undefined => {
  const [, file, line] = /^(.+):(\d+)$/.exec(place) ?? [];
  return file === undefined ? undefined : { file, line: Number(line) };
};

/**
 * The edit that most likely led to what shows at `place`: the one that covers it, else the last one above it in its file, else the
 * first one below, else the first of all.
 */
export function likelyEdit(edits: readonly Edit[], place: string | undefined): Edit | undefined {
  const at = place === undefined ? undefined : parsed(place);
  if (at === undefined) return edits[0];
  const here = edits.filter(({ file }) => file === at.file);
  return here.find((edit) => covers(edit, at)) ?? here.findLast(({ line }) => line <= at.line) ?? here[0] ?? edits[0];
}

/** The first line of an edit that decides something. */
export function placeOfEdit({ file, line, now }: Edit): string {
  const offset = now.findIndex((text) => !isComment(text));
  return `${file}:${line + Math.max(0, offset)}`;
}
