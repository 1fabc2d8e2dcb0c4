// Resuming: a run that was interrupted or killed goes on from its journal, when an operator says so and says again what it may do.
//   1  Before anything is written or executed: the journal is intact, the authority covers what the run was allowed, the code is
//      the code that was recorded, and there is a key to sign with.
//   2  More authority than the run began with changes nothing: it goes on with what its header allows, no less and no more.
//   3  The journal is never written to. What replaces it, and when, is adapters/succession.ts; a resumption that fails before it
//      has met everything on record leaves the journal as it was.
//   4  A snapshot beside the journal spares executing what stands before it. One that is not of this run, this key and this version, or
//      that the machine cannot be made of, is passed over; so is one after which the run does not meet its record.
import { AUTHORITIES, DOMAIN_VERBS, K_VERBS, type Authority } from "../../kernel-abi/capability.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Durability, Header, ResumePoint } from "../../kernel-abi/header.ts";
import { InvariantBroken } from "../../kernel-abi/invariant.ts";
import type { ByteSink, ByteSource, Observer, Signer } from "../../kernel-abi/ports.ts";
import { Resumption, survey, surveyBehind, type Remains } from "../../replay/resumer.ts";
import { openSnapshot, SnapshotRefused } from "../../replay/snapshot.ts";
import { verify, type VerifyReport } from "../../replay/verify.ts";
import { discard, hostDisk, type Disk } from "../adapters/disk.ts";
import { createBundleFile } from "../adapters/files.ts";
import { defaultWorkers, hostFacts, packageVersion, wallClock } from "../adapters/host.ts";
import { loadOrCreateSigner, trustedKeyIds } from "../adapters/keys.ts";
import { snapshotBeside, type SnapshotStore } from "../adapters/snapshot-file.ts";
import { createSuccessor, earlierResumptions, nameSealed } from "../adapters/succession.ts";
import { SnapshotUnusable } from "../context/driver.ts";
import type { PolicyPlugin } from "../scheduler/plugin.ts";
import { loadedOf } from "./definitions.ts";
import { executeAndSeal } from "./execute.ts";
import { createRunner, resumedOutcomes } from "./outcomes.ts";
import { checkEvery, checkInput, type RecordReport } from "./record.ts";
import { Snapshots } from "./snapshots.ts";
import { codeOf, located, withTrace, type CodeSource, type Trace } from "./trace.ts";

export interface ResumeOptions extends CodeSource {
  /** What the run may do from now on: at least what it was allowed when it began. An empty list is K alone; without one, nothing is resumed. */
  readonly allow?: readonly Authority[] | undefined;
  /** Where the sealed trace goes; default: the journal's name without `.partial`, whose place it takes. A sink keeps it in memory. */
  readonly out?: string | ByteSink;
  /** Replace an existing bundle of that name; otherwise FILE_UNREADABLE. */
  readonly replace?: boolean;
  /** The policy `record` was handed, when it is neither built in nor carried by the program's definition. */
  readonly policy?: PolicyPlugin;
  /** Pool size; 0 runs kernels on this thread. Changes nothing in the run. Default: all cores but one. */
  readonly workers?: number;
  readonly durability?: Durability;
  /** Whether to begin at the snapshot beside the journal, if there is one that fits; default true. */
  readonly useSnapshot?: boolean;
  /** Frames between two snapshots of the run as it goes on; as for `record`. */
  readonly snapshotEvery?: number;
  /** Where snapshots are kept; default: beside the journal, where it has a name. */
  readonly snapshots?: SnapshotStore;
  /** Free text, sealed with the host's facts. */
  readonly label?: string;
  readonly signer?: Signer;
  readonly observer?: Observer;
  /** Told once before the first frame: what is on record and how much of it is lost. */
  readonly surveyed?: (remains: Remains) => void;
  readonly signal?: AbortSignal;
  /** Test injection: how long a worker sleeps before its n-th job. */
  readonly delayMs?: (ordinal: number) => number;
  /** Test injection: a disk that fails. */
  readonly disk?: Disk;
}

/** The run went on to its end and is sealed. */
export interface Resumed extends RecordReport {
  readonly kind: "resumed";
  /** Where the journal stopped. */
  readonly point: ResumePoint;
  /** Bytes behind the last whole block that were given up. */
  readonly torn: number;
  /** Turns on record, and how many of them were executed again. */
  readonly turns: { readonly recorded: number; readonly again: number };
  /** Where it began; null for the beginning. */
  readonly from: { readonly tick: number; readonly event: number; readonly frame: number } | null;
  /** Why a snapshot that was there was not used. */
  readonly passedOver: string | null;
}

/** The run had been sealed, only the name was missing: it has it now, and nothing was executed. */
export interface Named {
  readonly kind: "named";
  readonly trace: string;
  readonly report: VerifyReport;
}
export type ResumeReport = Resumed | Named;

