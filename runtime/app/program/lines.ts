// Lines: places of an executed program as a person wrote them, for reports about what it did.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import type { Lines } from "../sites.ts";
import { locator, placeOf } from "./load.ts";

const PLACE = /^(.+):(\d+)$/;

/** Names places of one program. */
export function linesOf(program: ProgramSection): Lines {
  const name = locator(program);
  return {
    site: (site) => (site === undefined ? undefined : name(site)),
    /** What a trap says itself, or the innermost frame of the program in the stack. */
    error(error) {
      const said = error instanceof Fault ? error.detail["at"] : undefined;
      return typeof said === "string" && PLACE.test(said) ? said : placeOf(error, program);
    },
    /** The first line from the place on that returns: a generator's last call and its return stand in this order. */
    returnAfter(place) {
      const [, file = "", line = ""] = PLACE.exec(place ?? "") ?? [];
      const lines = program.modules.find(({ path }) => path === file)?.source.split("\n") ?? [];
      for (let at = Number(line); at <= lines.length; at++) if (/\breturn\b/.test(lines[at - 1] ?? "")) return `${file}:${at}`;
      return place;
    },
  };
}

/** The text of a place; undefined when there is no such line. */
export function textAt({ modules }: ProgramSection, place: string): string | undefined {
  const [, file = "", line = ""] = PLACE.exec(place) ?? [];
  return modules.find(({ path }) => path === file)?.source.split("\n")[Number(line) - 1]?.trim();
}
