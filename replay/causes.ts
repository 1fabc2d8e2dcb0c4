// Causes: which events each frame of a run follows directly (happened-before). A reducer over frames in order; executes nothing.
//   C1  A process's frames follow each other; that is not said again. Said is what comes from elsewhere: who sent, spawned, ended,
//       answered; and what others did to it (grants, revocations, suspension, contracts that ended).
//   C2  Refused calls and aborted turns caused nothing (E1).
//   C3  Memory: what is declared and under way, never the length of the run; a process that ended leaves two numbers.
import { DELIVERY, WAIT } from "../kernel-abi/envelope.ts";
import { EVENT, TURN_END, type Entry, type Frame, type TurnFrame } from "../kernel-abi/frame.ts";
import { KERNEL, PHI_SERVICE } from "../kernel-abi/ids.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { bodyOf, field } from "./entry/body.ts";
import { eventCount } from "./entry/count.ts";

export type Why = "sent" | "spawned" | "exited" | "answered" | "asked" | "touched";

/** An event that another frame follows. Frames count from 0, events from 1. */
export interface Antecedent {
  readonly why: Why;
  readonly frame: number;
  readonly event: number;
  readonly tick: number;
  /** Process id of the frame. */
  readonly actor: number;
}

type Origin = Omit<Antecedent, "why">;

const isProcess = (actor: number): boolean => actor > PHI_SERVICE;
const numberIn = (entry: Entry, name: string): number | undefined => {
  const value = field(bodyOf(entry.body), name);
  return typeof value === "number" ? value : undefined;
};

/** What is kept of one process while it lives. */
class Line {
  /** Next number of what it causes to be delivered (kernel-abi/frame.ts, sequence numbers). */
  seq = 0;
  readonly inbox = new Map<string, Origin>();
  readonly outcomes = new Map<number, Origin>();
  /** What others did to it since its last frame. */
  touches: Antecedent[] = [];
  start: Origin | undefined;
}

export class Causality {
  readonly #lines = new Map<number, Line>();
  /** Last frame of every process, for those who wait for its exit or cannot be told more exactly. */
  readonly #last = new Map<number, Origin>();
  readonly #intents = new Map<number, { readonly owner: number; readonly at: Origin }>();
  readonly #contracts = new Map<number, number>();
  readonly #holders = new Map<number, number>();
  #frames = 0;
  #events = 0;

  /** Frames seen so far. */
  get frames(): number { return this.#frames; }
  /** Events seen so far: the next frame's first event is one more. */
  get events(): number { return this.#events; }

  /** What the next frame of the run follows, other than earlier frames of its own process. */
  next(frame: Frame): readonly Antecedent[] {
    const causes = this.#causesOf(frame);
    this.#learn(frame);
    this.#last.set(frame.actor, this.#origin(frame, 0));
    this.#frames += 1;
    this.#events += eventCount(frame);
    return causes;
  }

  #line(process: number): Line {
    let line = this.#lines.get(process);
    if (line === undefined) this.#lines.set(process, line = new Line());
    return line;
  }

  /** Entry `at` of the frame, or the frame as a whole by its first event. */
  #origin({ tick, actor }: Frame, at: number): Origin {
    return { frame: this.#frames, event: this.#events + 1 + at, tick, actor };
  }

  // ---- what a frame follows -------------------------------------------------------------------------------------------

  #causesOf(frame: Frame): readonly Antecedent[] {
    if (!isProcess(frame.actor)) return this.#ofService(frame);
    const line = this.#line(frame.actor);
    const cause = frame.kind === "turn" ? this.#ofDelivery(frame, line) : undefined;
    const causes = line.touches.filter((touch) => touch.frame !== cause?.frame);
    line.touches = [];
    if (cause !== undefined) causes.push(cause);
    if (frame.kind === "turn") {
      for (const { code, subject } of frame.entries) if (code === SYSCALL.MEASURE || code === SYSCALL.PROJECT) this.#read(line, subject, causes);
    }
    return causes;
  }

