import { createHmac } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toHex } from "../../../../kernel-abi/canonical.ts";
import { drawn, freshBytes, hmacSha256, loadOrCreateMac } from "../../../../runtime/adapters/mac.ts";

const utf8 = new TextEncoder();
let home = "";
beforeEach(() => { home = mkdtempSync(join(tmpdir(), "triad-mac-")); });
afterEach(() => { rmSync(home, { recursive: true, force: true }); });

describe("HMAC-SHA256", () => {
  it("has the tags of RFC 4231", () => {
    const rows = [
      [Uint8Array.from({ length: 20 }, () => 0x0b), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
      [utf8.encode("Jefe"), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
    ] as const;
    for (const [key, text, tag] of rows) expect(toHex(hmacSha256(key).tag(utf8.encode(text)))).toBe(tag);
  });
  it("matches its own tag and no other, of whatever length", () => {
    const mac = hmacSha256(utf8.encode("key"));
    const bytes = utf8.encode("text");
    const tag = mac.tag(bytes);
    expect(mac.matches(bytes, tag)).toBe(true);
    for (let at = 0; at < tag.length; at++) expect(mac.matches(bytes, tag.map((byte, index) => (index === at ? byte ^ 1 : byte)))).toBe(false);
    for (const other of [new Uint8Array(0), tag.slice(1), new Uint8Array([...tag, 0])]) expect(mac.matches(bytes, other)).toBe(false);
    expect(mac.matches(utf8.encode("texu"), tag)).toBe(false);
  });
});

describe("the key file", () => {
  it("is made once, is its owner's alone, and gives the same tags again", () => {
    const folder = join(home, "new", "folder");
    const tag = loadOrCreateMac(folder).tag(utf8.encode("x"));
    const path = join(folder, "mac-key");
    const text = readFileSync(path, "utf8");
    expect(text).toMatch(/^[0-9a-f]{64}\n$/);
    if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(toHex(tag)).toBe(createHmac("sha256", Buffer.from(text.trim(), "hex")).update("x").digest("hex"));
    expect(loadOrCreateMac(folder).matches(utf8.encode("x"), tag)).toBe(true);
    expect(readFileSync(path, "utf8")).toBe(text);
  });
  it("is refused when damaged or open to others, and never replaced", () => {
    const path = join(home, "mac-key");
    for (const text of ["", "short", "g".repeat(64), `${"0".repeat(64)}00`]) {
      writeFileSync(path, text, { mode: 0o600 });
      expect(() => loadOrCreateMac(home)).toThrow(expect.objectContaining({ fault: "KEY_UNUSABLE" }));
      expect(readFileSync(path, "utf8")).toBe(text);
    }
    if (process.platform === "win32") return;
    writeFileSync(path, "0".repeat(64));
    chmodSync(path, 0o644);
    expect(() => loadOrCreateMac(home)).toThrow(expect.objectContaining({ fault: "KEY_UNUSABLE" }));
  });
  it("is not made where nothing can be", () => {
    writeFileSync(join(home, "file"), "");
    expect(() => loadOrCreateMac(join(home, "file"))).toThrow(expect.objectContaining({ fault: "KEY_UNUSABLE" }));
  });
  it("draws fresh bytes of the length asked for", () => {
    expect([freshBytes(0).length, freshBytes(8).length]).toEqual([0, 8]);
  });
  it("gives out every byte of its source once, in order, and keeps none of them", () => {
    const asked: number[] = [];
    let next = 0;
    const blocks: Uint8Array[] = [];
    const fresh = drawn((bytes) => {
      asked.push(bytes);
      const block = Uint8Array.from({ length: bytes }, () => next++ % 251 + 1);
      blocks.push(block);
      return block;
    });
    const lengths = [8, 16, 0, 4_000, 71, 8, 10_000, 1];
    const given = lengths.map(fresh);
    expect(given.map(({ length }) => length)).toEqual(lengths);
    expect(asked).toEqual([4_096, 4_096, 10_000, 4_096]);
    const starts = [0, 8, 24, 24, 4_024, 4_096, 8_192, 18_192];
    for (const [at, bytes] of given.entries()) expect([...bytes.subarray(0, 1)]).toEqual(at === 2 ? [] : [(starts[at] ?? 0) % 251 + 1]);
    given[0]?.fill(0);
    expect(given[1]?.[0]).toBe(9);
  });
});
