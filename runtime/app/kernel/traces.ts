// Sealed traces of jobs: one file each in the state folder, or the latest in memory where there is none.
//   K3  A trace is whole under its name or not there: it is written beside and renamed (adapters/files.ts does no less).
import { rmSync } from "node:fs";
import { join } from "node:path";
import { attempt, hostDisk, readAll, stands, withFile, writeAll } from "../../adapters/disk.ts";

const BYTES_MAX = 256 * 1024 * 1024;

export interface Traces {
  /** The path of the kept trace; null in memory. */
  keep(job: string, bundle: Uint8Array): string | null;
  read(job: string): Uint8Array | undefined;
  /** Its attestation, beside the trace. */
  attest(job: string, attestation: Uint8Array): void;
  attestation(job: string): Uint8Array | undefined;
  forget(job: string): void;
}

/** `bytesMax`: of all traces kept; the oldest make room. */
export function tracesInMemory(bytesMax = BYTES_MAX): Traces {
  const kept = new Map<string, Uint8Array>();
  const attested = new Map<string, Uint8Array>();
  let bytes = 0;
  const forget = (job: string): void => {
    bytes -= kept.get(job)?.length ?? 0;
    kept.delete(job);
    attested.delete(job);
  };
  return {
    keep(job, bundle) {
      forget(job);
      kept.set(job, bundle);
      bytes += bundle.length;
      for (const oldest of kept.keys()) {
        if (bytes <= bytesMax || kept.size === 1) break;
        forget(oldest);
      }
      return null;
    },
    read: (job) => kept.get(job),
    attest: (job, attestation) => { if (kept.has(job)) attested.set(job, attestation); },
    attestation: (job) => attested.get(job),
    forget,
  };
}

/** @throws Fault DISK_FAILED | FILE_UNREADABLE. They stay when their jobs are forgotten: evidence is the operator's to remove. */
export function tracesIn(folder: string): Traces {
  attempt(folder, "create", () => hostDisk.mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const pathOf = (job: string): string => join(folder, `${job}.triad`);
  const attestedIn = (job: string): string => join(folder, `${job}.triad.attestation`);
  const write = (path: string, bytes: Uint8Array): void => {
    const beside = `${path}.new`;
    withFile(hostDisk, beside, attempt(beside, "create", () => hostDisk.openSync(beside, "w", 0o600)), (fd) => { writeAll(hostDisk, beside, fd, bytes); });
    attempt(path, "rename", () => { hostDisk.renameSync(beside, path); });
  };
  const read = (path: string): Uint8Array | undefined => (stands(hostDisk, path) ? readAll(hostDisk, path, BYTES_MAX) : undefined);
  return {
    keep(job, bundle) {
      write(pathOf(job), bundle);
      return pathOf(job);
    },
    read: (job) => read(pathOf(job)),
    attest: (job, attestation) => { write(attestedIn(job), attestation); },
    attestation: (job) => read(attestedIn(job)),
    forget: (job) => { rmSync(`${pathOf(job)}.new`, { force: true }); },
  };
}
