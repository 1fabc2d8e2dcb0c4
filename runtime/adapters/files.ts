// Bundles on disk behind the byte ports. Owns file descriptors and the names NAME and NAME.partial.
//   F1  Under NAME stands a sealed bundle or nothing: a journal grows as NAME.partial and is renamed when it is sealed.
//   F2  Nothing is overwritten unless the caller said `replace`.
//   F3  Class `process`: what write() returned from survives a kill of the process. Class `power`: what sync() returned from
//       survives a power cut, and seal() returns when content, name and folder are on the disk.
import { randomBytes } from "node:crypto";
import * as disk from "node:fs";
import { dirname, resolve } from "node:path";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Durability } from "../../kernel-abi/header.ts";
import type { ByteSink, ByteSource } from "../../kernel-abi/ports.ts";

/** The calls a bundle is written with; tests hand in a disk that fails. */
export interface Disk {
  openSync(path: string, flags: string): number;
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number): number;
  fdatasyncSync(fd: number): void;
  fsyncSync(fd: number): void;
  closeSync(fd: number): void;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  existsSync(path: string): boolean;
}

const codeOf = (error: unknown): string => {
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
};

function attempt<T>(path: string, doing: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault("FILE_UNREADABLE", { path, doing, what: codeOf(cause) }, { cause });
  }
}

export interface FileSource extends ByteSource {
  close(): void;
}

/** A finished file, read where asked. @throws Fault FILE_UNREADABLE also when the file turns out shorter than it was. */
export function openSource(path: string): FileSource {
  const fd = attempt(path, "open", () => disk.openSync(path, "r"));
  const size = attempt(path, "open", () => {
    const facts = disk.fstatSync(fd);
    if (!facts.isFile()) throw new Fault("FILE_UNREADABLE", { path, what: "not a regular file" });
    return facts.size;
  });
  return {
    size,
    read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new Fault("FILE_UNREADABLE", { path, what: "read beyond the end", offset, length, size });
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const got = attempt(path, "read", () => disk.readSync(fd, bytes, done, length - done, offset + done));
        if (got === 0) throw new Fault("FILE_UNREADABLE", { path, what: "the file became shorter while it was read", offset: offset + done });
        done += got;
      }
      return bytes;
    },
    close: () => disk.closeSync(fd),
  };
}

export interface BundleFile extends ByteSink {
  /** NAME.partial while the journal grows. */
  readonly partial: string;
  /** Gives the finished bundle its name. Nothing can be written afterwards. */
  seal(): void;
  /** Closes without sealing; NAME.partial stays and verifies with --allow-unsealed. Does nothing after seal(). */
  abandon(): void;
}

export interface BundleFileOptions {
  readonly durability: Durability;
  /** Whether NAME or NAME.partial may exist already and is given up. */
  readonly replace: boolean;
  readonly disk?: Disk;
}

function syncFolder({ openSync, fsyncSync, closeSync }: Disk, path: string): void {
  const folder = openSync(dirname(resolve(path)), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function refuseExisting(calls: Disk, path: string): void {
  if (calls.existsSync(path)) throw new Fault("FILE_UNREADABLE", { path, doing: "create", what: "it exists; nothing is overwritten unasked" });
}

/** Creates NAME.partial for writing. @throws Fault FILE_UNREADABLE with the system's code (ENOSPC, EIO, EACCES …) and its cause */
export function createBundleFile(path: string, options: BundleFileOptions): BundleFile {
  const { durability, replace, disk: calls = disk } = options;
  const partial = `${path}.partial`;
  if (!replace) [path, partial].forEach((name) => refuseExisting(calls, name));
  const fd = attempt(partial, "create", () => {
    if (replace && calls.existsSync(partial)) calls.unlinkSync(partial); // whoever still writes to it keeps their own file
    const made = calls.openSync(partial, "wx");
    if (durability === "power") syncFolder(calls, partial);
    return made;
  });
  let open = true;
  const close = (): void => {
    open = false;
    attempt(partial, "close", () => calls.closeSync(fd));
  };
  return {
    partial,
    write(bytes) {
      for (let done = 0; done < bytes.length;) {
        const wrote = attempt(partial, "write", () => calls.writeSync(fd, bytes, done, bytes.length - done));
        if (wrote === 0) throw new Fault("FILE_UNREADABLE", { path: partial, doing: "write", what: "the disk takes no more bytes" });
        done += wrote;
      }
    },
    sync: () => attempt(partial, "sync", () => calls.fdatasyncSync(fd)),
    seal() {
      if (durability === "power") attempt(partial, "sync", () => calls.fdatasyncSync(fd));
      close();
      if (!replace) refuseExisting(calls, path);
      attempt(path, "rename", () => calls.renameSync(partial, path));
      if (durability === "power") attempt(path, "sync", () => syncFolder(calls, path));
    },
    abandon() { if (open) close(); },
  };
}

/** A text file as UTF-8, or a fault that says which. @throws Fault FILE_UNREADABLE */
export const readText = (path: string): string =>
  attempt(path, "read", () => new TextDecoder("utf-8", { fatal: true }).decode(disk.readFileSync(path)));

/** Writes beside the target and renames, so that a reader sees the old file or the new one. @throws Fault FILE_UNREADABLE */
export function writeAtomically(path: string, bytes: Uint8Array, mode = 0o644): void {
  const beside = `${path}.${randomBytes(6).toString("hex")}.new`;
  attempt(path, "write", () => {
    disk.writeFileSync(beside, bytes, { mode, flush: true });
    disk.renameSync(beside, path);
  });
}
