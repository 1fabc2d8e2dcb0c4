// Verify: says whether a bundle is what was sealed, without executing any of it (E2, E4).
//   J13  It streams: one block at a time, whatever the length of the run.
//   J14  Every refusal is a TRACE_* or SIGNER_MISMATCH fault whose detail has `offset` and `unit`, exit code 4.
import { Fault } from "../kernel-abi/fault.ts";
import { toHex } from "../kernel-abi/canonical.ts";
import type { EndStatus } from "../kernel-abi/frame.ts";
import type { Durability, HostFacts } from "../kernel-abi/header.ts";
import type { ByteSource } from "../kernel-abi/ports.ts";
import { eachFrame, openUnits } from "./bundle.ts";
import { Consistency } from "./consistency/consistency.ts";
import { MerkleTree } from "./merkle.ts";
import { openSeal, SealRefused, type BatchPlace, type OpenedSeal } from "./seal.ts";
import type { Place, Tail } from "./units.ts";

export interface VerifyOptions {
  /** The only key id accepted; any other is SIGNER_MISMATCH. */
  readonly signer?: string;
  /** Key ids the caller trusts; the `signer` required is trusted too. */
  readonly trusted?: readonly string[];
  /** Accept a journal without a seal and report how far it is intact. */
  readonly allowUnsealed?: boolean;
}

export interface VerifyReport {
  readonly ok: true;
  readonly sealed: boolean;
  /** Chain head, hex: the run's digest when sealed. */
  readonly digest: string;
  /** Who sealed it; null when unsealed. */
  readonly keyId: string | null;
  readonly trusted: boolean;
  /** Of the runs that were signed together, which one this is; null when it was signed alone, or not at all. */
  readonly batch: BatchPlace | null;
  readonly blocks: number;
  readonly frames: number;
  readonly events: number;
  /** Null when the run has no end on record. */
  readonly status: EndStatus | null;
  readonly durability: Durability | null;
  readonly host: HostFacts | null;
  /** Bytes up to the end of the last whole, chained unit; the file's size when sealed. */
  readonly intactBytes: number;
  readonly warnings: readonly string[];
}

/** Of a journal that stops before its blocks begin. */
const NOTHING = Object.freeze({ frames: 0, events: 0, status: null });

const at = (place: Place): { offset: number; unit: string; index: number } => ({ offset: place.offset, unit: place.unit, index: place.index });

function readSeal(tail: Tail & { kind: "seal" }): OpenedSeal {
  try {
    return openSeal(tail.envelope);
  } catch (cause) {
    if (!(cause instanceof SealRefused)) throw cause;
    throw new Fault("TRACE_TAMPERED", { ...at(tail.place), what: cause.message }, { cause });
  }
}

function checkSigner(seal: OpenedSeal, place: Place, options: VerifyOptions): boolean {
  if (options.signer !== undefined && options.signer !== seal.keyId) {
    throw new Fault("SIGNER_MISMATCH", { ...at(place), keyId: seal.keyId, required: options.signer });
  }
  return options.signer !== undefined || (options.trusted ?? []).includes(seal.keyId);
}

/** The seal must speak of this chain: each fact it states is compared with what was found. */
function checkFacts(seal: OpenedSeal, found: Partial<OpenedSeal>, place: Place): void {
  for (const [fact, value] of Object.entries(found)) {
    const sealed = seal[fact as keyof OpenedSeal];
    if (sealed !== value) {
      throw new Fault("TRACE_TAMPERED", { ...at(place), what: "the seal is not this run's", fact, sealed: String(sealed), found: String(value) });
    }
  }
}

function unsealed(tail: Tail & { kind: "open" }, intactBytes: number, intactFrames: number): never {
  const detail = { ...at(tail.place), intactBytes, intactFrames, torn: tail.torn };
  throw new Fault(tail.place.unit === "seal" ? "TRACE_TRUNCATED" : "TRACE_UNSEALED", detail);
}

/**
 * Checks canonical form, chain, Merkle root, signature and signer, order and consistency.
 * @throws Fault TRACE_TAMPERED | TRACE_TRUNCATED | TRACE_UNSEALED | TRACE_UNREADABLE | TRACE_VERSION | TRACE_INCONSISTENT | SIGNER_MISMATCH
 */
export function verify(source: ByteSource, options: VerifyOptions = {}): VerifyReport {
  const { units, recording } = openUnits(source);
  const consistency = recording && new Consistency(recording.header);
  const tree = new MerkleTree();
  for (let block = units.next(); block !== undefined; block = units.next()) {
    const place = block;
    eachFrame(block, (frame) => { consistency?.frame(frame, place); });
    tree.append(block.leaf);
  }
  const digest = toHex(units.head);
  const tail = units.tail as Tail;
  const { frames, events, status } = consistency ?? NOTHING;
  const found = { digest, blocks: tree.size, frames, events };
  if (tail.kind === "open") {
    if (options.allowUnsealed !== true) return unsealed(tail, units.offset, frames);
    const warning = `unsealed: intact up to byte ${units.offset} of ${units.size}, ${frames} frames`;
    return { ok: true, sealed: false, ...found, status, keyId: null, trusted: false, batch: null, durability: null, host: null, intactBytes: units.offset, warnings: [warning] };
  }
  const seal = readSeal(tail);
  checkFacts(seal, { ...found, merkleRoot: toHex(tree.root()), bytes: units.offset, format: units.version }, tail.place);
  if (status !== seal.status) throw new Fault("TRACE_INCONSISTENT", { ...at(tail.place), rule: "a sealed run ends with RUN_END and the status sealed" });
  const trusted = checkSigner(seal, tail.place, options);
  const warnings = trusted ? [] : [`the signer ${seal.keyId} is not among the trusted keys`];
  const { keyId, durability, host, batch = null } = seal;
  return { ok: true, sealed: true, ...found, status, keyId, trusted, batch, durability, host, intactBytes: units.size, warnings };
}
