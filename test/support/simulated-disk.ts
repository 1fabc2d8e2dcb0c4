// A disk in memory that fails, tears and forgets. What programs see is the page cache; beside it stands what has reached the
// platter, and what was done since to get from one to the other.
//   D1  Content: 512-byte sectors, each as on the platter or as after any write since; the size may be any that the file had since
//       its last sync, or one at a sector's end.
//   D2  Names: creations, links, renames and removals reach the disk in order, each whole; a folder's sync brings its own.
//   D3  A sync that fails has lost what it was to bring, and the next one does not notice: the pages are clean by then.
//   D4  Every handle is counted; a closed one is never valid again.
import { dirname } from "node:path";
import type { Disk, FileFacts } from "../../runtime/adapters/disk.ts";

export const SECTOR_BYTES = 512;

export type OperationName =
  | "open" | "read" | "write" | "facts" | "mode" | "datasync" | "sync" | "close" | "look" | "rename" | "link" | "unlink" | "mkdir" | "list";

export interface Operation {
  /** From 0. */
  readonly ordinal: number;
  readonly name: OperationName;
  readonly path: string;
}

/** What happens instead of an operation: an error of the system, or a write or read of so many bytes only. */
export type Mishap = { readonly code: string } | { readonly bytes: number };

/** Files by path: what a machine finds when it comes up again. */
export type Surviving = ReadonlyMap<string, Uint8Array>;

export class SimulatedError extends Error {
  override readonly name = "SimulatedError";
  readonly code: string;
  constructor(code: string, { name, path }: Operation) {
    super(`${code}: simulated, ${name} ${path}`);
    this.code = code;
  }
}

class Inode {
  bytes: Uint8Array = new Uint8Array(1024);
  size = 0;
  mode: number;
  readonly folder: boolean;
  /** As on the platter. */
  durable: Uint8Array = new Uint8Array(0);
  /** Sectors written since the last sync, as they were after each write. */
  readonly dirty = new Map<number, Uint8Array[]>();
  /** Sizes since the last sync, oldest first. */
  sizes: number[] = [];
  constructor(mode: number, folder: boolean) {
    this.mode = mode;
    this.folder = folder;
  }

  content(): Uint8Array { return this.bytes.slice(0, this.size); }

  append(bytes: Uint8Array): void {
    const end = this.size + bytes.length;
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.bytes.length));
      grown.set(this.bytes.subarray(0, this.size));
      this.bytes = grown;
    }
    this.bytes.set(bytes, this.size);
    for (let from = this.size - (this.size % SECTOR_BYTES); from < end; from += SECTOR_BYTES) this.#dirtied(from, end);
    this.size = end;
    this.sizes.push(end);
  }

  #dirtied(from: number, end: number): void {
    const versions = this.dirty.get(from / SECTOR_BYTES) ?? [];
    versions.push(this.bytes.slice(from, Math.min(from + SECTOR_BYTES, end)));
    this.dirty.set(from / SECTOR_BYTES, versions);
  }

  reached(): void {
    this.durable = this.content();
    this.#clean();
  }

  /** D3: the cache keeps what was written, the platter never gets it. */
  lost(): void { this.#clean(); }

  #clean(): void {
    this.dirty.clear();
    this.sizes = [];
  }

  /** On the platter after a power cut that brought this size, and of each unsynced sector that version, or none. */
  torn(size: number, brought: (sector: number, versions: readonly Uint8Array[]) => Uint8Array | undefined): Uint8Array {
    const out = new Uint8Array(size);
    out.set(this.durable.subarray(0, size));
    for (const [sector, versions] of this.dirty) {
      const from = sector * SECTOR_BYTES;
      const bytes = from < size ? brought(sector, versions) : undefined;
      if (bytes !== undefined) out.set(bytes.subarray(0, size - from), from);
    }
    return out;
  }
}

/** One change of names, and what it did. */
interface Naming {
  readonly folders: readonly string[];
  apply(names: Map<string, Inode>): void;
}

interface Handle {
  readonly inode: Inode;
  readonly path: string;
  at: number;
}

const absent = (code: string, operation: Operation): never => { throw new SimulatedError(code, operation); };

export class SimulatedDisk implements Disk {
  readonly #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  #namings: Naming[] = [];
  readonly #handles = new Map<number, Handle>();
  #handle = 3;
  #ordinal = 0;
  /** Decides before an operation whether something happens instead. */
  mishap: (operation: Operation) => Mishap | undefined = () => undefined;
  /** Told after each operation that did happen. */
  watch: (operation: Operation) => void = () => undefined;

  constructor(files: Surviving = new Map(), mode = 0o644) {
    const root = new Inode(0o755, true);
    this.#put("/", root);
    for (const [path, bytes] of files) {
      this.#folders(dirname(path));
      const inode = new Inode(mode, false);
      inode.append(bytes);
      inode.reached();
      this.#put(path, inode);
    }
  }

