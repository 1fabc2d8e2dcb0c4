// `npm run test:long` makes the long version of every test that has one.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import long, { asking, MARK } from "../../long.config.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = (path: string): string => readFileSync(`${root}/${path}`, "utf8");

it("every test that can be long is run long, wherever it stands, and no other", () => {
  const { include = [], env } = long.test ?? {};
  expect(include).toEqual(expect.arrayContaining(["test/property/divergence.test.ts", "test/simulation/snapshot-disk.test.ts", "test/unit/runtime/workers/struck.test.ts", "test/unit/domains/q/estimate/against-qsharp.test.ts"]));
  expect(include.filter((path) => !text(path).includes(MARK))).toEqual([]);
  expect([include.includes("test/unit/repository/long.test.ts"), env]).toEqual([false, { TRIAD_LONG: "1" }]);
});

it("nothing but a test asks: what several tests share would be missed", () => {
  expect(asking().filter((path) => !path.endsWith(".test.ts"))).toEqual([]);
});

it("the command is this configuration, and nothing is listed by hand", () => {
  const { scripts } = JSON.parse(text("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  expect(scripts["test:long"]).toBe("vitest run --config test/long.config.ts");
});
