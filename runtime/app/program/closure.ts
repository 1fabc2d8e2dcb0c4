// Program closure: from a file to everything that is executed of it (contracts, rule 11). The bundler is pinned to one version;
// paths are relative to the entry's folder, so the digest of a program does not know where it lies.
import { basename, dirname, resolve } from "node:path";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { build, type BuildFailure, type Message, type Metafile, type OutputFile, type Plugin } from "esbuild";
import { isBuiltin } from "node:module";
import { Fault } from "../../../kernel-abi/fault.ts";
import { parseProgram, type ProgramSection } from "../../../kernel-abi/header.ts";

/** Left to the loader: programs get their surface from the runtime that executes them. */
const RUNTIME = /^(triad-runtime(\/|$)|xstate$)/;

/** `data:…`, `https://…`; one letter is a drive. */
const URL_OF_A_MODULE = /^[a-z][a-z\d+.-]+:/i;

/** Ambient modules are refused where they are imported, with a word on what to use instead. */
const noHost: Plugin = {
  name: "no-host",
  setup(bundler) {
    bundler.onResolve({ filter: /.*/ }, ({ path }) => {
      if (RUNTIME.test(path)) return { path, external: true };
      if (isBuiltin(path)) return { errors: [{ text: `a program has no access to the host module "${path}"; take its data as input (k.file, input)` }] };
      if (URL_OF_A_MODULE.test(path)) return { errors: [{ text: `a program is made of files; "${path.slice(0, 60)}" is none` }] };
      return undefined;
    });
  },
};

/** Syntax that is spelled out as calls of what the traps can reach, which syntax is not: `**` as Math.pow. */
const SPELLED_OUT = { "dynamic-import": false, "exponent-operator": false };
/**
 * And `async` as Promise. The bundler takes every `yield*` for one of an asynchronous generator then and puts a function of its own around
 * it, which costs a program's calls several times over: only where a module has asynchronous code.
 */
const ASYNC_SPELLED_OUT = { ...SPELLED_OUT, "async-await": false, "async-generator": false, "for-await": false };
const ASYNC = /\b(?:async|await)\b/;

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && "errors" in error && Array.isArray(error.errors);

function refusal(errors: readonly Message[], path: string): Fault {
  const [first] = errors;
  const at = first?.location ? `${first.location.file}:${first.location.line}` : basename(path);
  return new Fault("PROGRAM_INVALID", { at, what: first?.text ?? "it could not be bundled" }, { next: `Mend ${at}.` });
}

/** Source map without the sources (they stand in `modules`) and without anything that depends on the host. */
function leanMap(text: string): string {
  const { version, sources, names, mappings } = JSON.parse(text) as { version: number; sources: string[]; names: string[]; mappings: string };
  return JSON.stringify({ version, sources, names, mappings });
}

const fileEnding = (files: readonly OutputFile[], end: string): string => files.find(({ path }) => path.endsWith(end))?.text ?? "";

/**
 * Collects the module closure of a `.ts` or `.js` program and the one script made of it.
 * @throws Fault FILE_UNREADABLE | PROGRAM_INVALID with the place
 */
export async function programClosure(file: string): Promise<ProgramSection> {
  const path = resolve(file);
  if (!existsSync(path)) throw new Fault("FILE_UNREADABLE", { path: file, what: "no such file" });
  const entry = realpathSync(path);
  const folder = dirname(entry);
  const bundled = async (supported: Readonly<Record<string, boolean>>): Promise<{ readonly metafile: Metafile; readonly outputFiles: readonly OutputFile[] }> => await build({
    entryPoints: [entry], absWorkingDir: folder, outdir: folder, bundle: true, write: false, metafile: true, format: "cjs", target: "es2022",
    platform: "neutral", mainFields: ["module", "main"], conditions: ["import", "module"], charset: "utf8", legalComments: "none",
    supported, banner: { js: "\"use strict\";" }, logOverride: { "direct-eval": "error" },
    sourcemap: "external", sourcesContent: false, logLevel: "silent", tsconfigRaw: "{}", treeShaking: false, plugins: [noHost],
  });
  try {
    const native = await bundled(SPELLED_OUT);
    const { metafile, outputFiles } = ASYNC.test(fileEnding(native.outputFiles, ".js")) ? await bundled(ASYNC_SPELLED_OUT) : native;
    const modules = Object.keys(metafile.inputs).sort().map((name) => ({ path: name, source: readFileSync(resolve(folder, name), "utf8") }));
    return parseProgram({ kind: "closure", entry: basename(entry), modules, executed: fileEnding(outputFiles, ".js"), map: leanMap(fileEnding(outputFiles, ".js.map")) });
  } catch (error) {
    if (isBuildFailure(error)) throw refusal(error.errors, path);
    throw error;
  }
}
