// Imports: what a program takes of the runtime's modules that these do not have. The bundler tells it of the program's own modules; without
// this, it would be found out where it is used, which may be late, as a function that is none. Asked of programs that are recorded anew
// alone: one from a trace goes on to whatever came of it.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import { PROGRAM_SCRIPT } from "../../adapters/source-site.ts";
import { nearest } from "../nearest.ts";
import { modulesFor } from "./generations.ts";
import { locator } from "./locator.ts";

/** As the bundler writes an import of names. What is imported as a whole may be asked for what it has. */
const IMPORTED = /^var (import_\w+) = require\("([^"]+)"\);$/gm;

/** @throws Fault PROGRAM_INVALID with the first place where one is used */
export function checkImports(program: ProgramSection): void {
  const { executed } = program;
  for (const [, variable = "", module = ""] of executed.matchAll(IMPORTED)) {
    const known = Object.keys(modulesFor(undefined)[module] ?? {});
    if (known.length === 0) continue; // no such module: the loader says so
    for (const use of executed.matchAll(new RegExp(`\\b${variable}\\.([\\w$]+)`, "g"))) {
      const [, name = ""] = use;
      if (!known.includes(name)) throw missing(program, module, name, known, use.index);
    }
  }
}

function missing(program: ProgramSection, module: string, name: string, known: readonly string[], index: number): Fault {
  const before = program.executed.slice(0, index).split("\n");
  const at = locator(program)({ file: PROGRAM_SCRIPT, line: before.length, column: (before.at(-1) ?? "").length + 1 });
  const meant = nearest(name, known);
  return new Fault("PROGRAM_INVALID", { at, what: `${module} has no export ${name}` }, { next: meant === undefined ? `Mend ${at}, or the import of it.` : `Did you mean ${meant}?` });
}
