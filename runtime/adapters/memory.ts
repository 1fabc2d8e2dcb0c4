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
