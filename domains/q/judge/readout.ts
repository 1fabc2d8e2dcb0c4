// The end of a history: all last measurements read from its final state, for every target that came this far.
import { log } from "../../kernels/libm/portable.ts";
import type { Register } from "../../kernels/statevector/register.ts";
import { FLOOR, HISTORIES_MAX, PRUNED, TooManyHistories, goOn, sideOfPoint, type Aim, type Odds, type Path, type Sides } from "./aim.ts";
import { Pyramid, type Reader } from "./terminal.ts";

export class Readout {
  readonly #aim: Aim;
  readonly #readers: readonly Reader[];
  readonly #read: ReadonlySet<number>;
  readonly #floor: number;

  constructor(aim: Aim, readers: readonly Reader[]) {
    this.#aim = aim;
    this.#readers = readers;
    this.#read = new Set(readers.flatMap(({ clbits }) => clbits));
    this.#floor = readers.reduce((floor) => floor / 2, FLOOR);
  }

  /** Uses the register's state up. `clbits`: what the history left in them. @throws TooManyHistories */
  finish(path: Path, clbits: Uint8Array, register: Register): void {
    const targets = path.targets.filter((target) => this.#agrees(target, clbits));
    if (targets.length === 0) return;
    const pyramid = new Pyramid(register, this.#readers);
    this.#descend({ path: { ...path, targets }, clbits: clbits.slice(), pyramid }, 0, 0);
  }

  /** Whether the record says of clbits that are not read here what the history left in them. */
  #agrees(target: number, clbits: Uint8Array): boolean {
    if (this.#aim.kind === "all") return true;
    const { records, bits } = this.#aim.account.tally;
    if (target >= records.length) return true;
    const at = target * clbits.length;
    for (let clbit = 0; clbit < clbits.length; clbit++) if (bits[at + clbit] !== clbits[clbit] && !this.#read.has(clbit)) return false;
    return true;
  }

  #descend(here: Here, level: number, node: number): void {
    const { path, clbits, pyramid } = here;
    const reader = this.#readers[level];
    const weight = pyramid.weight(level, node);
    if (reader === undefined) return this.#reach(here, weight / pyramid.weight(0, 0));
    const odds: Odds = [pyramid.weight(level + 1, 2 * node) / weight, pyramid.weight(level + 1, 2 * node + 1) / weight];
    const sides = this.#sides(path, reader, odds);
    for (const bit of [0, 1] as const) {
      if (sides[bit].length === 0) continue;
      const next = { ...path };
      goOn(next, bit, odds, sides[bit]);
      for (const clbit of reader.clbits) clbits[clbit] = bit;
      this.#descend({ path: next, clbits, pyramid }, level + 1, 2 * node + bit);
    }
  }

  #sides(path: Path, { clbits, ordinal }: Reader, odds: Odds): Sides {
    if (this.#aim.kind === "all") return [odds[0] < PRUNED ? [] : path.targets, odds[1] < PRUNED ? [] : path.targets];
    const { account } = this.#aim;
    const { records, bits, circuit } = account.tally;
    const open = odds[0] > PRUNED && odds[1] > PRUNED;
    if (open) account.node(ordinal, odds[0], odds[1]);
    const sides: [number[], number[]] = [[], []];
    for (const target of path.targets) {
      const isPoint = target >= records.length;
      const at = target * circuit.clbits;
      const bit = isPoint ? sideOfPoint(path, odds, account.points[target - records.length] ?? 0) : bits[at + (clbits[0] ?? 0)] === 1 ? 1 : 0;
      if (odds[bit] === 0 || !(isPoint || clbits.every((clbit) => bits[at + clbit] === bit))) continue;
      if (open && !isPoint) account.take(target, bit);
      sides[bit].push(target);
    }
    return sides;
  }

  #reach({ path: { targets, lnP, p, from }, clbits }: Here, part: number): void {
    if (!(part >= this.#floor)) return;
    if (this.#aim.kind === "all") {
      const { distribution } = this.#aim;
      const record = clbits.join("");
      distribution.set(record, (distribution.get(record) ?? 0) + p);
      if (distribution.size > HISTORIES_MAX) throw new TooManyHistories();
      return;
    }
    const { account } = this.#aim;
    for (const target of targets) account.reach(target, lnP + log(part), p, from);
  }
}

interface Here {
  readonly path: Path;
  readonly clbits: Uint8Array;
  readonly pyramid: Pyramid;
}
