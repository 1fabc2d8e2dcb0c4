// Bytes in memory behind the ports a bundle is written to and read from.
import { Fault } from "../../kernel-abi/fault.ts";
import type { ByteSink, ByteSource } from "../../kernel-abi/ports.ts";

export class MemorySink implements ByteSink {
  #pieces: Uint8Array[] = [];
  writes = 0;
  syncs = 0;
  write(bytes: Uint8Array): void {
    this.#pieces.push(Uint8Array.from(bytes));
    this.writes += 1;
  }
  sync(): void { this.syncs += 1; }
  bytes(): Uint8Array {
    const whole = Uint8Array.from(Buffer.concat(this.#pieces));
    this.#pieces = [whole];
    return whole;
  }
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Fault("FILE_UNREADABLE", { offset, length, size: bytes.length });
      return bytes.subarray(offset, offset + length);
    },
  };
}
