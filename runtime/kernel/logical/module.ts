// The physical qubits of one module, each in exactly one pool: free, resetting, faulty, in maintenance, or held by a block (blocks.ts).
//   C20  Exclusive: no qubit is in two pools.
//   C21  Conserved: the pools and what is held sum to the module's qubits.
//   C22  A qubit that was held is reset through a turnover before anybody holds it again.
import { invariant } from "../../../kernel-abi/invariant.ts";
import { type Range, RangeSet, endOf, sizeOf, within, without } from "./ranges.ts";

/** Out of service. */
export type Outage = "FAULTY" | "MAINTENANCE";
/** Part of a held block that is out of service. */
export interface Hurt extends Range { readonly state: Outage }

export interface ModuleSpec {
  readonly name: string;
  readonly physicalQubits: number;
}

export interface ModuleSaved extends ModuleSpec {
  readonly free: readonly Range[];
  readonly resetting: readonly Range[];
  readonly faulty: readonly Range[];
  readonly maintenance: readonly Range[];
}

/** What a module has, in physical qubits. */
export interface ModuleInventory {
  readonly name: string;
  readonly total: number;
  readonly free: number;
  readonly held: number;
  readonly resetting: number;
  readonly faulty: number;
  readonly maintenance: number;
}

/** The hurt parts of a block after `window` went out of service, or back into it. */
export function hurtBy({ ranges, hurt }: { readonly ranges: readonly Range[]; readonly hurt: readonly Hurt[] }, window: Range, state: Outage | "SERVICE"): readonly Hurt[] {
  const left = hurt.flatMap((each) => without([each], window).map((range): Hurt => ({ ...range, state: each.state })));
  return state === "SERVICE" ? left : [...left, ...within(ranges, window).map((range): Hurt => ({ ...range, state }))];
}

export class Module {
  readonly name: string;
  readonly total: number;
  readonly #free: RangeSet;
  readonly #resetting: RangeSet;
  readonly #out: Readonly<Record<Outage, RangeSet>>;
  #held: number;

  constructor(spec: ModuleSpec | ModuleSaved) {
    this.name = spec.name;
    this.total = spec.physicalQubits;
    this.#free = new RangeSet("free" in spec ? spec.free : [{ from: 0, count: spec.physicalQubits }]);
    this.#resetting = new RangeSet("free" in spec ? spec.resetting : []);
    this.#out = { FAULTY: new RangeSet("free" in spec ? spec.faulty : []), MAINTENANCE: new RangeSet("free" in spec ? spec.maintenance : []) };
    this.#held = this.total - this.#pooled();
  }

  get free(): number { return this.#free.size; }
  get whole(): Range { return { from: 0, count: this.total }; }
  get inventory(): ModuleInventory {
    return {
      name: this.name, total: this.total, free: this.#free.size, held: this.#held,
      resetting: this.#resetting.size, faulty: this.#out.FAULTY.size, maintenance: this.#out.MAINTENANCE.size,
    };
  }

  /** Holds `count` free qubits, or none. */
  take(count: number): readonly Range[] | undefined {
    const taken = this.#free.take(count);
    if (taken !== undefined) this.#held += count;
    return taken;
  }

  /** Gives up what was held: to be reset, but for what is hurt (C22). */
  give(ranges: readonly Range[], hurt: readonly Hurt[]): void {
    let sound = ranges;
    for (const part of hurt) {
      this.#out[part.state].add({ from: part.from, count: part.count });
      sound = without(sound, part);
    }
    for (const range of sound) this.#resetting.add(range);
    this.#held -= sizeOf(ranges);
  }

  /** Puts what is not held within the window out of service, or back into it (to be reset first). */
  mark(window: Range, state: Outage | "SERVICE"): void {
    const found = [...state === "SERVICE" ? [] : [this.#free, this.#resetting], this.#out.FAULTY, this.#out.MAINTENANCE].flatMap((pool) => pool.cut(window));
    const pool = state === "SERVICE" ? this.#resetting : this.#out[state];
    for (const range of found) pool.add(range);
  }

  turnover(): void {
    for (const range of this.#resetting.drain()) this.#free.add(range);
  }

  /** C20 and C21, against the ranges that blocks hold here; `held`: their number when it is all there is time for. */
  assert(held: number, ranges?: readonly Range[]): void {
    invariant(this.#held === held && this.#pooled() + held === this.total, "C21", this.name);
    if (ranges === undefined) return;
    const all = [...this.#free.runs, ...this.#resetting.runs, ...this.#out.FAULTY.runs, ...this.#out.MAINTENANCE.runs, ...ranges].sort((a, b) => a.from - b.from);
    let next = 0;
    for (const range of all) {
      invariant(range.from === next, "C20", this.name);
      next = endOf(range);
    }
    invariant(next === this.total, "C21", this.name);
  }

  saved(): ModuleSaved {
    return {
      name: this.name, physicalQubits: this.total, free: [...this.#free.runs], resetting: [...this.#resetting.runs],
      faulty: [...this.#out.FAULTY.runs], maintenance: [...this.#out.MAINTENANCE.runs],
    };
  }

  #pooled(): number { return this.#free.size + this.#resetting.size + this.#out.FAULTY.size + this.#out.MAINTENANCE.size; }
}
