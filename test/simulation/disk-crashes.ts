// Fails every disk operation of a workload once, and cuts the power after every one: what must hold of what is left.
//   C1  Under NAME stands a complete, sealed bundle that verifies, or nothing; replacing, the old bundle or the new one.
//   C2  NAME.partial verifies with --allow-unsealed to its last closed block.
//   C3  Nothing that a sync acknowledged is lost: it stands under one of the two names.
//   C4  What a failing operation leads to is a Fault, no descriptor stays open, and C1 to C3 hold on.
import { Fault } from "../../kernel-abi/fault.ts";
import { sameBytes, toHex } from "../../kernel-abi/canonical.ts";
import { sha256 } from "../../replay/sha256.ts";
import { UnitReader } from "../../replay/units.ts";
import { memorySource } from "../../runtime/adapters/memory.ts";
import { SECTOR_BYTES, SimulatedDisk, type Mishap, type Operation, type Surviving } from "../support/simulated-disk.ts";
import { before, BUNDLE, inspected, JOURNAL, OLD_BUNDLE, verified, type Workload } from "./disk-workloads.ts";

export interface Tally {
  /** Operations after which, and writes within which, a crash was made. */
  operations: number;
  /** Kills of the process examined. */
  kills: number;
  /** Power cuts examined: one for each state of the disk that one may leave. */
  cuts: number;
  /** Runs of which one operation failed. */
  failures: number;
}
export const noTally = (): Tally => ({ operations: 0, kills: 0, cuts: 0, failures: 0 });

