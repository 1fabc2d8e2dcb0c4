// Sessions that this user opened with kernels, in the user's configuration folder. Owns the layout:
//   sessions/KERNEL/SESSION.json   mode 0600, since a session's id is its secret; KERNEL is of the socket's path
//   K3  One file a session, made once and never changed: commands that run at once lose none of each other's.
//   K4  What cannot be read as a session is none. Nothing is lost by that: its id was printed when it was opened.
import { join, resolve } from "node:path";
import { toHex } from "../../kernel-abi/canonical.ts";
import { attempt, discard, hostDisk, stands, type Disk } from "./disk.ts";
import { configurationFolder } from "./keys.ts";
import { guarded, makePrivateFile, readPrivateFile } from "./private-file.ts";
import { sha256 } from "./sha256.ts";

export interface KeptSession {
  readonly session: string;
  readonly tenant: string;
  /** Digest of the credential it was opened with; null: with none. */
  readonly credential: string | null;
  readonly requested: readonly string[];
  readonly granted: readonly string[];
  /** Wall-clock milliseconds. */
  readonly opened: number;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const FILE_BYTES_MAX = 65_536;
/** A kernel's session lives for a day at most. */
const OLD_MS = 2 * 86_400_000;
const FORM = /^[A-Za-z0-9_-]{1,128}$/;

const isWords = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((word) => typeof word === "string");

function parsed(text: string): KeptSession | undefined {
  const { session, tenant, credential, requested, granted, opened } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const whole = typeof session === "string" && FORM.test(session) && typeof tenant === "string" && (credential === null || typeof credential === "string") && typeof opened === "number";
  return whole && isWords(requested) && isWords(granted) ? { session, tenant, credential, requested, granted, opened } : undefined;
}

/** The sessions of the kernel at one socket. */
export class KeptSessions {
  readonly #disk: Disk;
  readonly #folder: string;

  constructor(socket: string, home: string = configurationFolder(), disk: Disk = hostDisk) {
    this.#disk = disk;
    this.#folder = join(home, "sessions", toHex(sha256(bytesOf(resolve(socket)))).slice(0, 16));
  }

  /** The latest first. */
  all(): readonly KeptSession[] {
    if (!stands(this.#disk, this.#folder)) return [];
    const names = attempt(this.#folder, "list", () => this.#disk.readdirSync(this.#folder));
    return names.flatMap((name) => this.#read(name) ?? []).sort((a, b) => b.opened - a.opened || (a.session < b.session ? 1 : -1));
  }

  /** @throws Fault KEY_UNUSABLE when it cannot be written */
  keep(kept: KeptSession): void {
    const path = this.#path(kept.session);
    guarded(path, "it could not be written", () => { makePrivateFile(this.#disk, path, this.#folder, bytesOf(`${JSON.stringify(kept)}\n`)); });
    for (const { session, opened } of this.all()) if (opened < kept.opened - OLD_MS) this.forget(session);
  }

  /** False when it was not kept. */
  forget(session: string): boolean {
    if (!FORM.test(session) || !stands(this.#disk, this.#path(session))) return false;
    discard(this.#disk, this.#path(session));
    return true;
  }

  #path(session: string): string { return join(this.#folder, `${session}.json`); }

  #read(name: string): KeptSession | undefined {
    try {
      return name.endsWith(".json") ? parsed(new TextDecoder().decode(readPrivateFile(this.#disk, join(this.#folder, name), FILE_BYTES_MAX))) : undefined;
    } catch {
      return undefined; // (K4)
    }
  }
}
