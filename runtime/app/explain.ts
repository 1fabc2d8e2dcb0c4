// Explanations: what makes a divergence something a stranger can act on (E3). The place in the program, the line there, which edit
// most likely led to it, and the next step.
import { Fault, type FaultDetail } from "../../kernel-abi/fault.ts";
import type { ProgramSection } from "../../kernel-abi/header.ts";
import type { Journal } from "../../kernel-abi/ports.ts";
import { Divergence } from "../../replay/diverged.ts";
import { editsOf, likelyEdit, placeOfEdit, type Edit } from "./program/edits.ts";
import { linesOf, textAt } from "./program/lines.ts";
import { programDigest } from "./program/load.ts";
import { locateCall, locateDivergence } from "./sites.ts";

export interface Replayed {
  /** The program in the trace. */
  readonly recorded: ProgramSection;
  /** The program that ran; the recorded one, unless another was run against the trace. */
  readonly ran: ProgramSection;
  /** Runs the same replay again, with a wrapper around its journal. */
  readonly again: (wrap: (journal: Journal) => Journal) => Promise<unknown>;
}

const SHOWN = 160;
const short = (text: string): string => (text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`);
const joined = (lines: readonly string[]): string => short(lines.map((line) => line.trim()).filter((line) => line !== "").join(" "));

/** What was edited, where, and out of how many edits. */
function edited(edits: readonly Edit[], place: string | undefined): FaultDetail {
  const edit = likelyEdit(edits, place);
  if (edit === undefined) return {};
  return { edited: placeOfEdit(edit), was: joined(edit.was) === "" ? "nothing" : joined(edit.was), is: joined(edit.now) === "" ? "nothing" : joined(edit.now), edits: edits.length };
}

/** The next step where more is known than the field that differs. */
function fixFor({ detail }: Fault, { edited: place }: FaultDetail, at: string | undefined): FaultDetail {
  if (place !== undefined) return { fix: `take the edit at ${String(place)} back, or record the run anew with the program as it is` };
  const said = detail["fix"];
  return typeof said === "string" && at !== undefined ? { fix: said.replace("the program", at) } : {};
}

/** A program that does not load: the same fault, with the line it was refused at. */
export function refusedAtLoad(error: unknown, program: ProgramSection): unknown {
  if (!(error instanceof Fault) || "at" in error.detail) return error;
  const lines = linesOf(program);
  const at = lines.error(error) ?? lines.error(error.cause);
  return at === undefined ? error : new Fault(error.fault, { ...error.detail, at }, { cause: error.cause ?? error });
}

/** An outcome that is another, with the line its job was called from. */
async function called(error: Divergence, { ran, again }: Replayed): Promise<Divergence> {
  const at = await locateCall(Number(error.detail["job"]), linesOf(ran), again);
  const line = at === undefined ? undefined : textAt(ran, at);
  return new Divergence(error.fault === "REPRODUCE_PLAN_DIFFERS" ? error.fault : "REPRODUCE_DIFFERS", { ...error.detail, ...(at === undefined ? {} : { at }), ...(line === undefined ? {} : { line: short(line) }) }, error.members);
}

/** The divergence with everything that can be said of it; any other error as it is. */
export async function explained(error: unknown, replayed: Replayed): Promise<unknown> {
  if (!(error instanceof Divergence)) return error;
  return error.fault !== "REPLAY_DIVERGED" ? called(error, replayed) : parted(error, replayed);
}

async function parted(error: Divergence, { recorded, ran, again }: Replayed): Promise<Divergence> {
  const { at, missing } = await locateDivergence(error, linesOf(ran, recorded), again);
  const line = at === undefined ? undefined : textAt(ran, at);
  const change = edited(ran === recorded ? [] : editsOf(recorded, ran), at);
  const digests = ran === recorded ? {} : { program: programDigest(ran), recorded: programDigest(recorded) };
  return new Divergence("REPLAY_DIVERGED", {
    ...error.detail, ...(at === undefined ? {} : { at }), ...(line === undefined ? {} : { line: short(line) }), ...(missing === undefined ? {} : { missing }), ...change, ...digests, ...fixFor(error, change, at),
  }, error.members, { cause: error });
}
