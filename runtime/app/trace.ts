// Traces: verify, replay, reproduce (E4), over files or bytes. Code embedded in a trace runs only when somebody said so (rule 11).
import { Fault } from "../../kernel-abi/fault.ts";
import { tick } from "../../kernel-abi/ids.ts";
import type { ProgramSection } from "../../kernel-abi/header.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { ByteSink, ByteSource, Observer, Recording, RunEnd, RunMachine } from "../../kernel-abi/ports.ts";
import { openBundle, type Bundle } from "../../replay/bundle.ts";
import { replay, type ReplayOptions, type ReplayReport } from "../../replay/replayer.ts";
import { reproduce, type ReproduceReport } from "../../replay/reproduce.ts";
import { verify, type VerifyOptions, type VerifyReport } from "../../replay/verify.ts";
import { openSource } from "../adapters/files.ts";
import { defaultWorkers, hostFacts, wallClock } from "../adapters/host.ts";
import { loadOrCreateSigner, trustedKeyIds } from "../adapters/keys.ts";
import { memorySource } from "../adapters/memory.ts";
import type { PolicyPlugin } from "../scheduler/plugin.ts";
import { runMachine } from "./execute.ts";
import { explained, refusedAtLoad } from "./explain.ts";
import { createRunner, liveOutcomes } from "./outcomes.ts";
import { programClosure } from "./program/closure.ts";
import { linesOf } from "./program/lines.ts";
import { programDigest } from "./program/load.ts";
import { loadTrapped } from "./record.ts";
import { locateRefusals } from "./sites.ts";

/** A path, or the bytes of a bundle. */
export type Trace = string | Uint8Array;

/** Opens a trace for as long as `use` takes. @throws Fault FILE_UNREADABLE */
export async function withTrace<R>(trace: Trace, use: (source: ByteSource) => R | Promise<R>): Promise<R> {
  if (typeof trace !== "string") return use(memorySource(trace));
  const source = openSource(trace);
  try {
    return await use(source);
  } finally {
    source.close();
  }
}

/** Chain, signature, order, capabilities, contracts; executes nothing. The user's own and trusted keys are trusted unless told otherwise. */
export const verifyTrace = (trace: Trace, options: VerifyOptions = {}): Promise<VerifyReport> =>
  withTrace(trace, (source) => verify(source, { trusted: [...trustedKeyIds()], ...options }));

export interface CodeSource {
  /** Run the code embedded in the trace. */
  readonly trustProgram?: boolean;
  /** Run this local file, which must have the digest the trace records; or this definition, for a detached trace. */
  readonly program?: string | Behaviour;
}

export interface ReplayTraceOptions extends CodeSource {
  /** The policy `record` was handed, when it is neither built in nor carried by the program's definition. */
  readonly policy?: PolicyPlugin;
  /** Stop after this tick. */
  readonly until?: number;
  /** Writes the replayed run as a bundle of its own, sealed by the user's key. */
  readonly out?: ByteSink;
  readonly observer?: Observer;
  readonly signal?: AbortSignal;
  /**
   * `frames`: an observer is told nothing behind a difference. `blocks`, the faster, may tell it of what stands behind it in the same block; it is
   * the default where nobody observes.
   */
  readonly compare?: "frames" | "blocks";
}

/** @throws Fault PROGRAM_UNTRUSTED | PROGRAM_INVALID | FILE_UNREADABLE */
export async function codeOf(recording: Recording, { trustProgram = false, program }: CodeSource): Promise<Behaviour> {
  const { program: { digest: recorded }, abi: { flags } } = recording.header;
  if (programDigest(recording.program) !== recorded) throw new Fault("TRACE_INCONSISTENT", { unit: "program", recorded });
  if (typeof program === "object") return program;
  if (typeof program === "string") {
    const local = await programClosure(program);
    const found = programDigest(local);
    if (found !== recorded) throw new Fault("PROGRAM_UNTRUSTED", { program, digest: found, recorded, why: "the local file is not the program that was recorded; to see whether it still does what the trace records, use --against" });
    return loadTrapped(local, flags);
  }
  if (!trustProgram) throw new Fault("PROGRAM_UNTRUSTED", { program: recording.program.entry || recording.header.program.name, recorded });
  return loadTrapped(recording.program, flags);
}

function replayOptions({ until, out }: ReplayTraceOptions): ReplayOptions {
  const seal = out === undefined ? undefined : { sink: out, seal: { signer: loadOrCreateSigner(), host: hostFacts({ workers: 0, label: "replay", started: wallClock() }) } };
  return { ...(until === undefined ? {} : { until: tick(until) }), ...(seal === undefined ? {} : { rerecord: seal }) };
}

