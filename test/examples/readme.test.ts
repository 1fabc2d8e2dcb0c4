// The README's program runs as printed, and what the README links to exists.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { recordInMemory } from "../support/examples.ts";

const root = resolve(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

describe("the README", () => {
  it("prints a program that runs", async () => {
    const [, program = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
    const folder = mkdtempSync(join(tmpdir(), "triad-readme-"));
    try {
      writeFileSync(join(folder, "bell.ts"), program);
      const { end } = (await recordInMemory({ program: join(folder, "bell.ts") })).report;
      expect(end.status).toBe("completed");
      const [a, b] = end.result as readonly number[];
      expect(a).toBe(b);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("and the page on noise does", async () => {
    const [, program = ""] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, "domains/q/api/NOISE.md"), "utf8")) ?? [];
    const folder = mkdtempSync(join(tmpdir(), "triad-noise-"));
    try {
      writeFileSync(join(folder, "noisy.ts"), program);
      const { end } = (await recordInMemory({ program: join(folder, "noisy.ts") })).report;
      const counts = end.result as Readonly<Record<string, number>>;
      expect(Object.values(counts).reduce((sum, times) => sum + times, 0)).toBe(2_000);
      expect((counts["000"] ?? 0) + (counts["111"] ?? 0)).toBeGreaterThan(1_700);
      expect(Object.keys(counts).length).toBeGreaterThan(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("links to files that exist, and names scripts that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = ""]) => target);
    expect(links.length).toBeGreaterThan(8);
    for (const link of links) expect(existsSync(join(root, link)), link).toBe(true);
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Readonly<Record<string, string>> };
    for (const [, script = ""] of readme.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
  });
});
