// Checkpoints: places in a plan from which ranges of shots go on. Owns the slots that hold copies of states, and who still waits at them.
//   S2  When a range splits, the smallest part goes on and the others wait at a checkpoint, so at most log2(shots) are held.
//       Without room for a checkpoint, a part waits at an earlier one and is evolved again along its recorded outcomes.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Register } from "./register.ts";

/** Bytes of state copies a job may hold beside its state; one copy is always allowed. */
const COPIES_BYTES_MAX = 1_073_741_824;

/** The state before step or stage `at`. Slot -1 stands for |0…0⟩. */
export interface Checkpoint {
  readonly at: number;
  readonly slot: number;
  readonly clbits: Uint8Array;
  waiting: number;
}

export class Checkpoints {
  readonly #register: Register;
  readonly #freeSlots: number[] = [];

  /** `copies` bounds the slots. */
  constructor(register: Register, copies?: number) {
    this.#register = register;
    const wanted = Math.min(64, Math.max(1, Math.floor(COPIES_BYTES_MAX / register.total)));
    for (let slot = (copies ?? Math.min(wanted, register.copiesMax)) - 1; slot >= 0; slot--) this.#freeSlots.push(slot);
  }

  /** Puts the register there. */
  restore({ slot }: Checkpoint): void {
    if (slot >= 0) this.#register.restore(slot);
    else this.#register.clear();
  }

  /** One of those that wait there has come to its end. */
  leave(base: Checkpoint): void {
    base.waiting--;
    if (base.waiting === 0 && base.slot >= 0) this.#freeSlots.push(base.slot);
  }

  /** Where `parts` of what came from `base` go on from: the register's state, if there is a slot for it, else `base` itself. */
  part(base: Checkpoint, parts: number, at: number, clbits: Uint8Array): Checkpoint {
    const slot = this.#freeSlots.pop();
    if (slot === undefined || !this.#saved(slot)) {
      base.waiting += parts - 1;
      return base;
    }
    this.leave(base);
    return { at, slot, clbits: clbits.slice(), waiting: parts };
  }

  /** False where the host has no memory for one more copy: the job goes on without. */
  #saved(slot: number): boolean {
    try {
      this.#register.save(slot);
      return true;
    } catch (error) {
      if (error instanceof Fault) return false;
      throw error;
    }
  }
}

/** Whether all pairs of a condition hold. */
export function holds(conditions: Int32Array, at: number, clbits: Uint8Array): boolean {
  const count = conditions[at] ?? 0;
  for (let pair = at + 1; pair <= at + 2 * count; pair += 2) {
    if (clbits[conditions[pair] ?? 0] !== conditions[pair + 1]) return false;
  }
  return true;
}
