// The walk from the end of a circuit to its beginning: which detectors compare what, at each place. Owns what each instruction does to that;
// the method is that of C. Gidney, "Stim: a fast stabilizer circuit simulator", Quantum 5, 497 (2021).
//   W1  A collapse (reset, measurement, the beginning) leaves nothing open that anticommutes with it: that would be random without noise.
//   W2  Records and detectors are numbered from the end, so a walk begins with their counts.
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "../stim/circuit.ts";
import type { CircuitCounts } from "../stim/flatten.ts";
import { GATES, type Gate } from "../stim/gates.ts";
import { forEachProduct, productOf } from "../stim/products.ts";
import { refuseAt } from "../stim/refusal.ts";
import { controlledPauli, imagesOf, pauliBits, type Sensitivity } from "./sensitivity.ts";
import { OBSERVABLE, type SymptomSets } from "./symptom-sets.ts";

const { VALUE, X, RECORD, SWEEP } = TARGET;
const BIT = RECORD | SWEEP;

/** A Pauli on one qubit: the qubit and TARGET's bits of X and Z. */
export type Factor = number;
const factor = (qubit: number, bits: number): Factor => qubit | (bits * X);
const bitsOf = (target: Factor): number => (target / X) & 3;

/** Where symptoms are left open. */
export interface Open {
  /** Undefined at the beginning, where every qubit is 0. */
  readonly item: StimInstruction | undefined;
  /** What is measured or prepared. */
  readonly factors: readonly Factor[];
  readonly symptoms: number;
}

/** What a walk meets. */
export interface Met {
  noise(item: StimInstruction): void;
  /** No error of a chain. */
  other(): void;
  misreported(probability: number, symptoms: number): void;
  herald(item: StimInstruction, qubit: number, symptoms: number): void;
  /** Whether this symptom is followed. */
  followed(symptom: number): boolean;
  passed(item: StimInstruction): void;
  open(open: Open): void;
}

export class Walk {
  readonly #sets: SymptomSets;
  readonly #sensitivity: Sensitivity;
  readonly #met: Met;
  /** What compares each measurement. */
  readonly #compared: Int32Array;
  /** Before here. */
  #measurements: number;
  #detectors: number;
  constructor(sets: SymptomSets, sensitivity: Sensitivity, { measurements, detectors }: CircuitCounts, met: Met) {
    this.#sets = sets;
    this.#sensitivity = sensitivity;
    this.#met = met;
    this.#compared = new Int32Array(measurements);
    this.#measurements = measurements;
    this.#detectors = detectors;
  }

  /** Through the whole circuit. */
  run(circuit: StimCircuit): void {
    this.#back(circuit);
    for (let qubit = 0; qubit < this.#sensitivity.qubits; qubit++) this.#collapse(undefined, [factor(qubit, pauliBits("Z"))]);
  }

  #back(circuit: StimCircuit): void {
    for (let at = circuit.length - 1; at >= 0; at--) {
      const item = circuit[at];
      if (item === undefined) continue;
      if (isRepeat(item)) {
        this.#met.other();
        for (let round = 0; round < item.count; round++) this.#back(item.body);
      } else {
        this.#step(item);
        this.#met.passed(item);
      }
    }
    this.#met.other();
  }

