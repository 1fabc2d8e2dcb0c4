// From process ids, which are what frames carry, to spawn paths, which are what people read, with VHM and node of each.
import { EVENT, type Frame } from "../kernel-abi/frame.ts";
import { KERNEL, PHI_SERVICE, Q_SERVICE } from "../kernel-abi/ids.ts";
import type { KnownProcess } from "../kernel-abi/ports.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { countIn, fieldsOf, textIn } from "./body.ts";

export interface ProcessFacts {
  readonly name: string;
  readonly vhm: number;
  readonly node: number;
}

export interface Processes {
  /** Takes note of processes a frame declares. */
  learn(frame: Frame): void;
  /** Takes note of those who were there before the first frame. */
  present(processes: readonly KnownProcess[]): void;
  /** A process never declared is called `#7`. */
  of(process: number): ProcessFacts;
}

/** The kernel and the domain services act for the run, not for themselves. */
export const isProcess = (id: number): boolean => id !== KERNEL && id !== Q_SERVICE && id !== PHI_SERVICE;

export function createProcesses(): Processes {
  const known = new Map<number, ProcessFacts>([[KERNEL, { name: "kernel", vhm: 0, node: 0 }]]);
  return {
    learn({ entries }) {
      for (const { code, verdict, subject, body } of entries) {
        if (code !== EVENT.PROCESS_DECLARED && !(code === SYSCALL.PROC_SPAWN && verdict === 0)) continue;
        const fields = fieldsOf(body);
        const name = textIn(fields, "name");
        if (name !== "") known.set(subject, { name, vhm: countIn(fields, "vhm"), node: countIn(fields, "node") });
      }
    },
    present(processes) {
      for (const { id, name, vhm, node } of processes) known.set(id, { name, vhm, node });
    },
    of: (process) => known.get(process) ?? { name: `#${process}`, vhm: 0, node: 0 },
  };
}