/** Xorshift: the same states on every machine. */
export function seeded(seed: number): () => number {
  let state = (seed >>> 0) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

export class Broken extends Error {
  override readonly name = "Broken";
}

const demand = (holds: boolean, what: string): void => { if (!holds) throw new Broken(what); };

/** Bytes of the whole units a journal's first `length` bytes hold. */
function wholeUnits(bytes: Uint8Array): number {
  const reader = new UnitReader(memorySource(bytes));
  while (reader.next() !== undefined) { /* on to the tail */ }
  return reader.tail?.kind === "seal" ? bytes.length : reader.offset;
}

/** What is known to be safe at a moment of a run. */
interface Promised {
  /** The journal as far as a sync has acknowledged it, or everything written, where a kill is survived. */
  readonly journal: Uint8Array;
  /** The journal carries the bundle's name for certain. */
  readonly named: boolean;
}

const answerTo = <T>(what: string, ask: () => T): T => {
  try {
    return ask();
  } catch (error) {
    throw new Broken(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

/** Remembers verdicts: most states of the disk share most files. */
class Judge {
  readonly #sealed = new Set<string>();
  readonly #intact = new Map<string, number>();

  /** C1. */
  bundle(bytes: Uint8Array): void {
    const key = toHex(sha256(bytes));
    if (this.#sealed.has(key)) return;
    answerTo("NAME is no sealed bundle", () => verified(bytes));
    this.#sealed.add(key);
  }

  /** C2: bytes that are intact. `garbage`: the beginning may be lost, for nothing was promised. */
  journal(bytes: Uint8Array, mayBeNothing: boolean): number {
    const key = toHex(sha256(bytes));
    const known = this.#intact.get(key);
    if (known !== undefined) return known;
    const intact = this.#inspect(bytes, mayBeNothing);
    this.#intact.set(key, intact);
    return intact;
  }

  #inspect(bytes: Uint8Array, mayBeNothing: boolean): number {
    try {
      return inspected(bytes).intactBytes;
    } catch (error) {
      if (mayBeNothing && error instanceof Fault) return 0;
      throw new Broken(`NAME.partial does not verify with --allow-unsealed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

function examine(files: Surviving, { journal, named }: Promised, { replace }: Workload, judge: Judge): void {
  const bundle = files.get(BUNDLE);
  const partial = files.get(JOURNAL);
  if (bundle !== undefined) judge.bundle(bundle);
  demand(!replace || bundle !== undefined, "the bundle that was to be replaced is gone before the new one stood");
  const fresh = bundle !== undefined && !(replace && sameBytes(bundle, OLD_BUNDLE));
  demand(fresh || !named, "a bundle that was sealed does not stand under its name");
  const intact = partial === undefined || (replace && sameBytes(partial, before({ replace }).get(JOURNAL) ?? bundle ?? partial)) ? 0 : judge.journal(partial, journal.length === 0);
  if (fresh) return;
  const whole = wholeUnits(journal);
  demand(whole === 0 || (intact >= whole && partial !== undefined && sameBytes(partial.subarray(0, whole), journal.subarray(0, whole))),
    `${whole} acknowledged bytes, ${intact} intact`);
}

/** What power cuts must spare, followed through a run: only class `power` is promised anything but C1. */
class Acknowledged {
  #journal: Uint8Array = new Uint8Array(0);
  #sealing = false;
  #named = false;
  readonly workload: Workload;
  readonly #disk: SimulatedDisk;
  constructor(disk: SimulatedDisk, workload: Workload) {
    this.#disk = disk;
    this.workload = workload;
  }

  after({ name, path }: Operation): void {
    if (this.workload.durability !== "power") return;
    if (name === "datasync" && path === JOURNAL) this.#journal = this.#disk.files().get(JOURNAL) ?? this.#journal;
    if (name === "rename") this.#sealing = true;
    if (name === "sync" && this.#sealing) this.#named = true;
  }

  get promised(): Promised { return { journal: this.#journal, named: this.#named }; }
}

export interface Effort {
  /** Random subsets of unsynced sectors for each moment. */
  readonly samples: number;
  readonly seed: number;
}

/** Everything a kill or a power cut may leave now. */
function crash(disk: SimulatedDisk, acknowledged: Acknowledged, random: () => number, samples: number, judge: Judge, tally: Tally): void {
  const { workload } = acknowledged;
  const files = disk.files();
  const journal = files.get(JOURNAL);
  const old = workload.replace && journal !== undefined && sameBytes(journal, before(workload).get(JOURNAL) ?? journal);
  examine(files, { journal: old || journal === undefined ? new Uint8Array(0) : journal, named: false }, workload, judge);
  tally.kills += 1;
  for (const left of disk.powerCuts(random, samples)) {
    tally.cuts += 1;
    examine(left, acknowledged.promised, workload, judge);
  }
}

/** A kill within a write: it came as far as one of its sectors. */
function killedWithin(disk: SimulatedDisk, written: number, workload: Workload, judge: Judge, tally: Tally): void {
  const files = disk.files();
  const journal = files.get(JOURNAL);
  if (journal === undefined) return;
  for (let end = written + SECTOR_BYTES - (written % SECTOR_BYTES); end < journal.length; end += SECTOR_BYTES) {
    const torn = journal.slice(0, end);
    examine(new Map([...files, [JOURNAL, torn]]), { journal: torn, named: false }, workload, judge);
    tally.kills += 1;
  }
}

/** Runs the workload once, crashing after every operation. @throws Broken with the operation */
export async function crashEverywhere(workload: Workload, { samples, seed }: Effort, tally: Tally, mishap: (operation: Operation) => Mishap | undefined = () => undefined): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk(before(workload));
  const acknowledged = new Acknowledged(disk, workload);
  const judge = new Judge();
  const random = seeded(seed);
  let written = 0;
  let broken: Broken | undefined;
  disk.mishap = mishap;
  disk.watch = (operation) => {
    acknowledged.after(operation);
    if (broken !== undefined || !CHANGING.has(operation.name)) return;
    try {
      if (operation.name === "write") killedWithin(disk, written, workload, judge, tally);
      crash(disk, acknowledged, random, samples, judge, tally);
    } catch (error) {
      broken = new Broken(`${workload.name}, after ${operation.name} ${operation.path} (${operation.ordinal}): ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    written = disk.files().get(JOURNAL)?.length ?? 0;
    tally.operations += 1;
  };
  let rejected: unknown;
  await workload.write(disk).catch((error: unknown) => { rejected = error; });
  if (broken !== undefined) throw broken;
  if (rejected === undefined) finished(disk, workload, random, samples);
  demand(rejected === undefined || rejected instanceof Fault, `${workload.name}: rejected with no fault: ${String(rejected)}`);
  demand(disk.open === 0, `${workload.name}: ${disk.open} descriptors stay open`);
  return disk;
}

/** A bundle that was said to be sealed, in class `power`, stands under its name after every power cut. */
function finished(disk: SimulatedDisk, { name, durability }: Workload, random: () => number, samples: number): void {
  const bundle = disk.files().get(BUNDLE);
  if (durability !== "power" || bundle === undefined || disk.files().has(JOURNAL)) return;
  for (const left of disk.powerCuts(random, samples)) {
    const found = left.get(BUNDLE);
    demand(found !== undefined && sameBytes(found, bundle), `${name}: sealed, and not there after a power cut`);
  }
}

/** After these something may be lost that was not before. */
const CHANGING: ReadonlySet<Operation["name"]> = new Set(["open", "write", "datasync", "sync", "close", "rename", "link", "unlink"]);

export const ERRORS = ["EIO", "ENOSPC", "EACCES"] as const;

/** Which operations a mishap is tried on. */
export type Trial = { readonly what: string; readonly mishap: (operation: Operation) => Mishap | undefined; readonly survives: boolean };

const at = (ordinal: number, code: string): Trial => ({
  what: `${code} at operation ${ordinal}`, survives: false, mishap: (operation) => (operation.ordinal === ordinal ? { code } : undefined),
});

/** The same workload on a disk that works. */
interface Unharmed {
  readonly counted: SimulatedDisk;
  readonly unharmed: unknown;
}

/** Fails each operation once with each error, makes each write short, interrupts each call. @throws Broken */
export async function failEverywhere(workload: Workload, effort: Effort, tally: Tally, codes: readonly string[] = ERRORS): Promise<void> {
  const counted = new SimulatedDisk(before(workload));
  const without = { counted, unharmed: await outcome(workload, counted) };
  for (let ordinal = 0; ordinal < counted.operations; ordinal++) {
    for (const code of codes) await failed(workload, at(ordinal, code), effort, tally, without);
    await failed(workload, { what: `EINTR at operation ${ordinal}`, survives: true, mishap: interruptedOnce(ordinal) }, effort, tally, without);
  }
  await failed(workload, { what: "writes of at most seven bytes", survives: true, mishap: ({ name }) => (name === "write" ? { bytes: 7 } : undefined) }, effort, tally, without);
  await failed(workload, { what: "writes that take nothing", survives: false, mishap: ({ name }) => (name === "write" ? { bytes: 0 } : undefined) }, effort, tally, without);
}

function interruptedOnce(ordinal: number): Trial["mishap"] {
  return (operation) => (operation.ordinal === ordinal ? { code: "EINTR" } : undefined);
}

const outcome = (workload: Workload, disk: SimulatedDisk): Promise<unknown> => workload.write(disk).then(() => undefined, (error: unknown) => error);

const sameNames = (a: SimulatedDisk, b: SimulatedDisk): boolean => [...a.files().keys()].sort().join() === [...b.files().keys()].sort().join();

async function failed(workload: Workload, { what, mishap, survives }: Trial, effort: Effort, tally: Tally, { counted, unharmed }: Unharmed): Promise<void> {
  const disk = new SimulatedDisk(before(workload));
  const acknowledged = new Acknowledged(disk, workload);
  disk.mishap = mishap;
  disk.watch = (operation) => { acknowledged.after(operation); };
  const error = await outcome(workload, disk);
  const told = `${workload.name}, ${what}`;
  demand(error === undefined || error instanceof Fault, `${told}: no fault but ${String(error)}`);
  const same = error instanceof Fault ? unharmed instanceof Fault && error.fault === unharmed.fault : unharmed === undefined;
  demand(!survives || same, `${told}: ${String(error)}`);
  demand(disk.open === 0, `${told}: ${disk.open} descriptors stay open`);
  try {
    crash(disk, acknowledged, seeded(effort.seed), effort.samples, new Judge(), tally);
    demand(error !== undefined || !survives || sameNames(disk, counted), "no error, and another outcome on the disk");
  } catch (cause) {
    throw new Broken(`${told}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  tally.failures += 1;
}