  #step(item: StimInstruction): void {
    const gate = GATES.get(item.name);
    if (gate === undefined) return refuseAt("STIM_SYNTAX", item, `there is no instruction ${item.name}`, "domains/q/stim/SUPPORT.md lists all instructions.");
    if (gate.targets !== "product") this.#met.other();
    switch (gate.kind) {
      case "unitary": return gate.targets === "pairs" ? this.#pairs(gate, item) : this.#ones(gate, item);
      case "product unitary": return this.#turn(item);
      case "measure": case "reset": case "measure and reset": return gate.targets === "products" ? this.#products(item) : this.#collapses(gate, item);
      case "pad": return this.#pad(item);
      case "noise": return this.#met.noise(item);
      case "herald": return this.#herald(item);
      case "annotation": return this.#annotation(item);
    }
  }

  #ones(gate: Gate, { targets }: StimInstruction): void {
    const images = imagesOf(gate);
    for (let at = targets.length - 1; at >= 0; at--) this.#sensitivity.one(images, targets[at] ?? 0);
  }

  #pairs(gate: Gate, { targets }: StimInstruction): void {
    const images = imagesOf(gate);
    for (let at = targets.length - 2; at >= 0; at -= 2) {
      const a = targets[at] ?? 0, b = targets[at + 1] ?? 0;
      if (((a | b) & BIT) === 0) this.#sensitivity.two(images, a, b);
      else if ((b & BIT) === 0) this.#feedback(a, b, controlledPauli(gate, 0));
      else if ((a & BIT) === 0) this.#feedback(b, a, controlledPauli(gate, 1));
    }
  }

  /** A wrong record is a Pauli on what it controls. Sweep bits are never wrong. */
  #feedback(bit: number, qubit: number, pauli: number): void {
    if ((bit & RECORD) !== 0) this.#compare(bit & VALUE, this.#sensitivity.flips(qubit, pauli));
  }

  #compare(back: number, symptoms: number): void {
    const measurement = this.#measurements - back;
    this.#compared[measurement] = this.#sets.xor(this.#compared[measurement] ?? 0, symptoms);
  }

  /** The products of an instruction, from the last to the first, each as Paulis on different qubits. */
  #factors({ targets }: StimInstruction): readonly (readonly Factor[])[] {
    const products: (readonly Factor[])[] = [];
    forEachProduct(targets, (from, to) => { products.push([...productOf(targets, from, to).paulis].map(([qubit, bits]) => factor(qubit, bits))); });
    return products.reverse();
  }

  /** What anticommutes with the product. */
  #flips(factors: readonly Factor[]): number {
    let set = 0;
    for (const target of factors) set = this.#sets.xor(set, this.#sensitivity.flips(target & VALUE, bitsOf(target)));
    return set;
  }

  #compareProduct(factors: readonly Factor[], symptoms: number): void {
    for (const target of factors) this.#sensitivity.compare(target & VALUE, bitsOf(target), symptoms);
  }

  #turn(item: StimInstruction): void {
    for (const factors of this.#factors(item)) this.#compareProduct(factors, this.#flips(factors));
  }

  #products(item: StimInstruction): void {
    for (const factors of this.#factors(item)) this.#measure(item, factors);
  }

  #collapses(gate: Gate, item: StimInstruction): void {
    const { targets } = item;
    const bits = pauliBits(gate.basis ?? "Z");
    const step = gate.targets === "pairs" ? 2 : 1;
    for (let at = targets.length - step; at >= 0; at -= step) {
      const qubit = (targets[at] ?? 0) & VALUE;
      if (gate.kind !== "measure") {
        this.#collapse(item, [factor(qubit, bits)]);
        this.#sensitivity.forget(qubit);
      }
      if (gate.kind !== "reset") this.#measure(item, step === 1 ? [factor(qubit, bits)] : [factor(qubit, bits), factor((targets[at + 1] ?? 0) & VALUE, bits)]);
    }
  }

  /** One record of the product of `factors`. */
  #measure(item: StimInstruction, factors: readonly Factor[]): void {
    const compared = this.#recorded(item.args[0] ?? 0);
    this.#collapse(item, factors);
    this.#compareProduct(factors, compared);
  }

  /** What compares the record before here, which is reported wrongly with this probability. */
  #recorded(wrong: number): number {
    const compared = this.#compared[--this.#measurements] ?? 0;
    if (wrong > 0) this.#met.misreported(wrong, compared);
    return compared;
  }

  #collapse(item: StimInstruction | undefined, factors: readonly Factor[]): void {
    const symptoms = this.#flips(factors);
    if (symptoms !== 0) this.#met.open({ item, factors, symptoms });
  }

  #pad({ targets, args: [wrong = 0] }: StimInstruction): void {
    for (let at = 0; at < targets.length; at++) this.#recorded(wrong);
  }

  #herald(item: StimInstruction): void {
    for (let at = item.targets.length - 1; at >= 0; at--) this.#met.herald(item, item.targets[at] ?? 0, this.#recorded(0));
  }

  #annotation({ name, targets, args: [index = 0] }: StimInstruction): void {
    if (name !== "DETECTOR" && name !== "OBSERVABLE_INCLUDE") return;
    const symptom = name === "DETECTOR" ? --this.#detectors : OBSERVABLE + index;
    if (!this.#met.followed(symptom)) return;
    const set = this.#sets.single(symptom);
    for (const target of targets) {
      if ((target & RECORD) !== 0) this.#compare(target & VALUE, set);
      else this.#sensitivity.compare(target & VALUE, bitsOf(target), set);
    }
  }
}
