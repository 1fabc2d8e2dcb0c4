// Causal cone: of a run, everything that happened before what some of its actors did, and nothing else (XDV-071, process-scoped).
//   C4  Two passes: the first goes forward and keeps a few numbers a frame, then marks backwards; the second reads the marked
//       frames again, so that bodies are never held.
import type { Frame } from "../kernel-abi/frame.ts";
import { PHI_SERVICE } from "../kernel-abi/ids.ts";
import type { ByteSource } from "../kernel-abi/ports.ts";
import { framesOf, openUnits, type PlacedFrame } from "./bundle.ts";
import { Causality, type Antecedent } from "./causes.ts";
import { Events, type TraceEvent } from "./entry/events.ts";
import { ProcessNames } from "./entry/names.ts";

export interface ConeOptions {
  /** Which actors' frames to explain, by their names. */
  readonly actor: (name: string) => boolean;
  /** Last tick to look at. */
  readonly until?: number | undefined;
}

/** A frame of the cone with its events and what it follows directly. */
export interface ConeMember {
  /** From 0, over the whole run. */
  readonly frame: number;
  readonly turn: boolean;
  readonly tick: number;
  readonly actor: string;
  /** A frame of the actors asked about, not only one that led to it. */
  readonly own: boolean;
  readonly causes: readonly (Antecedent & { readonly name: string })[];
  readonly events: readonly TraceEvent[];
}

export interface Cone {
  /** Names of the actors asked about, in order of their declaration. */
  readonly actors: readonly string[];
  /** Everybody who acts in the run, for those who misspelt a name. */
  readonly known: readonly string[];
  /** Frames of the cone, and of the run as far as it was looked at. */
  readonly frames: number;
  readonly of: number;
  /** Turns of the actors asked about. */
  readonly turns: number;
  /** The cone in the order of the run, read again as it is asked for. */
  members(): Generator<ConeMember>;
}

/** Every frame up to `until`. Nothing when the journal stops before its blocks. @throws Fault TRACE_* */
function* framesUntil(source: ByteSource, until: number): Generator<PlacedFrame> {
  const { units, recording } = openUnits(source);
  if (recording === undefined) return;
  for (let block = units.next(); block !== undefined; block = units.next()) {
    for (const placed of framesOf(block)) {
      if (placed.frame.tick > until) return;
      yield placed;
    }
  }
}

/** Numbers that grow. */
class Column {
  #values = new Float64Array(1_024);
  length = 0;
  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(2 * this.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }
  at(index: number): number { return this.#values[index] ?? 0; }
}

/** The forward pass: by frame its actor, and where its causes end among all. */
class Ancestry {
  readonly #actors = new Column();
  readonly #ends = new Column();
  readonly #causes = new Column();

  add(frame: Frame, causes: readonly Antecedent[]): void {
    this.#actors.push(frame.actor);
    for (const cause of causes) this.#causes.push(cause.frame);
    this.#ends.push(this.#causes.length);
  }

  get frames(): number { return this.#actors.length; }

  /** One byte a frame: 1 in the cone of these actors. A process's earlier frames are in it with a later one. */
  cone(wanted: ReadonlySet<number>): Uint8Array {
    const marks = new Uint8Array(this.frames);
    const lines = new Set(wanted);
    for (let frame = this.frames - 1; frame >= 0; frame--) {
      const actor = this.#actors.at(frame);
      if (marks[frame] === 0 && !lines.has(actor)) continue;
      marks[frame] = 1;
      if (actor > PHI_SERVICE) lines.add(actor);
      for (let cause = frame === 0 ? 0 : this.#ends.at(frame - 1); cause < this.#ends.at(frame); cause++) marks[this.#causes.at(cause)] = 1;
    }
    return marks;
  }
}

/**
 * The causal cone of the actors whose names match; empty when none does.
 * @throws Fault TRACE_*
 */
export function cone(source: ByteSource, { actor, until = Number.MAX_SAFE_INTEGER }: ConeOptions): Cone {
  const { recording } = openUnits(source);
  const here = recording?.header ?? { vhm: 0, node: 0 };
  const names = new ProcessNames(here);
  const wanted = new Map<number, string>();
  const known = new Map<number, string>();
  const causality = new Causality();
  const ancestry = new Ancestry();
  let turns = 0;
  for (const { frame } of framesUntil(source, until)) {
    ancestry.add(frame, causality.next(frame));
    names.learn(frame);
    const { name } = names.of(frame.actor);
    known.set(frame.actor, name);
    if (!actor(name)) continue;
    wanted.set(frame.actor, name);
    if (frame.kind === "turn") turns += 1;
  }
  const marks = ancestry.cone(new Set(wanted.keys()));
  return {
    actors: [...wanted].sort(([a], [b]) => a - b).map(([, name]) => name), turns, known: [...known.values()],
    frames: marks.reduce((sum, mark) => sum + mark, 0), of: ancestry.frames,
    members: () => members(source, here, marks, wanted),
  };
}

function* members(source: ByteSource, here: { readonly vhm: number; readonly node: number }, marks: Uint8Array, wanted: ReadonlyMap<number, string>): Generator<ConeMember> {
  const names = new ProcessNames(here);
  const flattened = new Events(names);
  const causality = new Causality();
  for (const placed of framesUntil(source, Number.MAX_SAFE_INTEGER)) {
    const { frames } = causality;
    if (frames >= marks.length) return;
    const { frame } = placed;
    const causes = causality.next(frame);
    const events = flattened.of(placed);
    if (marks[frames] !== 1) continue;
    yield {
      frame: frames, turn: frame.kind === "turn", tick: frame.tick, actor: names.of(frame.actor).name, own: wanted.has(frame.actor),
      causes: causes.map((cause) => ({ ...cause, name: names.of(cause.actor).name })), events,
    };
  }
}
