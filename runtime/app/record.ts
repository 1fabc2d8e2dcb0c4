// Recording: run a program live, write its journal as it goes, seal it at the end whatever the end is (E5).
import type { Authority } from "../../kernel-abi/capability.ts";
import { existsSync } from "node:fs";
import { DEFAULT_BOUNDS } from "../../kernel-abi/limits.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { parseFaultScript, parseRecovery, type Injection, type Recovery } from "../../kernel-abi/injection.ts";
import { canonicalJson, parseCanonicalJson } from "../../kernel-abi/canonical.ts";
import { parseInputs, type Bounds, type Durability, type InputsSection, type ProgramSection } from "../../kernel-abi/header.ts";
import { mailboxTerms } from "../../kernel-abi/mailbox-terms.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import type { ByteSink, Observer, Recording, RunEnd, Signer } from "../../kernel-abi/ports.ts";
import { priority } from "../../kernel-abi/priority.ts";
import { declarationsChecked } from "../../kernel-abi/version.ts";
import { Recorder, type Sealed } from "../../replay/recorder.ts";
import { createAmbientGuard } from "../adapters/ambient.ts";
import { hostDisk, type Disk } from "../adapters/disk.ts";
import { createBundleFile } from "../adapters/files.ts";
import { defaultWorkers, freshSeed, hostFacts, wallClock } from "../adapters/host.ts";
import { loadOrCreateSigner } from "../adapters/keys.ts";
import { forgetResumptions } from "../adapters/succession.ts";
import { snapshotBeside, type SnapshotStore } from "../adapters/snapshot-file.ts";
import type { PolicyChoice } from "../scheduler/policies.ts";
import { admitted } from "../kernel/state.ts";
import { executeAndSeal } from "./execute.ts";
import { loadedOf } from "./definitions.ts";
import { allowed, createAdmissions, headerFor } from "./header.ts";
import { createRunner, liveOutcomes } from "./outcomes.ts";
import { pluginAmong, rootPolicy } from "./policy.ts";
import { SNAPSHOT_EVERY, Snapshots } from "./snapshots.ts";
import { programClosure } from "./program/closure.ts";
import { checkImports } from "./program/imports.ts";
import { loadProgram } from "./program/load.ts";

export interface RecordOptions {
  /** Path of a `.ts` or `.js` program, or a definition (then the trace holds no code: `detached`). */
  readonly program: string | Behaviour;
  /** Where the bundle is written; default: the program's name with the ending `.triad` in the working folder. A sink keeps it in memory. */
  readonly out?: string | ByteSink;
  /** Replace an existing bundle; otherwise FILE_UNREADABLE. */
  readonly replace?: boolean;
  /** Any non-empty text; default: 128 fresh random bits, recorded like any other. */
  readonly seed?: string;
  /** Pool size; 0 runs kernels on this thread. Changes nothing in the run. Default: all cores but one. */
  readonly workers?: number;
  /** Handed to the root program; a JSON value. */
  readonly input?: unknown;
  /** Named texts for `k.file`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly bounds?: Partial<Bounds>;
  /**
   * Order of the ready processes: a built-in policy by name, by name with parameters, or one made by definePolicy. Default: the policy
   * the program's definition carries, else `cooperative`.
   */
  readonly policy?: PolicyChoice;
  /** Operations a turn may make before its process has to go on at the next tick; default: as many as the ABI allows. */
  readonly slice?: number;
  /** Domains the root may use; default: those it declares. */
  readonly allow?: readonly Authority[];
  /** Faults that befall the run, each at its tick: recorded, and the same in every replay. */
  readonly faults?: readonly Injection[];
  /** What is done about faults; default: DEFAULT_RECOVERY. */
  readonly recovery?: Recovery;
  readonly durability?: Durability;
  /**
   * Frames between two snapshots beside the journal, which make resuming short; 0 for none. Default: 65,536 for a program that is loaded from
   * its file; none for a definition in memory, which must then share no state with others through variables. A sink has a store only when one is given.
   */
  readonly snapshotEvery?: number;
  readonly snapshots?: SnapshotStore;
  /** Free text, sealed with the host's facts. */
  readonly label?: string;
  readonly signer?: Signer;
  readonly observer?: Observer;
  readonly signal?: AbortSignal;
  /** Test injection: how long a worker sleeps before its n-th job. */
  readonly delayMs?: (ordinal: number) => number;
  /** Test injection: a disk that fails. */
  readonly disk?: Disk;
}

export interface RecordReport {
  readonly end: RunEnd;
  readonly seed: string;
  /** The trace's head, hex. */
  readonly digest: string;
  readonly sealed: Sealed;
  /** Path of the bundle; undefined when a sink was given. */
  readonly trace: string | undefined;
  readonly recording: Recording;
}

const DETACHED = Object.freeze({ kind: "detached", modules: [], executed: "", map: "" } as const);

/** The program with its section, for a run with these flags (loadProgram). Traps are in while it loads, so that what it captures is trapped (rule 10). */
export async function resolveProgram(program: string | Behaviour, flags?: readonly string[]): Promise<{ readonly section: ProgramSection; readonly root: Behaviour }> {
  if (typeof program !== "string" && typeof (program as Partial<Behaviour> | undefined)?.activate !== "function") throw new Fault("USAGE", { option: "program", allowed: "a file, or what defineProcess or defineMachine made" });
  if (typeof program !== "string") return { section: { ...DETACHED, modules: [], entry: program.name }, root: program };
  const section = await programClosure(program);
  if (flags === undefined) checkImports(section);
  return { section, root: loadTrapped(section, flags) };
}

