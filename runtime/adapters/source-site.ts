// Where in a script something was called. Owns the one look at V8's structured stack; unmapped, so the answer follows from the
// script that is executed and not from whether this process has source maps on.

export interface SourceSite {
  /** The script's name as V8 has it, without a query. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const FRAMES = 8;

/** Frames above `below`, innermost first. Error's hooks are as before when this returns. */
function framesAbove(below: (...args: never[]) => unknown): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let frames: readonly NodeJS.CallSite[] = [];
  try {
    Error.stackTraceLimit = FRAMES;
    Error.prepareStackTrace = (_, sites) => { frames = sites; return ""; };
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, below);
    void holder.stack; // formatted on first reading
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
  return frames;
}

/** The innermost script frame that is not Node's own, after skipping `skip` frames above `below`. */
export function callerOf(below: (...args: never[]) => unknown, skip: number): SourceSite | undefined {
  const frame = framesAbove(below).slice(skip).find((site) => {
    const file = site.getFileName();
    return typeof file === "string" && !file.startsWith("node:");
  });
  const [file] = (frame?.getFileName() ?? "").split("?");
  if (frame === undefined || file === undefined) return undefined;
  return { file, line: frame.getLineNumber() ?? 0, column: frame.getColumnNumber() ?? 0 };
}
