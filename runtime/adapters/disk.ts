// The disk as a port: the few file operations that bundles and keys are made of, named and shaped as in node:fs, so that a disk
// that fails, tears and forgets can stand in. Owns how a system's error becomes a typed one.
//   F5  No raw error of the system leaves this room: what a path is to blame for is FILE_UNREADABLE, what the disk is to blame for
//       is DISK_FAILED, both with the system's code and their cause.
//   F6  An interrupted call (EINTR) is made again; a close that is interrupted has closed.
import * as host from "node:fs";
import { dirname, resolve } from "node:path";
import { Fault } from "../../kernel-abi/fault.ts";

/** What is known of a name or of an open file. */
export interface FileFacts {
  readonly size: number;
  /** Permissions in the lowest nine bits. */
  readonly mode: number;
  /** The file's number, by which two names of one file are known; absent where a disk has none. */
  readonly ino?: number;
  isFile(): boolean;
}

export interface Disk {
  openSync(path: string, flags: string, mode?: number): number;
  /** At `position`, or with null where the last read ended. Bytes read, possibly fewer than asked; 0 at the end. */
  readSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number | null): number;
  /** At the end. Bytes written, possibly fewer than asked. */
  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number): number;
  fstatSync(fd: number): FileFacts;
  fchmodSync(fd: number, mode: number): void;
  /** Content, and of the file's facts its size. */
  fdatasyncSync(fd: number): void;
  /** Of a folder: its names. */
  fsyncSync(fd: number): void;
  closeSync(fd: number): void;
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): FileFacts | undefined;
  renameSync(from: string, to: string): void;
  linkSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  mkdirSync(path: string, options: { readonly recursive: true; readonly mode: number }): unknown;
  readdirSync(path: string): string[];
}

/** To read: a pipe without a writer is opened at once, and found to be no file, where it would be waited for. */
const READING = host.constants.O_RDONLY | (host.constants.O_NONBLOCK ?? 0);

/** The machine's own. */
export const hostDisk: Disk = Object.freeze({ ...host, openSync: (path: string, flags: string, mode?: number) => host.openSync(path, flags === "r" ? READING : flags, mode) });

/** What is the disk's fault or the system's, whatever the path. */
const DISK_CODES: ReadonlySet<string> = new Set([
  "EIO", "ENOSPC", "EDQUOT", "EFBIG", "ENXIO", "ENODEV", "ESTALE", "ETIMEDOUT", "EMFILE", "ENFILE", "ENOMEM", "EAGAIN", "EINTR", "EBADF",
]);

export const codeOf = (error: unknown): string => {
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
};

/** The system's codes people meet, in words; the code stands beside them. */
const WORDS: Readonly<Record<string, string>> = Object.freeze({
  ENOENT: "it is not there", EACCES: "it is not permitted", EPERM: "it is not permitted", EISDIR: "it is a folder", ENOTDIR: "a part of the path is no folder",
  EEXIST: "it is there already", EROFS: "the disk is read-only", ENAMETOOLONG: "the name is too long", ELOOP: "its links go in a circle",
  ECONNREFUSED: "nobody listens at it",
});

/** Of a fault: what went wrong in words where there are some, and the system's code beside them. */
export const inWords = (code: string): { readonly what: string; readonly system?: string } => {
  const words = WORDS[code];
  return words === undefined ? { what: code } : { what: words, system: code };
};

/** A call that was interrupted so often is not going to be made. */
const INTERRUPTIONS_MAX = 100;

/** One file operation. @throws Fault FILE_UNREADABLE | DISK_FAILED (F5) */
export function attempt<T>(path: string, doing: string, call: () => T): T {
  for (let interrupted = 0; ; interrupted++) {
    try {
      return call();
    } catch (cause) {
      if (cause instanceof Fault) throw cause;
      const what = codeOf(cause);
      if (what === "EINTR" && interrupted < INTERRUPTIONS_MAX) continue;
      throw new Fault(DISK_CODES.has(what) ? "DISK_FAILED" : "FILE_UNREADABLE", { path, doing, ...inWords(what) }, { cause });
    }
  }
}

