// The threads of a kernel: heavy runs and replays, each done whole on one of them. Owns the pool; a seal is made here (K18).
//   K19 Work that is given up ends, and its thread with it; whatever else waits for a thread goes on.
//   K20 A thread that dies costs one attempt of its job, which the job tells of: nothing is tried again unseen.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Signer } from "../../../kernel-abi/ports.ts";
import { createPool } from "../../workers/pool.ts";
import { packed, RUN_TASK, unpacked, type RunAnswer, type RunsAsked } from "../qvm/thread-form.ts";
import { completed, countsOf, type JobRun, type SealedRun } from "./job-runs.ts";
import type { MadeAgain } from "./made-again.ts";
import { REPLAY_TASK, sealedHere } from "./thread-tasks.ts";

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./thread-entry.ts" : "./thread-entry.js", import.meta.url);
/** Whoever wants a job to end earlier gives it a limit of its own. */
const HUNG_MS = 6 * 60 * 60_000;

export interface Threads {
  run(job: JobRun): Promise<SealedRun>;
  /** As madeAgain. */
  replay(bundle: Uint8Array, signal: AbortSignal): Promise<MadeAgain>;
  close(): Promise<void>;
}

/** Started when they are first needed. */
export function createThreads({ signer, workers }: { readonly signer: Signer; readonly workers: number }): Threads {
  const pool = createPool({ workerUrl: ENTRY, workers, attempts: 1, taskTimeoutMs: HUNG_MS });
  let asked = 0;
  return {
    async run({ graph, shots, seed, nodes, noise, signal }) {
      const input = { graph, shots, ...(nodes === undefined ? {} : { nodes }), ...(noise === undefined || noise === null ? {} : { noise }) };
      const number = asked++;
      const task: RunsAsked = { inputs: [[number, input]], runs: [{ seed, input: number }], label: "" };
      const { head: [answer], body } = unpacked<readonly RunAnswer[]>(await pool.run({ kernel: RUN_TASK, input: packed(task) }, signal));
      if (answer?.is === "refused") throw new Fault(answer.fault.name, answer.fault.detail);
      if (answer?.is !== "made") throw new Fault("RUNTIME_DEFECT", { what: "a thread has no input it was sent" });
      const { end, facts } = answer;
      return { counts: completed(end.status === "completed" ? countsOf(end.result) : undefined, end), digest: facts.digest, bundle: sealedHere(facts, body, signer) };
    },
    replay: async (bundle, signal) => unpacked<MadeAgain>(await pool.run({ kernel: REPLAY_TASK, input: packed(signer.keyId, [bundle]) }, signal)).head,
    close: () => pool.close(),
  };
}
