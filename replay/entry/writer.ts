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

/** Puts a minimal LEB128 integer at `at` and returns the place behind it. Small enough to be compiled into whoever calls it. */
function putVarint(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = value;
  if ((value & 0x7f) === value) return at + 1;
  if ((value & 0x3fff) !== value) return putLongVarint(bytes, at, value);
  bytes[at] = value | 0x80;
  bytes[at + 1] = value >>> 7;
  return at + 2;
}

function putLongVarint(bytes: Uint8Array, start: number, value: number): number {
  if (value >= 0x80 && value < 0x20_0000 && (value | 0) === value) { // two or three bytes: ticks and sequence numbers
    bytes[start] = (value & 0x7f) | 0x80;
    if (value < 0x4000) {
      bytes[start + 1] = value >>> 7;
      return start + 2;
    }
    bytes[start + 1] = ((value >>> 7) & 0x7f) | 0x80;
    bytes[start + 2] = value >>> 14;
    return start + 3;
  }
  if (!Number.isSafeInteger(value) || value < 0) refuse("integer", value);
  let at = start;
  let rest = value;
  for (; rest >= 0x1000_0000; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
  for (; rest >= 0x80; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}

/** An integer of a range that ends below 8. */
function small(value: number, max: number, what: string): number {
  if ((value & 7) !== value || value > max) refuse(what, value);
  return value;
}

function putBody(bytes: Uint8Array, start: number, body: Uint8Array): number {
  const size = body.length;
  if (size >= 24) {
    const at = putVarint(bytes, start, size);
    bytes.set(body, at);
    return at + size;
  }
  bytes[start] = size;
  for (let of = 0; of < size; of++) bytes[start + 1 + of] = body[of] as number;
  return start + 1 + size;
}

const NOTHING = new Uint8Array(0);

/** Encodes frames one after another, behind what its owner wants in front of them; `bytes.subarray(0, length)` is all of it. */
export class FrameWriter {
  bytes: Uint8Array;
  length: number;
  /** `room` is its own until it is left; it is exchanged for more when it does not suffice. */
  constructor(room: Uint8Array = new Uint8Array(2 * LIMITS.block_bytes_max), front: Uint8Array = NOTHING) {
    this.bytes = room;
    this.bytes.set(front);
    this.length = front.length;
  }

  /** Hands its room over: nothing is written there any more. */
  leave(): Uint8Array {
    const room = this.bytes;
    this.bytes = NOTHING;
    this.length = 0;
    return room;
  }

  /** Takes off what stands from `at` on. */
  cut(at: number): Uint8Array {
    const end = this.bytes.slice(at, this.length);
    this.length = at;
    return end;
  }

  /** Appends bytes as they are. */
  put(bytes: Uint8Array): void {
    const at = this.length;
    this.#room(at, bytes.length).set(bytes, at);
    this.length = at + bytes.length;
  }

  /** Appends one frame and returns its size in bytes. @throws Fault ABI_UNENCODABLE; nothing is appended then. */
  write(frame: Frame): number {
    const start = this.length;
    const end = frame.kind === "turn" ? this.#turn(frame, start) : this.#kernel(frame, start);
    const size = end - start;
    if (size > LIMITS.frame_bytes_max) refuse("frame of bytes", size);
    this.length = end; // not before: what was refused leaves no trace
    return size;
  }

  #turn(frame: TurnFrame, start: number): number {
    const { entries, delivery } = frame;
    const bytes = this.#room(start, FIXED_TURN);
    bytes[start] = FRAME_KIND.turn;
    let at = putVarint(bytes, start + 1, frame.tick);
    at = putVarint(bytes, at, frame.actor);
    at = putVarint(bytes, at, frame.ready);
    bytes[at] = small(delivery.kind, DELIVERY_MAX, "delivery kind");
    at = putVarint(bytes, at + 1, delivery.from);
    at = putVarint(bytes, at, delivery.seq);
    at = putVarint(bytes, at, entries.length);
    return this.#end(frame.end, this.#entries(entries, at));
  }

  #kernel({ tick, actor, entries }: KernelFrame, start: number): number {
    if (entries.length === 0) refuse("kernel frame with entries", 0);
    const bytes = this.#room(start, FIXED_TURN);
    bytes[start] = FRAME_KIND.kernel;
    let at = putVarint(bytes, start + 1, tick);
    at = putVarint(bytes, at, actor);
    return this.#entries(entries, putVarint(bytes, at, entries.length));
  }

  #entries(entries: readonly Entry[], start: number): number {
    let at = start;
    for (let n = 0; n < entries.length; n++) at = this.#entry(entries[n] as Entry, at);
    return at;
  }

  #entry({ code, verdict, domain, capability, contract, subject, body }: Entry, start: number): number {
    const bytes = this.#room(start, FIXED_ENTRY + body.length);
    if (KNOWN_CODE[code] !== 1) refuse("event code", code);
    if (verdict !== 0 && faultByCode(verdict) === undefined) refuse("verdict", verdict);
    bytes[start] = code;
    let at = putVarint(bytes, start + 1, verdict);
    bytes[at] = small(domain, 2, "domain");
    at = putVarint(bytes, at + 1, capability);
    at = putVarint(bytes, at, contract);
    at = putVarint(bytes, at, subject);
    return putBody(bytes, at, body);
  }

  #end({ kind, on, subject, body }: TurnEnd, start: number): number {
    const bytes = this.#room(start, FIXED_END + body.length);
    bytes[start] = small(kind, 2, "turn end");
    bytes[start + 1] = small(on, WAIT_MAX, "awaited delivery kind");
    return putBody(bytes, putVarint(bytes, start + 2, subject), body);
  }

  /** The buffer, with room for `count` bytes at `at`. */
  #room(at: number, count: number): Uint8Array {
    return at + count <= this.bytes.length ? this.bytes : this.#grow(at, at + count);
  }

  #grow(used: number, needed: number): Uint8Array {
    if (needed > 2 * LIMITS.frame_bytes_max) refuse("frame of bytes", needed);
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, used));
    this.bytes = grown;
    return grown;
  }
}

/** Bytes of one frame, in an array of their own. */
export function encodeFrame(frame: Frame): Uint8Array {
  const writer = new FrameWriter(new Uint8Array(256));
  writer.write(frame);
  return writer.bytes.slice(0, writer.length);
}
