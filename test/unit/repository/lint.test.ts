// Every lint rule fires where it should and nowhere else, and says what to use instead.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Ban {
  readonly message: string;
  readonly global?: string;
  readonly object?: string;
  readonly property?: string;
  readonly selector?: string;
}

/** The configuration is plain JavaScript; this is the part of it the test leans on. */
const { BANS }: { readonly BANS: Readonly<Record<string, readonly Ban[]>> } = await import(new URL("../../../eslint.config.js", import.meta.url).href);

const SNIPPETS: Readonly<Record<string, string>> = {
  "BinaryExpression[operator='**']": "2 ** 3",
  "AssignmentExpression[operator='**=']": "() => { let power = 2; power **= 3; return power; }",
  "NewExpression[callee.name='Date'][arguments.length=0]": "new Date()",
  "CallExpression[callee.name='Date']": "Date()",
  ForInStatement: "() => { for (const key in {}) return key; return 0; }",
  ":function[async=true]": "async () => 0",
  AwaitExpression: "async () => { await Promise.resolve(); }",
  "ForOfStatement[await=true]": "async () => { for await (const x of []) return x; return 0; }",
  "NewExpression[callee.name='Promise']": "new Promise(() => undefined)",
};
const localeCall = (selector: string): string => `(value: string & Date) => value.${/property\.name='(\w+)'/.exec(selector)?.[1] ?? ""}`;
const snippet = ({ global, object, property, selector }: Ban): string => {
  if (global !== undefined) return global;
  if (object !== undefined) return `${object}.${property ?? ""}`;
  return SNIPPETS[selector ?? ""] ?? localeCall(selector ?? "");
};

const groups = Object.entries(BANS);
const bans = groups.flatMap(([group, rows]) => rows.map((ban) => ({ group, ban })));
const violations = bans.map(({ ban }, index) => `export const ban${index} = ${snippet(ban)};`).join("\n");

const EVERYWHERE = ["approximation", "locale"];
const NO_AMBIENT = [...EVERYWHERE, "clock", "random", "environment"];
const CORE = [...NO_AMBIENT, "race", "timers", "dates", "collection", "async"];
/** Which groups bind which room, written down a second time. */
const BOUND: Readonly<Record<string, readonly string[]>> = {
  "kernel-abi": CORE,
  "kernel-abi/qvm": CORE,
  "runtime/clock": CORE,
  "runtime/mailbox": CORE,
  "runtime/process": CORE,
  "runtime/scheduler": CORE,
  "runtime/kernel": CORE,
  "domains/k/api": CORE,
  "domains/q/api": CORE,
  "domains/phi/api": CORE,
  "domains/kernels": CORE,
  "domains/kernels/statevector": CORE,
  "domains/q": [...NO_AMBIENT, "race", "timers"],
  "domains/phi": [...NO_AMBIENT, "race", "timers"],
  "runtime/context": NO_AMBIENT,
  "runtime/workers": NO_AMBIENT,
  "runtime/governance": NO_AMBIENT,
  replay: NO_AMBIENT,
  telemetry: NO_AMBIENT,
  "runtime/app": [...EVERYWHERE, "clock", "random"],
  "runtime/app/cli": [...EVERYWHERE, "clock", "random"],
  "runtime/adapters": EVERYWHERE,
  "domains/kernels/statevector/assembly": [],
  examples: [],
  "test/unit": [],
};

const EXTRAS: Readonly<Record<string, string>> = {
  "replay/packs.ts": "import { Packr } from \"msgpackr\";\nexport const packr = new Packr();",
  "domains/q/schemas.ts": "import { Type } from \"typebox\";\nexport const schema = Type.Null();",
  "runtime/app/schemas.ts": "export { Compile } from \"typebox/compile\";",
  "kernel-abi/schema.ts": "export { Type } from \"typebox\";",
  "test/unit/packs.ts": "export { pack } from \"msgpackr\";",
  "kernel-abi/packer.ts": "import { Packr } from \"msgpackr\";\nexport const packr = new Packr();",
  "kernel-abi/host.ts": "import { createHash } from \"node:crypto\";\nexport { readFileSync } from \"fs\";\nexport const digest = createHash;",
  "kernel-abi/pure.ts": "export const half = (x: number): number => Math.floor(Math.sqrt(Math.abs(x)) / 2);",
  "domains/q/host.ts": "export { setTimeout } from \"node:timers/promises\";",
  "runtime/workers/host.ts": "export { setTimeout } from \"node:timers\";",
  "replay/types.ts": "export enum Colour { Red }\nexport namespace Inner { export const x = 1; }\nexport const loose: any = 1;\nexport const firm = (text: string): string => JSON.parse(text);",
  "replay/floats.ts": "export function start(): void {\n  Promise.resolve(1);\n}\nexport const said = [1].map((x) => { throw x; });\nexport const sure = (x: string | undefined): string => x!;",
  "replay/speaks.ts": "console.log(1);",
  "runtime/app/cli/speaks.ts": "console.log(1);",
  "test/unit/speaks.ts": "console.log(1);",
  "replay/idle.ts": "// eslint-disable-next-line no-console\nexport const quiet = 1;",
};

