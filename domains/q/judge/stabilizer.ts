// The walk along recorded outcomes of a Clifford circuit, exact: a record is impossible, or has probability 2⁻ᵏ a path. Owns which
// records are run together: all that fit, until something that is no Pauli gate hangs on a bit they do not share (Z3).
import type { LoweredCircuit } from "../../kernels/circuit.ts";
import { cliffordProgram } from "../../kernels/stabilizer/clifford.ts";
import type { Account } from "./account.ts";
import { HISTORIES_MAX, TooManyHistories } from "./aim.ts";
import { finalWrites } from "./final-writes.ts";
import { bitAt, isZero, type Plane } from "./frames.ts";
import { StabilizerRun } from "./stabilizer-run.ts";

const LN_2 = 0.6931471805599453;
/** Bits of frames and records held at once. */
const BITS_MAX = 536_870_912;
/** Leading coins that place a record in [0, 1). */
const PLACES = 53;

/** Records that have agreed on everything decided so far. */
interface Task {
  readonly targets: Int32Array;
  readonly decisions: readonly (0 | 1)[];
  /** How many of the decisions are guesses at hidden coins. */
  readonly guesses: number;
}

/** Thrown by a run that cannot go on with all its records, or without a guess. */
class Parted extends Error {
  override readonly name = "Parted";
  /** Who meets the condition; undefined: a coin is to be guessed. */
  readonly meets: Plane | undefined;
  constructor(meets: Plane | undefined) {
    super();
    this.meets = meets;
  }
}

export class StabilizerWalk {
  readonly #circuit: LoweredCircuit;
  readonly #account: Account;
  readonly #program: Int32Array;
  readonly #finals: ReadonlySet<number>;
  readonly #tasks: Task[] = [];
  #histories = 0;
  /** Least coins on any path. */
  coins = Infinity;
  /** Whether guesses made several paths: then the account's odds and places mean nothing. */
  branched = false;

  constructor(circuit: LoweredCircuit, account: Account) {
    this.#circuit = circuit;
    this.#account = account;
    this.#program = cliffordProgram(circuit);
    this.#finals = finalWrites(circuit);
  }

  /** @throws TooManyHistories */
  run(): void {
    const { length } = this.#account.tally.records;
    const together = Math.max(32, Math.floor(BITS_MAX / (2 * this.#circuit.qubits + this.#circuit.clbits)));
    for (let from = 0; from < length; from += together) {
      this.#tasks.push({ targets: Int32Array.from({ length: Math.min(together, length - from) }, (_, at) => from + at), decisions: [], guesses: 0 });
    }
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) this.#attempt(task);
  }

  #attempt(task: Task): void {
    const records = this.#planes(task.targets);
    const decisions = [...task.decisions];
    let asked = 0;
    const decide = (what: () => 0 | 1): 0 | 1 => {
      const decision = decisions[asked] ?? what();
      decisions[asked++] = decision;
      return decision;
    };
    const run = new StabilizerRun({ circuit: this.#circuit, program: this.#program, finals: this.#finals, records, count: task.targets.length }, {
      branch: (meets) => decide(() => unanimous(meets, task.targets.length)) === 1,
      guess: () => decide(() => { throw new Parted(undefined); }),
    });
    try {
      run.run();
    } catch (parted) {
      if (!(parted instanceof Parted)) throw parted;
      return this.#part({ ...task, decisions }, parted.meets);
    }
    this.#settle(task, run, records);
  }

  #part(task: Task, meets: Plane | undefined): void {
    if (meets === undefined) {
      this.branched = true;
      this.#histories += 1;
      if (this.#histories > HISTORIES_MAX) throw new TooManyHistories();
    }
    for (const bit of [0, 1] as const) {
      const targets = meets === undefined ? task.targets : task.targets.filter((_, at) => bitAt(meets, at) === bit);
      this.#tasks.push({ targets, decisions: [...task.decisions, bit], guesses: task.guesses + (meets === undefined ? 1 : 0) });
    }
  }

  /** What the records say, a plane a clbit. */
  #planes(targets: Int32Array): readonly Plane[] {
    const { bits, circuit: { clbits } } = this.#account.tally;
    const planes = Array.from({ length: clbits }, () => new Int32Array(Math.ceil(targets.length / 32)));
    targets.forEach((target, at) => {
      for (let clbit = 0; clbit < clbits; clbit++) {
        const plane = planes[clbit] as Plane;
        if (bits[target * clbits + clbit] === 1) plane[at >> 5] = (plane[at >> 5] ?? 0) | (1 << (at & 31));
      }
    });
    return planes;
  }

  #settle({ targets, guesses }: Task, { tosses, impossible }: StabilizerRun, records: readonly Plane[]): void {
    const { weight } = this.#account.tally;
    const coins = tosses.length + guesses;
    const ones = new Float64Array(targets.length);
    const from = new Float64Array(targets.length);
    let place = 0.5;
    tosses.forEach(({ ordinal, clbit }, toss) => {
      const plane = records[clbit] as Plane;
      let [shots, heads] = [0, 0];
      for (let at = 0; at < targets.length; at++) {
        if (bitAt(impossible, at) === 1) continue;
        const times = weight[targets[at] ?? 0] ?? 0;
        shots += times;
        if (bitAt(plane, at) === 0) continue;
        heads += times;
        ones[at] = (ones[at] ?? 0) + 1;
        if (toss < PLACES) from[at] = (from[at] ?? 0) + place;
      }
      place /= 2;
      this.#account.tossed(ordinal, shots, heads);
    });
    this.coins = Math.min(this.coins, coins);
    targets.forEach((target, at) => {
      if (bitAt(impossible, at) === 1) return;
      this.#account.coins(target, tosses.length, ones[at] ?? 0);
      this.#account.reach(target, -LN_2 * coins, powerOfHalf(coins), from[at] ?? 0);
    });
  }
}

/** 2⁻ᵏ, 0 below the smallest double. */
function powerOfHalf(k: number): number {
  let p = 1;
  for (let coin = 0; coin < k && p > 0; coin++) p /= 2;
  return p;
}

/** Whether all records meet a condition, or none does. @throws Parted */
function unanimous(meets: Plane, count: number): 0 | 1 {
  if (isZero(meets)) return 0;
  const last = (1 << (count & 31)) - 1;
  const all = meets.every((bits, word) => bits === (32 * word + 32 <= count ? -1 : last));
  if (!all) throw new Parted(meets);
  return 1;
}
