// Failures as evidence: what a program threw, read without trusting it. A thrown value may be anything: a proxy, a getter that
// throws, an object that only looks like a Fault. Nothing of it is called; what is recorded is short, plain and ours.
//   E2  Words an engine chose are left out: they would bind a record to one V8. The observer is handed the error itself.
import { handleIn } from "../../kernel-abi/handle.ts";
import { Fault, FAULTS, type FaultDetail, type FaultJson, type FaultName } from "../../kernel-abi/fault.ts";
import { refusedInFull, tellsUnrun } from "../../kernel-abi/version.ts";

const WORDS_MAX = 1_000;
const DETAILS_MAX = 32;

/** Errors engines and hosts make and word themselves. */
const ENGINE_MADE = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError, AggregateError, DOMException] as const;

/** Reads something of the program's; undefined when that throws. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, WORDS_MAX).toWellFormed() : "");

const isFaultName = (name: unknown): name is FaultName => typeof name === "string" && Object.hasOwn(FAULTS, name);

function plainDetail(detail: unknown): FaultDetail {
  if (typeof detail !== "object" || detail === null) return {};
  const plain: Record<string, string | number | boolean | null> = {};
  for (const [key, value] of Object.entries(detail as Record<string, unknown>).slice(0, DETAILS_MAX)) {
    if (typeof value === "string") plain[key] = text(value);
    else if (typeof value === "object" && value !== null) tried(() => handleIn(value)?.toJSON("", "error-detail"));
    else if (typeof value === "boolean" || value === null || (typeof value === "number" && Number.isFinite(value))) plain[key] = value;
  }
  return plain;
}

/** What was to be done about a file that is no program, in runs recorded before it was said that files of one's own may be imported. */
const PROGRAM_NEXT_BEFORE = "Export default defineProcess({ name, domains, *run(...) {} }) and import triad-runtime only.";

/** The next step of an error's own, where a run keeps it; empty for the registry's. */
function nextOf(error: Fault, flags: ReadonlySet<string>): string {
  const next = refusedInFull(flags) ? text(tried(() => error.next)) : "";
  const before = !tellsUnrun(flags) && error.fault === "PROGRAM_INVALID" && (next === "" || next === FAULTS.PROGRAM_INVALID.next);
  return before ? PROGRAM_NEXT_BEFORE : next;
}

/** A registered fault with its plain details and, in a run that keeps it, its own next step; nothing when it is none. */
function faultOf(error: unknown, flags: ReadonlySet<string>): FaultJson | undefined {
  return tried(() => {
    if (!(error instanceof Fault)) return undefined;
    const { fault, detail } = error;
    if (!isFaultName(fault)) return undefined;
    const next = nextOf(error, flags);
    return new Fault(fault, plainDetail(detail), next === "" ? undefined : { next }).toJSON();
  });
}

/** A name and, where the program chose the words, a message. */
function wordsOf(error: unknown): { readonly error: string; readonly message?: string } {
  if (tried(() => error instanceof Error) !== true) return { error: error === null ? "null" : typeof error };
  const kind = tried(() => text((error as Error).name)) ?? "";
  const hosts = tried(() => ENGINE_MADE.some((made) => error instanceof made) || "code" in (error as Error)) ?? true;
  const message = hosts ? "" : tried(() => text((error as Error).message)) ?? "";
  return { error: kind === "" ? "Error" : kind, ...(message === "" ? {} : { message }) };
}

/** A program's uncaught error as evidence: a typed fault as it is, anything else as PROCESS_FAILED. `flags`: of the run. */
export const failureOf = (error: unknown, process: string, flags: ReadonlySet<string>): FaultJson =>
  faultOf(error, flags) ?? new Fault("PROCESS_FAILED", { process, ...wordsOf(error) }).toJSON();
