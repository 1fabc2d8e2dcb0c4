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

export function createMemorySink(): MemorySink {
  const pieces: Uint8Array[] = [];
  let size = 0;
  return {
    write(bytes) {
      pieces.push(new Uint8Array(bytes)); // the writer may reuse its buffer
      size += bytes.length;
    },
    sync() { /* memory is as durable as it gets */ },
    bytes() {
      const whole = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
      }
      return whole;
    },
  };
}
