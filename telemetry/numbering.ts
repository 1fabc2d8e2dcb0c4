// Sequence numbers as frames imply them (kernel-abi/frame.ts): what each process causes to be delivered, counted from 0.
import { WAIT } from "../kernel-abi/envelope.ts";
import { EVENT, TURN_END, type Entry, type Frame, type TurnFrame } from "../kernel-abi/frame.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";

export interface Numbering {
  /** The number an entry that took effect takes, and whose it is; undefined when it takes none. */
  of(frame: Frame, entry: Entry): number | undefined;
  /** Behind the entries of a turn that was not aborted. */
  completed(turn: TurnFrame): void;
  /** The number a process took last; -1 before the first. */
  last(process: number): number;
}

export function createNumbering(): Numbering {
  const next = new Map<number, number>();
  function take(process: number): number {
    const seq = next.get(process) ?? 0;
    next.set(process, seq + 1);
    return seq;
  }
  return {
    of({ actor }, { code, verdict, subject }) {
      switch (code) {
        case SYSCALL.IPC_SEND:
        case SYSCALL.TIMER_SET:
        case SYSCALL.PROC_SPAWN: return verdict === 0 ? take(actor) : undefined;
        case EVENT.EXIT_NOTICED: return take(subject);
        case EVENT.ROOM_MADE: return take(actor);
        default: return undefined;
      }
    },
    completed({ actor, end }) {
      if (end.kind === TURN_END.WAITING && (end.on === WAIT.START || end.on === WAIT.SLICE)) take(actor);
    },
    last: (process) => (next.get(process) ?? 0) - 1,
  };
}
