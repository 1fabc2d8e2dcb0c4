// What noise does to a circuit, the slow way: each case of each noise channel struck by itself and carried forward as a Pauli to the records
// it flips; then the exact distribution of all symptoms together. Gates act by their words in H, S and CX.
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "../../domains/q/stim/circuit.ts";
import { GATES } from "../../domains/q/stim/gates.ts";
import { forEachProduct, productOf } from "../../domains/q/stim/products.ts";
import type { ErrorModel } from "../../domains/q/dem/model.ts";
import { conjugatedBy, type PauliString } from "./paulis.ts";

const { VALUE, X, Z, RECORD, SWEEP, COMBINER } = TARGET;
const LETTERS = "_XZY";
const letterOf = (target: number): string => LETTERS[((target & (X | Z)) / X)] ?? "_";

const flat = (circuit: StimCircuit): readonly StimInstruction[] => circuit.flatMap((item) => (isRepeat(item) ? Array.from({ length: item.count }, () => flat(item.body)).flat() : [item]));

const anticommute = (a: string, b: string): boolean => a !== "_" && b !== "_" && a !== b;
const multiplied = (a: string, b: string): string => LETTERS[LETTERS.indexOf(a) ^ LETTERS.indexOf(b)] ?? "_";

/** A Pauli on its way, and the records it has flipped so far. */
interface Frame {
  readonly paulis: string[];
  readonly flipped: boolean[];
  symptoms: number;
}

/** One case of a channel: what strikes, its probability, whether a record says so. */
interface Case {
  readonly paulis: ReadonlyMap<number, string>;
  readonly probability: number;
  readonly heralded: boolean;
}

const acts = (targets: readonly number[], letters: string): ReadonlyMap<number, string> => new Map(targets.map((target, at) => [target & VALUE, letters[at] ?? "_"]));
const ONE = ["X", "Y", "Z"], TWO = [..."_XYZ"].flatMap((a) => [..."_XYZ"].map((b) => a + b)).slice(1);

/** Cases of one use of a channel, disjoint, without the one where nothing happens. */
function casesOf({ name, args, targets }: StimInstruction): readonly (readonly Case[])[] {
  const [p = 0] = args;
  const one = (letters: readonly string[], probabilities: readonly number[], heralded = false): readonly (readonly Case[])[] =>
    targets.map((target) => letters.map((letter, at) => ({ paulis: acts([target], letter), probability: probabilities[at] ?? 0, heralded })));
  const two = (probabilities: readonly number[]): readonly (readonly Case[])[] => targets.flatMap((target, at) =>
    (at % 2 === 1 ? [] : [TWO.map((letters, index) => ({ paulis: acts([target, targets[at + 1] ?? 0], letters), probability: probabilities[index] ?? 0, heralded: false }))]));
  switch (name) {
    case "X_ERROR": return one(["X"], [p]);
    case "Y_ERROR": return one(["Y"], [p]);
    case "Z_ERROR": return one(["Z"], [p]);
    case "DEPOLARIZE1": return one(ONE, [p / 3, p / 3, p / 3]);
    case "PAULI_CHANNEL_1": return one(ONE, args);
    case "DEPOLARIZE2": return two(TWO.map(() => p / 15));
    case "PAULI_CHANNEL_2": return two(args);
    case "HERALDED_ERASE": return one(["_", ...ONE], [p / 4, p / 4, p / 4, p / 4], true);
    case "HERALDED_PAULI_CHANNEL_1": return one(["_", ...ONE], args, true);
    case "E": {
      const paulis = new Map<number, string>();
      for (const target of targets) if ((target & COMBINER) === 0) paulis.set(target & VALUE, multiplied(paulis.get(target & VALUE) ?? "_", letterOf(target)));
      return [[{ paulis, probability: p, heralded: false }]];
    }
    default: return [];
  }
}

class Injection {
  readonly #items: readonly StimInstruction[];
  readonly #qubits: number;
  readonly #detectors: number;
  constructor(circuit: StimCircuit, qubits: number, detectors: number) {
    this.#items = flat(circuit);
    this.#qubits = qubits;
    this.#detectors = detectors;
  }

