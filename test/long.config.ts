// The long version of every test that has one: `npm run test:long`. Which those are their own texts say, so that none is forgotten here.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import daily from "./vitest.config.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** How a test asks whether it is to be long. */
export const MARK = "process.env[\"TRIAD_LONG\"]";

/** TypeScript files of this folder that ask, by their paths from the repository's root. */
export const asking = (): readonly string[] => readdirSync(HERE, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.m?ts$/.test(name) && !name.endsWith("config.ts") && readFileSync(join(HERE, name), "utf8").includes(MARK))
  .map((name) => `test/${name.replaceAll("\\", "/")}`).sort();

export default defineConfig({ ...daily, test: { ...daily.test, include: asking().filter((path) => path.endsWith(".test.ts")), env: { TRIAD_LONG: "1" }, testTimeout: 3_600_000 } });