const root = fileURLToPath(new URL("../../..", import.meta.url));
const tree = mkdtempSync(join(tmpdir(), "triad-lint-"));
afterAll(() => rmSync(tree, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), content);
}

interface Finding { readonly rule: string | null; readonly line: number; readonly message: string }
const found = new Map<string, readonly Finding[]>();
const findings = (path: string): readonly Finding[] => found.get(path) ?? [];
const rules = (path: string): readonly string[] => findings(path).map(({ rule, line }) => `${rule ?? "unused directive"}:${line}`);

beforeAll(async () => {
  for (const room of Object.keys(BOUND)) write(`${room}/violations.ts`, violations);
  for (const [path, content] of Object.entries(EXTRAS)) write(path, content);
  write("test/tsconfig.json", JSON.stringify({
    extends: join(root, "tsconfig.json"), compilerOptions: { noEmit: true, rootDir: tree, typeRoots: [join(root, "node_modules/@types")] }, include: ["../**/*.ts"], exclude: ["../**/violations.ts", "../node_modules"],
  }));
  symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  const eslint = new ESLint({
    cwd: tree, overrideConfigFile: join(root, "eslint.config.js"),
    overrideConfig: [
      { languageOptions: { parserOptions: { tsconfigRootDir: tree } } },
      { files: ["**/violations.ts"], ...tseslint.configs.disableTypeChecked }, // the bans need no types, and checking takes long
    ],
  });
  for (const { filePath, messages } of await eslint.lintFiles(["**/*.ts"])) {
    found.set(filePath.slice(tree.length + 1), messages.map(({ ruleId, line, message }) => ({ rule: ruleId, line, message })));
  }
});

describe("determinism bans", () => {
  it.each(Object.entries(BOUND))("bind %s where they should and only there", (room, bound) => {
    const restricted = findings(`${room}/violations.ts`).filter(({ rule }) => rule?.startsWith("no-restricted") === true);
    for (const [index, { group, ban }] of bans.entries()) {
      const fired = restricted.some(({ line, message }) => line === index + 1 && message.includes(ban.message));
      expect([room, snippet(ban), fired]).toEqual([room, snippet(ban), bound.includes(group)]);
    }
  });

  it("each name a replacement", () => {
    expect(bans.length).toBeGreaterThan(50);
    for (const { ban } of bans) expect(ban.message).toMatch(/^\S.* .+; use \S.{8,}\.$/);
  });

  it("leave exact arithmetic alone", () => {
    expect(rules("kernel-abi/pure.ts")).toEqual([]);
  });
});

describe("the other rules", () => {
  it("let only the packer import msgpackr, tests included", () => {
    expect([rules("replay/packs.ts"), rules("test/unit/packs.ts"), rules("kernel-abi/packer.ts")])
      .toEqual([["no-restricted-imports:1"], ["no-restricted-imports:1"], []]);
    expect(findings("replay/packs.ts")[0]?.message).toContain("use pack and unpack from kernel-abi/packer.ts");
  });

  it("let only kernel-abi/schema.ts import typebox", () => {
    expect([rules("domains/q/schemas.ts"), rules("runtime/app/schemas.ts"), rules("kernel-abi/schema.ts")]).toEqual([["no-restricted-imports:1"], ["no-restricted-imports:1"], []]);
    expect(findings("domains/q/schemas.ts")[0]?.message).toContain("from kernel-abi/schema.ts");
  });

  it("keep host modules out of the core and the domains", () => {
    expect([rules("kernel-abi/host.ts"), rules("domains/q/host.ts"), rules("runtime/workers/host.ts")])
      .toEqual([["no-restricted-imports:1", "no-restricted-imports:2"], ["no-restricted-imports:1"], []]);
  });

  it("refuse enums, namespaces, any, and values of type any that pass through", () => {
    expect(rules("replay/types.ts")).toEqual([
      "no-restricted-syntax:1", "no-restricted-syntax:2", "@typescript-eslint/no-explicit-any:3", "@typescript-eslint/no-unsafe-return:4",
    ]);
  });

  it("refuse promises nobody waits for, throws of other things than errors, and asserted presence", () => {
    expect(rules("replay/floats.ts")).toEqual([
      "@typescript-eslint/no-floating-promises:2", "@typescript-eslint/only-throw-error:4", "@typescript-eslint/no-non-null-assertion:5",
    ]);
  });

  it("keep the console to the command line and tests", () => {
    expect([rules("replay/speaks.ts"), rules("runtime/app/cli/speaks.ts"), rules("test/unit/speaks.ts")]).toEqual([["no-console:1"], [], []]);
  });

  it("refuse a directive that disables nothing", () => {
    expect(rules("replay/idle.ts")).toEqual(["unused directive:1"]);
  });
});
