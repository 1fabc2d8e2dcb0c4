// The threads of a kernel: heavy runs and replays, each done whole on one of them. Owns the pool; a seal is made here (K18).
//   K19 Work that is given up ends, and its thread with it; whatever else waits for a thread goes on.
//   K20 A thread that dies costs one attempt of its job, which the job tells of: nothing is tried again unseen.
import type { Signer } from "../../../kernel-abi/ports.ts";
import { createPool } from "../../workers/pool.ts";
import { completed, type JobRun, type SealedRun } from "./job-runs.ts";
import { packed, unpacked } from "./packed.ts";
import { REPLAY_TASK, RUN_TASK, sealedHere, type RunAsked, type RunMade } from "./thread-tasks.ts";

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./thread-entry.ts" : "./thread-entry.js", import.meta.url);
/** Whoever wants a job to end earlier gives it a limit of its own. */
const HUNG_MS = 6 * 60 * 60_000;

export interface Threads {
  run(job: JobRun): Promise<SealedRun>;
  /** As madeAgain. */
  replay(bundle: Uint8Array, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** Started when they are first needed. */
export function createThreads({ signer, workers }: { readonly signer: Signer; readonly workers: number }): Threads {
  const pool = createPool({ workerUrl: ENTRY, workers, attempts: 1, taskTimeoutMs: HUNG_MS });
  return {
    async run({ graph, shots, seed, nodes, noise, signal }) {
      const asked: RunAsked = { seed, input: { graph, shots, ...(nodes === undefined ? {} : { nodes }), ...(noise === undefined || noise === null ? {} : { noise }) } };
      const { head, body } = unpacked<RunMade>(await pool.run({ kernel: RUN_TASK, input: packed(asked) }, signal));
      return { counts: completed(head.counts, head.end), digest: head.facts.digest, bundle: sealedHere(head, body, signer) };
    },
    replay: async (bundle, signal) => unpacked<string>(await pool.run({ kernel: REPLAY_TASK, input: packed(signer.keyId, bundle) }, signal)).head,
    close: () => pool.close(),
  };
}
