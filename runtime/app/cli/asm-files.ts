// Files of assembly: the program, what it includes, and what is made of it.
//   A1  No include is read from outside the root folder, also not by a link.
//   A2  Nothing is overwritten unless `replace` says so.
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { SourceReader } from "../../../kernel-abi/qvm/asm/include.ts";
import { readText, writeAtomically } from "../../adapters/files.ts";
import type { Terminal } from "./terminal.ts";

export interface AsmSource {
  readonly text: string;
  /** Below the root, with / between names. */
  readonly file: string;
  readonly read: SourceReader;
}

/** The real path, or undefined when nothing stands there. */
const real = (path: string): string | undefined => (existsSync(path) ? realpathSync(path) : undefined);
const inside = (root: string, path: string): boolean => path.startsWith(root.endsWith(sep) ? root : root + sep);

/** @throws Fault FILE_UNREADABLE; USAGE when the program is not below the root */
export function asmSource(path: string, root = dirname(path)): AsmSource {
  const text = readText(path);
  const home = real(root) ?? resolve(root);
  const program = real(path) ?? resolve(path);
  if (!inside(home, program)) throw new Fault("USAGE", { option: "--root", value: root, file: path, allowed: "a folder the program is in" });
  return {
    text, file: relative(home, program).split(sep).join("/"),
    read(included) {
      const found = real(join(home, included));
      if (found === undefined) return undefined;
      if (!inside(home, found)) throw new Fault("QVM_ASM_INCLUDE", { path: included, what: "a link that leads out of the program's folder" });
      return readText(found);
    },
  };
}

/** Into a new file, or on stdout. @throws Fault FILE_UNREADABLE when it exists and is not to be replaced */
export function put(out: Terminal, text: string, path: string | undefined, replace: boolean): void {
  if (path === undefined) return void out.print(text.trimEnd());
  if (!replace && existsSync(path)) throw new Fault("FILE_UNREADABLE", { path, doing: "create", what: "it exists; nothing is overwritten unasked" });
  writeAtomically(path, new TextEncoder().encode(text));
}