const ENDING = ".partial";
/** NAME of NAME.partial; undefined for a file called otherwise. */
const nameOf = (journal: Trace): string | undefined =>
  (typeof journal === "string" && journal.endsWith(ENDING) && journal.length > ENDING.length ? journal.slice(0, -ENDING.length) : undefined);

/** What a run was allowed when it began, as `--allow` has it. */
export const allowedAuthority = ({ allow }: Pick<Header, "allow">): readonly Authority[] =>
  AUTHORITIES.filter((name) => (name === "Q" || name === "PHI" ? DOMAIN_VERBS[name].some((verb) => allow.includes(verb)) : allow.includes(name)));

/** `K,Q`: as `--allow` takes it. */
export const authority = (domains: readonly Authority[]): string => ["K", ...domains].join(",");

/** @throws Fault RESUME_UNAUTHORIZED when less is given than the run began with */
function authorise(header: Header, given: readonly Authority[] | undefined): void {
  const covered: readonly string[] = [...K_VERBS, ...(given ?? []).flatMap((name) => (name === "Q" || name === "PHI" ? DOMAIN_VERBS[name] : [name]))];
  const missing = header.allow.filter((verb) => !covered.includes(verb));
  if (given !== undefined && missing.length === 0) return;
  const wanted = authority(allowedAuthority(header));
  throw new Fault("RESUME_UNAUTHORIZED", { given: given === undefined ? "nothing" : authority(given), allowed: wanted, ...(given === undefined ? {} : { missing: missing.join(",") }) });
}

interface Destination {
  readonly sink: ByteSink;
  readonly path: string | undefined;
  readonly snapshots: SnapshotStore | undefined;
  /** Every resumption so far, this one last. */
  readonly points: readonly ResumePoint[];
  caughtUp(): void;
  keep(): void;
  abandon(): void;
}

function destination(journal: Trace, source: ByteSource, { point }: Remains, options: ResumeOptions): Destination {
  const { out, replace = false, durability = "process", disk = hostDisk } = options;
  const files = { durability, replace, disk };
  if (typeof out === "object") return { sink: out, path: undefined, snapshots: options.snapshots, points: [point], caughtUp: () => undefined, keep: () => undefined, abandon: () => undefined };
  const name = nameOf(journal);
  if (out !== undefined && out !== name) {
    const file = createBundleFile(out, files);
    let ahead = false;
    const abandon = (): void => {
      file.abandon();
      if (!ahead) discard(disk, file.partial); // holds nothing that the journal does not
    };
    return { sink: file, path: out, snapshots: options.snapshots ?? snapshotBeside(file.partial, disk), points: [point], caughtUp: () => { ahead = true; }, keep: () => file.seal(), abandon };
  }
  if (name === undefined) throw new Fault("USAGE", { option: "out", what: "the journal's name does not end in .partial: say where the trace goes" });
  const points = [...earlierResumptions(`${name}${ENDING}`, point, disk), point];
  const file = createSuccessor(name, { ...files, size: source.size, points });
  return { sink: file, path: name, snapshots: options.snapshots ?? snapshotBeside(file.partial, disk), points, caughtUp: () => file.takeOver(), keep: () => file.seal(), abandon: () => file.abandon() };
}

/** Killed between its seal and its name. @throws Fault RESUME_REFUSED when it has its name already; TRACE_* when it is not what was sealed */
function named(journal: Trace, source: ByteSource, { out, replace = false, disk = hostDisk }: ResumeOptions): Named {
  const name = nameOf(journal);
  if (name === undefined || (out !== undefined && out !== name)) throw new Fault("RESUME_REFUSED", { why: "the trace is sealed: there is nothing to resume" });
  const report = verify(source, { trusted: [...trustedKeyIds()] });
  nameSealed(name, { replace, disk });
  return { kind: "named", trace: name, report };
}

/** What is known of a run before it goes on. */
interface Survey {
  readonly remains: Remains;
  readonly passedOver: string | null;
}

/** @throws as survey; undefined when the journal is sealed */
function surveyed(journal: Trace, source: ByteSource, options: ResumeOptions): Survey | undefined {
  const { useSnapshot = true, disk = hostDisk } = options;
  const store = options.snapshots ?? (typeof journal === "string" ? snapshotBeside(journal, disk) : undefined);
  let passedOver: string | null = null;
  if (useSnapshot) {
    try {
      const bytes = store?.read();
      if (bytes !== undefined) {
        const remains = surveyBehind(source, openSnapshot(bytes, { written: packageVersion(), keyId: (options.signer ?? loadOrCreateSigner()).keyId }));
        return remains && { remains, passedOver };
      }
    } catch (error) {
      if (error instanceof SnapshotRefused) passedOver = error.message;
      else if (error instanceof Fault && (error.fault === "FILE_UNREADABLE" || error.fault === "DISK_FAILED")) passedOver = error.message;
      else throw error;
    }
  }
  const remains = survey(source);
  return remains && { remains, passedOver };
}

