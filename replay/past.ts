// Past: what one actor knew when a frame came: its last frames, what each was delivered, who had sent it and what it said.
//   C5  Holds a handful of frames and the messages under way to the actor; a run of any length streams through.
import type { Json } from "../kernel-abi/canonical.ts";
import { EVENT, TURN_END, type Entry, type Frame } from "../kernel-abi/frame.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { Causality, type Antecedent, type Why } from "./causes.ts";
import { codeName, endName, frameName, verdictName } from "./divergence.ts";
import { digested, plainBody } from "./entry/body.ts";
import { deliveryName } from "./entry/events.ts";
import type { ProcessNames } from "./entry/names.ts";

export interface PastCause {
  readonly why: Why;
  readonly event: number;
  readonly tick: number;
  readonly actor: string;
  /** The message or the outcome, decoded; null where there is none. */
  readonly body: Json;
}

/** One frame of the actor, oldest first in a past. */
export interface PastFrame {
  readonly frame: number;
  /** Id of its first event. */
  readonly event: number;
  readonly tick: number;
  /** `turn (MESSAGE)`, or the names of what the kernel did. */
  readonly what: string;
  readonly causes: readonly PastCause[];
  /** Calls of a turn by name, with the verdict of those that were refused; `IPC_SEND ×3` where they follow each other. */
  readonly calls: readonly string[];
  /** How the turn ended; null for what the kernel did by itself. */
  readonly end: string | null;
}

const KEPT_FRAMES = 6;
const KEPT_CALLS = 24;
/** Outcomes kept for an actor that has not read them. */
const KEPT_OUTCOMES = 256;
/** Larger bodies are named by size and digest. */
const SHOWN_BYTES = 2_048;

/** `LOG`, `IPC_SEND ×16`: names that follow each other, counted. */
export function counted(names: readonly string[]): readonly string[] {
  const runs: { readonly name: string; times: number }[] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last?.name === name) last.times += 1;
    else runs.push({ name, times: 1 });
  }
  return runs.map(({ name, times }) => (times === 1 ? name : `${name} ×${times}`));
}

function callsOf({ kind, entries }: Frame): readonly string[] {
  if (kind === "kernel") return [];
  const calls = counted(entries.map(({ code, verdict }) => `${codeName(code)}${verdict === 0 ? "" : ` ${verdictName(verdict)}`}`));
  return calls.length <= KEPT_CALLS ? calls : [...calls.slice(0, KEPT_CALLS), `and ${calls.length - KEPT_CALLS} more`];
}

/** Stands behind the turn that called, which says so itself. */
const isIntent = ({ kind, entries }: Frame): boolean => kind === "kernel" && entries.every(({ code }) => code === EVENT.JOB_INTENT);

const endOf = (frame: Frame): string | null => {
  if (frame.kind === "kernel") return null;
  const { kind, on } = frame.end;
  return kind === TURN_END.WAITING ? `${endName(kind)} for ${deliveryName(on)}` : endName(kind);
};

const shownBody = (body: Uint8Array): Json => (body.length <= SHOWN_BYTES ? plainBody(body) : digested(body));

/** A frame as it was read, made presentable only when somebody asks. */
interface Kept {
  readonly frame: Frame;
  readonly index: number;
  readonly event: number;
  readonly causes: readonly (Antecedent & { readonly body: Uint8Array | string | undefined })[];
}

/** Collects the past of one actor while frames go by. */
export class Past {
  readonly #actor: number;
  readonly #names: ProcessNames;
  readonly #causality = new Causality();
  /** By event: messages under way to the actor, and outcomes of its jobs (a verdict where there was none). */
  readonly #messages = new Map<number, Uint8Array>();
  readonly #outcomes = new Map<number, Uint8Array | string>();
  readonly #jobs = new Set<number>();
  readonly #kept: Kept[] = [];

  constructor(actor: number, names: ProcessNames) {
    this.#actor = actor;
    this.#names = names;
  }

  get events(): number { return this.#causality.events; }
  /** The last frames of the actor, oldest first. */
  get frames(): readonly PastFrame[] { return this.#kept.map((kept) => this.#shown(kept)); }

  /** The next frame of the run. With `anyway` it is kept whoever acts in it. */
  add(frame: Frame, anyway = false): void {
    const { frames, events } = this.#causality;
    const causes = this.#causality.next(frame);
    this.#names.learn(frame);
    this.#hear(frame, events + 1);
    if (!anyway && (frame.actor !== this.#actor || isIntent(frame))) return;
    this.#kept.push({ frame, index: frames, event: events + 1, causes: causes.map((cause) => ({ ...cause, body: (cause.why === "sent" ? this.#messages : this.#outcomes).get(cause.event) })) });
    for (const { event } of causes) this.#messages.delete(event);
    if (this.#kept.length > KEPT_FRAMES) this.#kept.shift();
  }

  #shown({ frame, index, event, causes }: Kept): PastFrame {
    return {
      frame: index, event, tick: frame.tick, what: frameName(frame), calls: callsOf(frame), end: endOf(frame),
      causes: causes.map(({ why, event: cause, tick, actor, body }) => ({ why, event: cause, tick, actor: this.#names.of(actor).name, body: typeof body === "object" ? shownBody(body) : body ?? null })),
    };
  }

  /** What is said to the actor, by whom it may be. */
  #hear(frame: Frame, event: number): void {
    if (frame.kind === "turn" && frame.end.kind === TURN_END.ABORTED) return;
    const first = event + (frame.kind === "turn" ? 1 : 0);
    frame.entries.forEach((entry, at) => this.#entry(frame, entry, first + at));
  }

  #entry({ actor }: Frame, { code, verdict, subject, body }: Entry, event: number): void {
    if (code === SYSCALL.IPC_SEND && verdict === 0 && subject === this.#actor) this.#messages.set(event, Uint8Array.from(body));
    else if (code === EVENT.JOB_INTENT && actor === this.#actor) this.#jobs.add(subject);
    else if (code === EVENT.JOB_OUTCOME && this.#jobs.delete(subject)) this.#outcomes.set(event, verdict === 0 ? Uint8Array.from(body) : verdictName(verdict));
    const [oldest] = this.#outcomes.keys();
    if (oldest !== undefined && this.#outcomes.size > KEPT_OUTCOMES) this.#outcomes.delete(oldest);
  }
}
