// Diff: where two runs parted, and what each side knew then. Descriptions first (header, program, inputs, field by field), then the
// first frame that differs, with the past of whoever acted in it, on both sides. Executes nothing.
//   C6  Two passes over each trace, a frame of each in memory at a time, and a past of a few frames (past.ts).
import { canonicalJson, sameBytes, toHex, type Json } from "../kernel-abi/canonical.ts";
import { EVENT, type Frame } from "../kernel-abi/frame.ts";
import type { ByteSource, Recording } from "../kernel-abi/ports.ts";
import type { PlacedFrame } from "./bundle.ts";
import { CAUSES, difference, frameName, type Difference } from "./divergence.ts";
import { openBundle } from "./bundle.ts";
import { plain } from "./entry/body.ts";
import { eventCount } from "./entry/count.ts";
import { ProcessNames } from "./entry/names.ts";
import { memberText, type Member } from "./diverged.ts";
import { Past, type PastFrame } from "./past.ts";
import { RecordedFrames } from "./recorded.ts";

/** A field of the description that differs; null stands for "is not there". */
export interface DescriptionDifference {
  readonly part: "header" | "program" | "inputs";
  /** `bounds.ticks`, `modules[bell.ts]`, `files[G1]`. */
  readonly field: string;
  readonly a: Json;
  readonly b: Json;
  /** Of a text: its first line that differs, from 1. `a` and `b` are that line. */
  readonly line?: number;
}

/** One side of the first difference. */
export interface DiffSide {
  readonly event: number;
  readonly tick: number;
  readonly actor: string;
  /** `turn (MESSAGE)`, the kernel's events, or `nothing`. */
  readonly what: string;
  readonly value: string | number;
  /** The last frames of that actor, oldest first, this one last; of an outcome, those of the actor who asked for it. */
  readonly past: readonly PastFrame[];
}

export interface FrameDifference {
  /** From 0; both runs are equal in all frames before it. */
  readonly frame: number;
  /** `tick`, `entries[3].body.data.counts`, `frame` when one run has no more. */
  readonly field: string;
  /** What usually stands behind it. */
  readonly cause: string;
  readonly a: DiffSide;
  readonly b: DiffSide;
  /** Inside a body: the first members that differ, the one of `field` first. */
  readonly members: readonly MemberDifference[];
}

/** A member's values, in short; null stands for "nothing" too, and `only` then says which run has something. */
export interface MemberDifference {
  readonly field: string;
  readonly a: Json;
  readonly b: Json;
  readonly only?: "a" | "b";
}

/** `blocks`: the same frames, but the recorder waited for outcomes at other places. */
export type Where = "nowhere" | "description" | "frame" | "blocks";

export interface DiffReport {
  readonly equal: boolean;
  /** The first place that decides: a frame before a description, because two descriptions may lead to the same frames. */
  readonly where: Where;
  /** Chain heads of the two runs, hex, when the frames were read to their ends. */
  readonly digests: { readonly a: string; readonly b: string } | null;
  readonly description: readonly DescriptionDifference[];
  /** Differences of the description beyond those listed. */
  readonly more: number;
  readonly first: FrameDifference | null;
  /** Equal frames before the difference, or in all. */
  readonly frames: number;
  readonly events: number;
}

const LISTED = 100;

// ---- descriptions -------------------------------------------------------------------------------------------------------

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const json = (value: unknown): Json => (value === undefined ? null : plain(value));
const same = (a: unknown, b: unknown): boolean => a === b || (a !== undefined && b !== undefined && sameBytes(canonicalJson(a), canonicalJson(b)));

type Found = DescriptionDifference;

/** Leaves that differ, by path. */
function* leaves(part: Found["part"], field: string, a: unknown, b: unknown): Generator<Found> {
  if (same(a, b)) return;
  if (isRecord(a) && isRecord(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) yield* leaves(part, field === "" ? key : `${field}.${key}`, a[key], b[key]);
  } else if (isList(a) && isList(b)) {
    for (let at = 0; at < Math.max(a.length, b.length); at++) yield* leaves(part, `${field}[${at}]`, a[at], b[at]);
  } else yield { part, field, a: json(a), b: json(b) };
}

