// Where in a script something was called. Owns the one look at V8's structured stack; unmapped, so the answer follows from the
// script that is executed and not from whether this process has source maps on.

import { fileURLToPath } from "node:url";

export interface SourceSite {
  /** The script's name as V8 has it, without a query. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a program's executed script is called in stacks: a name no file of the host has. */
export const PROGRAM_SCRIPT = "triad-program/executed.js";

const FRAMES = 8;

/** A script's name in a stack as a path. */
export const pathOf = (file: string): string => (file.startsWith("file:") ? fileURLToPath(file) : file);
/** Where this package's rooms lie, sources or built. */
const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const ROOMS = ["kernel-abi", "runtime", "domains", "replay", "telemetry"].map((room) => `${PACKAGE}${room}/`);
const KERNEL = `${PACKAGE}runtime/kernel/`;

/**
 * The frames of a program, innermost first: those in its script, if there are any or it is `executed` as one; else those of whoever
 * handed a definition over in memory, down to the kernel, which stepped it. What this package has on the stack is no program's.
 */
export function programSites(sites: readonly SourceSite[], executed: boolean): readonly SourceSite[] {
  const own = sites.filter(({ file }) => file === PROGRAM_SCRIPT);
  if (executed || own.length > 0) return own;
  const paths = sites.map(({ file }) => pathOf(file));
  const stepped = paths.findIndex((path) => path.startsWith(KERNEL));
  return sites.slice(0, stepped === -1 ? sites.length : stepped).filter((_, at) => !ROOMS.some((room) => paths[at]?.startsWith(room) === true));
}

/** Frames above `below`, innermost first. Error's hooks are as before when this returns. */
function framesAbove(below: (...args: never[]) => unknown, most: number): readonly NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const hook = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  let frames: readonly NodeJS.CallSite[] = [];
  try {
    Error.stackTraceLimit = most;
    const collect = (_: Error, sites: NodeJS.CallSite[]): string => { frames = sites; return ""; };
    Object.defineProperty(Error, "prepareStackTrace", { configurable: true, writable: true, enumerable: hook?.enumerable ?? false, value: collect });
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, below);
    void holder.stack; // formatted on first reading
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (hook === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Object.defineProperty(Error, "prepareStackTrace", hook);
  }
  return frames;
}

/** The script frames that are not Node's own, innermost first, after skipping `skip` frames above `below`, among the innermost `most`. */
export function callersOf(below: (...args: never[]) => unknown, skip: number, most = FRAMES): readonly SourceSite[] {
  return framesAbove(below, most).slice(skip).flatMap((frame) => {
    const [file = ""] = (frame.getFileName() ?? "").split("?");
    if (file === "" || file.startsWith("node:")) return [];
    return { file, line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 };
  });
}

/** The file of the innermost frame there is, Node's own among them. */
export const innermostFile = (below: (...args: never[]) => unknown, skip: number): string => framesAbove(below, skip + 1)[skip]?.getFileName() ?? "";

/** The innermost of them. */
export const callerOf = (below: (...args: never[]) => unknown, skip: number): SourceSite | undefined => callersOf(below, skip)[0];

/**
 * A stack as a program may read it: its own frames in its own script, which follow from the program alone. What lies around them
 * (this package's files, the host's paths) is left out.
 */
export function programStack(error: Error, frames: readonly NodeJS.CallSite[]): string {
  const own = frames.filter((frame) => frame.getFileName() === PROGRAM_SCRIPT);
  const lines = own.map((frame) => `\n    at ${frame.getFunctionName() ?? "<anonymous>"} (${PROGRAM_SCRIPT}:${frame.getLineNumber() ?? 0}:${frame.getColumnNumber() ?? 0})`);
  return `${Error.prototype.toString.call(error)}${lines.join("")}`;
}