/** With a snapshot if there is one; from the beginning when it turns out not to be this run's after all. */
async function goOn(journal: Trace, source: ByteSource, { remains, passedOver }: Survey, options: ResumeOptions): Promise<Resumed> {
  try {
    return await goOnFrom(journal, source, remains, passedOver, options);
  } catch (error) {
    const from = survey(source);
    if (!(error instanceof PassedOver) || from === undefined) throw error;
    return await goOnFrom(journal, source, from, error.message, options);
  }
}

/** What went wrong would not have without the snapshot, and nothing has come of it. */
class PassedOver extends Error {
  override readonly name = "PassedOver";
}

/** What a failure of a run that began at a snapshot means. */
function asPassedOver(error: unknown, { from }: Remains, resumption: Resumption | undefined): PassedOver | undefined {
  if (from === undefined || resumption?.caughtUp === true) return undefined;
  if (error instanceof SnapshotUnusable) return new PassedOver(error.message, { cause: error });
  const failure = resumption?.failure ?? error;
  const otherwise = failure instanceof InvariantBroken || (failure instanceof Fault && failure.fault === "REPLAY_DIVERGED");
  return otherwise ? new PassedOver("what followed it was not what is on record", { cause: error }) : undefined;
}

async function goOnFrom(journal: Trace, source: ByteSource, remains: Remains, passedOver: string | null, options: ResumeOptions): Promise<Resumed> {
  const { recording, point, torn, turns, from } = remains;
  authorise(recording.header, options.allow);
  const root = await codeOf(recording, options);
  const hides = from === undefined ? undefined : loadedOf(root)?.modules.hides;
  if (hides !== undefined) throw new PassedOver(`the program may hold state that stands in no snapshot: ${hides}`);
  const every = checkEvery(root, options.snapshotEvery);
  if (point.frames === 0) checkInput(recording, root);
  const signer = options.signer ?? loadOrCreateSigner();
  const { workers = defaultWorkers(), durability = "process", label = "", observer, signal } = options;
  const started = wallClock();
  options.surveyed?.(remains);
  const to = destination(journal, source, remains, options);
  const outcomes = resumedOutcomes(createRunner({ workers, delayMs: options.delayMs }));
  let resumption: Resumption | undefined;
  let keeper: Snapshots | undefined;
  try {
    const run = resumption = new Resumption(source, remains, { sink: to.sink, durability, caughtUp: () => to.caughtUp() });
    if (every > 0 && to.snapshots !== undefined) keeper = new Snapshots({ recorder: run.recorder, description: remains.description, every, store: to.snapshots, signer, modules: loadedOf(root)?.modules, live: () => run.caughtUp });
    const { end, receipt: sealed } = await executeAndSeal({ recording, root, journal: run, outcomes: run.outcomes(outcomes), observer, signal, policy: options.policy, keeper, from: from?.snapshot }, {
      seal: (ended) => run.seal({ signer, host: { ...hostFacts({ workers, label, started }), resumed: [...to.points] }, end: ended }),
    });
    to.keep();
    return { kind: "resumed", end, seed: recording.header.seed, digest: sealed.digest, sealed, trace: to.path, recording, point, torn,
      turns: { recorded: turns, again: turns - (from?.snapshot.turns ?? 0) }, from: footing(from), passedOver };
  } catch (error) {
    keeper?.flush();
    const other = asPassedOver(error, remains, resumption);
    if (other !== undefined) throw other;
    throw await located(resumption?.failure ?? error, source, root, options.policy);
  } finally {
    to.abandon();
    await outcomes.close();
  }
}

/** A frame and an event are told by their numbers, from 1: the last before the run went on. */
const footing = (from: Remains["from"]): Resumed["from"] =>
  from === undefined ? null : { tick: from.snapshot.tick, event: from.snapshot.event, frame: from.snapshot.frames + from.snapshot.open };

/**
 * Takes an unsealed journal up where it stops and runs it to its end and seal: to the digest the run would have had uninterrupted.
 * @throws Fault RESUME_REFUSED when there is nothing to resume; RESUME_UNAUTHORIZED, PROGRAM_UNTRUSTED when less is given than it takes;
 * TRACE_* when the journal is damaged; REPLAY_DIVERGED when the run is no longer what was recorded; RUN_INTERRUPTED; FILE_UNREADABLE | DISK_FAILED
 */
export const resumeRun = (journal: Trace, options: ResumeOptions): Promise<ResumeReport> =>
  withTrace(journal, async (source) => {
    const found = surveyed(journal, source, options);
    return found === undefined ? named(journal, source, options) : goOn(journal, source, found, options);
  });
