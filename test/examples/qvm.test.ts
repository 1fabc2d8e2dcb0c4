// The tutorial of QVM graphs: every command it prints works as printed, in this order, and says what is printed under it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratch, triad } from "../support/cli.ts";

const root = resolve(import.meta.dirname, "../..");
const path = scratch();
const before = process.cwd();
beforeAll(() => { process.chdir(path(".")); });
afterAll(() => { process.chdir(before); });

const text = readFileSync(resolve(root, "examples/qvm/README.md"), "utf8");
const steps = [...text.matchAll(/^```\n(.*?)^```$/gms)].flatMap(([, block = ""]) => block.split(/^\$ /m).slice(1)).map((step) => {
  const [command = "", ...shown] = step.trimEnd().split("\n");
  return { command, shown };
});

describe("the tutorial of graphs", () => {
  it("has steps", () => { expect(steps.length).toBeGreaterThan(6); });

  it.each(steps)("$command", async ({ command, shown }) => {
    const [npx, name, ...words] = command.split(" ");
    expect([npx, name]).toEqual(["npx", "triad"]);
    const { code, out } = await triad(...words.map((word) => (word.startsWith("examples/") ? resolve(root, word) : word)));
    expect(code).toBe(0);
    const said = out.replaceAll(`${root}/`, "").split("\n").map((line) => line.trimEnd());
    for (const line of shown) if (line !== "…") expect(said).toContain(line);
    if (shown.length > 0 && !shown.includes("…")) expect(said.filter((line) => line !== "")).toEqual(shown); // what is left out is said to be
  });
});
