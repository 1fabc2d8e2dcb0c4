// Runs that are put down at every point where they can be, and taken up again from each: on the real machine, with the toy domains.
import { DEFAULT_BOUNDS, LIMITS } from "../../kernel-abi/limits.ts";
import type { Frame } from "../../kernel-abi/frame.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { Keeper, RunEnd } from "../../kernel-abi/ports.ts";
import { seededRandom } from "../../domains/k/random.ts";
import { encodeFrame } from "../../replay/entry/writer.ts";
import { sha256 } from "../../runtime/adapters/sha256.ts";
import { drive } from "../../runtime/context/driver.ts";
import type { PolicyChoice } from "../../runtime/scheduler/policies.ts";
import { allVerbs, toyAdmission, toyOutcomes, type ToyOptions } from "./run.ts";

export interface KeptOptions extends Omit<ToyOptions, "policy"> {
  readonly policy?: PolicyChoice;
  /** Definitions by name, as loading a program would have found them. */
  readonly definitions?: ReadonlyMap<string, Behaviour>;
  /** Most answers by which a body is brought back. */
  readonly answers?: number;
}

/** A run as it was put down, and how many frames it had come to. */
export interface Kept {
  readonly state: Uint8Array;
  readonly frames: number;
  readonly turns: number;
}

export interface KeptRun {
  readonly end: RunEnd;
  /** Each frame's bytes, hex. */
  readonly frames: readonly string[];
  readonly kept: readonly Kept[];
  /** Why it could not be put down, where it could not. */
  readonly refused: readonly string[];
}

const hex = (frame: Frame): string => Buffer.from(encodeFrame(frame)).toString("hex");

/** With `from`, taken up there: frames are those that follow. `due`: whether to put it down at this boundary. */
export async function keptRun(root: Behaviour, options: KeptOptions = {}, from?: Uint8Array, due: (boundary: number) => boolean = () => true): Promise<KeptRun> {
  const frames: string[] = [];
  const kept: Kept[] = [];
  const refused: string[] = [];
  let boundary = 0;
  const keeper: Keeper = {
    get due() { return due(boundary++); },
    ...(options.answers === undefined ? {} : { answers: options.answers }),
    keep: ({ state, turns }) => { kept.push({ state, frames: frames.length, turns }); },
    cannot: (why) => { refused.push(why); },
  };
  const end = await drive({
    config: {
      seed: options.seed ?? "test", bounds: { ...DEFAULT_BOUNDS, ...options.bounds }, policy: options.policy ?? "cooperative", allow: options.allow ?? allVerbs,
      admissions: { Q: toyAdmission("Q"), PHI: toyAdmission("PHI") }, root, input: options.input ?? null, files: options.files ?? {},
      mailboxBound: options.mailboxBound ?? LIMITS.mailbox_depth_max, slice: options.slice, flags: options.flags, node: 0, vhm: 0, faults: options.faults, recovery: options.recovery,
      definitions: options.definitions,
    },
    ports: {
      sha256, random: seededRandom, guard: { enter: () => undefined, leave: () => undefined }, observer: {}, keeper,
      journal: { append: (frame) => { frames.push(hex(frame)); }, barrier: () => undefined },
    },
    outcomes: options.outcomes ?? toyOutcomes(), from: from === undefined ? undefined : { state: from, event: 0 },
  });
  if (end.status === "paused") throw new Error("paused without until");
  return { end, frames, kept, refused };
}

/**
 * What is wrong with a run that is taken up from one of its points; undefined when it goes on byte for byte and is put down as the same
 * bytes at once. `again`: at the same points later on, too, which takes longer.
 */
export async function takenUpFrom(root: Behaviour, options: KeptOptions, whole: KeptRun, at: number, again = false): Promise<string | undefined> {
  const point = whole.kept[at];
  if (point === undefined) return "no such point";
  const other = await keptRun(root, options, point.state, (boundary) => boundary === 0 || again);
  const rest = whole.frames.slice(point.frames);
  const differs = rest.findIndex((frame, place) => frame !== other.frames[place]);
  if (differs >= 0 || rest.length !== other.frames.length) return `frame ${point.frames + Math.max(0, differs)}: ${rest[differs]} became ${other.frames[differs]}`;
  const [first] = other.kept;
  if (first === undefined || Buffer.compare(first.state, point.state) !== 0) return "it is put down otherwise at once";
  const later = whole.kept.slice(at).map(({ frames }) => frames - point.frames).join();
  if (again && other.kept.map(({ frames }) => frames).join() !== later) return "it can be put down at other points";
  return JSON.stringify(other.end) === JSON.stringify(whole.end) ? undefined : "it ends otherwise";
}
