// Byte ports over memory: what is recorded in a test, in a browser-like host or for a quick replay touches no file.
import { Fault } from "../../kernel-abi/fault.ts";
import type { ByteSink, ByteSource } from "../../kernel-abi/ports.ts";

/** Reads are views into `bytes`, not copies: neither side may write to them. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
        throw new Fault("FILE_UNREADABLE", { what: "read beyond the end", offset, length, size: bytes.length });
      }
      return bytes.subarray(offset, offset + length);
    },
  };
}

export interface MemorySink extends ByteSink {
  /** Everything written so far, as one private copy. */
  bytes(): Uint8Array;
  /** The same, read where it stands; nothing is to be written any more. */
  source(): ByteSource;
}

/** Reads are views where they lie in one piece, copies where they do not. */
function pieceSource(pieces: readonly Uint8Array[], size: number): ByteSource {
  const ends: number[] = [];
  for (const piece of pieces) ends.push((ends.at(-1) ?? 0) + piece.length);
  /** The piece a byte lies in. */
  const holding = (offset: number): number => {
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    size,
    read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) throw new Fault("FILE_UNREADABLE", { what: "read beyond the end", offset, length, size });
      let at = holding(offset);
      const part = (from: number, to: number): Uint8Array => {
        const piece = pieces[at] ?? new Uint8Array(0);
        const begins = (ends[at] ?? 0) - piece.length;
        return piece.subarray(from - begins, Math.min(piece.length, to - begins));
      };
      const first = part(offset, offset + length);
      if (first.length === length) return first;
      const whole = new Uint8Array(length);
      whole.set(first);
      for (let used = first.length; used < length;) {
        at++;
        const next = part(offset + used, offset + length);
        whole.set(next, used);
        used += next.length;
      }
      return whole;
    },
  };
}

/** What is written is gathered into pieces of at least so many bytes: a block may have a thousand. */
const PIECE_BYTES = 65_536;

export function createMemorySink(): MemorySink {
  const full: Uint8Array[] = [];
  let size = 0;
  let piece = new Uint8Array(PIECE_BYTES);
  let used = 0;
  return {
    write(bytes) {
      if (used + bytes.length > piece.length) {
        full.push(piece.subarray(0, used));
        piece = new Uint8Array(Math.max(PIECE_BYTES, bytes.length));
        used = 0;
      }
      piece.set(bytes, used); // a copy: the writer uses its buffer again
      used += bytes.length;
      size += bytes.length;
    },
    sync() { /* memory is as durable as it gets */ },
    source: () => pieceSource([...full, piece.subarray(0, used)], size),
    bytes() {
      const whole = new Uint8Array(size);
      let at = 0;
      for (const part of [...full, piece.subarray(0, used)]) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    },
  };
}
