// The worked example of FORMAT.md is the file it says it is.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { toHex } from "../../../kernel-abi/canonical.ts";
import { walk } from "../../../replay/bundle.ts";
import { verifiedByBoth } from "../../support/independent.ts";
import { memorySource } from "../../support/memory.ts";
import { testSigner } from "../../support/signer.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../../replay/FORMAT.md"), "utf8");
const [, example] = /```example\n([\s\S]*?)```/.exec(page) ?? [];

function rebuilt(lines: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(lines.map((line) => {
    if (line.startsWith("hex  ")) return Buffer.from(line.slice(5).replaceAll(" ", ""), "hex");
    return line.startsWith("text ") ? Buffer.from(line.slice(5), "utf8") : Buffer.alloc(0);
  })));
}

describe("FORMAT.md", () => {
  const lines = (example ?? "").split("\n");
  const file = rebuilt(lines);

  it("has an example that both readers accept", () => {
    const report = verifiedByBoth(file);
    expect(report).toMatchObject({ keyId: testSigner().keyId, frames: 4, blocks: 3, events: 8, status: "completed" });
    expect(file.length).toBe(Number(/the file \(([\d,]+) bytes\)/.exec(page)?.[1]?.replace(",", "")));
    expect(lines.filter((line) => line.startsWith("hex"))).toContain(`hex  ${report.digest}`);
    expect(lines.filter((line) => line.startsWith("#")).map((line) => Number(/^# (\d+):/.exec(line)?.[1] ?? 0))).toContain([...walk(memorySource(file))][0]?.block.offset);
  });

  it("names the constants the code has", async () => {
    const { MAGIC, END_MARK, UNIT_BYTES_MAX } = await import("../../../replay/chain.ts");
    const spaced = (bytes: Uint8Array): string => toHex(bytes).replace(/..(?=.)/g, "$& ");
    expect(page).toContain(spaced(MAGIC));
    expect(page).toContain(spaced(END_MARK));
    expect(Object.values(UNIT_BYTES_MAX).map((bytes) => 31 - Math.clz32(bytes))).toEqual([20, 26, 28, 28, 20]);
  });
});
