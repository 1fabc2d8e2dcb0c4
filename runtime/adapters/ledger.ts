// A ledger: entries appended to one file, none of them lost by a kill. Owns the file, its records and what is cut or refused when it is
// opened again; what an entry means is its writer's. After the magic, records: length, check of the length, check of the entry (32 bits
// each, little-endian), entry, a line feed, by which a record that got its place on the disk but not its bytes is known. A check is CRC-32 continued from the check before it, so that each stands for everything so far.
//   F11 What `commit` returned from survives a kill of the process (class `process`), and a power cut too (class `power`).
//   F12 A tail that a kill or a power cut left unfinished is cut off: a record that ends beyond the file, or zeros from inside it to the end. Whatever else
//       does not fit, at any byte, is damage, and nothing is opened (LEDGER_DAMAGED).
//   F13 Compaction writes what is live beside the file and renames it: a kill leaves the old ledger or the new one, whole.
//   F14 After a failed write none is tried (as F4); a file that somebody else has written to is left alone.
import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Durability } from "../../kernel-abi/header.ts";
import { attempt, close, closeQuietly, discard, hostDisk, readAll, stands, syncFolderOf, writeAll, writeNew, type Disk } from "./disk.ts";

const MAGIC = new TextEncoder().encode("TRLEDGR1");
const HEAD_BYTES = 12;
const END = 0x0a;
const ENTRY_BYTES_MAX = 256 * 1024 * 1024;
const LEDGER_BYTES_MAX = 4 * 1024 * 1024 * 1024;
const MODE = 0o600;

export interface LedgerOptions {
  readonly path: string;
  /** Default `process`. */
  readonly durability?: Durability;
  readonly disk?: Disk;
}

export interface LedgerRead {
  readonly entries: readonly Uint8Array[];
  /** The check of the last record, from which the next goes on. */
  readonly chain: number;
  /** Bytes that hold whole records. */
  readonly whole: number;
}

/** One record; the check of its entry goes on from `chain`. */
function recordOf(entry: Uint8Array, chain: number): { readonly bytes: Uint8Array; readonly chain: number } {
  if (entry.length > ENTRY_BYTES_MAX) throw new Fault("ABI_LIMIT", { limit: "ledger entry", bytes: entry.length, most: ENTRY_BYTES_MAX });
  const bytes = new Uint8Array(HEAD_BYTES + entry.length + 1);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, entry.length, true);
  const head = crc32(bytes.subarray(0, 4), chain);
  bytes.set(entry, HEAD_BYTES);
  bytes[HEAD_BYTES + entry.length] = END;
  const after = crc32(bytes.subarray(HEAD_BYTES), head); // never of nothing, which zlib answers with 0
  view.setUint32(4, head, true);
  view.setUint32(8, after, true);
  return { bytes, chain: after };
}

/** Reads as far as records are whole (F12). @throws Fault LEDGER_DAMAGED with the offset of the record that does not fit */
export function readLedger(bytes: Uint8Array, path = ""): LedgerRead {
  const damaged = (offset: number, what: string): never => { throw new Fault("LEDGER_DAMAGED", { path, offset, what }); };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const zerosFrom = (offset: number): boolean => bytes.subarray(offset).every((byte) => byte === 0);
  if (!MAGIC.every((byte, at) => at >= bytes.length || bytes[at] === byte)) return zerosFrom(0) ? { entries: [], chain: 0, whole: 0 } : damaged(0, "not a ledger");
  if (bytes.length < MAGIC.length) return { entries: [], chain: 0, whole: 0 };
  const entries: Uint8Array[] = [];
  let chain = 0;
  let at = MAGIC.length;
  while (at + HEAD_BYTES <= bytes.length) {
    const length = view.getUint32(at, true);
    const head = crc32(bytes.subarray(at, at + 4), chain);
    if (head !== view.getUint32(at + 4, true)) {
      if (zerosFrom(at + HEAD_BYTES - 1)) break;
      return damaged(at, "the length of a record");
    }
    const end = at + HEAD_BYTES + length + 1;
    if (end > bytes.length || zerosFrom(end - 1)) break;
    const after = crc32(bytes.subarray(at + HEAD_BYTES, end), head);
    if (after !== view.getUint32(at + 8, true) || bytes[end - 1] !== END) return damaged(at, "an entry");
    entries.push(bytes.subarray(at + HEAD_BYTES, end - 1));
    chain = after;
    at = end;
  }
  return { entries, chain, whole: at };
}

