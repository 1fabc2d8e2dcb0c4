// Copies: attempts to copy a handle, counted by process (032, A4). Refused where they are made; told behind the turn that made them.
//   F6  Every attempt in a turn is on record: as a refused entry where a syscall was to copy the handle, else as a FAULT event.
//   F7  Attempts of one process add up over its life. So many end what it holds, twice as many end it (Recovery.copies).
import { EVENT } from "../../kernel-abi/frame.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import { refusingCopies, type CopyRefusal, type CopyWay, type HandleKind } from "../../kernel-abi/handle.ts";
import { processId, type ProcessId } from "../../kernel-abi/ids.ts";
import { COPIES_DEFAULT, type Recovery } from "../../kernel-abi/injection.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { AmbientGuard } from "../../kernel-abi/ports.ts";
import type { Process } from "../process/process.ts";
import { emptyRow, type Transaction } from "./transaction.ts";

export const NO_CLONE = FAULTS.Q_ERR_NO_CLONE_VIOLATION.code;

/** What a process has come to by its attempts. */
export type CopyStage = "none" | "contracts" | "process";

interface Seen { readonly way: CopyWay; readonly of: HandleKind; times: number }

/** Never written to. */
const NOTHING_SEEN: Seen[] = Object.freeze([]) as unknown as Seen[];

export class Copies {
  /** What the handles of this run refuse copies with. */
  readonly refuse: CopyRefusal;
  readonly #bears: number;
  readonly #counts = new Map<ProcessId, number>();
  /** Since they were last told, by way and kind. */
  #seen: Seen[] = NOTHING_SEEN;
  /** A program's own code is running: nothing is told of what no process does. */
  acting = false;

  constructor(recovery: Recovery | undefined) {
    this.#bears = recovery?.copies ?? COPIES_DEFAULT;
    this.refuse = refusingCopies((way, of) => { this.#notice(way, of); });
  }

  /** The same guard, that also says when a program's own code runs. */
  watching(guard: AmbientGuard): AmbientGuard {
    return {
      enter: () => {
        guard.enter();
        this.acting = true;
      },
      leave: () => {
        this.acting = false;
        guard.leave();
      },
    };
  }

  /** What the kernel was to copy for a program stands in the call it refused, but for the details of an error. */
  #notice(way: CopyWay, of: HandleKind): void {
    if (!this.acting && way !== "error-detail") return;
    const known = this.#seen.find((seen) => seen.way === way && seen.of === of);
    if (known !== undefined) known.times += 1;
    else if (this.#seen === NOTHING_SEEN) this.#seen = [{ way, of, times: 1 }];
    else this.#seen.push({ way, of, times: 1 });
  }

  /** Attempts so far, by process; none is untold. */
  saved(): readonly (readonly [process: number, attempts: number])[] { return [...this.#counts]; }
  /** Into an empty one. */
  restore(counts: readonly (readonly [process: number, attempts: number])[]): void {
    for (const [process, attempts] of counts) this.#counts.set(processId(process), attempts);
  }

  /** Whether there were attempts that no entry tells of. */
  get any(): boolean { return this.#seen !== NOTHING_SEEN; }

  /** Enters the attempts of a turn, or of a body that ends; `refusals` of them are entries of it. Gives what is due for all of the process's so far. */
  tell({ id }: Process, refusals: number, tx: Transaction): CopyStage {
    const before = this.#counts.get(id) ?? 0;
    let attempts = before + refusals;
    for (const { way, of, times } of this.#seen) {
      attempts += times;
      tx.record(EVENT.FAULT, NO_CLONE, 0, { ...emptyRow(), subject: id, body: pack({ way, of, times, attempts }) });
    }
    this.#seen = NOTHING_SEEN;
    this.#counts.set(id, attempts);
    const crossed = (bound: number): boolean => before < bound && attempts >= bound;
    return crossed(2 * this.#bears) ? "process" : crossed(this.#bears) ? "contracts" : "none";
  }
}

