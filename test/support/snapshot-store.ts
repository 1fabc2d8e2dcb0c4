// Snapshots in memory: every one a run wrote, and the newest for whoever resumes it.
import type { SnapshotStore } from "../../runtime/adapters/snapshot-file.ts";

export interface MemoryStore extends SnapshotStore {
  readonly written: Uint8Array[];
}

export function memoryStore(first?: Uint8Array): MemoryStore {
  const written: Uint8Array[] = first === undefined ? [] : [first];
  return { written, write: (bytes) => { written.push(bytes); }, read: () => written.at(-1) };
}

/** One that holds this and takes nothing. */
export const holding = (bytes: Uint8Array | undefined): SnapshotStore => ({ write: () => undefined, read: () => bytes });
