// Succession: the journal of a resumed run takes the place of the one it continues. Owns the names NAME.partial.resuming, where it
// grows, and NAME.partial.resumed, where earlier resumptions are noted until the seal has them.
//   F7  NAME.partial is never written to. It is replaced, by one rename, once a journal that holds every entry of it is on the disk
//       (takeOver); so at every instant what stands under that name verifies, and it never holds less than before.
//   F8  Only what this process wrote is renamed, and only while the old journal is as it was found: a run that still writes to it,
//       or another resumption, is noticed and wins.
//   F9  Nothing is lost to a kill in between:
//         before takeOver           the old journal stands untouched; NAME.partial.resuming is of no use and goes with the next try
//         takeOver, note written    as before; the note names a point at which the next try begins anyway
//         takeOver, renamed         NAME.partial is the longer journal: the next resumption goes on from there
//         sealed, not renamed yet   NAME.partial is a sealed bundle without its name: `nameSealed` gives it (so after a live run)
//         renamed                   NAME is the sealed bundle, nothing else is left
// Why not append where the old journal stops: a torn tail would have to be cut off in place, and a block that an interruption
// closed early is not one an uninterrupted run has; both would alter evidence, and the second the digest.
import { compiled, Type } from "../../kernel-abi/schema.ts";
import { canonicalJson, parseCanonicalJson } from "../../kernel-abi/canonical.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { ResumePointSchema, type Durability, type ResumePoint } from "../../kernel-abi/header.ts";
import { forgetSnapshot } from "./snapshot-file.ts";
import { attempt, close, closeQuietly, discard, hostDisk, readAll, stands, syncFolderOf, writeAll, writeNew, type Disk, type FileFacts } from "./disk.ts";
import type { BundleFile, BundleFileOptions } from "./files.ts";

const NOTE_BYTES_MAX = 65_536;
const noteCheck = compiled(Type.Array(ResumePointSchema));

const workingName = (partial: string): string => `${partial}.resuming`;
const noteName = (partial: string): string => `${partial}.resumed`;
/** Where the note is written before it has its name; fixed, so that a kill leaves nothing the next try does not find. */
const draftName = (partial: string): string => `${noteName(partial)}.new`;
const factsOf = (disk: Disk, path: string): FileFacts | undefined => attempt(path, "look up", () => disk.lstatSync(path, { throwIfNoEntry: false }));

