// Units: walks a bundle's chained units in order, checking each against its head before anyone reads it.
//   J11  Nothing is handed out whose hash did not hold; a refusal names the unit's first byte.
//   J12  Memory: one unit and one window of the source, whatever the size of the bundle.
//   J30  In a file that claims no seal, a unit that does not hold and has lost a 512-byte sector (nothing but zeros) is what a power
//        cut leaves of a write: a torn tail. Any other unit that does not hold is tampering.
import { sameBytes } from "../kernel-abi/canonical.ts";
import { Fault, type FaultDetail, type FaultName } from "../kernel-abi/fault.ts";
import type { ByteSource } from "../kernel-abi/ports.ts";
import { FORMAT_VERSION } from "../kernel-abi/version.ts";
import { END_MARK, firstHead, HASH_BYTES, leafOf, MAGIC, nextHead, PREAMBLE_BYTES, TAG, UNIT_BYTES_MAX, UNIT_OVERHEAD, type UnitName } from "./chain.ts";

/** Where something stands in the file: the first byte of the smallest unit whose hash covers it. */
export interface Place {
  readonly offset: number;
  readonly unit: UnitName | "preamble";
  /** Blocks count from 0; other units have 0. */
  readonly index: number;
}

type UnitPlace = Place & { readonly unit: UnitName };

export interface ChainedUnit extends Place {
  readonly payload: Uint8Array;
  readonly leaf: Uint8Array;
  readonly headBefore: Uint8Array;
  readonly head: Uint8Array;
}

/** In front of a block that somebody has come to before: any that was handed out, or the end. */
export type BlockStart = Pick<ChainedUnit, "offset" | "index" | "headBefore">;

/** What stands behind the last chained unit. */
export type Tail =
  | { readonly kind: "seal"; readonly place: Place; readonly envelope: Uint8Array }
  /** The journal stops: `torn` bytes of an unfinished unit follow, none when it stops between two. */
  | { readonly kind: "open"; readonly place: Place; readonly torn: number };

const WINDOW_BYTES = 1024 * 1024;
/** The most a disk writes all or nothing. */
const SECTOR_BYTES = 512;
const ORDER: readonly UnitName[] = ["header", "program", "inputs"];

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** Whether a file ends as one that was sealed; what stands before its end has not been looked at. */
export function claimsSeal(source: ByteSource): boolean {
  const { length } = END_MARK;
  return source.size >= length && sameBytes(source.read(source.size - length, length), END_MARK);
}

/** Reads ahead in one window, so that small units cost no read each. */
class Window {
  readonly #source: ByteSource;
  #from = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  constructor(source: ByteSource) { this.#source = source; }

  take(offset: number, length: number): Uint8Array {
    const at = offset - this.#from;
    if (at >= 0 && at + length <= this.#bytes.length) return this.#bytes.subarray(at, at + length);
    this.#from = offset;
    this.#bytes = this.#source.read(offset, Math.min(this.#source.size - offset, Math.max(length, WINDOW_BYTES)));
    return this.#bytes.subarray(0, length);
  }
}

export class UnitReader {
  readonly size: number;
  readonly #window: Window;
  #offset = 0;
  #units = 0;
  #head: Uint8Array = new Uint8Array(0);
  #tail: Tail | undefined;

  /**
   * With `start`, only what stands there and behind it; whoever says so has checked what stands before.
   * @throws Fault TRACE_UNREADABLE when the file does not begin as one, TRACE_VERSION when another format wrote it.
   */
  constructor(source: ByteSource, start?: BlockStart) {
    this.size = source.size;
    this.#window = new Window(source);
    if (start === undefined) this.#preamble();
    else {
      this.#offset = start.offset;
      this.#units = ORDER.length + start.index;
      this.#head = start.headBefore;
    }
  }

