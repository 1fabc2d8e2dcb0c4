// One process at a time in a folder: a file `lock` that names who has it. Owns that file.
//   F15 A lock that is there is whole: it is written beside and linked to its name. It binds while its process lives, and not a moment
//       longer: one of a dead process, of a process number that is another's by now, or with a torn content is taken over.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { Fault } from "../../kernel-abi/fault.ts";
import { attempt, codeOf, discard, hostDisk, readAll, stands, writeNew } from "./disk.ts";

const MODE = 0o600;
const BYTES_MAX = 4_096;
/** Somebody else took over in between so often. */
const ATTEMPTS = 5;

/** Locks of this very process, which its number alone does not tell from those of an earlier one. */
const held = new Set<string>();

/** When a process began, in the system's ticks; empty where the system does not tell. Its number and this are given once. */
function beganAt(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\)/s, "").split(" ")[20] ?? "";
  } catch {
    return "";
  }
}

function lives(pid: number, began: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
  }
  const now = beganAt(pid);
  return began === "" || now === "" || began === now;
}

/** The process a lock binds; undefined of one that binds nobody any more. */
function holder(path: string, bytes: Uint8Array): number | undefined {
  const [, number = "", began = ""] = /^(\d{1,10}) (\d*)\n$/.exec(new TextDecoder().decode(bytes)) ?? [];
  const pid = Number(number);
  if (number === "" || pid === 0) return undefined;
  return (pid === process.pid ? held.has(path) : lives(pid, began)) ? pid : undefined;
}

const numberOf = (path: string): number | undefined => attempt(path, "look up", () => hostDisk.lstatSync(path, { throwIfNoEntry: false }))?.ino;

/** Makes room where nobody is bound. What is moved away and turns out to be a newer lock is put back. @throws Fault STATE_IN_USE */
function clear(folder: string, path: string, aside: string): void {
  const seen = numberOf(path);
  if (seen === undefined) return;
  const pid = holder(path, readAll(hostDisk, path, BYTES_MAX));
  if (pid !== undefined) throw new Fault("STATE_IN_USE", { path: folder, pid });
  attempt(path, "rename", () => { if (stands(hostDisk, path)) hostDisk.renameSync(path, aside); });
  if (numberOf(aside) !== seen && stands(hostDisk, aside)) attempt(path, "link", () => { hostDisk.linkSync(aside, path); });
  discard(hostDisk, aside);
}

function linked(own: string, path: string): boolean {
  try {
    hostDisk.linkSync(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    return attempt(path, "link", () => { throw error; });
  }
}

/** The folder is this caller's until the returned function is called. @throws Fault STATE_IN_USE | FILE_UNREADABLE | DISK_FAILED */
export function lockFolder(folder: string): () => void {
  const path = join(resolve(folder), "lock");
  const own = `${path}.${randomBytes(6).toString("hex")}`;
  writeNew(hostDisk, own, new TextEncoder().encode(`${process.pid} ${beganAt(process.pid)}\n`), MODE);
  try {
    for (let tried = 0; !linked(own, path); tried++) {
      if (tried === ATTEMPTS) throw new Fault("STATE_IN_USE", { path: folder });
      clear(folder, path, `${own}.old`);
    }
  } finally {
    discard(hostDisk, own);
  }
  held.add(path);
  let mine = true;
  return () => {
    if (!mine) return;
    mine = false;
    held.delete(path);
    discard(hostDisk, path);
  };
}
