// The snapshot beside a journal: NAME.partial.snapshot, and NAME.partial.snapshot.new where it is written before it has that name.
//   F10  It is a cache: nothing waits for it to be durable, nothing fails with it, and what a kill or a power cut leaves of one is found
//        out when it is read (replay/snapshot.ts). It goes with its journal.
import { attempt, discard, hostDisk, readAll, stands, withFile, writeAll, type Disk } from "./disk.ts";

/** Where the newest snapshot of a run is kept. */
export interface SnapshotStore {
  /** @throws Fault DISK_FAILED | FILE_UNREADABLE; the one before it may be gone then. */
  write(bytes: Uint8Array): void;
  /** Undefined when there is none. @throws Fault when it cannot be read */
  read(): Uint8Array | undefined;
}

const SNAPSHOT_BYTES_MAX = 1024 * 1024 * 1024;
const snapshotName = (partial: string): string => `${partial}.snapshot`;
const draftName = (partial: string): string => `${snapshotName(partial)}.new`;

/** Removes what is kept of a journal that is given up, or sealed. */
export function forgetSnapshot(partial: string, disk: Disk = hostDisk): void {
  for (const name of [snapshotName(partial), draftName(partial)]) discard(disk, name);
}

/** Beside NAME.partial. */
export const snapshotBeside = (partial: string, disk: Disk = hostDisk): SnapshotStore => ({
  write(bytes) {
    const draft = draftName(partial);
    discard(disk, draft);
    try {
      withFile(disk, draft, attempt(draft, "create", () => disk.openSync(draft, "wx")), (fd) => { writeAll(disk, draft, fd, bytes); });
      attempt(snapshotName(partial), "rename", () => disk.renameSync(draft, snapshotName(partial)));
    } catch (error) {
      discard(disk, draft);
      throw error;
    }
  },
  read: () => (stands(disk, snapshotName(partial)) ? readAll(disk, snapshotName(partial), SNAPSHOT_BYTES_MAX) : undefined),
});