  /** Symptoms of a case that strikes in use `use` of instruction `at`; or of one wrong record. */
  symptoms(at: number, use: number, strikes: Case | "wrong"): number {
    const frame: Frame = { paulis: Array.from({ length: this.#qubits }, () => "_"), flipped: [], symptoms: 0 };
    let detector = 0;
    this.#items.forEach((item, index) => {
      if (item.name === "DETECTOR") {
        if (item.targets.filter((target) => frame.flipped[frame.flipped.length - (target & VALUE)] === true).length % 2 === 1) frame.symptoms ^= 1 << detector;
        detector++;
      } else if (item.name === "OBSERVABLE_INCLUDE") this.#observable(frame, item);
      else this.#step(frame, item, index === at ? { use, strikes } : undefined);
    });
    return frame.symptoms;
  }

  #observable(frame: Frame, { targets, args: [observable = 0] }: StimInstruction): void {
    for (const target of targets) {
      const flips = (target & RECORD) === 0 ? anticommute(frame.paulis[target & VALUE] ?? "_", letterOf(target)) : frame.flipped[frame.flipped.length - (target & VALUE)] === true;
      if (flips) frame.symptoms ^= 1 << (this.#detectors + observable);
    }
  }

  #step(frame: Frame, item: StimInstruction, struck: { readonly use: number; readonly strikes: Case | "wrong" } | undefined): void {
    const gate = GATES.get(item.name);
    if (gate === undefined) throw new Error(item.name);
    const { targets } = item;
    const wrong = (use: number): boolean => struck?.strikes === "wrong" && struck.use === use;
    const measure = (factors: readonly (readonly [number, string])[], use: number): void => {
      frame.flipped.push(factors.filter(([qubit, letter]) => anticommute(frame.paulis[qubit] ?? "_", letter)).length % 2 === 1 !== wrong(use));
    };
    const products = (each: (factors: readonly (readonly [number, string])[], use: number) => void): void => {
      let use = 0;
      forEachProduct(targets, (from, to) => { each([...productOf(targets, from, to).paulis].map(([qubit, bits]) => [qubit, LETTERS[bits] ?? "_"]), use++); });
    };
    if (gate.kind === "unitary") targets.forEach((target, at) => { if (gate.targets === "qubits" || at % 2 === 0) this.#unitary(frame, gate.expansion, item, gate.targets === "qubits" ? [target] : [target, targets[at + 1] ?? 0]); });
    else if (gate.kind === "product unitary") products((factors) => {
      if (factors.filter(([qubit, letter]) => anticommute(frame.paulis[qubit] ?? "_", letter)).length % 2 === 1) for (const [qubit, letter] of factors) frame.paulis[qubit] = multiplied(frame.paulis[qubit] ?? "_", letter);
    });
    else if (gate.kind === "pad") targets.forEach((_, use) => frame.flipped.push(wrong(use)));
    else if (gate.targets === "products") products(measure);
    else if (gate.kind === "measure" && gate.targets === "pairs") targets.forEach((target, at) => { if (at % 2 === 0) measure([target, targets[at + 1] ?? 0].map((qubit) => [qubit & VALUE, gate.basis ?? "Z"]), at / 2); });
    else if (gate.kind === "measure" || gate.kind === "reset" || gate.kind === "measure and reset") targets.forEach((target, use) => {
      if (gate.kind !== "reset") measure([[target & VALUE, gate.basis ?? "Z"]], use);
      if (gate.kind !== "measure") frame.paulis[target & VALUE] = "_";
    });
    else if (gate.kind === "herald") targets.forEach((_, use) => frame.flipped.push(struck !== undefined && struck.use === use && struck.strikes !== "wrong"));
    if (struck !== undefined && struck.strikes !== "wrong") for (const [qubit, letter] of struck.strikes.paulis) frame.paulis[qubit] = multiplied(frame.paulis[qubit] ?? "_", letter);
  }

  #unitary(frame: Frame, word: string, { name }: StimInstruction, targets: readonly number[]): void {
    const bit = targets.findIndex((target) => (target & (RECORD | SWEEP)) !== 0);
    if (bit < 0) {
      const letters = targets.map((qubit) => frame.paulis[qubit] ?? "_").join("");
      const image: PauliString = conjugatedBy(word, { turns: 0, letters });
      targets.forEach((qubit, at) => { frame.paulis[qubit] = image.letters[at] ?? "_"; });
      return;
    }
    const qubit = targets[1 - bit] ?? 0;
    if ((qubit & (RECORD | SWEEP)) !== 0 || ((targets[bit] ?? 0) & RECORD) === 0) return;
    // CX, CY, CZ and their mirror images XCZ, YCZ: the letter that is not the classical side's Z.
    const letter = name === "CZ" ? "Z" : name.includes("X") ? "X" : "Y";
    if (frame.flipped[frame.flipped.length - ((targets[bit] ?? 0) & VALUE)] === true) frame.paulis[qubit] = multiplied(frame.paulis[qubit] ?? "_", letter);
  }
}

/** Probability of each set of symptoms, detectors in the low bits and observables above; by injection into the circuit. */
export function distributionOf(circuit: StimCircuit, { qubits, detectors, observables }: { readonly qubits: number; readonly detectors: number; readonly observables: number }): Float64Array {
  const injection = new Injection(circuit, qubits, detectors);
  let distribution = new Float64Array(1 << (detectors + observables));
  distribution[0] = 1;
  const strike = (cases: readonly (readonly [symptoms: number, probability: number])[]): void => {
    const next = distribution.map((value) => value * (1 - cases.reduce((sum, [, probability]) => sum + probability, 0)));
    for (const [symptoms, probability] of cases) distribution.forEach((value, at) => { next[at ^ symptoms] = (next[at ^ symptoms] ?? 0) + value * probability; });
    distribution = next;
  };
  flat(circuit).forEach((item, at) => {
    const gate = GATES.get(item.name);
    casesOf(item).forEach((cases, use) => { strike(cases.map((one) => [injection.symptoms(at, use, one), one.probability])); });
    const [wrong = 0] = item.args;
    if (wrong === 0 || gate === undefined || !["measure", "measure and reset", "pad"].includes(gate.kind)) return;
    const records = gate.targets === "pairs" ? item.targets.length / 2 : item.targets.filter((target, index) => (target & COMBINER) === 0 && ((item.targets[index - 1] ?? 0) & COMBINER) === 0).length;
    for (let use = 0; use < records; use++) strike([[injection.symptoms(at, use, "wrong"), wrong]]);
  });
  return distribution;
}

/** The same of a model, whose mechanisms are independent. */
export function modelDistribution({ detectors, observables, mechanisms }: ErrorModel): Float64Array {
  let distribution = new Float64Array(1 << (detectors + observables));
  distribution[0] = 1;
  for (const { probability, parts } of mechanisms) {
    const symptoms = parts.reduce((all, part) => [...part.detectors, ...part.observables.map((index) => detectors + index)].reduce((bits, bit) => bits ^ (1 << bit), all), 0);
    distribution = distribution.map((value, at) => value * (1 - probability) + (distribution[at ^ symptoms] ?? 0) * probability);
  }
  return distribution;
}