/** @throws Fault PROGRAM_INVALID */
export function loadTrapped(section: ProgramSection, flags?: readonly string[]): Behaviour {
  const uninstall = createAmbientGuard().install();
  try {
    return loadProgram(section, flags);
  } finally {
    uninstall();
  }
}

interface Destination {
  readonly sink: ByteSink;
  readonly path: string | undefined;
  readonly snapshots: SnapshotStore | undefined;
  keep(): void;
  abandon(): void;
}

function destination({ out, replace = false, durability = "process", disk = hostDisk, snapshots }: RecordOptions, name: string): Destination {
  if (typeof out === "object") return { sink: out, path: undefined, snapshots, keep: () => undefined, abandon: () => undefined };
  const path = out ?? freePath(name);
  const file = createBundleFile(path, { durability, replace, disk });
  forgetResumptions(file.partial, disk);
  return { sink: file, path, snapshots: snapshots ?? snapshotBeside(file.partial, disk), keep: () => file.seal(), abandon: () => file.abandon() };
}

/** bell.triad, bell-2.triad, …: a run never overwrites another's evidence. */
function freePath(name: string): string {
  for (let ordinal = 1; ; ordinal++) {
    const path = `${name}${ordinal === 1 ? "" : `-${ordinal}`}.triad`;
    if (!existsSync(path) && !existsSync(`${path}.partial`)) return path;
  }
}

function checkSeed(seed: string): string {
  if (seed === "") throw new Fault("USAGE", { option: "seed", allowed: "non-empty text" });
  return seed;
}

function checkSlice(slice: number | undefined): number | undefined {
  if (slice !== undefined && (!Number.isSafeInteger(slice) || slice < 1)) throw new Fault("USAGE", { option: "slice", value: slice, allowed: "an integer from 1" });
  return slice;
}

/** Without a word: none for a definition handed over in memory, of which nobody knows what its modules hold. @throws Fault USAGE */
export function checkEvery(root: Behaviour, every: number = loadedOf(root) === undefined ? 0 : SNAPSHOT_EVERY): number {
  if (!Number.isSafeInteger(every) || every < 0) throw new Fault("USAGE", { option: "snapshot-every", value: every, allowed: "frames, an integer; 0 for no snapshots" });
  return every;
}

/** What a replay will read: keys in the order of the record, whatever order they were given in. @throws Fault ABI_UNENCODABLE */
const asRecorded = (inputs: unknown): InputsSection => parseInputs(parseCanonicalJson(canonicalJson(inputs)));

/** A run that cannot begin leaves nothing behind. @throws Fault INPUT_INVALID as its first event would; ABI_MALFORMED for a root no child could be */
export function checkInput({ header, inputs: { input } }: Recording, root: Behaviour): void {
  const flags = new Set(header.abi.flags);
  if (root.mailbox !== undefined && declarationsChecked(flags)) mailboxTerms(root.mailbox);
  if (root.priority !== undefined && declarationsChecked(flags)) priority(root.priority);
  admitted({ flags }, root, unpack(pack(input)));
}

/**
 * Runs a program to its end and seals its trace.
 * @throws Fault PROGRAM_INVALID | INPUT_INVALID | FILE_UNREADABLE | USAGE before anything runs; RUN_INTERRUPTED when `signal` is aborted
 * (the .partial journal stays). A run that fails does not throw: its end says how.
 */
export async function record(options: RecordOptions): Promise<RecordReport> {
  const { section, root } = await resolveProgram(options.program);
  const seed = checkSeed(options.seed ?? freshSeed());
  const workers = options.workers ?? defaultWorkers();
  const policy = options.policy ?? rootPolicy(root) ?? "cooperative";
  const header = headerFor({
    seed, bounds: { ...DEFAULT_BOUNDS, ...options.bounds }, policy, slice: checkSlice(options.slice), allow: allowed(root, options.allow), program: section, root,
    faults: options.faults === undefined || options.faults.length === 0 ? undefined : parseFaultScript(options.faults), recovery: options.recovery === undefined ? undefined : parseRecovery(options.recovery),
  }, createAdmissions());
  const recording: Recording = { header, program: section, inputs: asRecorded({ input: options.input ?? null, files: options.files ?? {} }) };
  checkInput(recording, root);
  const signer = options.signer ?? loadOrCreateSigner();
  const started = wallClock();
  const every = checkEvery(root, options.snapshotEvery);
  const to = destination(options, root.name);
  const outcomes = liveOutcomes(createRunner({ workers, delayMs: options.delayMs }));
  let keeper: Snapshots | undefined;
  try {
    const recorder = new Recorder({ recording, sink: to.sink, durability: options.durability ?? "process" });
    if (every > 0 && to.snapshots !== undefined) keeper = new Snapshots({ recorder, description: recorder.digest, every, store: to.snapshots, signer, modules: loadedOf(root)?.modules });
    const { end, receipt: sealed } = await executeAndSeal({ recording, root, journal: recorder, outcomes, observer: options.observer, signal: options.signal, policy: pluginAmong(policy), keeper }, {
      seal: (ended) => recorder.seal({ signer, host: hostFacts({ workers, label: options.label ?? "", started }), end: ended }),
    });
    to.keep();
    return { end, seed, digest: sealed.digest, sealed, trace: to.path, recording };
  } catch (error) {
    keeper?.flush(); // the run was interrupted: its journal has what it had come to
    throw error;
  } finally {
    to.abandon();
    await outcomes.close();
  }
}
