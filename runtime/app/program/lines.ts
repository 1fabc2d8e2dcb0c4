// Lines: places of an executed program as a person wrote them, for reports about what it did.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import type { Lines } from "../sites.ts";
import { locator, placeOf } from "./load.ts";

const PLACE = /^(.+):(\d+)$/;

/** What a program writes to make the calls that are recorded under a name. */
const METHODS: Readonly<Record<string, string>> = Object.freeze({
  LOG: "log", METRIC_EMIT: "metric", TIMER_SET: "sleep|receive|timer", TIMER_CANCEL: "cancelTimer", SELECT: "select", IPC_SEND: "send", PLACE_WITHDRAW: "within|until|race|all",
  PROC_SPAWN: "spawn", PROC_JOIN: "join", PROC_TRANSITION: "suspend|resume", PROC_LINK: "link", PROC_UNLINK: "unlink", PROC_MONITOR: "monitor", PROC_STOP: "stop",
  CAP_REQUEST: "capabilities", CAP_ATTENUATE: "attenuate|grant", CAP_REVOKE: "revoke",
  CONTRACT_REQUEST: "reserve|reserveAll|reserveAllWithin", CONTRACT_RELEASE: "release", CONTRACT_QUERY: "ledger", CONTRACT_SHARE: "share", CONTRACT_ATTACH: "attach",
  XDV_CALL: "submit|sample|estimate|open|shift|align|merge|split|evaluate|close|kuramoto|ising|spectrum", MEASURE: "measure", PROJECT: "project", JOB_CANCEL: "cancel",
});

/** Lines looked at when nothing says where to stop. */
const FAR = 40;

class ProgramLines implements Lines {
  readonly #program: ProgramSection;
  readonly #name: ReturnType<typeof locator>;
  constructor(program: ProgramSection) {
    this.#program = program;
    this.#name = locator(program);
  }

  site(site: Parameters<Lines["site"]>[0]): string | undefined { return site === undefined ? undefined : this.#name(site); }

  /** What a trap says itself, or the innermost frame of the program in the stack. */
  error(error: unknown): string | undefined {
    const said = error instanceof Fault ? error.detail["at"] : undefined;
    return typeof said === "string" && PLACE.test(said) ? said : placeOf(error, this.#program);
  }

  /** The first line from the place on that returns: a generator's last call and its return stand in this order. */
  returnAfter(place: string | undefined): string | undefined { return this.#first(/\breturn\b/, place, undefined) ?? place; }

  definition(process: string): string | undefined {
    const name = /([^/#]+)(#\d+)?$/.exec(process)?.[1] ?? "";
    const begins = process === "root" ? /\bexport default\b/ : new RegExp(`\\bname: *["'\`]${name.replace(/[^\w-]/g, "\\$&")}["'\`]`);
    for (const { path } of this.#program.modules) {
      const found = this.#first(begins, `${path}:1`, `${path}:${Number.MAX_SAFE_INTEGER}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  call(name: string, from: string | undefined, before: string | undefined): string | undefined {
    const methods = METHODS[name];
    return methods === undefined ? undefined : this.#first(new RegExp(`\\b(${methods})\\(`), next(from), before);
  }

  #first(text: RegExp, from: string | undefined, before: string | undefined): string | undefined {
    const [, file = "", line = ""] = PLACE.exec(from ?? "") ?? [];
    const [, sameFile, end] = PLACE.exec(before ?? "") ?? [];
    const lines = this.#program.modules.find(({ path }) => path === file)?.source.split("\n") ?? [];
    const last = sameFile === file && Number(end) > Number(line) ? Number(end) - 1 : Number(line) + FAR; // behind it in a loop: no end
    for (let at = Number(line); at <= Math.min(lines.length, last); at++) if (text.test(lines[at - 1] ?? "")) return `${file}:${at}`;
    return undefined;
  }
}

const next = (place: string | undefined): string | undefined => place?.replace(/\d+$/, (line) => String(Number(line) + 1));

/** Names places of one program. */
export const linesOf = (program: ProgramSection): Lines => new ProgramLines(program);

/** The text of a place; undefined when there is no such line. */
export function textAt({ modules }: ProgramSection, place: string): string | undefined {
  const [, file = "", line = ""] = PLACE.exec(place) ?? [];
  return modules.find(({ path }) => path === file)?.source.split("\n")[Number(line) - 1]?.trim();
}
