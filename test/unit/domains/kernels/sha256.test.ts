// The kernels' SHA-256 against the host's, and the standard's own vectors.
import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../../domains/kernels/sha256/portable.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("SHA-256", () => {
  it.each([
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
  ])("of %j is the standard's", (text, digest) => { expect(hex(sha256(new TextEncoder().encode(text)))).toBe(digest); });
  it("is the host's for every length around a block's ends, and for a long message", () => {
    for (const length of [...Array.from({ length: 140 }, (_, at) => at), 100_003]) {
      const bytes = randomBytes(length);
      expect(hex(sha256(bytes)), String(length)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });
});