const sizeOf = (text: string | undefined): Json => (text === undefined ? null : `${text.length} characters`);

/** Two texts: the first line that differs. */
function* texts(part: Found["part"], field: string, a: string | undefined, b: string | undefined): Generator<Found> {
  if (a === b) return;
  if (a === undefined || b === undefined) {
    yield { part, field, a: sizeOf(a), b: sizeOf(b) };
    return;
  }
  const [left, right] = [a.split("\n"), b.split("\n")];
  const line = left.findIndex((text, at) => text !== right[at]);
  const at = line < 0 ? left.length : line;
  yield { part, field, line: at + 1, a: left[at] ?? null, b: right[at] ?? null };
}

const textsByName = function* (part: Found["part"], field: string, a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): Generator<Found> {
  for (const name of new Set([...a.keys(), ...b.keys()])) yield* texts(part, `${field}[${name}]`, a.get(name), b.get(name));
};

/** Sources by path; an entry that was only renamed goes by its other name. */
const modulesOf = ({ program: { entry, modules } }: Recording, entryAs = entry): ReadonlyMap<string, string> =>
  new Map(modules.map(({ path, source }) => [path === entry ? entryAs : path, source]));

function* described(a: Recording, b: Recording): Generator<Found> {
  yield* leaves("header", "", a.header, b.header);
  yield* leaves("program", "", { kind: a.program.kind, entry: a.program.entry }, { kind: b.program.kind, entry: b.program.entry });
  const sources = [...textsByName("program", "modules", modulesOf(a), modulesOf(b, a.program.entry))];
  yield* sources;
  if (sources.length === 0) yield* texts("program", "executed", a.program.executed, b.program.executed);
  yield* leaves("inputs", "input", a.inputs.input, b.inputs.input);
  yield* textsByName("inputs", "files", new Map(Object.entries(a.inputs.files)), new Map(Object.entries(b.inputs.files)));
}

// ---- frames -------------------------------------------------------------------------------------------------------------

const bytesOf = ({ block, start, end }: PlacedFrame): Uint8Array => block.payload.subarray(start, end);

interface Parting {
  readonly frame: number;
  readonly events: number;
  readonly a: Frame | undefined;
  readonly b: Frame | undefined;
  /** Chain heads, when neither has more frames. */
  readonly heads: { readonly a: string; readonly b: string } | null;
}

/** Walks both to the first frame that differs, or to both ends. */
function parting(a: ByteSource, b: ByteSource): Parting {
  const [left, right] = [new RecordedFrames(a), new RecordedFrames(b)];
  for (let frame = 0, events = 0; ; frame++) {
    const [one, other] = [left.next(), right.next()];
    if (one === undefined && other === undefined) return { frame, events, a: undefined, b: undefined, heads: { a: toHex(left.head), b: toHex(right.head) } };
    if (one === undefined || other === undefined || !sameBytes(bytesOf(one), bytesOf(other))) return { frame, events, a: one?.frame, b: other?.frame, heads: null };
    events += eventCount(one.frame);
  }
}

/** Whose past explains a frame: the one who acts, or for an outcome the one who asked for it. */
function concerned(source: ByteSource, frame: Frame, at: number): number {
  const job = frame.entries.find(({ code }) => code === EVENT.JOB_OUTCOME)?.subject;
  const frames = new RecordedFrames(source);
  for (let left = job === undefined ? 0 : at; left > 0; left--) {
    const earlier = frames.next()?.frame;
    if (earlier?.entries.some(({ code, subject }) => code === EVENT.JOB_INTENT && subject === job) === true) return earlier.actor;
  }
  return frame.actor;
}

interface Known {
  readonly names: ProcessNames;
  readonly past: readonly PastFrame[];
  readonly concerned: number;
}

