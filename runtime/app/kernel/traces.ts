// Sealed traces of jobs, with their attestations: files of the state folder, or the latest in memory where there is none.
//   K3  A job's evidence is there, whole, when `keep` resolves.
import { attempt, hostDisk } from "../../adapters/disk.ts";
import { attestationPath, discardUnfinished, readEvidence, tracePath, type Evidence } from "./trace-files.ts";
import { createTraceWriter } from "./trace-writer.ts";

const BYTES_MAX = 256 * 1024 * 1024;

export interface Traces {
  /** The path of the kept trace; null in memory. @throws Fault DISK_FAILED | FILE_UNREADABLE */
  keep(job: string, evidence: Evidence): Promise<string | null>;
  read(job: string): Uint8Array | undefined;
  attestation(job: string): Uint8Array | undefined;
  /** An earlier kernel had the job, and may have been killed while it kept what there is of it. */
  tidy(job: string): void;
  forget(job: string): void;
  close(): Promise<void>;
}

/** `bytesMax`: of all traces kept; the oldest make room. */
export function tracesInMemory(bytesMax = BYTES_MAX): Traces {
  const kept = new Map<string, Evidence>();
  let bytes = 0;
  const forget = (job: string): void => {
    bytes -= kept.get(job)?.bundle.length ?? 0;
    kept.delete(job);
  };
  return {
    keep(job, evidence) {
      forget(job);
      kept.set(job, evidence);
      bytes += evidence.bundle.length;
      for (const oldest of kept.keys()) {
        if (bytes <= bytesMax || kept.size === 1) break;
        forget(oldest);
      }
      return Promise.resolve(null);
    },
    read: (job) => kept.get(job)?.bundle,
    attestation: (job) => kept.get(job)?.attestation,
    tidy: () => undefined,
    forget,
    close: () => Promise.resolve(),
  };
}

/** They stay when their jobs are forgotten: evidence is the operator's to remove. `workers`: 0 for no thread at all. @throws Fault DISK_FAILED | FILE_UNREADABLE */
export function tracesIn(folder: string, { workers }: { readonly workers: number }): Traces {
  attempt(folder, "create", () => hostDisk.mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const writer = createTraceWriter({ folder, aside: workers > 0 });
  return {
    async keep(job, evidence) {
      await writer.write(job, evidence);
      return tracePath(folder, job);
    },
    read: (job) => readEvidence(tracePath(folder, job)),
    attestation: (job) => readEvidence(attestationPath(folder, job)),
    tidy: (job) => { discardUnfinished(folder, job); },
    forget: () => undefined,
    close: () => writer.close(),
  };
}
