// Transaction: what ONE turn would do to the world. Entries are evidence and stay; effects happen at commit or not at all (E1).
// The machine keeps one for all its turns: `begin` makes it new.
import type { Envelope } from "../../kernel-abi/envelope.ts";
import { unencoded } from "../../kernel-abi/calls.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Entry } from "../../kernel-abi/frame.ts";
import type { JobId, ProcessId } from "../../kernel-abi/ids.ts";
import { InvariantBroken } from "../../kernel-abi/invariant.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { JobStart } from "../../kernel-abi/ports.ts";
import { refusedInFull, tellsUnrun, widerProviders } from "../../kernel-abi/version.ts";
import { Pile } from "./pile.ts";
import type { Process } from "../process/process.ts";
import type { JobRecord } from "../process/records.ts";
import { inFull } from "./refusals.ts";

export const NO_BYTES = new Uint8Array(0);

/** What a syscall or event concerns; filled in as its checks proceed, so that a refusal records how far it came. */
export interface Row {
  capability: number;
  contract: number;
  subject: number;
  body: Uint8Array;
}
/** An entry that is being filled in; it becomes the record when the call is judged. */
export interface Draft extends Row {
  readonly code: number;
  readonly verdict: number;
  readonly domain: number;
}
export const draft = (code: number, domain: number): Draft => ({ code, verdict: 0, domain, capability: 0, contract: 0, subject: 0, body: NO_BYTES });

export const emptyRow = (): Row => ({ capability: 0, contract: 0, subject: 0, body: NO_BYTES });

export interface Intent {
  readonly start: JobStart;
  readonly contract: number;
  readonly capability: number;
}

/** A bound of the run was reached: the turn is aborted and the run ends. Not a fault of the program, so it cannot catch it. */
export class BoundReached extends Error {
  override readonly name = "BoundReached";
  readonly bound: "ticks" | "turns" | "messages" | "shots" | "bytes";
  readonly limit: number;
  constructor(bound: BoundReached["bound"], limit: number) {
    super(bound);
    this.bound = bound;
    this.limit = limit;
  }
  get fault(): Fault { return new Fault("RUN_BOUNDED", { bound: this.bound, limit: this.limit }); }
}

/** A point a transaction can go back to. */
export interface Mark {
  readonly entries: number;
  readonly undo: number;
  readonly envelopes: number;
  readonly intents: number;
  issued: number;
  readonly messages: number;
  readonly shots: number;
  readonly receivers: number;
  readonly cancelled: number;
  readonly stopped: number;
  readonly seq: number;
}

/** Of a turn that recorded nothing; never written to. */
const NO_ENTRIES: Entry[] = Object.freeze([]) as unknown as Entry[];

const cut = (list: unknown[], length: number): void => {
  if (list.length > length) list.length = length;
};

export class Transaction {
  /** The operation being judged, as it was yielded. */
  asked: unknown;
  readonly #inFull: boolean;
  readonly #unrun: boolean;
  readonly #wider: boolean;
  /** Anew for each turn: frames keep it. */
  entries: Entry[] = NO_ENTRIES;
  /** Inverses of what was changed eagerly, oldest first. */
  undo: (() => void)[] = [];
  /** What is posted at commit. Messages among them have claimed a place in their receiver's mailbox. */
  readonly envelopes = new Pile<Envelope>();
  readonly receivers = new Pile<Process>();
  intents: Intent[] = [];
  /** Contracts issued: their starts and ends are put into the calendar at commit. */
  issued: number[] = [];
  /** Processes to be queued again at commit, if something waits for them. */
  resumed: ProcessId[] = [];
  /** Jobs given up, processes to end: at commit, in kernel frames of their own. */
  cancelled: JobId[] = [];
  stopped: { readonly process: ProcessId; readonly reason: string }[] = [];
  /** Work whose end was decided: nobody has to go on with it from the commit on. */
  doomed: JobRecord[] = [];
  /** A message that waits for a place, and its sender with it. */
  parked: Envelope | undefined;
  /** Messages that wait for a place while their sender goes on; places given up, with whom they were held at. */
  placed: Envelope[] = [];
  withdrawn: { readonly place: number; readonly of: ProcessId }[] = [];
  /** The body is to be started anew with this input. */
  fresh: { readonly input: unknown } | undefined;
  /** Whose turn it is, and where its sequence numbers began. */
  #actor: Process | undefined;
  #seq = 0;
  messages = 0;
  shots = 0;
  /** Calls refused because they were given a copy of a handle, or a handle to copy. */
  clones = 0;
  /** Bodies of the entries so far. */
  bytes = 0;

  /** `flags`: of the run, where programs' calls are judged in it. */
  constructor(flags?: ReadonlySet<string>) {
    this.#inFull = flags !== undefined && refusedInFull(flags);
    this.#unrun = flags !== undefined && tellsUnrun(flags);
    this.#wider = flags !== undefined && widerProviders(flags);
  }

  /** What a call is refused with, as it is told in this run. */
  told(fault: Fault): Fault {
    const plain = this.#unrun ? unencoded(fault) : fault;
    return this.#inFull ? inFull(this.asked, plain, this.#unrun, this.#wider) : plain;
  }

  /** Lists that were used are left behind: a new one costs less than emptying an old one. */
  begin(actor: Process): this {
    this.#actor = actor;
    this.#seq = actor.seq;
    this.entries = NO_ENTRIES;
    if (this.undo.length > 0) this.undo = [];
    this.receivers.cut(0);
    this.envelopes.cut(0);
    if (this.intents.length > 0) this.intents = [];
    if (this.issued.length > 0) this.issued = [];
    if (this.resumed.length > 0) this.resumed = [];
    if (this.cancelled.length > 0) this.cancelled = [];
    if (this.stopped.length > 0) this.stopped = [];
    if (this.doomed.length > 0) this.doomed = [];
    if (this.placed.length > 0) this.placed = [];
    if (this.withdrawn.length > 0) this.withdrawn = [];
    this.fresh = undefined;
    this.parked = undefined;
    this.messages = 0;
    this.shots = 0;
    this.clones = 0;
    this.bytes = 0;
    return this;
  }

