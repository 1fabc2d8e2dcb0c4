// Files that are for their owner's eyes: made once, never overwritten, refused when others may read them.
//   K1  Of two processes that both find none, one makes it and both use it.
import { randomBytes } from "node:crypto";
import process from "node:process";
import { Fault } from "../../kernel-abi/fault.ts";
import { attempt, discard, readAll, stands, syncFolderOf, writeNew, type Disk } from "./disk.ts";

/** What fails while a key is handled, as a fault with the reason. @throws Fault KEY_UNUSABLE */
export function guarded<T>(path: string, what: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof Fault && cause.fault === "KEY_UNUSABLE") throw cause;
    throw new Fault("KEY_UNUSABLE", { path, what }, { cause });
  }
}

export function makePrivateFolder(disk: Disk, folder: string): void {
  attempt(folder, "create", () => disk.mkdirSync(folder, { recursive: true, mode: 0o700 }));
}

/** Writes the bytes beside their place and links them there: the link fails when another process was first, whose file then counts (K1). */
export function makePrivateFile(disk: Disk, path: string, folder: string, bytes: Uint8Array): void {
  makePrivateFolder(disk, folder);
  const beside = `${path}.${randomBytes(6).toString("hex")}.new`;
  writeNew(disk, beside, bytes, 0o600);
  try {
    attempt(path, "create", () => disk.linkSync(beside, path));
  } catch {
    if (!stands(disk, path)) attempt(path, "create", () => disk.renameSync(beside, path)); // a file system without links
  } finally {
    discard(disk, beside);
  }
  syncFolderOf(disk, path);
}

function refuseOpenFile(path: string, mode: number): void {
  const open = process.platform !== "win32" && (mode & 0o077) !== 0;
  if (open) throw new Fault("KEY_UNUSABLE", { path, what: "others may read it; chmod 600 it if it is yours alone" });
}

/** @throws Fault KEY_UNUSABLE when others may read it; DISK_FAILED */
export const readPrivateFile = (disk: Disk, path: string, bytesMax: number): Uint8Array =>
  readAll(disk, path, bytesMax, ({ mode }) => { refuseOpenFile(path, mode); });
