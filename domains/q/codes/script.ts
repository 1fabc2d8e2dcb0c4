// A circuit in the making: instructions in the order they are said, with the noise that belongs to each put beside it.
//   1  Four knobs are those of Stim's generators, and stand where Stim puts them: after each Clifford, before each round's work on data
//      qubits, before a measurement and after a reset (a flip in the basis that shows). A knob of 0 leaves nothing behind.
//   2  What follows its like (same name and arguments) joins it, except annotations: the printed text is then the one Stim prints.
//   3  The fifth is of waiting, as circuit noise has it elsewhere (arXiv:2308.07915): between two ticks every qubit there is that nothing is done
//      to is depolarized. With it `beforeRoundDataDepolarization` is 0, which stands for all the waiting of a round at once.
import { Fault } from "../../../kernel-abi/fault.ts";
import { TARGET, type StimCircuit, type StimInstruction, type StimItem } from "../stim/circuit.ts";

/** Probabilities in [0, 1]; what is left out is 0. */
export interface NoiseKnobs {
  readonly afterCliffordDepolarization?: number;
  readonly beforeRoundDataDepolarization?: number;
  readonly beforeMeasureFlipProbability?: number;
  readonly afterResetFlipProbability?: number;
  /** Of each qubit in each moment (between two ticks) in which nothing is done to it. */
  readonly idleDepolarization?: number;
}

const NO_NOISE: Required<NoiseKnobs> = Object.freeze({
  afterCliffordDepolarization: 0, beforeRoundDataDepolarization: 0, beforeMeasureFlipProbability: 0, afterResetFlipProbability: 0, idleDepolarization: 0,
});

/** What noise is said by. */
export const NOISE_KNOBS: readonly string[] = Object.freeze(Object.keys(NO_NOISE));

/** Qubits that have been used, and those of them that are used in the moment at hand. */
interface Moment { readonly seen: Set<number>; readonly busy: Set<number> }

export type Basis = "X" | "Z";

const ANNOTATIONS: ReadonlySet<string> = new Set(["TICK", "DETECTOR", "SHIFT_COORDS"]);

export class CircuitScript {
  readonly #items: StimItem[] = [];
  readonly #noise: Required<NoiseKnobs>;
  readonly #moment: Moment;

  /** @throws Fault ABI_MALFORMED when a knob is no probability */
  constructor(noise: NoiseKnobs, moment: Moment = { seen: new Set(), busy: new Set() }) {
    this.#noise = resolvedKnobs(noise);
    this.#moment = moment;
  }

