// The audit log on the disk: the folder `audit` of a kernel's state, one ledger a segment, named by the number of its first entry.
// Owns the files and what of the log is not in them yet.
//   K27 What was decided about a job is on the disk with what came of it, in one write each, before anybody is told; what nothing came of
//       (a refusal) at most FLUSH_MS later. A kernel that begins anew goes on with the log where it stood: same root.
//   K28 A batch is one record: of what a kill cut short nothing is left, and nobody was told of it. All else that does not fit is refused.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { inPieces } from "../../../kernel-abi/merkle.ts";
import type { Durability } from "../../../kernel-abi/header.ts";
import type { Mac, Sha256 } from "../../../kernel-abi/ports.ts";
import { attempt, hostDisk, readAll } from "../../adapters/disk.ts";
import { openLedger, readLedger, type Ledger } from "../../adapters/ledger.ts";
import type { AuditEntry } from "../../kernel/tenancy/audit-entry.ts";
import { AUDIT_KEEP, type AuditHead, type AuditLog } from "../../kernel/tenancy/audit-log.ts";
import { auditBatch, readSegment, segmentStart, type AuditTip } from "../../kernel/tenancy/audit-segments.ts";

const FLUSH_MS = 50;
/** Of one segment: what a kernel reads when it begins. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
const SEGMENT_READ_MAX = 4 * 1024 * 1024 * 1024;
const DIGITS = 16;

const folderIn = (state: string): string => join(state, "audit");
const fileOf = (folder: string, size: number): string => join(folder, String(size).padStart(DIGITS, "0"));
const segmentsIn = (folder: string): readonly string[] => attempt(folder, "read", () => readdirSync(folder)).filter((name) => /^\d{16}$/.test(name)).sort().map((name) => join(folder, name));

interface Ports {
  readonly mac: Mac;
  readonly sha256: Sha256;
}

export interface AuditFileOptions extends Ports {
  /** Of the kernel. */
  readonly state: string;
  readonly durability?: Durability | undefined;
  readonly segmentBytes?: number;
}

export class AuditFile {
  readonly #folder: string;
  readonly #options: AuditFileOptions;
  readonly #utf8 = new TextEncoder();
  #ledger: Ledger | undefined;
  #log: AuditLog | undefined;
  #pending: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AuditFileOptions) {
    this.#options = options;
    this.#folder = folderIn(options.state);
  }

  /** The log goes on where it stood, and is written from now on. @throws Fault AUDIT_BROKEN | LEDGER_DAMAGED | TENANCY_UNREADABLE | FILE_UNREADABLE | DISK_FAILED */
  open(log: AuditLog): void {
    attempt(this.#folder, "create", () => hostDisk.mkdirSync(this.#folder, { recursive: true, mode: 0o700 }));
    const [last, earlier] = segmentsIn(this.#folder).toReversed();
    this.#ledger = this.#opened(last ?? fileOf(this.#folder, log.size));
    const begun = this.#ledger.found.length > 0; // else the kernel before was killed as it began a segment, if there was one
    const found = begun || earlier === undefined ? this.#ledger.found : readLedger(readAll(hostDisk, earlier, SEGMENT_READ_MAX), earlier).entries;
    const entries: AuditEntry[] = [];
    const tip = readSegment(found, { mac: this.#options.mac, hash: inPieces(this.#options.sha256) }, undefined, (entry) => {
      entries.push(entry);
      if (entries.length >= 2 * AUDIT_KEEP) entries.splice(0, AUDIT_KEEP);
    });
    if (tip !== undefined) log.goOn({ tree: tip.tree, entries });
    if (!begun) this.#begin(this.#ledger, log);
    this.#log = log;
  }

  /** An entry was appended to the log: its JSON. */
  take(entry: string): void {
    this.#pending.push(entry);
    this.#timer ??= setTimeout(() => { this.#flush(); }, FLUSH_MS).unref();
  }

  /** What was taken is kept when this returns: one record, one write. @throws Fault DISK_FAILED | FILE_UNREADABLE */
  commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [log, ledger] = [this.#log, this.#ledger];
    if (this.#pending.length === 0 || log === undefined || ledger === undefined) return;
    const batch = auditBatch(this.#pending, log);
    this.#pending = [];
    ledger.append(this.#utf8.encode(batch));
    ledger.commit();
    if (ledger.size > (this.#options.segmentBytes ?? SEGMENT_BYTES)) this.#next(log);
  }

  close(): void {
    try {
      this.commit();
    } finally {
      clearTimeout(this.#timer);
      this.#ledger?.close();
    }
  }

  /** Nobody waits for it: a disk that fails now is told to whoever commits next. */
  #flush(): void {
    try {
      this.commit();
    } catch { /* the ledger keeps what failed, and takes nothing more */ }
  }

  #begin(ledger: Ledger, log: AuditLog): void {
    ledger.append(this.#utf8.encode(segmentStart(log)));
    ledger.commit();
  }

  #next(log: AuditLog): void {
    this.#ledger?.close();
    this.#ledger = this.#opened(fileOf(this.#folder, log.size));
    this.#begin(this.#ledger, log);
  }

  #opened(path: string): Ledger { return openLedger({ path, ...(this.#options.durability === undefined ? {} : { durability: this.#options.durability }) }); }
}

/**
 * Reads and checks what a kernel has kept, oldest first; changes nothing, and may be asked while the kernel runs.
 * @throws Fault AUDIT_BROKEN | LEDGER_DAMAGED | TENANCY_UNREADABLE | FILE_UNREADABLE
 */
export function readAuditFile(state: string, { mac, sha256 }: Ports, each: (entry: AuditEntry) => void): { readonly head: AuditHead | null; readonly first: number } {
  const hash = inPieces(sha256);
  let tip: AuditTip | undefined;
  let first: number | undefined;
  for (const path of segmentsIn(folderIn(state))) {
    const { entries } = readLedger(readAll(hostDisk, path, SEGMENT_READ_MAX), path);
    tip = readSegment(entries, { mac, hash }, tip, (entry) => {
      first ??= entry.seq;
      each(entry);
    });
  }
  return { head: tip?.head ?? null, first: first ?? tip?.head.size ?? 0 };
}
