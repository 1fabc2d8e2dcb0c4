// Checkpoints: where a job stood at a fence, signed by the kernel. Owns the records and how many a session keeps. What a job's qubits were
// there is not in them (A4): graph, seed and place derive it again, bit for bit, and the digest of the prefix run says that it was.
//   J11 A checkpoint stands at a fence its job has reached: epoch and next node are those of the graph's epochs, nothing lies between.
//   J12 What is restored is what was made: one bit changed anywhere is refused by the tag. Of the latest `kept` of a session, others' are unknown.
import { canonicalJson, fromHex, parseCanonicalJson, toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Mac } from "../../../kernel-abi/ports.ts";
import { checkpointRecord, type CheckpointRecord } from "./checkpoint-record.ts";

export const CHECKPOINTS_PER_SESSION = 100;

export interface Checkpoint {
  readonly record: CheckpointRecord;
  /** Canonical JSON of the record and its tag: what is kept, and what a ledger keeps. */
  readonly bytes: Uint8Array;
}

export class Checkpoints {
  readonly #sessions = new Map<string, Map<string, Uint8Array>>();
  readonly #mac: Mac;
  readonly #kept: number;

  constructor(mac: Mac, kept = CHECKPOINTS_PER_SESSION) {
    this.#mac = mac;
    this.#kept = kept;
  }

  /** Signs and keeps one; the session's oldest makes room. */
  make(record: CheckpointRecord): Checkpoint {
    const bytes = canonicalJson({ record, tag: toHex(this.#mac.tag(canonicalJson(record))) });
    const own = this.#sessions.get(record.session) ?? new Map<string, Uint8Array>();
    this.#sessions.set(record.session, own);
    own.set(record.checkpoint_id, bytes);
    for (const id of own.keys()) {
      if (own.size <= this.#kept) break;
      own.delete(id);
    }
    return { record, bytes };
  }

  /** @throws Fault CHECKPOINT_UNKNOWN, also for another session's; CHECKPOINT_REFUSED */
  open(session: string, id: string): CheckpointRecord {
    const bytes = this.#sessions.get(session)?.get(id);
    if (bytes === undefined) throw new Fault("CHECKPOINT_UNKNOWN", { checkpoint: id });
    return this.read(bytes, id);
  }

  /** What a holder kept, or a ledger. @throws Fault CHECKPOINT_REFUSED unless this kernel made it, as it is */
  read(bytes: Uint8Array, id?: string): CheckpointRecord {
    try {
      const { record, tag } = parsed(bytes);
      if (!this.#mac.matches(canonicalJson(record), tag)) throw new Fault("CHECKPOINT_REFUSED", { what: "its tag is not the kernel's" });
      return checkpointRecord(record);
    } catch (error) {
      throw id === undefined || !(error instanceof Fault) ? error : new Fault(error.fault, { checkpoint: id, ...error.detail }, { cause: error });
    }
  }

  /** Oldest first. */
  of(session: string): readonly Uint8Array[] { return [...(this.#sessions.get(session)?.values() ?? [])]; }

  /** Takes in what was kept before a restart. @throws Fault CHECKPOINT_REFUSED */
  keep(bytes: Uint8Array): void { this.make(this.read(bytes)); }

  forget(session: string): void { this.#sessions.delete(session); }
}

function parsed(bytes: Uint8Array): { readonly record: unknown; readonly tag: Uint8Array } {
  try {
    const value = parseCanonicalJson(bytes);
    if (typeof value === "object" && value !== null && "record" in value && "tag" in value && typeof value.tag === "string") {
      return { record: value.record, tag: fromHex(value.tag) };
    }
  } catch (cause) {
    throw new Fault("CHECKPOINT_REFUSED", { what: "it is not one canonical text" }, { cause });
  }
  throw new Fault("CHECKPOINT_REFUSED", { what: "it has no record or no tag" });
}