  get items(): StimCircuit { return this.#items; }

  tick(): void {
    const { seen, busy } = this.#moment;
    this.#noisy("DEPOLARIZE1", this.#noise.idleDepolarization, [...seen].filter((qubit) => !busy.has(qubit)).sort((a, b) => a - b));
    busy.clear();
    this.#append("TICK", [], []);
  }

  /** The tick that opens a round, and what happens to data qubits while they wait for it. */
  roundTick(data: readonly number[]): void {
    this.tick();
    this.#noisy("DEPOLARIZE1", this.#noise.beforeRoundDataDepolarization, data);
  }

  gate(name: string, qubits: readonly number[]): void {
    this.#operation(name, qubits);
    this.#noisy("DEPOLARIZE1", this.#noise.afterCliffordDepolarization, qubits);
  }

  /** `pairs`: control, target, control, target, … */
  cx(pairs: readonly number[]): void {
    this.#operation("CX", pairs);
    this.#noisy("DEPOLARIZE2", this.#noise.afterCliffordDepolarization, pairs);
  }

  reset(qubits: readonly number[], basis: Basis = "Z"): void {
    this.#operation(basis === "X" ? "RX" : "R", qubits);
    this.#flip(this.#noise.afterResetFlipProbability, qubits, basis);
  }

  measure(qubits: readonly number[], basis: Basis | "Y" = "Z"): void {
    this.#flip(this.#noise.beforeMeasureFlipProbability, qubits, basis);
    this.#operation(basis === "Z" ? "M" : `M${basis}`, qubits);
  }

  measureReset(qubits: readonly number[]): void {
    this.#flip(this.#noise.beforeMeasureFlipProbability, qubits, "Z");
    this.#operation("MR", qubits);
    this.#flip(this.#noise.afterResetFlipProbability, qubits, "Z");
  }

  qubitCoordinates(qubit: number, at: readonly number[]): void { this.#append("QUBIT_COORDS", at, [qubit]); }
  shiftCoordinates(by: readonly number[]): void { this.#append("SHIFT_COORDS", by, []); }

  /** `back`: how many measurements ago each of them was made, from 1. */
  detector(at: readonly number[], back: readonly number[]): void { this.#append("DETECTOR", at, records(back)); }
  observable(index: number, back: readonly number[]): void { this.#append("OBSERVABLE_INCLUDE", [index], records(back)); }

  /**
   * `count` times what `write` says, as Stim repeats: none leaves nothing, one stands as it is.
   * Where other qubits wait before the first time than before the next ones, the first stands by itself.
   */
  repeat(count: number, write: (body: CircuitScript) => void): void {
    if (count < 1) return;
    const before = new Set(this.#moment.busy);
    const body = new CircuitScript(this.#noise, this.#moment);
    write(body);
    const alike = before.size === this.#moment.busy.size && [...before].every((qubit) => this.#moment.busy.has(qubit));
    if (count > 1 && alike) this.#items.push({ name: "REPEAT", tag: "", count, body: body.items, line: 0 });
    else {
      this.#items.push(...body.items);
      this.repeat(count - 1, write);
    }
  }

  /** What is done to qubits: all of it is in the moment at hand. */
  #operation(name: string, qubits: readonly number[]): void {
    if (this.#noise.idleDepolarization > 0) {
      for (const qubit of qubits) {
        this.#moment.seen.add(qubit);
        this.#moment.busy.add(qubit);
      }
    }
    this.#append(name, [], qubits);
  }

  #noisy(name: string, probability: number, qubits: readonly number[]): void {
    if (probability > 0 && qubits.length > 0) this.#append(name, [probability], qubits);
  }

  #flip(probability: number, qubits: readonly number[], basis: Basis | "Y"): void {
    this.#noisy(basis === "X" ? "Z_ERROR" : "X_ERROR", probability, qubits);
  }

  #append(name: string, args: readonly number[], targets: readonly number[]): void {
    const last = this.#items.at(-1);
    if (last !== undefined && joins(last, name, args)) {
      this.#items[this.#items.length - 1] = { ...last, targets: [...last.targets, ...targets] };
    } else {
      this.#items.push({ name, tag: "", args, targets, line: 0 });
    }
  }
}

const joins = (last: StimItem, name: string, args: readonly number[]): last is StimInstruction =>
  "targets" in last && last.name === name && !ANNOTATIONS.has(name) && last.args.length === args.length && args.every((arg, i) => arg === last.args[i]);

const records = (back: readonly number[]): readonly number[] => back.toSorted((a, b) => a - b).map((k) => TARGET.RECORD | k);

function resolvedKnobs(noise: NoiseKnobs): Required<NoiseKnobs> {
  const knobs = { ...NO_NOISE, ...noise };
  for (const [argument, value] of Object.entries(knobs)) requireProbability(argument, value);
  return knobs;
}

/** @throws Fault ABI_MALFORMED unless `value` lies in [0, 1] */
export function requireProbability(argument: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new Fault("ABI_MALFORMED", { argument, value: String(value), allowed: "a probability in [0, 1]" });
}

/** @throws Fault ABI_MALFORMED unless `value` is an integer of at least `least` (and odd, where asked) */
export function requireCount(argument: string, value: number, least: number, odd = false): void {
  if (Number.isSafeInteger(value) && value >= least && !(odd && value % 2 === 0)) return;
  throw new Fault("ABI_MALFORMED", { argument, value: String(value), allowed: `an ${odd ? "odd " : ""}integer of at least ${String(least)}` });
}
