import { describe, expect, it } from "vitest";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";

describe("bytes kept in memory", () => {
  it("are what was written, in pieces of any size, whatever the writer does with its buffer", () => {
    const sink = createMemorySink();
    const buffer = new Uint8Array(200_000);
    const sizes = [0, 1, 40_000, 25_534, 1, 65_536, 65_537, 200_000, 7, 0, 30_000, 30_000, 30_000];
    const written = sizes.map((size, at) => {
      buffer.fill(at + 1);
      sink.write(buffer.subarray(0, size));
      return new Uint8Array(size).fill(at + 1);
    });
    const all = new Uint8Array(Buffer.concat(written));
    expect(Buffer.compare(sink.bytes(), all)).toBe(0);
    sink.bytes().fill(0);
    expect(Buffer.compare(sink.bytes(), all)).toBe(0);
  });
});