export class Ledger {
  /** Entries found when it was opened. */
  readonly found: readonly Uint8Array[];
  /** Bytes of an unfinished tail that were cut off. */
  readonly cut: number;
  readonly #path: string;
  readonly #disk: Disk;
  readonly #durability: Durability;
  #fd: number;
  #chain: number;
  #size: number;
  #pending: Uint8Array[] = [];
  #failure: Fault | undefined;

  /** Creates the file where there is none. @throws Fault LEDGER_DAMAGED | FILE_UNREADABLE | DISK_FAILED */
  constructor({ path, durability = "process", disk = hostDisk }: LedgerOptions) {
    this.#path = path;
    this.#disk = disk;
    this.#durability = durability;
    const bytes = stands(disk, path) ? readAll(disk, path, LEDGER_BYTES_MAX) : undefined;
    const { entries, chain, whole } = readLedger(bytes ?? new Uint8Array(), path);
    this.found = entries;
    this.cut = (bytes?.length ?? whole) - whole;
    this.#chain = chain;
    this.#size = Math.max(whole, MAGIC.length);
    if (bytes === undefined || this.cut > 0 || whole === 0) this.#replace(whole === 0 ? MAGIC : (bytes ?? MAGIC).subarray(0, whole));
    this.#fd = this.#open();
  }

  /** Bytes on the disk and on their way there. */
  get size(): number { return this.#pending.reduce((sum, { length }) => sum + length, this.#size); }

  /** Whether something was appended that no commit has kept yet. */
  get pending(): boolean { return this.#pending.length > 0; }

  /** Takes an entry in; it is kept once the next commit returns. @throws Fault ABI_LIMIT, or what failed before (F14) */
  append(entry: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    const { bytes, chain } = recordOf(entry, this.#chain);
    this.#pending.push(bytes);
    this.#chain = chain;
  }

  /** Everything appended is kept when this returns (F11): one write, whatever the number of entries. @throws Fault DISK_FAILED | FILE_UNREADABLE */
  commit(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#pending.length === 0) return;
    const bytes = this.#pending.length === 1 && this.#pending[0] !== undefined ? this.#pending[0] : Buffer.concat(this.#pending);
    this.#once(() => {
      const { size } = attempt(this.#path, "look up", () => this.#disk.fstatSync(this.#fd));
      if (size !== this.#size) throw new Fault("FILE_UNREADABLE", { path: this.#path, doing: "append", what: "another process writes to this ledger" });
      writeAll(this.#disk, this.#path, this.#fd, bytes);
      if (this.#durability === "power") attempt(this.#path, "sync", () => this.#disk.fdatasyncSync(this.#fd));
    });
    this.#pending = [];
    this.#size += bytes.length;
  }

  /** Only these entries from now on (F13). @throws Fault; then the old ledger stands */
  compact(live: Iterable<Uint8Array>): void {
    this.commit();
    const records: Uint8Array[] = [MAGIC];
    let chain = 0;
    for (const entry of live) {
      const record = recordOf(entry, chain);
      records.push(record.bytes);
      chain = record.chain;
    }
    const bytes = Buffer.concat(records);
    this.#once(() => {
      this.#replace(bytes);
      const old = this.#fd;
      this.#fd = this.#open();
      close(this.#disk, this.#path, old);
    });
    this.#chain = chain;
    this.#size = bytes.length;
  }

  /** Commits and closes; closed, it takes nothing. */
  close(): void {
    try {
      if (this.#failure === undefined) this.commit();
    } finally {
      this.#failure ??= new Fault("FILE_UNREADABLE", { path: this.#path, doing: "append", what: "the ledger is closed" });
      closeQuietly(this.#disk, this.#path, this.#fd);
    }
  }

  #open(): number { return attempt(this.#path, "open", () => this.#disk.openSync(this.#path, "a", MODE)); }

  #replace(bytes: Uint8Array): void {
    const beside = `${this.#path}.${randomBytes(6).toString("hex")}.new`;
    writeNew(this.#disk, beside, bytes, MODE);
    try {
      attempt(this.#path, "rename", () => this.#disk.renameSync(beside, this.#path));
    } catch (error) {
      discard(this.#disk, beside);
      throw error;
    }
    syncFolderOf(this.#disk, this.#path);
  }

  #once(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (error instanceof Fault) this.#failure = error;
      throw error;
    }
  }
}

/** @throws Fault LEDGER_DAMAGED | FILE_UNREADABLE | DISK_FAILED */
export const openLedger = (options: LedgerOptions): Ledger => new Ledger(options);