  readonly version = FORMAT_VERSION;
  /** Everything before this byte has been checked. */
  get offset(): number { return this.#offset; }
  get head(): Uint8Array { return this.#head; }
  /** Known once `next` has returned undefined. */
  get tail(): Tail | undefined { return this.#tail; }

  /** The next unit, or undefined at the tail. @throws Fault TRACE_TAMPERED */
  next(): ChainedUnit | undefined {
    if (this.#tail !== undefined) return undefined;
    const left = this.size - this.#offset;
    const tag = left === 0 ? undefined : this.#window.take(this.#offset, 1)[0];
    const place = this.#place(tag);
    if (tag !== undefined && tag !== TAG[place.unit]) return this.#damaged(place, UNIT_OVERHEAD, "a unit that does not belong here");
    if (left < UNIT_OVERHEAD) return this.#stop(place, left);
    const length = this.#length();
    if (length === 0 || length > UNIT_BYTES_MAX[place.unit]) return this.#damaged(place, UNIT_OVERHEAD, "length out of range");
    if (place.unit === "seal") return this.#seal(place, length, left);
    if (left < UNIT_OVERHEAD + length + HASH_BYTES) return this.#stop(place, left);
    return this.#chained(place, length);
  }

  #preamble(): void {
    const place: Place = { offset: 0, unit: "preamble", index: 0 };
    const have = this.#window.take(0, Math.min(this.size, PREAMBLE_BYTES + HASH_BYTES));
    const magic = Math.min(have.length, MAGIC.length);
    if (!sameBytes(have.subarray(0, magic), MAGIC.subarray(0, magic))) this.#refuse("TRACE_UNREADABLE", place, { what: "no magic number" });
    if (have.length < PREAMBLE_BYTES + HASH_BYTES) return void this.#stop(place, have.length);
    const start = have.subarray(0, PREAMBLE_BYTES);
    this.#head = firstHead(start);
    if (!sameBytes(have.subarray(PREAMBLE_BYTES), this.#head)) this.#refuse("TRACE_TAMPERED", place, { what: "hash does not hold" });
    const version = new DataView(start.buffer, start.byteOffset).getUint32(MAGIC.length);
    if (version !== FORMAT_VERSION) this.#refuse("TRACE_VERSION", place, { version, speaks: FORMAT_VERSION });
    this.#offset = have.length;
  }

  /** The unit that should begin here; a seal may follow any block. */
  #place(tag: number | undefined): UnitPlace {
    const index = Math.max(0, this.#units - ORDER.length);
    const sealed = tag === TAG.seal && index > 0;
    return { offset: this.#offset, unit: sealed ? "seal" : ORDER[this.#units] ?? "block", index: sealed ? 0 : index };
  }

  #length(): number {
    const bytes = this.#window.take(this.#offset, UNIT_OVERHEAD);
    return new DataView(bytes.buffer, bytes.byteOffset, UNIT_OVERHEAD).getUint32(1);
  }

  #chained(place: UnitPlace, length: number): ChainedUnit | undefined {
    const bytes = this.#window.take(this.#offset, UNIT_OVERHEAD + length + HASH_BYTES);
    const end = UNIT_OVERHEAD + length;
    const leaf = leafOf(bytes.subarray(0, end));
    const headBefore = this.#head;
    const head = nextHead(headBefore, leaf);
    if (!sameBytes(head, bytes.subarray(end))) return this.#damaged(place, bytes.length, "hash does not hold");
    this.#head = head;
    this.#offset += bytes.length;
    this.#units += 1;
    return { ...place, payload: bytes.subarray(UNIT_OVERHEAD, end), leaf, headBefore, head };
  }

  #seal(place: UnitPlace, length: number, left: number): undefined {
    const whole = UNIT_OVERHEAD + length + END_MARK.length;
    if (left < whole) return this.#stop(place, left);
    if (left > whole || !this.#endsSealed()) return this.#damaged(place, whole, left > whole ? "bytes after the seal" : "damaged seal");
    this.#tail = { kind: "seal", place, envelope: this.#window.take(this.#offset + UNIT_OVERHEAD, length) };
    return undefined;
  }

  /** The unit at `place` is not whole. A file that ends like a sealed one was not cut short: its lengths were altered. */
  #stop(place: Place, torn: number): undefined {
    if (torn > 0 && this.#endsSealed()) this.#refuse("TRACE_TAMPERED", place, { what: "length does not fit a sealed file" });
    this.#tail = { kind: "open", place, torn };
    return undefined;
  }

  /** A unit of which `size` bytes are looked at does not hold: torn by a power cut (J30), or altered. */
  #damaged(place: UnitPlace, size: number, what: string): undefined {
    if (this.#endsSealed() || !(this.#lostSector(0, size) || this.#lostMark(place, size))) this.#refuse("TRACE_TAMPERED", place, { what });
    this.#tail = { kind: "open", place, torn: this.size - this.#offset };
    return undefined;
  }

  /** Whether a sector with bytes of the unit from `start` on has zeros for all of them. When its size was lost too, the sector behind it tells. */
  #lostSector(start: number, size: number): boolean {
    const end = Math.min(this.size, this.#offset + Math.max(size, 2 * SECTOR_BYTES));
    const bytes = this.#window.take(this.#offset, end - this.#offset);
    for (let from = start; from < bytes.length;) {
      const to = Math.min(bytes.length, from + SECTOR_BYTES - ((this.#offset + from) % SECTOR_BYTES));
      if (isZero(bytes, from, to)) return true;
      from = to;
    }
    return false;
  }

  /** The mark is written when the rest of the seal is safe, into the same sector. */
  #lostMark({ unit }: UnitPlace, size: number): boolean {
    return unit === "seal" && this.size === this.#offset + size && this.#lostSector(size - END_MARK.length, size);
  }

  #endsSealed(): boolean {
    if (this.size < END_MARK.length) return false;
    return sameBytes(this.#window.take(this.size - END_MARK.length, END_MARK.length), END_MARK);
  }

  #refuse(fault: FaultName, place: Place, detail: FaultDetail): never {
    throw new Fault(fault, { offset: place.offset, unit: place.unit, index: place.index, ...detail });
  }
}
