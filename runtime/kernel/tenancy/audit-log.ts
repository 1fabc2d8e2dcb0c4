// The audit log: every decision on authority, in order, tamper-evident. Owns the entries it still keeps and the tree over all there ever were.
//   U1  Entry n is leaf n of an RFC 6962 tree over the canonical JSON of the entries: leaves and nodes hashed apart, no node doubled.
//   U2  A head says size, root and time under the kernel's MAC: a log that lost its tail is shorter than its head says, and refused.
//   U3  The last `keep` entries are kept whole; older ones by the tree's peaks alone. Any two heads can be shown to be one log.
//   U4  An append costs O(log n) hashes and no copy of what is there.
import { toHex } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { inPieces, leafHash, type HashPieces } from "../../../kernel-abi/merkle.ts";
import { MerkleLog } from "../../../kernel-abi/merkle-log.ts";
import type { Mac } from "../../../kernel-abi/ports.ts";
import { entryBytes, entryText, hashesOf, readEntry, readPeaks, type AuditEntry } from "./audit-entry.ts";
import type { TenancyPorts } from "./ports.ts";
import { readRecord, type Fields } from "./saved.ts";
import { signs, signText } from "./signed-text.ts";

export const AUDIT_KEEP = 10_000;
const utf8 = new TextEncoder();

export interface AuditHead {
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** 64 hex digits: MAC of `triad-audit-head|size|root|at`. */
  readonly signature: string;
}

/** All that is left of a log, for a stranger with the key, or to go on from. */
export interface AuditExport {
  readonly head: AuditHead;
  /** How many entries came before those given. */
  readonly base: number;
  /** Hex, largest first: the tree over those. */
  readonly peaks: readonly string[];
  readonly entries: readonly AuditEntry[];
}

const headText = ({ size, root, at }: Omit<AuditHead, "signature">): string => `triad-audit-head|${size}|${root}|${at}`;

export class AuditLog {
  #entries: AuditEntry[] = [];
  #tree: MerkleLog;
  readonly #ports: TenancyPorts;
  readonly #hash: HashPieces;
  readonly #keep: number;
  /** Of the tree as it stood when it was last asked for: heads and attestations ask more often than entries come. */
  #root: { readonly size: number; readonly root: string } | undefined;

  constructor(ports: TenancyPorts, keep: number = AUDIT_KEEP) {
    this.#ports = ports;
    this.#hash = inPieces(ports.sha256);
    this.#keep = Math.max(1, keep);
    this.#tree = new MerkleLog(this.#hash);
  }

  append(what: Omit<AuditEntry, "seq" | "at">): AuditEntry {
    const entry: AuditEntry = Object.freeze({ seq: this.#tree.size, at: this.#ports.now(), ...what, detail: Object.freeze({ ...what.detail }) });
    const text = entryText(entry);
    this.#tree.append(leafHash(this.#hash, utf8.encode(text)));
    this.#entries.push(entry);
    this.#ports.audited?.(text);
    if (this.#entries.length >= 2 * this.#keep) this.#trim(this.#keep);
    return entry;
  }

  /** Entries there ever were. */
  get size(): number { return this.#tree.size; }
  /** Index of the oldest entry that is kept. */
  get first(): number { return Math.max(this.#tree.base, this.#tree.size - this.#keep); }
  /** Kept entries from `index` on. */
  since(index: number): readonly AuditEntry[] { return this.#entries.slice(Math.max(this.first, index) - this.#tree.base); }
  /** Of the tree over all entries, hex. */
  root(): string {
    const { size } = this.#tree;
    if (this.#root?.size !== size) this.#root = { size, root: toHex(this.#tree.root()) };
    return this.#root.root;
  }

  head(): AuditHead {
    const head = { size: this.size, root: this.root(), at: this.#ports.now() };
    return Object.freeze({ ...head, signature: signText(this.#ports.mac, headText(head)) });
  }

  /** Of the tree over all entries, largest first. */
  peaks(): readonly Uint8Array[] { return this.#tree.peaks(); }

  /** Audit path, hex, that a kept entry stands in the log as it is now. @throws Fault AUDIT_BROKEN for an entry that is not kept */
  proof(index: number): readonly string[] {
    if (!Number.isSafeInteger(index) || index < this.first || index >= this.size) throw new Fault("AUDIT_BROKEN", { reason: "not-kept", index });
    return hashesOf(this.#tree.inclusion(index));
  }
  /** Path, hex, that the log as it was at `size` is the beginning of what it is now. @throws Fault AUDIT_BROKEN for a size too long ago */
  consistency(size: number): readonly string[] {
    if (!Number.isSafeInteger(size) || size < this.#tree.base || size > this.size) throw new Fault("AUDIT_BROKEN", { reason: "not-kept", size });
    return hashesOf(this.#tree.consistency(size));
  }

  export(): AuditExport {
    this.#trim(this.#keep);
    return { head: this.head(), base: this.#tree.base, peaks: hashesOf(this.#tree.peaks(this.#tree.base)), entries: [...this.#entries] };
  }

  saved(): unknown { return this.export(); }
  /** Into an empty one: checked whole before anything is believed. @throws Fault AUDIT_BROKEN | TENANCY_UNREADABLE */
  restore(data: unknown): void {
    this.goOn(checkAudit(data, { mac: this.#ports.mac, hash: this.#hash }));
  }
  /** From where one stood that was checked: its tree, and its last entries. */
  goOn({ tree, entries }: { readonly tree: MerkleLog; readonly entries: readonly AuditEntry[] }): void {
    this.#tree = tree;
    this.#root = undefined;
    this.#entries = [...entries];
    tree.forget(tree.size - entries.length);
  }

  #trim(keep: number): void {
    if (this.#entries.length <= keep) return;
    this.#entries = this.#entries.slice(-keep);
    this.#tree.forget(this.#tree.size - keep);
  }
}

/** @throws Fault TENANCY_UNREADABLE */
export const readHead = (row: Fields): AuditHead => ({ size: row.count("size"), root: row.text("root"), at: row.count("at"), signature: row.text("signature") });

/** Whether the head was made under this MAC. */
export const checkHead = (head: AuditHead, mac: Mac): boolean => signs(mac, headText(head), head.signature);

/**
 * An exported log, recomputed from its entries: the head's signature, its size (a missing tail), its root (any change), the numbering.
 * @throws Fault AUDIT_BROKEN {reason: signature | size | root | entry} | TENANCY_UNREADABLE
 */
export function checkAudit(data: unknown, by: { readonly mac: Mac; readonly hash: HashPieces }): { readonly tree: MerkleLog; readonly entries: readonly AuditEntry[]; readonly head: AuditHead } {
  const row = readRecord(data, "audit");
  const head = readHead(row.record("head"));
  if (!checkHead(head, by.mac)) throw new Fault("AUDIT_BROKEN", { reason: "signature" });
  const base = row.count("base");
  const tree = new MerkleLog(by.hash, base, readPeaks(row, "peaks", base));
  const entries = row.rows("entries").map(readEntry);
  for (const entry of entries) {
    if (entry.seq !== tree.size) throw new Fault("AUDIT_BROKEN", { reason: "entry", index: tree.size });
    tree.append(leafHash(by.hash, entryBytes(entry)));
  }
  if (tree.size !== head.size) throw new Fault("AUDIT_BROKEN", { reason: "size", said: head.size, found: tree.size });
  if (toHex(tree.root()) !== head.root) throw new Fault("AUDIT_BROKEN", { reason: "root" });
  return { tree, entries, head };
}
