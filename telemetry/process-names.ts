// Spawn paths alone, for those who print them.
import type { Frame } from "../kernel-abi/frame.ts";
import type { ProcessId } from "../kernel-abi/ids.ts";
import type { KnownProcess } from "../kernel-abi/ports.ts";
import { createProcesses } from "./processes.ts";

export interface ProcessNames {
  /** Takes note of processes a frame declares. */
  learn(frame: Frame): void;
  present(processes: readonly KnownProcess[]): void;
  /** The spawn path, or `#7` for a process that was never declared. */
  of(process: ProcessId | number): string;
}

export function createProcessNames(): ProcessNames {
  const processes = createProcesses();
  return { learn: processes.learn, present: processes.present, of: (process) => processes.of(process).name };
}
