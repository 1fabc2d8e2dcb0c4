// The resource estimator of qsharp-lang, an optional package: loaded when it is first asked for, and nowhere else in the house. It runs a
// Q# program for its counts alone and answers with JSON; what both mean is told in domains/q/estimate/qsharp.ts.
//   1  In Node its WebAssembly module must be handed to it as an ArrayBuffer of exactly its bytes, before anything else.
//   2  A trap leaves the module unusable in this process; callers refuse what would trap.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Fault } from "../../kernel-abi/fault.ts";

/** The version that was tried; package.json names it too. */
export const QSHARP_VERSION = "1.32.5-dev";

interface Compiler {
  getEstimates(program: { readonly sources: (readonly [string, string])[]; readonly languageFeatures: string[]; readonly profile: "unrestricted" }, entry: string, parameters: string): Promise<string>;
}

let compiler: Promise<Compiler> | undefined;

const missing = (cause: unknown): Fault => new Fault("ENVIRONMENT", { what: "the package qsharp-lang is not installed", version: QSHARP_VERSION }, {
  cause, next: `Install it with \`npm install qsharp-lang@${QSHARP_VERSION}\`, or ask for our own estimate (--formula), which needs nothing.`,
});

async function loaded(): Promise<Compiler> {
  let entry: string;
  try {
    entry = import.meta.resolve("qsharp-lang");
  } catch (cause) {
    throw missing(cause);
  }
  try {
    const { getCompiler, loadWasmModule } = await import("qsharp-lang");
    const bytes = await readFile(fileURLToPath(new URL("../lib/web/qsc_wasm_bg.wasm", entry)));
    const module = new ArrayBuffer(bytes.length);
    new Uint8Array(module).set(bytes);
    await loadWasmModule(module);
    return (await getCompiler()) as Compiler;
  } catch (cause) {
    throw missing(cause);
  }
}

/**
 * What the estimator answers to a Q# program, one answer for each of `parameters`.
 * @throws Fault ENVIRONMENT without the package; ESTIMATE_REFUSED when the estimator does not take the program
 */
export async function qsharpEstimates(program: string, parameters: readonly unknown[]): Promise<readonly unknown[]> {
  const estimator = await (compiler ??= loaded());
  let text: string;
  try {
    text = await estimator.getEstimates({ sources: [["counts.qs", program]], languageFeatures: [], profile: "unrestricted" }, "", JSON.stringify(parameters));
  } catch (cause) {
    throw new Fault("ESTIMATE_REFUSED", { what: String(cause).slice(0, 400) }, { cause });
  }
  const answers: unknown = JSON.parse(text);
  return Array.isArray(answers) ? answers as readonly unknown[] : [];
}