  /** Most turns have one entry: a list made with it takes less room than one that grows. */
  add(entry: Entry): void {
    if (this.entries === NO_ENTRIES) this.entries = [entry];
    else this.entries.push(entry);
  }

  record(code: number, verdict: number, domain: number, row: Row): void {
    this.add({ code, verdict, domain, capability: row.capability, contract: row.contract, subject: row.subject, body: row.body });
  }

  event(code: number, domain: number, row: Partial<Row>): void {
    this.record(code, 0, domain, { ...emptyRow(), ...row });
  }

  /** A message on its way to a receiver in whose mailbox it has claimed a place. */
  post(message: Envelope, receiver: Process): void {
    this.envelopes.push(message);
    this.receivers.push(receiver);
    this.messages += 1;
  }

  mark(): Mark {
    return { entries: this.entries.length, undo: this.undo.length, envelopes: this.envelopes.length, intents: this.intents.length, issued: this.issued.length, messages: this.messages, shots: this.shots,
      receivers: this.receivers.length, cancelled: this.cancelled.length, stopped: this.stopped.length, seq: this.#actor?.seq ?? 0 };
  }

  /** Takes back everything since `mark`: a refused call changes nothing. */
  rollback(mark: Mark): void {
    this.undoTo(mark.undo);
    this.#unclaimTo(mark.receivers);
    this.parked = undefined;
    cut(this.entries, mark.entries);
    this.envelopes.cut(mark.envelopes);
    cut(this.intents, mark.intents);
    cut(this.issued, mark.issued);
    cut(this.cancelled, mark.cancelled);
    cut(this.stopped, mark.stopped);
    this.fresh = undefined;
    if (this.#actor !== undefined) this.#actor.seq = mark.seq;
    this.messages = mark.messages;
    this.shots = mark.shots;
  }

  /** Takes back every effect and keeps the entries: an aborted turn is evidence. */
  abort(): void {
    this.undoTo(0);
    this.#unclaimTo(0);
    if (this.#actor !== undefined) this.#actor.seq = this.#seq;
  }

  undoTo(length: number): void {
    while (this.undo.length > length) this.undo.pop()?.();
  }

  #unclaimTo(length: number): void {
    while (this.receivers.length > length) this.receivers.pop()?.inbox.unclaim();
  }

  /** Counts the body of a call about to be recorded. @throws Fault ABI_LIMIT when the turn would not fit a frame */
  weigh(bytes: number): void {
    if (this.bytes + bytes > LIMITS.turn_bytes_max) throw new Fault("ABI_LIMIT", { limit: "turn_bytes_max", value: LIMITS.turn_bytes_max, bytes: this.bytes + bytes });
    this.bytes += bytes;
  }

  /** Counts a call's body and those of the events it caused, which stand from `from` on. @throws Fault ABI_LIMIT */
  weighWithEvents(from: number, body: Uint8Array): void {
    let bytes = body.length;
    for (let at = from; at < this.entries.length; at++) bytes += this.entries[at]?.body.length ?? 0;
    this.weigh(bytes);
  }

  /** @throws Fault ABI_LIMIT */
  checkLength(): void {
    if (this.entries.length >= LIMITS.turn_calls_max) throw new Fault("ABI_LIMIT", { limit: "turn_calls_max", value: LIMITS.turn_calls_max });
  }
}

/** What the kernel answers a process: a value, a fault to be thrown into it, or that it has to wait. */
export type Answer<W> =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "wait"; readonly wait: W };

/**
 * What a syscall answers when its own code threw. Broken invariants and reached bounds are not the program's to catch; anything
 * else that is no Fault came from a value of the program's (a getter, a proxy, a hook) and is its malformed call.
 */
export function refusalOf(error: unknown): Fault {
  if (error instanceof InvariantBroken || error instanceof BoundReached) throw error;
  return error instanceof Fault ? error : new Fault("ABI_MALFORMED", { argument: "operation", what: "a value that cannot be read" }, { cause: error });
}

/** Takes back what a refused call did, records it with how far it came, and answers with the fault. */
export function refused(tx: Transaction, before: Mark, code: number, domain: number, row: Row, error: unknown): { readonly kind: "fault"; readonly fault: Fault } {
  const fault = tx.told(refusalOf(error));
  tx.rollback(before);
  if (fault.fault === "Q_ERR_NO_CLONE_VIOLATION") tx.clones += 1;
  tx.add({ code, verdict: fault.code, domain, capability: row.capability, contract: row.contract, subject: row.subject, body: pack(fault.detail) });
  return { kind: "fault", fault };
}

/**
 * Runs one syscall and records it with its verdict, whatever that is: a refused call is evidence too.
 * `attempt` fills the row and returns the answer, or throws the Fault that decides the code.
 */
export function judged<W>(tx: Transaction, code: number, domain: number, attempt: (row: Row) => Answer<W>): Answer<W> {
  const row = emptyRow();
  const before = tx.mark();
  try {
    tx.checkLength();
    const answer = attempt(row);
    tx.weighWithEvents(before.entries, row.body);
    // The syscall stands before the events it caused.
    if (tx.entries.length === before.entries) tx.record(code, 0, domain, row);
    else tx.entries.splice(before.entries, 0, { code, verdict: 0, domain, ...row });
    return answer;
  } catch (error) {
    return refused(tx, before, code, domain, row, error);
  }
}
