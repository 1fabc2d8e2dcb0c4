// What a stranger installs: the packed package in an empty folder, without development packages, running a program of theirs.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "triad-installed-"));
const env = { ...process.env, TRIAD_HOME: join(folder, "home"), npm_config_fund: "false", npm_config_audit: "false", npm_config_update_notifier: "false" };
const inFolder = (command: string, ...args: readonly string[]): string => execFileSync(command, args, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

beforeAll(() => {
  if (!existsSync(join(root, "dist/runtime/app/cli/main.js"))) throw new Error("dist is not built: run `npm run build` first");
  const [packed] = JSON.parse(execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })) as { filename: string }[];
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  inFolder("npm", "install", "--omit=dev", "--prefer-offline", join(folder, packed!.filename));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const triad = (...args: readonly string[]): string => inFolder(join(folder, "node_modules/.bin/triad"), ...args);

describe("the installed package", () => {
  it("runs a program, verifies, replays and reproduces its trace, and passes its own doctor", () => {
    copyFileSync(join(root, "examples/bell/bell.ts"), join(folder, "bell.ts"));
    const ran = JSON.parse(triad("run", "bell.ts", "--seed", "7", "--json")) as { outcome: string; result: unknown; digest: string; trace: string };
    expect(ran.outcome).toBe("completed");
    expect(ran.result).toEqual(JSON.parse(readFileSync(join(root, "examples/bell/expected.json"), "utf8")));
    for (const args of [["verify", ran.trace], ["replay", ran.trace, "--program", "bell.ts"], ["reproduce", ran.trace, "--trust-program"]]) {
      expect((JSON.parse(triad(...args, "--json")) as { digest: string }).digest).toBe(ran.digest);
    }
    expect(triad("doctor")).toMatch(/kernels/);
  });

  it("type-checks a program with the compiler's own defaults, declarations included", () => {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    expect(inFolder(process.execPath, tsc, "--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "bell.ts")).toBe("");
  });

  it("opens its entries, the independent reader among its files", () => {
    const names = inFolder(process.execPath, "--input-type=module", "-e",
      "const m = await Promise.all(['', '/abi', '/domains', '/replay', '/telemetry'].map((e) => import('triad-runtime' + e))); console.log(m.map((x) => Object.keys(x).length > 3).join())");
    expect(names.trim()).toBe("true,true,true,true,true");
    const read = inFolder(process.execPath, join(folder, "node_modules/triad-runtime/replay/independent-reader.mjs"), "bell.triad");
    expect(read).toMatch(/completed/);
  });
});