  /** Descriptors that nobody has closed. */
  get open(): number { return this.#handles.size; }
  get operations(): number { return this.#ordinal; }

  /** Everything as programs see it: what a kill of the process leaves. */
  files(): Surviving {
    return new Map([...this.#names].filter(([, { folder }]) => !folder).map(([path, inode]) => [path, inode.content()]));
  }

  // ---- the port ---------------------------------------------------------------------------------------------------------

  openSync(path: string, flags: string, mode = 0o666): number {
    return this.#do("open", path, (operation) => {
      const there = this.#names.get(path);
      if (flags !== "r" && flags !== "wx") return absent("EINVAL", operation);
      if (flags === "r" && there === undefined) return absent("ENOENT", operation);
      if (flags === "wx" && there !== undefined) return absent("EEXIST", operation);
      if (!this.#names.has(dirname(path))) return absent("ENOENT", operation);
      const inode = there ?? this.#create(path, new Inode(mode & ~0o022, false));
      this.#handle += 1;
      this.#handles.set(this.#handle, { inode, path, at: 0 });
      return this.#handle;
    });
  }

  readSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number | null): number {
    return this.#with("read", fd, (handle, _, most) => {
      const from = position ?? handle.at;
      const piece = handle.inode.bytes.subarray(from, Math.min(handle.inode.size, from + Math.min(length, most)));
      bytes.set(piece, offset);
      if (position === null) handle.at += piece.length;
      return piece.length;
    });
  }

  writeSync(fd: number, bytes: Uint8Array, offset: number, length: number): number {
    return this.#with("write", fd, ({ inode }, _, most) => {
      const count = Math.min(length, most);
      inode.append(bytes.subarray(offset, offset + count));
      return count;
    });
  }

  fstatSync(fd: number): FileFacts { return this.#with("facts", fd, ({ inode }) => facts(inode)); }
  fchmodSync(fd: number, mode: number): void { this.#with("mode", fd, ({ inode }) => { inode.mode = mode; }); }
  fdatasyncSync(fd: number): void { this.#with("datasync", fd, ({ inode }) => inode.reached()); }

  fsyncSync(fd: number): void {
    this.#with("sync", fd, ({ inode, path }) => {
      if (inode.folder) this.#namesReached(path);
      else inode.reached();
    });
  }

  closeSync(fd: number): void {
    this.#with("close", fd, () => { this.#handles.delete(fd); });
  }

  lstatSync(path: string): FileFacts | undefined {
    return this.#do("look", path, () => {
      const inode = this.#names.get(path);
      return inode && facts(inode);
    });
  }

  renameSync(from: string, to: string): void {
    this.#do("rename", from, (operation) => {
      const inode = this.#names.get(from) ?? absent("ENOENT", operation);
      this.#name([dirname(from), dirname(to)], (names) => {
        names.delete(from);
        names.set(to, inode);
      });
    });
  }

  linkSync(from: string, to: string): void {
    this.#do("link", from, (operation) => {
      const inode = this.#names.get(from) ?? absent("ENOENT", operation);
      if (this.#names.has(to)) absent("EEXIST", operation);
      this.#name([dirname(to)], (names) => { names.set(to, inode); });
    });
  }

  unlinkSync(path: string): void {
    this.#do("unlink", path, (operation) => {
      if (!this.#names.has(path)) absent("ENOENT", operation);
      this.#name([dirname(path)], (names) => { names.delete(path); });
    });
  }

  mkdirSync(path: string): void { this.#do("mkdir", path, () => { this.#folders(path); }); }

  readdirSync(path: string): string[] {
    return this.#do("list", path, (operation) => {
      if (this.#names.get(path)?.folder !== true) absent("ENOENT", operation);
      return [...this.#names.keys()].filter((name) => name !== path && dirname(name) === path).map((name) => name.slice(path.length + 1)).sort();
    });
  }

  // ---- power cuts -------------------------------------------------------------------------------------------------------

  /**
   * What a power cut at this moment may leave, each combination of names and content once: every subset of the unsynced sectors
   * while there are few, otherwise none, all, each prefix and suffix, each one lost, each one kept, and `random` subsets.
   */
  *powerCuts(random: () => number, samples: number): Generator<Surviving> {
    for (let done = 0; done <= this.#namings.length; done++) {
      const names = new Map(this.#durableNames);
      for (const naming of this.#namings.slice(0, done)) naming.apply(names);
      const unsettled = [...new Set(names.values())].filter(({ folder, dirty }) => !folder && dirty.size > 0);
      for (const contents of combined(unsettled, random, samples)) {
        yield new Map([...names].filter(([, { folder }]) => !folder).map(([path, inode]) => [path, contents.get(inode) ?? inode.durable]));
      }
    }
  }

  // ---- inside -----------------------------------------------------------------------------------------------------------

  #do<T>(name: OperationName, path: string, act: (operation: Operation, most: number) => T): T {
    const operation: Operation = { ordinal: this.#ordinal, name, path };
    this.#ordinal += 1;
    const mishap = this.mishap(operation);
    if (mishap !== undefined && "code" in mishap) throw new SimulatedError(mishap.code, operation);
    const result = act(operation, mishap === undefined ? Number.MAX_SAFE_INTEGER : mishap.bytes);
    this.watch(operation);
    return result;
  }

  #with<T>(name: OperationName, fd: number, act: (handle: Handle, operation: Operation, most: number) => T): T {
    const handle = this.#handles.get(fd);
    try {
      return this.#do(name, handle?.path ?? `#${fd}`, (operation, most) => act(handle ?? absent("EBADF", operation), operation, most));
    } catch (error) {
      if (name === "close") this.#handles.delete(fd); // as on Linux: the descriptor is gone whatever close says
      else if (error instanceof SimulatedError && error.code !== "EINTR" && (name === "datasync" || name === "sync")) handle?.inode.lost();
      throw error;
    }
  }

  #put(path: string, inode: Inode): void {
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  #create(path: string, inode: Inode): Inode {
    this.#name([dirname(path)], (names) => { names.set(path, inode); });
    return inode;
  }

  #folders(path: string): void {
    if (this.#names.has(path)) return;
    this.#folders(dirname(path));
    this.#put(path, new Inode(0o700, true)); // folders are durable at once: what is lost with one is not this project's
  }

  #name(folders: readonly string[], apply: Naming["apply"]): void {
    apply(this.#names);
    this.#namings.push({ folders, apply });
  }

  /** D2: what was done to this folder's names, and everything before it. */
  #namesReached(folder: string): void {
    const last = this.#namings.findLastIndex(({ folders }) => folders.includes(folder));
    for (const naming of this.#namings.splice(0, last + 1)) naming.apply(this.#durableNames);
  }
}

