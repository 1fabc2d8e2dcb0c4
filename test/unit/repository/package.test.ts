// The npm package: what its pages link to is in it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

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
