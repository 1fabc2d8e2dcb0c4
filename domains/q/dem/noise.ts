// What noise instructions do to the model: each way they can strike, as errors with what they flip. Owns chains of correlated errors that
// exclude one another, and what of disjoint errors is exact.
import { TARGET, type StimInstruction } from "../stim/circuit.ts";
import { refuseAt } from "../stim/refusal.ts";
import { depolarizing1, depolarizing2, independentXyz } from "./channels.ts";
import type { ErrorClasses } from "./error-classes.ts";
import type { Sensitivity } from "./sensitivity.ts";
import type { SymptomSets } from "./symptom-sets.ts";

const { VALUE, X, COMBINER } = TARGET;
/** Bits of I, X, Y, Z: X = 1, Z = 2. */
const BITS = [0, 1, 3, 2] as const;
const BY_X = 1, BY_Z = 2, BY_Y = 3;

/** Of each combination of basis errors. */
interface Channel {
  readonly probabilities: ArrayLike<number>;
  readonly are: "independent" | "exclusive";
}

/** The order of the basis errors of a channel, which is the order of the parts of its other errors: the one Stim has. */
interface BasisOrder {
  readonly first: number;
  readonly second: number;
  /** Which qubit of a pair comes first. */
  readonly leading: 0 | 1;
}
const Z_FIRST: BasisOrder = Object.freeze({ first: BY_Z, second: BY_X, leading: 0 });
const X_FIRST: BasisOrder = Object.freeze({ first: BY_X, second: BY_Z, leading: 1 });

export class Noise {
  readonly #sets: SymptomSets;
  readonly #sensitivity: Sensitivity;
  readonly #classes: ErrorClasses;
  readonly #approximate: number;
  readonly #basis2 = new Int32Array(2);
  readonly #basis3 = new Int32Array(3);
  readonly #basis4 = new Int32Array(4);
  /** ELSE_CORRELATED_ERRORs whose beginning has not been reached, the last one first. */
  #chain: StimInstruction[] = [];
  /** `approximate`: disjoint probabilities up to this may be taken for independent ones. */
  constructor(sets: SymptomSets, sensitivity: Sensitivity, classes: ErrorClasses, approximate: number) {
    this.#sets = sets;
    this.#sensitivity = sensitivity;
    this.#classes = classes;
    this.#approximate = approximate;
  }

  /** A record that `symptoms` compare is reported wrongly. */
  misreported(probability: number, symptoms: number): void { this.#classes.add(probability, symptoms); }

  /** A noise instruction, met on the way back. */
  strike(item: StimInstruction): void {
    const { name, args: [p = 0] } = item;
    switch (name) {
      case "X_ERROR": return this.#pauli(item, BY_X);
      case "Y_ERROR": return this.#pauli(item, BY_Y);
      case "Z_ERROR": return this.#pauli(item, BY_Z);
      case "DEPOLARIZE1": return this.#ones(item, this.#evenly(item, 3 / 4, depolarizing1(p)), Z_FIRST);
      case "DEPOLARIZE2": return this.#twos(item, this.#evenly(item, 15 / 16, depolarizing2(p)), Z_FIRST);
      case "PAULI_CHANNEL_1": return this.#ones(item, this.#xyz(item), X_FIRST);
      case "PAULI_CHANNEL_2": return this.#twos(item, this.#pairs(item), X_FIRST);
      case "E": return this.#correlated(item);
      case "ELSE_CORRELATED_ERROR": this.#chain.push(item); return;
      default: return; // I_ERROR, II_ERROR: nothing happens
    }
  }

  /** Something other than an error of a chain comes before what was met. @throws Fault STIM_VALUE when a chain lacks its beginning */
  other(): void {
    const [item] = this.#chain;
    if (item !== undefined) refuseAt("STIM_VALUE", item, "ELSE_CORRELATED_ERROR without an error before it", "Put E or ELSE_CORRELATED_ERROR right before it.");
  }

  /** One target of a herald, whose record `symptoms` compare: it says that I, X, Y or Z struck. */
  herald(item: StimInstruction, qubit: number, symptoms: number): void {
    const [p = 0, x = 0, y = 0, z = 0] = item.args;
    const [none, byX, byY, byZ] = item.name === "HERALDED_ERASE" ? [p / 4, p / 4, p / 4, p / 4] : [p, x, y, z];
    this.#approximated(item, [none, byX, byY, byZ]);
    this.#basis3[0] = this.#sensitivity.flips(qubit, BY_Z);
    this.#basis3[1] = this.#sensitivity.flips(qubit, BY_X);
    this.#basis3[2] = symptoms;
    this.#classes.combinations(this.#basis3, [0, 0, 0, 0, none, byZ, byX, byY], "exclusive");
  }

  #pauli({ targets, args: [p = 0] }: StimInstruction, bits: number): void {
    for (const qubit of targets) this.#classes.add(p, this.#sensitivity.flips(qubit, bits));
  }

