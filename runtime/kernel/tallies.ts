// Tallies: what each process's turns have used, for whoever may look at a part of the run (READ_TRACE aimed at a process). Kept only
// in runs that allow READ_TRACE; what a tally says follows from the frames.
//   P6  What an ended process used stands with the nearest process above it that is still there: a sum over a subtree misses nothing.
//   P7  Memory: one tally for each process that is alive, or ended in this tick.
import { ROOT, type ProcessId } from "../../kernel-abi/ids.ts";
import { Pages } from "./pages.ts";
import type { ProcessTable } from "./process-table.ts";

export interface Tally {
  turns: number;
  messages: number;
  shots: number;
  bytes: number;
}

export type TalliesState = readonly (readonly [id: number, turns: number, messages: number, shots: number, bytes: number])[];

const nothing = (): Tally => ({ turns: 0, messages: 0, shots: 0, bytes: 0 });

function add(to: Tally, { turns, messages, shots, bytes }: Readonly<Tally>): void {
  to.turns += turns;
  to.messages += messages;
  to.shots += shots;
  to.bytes += bytes;
}

export class Tallies {
  readonly #processes: ProcessTable;
  readonly #tallies = new Pages<Tally>();
  #over: ProcessId[] = [];
  constructor(processes: ProcessTable) { this.#processes = processes; }

  /** What process `id` used beside what it has. The kernel's and the services' own is nobody's. */
  count(id: number, used: Partial<Tally>): void {
    if (id < ROOT) return;
    add(this.#of(id), { ...nothing(), ...used });
  }

  /** What ended in this tick is handed on first: nothing comes of it any more. */
  saved(): TalliesState {
    this.tidy();
    return Array.from(this.#tallies.entries(), ([id, { turns, messages, shots, bytes }]) => [id, turns, messages, shots, bytes] as const);
  }
  /** Into an empty one. */
  restore(tallies: TalliesState): void {
    for (const [id, turns, messages, shots, bytes] of tallies) this.#tallies.set(id, { turns, messages, shots, bytes });
  }

  ended(id: ProcessId): void { this.#over.push(id); }

  /** When time goes on: the youngest first, so that what is below a process is with it before it is handed on itself. */
  tidy(): void {
    if (this.#over.length === 0) return;
    for (const id of this.#over.sort((a, b) => b - a)) {
      const tally = this.#tallies.get(id);
      if (tally === undefined || id === ROOT) continue;
      this.#tallies.delete(id);
      add(this.#of(this.#processes.parentOf(id)), tally);
    }
    this.#over = [];
  }

  /** Of a living process and those below it. */
  below(id: ProcessId): Tally {
    const sum = nothing();
    for (const [at, tally] of this.#tallies.entries()) if (this.#processes.descends(at, id)) add(sum, tally);
    return sum;
  }

  #of(id: number): Tally {
    for (let at = id; ; at = this.#processes.parentOf(at)) {
      let tally = this.#tallies.get(at);
      if (tally !== undefined) return tally;
      if (at !== ROOT && this.#processes.living(at) === undefined) continue;
      this.#tallies.set(at, tally = nothing());
      return tally;
    }
  }
}
