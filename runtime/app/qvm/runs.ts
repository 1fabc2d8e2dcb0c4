// Runs of graphs, many and short: the program is loaded once, a graph is prepared once, bundles are kept in memory, and seals
// are signed in batches (FORMAT.md, section 6). Runs are made on this thread, their kernels too, unless threads or workers are asked for.
//   R1  A run is bit for bit the one `record` makes of GRAPH_PROGRAM with the same input and seed: same digest, host facts aside.
//   R2  Whatever has ended is sealed at the latest `patienceMs` later, or with the next `flush`; its bundle is a whole sealed file.
//   R3  Runs in flight share a program that holds nothing (prepared.ts), a runner and a signature; nothing of one reaches another.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { RunEnd, Signer } from "../../../kernel-abi/ports.ts";
import { hostFacts, wallClock } from "../../adapters/host.ts";
import { createRunner } from "../outcomes.ts";
import { PreparedProgram } from "../prepared.ts";
import { BundleBuffers } from "./buffers.ts";
import { graphInput, OncePerInput, type GraphInput } from "./inputs.ts";
import { RunThreads } from "./run-threads.ts";
import { GRAPH_PROGRAM } from "./program-file.ts";
import { SealBatches, sealedWith, type EndedRun, type SealedRun } from "./seal-batches.ts";

export type { SealedRun } from "./seal-batches.ts";

export interface GraphRunsOptions {
  readonly signer: Signer;
  /** 0, the default, runs kernels on this thread. Changes nothing in a run. */
  readonly workers?: number;
  /** Whole runs on so many threads of their own; 0, the default, makes them on this one. Changes nothing in a run. */
  readonly threads?: number;
  /** Runs under one signature at most; 1 signs each by itself. Default 64. */
  readonly batch?: number;
  /** How long a run that has ended waits for others to be signed with. Default 2. */
  readonly patienceMs?: number;
  /** Sealed with the host's facts. */
  readonly label?: string;
}

export interface GraphJob extends GraphInput {
  readonly seed: string;
  /** A run on a thread of its own ends before it is given up. */
  readonly signal?: AbortSignal | undefined;
}

export interface GraphRun {
  /** Shots by `name=value …`; undefined when the run did not complete: `end` says why. */
  readonly counts: Readonly<Record<string, number>> | undefined;
  readonly end: RunEnd;
  /** Of the run, hex. */
  readonly digest: string;
  /** The whole bundle, once its batch is signed. */
  readonly sealed: Promise<SealedRun>;
}

export interface GraphRuns {
  /** Resolves when the run has ended; its seal follows (R2). @throws Fault USAGE | INPUT_INVALID; RUN_INTERRUPTED when aborted; RUNTIME_DEFECT after `close` */
  run(job: GraphJob): Promise<GraphRun>;
  /** Signs what has ended so far. */
  flush(): void;
  /** Signs what has ended, and takes the traps out. No run may be under way. */
  close(): Promise<void>;
}

const isCounts = (value: unknown): value is { readonly counts: Readonly<Record<string, number>> } => typeof value === "object" && value !== null && "counts" in value;

/** Makes runs up to their seals. */
interface Maker {
  /** @throws Fault RUN_INTERRUPTED | WORKER_LOST */
  make(job: GraphJob): Promise<EndedRun & Pick<GraphRun, "end">>;
  close(): Promise<void>;
}

/** On this thread. */
async function here(workers: number, label: string): Promise<Maker> {
  const program = await PreparedProgram.load(GRAPH_PROGRAM);
  const runner = createRunner({ workers });
  const shared = { run: runner.run.bind(runner), close: (): Promise<void> => Promise.resolve() };
  const buffers = new BundleBuffers();
  const inputs = new OncePerInput(graphInput);
  return {
    async make({ seed, signal, ...input }) {
      const started = wallClock();
      const sink = buffers.take();
      try {
        const { end, recorder } = await program.run({ seed, input: inputs.of(input), sink, signal }, shared);
        const facts = recorder.ended({ end, host: hostFacts({ workers, label, started }) });
        return { end, facts, sealed: (envelope, keyId) => ({ ...recorder.finish(facts, envelope, keyId), bundle: sink.taken() }) };
      } catch (error) {
        sink.giveBack();
        throw error;
      }
    },
    async close() {
      program.close();
      await runner.close();
    },
  };
}

/** On threads. */
function elsewhere(threads: number, label: string): Maker {
  const made = new RunThreads({ threads, label });
  made.warm();
  return {
    async make({ seed, signal, ...input }) {
      const interrupted = (): void => { if (signal?.aborted === true) throw new Fault("RUN_INTERRUPTED", {}); };
      interrupted();
      const { end, facts, written } = await made.run(seed, input);
      interrupted();
      return { end, facts, sealed: (envelope, keyId) => sealedWith(facts, written, envelope, keyId) };
    },
    close: () => made.close(),
  };
}

/** @throws Fault PROGRAM_INVALID when the program cannot be loaded; USAGE */
export async function createGraphRuns({ signer, workers = 0, threads = 0, batch = 64, patienceMs = 2, label = "" }: GraphRunsOptions): Promise<GraphRuns> {
  if (!Number.isSafeInteger(threads) || threads < 0 || (threads > 0 && workers > 0)) throw new Fault("USAGE", { option: "threads", value: threads, allowed: "an integer from 0, and kernels on workers only without any" });
  const seals = new SealBatches({ signer, most: batch, patienceMs });
  const maker = threads === 0 ? await here(workers, label) : elsewhere(threads, label);
  let open = true;
  return {
    async run(job) {
      if (!open) throw new Fault("RUNTIME_DEFECT", { what: "these runs were closed" });
      if (job.seed === "") throw new Fault("USAGE", { option: "seed", allowed: "non-empty text" });
      const made = await maker.make(job);
      const { end, facts: { digest } } = made;
      const counts = end.status === "completed" && isCounts(end.result) ? end.result.counts : undefined;
      return { counts, end, digest, sealed: seals.add(made) };
    },
    flush: () => { seals.flush(); },
    async close() {
      open = false;
      seals.flush();
      await maker.close();
    },
  };
}
