// Thrown: what the stack of an uncaught error says to people: the line of the program, and in plain words what the engine says of the
// bundler's own code. Nothing of it is recorded.
import type { ProgramSection } from "../../../kernel-abi/header.ts";
import { k } from "../../../domains/k/api/operations.ts";
import { phi } from "../../../domains/phi/api/operations.ts";
import { q } from "../../../domains/q/api/operations.ts";
import { nearest } from "../nearest.ts";
import { locator, type Site } from "./locator.ts";

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

/** What stands behind the `yield*` that an error was thrown at, where that is what threw it; empty where the text does not say. */
function delegated(error: Error, { executed }: ProgramSection): string | undefined {
  const { name, message, stack = "" } = error;
  if (name !== "TypeError") return undefined;
  if (DELEGATION.test(stack.slice(stack.search(/^ +at /m)))) return "";
  const [frame] = framesOf(error);
  if (frame === undefined || !NOT_ITERABLE.test(message)) return undefined;
  const text = executed.split("\n")[frame.line - 1] ?? "";
  const at = text.lastIndexOf("yield*", frame.column - 1);
  return at < 0 || text.slice(at, frame.column - 1).includes(";") ? undefined : text.slice(at + "yield*".length).trimStart();
}

/** A call of `k`, `q` or `phi`, as the program writes it and as the engine does. */
const CALL = /^(?:\(0 ?, )?(?:[\w$]+\.)*(k|q|phi)\.([\w$]+)/;
const CALLS: Readonly<Record<string, readonly string[]>> = { k: Object.keys(k), q: Object.keys(q), phi: Object.keys(phi) };

/** Says of a call that there is no such one. */
function noCall(written: string): string | undefined {
  const [, api = "", call = ""] = CALL.exec(written) ?? [];
  const known = CALLS[api];
  if (known === undefined || known.includes(call)) return undefined;
  const meant = nearest(call, known);
  return `${api}.${call} is not a function${meant === undefined ? "" : `; did you mean ${api}.${meant}`}`;
}

function wordsOf(error: Error, program: ProgramSection): string {
  const written = delegated(error, program);
  if (written !== undefined) return noCall(written) ?? NO_PROGRAM;
  return (error.name === "TypeError" && error.message.endsWith("is not a function") ? noCall(error.message) : undefined) ?? error.message;
}

/** What an error says, in a few words of ours where its own are about code that nobody wrote, or name no call. */
export const saidBy = (error: unknown, program: ProgramSection): string => (error instanceof Error ? `${error.name}: ${wordsOf(error, program)}` : String(error));
