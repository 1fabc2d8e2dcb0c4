// Transaction: what ONE turn would do to the world. Entries are evidence and stay; effects happen at commit or not at all (E1).
import type { Envelope } from "../../kernel-abi/envelope.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Entry } from "../../kernel-abi/frame.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import { InvariantBroken } from "../../kernel-abi/invariant.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { JobStart } from "../../kernel-abi/ports.ts";

export const NO_BYTES = new Uint8Array(0);

/** What a syscall or event concerns; filled in as its checks proceed, so that a refusal records how far it came. */
export interface Row {
  capability: number;
  contract: number;
  subject: number;
  body: Uint8Array;
}
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
  readonly issued: number;
  readonly messages: number;
  readonly shots: number;
}

export class Transaction {
  readonly entries: Entry[] = [];
  /** Inverses of what was changed eagerly, oldest first. */
  readonly undo: (() => void)[] = [];
  readonly envelopes: Envelope[] = [];
  readonly intents: Intent[] = [];
  /** Contracts issued: their starts and ends are put into the calendar at commit. */
  readonly issued: number[] = [];
  /** Processes to be queued again at commit, if something waits for them. */
  readonly resumed: ProcessId[] = [];
  messages = 0;
  shots = 0;
  /** Bodies of the entries so far. */
  bytes = 0;

  record(code: number, verdict: number, domain: number, row: Row): void {
    this.entries.push({ code, verdict, domain, capability: row.capability, contract: row.contract, subject: row.subject, body: row.body });
  }

  event(code: number, domain: number, row: Partial<Row>): void {
    this.record(code, 0, domain, { ...emptyRow(), ...row });
  }

  mark(): Mark {
    return { entries: this.entries.length, undo: this.undo.length, envelopes: this.envelopes.length, intents: this.intents.length, issued: this.issued.length, messages: this.messages, shots: this.shots };
  }

  /** Takes back everything since `mark`: a refused call changes nothing. */
  rollback(mark: Mark): void {
    this.#undoTo(mark.undo);
    this.entries.length = mark.entries;
    this.envelopes.length = mark.envelopes;
    this.intents.length = mark.intents;
    this.issued.length = mark.issued;
    this.messages = mark.messages;
    this.shots = mark.shots;
  }

  /** Takes back every effect and keeps the entries: an aborted turn is evidence. */
  abort(): void {
    this.#undoTo(0);
  }

  #undoTo(length: number): void {
    while (this.undo.length > length) this.undo.pop()?.();
  }

  /** Counts the bodies a call added. @throws Fault ABI_LIMIT when the turn would not fit a frame */
  weigh(from: number, body: Uint8Array): void {
    let bytes = body.length;
    for (let at = from; at < this.entries.length; at++) bytes += this.entries[at]?.body.length ?? 0;
    if (this.bytes + bytes > LIMITS.turn_bytes_max) throw new Fault("ABI_LIMIT", { limit: "turn_bytes_max", value: LIMITS.turn_bytes_max, bytes: this.bytes + bytes });
    this.bytes += bytes;
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
function refusalOf(error: unknown): Fault {
  if (error instanceof InvariantBroken || error instanceof BoundReached) throw error;
  return error instanceof Fault ? error : new Fault("ABI_MALFORMED", { argument: "operation", what: "a value that cannot be read" }, { cause: error });
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
    tx.weigh(before.entries, row.body);
    // The syscall stands before the events it caused.
    tx.entries.splice(before.entries, 0, { code, verdict: 0, domain, ...row });
    return answer;
  } catch (error) {
    const fault = refusalOf(error);
    tx.rollback(before);
    tx.record(code, fault.code, domain, { ...row, body: pack(fault.detail) });
    return { kind: "fault", fault };
  }
}