async function prepared(source: ByteSource, options: ReplayTraceOptions): Promise<{ readonly bundle: Bundle; readonly machine: RunMachine; readonly root: Behaviour }> {
  const bundle = openBundle(source);
  const root = await codeOf(bundle.recording, options);
  return { bundle, root, machine: runMachine(root, { observer: options.observer, signal: options.signal, policy: options.policy }) };
}

/** Orchestration again, against recorded outcomes; no kernel runs. @throws Fault REPLAY_DIVERGED and as codeOf, openBundle */
export const replayTrace = (trace: Trace, options: ReplayTraceOptions = {}): Promise<ReplayReport> =>
  withTrace(trace, async (source) => {
    const { bundle, machine, root } = await prepared(source, options);
    try {
      return await replay(bundle, machine, { compare: options.compare ?? (options.observer === undefined ? "blocks" : "frames"), ...replayOptions(options) });
    } catch (error) {
      throw await located(error, source, root, options.policy);
    }
  });

/** More turns than this are not taken again for the sake of a line. */
const LOCATED_TURNS_MAX = 100_000;

/**
 * For each failure of a process in a run just recorded, in order, the place in its program of the call that was refused, `FILE:LINE`, where
 * that is what failed it. Runs the program that is in the trace; a long run is not run again.
 */
export const locateFailures = (trace: Trace, { turns }: Pick<RunEnd, "turns">): Promise<readonly (string | undefined)[]> => withTrace(trace, async (source) => {
  if (turns > LOCATED_TURNS_MAX) return [];
  const bundle = openBundle(source);
  const { program, header } = bundle.recording;
  return locateRefusals(linesOf(program), (wrap) => {
    const machine = runMachine(loadTrapped(program, header.abi.flags));
    return replay(bundle, { run: (request) => machine.run({ ...request, journal: wrap(request.journal) }) });
  });
});

/** A divergence with the line of the program where it shows, an outcome that is another with the line its job was called from (`ran`, when that is not the recorded one); anything else as it is. */
export async function located(error: unknown, source: ByteSource, root: Behaviour, policy?: PolicyPlugin, ran?: ProgramSection): Promise<unknown> {
  const bundle = openBundle(source);
  const recorded = bundle.recording.program;
  const machine = runMachine(root, { policy });
  return explained(error, {
    recorded, ran: ran ?? recorded,
    again: (wrap) => replay(bundle, { run: (request) => machine.run({ ...request, journal: wrap(request.journal) }) }),
  });
}

/** @throws Fault PROGRAM_INVALID | AMBIENT_ACCESS and the like, with the line */
function loaded(program: ProgramSection, flags: readonly string[]): Behaviour {
  try {
    return loadTrapped(program, flags);
  } catch (error) {
    throw refusedAtLoad(error, program);
  }
}

export interface AgainstReport extends ReplayReport {
  /** Digests of the program that ran and of the one in the trace. */
  readonly program: string;
  readonly recorded: string;
}

/**
 * Runs another program, as a rule an edited one, against the recorded outcomes: does it still do what the trace records? The file
 * is the caller's own and runs without --trust-program.
 * @throws Fault REPLAY_DIVERGED with the first difference, its line in the new program and the edit behind it; PROGRAM_INVALID |
 * AMBIENT_ACCESS when it does not load; FILE_UNREADABLE | TRACE_*
 */
export const replayAgainst = (trace: Trace, file: string, options: Omit<ReplayTraceOptions, "program" | "trustProgram"> = {}): Promise<AgainstReport> =>
  withTrace(trace, async (source) => {
    const bundle = openBundle(source);
    const ran = await programClosure(file);
    const root = loaded(ran, bundle.recording.header.abi.flags);
    try {
      const report = await replay(bundle, runMachine(root, { observer: options.observer, signal: options.signal, policy: options.policy }), replayOptions(options));
      return { ...report, program: programDigest(ran), recorded: bundle.recording.header.program.digest };
    } catch (error) {
      throw await located(error, source, root, options.policy, ran);
    }
  });

export interface ReproduceTraceOptions extends ReplayTraceOptions {
  readonly workers?: number;
}

/** Kernels again, from the sealed seeds, each outcome compared. @throws Fault REPRODUCE_DIFFERS and as replayTrace */
export const reproduceTrace = (trace: Trace, options: ReproduceTraceOptions = {}): Promise<ReproduceReport> =>
  withTrace(trace, async (source) => {
    const { bundle, machine, root } = await prepared(source, options);
    const oracle = { open: () => liveOutcomes(createRunner({ workers: options.workers ?? defaultWorkers() })) };
    try {
      return await reproduce(bundle, machine, oracle, replayOptions(options));
    } catch (error) {
      throw await located(error, source, root, options.policy);
    }
  });

/** SHA-256 of a program file's closure, as it would stand in a header. */
export const digestOfProgram = async (file: string): Promise<string> => programDigest(await programClosure(file));
