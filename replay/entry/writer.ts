// Frames to bytes (FORMAT.md, section 5). Owns one growing buffer; writes integers as minimal LEB128, bodies as they are.
//   J5  What is written here is what entry/reader.ts accepts, byte for byte, and nothing else is.
import { DELIVERY, WAIT } from "../../kernel-abi/envelope.ts";
import { Fault, faultByCode } from "../../kernel-abi/fault.ts";
import { entryName, type Entry, type Frame, type KernelFrame, type TurnEnd, type TurnFrame } from "../../kernel-abi/frame.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";

export const FRAME_KIND = Object.freeze({ turn: 1, kernel: 2 } as const);
/** Bytes of the longest varint: 2^53 - 1 has 53 bits, seven a byte. */
export const VARINT_BYTES_MAX = 8;

/** Largest numbers of what is delivered and of what is awaited. */
export const DELIVERY_MAX = Math.max(...Object.values(DELIVERY));
export const WAIT_MAX = Math.max(...Object.values(WAIT));

/** By code: 1 where the registry has a name. */
export const KNOWN_CODE: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => (entryName(code) === undefined ? 0 : 1));

const FIXED_TURN = 1 + 6 * VARINT_BYTES_MAX + 2;
const FIXED_ENTRY = 2 + 5 * VARINT_BYTES_MAX;
const FIXED_END = 2 + 2 * VARINT_BYTES_MAX;

const refuse = (what: string, value: unknown): never => {
  throw new Fault("ABI_UNENCODABLE", { what, value: String(value) });
};

/** Encodes frames one after another; `bytes.subarray(0, length)` is what has been written since the last `clear`. */
export class FrameWriter {
  bytes: Uint8Array;
  length = 0;
  constructor(capacity = 2 * LIMITS.block_bytes_max) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Forgets the first `count` bytes; what stands behind them moves to the front. */
  drop(count: number): void {
    this.bytes.copyWithin(0, count, this.length);
    this.length -= count;
  }

  /** Appends one frame and returns its size in bytes. @throws Fault ABI_UNENCODABLE; nothing is appended then. */
  write(frame: Frame): number {
    const start = this.length;
    try {
      if (frame.kind === "turn") this.#turn(frame);
      else this.#kernel(frame);
      const size = this.length - start;
      if (size > LIMITS.frame_bytes_max) refuse("frame of bytes", size);
      return size;
    } catch (cause) {
      this.length = start;
      throw cause;
    }
  }

  #turn(frame: TurnFrame): void {
    this.#reserve(FIXED_TURN);
    this.bytes[this.length++] = FRAME_KIND.turn;
    this.#varint(frame.tick);
    this.#varint(frame.actor);
    this.#varint(frame.ready);
    this.#small(frame.delivery.kind, DELIVERY_MAX, "delivery kind");
    this.#varint(frame.delivery.from);
    this.#varint(frame.delivery.seq);
    this.#entries(frame.entries);
    this.#end(frame.end);
  }

  #kernel(frame: KernelFrame): void {
    if (frame.entries.length === 0) refuse("kernel frame with entries", 0);
    this.#reserve(FIXED_TURN);
    this.bytes[this.length++] = FRAME_KIND.kernel;
    this.#varint(frame.tick);
    this.#varint(frame.actor);
    this.#entries(frame.entries);
  }

  #entries(entries: readonly Entry[]): void {
    this.#varint(entries.length);
    for (let at = 0; at < entries.length; at++) this.#entry(entries[at] as Entry);
  }

  #entry(entry: Entry): void {
    this.#reserve(FIXED_ENTRY + entry.body.length);
    if (KNOWN_CODE[entry.code] !== 1) refuse("event code", entry.code);
    this.bytes[this.length++] = entry.code;
    if (entry.verdict !== 0 && faultByCode(entry.verdict) === undefined) refuse("verdict", entry.verdict);
    this.#varint(entry.verdict);
    this.#small(entry.domain, 2, "domain");
    this.#varint(entry.capability);
    this.#varint(entry.contract);
    this.#varint(entry.subject);
    this.#body(entry.body);
  }

  #end(end: TurnEnd): void {
    this.#reserve(FIXED_END + end.body.length);
    this.#small(end.kind, 2, "turn end");
    this.#small(end.on, WAIT_MAX, "awaited delivery kind");
    this.#varint(end.subject);
    this.#body(end.body);
  }

  #body(body: Uint8Array): void {
    const size = body.length;
    this.#varint(size);
    if (size === 0) return;
    if (size < 24) for (let at = 0; at < size; at++) this.bytes[this.length + at] = body[at] as number;
    else this.bytes.set(body, this.length);
    this.length += size;
  }

  #small(value: number, max: number, what: string): void {
    if ((value & 7) !== value || value > max) refuse(what, value);
    this.bytes[this.length++] = value;
  }

  #varint(value: number): void {
    if ((value & 0x7f) === value) this.bytes[this.length++] = value;
    else this.#longVarint(value);
  }

  #longVarint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) refuse("integer", value);
    let rest = value;
    for (; rest >= 0x1000_0000; rest = Math.floor(rest / 128)) this.bytes[this.length++] = (rest % 128) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) this.bytes[this.length++] = (rest & 0x7f) | 0x80;
    this.bytes[this.length++] = rest;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    if (needed > 2 * LIMITS.frame_bytes_max) refuse("frame of bytes", needed);
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

/** Bytes of one frame, in an array of their own. */
export function encodeFrame(frame: Frame): Uint8Array {
  const writer = new FrameWriter(256);
  writer.write(frame);
  return writer.bytes.slice(0, writer.length);
}