/** Whether anything has this name, a dangling link included. @throws Fault when that cannot be told */
export const stands = (disk: Disk, path: string): boolean =>
  attempt(path, "look up", () => disk.lstatSync(path, { throwIfNoEntry: false })) !== undefined;

/** @throws Fault when what was written may not have arrived */
export function close(disk: Disk, path: string, fd: number): void {
  attempt(path, "close", () => {
    try {
      disk.closeSync(fd);
    } catch (error) {
      if (codeOf(error) !== "EINTR") throw error; // a second close could meet somebody else's file
    }
  });
}

/** An open file for as long as `use` takes; closed whatever it comes to, and what went wrong first is what is told. */
export function withFile<T>(disk: Disk, path: string, fd: number, use: (fd: number) => T): T {
  let result: T;
  try {
    result = use(fd);
  } catch (error) {
    closeQuietly(disk, path, fd);
    throw error;
  }
  close(disk, path, fd);
  return result;
}

/** Closes what is given up because of another failure. */
export function closeQuietly(disk: Disk, path: string, fd: number): void {
  try {
    close(disk, path, fd);
  } catch { /* the failure before it is the one to tell */ }
}

/** All of the bytes, however few the disk takes at a time. @throws Fault */
export function writeAll(disk: Disk, path: string, fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    const from = done;
    const wrote = attempt(path, "write", () => disk.writeSync(fd, bytes, from, bytes.length - from));
    if (wrote === 0) throw new Fault("DISK_FAILED", { path, doing: "write", what: "the disk takes no more bytes" });
    done += wrote;
  }
}

/** Makes the names in the folder of `path` durable. @throws Fault */
export function syncFolderOf(disk: Disk, path: string): void {
  const folder = dirname(resolve(path));
  withFile(disk, folder, attempt(folder, "open", () => disk.openSync(folder, "r")), (fd) => attempt(folder, "sync", () => disk.fsyncSync(fd)));
}

const CHUNK_BYTES = 65_536;

/** A whole file, a pipe included, once `inspect` has let it pass. @throws Fault FILE_UNREADABLE also when it is larger than `most` bytes */
export function readAll(disk: Disk, path: string, most: number, inspect: (facts: FileFacts) => void = () => undefined): Uint8Array {
  return withFile(disk, path, attempt(path, "open", () => disk.openSync(path, "r")), (fd) => {
    inspect(attempt(path, "open", () => disk.fstatSync(fd)));
    const pieces: Uint8Array[] = [];
    for (let size = 0; ;) {
      const piece = new Uint8Array(CHUNK_BYTES);
      const got = attempt(path, "read", () => disk.readSync(fd, piece, 0, piece.length, null));
      if (got === 0) return new Uint8Array(Buffer.concat(pieces));
      size += got;
      if (size > most) throw new Fault("FILE_UNREADABLE", { path, doing: "read", what: `more than ${most} bytes` });
      pieces.push(piece.subarray(0, got));
    }
  });
}

/** A new file with this content, durable; nothing is left of it when that fails. @throws Fault also when the name is taken */
export function writeNew(disk: Disk, path: string, bytes: Uint8Array, mode: number): void {
  const fd = attempt(path, "create", () => disk.openSync(path, "wx", mode));
  try {
    withFile(disk, path, fd, () => {
      attempt(path, "create", () => disk.fchmodSync(fd, mode)); // whatever the umask says
      writeAll(disk, path, fd, bytes);
      attempt(path, "sync", () => disk.fsyncSync(fd));
    });
  } catch (error) {
    discard(disk, path);
    throw error;
  }
}

/** Removes a file that is of no use to anybody, where it can. */
export function discard(disk: Disk, path: string): void {
  try {
    attempt(path, "remove", () => disk.unlinkSync(path));
  } catch { /* it is in nobody's way */ }
}
