// Who writes evidence to the disk: the kernel's own thread while there is little, one beside it when there is much, for two new files a job
// cost more than all else that a short job asks of a kernel. Owns what is on its way.
//   K31 What comes in one turn of the event loop, or while the thread is busy, goes to it together; what comes alone is written here at
//       once, which takes it less long. Whatever the thread cannot do is done here, one by one, so that each job is told its own failure.
import type { JobRunner } from "../../../kernel-abi/ports.ts";
import { createPool } from "../../workers/pool.ts";
import { packed } from "../qvm/thread-form.ts";
import { writeEvidence, type Evidence } from "./trace-files.ts";

export interface TraceWriter {
  /** Resolves when it is on the disk. @throws Fault DISK_FAILED | FILE_UNREADABLE */
  write(job: string, evidence: Evidence): Promise<void>;
  /** Nothing may be on its way. */
  close(): Promise<void>;
}

/** What a thread is told of a batch; the bytes follow in this order. */
export interface WriteAsked {
  readonly folder: string;
  readonly jobs: readonly { readonly job: string; readonly bundle: number; readonly attestation: number | null }[];
}

interface Waiting {
  readonly job: string;
  readonly evidence: Evidence;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const ENTRY = new URL(import.meta.url.endsWith(".ts") ? "./trace-entry.ts" : "./trace-entry.js", import.meta.url);
/** Before a kernel has kept so much a thread would cost more than it saves. */
const ASIDE_AFTER = 64;

const asked = (folder: string, batch: readonly Waiting[]): WriteAsked =>
  ({ folder, jobs: batch.map(({ job, evidence: { bundle, attestation } }) => ({ job, bundle: bundle.length, attestation: attestation?.length ?? null })) });

/** `aside`: whether there may be a thread. */
export function createTraceWriter({ folder, aside, after = ASIDE_AFTER }: { readonly folder: string; readonly aside: boolean; readonly after?: number }): TraceWriter {
  let pool: JobRunner | undefined;
  let kept = 0;
  let waiting: Waiting[] = [];
  let sending = false;

  const here = ({ job, evidence, resolve, reject }: Waiting): void => {
    try {
      writeEvidence(folder, job, evidence);
      resolve();
    } catch (error) {
      reject(error);
    }
  };
  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      if (batch.length === 1) {
        batch.forEach(here);
        continue;
      }
      pool ??= createPool({ workerUrl: ENTRY, workers: 1, attempts: 1 });
      const bytes = batch.flatMap(({ evidence: { bundle, attestation } }) => (attestation === undefined ? [bundle] : [bundle, attestation]));
      try {
        await pool.run({ kernel: "write", input: packed(asked(folder, batch), bytes) });
        for (const { resolve } of batch) resolve();
      } catch {
        batch.forEach(here);
      }
    }
    sending = false;
  };
  return {
    write: (job, evidence) => new Promise((resolve, reject) => {
      const one = { job, evidence, resolve, reject };
      if (!aside || kept++ < after) return here(one);
      waiting.push(one);
      if (sending) return;
      sending = true;
      process.nextTick(() => { void send(); }); // behind everybody whose seal came with this one's
    }),
    close: () => pool?.close() ?? Promise.resolve(),
  };
}
