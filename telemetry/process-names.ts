// From process ids, which are what frames carry, to spawn paths, which are what people read.
import { EVENT, type Frame } from "../kernel-abi/frame.ts";
import type { ProcessId } from "../kernel-abi/ids.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { fieldsOf, textIn } from "./body.ts";

export interface ProcessNames {
  /** Takes note of processes a frame declares. */
  learn(frame: Frame): void;
  /** The spawn path, or `#7` for a process that was never declared. */
  of(process: ProcessId | number): string;
}

export function createProcessNames(): ProcessNames {
  const names = new Map<number, string>([[0, "kernel"]]);
  return {
    learn({ entries }) {
      for (const { code, verdict, subject, body } of entries) {
        if (code !== EVENT.PROCESS_DECLARED && !(code === SYSCALL.PROC_SPAWN && verdict === 0)) continue;
        const name = textIn(fieldsOf(body), "name");
        if (name !== "") names.set(subject, name);
      }
    },
    of: (process) => names.get(process) ?? `#${process}`,
  };
}
