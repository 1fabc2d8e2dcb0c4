// Every arrow of the import table holds: each room imports from each other room once, and exactly the forbidden ones are reported.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const UP_TO_KERNEL = ["runtime/clock", "runtime/mailbox", "runtime/process", "runtime/scheduler"];
const MACHINE = [...UP_TO_KERNEL, "runtime/kernel", "runtime/governance"];
/** The table, written down a second time. A room may always import itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "kernel-abi": [],
  replay: ["kernel-abi"],
  telemetry: ["kernel-abi"],
  "runtime/clock": ["kernel-abi"],
  "runtime/governance": ["kernel-abi"],
  "runtime/workers": ["kernel-abi"],
  "runtime/cluster": ["kernel-abi"],
  "runtime/adapters": ["kernel-abi"],
  "runtime/mailbox": ["kernel-abi", ...UP_TO_KERNEL.slice(0, 1)],
  "runtime/process": ["kernel-abi", ...UP_TO_KERNEL.slice(0, 2)],
  "runtime/scheduler": ["kernel-abi", ...UP_TO_KERNEL.slice(0, 3)],
  "runtime/kernel": ["kernel-abi", ...UP_TO_KERNEL],
  "runtime/context": ["kernel-abi", ...MACHINE, "runtime/quansistor"],
  "runtime/quansistor": ["kernel-abi", ...MACHINE],
  "domains/k": ["kernel-abi"],
  "domains/kernels": ["kernel-abi"],
  "domains/q": ["kernel-abi", "domains/kernels"],
  "domains/phi": ["kernel-abi", "domains/kernels"],
};
const ROOMS = Object.keys(ALLOWED);
const EVERYTHING = [...ROOMS, "runtime/app", "examples", "test"];

const root = fileURLToPath(new URL("../../..", import.meta.url));
const tree = mkdtempSync(join(tmpdir(), "triad-arrows-"));
afterAll(() => rmSync(tree, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), content);
}
const importing = (from: string, to: string, typeOnly: boolean): string =>
  `import ${typeOnly ? "type { Leaf }" : "{ leaf }"} from "./${relative(dirname(from), to)}";\nexport ${typeOnly ? "type Mine = Leaf" : "const mine = leaf"};\n`;
const LEAF = "export type Leaf = 1;\nexport const leaf = 1;\n";
const fileOf = (from: string, to: string): string => `${from}/to-${to.replaceAll("/", "-")}.ts`;

interface Violation { readonly from: string; readonly to: string; readonly rule: { readonly name: string; readonly severity: string } }
let violations: readonly Violation[] = [];
const rulesFor = (from: string, to?: string): readonly string[] =>
  violations.filter((violation) => violation.from === from && (to === undefined || violation.to === to)).map(({ rule }) => rule.name);

function cruise(): Promise<readonly Violation[]> {
  const cli = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const folders = ["kernel-abi", "runtime", "domains", "replay", "telemetry", "examples", "test"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [cli, "--config", join(root, ".dependency-cruiser.cjs"), "--output-type", "json", ...folders], { cwd: tree, maxBuffer: 1 << 28 },
      (error, stdout) => {
        if (stdout === "") return reject(error ?? new Error("dependency-cruiser said nothing"));
        const report = JSON.parse(stdout) as { readonly summary: { readonly violations: readonly Violation[] } };
        return resolve(report.summary.violations);
      });
  });
}

beforeAll(async () => {
  for (const room of EVERYTHING) write(`${room}/leaf.ts`, LEAF);
  for (const from of EVERYTHING) {
    for (const [index, to] of EVERYTHING.entries()) write(fileOf(from, to), importing(fileOf(from, to), `${to}/leaf.ts`, index % 2 === 1));
  }
  write("domains/q/api/leaf.ts", LEAF);
  write("domains/kernels/libm/leaf.ts", LEAF);
  write("domains/index.ts", "export * from \"./q/api/leaf.ts\";\nexport { leaf as sin } from \"./kernels/libm/leaf.ts\";\n");
  write("runtime/clock/one.ts", "import type { Two } from \"./two.ts\";\nexport type One = Two | 1;\n");
  write("runtime/clock/two.ts", "import type { One } from \"./one.ts\";\nexport type Two = One | 2;\n");
  write("replay/nowhere.ts", "export * from \"./missing.ts\";\n");
  write("runtime/scribbles/new.ts", "import { leaf } from \"../clock/leaf.ts\";\nexport const mine = leaf;\n");
  write("tsconfig.json", JSON.stringify({ compilerOptions: { module: "nodenext", allowImportingTsExtensions: true, noEmit: true } }));
  write("package.json", JSON.stringify({ name: "triad-runtime", version: "0.0.0", type: "module" }));
  violations = await cruise();
});

describe("the import table", () => {
  it.each(ROOMS)("holds for %s", (from) => {
    const refused = EVERYTHING.filter((to) => rulesFor(fileOf(from, to), `${to}/leaf.ts`).length > 0);
    expect(refused).toEqual(EVERYTHING.filter((to) => to !== from && ALLOWED[from]?.includes(to) !== true));
  });

  it("keeps domains/q and domains/phi apart", () => {
    expect(rulesFor(fileOf("domains/q", "domains/phi"))).toEqual(["arrows-domains-q"]);
    expect(rulesFor(fileOf("domains/phi", "domains/q"))).toEqual(["arrows-domains-phi"]);
  });

  it("lets runtime/app import everything but test, and nobody else import runtime/app", () => {
    expect(EVERYTHING.filter((to) => rulesFor(fileOf("runtime/app", to)).length > 0)).toEqual(["test"]);
    expect(rulesFor(fileOf("runtime/context", "runtime/app"))).toContain("app-is-the-root");
  });

  it("lets examples import package entries only", () => {
    const refused = EVERYTHING.filter((to) => rulesFor(fileOf("examples", to)).length > 0);
    expect(refused).toEqual(EVERYTHING.filter((to) => to !== "examples"));
  });

  it("lets test import anything, and nothing import test", () => {
    expect(EVERYTHING.filter((to) => rulesFor(fileOf("test", to)).length > 0)).toEqual([]);
    expect(EVERYTHING.filter((from) => rulesFor(fileOf(from, "test")).includes("nothing-imports-test"))).toEqual(EVERYTHING.filter((from) => from !== "test"));
  });

  it("lets the package entry for domains meet the domains' rooms and libm", () => {
    expect(rulesFor("domains/index.ts")).toEqual([]);
  });

  it("refuses a room without a row", () => {
    expect(rulesFor("runtime/scribbles/new.ts")).toEqual(["room-without-a-row"]);
  });

  it("refuses cycles, also of types alone, and imports that lead nowhere", () => {
    expect([rulesFor("runtime/clock/one.ts"), rulesFor("runtime/clock/two.ts")].flat()).toContain("no-cycles");
    expect(rulesFor("replay/nowhere.ts")).toEqual(["resolvable"]);
  });

  it("reports everything as an error", () => {
    expect(new Set(violations.map(({ rule }) => rule.severity))).toEqual(new Set(["error"]));
  });
});
