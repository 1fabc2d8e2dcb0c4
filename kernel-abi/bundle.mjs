// Part of the build: TypeBox as one module in the place of dist/kernel-abi/schema.js (or where the first argument says), with its licence.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (from) => fileURLToPath(new URL(from, import.meta.url));

await build({
  entryPoints: [path("./schema.ts")], outfile: process.argv[2] ?? path("../dist/kernel-abi/schema.js"),
  bundle: true, format: "esm", platform: "node", target: "es2023", minify: true, legalComments: "none",
  banner: { js: `/*! TypeBox\n${readFileSync(new URL("../license", import.meta.resolve("typebox")), "utf8").trim().replaceAll("*/", "* /")}\n*/` },
});
