// Runs of graphs, many and short: the program is loaded once, a graph is prepared once, kernels run on this thread unless workers are
// asked for, bundles are kept in memory, and seals are signed in batches (FORMAT.md, section 6).
//   R1  A run is bit for bit the one `record` makes of GRAPH_PROGRAM with the same input and seed: same digest, host facts aside.
//   R2  Whatever has ended is sealed at the latest `patienceMs` later, or with the next `flush`; its bundle is a whole sealed file.
//   R3  Runs in flight share a program that holds nothing (prepared.ts), a runner and a signature; nothing of one reaches another.
import { canonicalJson, parseCanonicalJson } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { parseInputs } from "../../../kernel-abi/header.ts";
import type { RunEnd, Signer } from "../../../kernel-abi/ports.ts";
import type { Graph } from "../../../kernel-abi/qvm/graph.ts";
import { wallClock } from "../../adapters/host.ts";
import { createRunner } from "../outcomes.ts";
import { PreparedProgram, preparedInput, type PreparedInput } from "../prepared.ts";
import { BundleBuffers } from "./buffers.ts";
import { GRAPH_PROGRAM } from "./program-file.ts";
import { SealBatches, type SealedRun } from "./seal-batches.ts";

export type { SealedRun } from "./seal-batches.ts";

export interface GraphRunsOptions {
  readonly signer: Signer;
  /** 0, the default, runs kernels on this thread. Changes nothing in a run. */
  readonly workers?: number;
  /** Runs under one signature at most; 1 signs each by itself. Default 64. */
  readonly batch?: number;
  /** How long a run that has ended waits for others to be signed with. Default 2. */
  readonly patienceMs?: number;
  /** Sealed with the host's facts. */
  readonly label?: string;
}

/** What GRAPH_PROGRAM is given. */
export interface GraphInput {
  readonly graph: Graph;
  readonly shots: number;
  /** Only the first so many nodes. */
  readonly nodes?: number | undefined;
  readonly noise?: unknown;
}

export interface GraphJob extends GraphInput {
  readonly seed: string;
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

/** Inputs that were prepared, by graph and then by what else there is: graphs are run over and over. */
class Inputs {
  readonly #known = new WeakMap<Graph, Map<string, PreparedInput>>();

  of({ graph, shots, nodes, noise }: GraphInput): PreparedInput {
    const rest = { ...(nodes === undefined ? {} : { nodes }), ...(noise === undefined ? {} : { noise }), shots };
    const key = JSON.stringify(rest);
    let known = this.#known.get(graph);
    if (known === undefined) this.#known.set(graph, known = new Map<string, PreparedInput>());
    let found = known.get(key);
    if (found === undefined) {
      if (known.size >= KNOWN_MAX) known.clear();
      known.set(key, found = graphInput({ graph, ...rest }));
    }
    return found;
  }
}
/** Of one graph. */
const KNOWN_MAX = 16;

/** As `record` makes it: keys in the order of the record. @throws Fault ABI_UNENCODABLE | INPUT_INVALID */
export function graphInput(input: GraphInput): PreparedInput {
  const payload = canonicalJson({ files: {}, input });
  return preparedInput(parseInputs(parseCanonicalJson(payload)), payload);
}

const isCounts = (value: unknown): value is { readonly counts: Readonly<Record<string, number>> } => typeof value === "object" && value !== null && "counts" in value;

/** @throws Fault PROGRAM_INVALID when the program cannot be loaded; USAGE */
export async function createGraphRuns({ signer, workers = 0, batch = 64, patienceMs = 2, label = "" }: GraphRunsOptions): Promise<GraphRuns> {
  const program = await PreparedProgram.load(GRAPH_PROGRAM);
  const runner = createRunner({ workers });
  const shared = { run: runner.run.bind(runner), close: (): Promise<void> => Promise.resolve() };
  const buffers = new BundleBuffers();
  const seals = new SealBatches({ signer, most: batch, patienceMs });
  const inputs = new Inputs();
  let open = true;
  return {
    async run({ seed, signal, ...input }) {
      if (!open) throw new Fault("RUNTIME_DEFECT", { what: "these runs were closed" });
      if (seed === "") throw new Fault("USAGE", { option: "seed", allowed: "non-empty text" });
      const started = wallClock();
      const sink = buffers.take();
      try {
        const { end, recorder } = await program.run({ seed, input: inputs.of(input), sink, signal }, shared);
        const sealed = seals.add({ recorder, sink, end, host: { workers, label, started } });
        const counts = end.status === "completed" && isCounts(end.result) ? end.result.counts : undefined;
        return { counts, end, digest: recorder.digest, sealed };
      } catch (error) {
        sink.giveBack();
        throw error;
      }
    },
    flush: () => { seals.flush(); },
    async close() {
      open = false;
      seals.flush();
      program.close();
      await runner.close();
    },
  };
}
