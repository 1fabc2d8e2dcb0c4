// Bundles on disk behind the byte ports. Owns file descriptors and the names NAME and NAME.partial.
//   F1  Under NAME stands a sealed bundle or nothing: a journal grows as NAME.partial and is renamed when it is sealed.
//   F2  Nothing is overwritten unless the caller said `replace`; then the old bundle stands until the new one is whole.
//   F3  Class `process`: what write() returned from survives a kill of the process. Class `power`: what sync() returned from
//       survives a power cut, and seal() returns when content, name and folder are on the disk.
//   F4  A journal that failed once stays failed: after a sync that did not hold, none that follows can vouch for what it lost.
import { randomBytes } from "node:crypto";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Durability } from "../../kernel-abi/header.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { ByteSink, ByteSource } from "../../kernel-abi/ports.ts";
import { forgetSnapshot } from "./snapshot-file.ts";
import { attempt, close, closeQuietly, discard, hostDisk, readAll, stands, syncFolderOf, writeAll, writeNew, type Disk } from "./disk.ts";

export interface FileSource extends ByteSource {
  close(): void;
}

function sizeOf(disk: Disk, path: string, fd: number): number {
  const facts = attempt(path, "open", () => disk.fstatSync(fd));
  if (!facts.isFile()) throw new Fault("FILE_UNREADABLE", { path, what: "not a regular file" });
  return facts.size;
}

/** A finished file, read where asked. @throws Fault DISK_FAILED; FILE_UNREADABLE also when the file turns out shorter than it was. */
export function openSource(path: string, disk: Disk = hostDisk): FileSource {
  const fd = attempt(path, "open", () => disk.openSync(path, "r"));
  let size: number;
  try {
    size = sizeOf(disk, path, fd);
  } catch (error) {
    closeQuietly(disk, path, fd);
    throw error;
  }
  return {
    size,
    read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw new Fault("FILE_UNREADABLE", { path, what: "read beyond the end", offset, length, size });
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const from = done;
        const got = attempt(path, "read", () => disk.readSync(fd, bytes, from, length - from, offset + from));
        if (got === 0) throw new Fault("FILE_UNREADABLE", { path, what: "the file became shorter while it was read", offset: offset + done });
        done += got;
      }
      return bytes;
    },
    close: () => close(disk, path, fd),
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

function refuseExisting(disk: Disk, path: string): void {
  if (stands(disk, path)) throw new Fault("FILE_UNREADABLE", { path, doing: "create", what: path.endsWith(".partial") ? "it exists, and a killed run may be resumed from it; nothing is overwritten unasked" : "it exists; nothing is overwritten unasked" });
}

/** A new journal; in class `power` so is its name when this returns. Nothing is left of it when that fails. */
function create(disk: Disk, partial: string, { durability, replace }: BundleFileOptions): number {
  if (replace && stands(disk, partial)) attempt(partial, "create", () => disk.unlinkSync(partial)); // whoever still writes to it keeps their own file
  const fd = attempt(partial, "create", () => disk.openSync(partial, "wx"));
  if (durability !== "power") return fd;
  try {
    syncFolderOf(disk, partial);
    return fd;
  } catch (error) {
    closeQuietly(disk, partial, fd);
    discard(disk, partial);
    throw error;
  }
}

class JournalFile implements BundleFile {
  readonly partial: string;
  readonly #path: string;
  readonly #disk: Disk;
  readonly #options: BundleFileOptions;
  readonly #fd: number;
  #open = true;
  #failure: Fault | undefined;

  constructor(path: string, options: BundleFileOptions) {
    const { replace, disk = hostDisk } = options;
    this.partial = `${path}.partial`;
    this.#path = path;
    this.#disk = disk;
    this.#options = options;
    if (!replace) [path, this.partial].forEach((name) => refuseExisting(disk, name));
    this.#fd = create(disk, this.partial, options);
  }

  write(bytes: Uint8Array): void {
    this.#once(() => writeAll(this.#disk, this.partial, this.#fd, bytes));
  }

  sync(): void {
    this.#once(() => attempt(this.partial, "sync", () => this.#disk.fdatasyncSync(this.#fd)));
  }

  seal(): void {
    const { durability, replace } = this.#options;
    if (durability === "power") this.sync();
    this.#once(() => this.#checkOwn());
    this.#once(() => this.#close());
    this.#once(() => {
      if (!replace) refuseExisting(this.#disk, this.#path);
      forgetSnapshot(this.partial, this.#disk); // it must not outlive its journal
      attempt(this.#path, "rename", () => this.#disk.renameSync(this.partial, this.#path));
      if (durability === "power") syncFolderOf(this.#disk, this.#path);
    });
  }

  abandon(): void {
    if (!this.#open) return;
    if (this.#failure === undefined) return this.#close();
    this.#open = false;
    closeQuietly(this.#disk, this.partial, this.#fd);
  }

  #close(): void {
    this.#open = false;
    close(this.#disk, this.partial, this.#fd);
  }

  /** Only what was written here is given the name: a resumption may have put its own journal in this one's place. */
  #checkOwn(): void {
    const own = attempt(this.partial, "look up", () => this.#disk.fstatSync(this.#fd));
    const found = attempt(this.partial, "look up", () => this.#disk.lstatSync(this.partial, { throwIfNoEntry: false }));
    if (found === undefined || found.ino !== own.ino) throw new Fault("FILE_UNREADABLE", { path: this.partial, doing: "rename", what: "another process has put a journal of its own here" });
  }

  /** F4: what failed is not done again. */
  #once(act: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      act();
    } catch (error) {
      if (error instanceof Fault) this.#failure = error;
      throw error;
    }
  }
}

/** Creates NAME.partial for writing. @throws Fault DISK_FAILED | FILE_UNREADABLE with the system's code (ENOSPC, EACCES …) and its cause */
export const createBundleFile = (path: string, options: BundleFileOptions): BundleFile => new JournalFile(path, options);

/** A file of an input's size, whole. @throws Fault FILE_UNREADABLE | DISK_FAILED */
export const readBytes = (path: string, disk: Disk = hostDisk): Uint8Array => readAll(disk, path, LIMITS.inputs_bytes_max);

/** A text file as UTF-8, or a fault that says which. @throws Fault FILE_UNREADABLE | DISK_FAILED */
export function readText(path: string, disk: Disk = hostDisk): string {
  const bytes = readBytes(path, disk);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Fault("FILE_UNREADABLE", { path, doing: "read", what: "not text in UTF-8" }, { cause });
  }
}

/** Writes beside the target and renames, so that a reader sees the old file or the new one, durable. @throws Fault FILE_UNREADABLE | DISK_FAILED */
export function writeAtomically(path: string, bytes: Uint8Array, mode = 0o644, disk: Disk = hostDisk): void {
  const beside = `${path}.${randomBytes(6).toString("hex")}.new`;
  writeNew(disk, beside, bytes, mode);
  try {
    attempt(path, "rename", () => disk.renameSync(beside, path));
  } catch (error) {
    discard(disk, beside);
    throw error;
  }
  syncFolderOf(disk, path);
}
