// Snapshots beside a journal (FORMAT.md, section 8): what a run had come to, so that resuming need not go through its past. Owns their
// form, and what binds one to its journal, its key and the version that wrote it. It is a cache: one that does not fit is passed over.
//   J60  Magic, statement, signature, state: the statement is canonical JSON and says how long the state is and what it hashes to; the
//        signature covers the statement. Every byte of the file is one of these.
//   J61  Only what was signed with the key that goes on signing is used: who can alter a snapshot can alter the run it is taken up for.
//   J62  It stands so many frames behind the beginning of a block, whose number and chain head before it names. The journal has to hold
//        that block's beginning and, in it, frames of just these bytes.
import { canonicalJson, fromBase64, fromHex, parseCanonicalJson, sameBytes, toBase64, toHex } from "../kernel-abi/canonical.ts";
import { Fault } from "../kernel-abi/fault.ts";
import type { Signer } from "../kernel-abi/ports.ts";
import type { Standing } from "./recorder.ts";
import { keyIdOf, preAuthentication, signatureHolds } from "./seal.ts";
import { sha256 } from "./sha256.ts";

export const SNAPSHOT_FORMAT = 1;
const SNAPSHOT_TYPE = "application/vnd.triad-runtime.snapshot+json";
/** As the journal's magic, with other letters. */
const MAGIC = Uint8Array.of(0x89, 0x54, 0x52, 0x53, 0x4e, 0x41, 0x0d, 0x0a);
const SIGNATURE_BYTES = 64;
const STATEMENT_BYTES_MAX = 4_096;
const STATEMENT_AT = MAGIC.length + 4;

/** Where a run stood when it was put down. */
export interface SnapshotFacts extends Standing {
  /** Chain head over header, program and inputs, hex. */
  readonly description: string;
  readonly tick: number;
  readonly turns: number;
  /** Highest job asked for; every one so far is answered or given up. */
  readonly jobs: number;
}

export interface Snapshot extends SnapshotFacts {
  /** What the machine makes itself of. */
  readonly state: Uint8Array;
}

/** Why a snapshot is passed over. No fault: the run is resumed without it. */
export class SnapshotRefused extends Error {
  override readonly name = "SnapshotRefused";
}
const refuse = (why: string): never => { throw new SnapshotRefused(why); };

const COUNTS = ["block", "frames", "events", "open", "event", "tick", "turns", "jobs"] as const;
const HASHES = ["head", "gathered", "description"] as const;

interface Statement extends SnapshotFacts {
  readonly format: number;
  /** Version of the package that wrote it. */
  readonly written: string;
  readonly key: { readonly id: string; readonly public: string };
  readonly state: { readonly bytes: number; readonly sha256: string };
}

export function makeSnapshot(facts: SnapshotFacts, state: Uint8Array, written: string, signer: Signer): Uint8Array {
  const { block, head, frames, events, open, event, gathered, description, tick, turns, jobs } = facts;
  const statement: Statement = {
    format: SNAPSHOT_FORMAT, written, key: { id: signer.keyId, public: toBase64(signer.publicKey) },
    block, head, frames, events, open, event, gathered, description, tick, turns, jobs, state: { bytes: state.length, sha256: toHex(sha256(state)) },
  };
  const words = canonicalJson(statement);
  const signature = signer.sign(preAuthentication(SNAPSHOT_TYPE, words));
  const bytes = new Uint8Array(STATEMENT_AT + words.length + SIGNATURE_BYTES + state.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, words.length);
  bytes.set(words, STATEMENT_AT);
  bytes.set(signature, STATEMENT_AT + words.length);
  bytes.set(state, STATEMENT_AT + words.length + SIGNATURE_BYTES);
  return bytes;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isHash = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);

function parseStatement(words: Uint8Array): Statement {
  const found = attempt("its statement", () => parseCanonicalJson(words));
  if (!isRecord(found)) return refuse("its statement is none");
  const { format, written, key, state } = found;
  if (format !== SNAPSHOT_FORMAT) return refuse(`it is of format ${String(format)}, not ${SNAPSHOT_FORMAT}`);
  const sound = typeof written === "string" && isRecord(key) && isHash(key["id"]) && typeof key["public"] === "string" && isRecord(state) && isCount(state["bytes"]) && isHash(state["sha256"])
    && COUNTS.every((name) => isCount(found[name])) && HASHES.every((name) => isHash(found[name]));
  return sound ? found as unknown as Statement : refuse("its statement does not have the shape of one"); // every member was looked at
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Fault) return refuse(`${what} cannot be read`);
    throw error;
  }
}

/**
 * Reads a snapshot and checks that it is whole, written by this version and signed with this key.
 * @throws SnapshotRefused
 */
export function openSnapshot(bytes: Uint8Array, by: { readonly written: string; readonly keyId: string }): Snapshot {
  if (bytes.length < STATEMENT_AT || !sameBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return refuse("it does not begin as one");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length);
  const stateAt = STATEMENT_AT + length + SIGNATURE_BYTES;
  if (length > STATEMENT_BYTES_MAX || stateAt > bytes.length) return refuse("it is not whole");
  const words = bytes.subarray(STATEMENT_AT, STATEMENT_AT + length);
  const { format: _, written, key, state, ...facts } = parseStatement(words);
  if (written !== by.written) return refuse(`version ${written} wrote it, this is ${by.written}`);
  if (key.id !== by.keyId) return refuse("another key signed it");
  const publicKey = attempt("its key", () => fromBase64(key.public));
  if (publicKey.length !== 32 || keyIdOf(publicKey) !== key.id) return refuse("its key is not the one it names");
  if (!signatureHolds(publicKey, preAuthentication(SNAPSHOT_TYPE, words), bytes.subarray(stateAt - SIGNATURE_BYTES, stateAt))) return refuse("its signature does not hold");
  const put = bytes.subarray(stateAt);
  if (put.length !== state.bytes || toHex(sha256(put)) !== state.sha256) return refuse("it is not whole, or altered");
  return { ...facts, state: put };
}

/** @throws SnapshotRefused when a head differs: the snapshot is another journal's */
export function checkHead(expected: string, found: Uint8Array, of: string): void {
  if (!sameBytes(fromHex(expected), found)) refuse(`it belongs to another run: ${of} differs`);
}