  /** Case k of `probabilities`: the first (1) and the second (2) of `order`, on each qubit. */
  #ones({ targets }: StimInstruction, { probabilities, are }: Channel, { first, second }: BasisOrder): void {
    const basis = this.#basis2;
    for (const qubit of targets) {
      basis[0] = this.#sensitivity.flips(qubit, first);
      basis[1] = this.#sensitivity.flips(qubit, second);
      this.#classes.combinations(basis, probabilities, are);
    }
  }

  /** Case k of `probabilities`: the first (1) and the second (2) of `order` on one qubit of a pair, and (4, 8) on the other. */
  #twos({ targets }: StimInstruction, { probabilities, are }: Channel, { first, second, leading }: BasisOrder): void {
    const basis = this.#basis4;
    for (let at = 0; at < targets.length; at += 2) {
      const one = targets[at + leading] ?? 0, other = targets[at + 1 - leading] ?? 0;
      basis[0] = this.#sensitivity.flips(one, first);
      basis[1] = this.#sensitivity.flips(one, second);
      basis[2] = this.#sensitivity.flips(other, first);
      basis[3] = this.#sensitivity.flips(other, second);
      this.#classes.combinations(basis, probabilities, are);
    }
  }

  #evenly(item: StimInstruction, most: number, each: number): Channel {
    const [p = 0] = item.args;
    if (p > most) refuseAt("STIM_UNSUPPORTED", item, `${item.name}(${p}) mixes more than completely`, `Write a probability up to ${most}, at which the state is fully mixed.`);
    return { probabilities: new Float64Array(16).fill(each), are: "independent" };
  }

  #xyz(item: StimInstruction): Channel {
    const [px = 0, py = 0, pz = 0] = item.args;
    const exact = independentXyz(px, py, pz);
    if (exact === undefined) this.#approximated(item, item.args);
    const [x, y, z] = exact ?? [px, py, pz];
    return { probabilities: [0, x, z, y], are: exact === undefined ? "exclusive" : "independent" };
  }

  /** Arguments are of IX, IY, IZ, XI, XX … ZZ, the first qubit's Pauli first. */
  #pairs(item: StimInstruction): Channel {
    this.#approximated(item, item.args);
    const probabilities = new Float64Array(16);
    item.args.forEach((p, at) => { probabilities[(BITS[(at + 1) & 3] ?? 0) | ((BITS[(at + 1) >> 2] ?? 0) << 2)] = p; });
    return { probabilities, are: "exclusive" };
  }

  /** E and the ELSE_CORRELATED_ERRORs behind it, of which at most one strikes. */
  #correlated(item: StimInstruction): void {
    const chain = [item, ...this.#chain.reverse()];
    this.#chain = [];
    let none = 1;
    const probabilities = chain.map(({ args: [p = 0] }) => {
      const strikes = p * none;
      none *= 1 - p;
      return strikes;
    });
    if (chain.length > 1) this.#approximated(item, probabilities);
    this.#classes.exclusive(probabilities, chain.map(({ targets }) =>
      targets.reduce((set, target) => ((target & COMBINER) !== 0 ? set : this.#sets.xor(set, this.#sensitivity.flips(target & VALUE, (target / X) & 3))), 0)));
  }

  #approximated(item: StimInstruction, disjoint: readonly number[]): void {
    const largest = Math.max(0, ...disjoint);
    if (largest <= this.#approximate) return;
    refuseAt("STIM_UNSUPPORTED", item, `${item.name} has errors that exclude one another, with probabilities up to ${largest}`,
      "No independent errors are exactly this channel, so it has no error model: sample the circuit only, write it as independent Pauli errors (X_ERROR, DEPOLARIZE2, CORRELATED_ERROR), or let approximateDisjoint, --approximate-disjoint of a command line, be as large as these probabilities.");
  }
}
