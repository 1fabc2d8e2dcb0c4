// Evidence of a job as files of one folder: the sealed trace, and its attestation beside it.
//   K3  A file is whole under its name or not there: it is written beside and renamed (adapters/files.ts does no less).
import { join } from "node:path";
import { attempt, discard, hostDisk, readAll, stands, withFile, writeAll } from "../../adapters/disk.ts";

/** What there is to show of a job. */
export interface Evidence {
  /** The sealed trace. */
  readonly bundle: Uint8Array;
  readonly attestation: Uint8Array | undefined;
}

/** Of one trace that is read. */
const BYTES_MAX = 256 * 1024 * 1024;

export const tracePath = (folder: string, job: string): string => join(folder, `${job}.triad`);
export const attestationPath = (folder: string, job: string): string => `${tracePath(folder, job)}.attestation`;
const besideOf = (path: string): string => `${path}.new`;

function write(path: string, bytes: Uint8Array): void {
  const beside = besideOf(path);
  withFile(hostDisk, beside, attempt(beside, "create", () => hostDisk.openSync(beside, "w", 0o600)), (fd) => { writeAll(hostDisk, beside, fd, bytes); });
  attempt(path, "rename", () => { hostDisk.renameSync(beside, path); });
}

/** @throws Fault DISK_FAILED | FILE_UNREADABLE */
export function writeEvidence(folder: string, job: string, { bundle, attestation }: Evidence): void {
  write(tracePath(folder, job), bundle);
  if (attestation !== undefined) write(attestationPath(folder, job), attestation);
}

/** Undefined where there is none. @throws Fault FILE_UNREADABLE | DISK_FAILED */
export const readEvidence = (path: string): Uint8Array | undefined => (stands(hostDisk, path) ? readAll(hostDisk, path, BYTES_MAX) : undefined);

/** What a kill left half written of a job's. */
export function discardUnfinished(folder: string, job: string): void {
  for (const path of [tracePath(folder, job), attestationPath(folder, job)]) discard(hostDisk, besideOf(path));
}
