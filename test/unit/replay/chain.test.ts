// The chain's definitions to the byte, against node:crypto and FORMAT.md.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toHex } from "../../../kernel-abi/canonical.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { END_MARK, firstHead, HASH_BYTES, leafOf, MAGIC, nextHead, preamble, PREAMBLE_BYTES, putUnitHead, TAG, unit, UNIT_BYTES_MAX, UNIT_OVERHEAD } from "../../../replay/chain.ts";

const sha = (...parts: readonly Uint8Array[]): string => createHash("sha256").update(Buffer.concat(parts)).digest("hex");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("the chain", () => {
  it("names its units by letters, and limits each", () => {
    expect(Object.entries(TAG).map(([name, tag]) => `${name} ${String.fromCharCode(tag)}`)).toEqual(["header H", "program P", "inputs I", "block B", "seal S"]);
    expect(UNIT_BYTES_MAX).toEqual({
      header: LIMITS.header_bytes_max, program: LIMITS.program_bytes_max, inputs: LIMITS.inputs_bytes_max, block: LIMITS.frame_bytes_max, seal: LIMITS.seal_bytes_max,
    });
    expect([HASH_BYTES, UNIT_OVERHEAD, PREAMBLE_BYTES]).toEqual([32, 5, 12]);
    for (const table of [TAG, UNIT_BYTES_MAX]) expect(Object.isFrozen(table)).toBe(true);
  });

  it("begins with magic and version, and ends with its mark", () => {
    expect([text(MAGIC), text(END_MARK)]).toEqual(["\x89TRIAD\r\n", "TRIADEND"]);
    expect(toHex(preamble())).toBe("895452494144" + "0d0a" + "00000001");
    expect(toHex(preamble(0x01020304)).slice(16)).toBe("01020304");
    expect(toHex(firstHead(preamble()))).toBe(sha(preamble()));
  });

  it("hashes leaves and heads under prefixes of their own", () => {
    const [a, b] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
    expect(toHex(leafOf(a))).toBe(sha(Uint8Array.of(0), a));
    expect(toHex(nextHead(a, b))).toBe(sha(Uint8Array.of(2), a, b));
  });

  it("puts tag and length before a payload", () => {
    expect([...unit("block", Uint8Array.of(9, 8))]).toEqual([0x42, 0, 0, 0, 2, 9, 8]);
    const out = new Uint8Array(8);
    putUnitHead(out, 2, TAG.seal, 0xfedcba98);
    expect([...out]).toEqual([0, 0, 0x53, 0xfe, 0xdc, 0xba, 0x98, 0]);
  });
});
