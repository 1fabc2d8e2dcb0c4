// Error correction as the pages show it: every command of the README's block runs as printed, and those of the estimate's page say what is printed under them.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scratch, triad } from "../support/cli.ts";

const root = resolve(import.meta.dirname, "../..");
const path = scratch();
const before = process.cwd();
beforeAll(() => { process.chdir(path(".")); });
afterAll(() => { process.chdir(before); });

const page = (name: string): string => readFileSync(resolve(root, name), "utf8");
async function run(command: string): Promise<string> {
  const [npx, name, ...words] = command.split(" ");
  expect([npx, name]).toEqual(["npx", "triad"]);
  const { code, out, err } = await triad(...words.map((word) => (word.startsWith("examples/") ? resolve(root, word) : word)));
  expect([code, err]).toEqual([0, ""]);
  return out.replaceAll(`${root}/`, "");
}

const block = /\*\*Error correction\.\*\*[^]*?```sh\n([^]*?)```/.exec(page("README.md"))?.[1] ?? "";
const commands = block.trim().split("\n").map((line) => line.replace(/ +#.*$/, ""));

describe("the README's commands of error correction", () => {
  it("are there", () => { expect(commands.map((command) => command.split(" ")[3])).toEqual(["threshold", "sample", "decode", "report", "report", "estimate"]); });
  it.each(commands)("%s", async (command) => {
    await run(command);
    const files = [...command.matchAll(/ --(?:out|plot|csv|fits-csv|events|predictions|parquet) (\S+)/g)].map(([, file = ""]) => file);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  }, 120_000);
});

const steps = [...page("examples/estimate/README.md").matchAll(/^```\n\$ (.*)\n([^]*?)^```$/gm)].map(([, command = "", shown = ""]) => ({ command, shown: shown.trimEnd().split("\n") }));

describe("the page of estimates", () => {
  it("has steps", () => { expect(steps).toHaveLength(3); });
  it.each(steps)("$command", async ({ command, shown }) => {
    const said = (await run(command.replace(/(--(?:plot|csv) )(\S+)/g, "$1page-$2"))).split("\n").map((line) => line.trimEnd());
    for (const line of shown) if (line !== "…") expect(said).toContain(line);
    expect(shown).toContain("…");
  });
});