/** What the actor concerned knew at frame `at`, that frame last; where a run has no such frame, what `otherwise` knew. */
function knownAt(source: ByteSource, { header }: Recording, at: number, frame: Frame | undefined, otherwise: number): Known {
  const actor = frame === undefined ? otherwise : concerned(source, frame, at);
  const names = new ProcessNames(header);
  const past = new Past(actor, names);
  const frames = new RecordedFrames(source);
  for (let index = 0; index < at; index++) {
    const placed = frames.next();
    if (placed !== undefined) past.add(placed.frame);
  }
  if (frame !== undefined) past.add(frame, true);
  return { names, past: past.frames, concerned: actor };
}

function frameDifference(sources: { readonly a: ByteSource; readonly b: ByteSource }, recordings: { readonly a: Recording; readonly b: Recording }, { frame, events, a, b }: Parting, decides: readonly DescriptionDifference[]): FrameDifference {
  const left = knownAt(sources.a, recordings.a, frame, a, b?.actor ?? 0);
  const right = knownAt(sources.b, recordings.b, frame, b, left.concerned);
  const found: Difference = a === undefined || b === undefined
    ? { field: "frame", expected: frameName(a), actual: frameName(b), event: 0, cause: a === undefined ? "extra" : "missing" }
    : difference(a, b, left.names, right.names) ?? { field: "bytes", expected: "", actual: "", event: 0, cause: "kernel" };
  const { field, expected, actual } = deepest(found);
  const side = (of: Frame | undefined, { past, names }: Known, value: string | number): DiffSide => ({
    event: events + 1 + found.event, tick: of?.tick ?? -1, actor: of === undefined ? "nobody" : names.of(of.actor).name, what: frameName(of), value, past,
  });
  return { frame, field, cause: likely(found, decides), a: side(a, left, expected), b: side(b, right, actual), members: (found.members ?? []).map(sided) };
}

/** A difference of descriptions explains one of frames. */
const likely = ({ cause }: Difference, decides: readonly DescriptionDifference[]): string =>
  (decides.length === 0 || cause === "missing" || cause === "extra" ? DIFF_CAUSES[cause]
    : `what decides the runs differs: ${[...new Set(decides.map(({ part, field }) => (part === "header" ? field.split(".")[0] ?? field : part)))].slice(0, 5).join(", ")}`);

/** Of a body: its first member that differs, a number as a number and all else as JSON. */
function deepest({ field, expected, actual, members: [member] = [] }: Difference): Pick<Difference, "field" | "expected" | "actual"> {
  if (member === undefined) return { field, expected, actual };
  const text = memberText(member);
  return { field: member.field, expected: typeof member.expected === "number" ? member.expected : text.expected, actual: typeof member.actual === "number" ? member.actual : text.actual };
}

const sided = ({ field, expected: a, actual: b, only }: Member): MemberDifference => ({ field, a, b, ...(only === undefined ? {} : { only: only === "expected" ? "a" : "b" }) });

/** As of a divergence; but of two recorded runs neither is the one to be met. */
const DIFF_CAUSES: Readonly<Record<Difference["cause"], string>> = Object.freeze({
  ...CAUSES,
  missing: "run B ends here, run A goes on",
  extra: "run A ends here, run B goes on",
});

/**
 * Compares two traces, sealed or not, as far as they are intact. Damage is a fault, not a difference; seals and facts about hosts
 * are not compared, since they are no part of the run.
 * @throws Fault TRACE_*
 */
export function diff(a: ByteSource, b: ByteSource): DiffReport {
  const recordings = { a: openBundle(a).recording, b: openBundle(b).recording };
  const all = [...described(recordings.a, recordings.b)];
  const parted = parting(a, b);
  const ends = parted.heads !== null;
  const equal = ends && parted.heads.a === parted.heads.b;
  return {
    equal,
    where: equal ? "nowhere" : !ends ? "frame" : all.length > 0 ? "description" : "blocks",
    digests: parted.heads,
    description: all.slice(0, LISTED), more: Math.max(0, all.length - LISTED),
    first: ends ? null : frameDifference({ a, b }, recordings, parted, all),
    frames: parted.frame, events: parted.events,
  };
}
