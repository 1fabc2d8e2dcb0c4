// Lines: places of an executed program as a person wrote them, for reports about what it did.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import type { Lines } from "../sites.ts";
import { PROGRAM_SCRIPT } from "../../adapters/source-site.ts";
import { lineEdits, type Edit } from "./edits.ts";
import { functionLines, type FunctionLines } from "./functions.ts";
import { locator } from "./locator.ts";
import { placeOf } from "./thrown.ts";

const PLACE = /^(.+):(\d+)$/;

/** What a program writes to make the calls that are recorded under a name. */
const METHODS: Readonly<Record<string, string>> = Object.freeze({
  LOG: "log", METRIC_EMIT: "metric", TIMER_SET: "sleep|receive|timer", TIMER_CANCEL: "cancelTimer", SELECT: "select", IPC_SEND: "send", PLACE_WITHDRAW: "within|until|race|all",
  PROC_SPAWN: "spawn", PROC_JOIN: "join", PROC_TRANSITION: "suspend|resume", PROC_LINK: "link", PROC_UNLINK: "unlink", PROC_MONITOR: "monitor", PROC_STOP: "stop",
  CAP_REQUEST: "capabilities", CAP_ATTENUATE: "attenuate|grant", CAP_REVOKE: "revoke",
  CONTRACT_REQUEST: "reserve|reserveAll|reserveAllWithin", CONTRACT_RELEASE: "release", CONTRACT_QUERY: "ledger", CONTRACT_SHARE: "share", CONTRACT_ATTACH: "attach",
  XDV_CALL: "submit|sample|estimate|open|shift|align|merge|split|evaluate|close|kuramoto|ising|spectrum", MEASURE: "measure", PROJECT: "project", JOB_CANCEL: "cancel",
});

class ProgramLines implements Lines {
  readonly #program: ProgramSection;
  readonly #name: ReturnType<typeof locator>;
  readonly #recorded: Recorded | undefined;
  #functions: readonly FunctionLines[] | undefined;
  constructor(program: ProgramSection, recorded?: ProgramSection) {
    this.#program = program;
    this.#name = locator(program);
    this.#recorded = recorded === undefined ? undefined : new Recorded(recorded, program);
  }

