// The tutorial of QVM graphs: every command it prints works as printed, in this order, and says what is printed under it.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratch, triad } from "../support/cli.ts";

const root = resolve(import.meta.dirname, "../..");
const path = scratch();
const before = process.cwd();
beforeAll(() => { process.chdir(path(".")); });
/** Commands that go on, and what others printed that later ones are given. */
const going: Promise<unknown>[] = [];
const printed = new Map<string, string>();
afterAll(async () => {
  if (going.length > 0) process.emit("SIGTERM", "SIGTERM");
  await Promise.all(going);
  process.chdir(before);
});

function learn(out: string): void {
  for (const [, name = "", value = ""] of out.matchAll(/^(session|job|checkpoint|trace) +(\S+)$/gm)) printed.set(name, value);
}

const text = readFileSync(resolve(root, "examples/qvm/README.md"), "utf8");
const steps = [...text.matchAll(/^```\n(.*?)^```$/gms)].flatMap(([, block = ""]) => block.split(/^\$ /m).slice(1)).map((step) => {
  const [command = "", ...shown] = step.trimEnd().split("\n");
  return { command, shown };
});

describe("the adder", () => {
  it.each([[1, 0], [2, 3], [3, 5], [3, 7]])("of %i bits adds %i to everything at once", async (width, y) => {
    const graph = path(`adder-${width}-${y}.json`);
    expect((await triad("qvm", "asm", resolve(root, "examples/qvm/adder.qasm"), "--param", `width=${width}`, "--param", `y=${y}`, "--out", graph)).code).toBe(0);
    const { out } = await triad("qvm", "run", graph, "--shots", "300", "--seed", "s", "--json");
    const sums = Object.keys((JSON.parse(out) as { readonly counts: object }).counts).map((key) => {
      const bits = new Map(key.split(" ").map((word) => word.split("=") as [string, string]));
      const number = (register: string): number => Array.from({ length: width }, (_, at) => Number(bits.get(`${register}${at}`)) << at).reduce((sum, bit) => sum + bit, 0);
      return [number("a"), number("b") + (Number(bits.get("carry")) << width)] as const;
    });
    expect(sums.toSorted(([a], [b]) => a - b)).toEqual(Array.from({ length: 2 ** width }, (_, a) => [a, a + y]));
  });
});

describe("the tutorial of graphs", () => {
  it("has steps", () => { expect(steps.length).toBeGreaterThan(6); });

  it.each(steps)("$command", async ({ command, shown }) => {
    const [npx, name, ...given] = command.split(" ");
    expect([npx, name]).toEqual(["npx", "triad"]);
    const words = given.filter((word) => word !== "&").map((word) => (word.startsWith("examples/") ? resolve(root, word) : printed.get(/^[A-Z]+$/.test(word) ? word.toLowerCase() : "") ?? word));
    if (given.includes("&")) {
      going.push(triad(...words));
      while (!existsSync("qmk.sock")) await new Promise((next) => { setTimeout(next, 5); });
      return;
    }
    const { code, out } = await triad(...words);
    expect(code).toBe(0);
    learn(out);
    const said = out.replaceAll(`${root}/`, "").split("\n").map((line) => line.trimEnd());
    for (const line of shown) if (line !== "…") expect(said).toContain(line);
    if (shown.length > 0 && !shown.includes("…")) expect(said.filter((line) => line !== "")).toEqual(shown); // what is left out is said to be
  });
});