/** Where this journal was resumed before. What cannot be read, or tells of another journal, is no fact and is left out. */
export function earlierResumptions(partial: string, found: ResumePoint, disk: Disk = hostDisk): readonly ResumePoint[] {
  try {
    const noted = parseCanonicalJson(readAll(disk, noteName(partial), NOTE_BYTES_MAX));
    return noteCheck().Check(noted) ? noted.filter(({ blocks, frames, tick }) => blocks <= found.blocks && frames < found.frames && tick <= found.tick) : [];
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}

/** Removes what an earlier run of this name may have left beside its journal. */
export function forgetResumptions(partial: string, disk: Disk = hostDisk): void {
  forgetSnapshot(partial, disk);
  for (const name of [workingName(partial), noteName(partial), draftName(partial)]) discard(disk, name);
}

export interface SuccessorOptions {
  readonly durability: Durability;
  /** Whether a bundle NAME may exist and is given up at the seal. */
  readonly replace: boolean;
  /** Size of NAME.partial when it was read. */
  readonly size: number;
  /** Noted when this journal takes over: every resumption so far, this one last. */
  readonly points: readonly ResumePoint[];
  readonly disk?: Disk;
}

export interface Successor extends BundleFile {
  /** Everything the old journal holds has been written here: take its place. @throws Fault RESUME_REFUSED | DISK_FAILED | FILE_UNREADABLE */
  takeOver(): void;
}

function refuseExisting(disk: Disk, path: string): void {
  if (stands(disk, path)) throw new Fault("FILE_UNREADABLE", { path, doing: "create", what: "it exists; nothing is overwritten unasked" });
}

class SuccessorFile implements Successor {
  readonly partial: string;
  readonly #path: string;
  readonly #working: string;
  readonly #disk: Disk;
  readonly #options: SuccessorOptions;
  readonly #old: FileFacts | undefined;
  readonly #fd: number;
  readonly #own: FileFacts;
  #open = true;
  #taken = false;

  constructor(path: string, options: SuccessorOptions) {
    const { replace, disk = hostDisk } = options;
    this.partial = `${path}.partial`;
    this.#path = path;
    this.#working = workingName(this.partial);
    this.#disk = disk;
    this.#options = options;
    if (!replace) refuseExisting(disk, path);
    this.#old = factsOf(disk, this.partial);
    if (stands(disk, this.#working)) attempt(this.#working, "create", () => disk.unlinkSync(this.#working));
    this.#fd = attempt(this.#working, "create", () => disk.openSync(this.#working, "wx"));
    this.#own = this.#facts();
  }

  write(bytes: Uint8Array): void { writeAll(this.#disk, this.#name, this.#fd, bytes); }
  sync(): void { attempt(this.#name, "sync", () => this.#disk.fdatasyncSync(this.#fd)); }

  takeOver(): void {
    if (this.#taken) return;
    this.sync(); // the old journal may be on the disk: what replaces it must be, whatever the class
    this.#checkOld();
    this.#checkOwn();
    this.#note();
    attempt(this.partial, "rename", () => this.#disk.renameSync(this.#working, this.partial));
    this.#taken = true;
    syncFolderOf(this.#disk, this.partial);
  }

  seal(): void {
    this.takeOver(); // done before the seal is written; a caller who forgot loses nothing
    if (this.#options.durability === "power") this.sync();
    this.#checkOwn();
    this.#close();
    nameSealed(this.#path, this.#options);
  }

  abandon(): void {
    if (!this.#open) return;
    this.#open = false;
    closeQuietly(this.#disk, this.#name, this.#fd);
    if (!this.#taken && this.#isOwn()) discard(this.#disk, this.#working);
  }

  /** The old note or the new one, whatever happens. */
  #note(): void {
    const [note, draft] = [noteName(this.partial), draftName(this.partial)];
    discard(this.#disk, draft);
    writeNew(this.#disk, draft, canonicalJson(this.#options.points), 0o644);
    attempt(note, "rename", () => this.#disk.renameSync(draft, note));
  }

  get #name(): string { return this.#taken ? this.partial : this.#working; }

  #facts(): FileFacts { return attempt(this.#working, "look up", () => this.#disk.fstatSync(this.#fd)); }

  #close(): void {
    this.#open = false;
    close(this.#disk, this.#name, this.#fd);
  }

  #isOwn(): boolean { return factsOf(this.#disk, this.#name)?.ino === this.#own.ino; }

  #checkOwn(): void {
    if (!this.#isOwn()) throw new Fault("RESUME_REFUSED", { path: this.#name, why: "another process resumes the same journal, or has replaced it" });
  }

  #checkOld(): void {
    const now = factsOf(this.#disk, this.partial);
    if (now !== undefined && now.ino === this.#old?.ino && now.size === this.#options.size) return;
    throw new Fault("RESUME_REFUSED", { path: this.partial, size: this.#options.size, found: now?.size ?? null, why: "the journal changed while it was resumed: is its run still going on?" });
  }
}

/** A journal that continues NAME.partial. @throws Fault DISK_FAILED | FILE_UNREADABLE */
export const createSuccessor = (path: string, options: SuccessorOptions): Successor => new SuccessorFile(path, options);

/** Gives NAME.partial, which is sealed, its name: what a run does last. @throws Fault FILE_UNREADABLE when NAME exists and is not given up */
export function nameSealed(path: string, { replace, durability = "power", disk = hostDisk }: Pick<BundleFileOptions, "replace" | "disk"> & Partial<BundleFileOptions>): void {
  const partial = `${path}.partial`;
  if (!replace) refuseExisting(disk, path);
  forgetResumptions(partial, disk); // first: the seal has the facts, and no note must outlive its journal
  attempt(path, "rename", () => disk.renameSync(partial, path));
  if (durability === "power") syncFolderOf(disk, path);
}
