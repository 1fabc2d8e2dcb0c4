// A tally of gates that becomes logical counts: how many T gates, rotations, CCZ and measurements, and in how many layers the rotations
// stand. Layers hold non-Clifford gates; each takes the earliest that is free on all of its qubits, and a Clifford gate on several qubits
// brings them level. The Azure estimator counts the same way, so that the same circuit has the same counts in both.
//   1  A conditional gate counts whether or not its condition will hold: an estimate is made before anything was measured.
//   2  A rotation by a multiple of π/2 costs nothing, by an odd multiple of π/4 one T (rotationCost, kernel-abi/qvm/needs.ts).
import { rotationCost } from "../../../kernel-abi/qvm/needs.ts";
import { checkedCounts, type LogicalCounts } from "./counts.ts";

/** @typeParam Q what names a qubit: its number in a circuit, its handle in a graph */
export class Tally<Q> {
  readonly #level = new Map<Q, number>();
  readonly #rotationLayers = new Set<number>();
  #t = 0;
  #rotations = 0;
  #ccz = 0;
  #measurements = 0;

  #brought(qubits: readonly Q[]): number {
    const level = qubits.reduce((deepest, qubit) => Math.max(deepest, this.#level.get(qubit) ?? 0), 0);
    for (const qubit of qubits) this.#level.set(qubit, level);
    return level;
  }
  #layer(...qubits: readonly Q[]): number {
    const level = this.#brought(qubits);
    for (const qubit of qubits) this.#level.set(qubit, level + 1);
    return level;
  }

  /** A Clifford gate on several qubits. */
  clifford(...qubits: readonly Q[]): void { this.#brought(qubits); }
  measurement(times = 1): void { this.#measurements += times; }
  t(qubit: Q): void {
    this.#t++;
    this.#layer(qubit);
  }
  ccz(a: Q, b: Q, c: Q): void {
    this.#ccz++;
    this.#layer(a, b, c);
  }
  /** About any axis by `angle` radians. */
  rotation(qubit: Q, angle: unknown): void {
    const cost = rotationCost(angle);
    if (cost === "t") this.t(qubit);
    if (cost !== "synthesis") return;
    this.#rotations++;
    this.#rotationLayers.add(this.#layer(qubit));
  }
  /** diag(1, 1, 1, e^{iθ}): two half turns on the target about a CX each, one on the control. */
  controlledPhase(control: Q, target: Q, angle: number): void {
    this.rotation(target, angle / 2);
    this.clifford(control, target);
    this.rotation(target, -angle / 2);
    this.clifford(control, target);
    this.rotation(control, angle / 2);
  }
  /** A handle of the same name that is allocated again is another qubit: it starts at layer 0. */
  fresh(qubit: Q): void { this.#level.delete(qubit); }

  /** @param numQubits alive at once */
  counts(numQubits: number): LogicalCounts {
    return checkedCounts({
      numQubits, tCount: this.#t, rotationCount: this.#rotations, rotationDepth: this.#rotationLayers.size, cczCount: this.#ccz, ccixCount: 0, measurementCount: this.#measurements,
    });
  }
}
