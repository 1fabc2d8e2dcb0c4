// Thrown: what the stack of an uncaught error says to people: the line of the program, and in plain words what the engine says of the
// bundler's own code. Nothing of it is recorded.
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import { locator, type Site } from "./load.ts";

const FRAME = /^ +at (?:.+ \()?([^\s()]*triad-program\/executed\.js):(\d+):(\d+)\)?$/gm;

/** The frames of the program's script, innermost first. */
function framesOf(error: unknown): readonly Site[] {
  const stack = error instanceof Error && typeof error.stack === "string" ? error.stack : "";
  return [...stack.matchAll(FRAME)].map(([, file = "", line = "0", column = "0"]) => ({ file, line: Number(line), column: Number(column) }));
}

const scriptLine = ({ file, line }: Site): string => `${file.slice(file.lastIndexOf("/") + 1)}:${line}`;

/** Where in the program an error was thrown, if its stack passes through it: the innermost line that a person wrote. */
export function placeOf(error: unknown, program: ProgramSection): string | undefined {
  const frames = framesOf(error);
  const locate = locator(program);
  const written = frames.find((frame) => locate(frame) !== scriptLine(frame)) ?? frames[0];
  return written === undefined ? undefined : locate(written);
}

/** Thrown by what the bundler makes of `yield* value` where there is asynchronous code, itself: the value cannot be iterated. */
const DELEGATION = /^ +at __yieldStar \([^\s()]*triad-program\/executed\.js:/;
/** What the engine says of one, thrown where a `yield*` stands. */
const NOT_ITERABLE = /is not iterable|Symbol\.iterator method is not an object/;
const NO_PROGRAM = "yield* takes what k, q and phi make: a call such as yield* k.now()";

function delegates(error: Error, { executed }: ProgramSection): boolean {
  const { name, message, stack = "" } = error;
  if (name !== "TypeError") return false;
  if (DELEGATION.test(stack.slice(stack.search(/^ +at /m)))) return true;
  const [frame] = framesOf(error);
  if (frame === undefined || !NOT_ITERABLE.test(message)) return false;
  const text = executed.split("\n")[frame.line - 1] ?? "";
  return text.startsWith("yield*", frame.column - 1) || /yield\*[^;]*$/.test(text.slice(0, frame.column - 1));
}

/** What an error says, in a few words of ours where its own are about code that nobody wrote. */
export const saidBy = (error: unknown, program: ProgramSection): string => (error instanceof Error ? `${error.name}: ${delegates(error, program) ? NO_PROGRAM : error.message}` : String(error));
