// Text files that grow while something goes on: what is written stands there at once, for whoever follows the file. A file into which
// nothing was written is not left behind, and one that was to be replaced stays as it was until something is.
import * as disk from "node:fs";
import { Fault } from "../../kernel-abi/fault.ts";
import { codeOf, inWords } from "./disk.ts";

export interface TextFile {
  /** @throws the system's own error: whoever writes knows what that means for them */
  write(text: string): void;
  close(): void;
}

interface Opened {
  readonly fd: number;
  /** What stood there before. */
  readonly before: boolean;
}

function open(path: string, replace: boolean): Opened {
  if (replace && disk.lstatSync(path, { throwIfNoEntry: false }) !== undefined) return { fd: disk.openSync(path, "r+"), before: true };
  return { fd: disk.openSync(path, "wx"), before: false };
}

/** Creates a file to write to; an existing one only where the caller said `replace`. @throws Fault FILE_UNREADABLE */
export function createTextFile(path: string, { replace }: { readonly replace: boolean }): TextFile {
  let opened: Opened;
  try {
    opened = open(path, replace);
  } catch (cause) {
    const code = codeOf(cause);
    throw new Fault("FILE_UNREADABLE", { path, doing: "create", ...(code === "EEXIST" ? { what: "it exists; nothing is overwritten unasked" } : inWords(code)) }, { cause });
  }
  const { fd, before } = opened;
  let [written, closed] = [false, false];
  return {
    write(text) {
      if (!written && before && disk.fstatSync(fd).isFile()) disk.ftruncateSync(fd);
      written = true;
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length;) done += disk.writeSync(fd, bytes, done);
    },
    close() {
      if (closed) return;
      closed = true;
      disk.closeSync(fd);
      if (!written && !before) disk.unlinkSync(path);
    },
  };
}
