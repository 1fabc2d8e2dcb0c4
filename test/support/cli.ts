// The command line in tests: called in this process with streams of our own, or started as a process where that is the point.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Writable } from "node:stream";
import { afterAll, beforeAll, expect } from "vitest";
import { dispatch } from "../../runtime/app/cli/dispatch.ts";
import { terminal } from "../../runtime/app/cli/terminal.ts";

export const program = (name: string): string => fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));

export interface Capture {
  readonly stream: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  text(): string;
}

/** A stream that keeps what it is sent; with `columns` it is a terminal. */
export function capture(columns?: number): Capture {
  let held = "";
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _, done) {
      held += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, columns === undefined ? {} : { isTTY: true, columns }), text: () => held };
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Circumstances {
  /** Columns of the terminal both streams are; none: both are pipes. */
  readonly columns?: number;
  readonly colour?: boolean;
  readonly debug?: boolean;
}

export async function triadOn({ columns, colour = false, debug = false }: Circumstances, ...words: readonly string[]): Promise<Said> {
  const [out, err] = [capture(columns), capture(columns)];
  const io = { out: terminal(out.stream, colour), err: terminal(err.stream, colour), settings: { debug, colour } };
  const code = await dispatch(words, io);
  return { code, out: out.text(), err: err.text() };
}

/** One command line, both streams pipes. */
export const triad = (...words: readonly string[]): Promise<Said> => triadOn({}, ...words);

/** The one object a command printed: nothing before it, nothing behind it. */
export function onlyObject(text: string): Readonly<Record<string, unknown>> {
  expect(text.endsWith("\n")).toBe(true);
  expect(text.trimEnd()).not.toContain("\n");
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`no object: ${text}`);
  return value as Readonly<Record<string, unknown>>;
}

/** A folder for this test file, with a home for keys in it; both gone at the end. */
export function scratch(): (name: string) => string {
  let folder = "";
  const before = process.env["TRIAD_HOME"];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "triad-cli-"));
    process.env["TRIAD_HOME"] = join(folder, "home");
  });
  afterAll(() => {
    if (before === undefined) delete process.env["TRIAD_HOME"];
    else process.env["TRIAD_HOME"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  return (name) => join(folder, name);
}

const MAIN = fileURLToPath(new URL("../../runtime/app/cli/main.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `triad` as a process of its own, from source. */
export const start = (words: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess =>
  spawn(process.execPath, ["--import", "tsx", MAIN, ...words], { cwd: ROOT, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });

/** What a started command says until it ends. */
export function ending(child: ChildProcess): Promise<Said> {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk) => { out += String(chunk); });
  child.stderr?.on("data", (chunk) => { err += String(chunk); });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => { resolve({ code: code ?? -1, out, err }); });
  });
}
