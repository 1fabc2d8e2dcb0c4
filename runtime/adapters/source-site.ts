// Where in a script something was called. Owns the one look at V8's structured stack; unmapped, so the answer follows from the
// script that is executed and not from whether this process has source maps on.

export interface SourceSite {
  /** The script's name as V8 has it, without a query. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a program's executed script is called in stacks: a name no file of the host has. */
export const PROGRAM_SCRIPT = "triad-program/executed.js";

const FRAMES = 8;

/** Frames above `below`, innermost first. Error's hooks are as before when this returns. */
function framesAbove(below: (...args: never[]) => unknown): readonly NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const hook = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  let frames: readonly NodeJS.CallSite[] = [];
  try {
    Error.stackTraceLimit = FRAMES;
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

/** The script frames that are not Node's own, innermost first, after skipping `skip` frames above `below`. */
export function callersOf(below: (...args: never[]) => unknown, skip: number): readonly SourceSite[] {
  return framesAbove(below).slice(skip).flatMap((frame) => {
    const [file = ""] = (frame.getFileName() ?? "").split("?");
    if (file === "" || file.startsWith("node:")) return [];
    return { file, line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 };
  });
}

/** The file of the innermost frame there is, Node's own among them. */
export const innermostFile = (below: (...args: never[]) => unknown, skip: number): string => framesAbove(below)[skip]?.getFileName() ?? "";

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
