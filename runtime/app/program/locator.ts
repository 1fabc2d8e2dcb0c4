// Locator: a place of the executed script, by the source a person wrote.
import { SourceMap, type SourceMapPayload } from "node:module";
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import { PROGRAM_SCRIPT } from "../../adapters/source-site.ts";

/** Lines `compileFunction` puts before the script. */
const SCRIPT_LINE = 1;

export interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Names a place of the executed script by the source a person wrote; follows from the program section alone. */
export function locator({ map }: ProgramSection): (site: Site) => string {
  let parsed: SourceMap | undefined;
  return ({ file, line, column }) => {
    const short = `${file.slice(file.lastIndexOf("/") + 1)}:${line}`;
    if (!file.endsWith(PROGRAM_SCRIPT) || map === "") return short;
    parsed ??= new SourceMap(JSON.parse(map) as SourceMapPayload);
    const found = parsed.findEntry(line - SCRIPT_LINE, Math.max(0, column - 1));
    return "originalSource" in found ? `${found.originalSource}:${found.originalLine + 1}` : short;
  };
}
