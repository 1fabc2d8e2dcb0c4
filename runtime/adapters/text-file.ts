// Text files that grow while something goes on: what is written stands there at once, for whoever follows the file.
import * as disk from "node:fs";
import { Fault } from "../../kernel-abi/fault.ts";

export interface TextFile {
  /** @throws the system's own error: whoever writes knows what that means for them */
  write(text: string): void;
  close(): void;
}

const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : String(error));

/** Creates a file to write to; an existing one only where the caller said `replace`. @throws Fault FILE_UNREADABLE */
export function createTextFile(path: string, { replace }: { readonly replace: boolean }): TextFile {
  let fd: number;
  try {
    fd = disk.openSync(path, replace ? "w" : "wx");
  } catch (cause) {
    throw new Fault("FILE_UNREADABLE", { path, doing: "create", what: codeOf(cause) === "EEXIST" ? "it exists; nothing is overwritten unasked" : codeOf(cause) }, { cause });
  }
  let open = true;
  return {
    write(text) {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length;) done += disk.writeSync(fd, bytes, done);
    },
    close() {
      if (open) disk.closeSync(fd);
      open = false;
    },
  };
}
