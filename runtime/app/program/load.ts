// Program loader: from the executed script in a program section to a Behaviour. The script sees `require` for the program
// surface and nothing else. The ambient traps act while it loads as they do in a turn, and what it captures of the globals is
// trapped (rule 10).
import { SourceMap, type SourceMapPayload } from "node:module";
import { compileFunction } from "node:vm";
import { canonicalJson, toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import type { Behaviour } from "../../../kernel-abi/operation.ts";
import { createAmbientGuard } from "../../adapters/ambient.ts";
import { sha256 } from "../../adapters/sha256.ts";
import { PROGRAM_SCRIPT } from "../../adapters/source-site.ts";
import { collecting } from "../definitions.ts";
import * as surface from "./surface.ts";
import * as xstate from "./xstate-surface.ts";
import * as domains from "../../../domains/index.ts";

/** SHA-256 of the canonical program section: what "the same program" means. */
export const programDigest = (program: ProgramSection): string => toHex(sha256(canonicalJson(program)));

/** Lines `compileFunction` puts before the script. */
const SCRIPT_LINE = 1;

const MODULES: Readonly<Record<string, unknown>> = Object.freeze({ "triad-runtime": surface, "triad-runtime/domains": domains, xstate });

function requireSurface(name: string): unknown {
  const found = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
  if (found === undefined) throw new Fault("PROGRAM_INVALID", { import: name, allowed: Object.keys(MODULES).join(", ") });
  return found;
}

/** What `compileFunction` returns, with the parameters it was given. */
type Script = (require: (name: string) => unknown, module: { exports: object }, exports: object) => void;

const isBehaviour = (value: unknown): value is Behaviour =>
  typeof value === "object" && value !== null && "activate" in value && typeof value.activate === "function"
  && "name" in value && typeof value.name === "string" && "admit" in value && "abi" in value && "domains" in value;

const words = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

/** Runs the script once, with the traps acting, and hands out its default export. @throws whatever the script throws */
function defaultExport(script: Script, program: ProgramSection): unknown {
  const guard = createAmbientGuard({ locate: locator(program) });
  const uninstall = guard.install();
  const module = { exports: {} as { readonly default?: unknown } };
  guard.enter();
  try {
    script(requireSurface, module, module.exports);
    return module.exports.default;
  } finally {
    guard.leave();
    uninstall();
  }
}

/**
 * @throws Fault PROGRAM_INVALID when the script fails while loading or exports no process; AMBIENT_ACCESS when it touches the
 * ambient world while loading.
 */
export function loadProgram(program: ProgramSection): Behaviour {
  const { executed, entry, kind } = program;
  if (kind === "detached") throw new Fault("PROGRAM_INVALID", { entry, what: "the trace holds no code; give --program FILE" });
  let exported: unknown;
  try {
    const script = compileFunction(executed, ["require", "module", "exports"], { filename: PROGRAM_SCRIPT }) as Script;
    exported = collecting(() => defaultExport(script, program), (loaded) => (isBehaviour(loaded) ? loaded : undefined));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault("PROGRAM_INVALID", { entry, what: words(cause) }, { cause });
  }
  if (!isBehaviour(exported)) throw new Fault("PROGRAM_INVALID", { entry, what: "no default export made by defineProcess" });
  return exported;
}

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

const FRAME = /\(?([^\s()]*triad-program\/executed\.js):(\d+):(\d+)\)?/;

/** Where in the program an error was thrown, if its stack passes through it. */
export function placeOf(error: unknown, program: ProgramSection): string | undefined {
  const match = error instanceof Error ? FRAME.exec(error.stack ?? "") : null;
  if (match === null) return undefined;
  const [, file = "", line = "0", column = "0"] = match;
  return locator(program)({ file, line: Number(line), column: Number(column) });
}
