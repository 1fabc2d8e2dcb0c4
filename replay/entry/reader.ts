// Bytes to frames, strictly (FORMAT.md, section 5): one frame has one form, and any other form is refused.
//   J6  Encoding what was decoded gives the bytes again: minimal integers, known codes, nothing left over.
import { Fault, faultByCode } from "../../kernel-abi/fault.ts";
import type { DeliveryKind } from "../../kernel-abi/envelope.ts";
import type { Entry, Frame, TurnEnd } from "../../kernel-abi/frame.ts";
import type { ProcessId, Tick } from "../../kernel-abi/ids.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { DELIVERY_MAX, FRAME_KIND, KNOWN_CODE, WAIT_MAX } from "./writer.ts";

/** Smallest entry: code, verdict, domain, capability, contract, subject, length of the body. */
const ENTRY_BYTES_MIN = 7;
/** Weight of the eighth and last byte of an integer. */
const LAST_SCALE = 0x2_0000_0000_0000;
const NO_BYTES = new Uint8Array(0);
const WITH_PAYLOADS = Object.freeze({ payloads: true });

/** Where the bytes come from, for refusals: the unit whose hash covers them. */
export interface Origin {
  readonly offset: number;
  readonly unit: string;
  readonly index: number;
}

/**
 * Reads the frames of one block. Bodies are views of `bytes`: copy what outlives them. Without `payloads` the bodies of messages,
 * which nobody but their receivers understands, are passed over and come out empty.
 */
export class FrameReader {
  /** Where the next frame begins. */
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #origin: Origin;
  readonly #payloads: boolean;
  constructor(bytes: Uint8Array, origin: Origin, { payloads }: { readonly payloads: boolean } = WITH_PAYLOADS) {
    this.#bytes = bytes;
    this.#origin = origin;
    this.#payloads = payloads;
  }

  get done(): boolean { return this.at >= this.#bytes.length; }

  /** @throws Fault TRACE_UNREADABLE */
  next(): Frame {
    const kind = this.#byte();
    if (kind !== FRAME_KIND.turn && kind !== FRAME_KIND.kernel) return this.#refuse("unknown kind of frame");
    const tick = this.#varint() as Tick;
    const actor = this.#varint() as ProcessId;
    if (kind === FRAME_KIND.kernel) {
      const entries = this.#entries();
      return entries.length === 0 ? this.#refuse("kernel frame without entries") : { kind: "kernel", tick, actor, entries };
    }
    const ready = this.#varint();
    const delivery = { kind: this.#small(DELIVERY_MAX) as DeliveryKind, from: this.#varint() as ProcessId, seq: this.#varint() };
    return { kind: "turn", tick, actor, ready, delivery, entries: this.#entries(), end: this.#end() };
  }

  #entries(): Entry[] {
    const count = this.#varint();
    if (count * ENTRY_BYTES_MIN > this.#bytes.length - this.at) return this.#refuse("more entries than bytes");
    const entries: Entry[] = [];
    for (let left = count; left > 0; left--) entries.push(this.#entry());
    return entries;
  }

  #entry(): Entry {
    const code = this.#byte();
    if (KNOWN_CODE[code] !== 1) this.#refuse("unknown event code");
    const verdict = this.#varint();
    if (verdict !== 0 && faultByCode(verdict) === undefined) this.#refuse("unknown verdict");
    return {
      code,
      verdict,
      domain: this.#small(2),
      capability: this.#varint(),
      contract: this.#varint(),
      subject: this.#varint(),
      body: this.#body(this.#payloads || code !== SYSCALL.IPC_SEND),
    };
  }

  #end(): TurnEnd {
    return { kind: this.#small(2) as TurnEnd["kind"], on: this.#small(WAIT_MAX), subject: this.#varint(), body: this.#body(true) };
  }

  #body(wanted: boolean): Uint8Array {
    const size = this.#varint();
    if (size === 0) return NO_BYTES;
    const from = this.at;
    if (size > this.#bytes.length - from) this.#refuse("body longer than the block");
    this.at = from + size;
    return wanted ? this.#bytes.subarray(from, from + size) : NO_BYTES;
  }

  #small(max: number): number {
    const value = this.#byte();
    return value > max ? this.#refuse("number out of range") : value;
  }

  #byte(): number {
    const value = this.#bytes[this.at];
    if (value === undefined) return this.#refuse("frame cut short");
    this.at += 1;
    return value;
  }

  #varint(): number {
    const first = this.#bytes[this.at];
    if (first !== undefined && first < 0x80) {
      this.at += 1;
      return first;
    }
    return this.#longVarint();
  }

  #longVarint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) return this.#refuse("integer above 2^53 - 1");
      if (byte < 0x80) return byte === 0 && scale > 1 ? this.#refuse("integer longer than needed") : value;
      if (scale >= LAST_SCALE) return this.#refuse("integer longer than needed");
    }
  }

  #refuse(what: string): never {
    const { offset, unit, index } = this.#origin;
    throw new Fault("TRACE_UNREADABLE", { offset, unit, index, what, at: this.at });
  }
}

/** One frame from bytes that hold nothing else. @throws Fault TRACE_UNREADABLE */
export function decodeFrame(bytes: Uint8Array): Frame {
  const origin = { offset: 0, unit: "frame", index: 0 };
  const reader = new FrameReader(bytes, origin);
  const frame = reader.next();
  if (!reader.done) throw new Fault("TRACE_UNREADABLE", { ...origin, what: "bytes after the frame", at: reader.at });
  return frame;
}