  site(site: Parameters<Lines["site"]>[0]): string | undefined { return site === undefined ? undefined : this.#name(site); }

  /** What a trap says itself, or the innermost frame of the program in the stack. */
  error(error: unknown): string | undefined {
    const said = error instanceof Fault ? error.detail["at"] : undefined;
    return typeof said === "string" && PLACE.test(said) ? said : placeOf(error, this.#program);
  }

  /** The first line from the place on, in the same function, that returns; the closing brace of one that does not. */
  returnAfter(place: string | undefined): string | undefined {
    const within = this.#functionAt(place);
    if (within === undefined || place === undefined) return place;
    return this.#first(/\breturn\b/, within, lineOf(place), within.to) ?? `${within.file}:${within.to}`;
  }

  definition(process: string): string | undefined {
    const name = /([^/#]+)(#\d+)?$/.exec(process)?.[1] ?? "";
    const begins = process === "root" ? /\bexport default\b/ : new RegExp(`\\bname: *["'\`]${name.replace(/[^\w-]/g, "\\$&")}["'\`]`);
    for (const { path } of this.#program.modules) {
      const found = this.#lines(path).findIndex((text) => begins.test(text)) + 1;
      if (found > 0) return this.#bodyOf(path, found) ?? `${path}:${found}`;
    }
    return undefined;
  }

  call(name: string, from: readonly (string | undefined)[], before: string | undefined): string | undefined {
    const methods = METHODS[name];
    if (methods === undefined) return undefined;
    const text = new RegExp(`\\b(${methods})\\(`);
    const places = from.filter((place) => place !== undefined);
    const recorded = this.#recorded;
    return recorded?.now(recorded.lines.#called(text, places.map((place) => recorded.then(place)), undefined)) ?? this.#called(text, places, before);
  }

  /** Behind one of the places and before the other, each in its function; then, for what stands in a loop, before them. */
  #called(text: RegExp, from: readonly string[], before: string | undefined): string | undefined {
    const around = from.flatMap((place) => {
      const within = this.#functionAt(place);
      return within === undefined ? [] : [{ within, line: lineOf(place) }];
    });
    const bound = around.find(({ within, line }) => before !== undefined && fileOf(before) === within.file && lineOf(before) > line && lineOf(before) <= within.to);
    if (bound !== undefined && before !== undefined) return this.#first(text, bound.within, this.#behind(text, bound), lineOf(before) - 1);
    return first(around, (one) => this.#first(text, one.within, this.#behind(text, one), one.within.to)) ?? first(around, ({ within, line }) => this.#first(text, within, within.from, line));
  }

  /** The line behind a place, or its own when the body begins and calls there. */
  #behind(text: RegExp, { within, line }: { readonly within: FunctionLines; readonly line: number }): number {
    return within.from === line && this.#firstAt(text, within, line) ? line : line + 1;
  }

  #firstAt(text: RegExp, { file }: FunctionLines, line: number): boolean { return text.test(this.#lines(file)[line - 1] ?? ""); }

  #lines(file: string): readonly string[] { return this.#program.modules.find(({ path }) => path === file)?.source.split("\n") ?? []; }

  get #all(): readonly FunctionLines[] { return (this.#functions ??= functionLines(this.#program.executed, PROGRAM_SCRIPT, this.#name)); }

  /** The body of the process whose definition begins there: the first generator from that line on. */
  #bodyOf(file: string, line: number): string | undefined {
    const [first] = this.#all.filter((one) => one.generator && one.file === file && one.from >= line).sort((a, b) => a.from - b.from);
    return first === undefined ? undefined : `${file}:${first.from}`;
  }

  /** The innermost generator around a place. */
  #functionAt(place: string | undefined): FunctionLines | undefined {
    if (place === undefined) return undefined;
    const [file, line] = [fileOf(place), lineOf(place)];
    const around = this.#all.filter((one) => one.generator && one.file === file && one.from <= line && line <= one.to);
    return around.sort((a, b) => a.to - a.from - (b.to - b.from))[0];
  }

  /** The first line in a range that says so, outside the functions inside this one. */
  #first(text: RegExp, within: FunctionLines, from: number, to: number): string | undefined {
    const lines = this.#lines(within.file);
    const inside = this.#all.filter((one) => one !== within && one.file === within.file && one.from >= within.from && one.to <= within.to && one.to > one.from);
    for (let at = Math.max(from, within.from); at <= Math.min(lines.length, to); at++) {
      if (text.test(lines[at - 1] ?? "") && !inside.some((one) => one.from < at && at <= one.to)) return `${within.file}:${at}`;
    }
    return undefined;
  }
}

function first<T>(all: readonly T[], find: (one: T) => string | undefined): string | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

const fileOf = (place: string): string => PLACE.exec(place)?.[1] ?? "";
const lineOf = (place: string): number => Number(PLACE.exec(place)?.[2] ?? 0);

/** The program of the trace beside the one that ran: places in one as places in the other. Nothing of it is executed. */
class Recorded {
  readonly lines: ProgramLines;
  readonly #was: ProgramSection;
  readonly #is: ProgramSection;
  constructor(was: ProgramSection, is: ProgramSection) {
    this.lines = new ProgramLines(was);
    this.#was = was;
    this.#is = is;
  }

  #text({ modules }: ProgramSection, file: string): string { return modules.find(({ path }) => path === file)?.source ?? ""; }
  /** A renamed entry is compared with what it was. */
  #fileThen(file: string): string { return file === this.#is.entry ? this.#was.entry : file; }
  #fileNow(file: string): string { return file === this.#was.entry ? this.#is.entry : file; }

  /** Where a line of the program that ran stood; for a new one, the one before it. */
  then(place: string): string {
    const file = this.#fileThen(fileOf(place));
    const edits = lineEdits(file, this.#text(this.#is, fileOf(place)), this.#text(this.#was, file));
    return `${file}:${moved(lineOf(place), edits)}`;
  }

  /** Where a line of the recorded program stands; for one that is gone, where it stood. */
  now(place: string | undefined): string | undefined {
    if (place === undefined) return undefined;
    const file = this.#fileNow(fileOf(place));
    return `${file}:${moved(lineOf(place), lineEdits(file, this.#text(this.#was, fileOf(place)), this.#text(this.#is, file)))}`;
  }
}

/** A line after edits. */
function moved(line: number, edits: Iterable<Edit>): number {
  let shift = 0;
  for (const { line: first, now, was } of edits) {
    const begins = first - shift;
    if (line < begins) break;
    if (line < begins + was.length) return first + Math.max(0, Math.min(line - begins, now.length - 1));
    shift += now.length - was.length;
  }
  return line + shift;
}

/** Names places of one program; with the one in the trace, if it is another, calls that are there and no longer here as well. */
export const linesOf = (program: ProgramSection, recorded: ProgramSection = program): Lines => new ProgramLines(program, recorded === program ? undefined : recorded);

/** The text of a place; undefined when there is no such line. */
export function textAt({ modules }: ProgramSection, place: string): string | undefined {
  const [, file = "", line = ""] = PLACE.exec(place) ?? [];
  return modules.find(({ path }) => path === file)?.source.split("\n")[Number(line) - 1]?.trim();
}
