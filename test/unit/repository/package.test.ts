// The npm package: what its pages link to is in it, and its schemas are one module.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import * as source from "../../../kernel-abi/schema.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Paths in the package; nothing is built or written. */
function packed(): ReadonlySet<string> {
  const said = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [{ files }] = JSON.parse(said) as [{ readonly files: readonly { readonly path: string }[] }];
  return new Set(files.map(({ path }) => path));
}

/** Targets of a page's relative links, from the package's root; without the place on the page. */
function linksOf(page: string): readonly string[] {
  const text = readFileSync(`${root}/${page}`, "utf8").replaceAll(/```[^]*?```/g, "").replaceAll(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target).filter((target) => !/^([a-z]+:|#)/.test(target))
    .map((target) => posix.normalize(posix.join(posix.dirname(page), target.replace(/#.*$/, ""))));
}

describe("the schemas of the package", () => {
  it("are one module that loads no other, does what its source does, and carries the licence", async () => {
    const folder = mkdtempSync(join(tmpdir(), "triad-schema-"));
    try {
      const file = join(folder, "schema.mjs");
      execFileSync(process.execPath, [join(root, "kernel-abi/bundle.mjs"), file]);
      const text = readFileSync(file, "utf8");
      expect(text.match(/\bfrom\s*["']|\bimport\s*[("']/g)).toBeNull();
      expect(text).toContain("MIT License");
      const one = await import(pathToFileURL(file).href) as typeof source;
      const refusal = ({ Type, compiled }: typeof source): unknown => {
        const check = compiled(Type.Object({ n: Type.Integer({ minimum: 1, default: 2 }), list: Type.Optional(Type.Array(Type.String())) }, { additionalProperties: false }))();
        return [check.Check({ n: 1 }), check.Default({}), ...check.Errors({ n: 0, list: [1], more: true })];
      };
      expect(refusal(one)).toEqual(refusal(source));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the npm package", () => {
  const files = packed();
  const pages = [...files].filter((path) => path.endsWith(".md") && !path.startsWith("dist/"));

  it("has the pages", () => {
    expect(pages).toEqual(expect.arrayContaining(["README.md", "CHANGELOG.md", "replay/FORMAT.md", "telemetry/README.md"]));
    expect(linksOf("README.md").length).toBeGreaterThan(8);
  });

  it.each(pages)("has what %s links to", (page) => {
    const folder = (path: string): boolean => [...files].some((file) => file.startsWith(`${path.replace(/\/$/, "")}/`));
    expect(linksOf(page).filter((path) => !files.has(path) && !folder(path))).toEqual([]);
  });
});