  /** An outcome follows the intent it answers. */
  #ofService({ entries }: Frame): readonly Antecedent[] {
    return entries.flatMap(({ code, subject }) => {
      const intent = code === EVENT.JOB_OUTCOME ? this.#intents.get(subject) : undefined;
      return intent === undefined ? [] : [{ why: "asked" as const, ...intent.at }];
    });
  }

  #ofDelivery({ delivery: { kind, from, seq }, actor }: TurnFrame, line: Line): Antecedent | undefined {
    const as = (why: Why, at: Origin | undefined): Antecedent | undefined => (at === undefined ? undefined : { why, ...at });
    switch (kind) {
      case DELIVERY.START: return from === actor ? undefined : as("spawned", line.start ?? this.#last.get(from));
      case DELIVERY.MESSAGE: {
        const key = `${from}:${seq}`;
        const sent = line.inbox.get(key);
        line.inbox.delete(key);
        return from === actor ? undefined : as("sent", sent ?? this.#last.get(from));
      }
      case DELIVERY.OUTCOME: return as("answered", line.outcomes.get(seq));
      case DELIVERY.EXIT: return as("exited", this.#last.get(from));
      case DELIVERY.ROOM: return from === KERNEL ? undefined : as("touched", this.#last.get(from));
      case DELIVERY.TIMER: case DELIVERY.SLICE: return undefined;
    }
  }

  /** A stored outcome that is read follows its arrival, whether or not it was waited for. */
  #read(line: Line, job: number, causes: Antecedent[]): void {
    const outcome = line.outcomes.get(job);
    if (outcome !== undefined && !causes.some(({ event }) => event === outcome.event)) causes.push({ why: "answered", ...outcome });
  }

  // ---- what it causes -------------------------------------------------------------------------------------------------

  #learn(frame: Frame): void {
    if (frame.kind === "turn" && frame.end.kind === TURN_END.ABORTED) return;
    const first = frame.kind === "turn" ? 1 : 0;
    frame.entries.forEach((entry, at) => {
      if (entry.verdict === 0 || entry.code >= EVENT.PROCESS_DECLARED) this.#effect(frame, entry, this.#origin(frame, first + at));
    });
    const again = frame.kind === "turn" && frame.end.kind === TURN_END.WAITING && (frame.end.on === WAIT.START || frame.end.on === WAIT.SLICE);
    if (again) this.#line(frame.actor).seq += 1;
  }

  #effect(frame: Frame, entry: Entry, at: Origin): void {
    const { code, subject } = entry;
    switch (code) {
      case SYSCALL.IPC_SEND: return void this.#line(subject).inbox.set(`${frame.actor}:${this.#line(frame.actor).seq++}`, at);
      case SYSCALL.TIMER_SET: return void (this.#line(frame.actor).seq += 1);
      case SYSCALL.PROC_SPAWN:
        this.#line(frame.actor).seq += 1;
        this.#line(subject).start = at;
        return;
      case SYSCALL.PROC_EXIT: return this.#exit(subject);
      case SYSCALL.PROC_TRANSITION: case SYSCALL.PROC_STOP: case SYSCALL.PROC_LINK: case SYSCALL.PROC_UNLINK: return this.#touch(subject, at);
      case EVENT.ROOM_MADE: return this.#room(frame, subject, at);
      case EVENT.MESSAGE_DROPPED: return void this.#lines.get(subject)?.inbox.delete(`${numberIn(entry, "from") ?? ""}:${numberIn(entry, "seq") ?? ""}`);
      case EVENT.PROCESS_DECLARED:
        if (isProcess(subject)) this.#line(subject).start = at;
        return;
      case EVENT.JOB_INTENT: return void this.#intents.set(subject, { owner: frame.actor, at });
      case EVENT.JOB_OUTCOME: return this.#outcome(subject, at);
      case EVENT.JOB_ABANDONED: return void this.#intents.delete(subject);
      case EVENT.CONTRACT_ISSUED: return void this.#contracts.set(subject, frame.actor);
      case EVENT.CAPABILITY_ISSUED: return this.#granted(entry, at);
      case EVENT.CAPABILITY_REVOKED: return this.#touch(this.#holders.get(subject) ?? KERNEL, at);
      default: if (frame.actor <= PHI_SERVICE && entry.contract !== 0) this.#touch(this.#contracts.get(entry.contract) ?? KERNEL, at);
    }
  }

  /** A place in the actor's mailbox: its next number, and the sender goes on. */
  #room({ actor }: Frame, sender: number, at: Origin): void {
    const line = this.#lines.get(actor);
    if (line !== undefined) line.seq += 1;
    this.#touch(sender, at);
  }

  #outcome(job: number, at: Origin): void {
    const intent = this.#intents.get(job);
    this.#intents.delete(job);
    if (intent !== undefined) this.#lines.get(intent.owner)?.outcomes.set(job, at);
  }

  #granted(entry: Entry, at: Origin): void {
    const holder = numberIn(entry, "holder");
    if (holder === undefined) return;
    this.#holders.set(entry.subject, holder);
    this.#touch(holder, at);
  }

  /** Somebody else did something to a process that lives: its next frame follows that. */
  #touch(process: number, at: Origin): void {
    const line = process === at.actor ? undefined : this.#lines.get(process);
    const last = line?.touches.at(-1);
    if (line !== undefined && last?.frame !== at.frame) line.touches.push({ why: "touched", ...at });
  }

  #exit(process: number): void {
    this.#lines.delete(process);
  }
}