const facts = ({ size, mode, folder }: Inode): FileFacts => ({ size, mode, isFile: () => !folder });

/** Sectors of which every subset is tried. */
const EXHAUSTIVE_SECTORS = 4;
/** Of more sectors, edges tried: all of them up to so many, then so many of them, drawn anew each time. */
const EDGES_MAX = 24;

function* subsets(sectors: readonly number[], random: () => number, samples: number): Generator<ReadonlySet<number>> {
  if (sectors.length <= EXHAUSTIVE_SECTORS) {
    for (let mask = 0; mask < 1 << sectors.length; mask++) yield new Set(sectors.filter((_, bit) => (mask >> bit) % 2 === 1));
    return;
  }
  yield new Set(sectors);
  yield new Set();
  const every = Math.ceil(sectors.length / EDGES_MAX);
  for (let at = every === 1 ? 0 : Math.floor(random() * every); at < sectors.length; at += every) {
    yield new Set(sectors.slice(0, at));
    yield new Set(sectors.slice(at + 1));
    yield new Set([sectors[at] as number]);
    yield new Set(sectors.filter((_, other) => other !== at));
  }
  for (let sample = 0; sample < samples; sample++) yield new Set(sectors.filter(() => random() < 0.5));
}

const newest = (versions: readonly Uint8Array[]): Uint8Array | undefined => versions.at(-1);

/** Contents one unsynced file may have. */
function* tornContents(inode: Inode, random: () => number, samples: number): Generator<Uint8Array> {
  const sectors = [...inode.dirty.keys()].sort((a, b) => a - b);
  const sizes = new Set([inode.durable.length, ...inode.sizes]);
  for (const sector of sectors) {
    const end = (sector + 1) * SECTOR_BYTES;
    if (end > inode.durable.length && end < inode.size) sizes.add(end);
  }
  for (const size of sizes) if (size !== inode.size) yield inode.torn(size, (_, versions) => newest(versions));
  for (const kept of subsets(sectors, random, samples)) yield inode.torn(inode.size, (sector, versions) => (kept.has(sector) ? newest(versions) : undefined));
  for (const [older, versions] of inode.dirty) {
    for (const version of versions.slice(0, -1)) yield inode.torn(inode.size, (sector, all) => (sector === older ? version : newest(all)));
  }
  for (let sample = 0; sample < samples; sample++) yield inode.torn(inode.size, (_, versions) => versions[Math.floor(random() * (versions.length + 1))]);
}

function* combined(inodes: readonly Inode[], random: () => number, samples: number): Generator<ReadonlyMap<Inode, Uint8Array>> {
  const [first, ...rest] = inodes;
  if (first === undefined) {
    yield new Map();
    return;
  }
  for (const others of combined(rest, random, samples)) {
    for (const content of tornContents(first, random, samples)) yield new Map([...others, [first, content]]);
  }
}
