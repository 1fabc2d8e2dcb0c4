// Socket paths: how a server comes to a name in the file system and leaves it again. Owns what is done to the name.
//   U1  Only a socket on which nobody answers is removed; a file, a folder, a link or a live socket never is. Looking and removing are done
//       under a lock, so that of two servers that start at once neither takes the other's away.
//   U2  The socket is its owner's alone (0700) from the moment it is there: the mask is set around the call that makes it.
//   U3  A folder that is missing is made, its owner's alone; one in which anybody may replace the socket is refused.
import { closeSync, linkSync, lstatSync, mkdirSync, openSync, renameSync, statSync, unlinkSync } from "node:fs";
import { createConnection, type Server } from "node:net";
import { platform } from "node:os";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { Fault } from "../../kernel-abi/fault.ts";
import { codeOf, inWords } from "./disk.ts";

/** Bytes of `sun_path`, the closing zero not counted. */
const PATH_MAX = platform() === "linux" ? 107 : 103;
/** Connections that wait to be accepted; the system may allow fewer. */
const BACKLOG = 4_096;
const [STICKY, OTHERS_WRITE] = [0o1000, 0o002];

const refuse = (path: string, what: string, cause?: unknown): never => {
  throw new Fault("SOCKET_REFUSED", { path, what }, cause === undefined ? undefined : { cause });
};
const system = (path: string, error: unknown): never => {
  const { what, system: code } = inWords(codeOf(error));
  throw new Fault("SOCKET_REFUSED", { path, what, ...(code === undefined ? {} : { system: code }) }, { cause: error });
};

/** The absolute path, in a folder that is there. @throws Fault SOCKET_REFUSED */
export function socketPath(given: string): string {
  if (given === "" || given.includes("\0")) return refuse(given, "no path");
  const path = resolve(given);
  if (Buffer.byteLength(path) > PATH_MAX) return refuse(path, `the path has more than ${PATH_MAX} bytes`);
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { mode } = statSync(folder);
    if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) return refuse(path, "anybody may replace what stands in this folder");
  } catch (error) {
    return error instanceof Fault ? refuse(path, String(error.detail["what"])) : system(path, error);
  }
  return path;
}

type Found = "nothing" | "live" | "dead" | "another";

/** What stands at a path. Connecting to what is no socket is not tried. */
function look(path: string): Promise<Found> {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return Promise.resolve("nothing");
  if (!facts.isSocket()) return Promise.resolve("another");
  return new Promise((answer) => {
    const probe = createConnection(path);
    probe.once("connect", () => { probe.destroy(); answer("live"); });
    probe.once("error", (error) => {
      const code = codeOf(error);
      answer(code === "ECONNREFUSED" ? "dead" : code === "ENOENT" ? "nothing" : "live"); // EAGAIN: its backlog is full
    });
  });
}

const numberOf = (path: string): number | undefined => lstatSync(path, { throwIfNoEntry: false })?.ino;

const asideOf = (path: string): string => `${path}.${process.pid}`.slice(-PATH_MAX);
const LOCK_WAIT_MS = 5;
/** A lock older than this was left by somebody who was killed: what is done under it takes a connection's time. */
const LOCK_STALE_MS = 10_000;

/** Nobody else of ours removes anything at this path while `work` is done. */
async function alone<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  for (;;) {
    try {
      closeSync(openSync(lock, "wx", 0o600));
      break;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") return system(path, error);
    }
    const made = lstatSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > LOCK_STALE_MS) unlinkSync(lock);
    else await new Promise((resolve) => { setTimeout(resolve, LOCK_WAIT_MS); });
  }
  try {
    return await work();
  } finally {
    unlinkSync(lock);
  }
}

/** Makes room at a path (U1). @throws Fault SOCKET_IN_USE | SOCKET_REFUSED */
async function clear(path: string): Promise<void> {
  const found = await look(path);
  if (found === "live") throw new Fault("SOCKET_IN_USE", { path });
  if (found === "another") refuse(path, "something that is no socket stands there");
  if (found === "dead") unlinkSync(path);
}

/** One attempt to listen; false when the name is taken. @throws Fault SOCKET_REFUSED */
function listening(server: Server, path: string): Promise<boolean> {
  return new Promise((resolved, rejected) => {
    const failed = (error: Error): void => {
      server.off("listening", made);
      if (codeOf(error) === "EADDRINUSE") return resolved(false);
      try {
        system(path, error);
      } catch (fault) {
        rejected(fault instanceof Error ? fault : error);
      }
    };
    const made = (): void => {
      server.off("error", failed);
      resolved(true);
    };
    server.once("error", failed);
    server.once("listening", made);
    const before = process.umask(0o077); // the socket is made inside `listen`, before it returns
    try {
      server.listen({ path, backlog: BACKLOG });
    } finally {
      process.umask(before);
    }
  });
}

/** A name that is taken again each time it has been cleared belongs to servers that start over and over. */
const ATTEMPTS = 5;

/** Makes the server listen at a path. @throws Fault SOCKET_IN_USE | SOCKET_REFUSED */
export async function listenAt(server: Server, path: string): Promise<{ readonly leave: () => void }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await listening(server, path)) {
      const own = numberOf(path);
      return { leave: () => { leave(server, path, own); } };
    }
    await alone(path, () => clear(path));
  }
  throw new Fault("SOCKET_IN_USE", { path });
}

/** Closing takes the name away, whoever's it is by then: another's is kept through it. */
function leave(server: Server, path: string, own: number | undefined): void {
  const now = numberOf(path);
  const aside = now === undefined || now === own ? undefined : asideOf(path);
  if (aside !== undefined) renameSync(path, aside);
  server.close();
  if (aside === undefined) return;
  try {
    linkSync(aside, path);
  } catch { /* a third one's by now */ }
  unlinkSync(aside);
}
