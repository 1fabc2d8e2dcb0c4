// From a circuit to the program of the Pauli-frame sampler (domains/kernels/frames/program.ts). Signs are left out: Paulis, `!` and which of
// two inverse gates it is change the reference shot, never by how much a noisy shot differs from it.
//   C1  Every instruction compiles or is refused by name and line.
//   C2  A measurement or reset frees the Pauli that no longer matters: its frame is tossed, so that nothing can depend on it unseen.
//   C3  sweep bits are 0.
import { FRAME_OP, type FrameChannel, type FrameProgram } from "../../kernels/frames/program.ts";
import { depolarized1, depolarized2, flipped, heralded, pauliChannel1, pauliChannel2, yFlipped } from "./channels.ts";
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "./circuit.ts";
import { FrameCode } from "./frame-code.ts";
import { GATES, type Gate } from "./gates.ts";
import { forEachProduct } from "./products.ts";
import { refuseAt, type Place } from "./refusal.ts";
import { isBit } from "./targets.ts";

const { ADD, SWAP, CLEAR, COIN, WITHOUT, RECORD, DETECT, OBSERVE } = FRAME_OP;
const { VALUE, X, Z } = TARGET;
const LOOPS_MAX = 0x7fff_ffff;

const LISTED = "domains/q/stim/SUPPORT.md lists all instructions.";
const refuse = (item: Place & { readonly name: string }, what: string, next: string): never =>
  refuseAt("STIM_UNSUPPORTED", item, `${item.name}: ${what}`, next);

/** Generators of a unitary's expansion: H, S or CX with the places of their targets. */
type Word = readonly (readonly [op: string, first: number, second: number])[];
const WORDS = new Map<string, Word>();
function wordOf({ name, expansion }: Gate): Word {
  const known = WORDS.get(name);
  if (known !== undefined) return known;
  const word = expansion === "" ? [] : expansion.split(";").map((part) => part.split(" ")).map(([op = "", first = "0", second = "0"]) => [op, Number(first), Number(second)] as const);
  WORDS.set(name, word);
  return word;
}

class Compiler {
  readonly code = new FrameCode();
  readonly #scratch = this.code.plane();
  /** Stays 0. */
  readonly #zero = this.code.plane();
  /** Whether one of a chain of correlated errors has happened. */
  readonly #struck = this.code.plane();
  /** Qubits that begin in |0⟩ and are used before they are reset: their Z is free from the beginning. */
  readonly #begun = new Set<number>();
  #chain = false;

  block(circuit: StimCircuit): void {
    for (const item of circuit) {
      if (isRepeat(item)) {
        if (item.count > LOOPS_MAX) refuse(item, `more than ${LOOPS_MAX} repetitions`, "Repeat the block fewer times.");
        this.#chain = false;
        this.code.repeat(item.count, () => { this.block(item.body); });
        this.#chain = false;
      } else {
        this.#instruction(item);
        if (item.name !== "TICK") this.#chain = item.name === "E" || item.name === "ELSE_CORRELATED_ERROR";
      }
    }
  }

  /** Every qubit that is used before it is reset, whatever the block. */
  begin(circuit: StimCircuit): void {
    this.#findUsed(circuit);
    this.code.emit(COIN, [...this.#begun].map((qubit) => this.code.z(qubit)));
  }

  readonly #met = new Set<number>();
  #findUsed(circuit: StimCircuit): void {
    for (const item of circuit) {
      if (isRepeat(item)) this.#findUsed(item.body);
      else if (item.name !== "QUBIT_COORDS" && item.name !== "MPAD") {
        for (const target of item.targets) {
          const qubit = target & VALUE;
          if (isBit(target) || (target & TARGET.COMBINER) !== 0 || this.#met.has(qubit)) continue;
          this.#met.add(qubit);
          if (GATES.get(item.name)?.kind !== "reset") this.#begun.add(qubit);
        }
      }
    }
  }

  #instruction(item: StimInstruction): void {
    const gate = GATES.get(item.name) ?? refuse(item, "no such instruction", LISTED);
    this.#checkRecords(item);
    switch (gate.kind) {
      case "unitary": return this.#unitary(gate, item.targets);
      case "product unitary": return forEachProduct(item.targets, (from, to) => { this.#halfTurn(item.targets, from, to); });
      case "measure": case "reset": case "measure and reset": return this.#collapse(gate, item);
      case "pad":
        this.code.emit(RECORD, item.targets.map(() => this.#zero));
        return this.#misread(item.targets.length, item.args[0]);
      case "noise": return this.#noise(item);
      case "herald": {
        const [p = 0] = item.args;
        const channel = heralded(item.name === "HERALDED_ERASE" ? [p / 4, p / 4, p / 4, p / 4] : item.args);
        this.code.emit(RECORD, item.targets.map(() => this.#zero));
        return this.code.noise(channel, 3, item.targets.flatMap((target, index) => [index - item.targets.length, ...this.#planes(target)]));
      }
      case "annotation": return this.#annotation(item);
    }
  }

  #checkRecords(item: StimInstruction): void {
    for (const target of item.targets) {
      if ((target & TARGET.RECORD) !== 0 && (target & VALUE) > this.code.measurements) refuse(item, `rec[-${target & VALUE}] is before the first measurement`, "Name a measurement that comes before it.");
    }
  }

  #planes(target: number): readonly [number, number] {
    const x = this.code.x(target & VALUE);
    return [x, x + 1];
  }

  #unitary(gate: Gate, targets: readonly number[]): void {
    const width = gate.targets === "pairs" ? 2 : 1;
    const word = wordOf(gate);
    for (let at = 0; at < targets.length; at += width) {
      const a = targets[at] ?? 0, b = targets[at + width - 1] ?? 0;
      if (isBit(a) || isBit(b)) this.#feedback(gate, a, b);
      else for (const [op, first, second] of word) this.#generator(op, first === 0 ? a : b, second === 0 ? a : b);
    }
  }

  #generator(op: string, a: number, b: number): void {
    const [x, z] = this.#planes(a);
    if (op === "H") this.code.emit(SWAP, [x, z]);
    else if (op === "S") this.code.emit(ADD, [z, x]);
    else this.code.emit(ADD, [this.code.x(b & VALUE), x, z, this.code.z(b & VALUE)]);
  }

  /** A Pauli where a measurement was flipped: the reference shot had it where it was not. */
  #feedback({ name }: Gate, a: number, b: number): void {
    const bit = isBit(a) ? a : b, target = isBit(a) ? b : a;
    if (isBit(target) || (bit & TARGET.RECORD) === 0) return;
    const [x, z] = this.#planes(target);
    const record = -(bit & VALUE);
    if (name !== "CZ") this.code.emit(ADD, [x, record]);
    if (name !== "CX" && name !== "XCZ") this.code.emit(ADD, [z, record]);
  }

  /** What flips a product's sign, and what the product flips: planes that are met twice cancel. */
  #product(targets: readonly number[], from: number, to: number): { readonly flips: readonly number[]; readonly planes: readonly number[] } {
    const planes = new Set<number>();
    const toggle = (plane: number): void => { if (!planes.delete(plane)) planes.add(plane); };
    for (let at = from; at < to; at++) {
      const target = targets[at] ?? 0;
      if ((target & TARGET.COMBINER) !== 0) continue;
      const [x, z] = this.#planes(target);
      if ((target & X) !== 0) toggle(x);
      if ((target & Z) !== 0) toggle(z);
    }
    // Scratch planes are an odd number, so the other plane of a qubit is found from its first.
    const all = [...planes];
    return { planes: all, flips: all.map((plane) => this.#partner(plane)) };
  }

  /** X of a qubit for its Z and the other way round; the first of its planes is odd, behind three scratch planes. */
  #partner(plane: number): number { return plane % 2 === 1 ? plane + 1 : plane - 1; }

  #addAll(to: number, from: readonly number[]): void { this.code.emit(ADD, from.flatMap((plane) => [to, plane])); }

  #halfTurn(targets: readonly number[], from: number, to: number): void {
    const { flips, planes } = this.#product(targets, from, to);
    this.code.emit(CLEAR, [this.#scratch]);
    this.#addAll(this.#scratch, flips);
    this.code.emit(ADD, planes.flatMap((plane) => [plane, this.#scratch]));
  }

  #measureProduct(targets: readonly number[], from: number, to: number): void {
    const { flips, planes } = this.#product(targets, from, to);
    this.code.emit(CLEAR, [this.#scratch]);
    this.#addAll(this.#scratch, flips);
    this.code.emit(RECORD, [this.#scratch]);
    this.code.emit(COIN, [this.#scratch]);
    this.code.emit(ADD, planes.flatMap((plane) => [plane, this.#scratch]));
  }

  #collapse(gate: Gate, { targets, args }: StimInstruction): void {
    if (gate.targets === "products") {
      forEachProduct(targets, (from, to) => {
        this.#measureProduct(targets, from, to);
        this.#misread(1, args[0]);
      });
    } else if (gate.targets === "pairs") {
      const pauli = gate.basis === "X" ? X : gate.basis === "Z" ? Z : X | Z;
      for (let at = 0; at < targets.length; at += 2) {
        this.#measureProduct(targets.slice(at, at + 2).map((target) => (target & VALUE) | pauli), 0, 2);
        this.#misread(1, args[0]);
      }
    } else {
      for (const run of distinctRuns(targets)) this.#collapseAll(gate, run, args[0]);
    }
  }

  /** Distinct qubits, all at once. */
  #collapseAll({ kind, basis }: Gate, targets: readonly number[], misread: number | undefined): void {
    const pairs = targets.map((target) => this.#planes(target));
    // With X ^= Z an X plane holds what flips Y.
    const turn = pairs.flatMap(([x, z]) => [x, z]);
    const flips = pairs.map(([x, z]) => (basis === "X" ? z : x));
    if (basis === "Y") this.code.emit(ADD, turn);
    if (kind !== "reset") this.code.emit(RECORD, flips);
    if (kind !== "measure") this.code.emit(CLEAR, flips);
    this.code.emit(COIN, pairs.map(([x, z]) => (basis === "X" ? x : z)));
    if (basis === "Y") this.code.emit(ADD, turn);
    if (kind !== "reset") this.#misread(targets.length, misread);
  }

  /** The last `count` records are reported wrongly with a probability. */
  #misread(count: number, probability = 0): void {
    this.code.noise(flipped(probability), 1, Array.from({ length: count }, (_, index) => index - count));
  }

  #each(channel: FrameChannel, slots: (target: number) => readonly number[], targets: readonly number[]): void {
    const operands = targets.flatMap(slots);
    this.code.noise(channel, operands.length / targets.length, operands);
  }

  #noise(item: StimInstruction): void {
    const { name, args, targets } = item;
    const [p = 0] = args;
    const both = (target: number): readonly number[] => this.#planes(target);
    switch (name) {
      case "X_ERROR": return this.#each(flipped(p), (target) => [this.code.x(target & VALUE)], targets);
      case "Z_ERROR": return this.#each(flipped(p), (target) => [this.code.z(target & VALUE)], targets);
      case "Y_ERROR": return this.#each(yFlipped(p), both, targets);
      case "DEPOLARIZE1": return this.#each(depolarized1(p), both, targets);
      case "PAULI_CHANNEL_1": return this.#each(pauliChannel1(args), both, targets);
      case "DEPOLARIZE2": return this.code.noise(depolarized2(p), 4, targets.flatMap(both));
      case "PAULI_CHANNEL_2": return this.code.noise(pauliChannel2(args), 4, targets.flatMap(both));
      case "E": return this.#correlated(item, false);
      case "ELSE_CORRELATED_ERROR": return this.#chain ? this.#correlated(item, true) : refuse(item, "no error before it", "Put E or ELSE_CORRELATED_ERROR right before it.");
      case "I_ERROR": case "II_ERROR": return;
      default: refuse(item, "no noise of the frame sampler", LISTED);
    }
  }

  #correlated({ args, targets }: StimInstruction, otherwise: boolean): void {
    const scratch = this.#scratch, struck = this.#struck;
    this.code.emit(CLEAR, otherwise ? [scratch] : [scratch, struck]);
    this.code.noise(flipped(args[0] ?? 0), 1, [scratch]);
    if (otherwise) this.code.emit(WITHOUT, [scratch, struck]);
    this.code.emit(ADD, [struck, scratch]);
    this.code.emit(ADD, this.#product(targets, 0, targets.length).planes.flatMap((plane) => [plane, scratch]));
  }

  #annotation(item: StimInstruction): void {
    if (item.name === "DETECTOR") return this.code.emit(DETECT, item.targets.map((target) => -(target & VALUE)));
    if (item.name !== "OBSERVABLE_INCLUDE") return;
    const index = item.args[0] ?? 0;
    this.code.observables = Math.max(this.code.observables, index + 1);
    this.code.emit(OBSERVE, [index, ...item.targets.flatMap((target) => (isBit(target) ? [-(target & VALUE)] : this.#product([target], 0, 1).flips))]);
  }
}

/** Cut where a qubit comes again: what happens to all qubits of a run may happen in any order. */
function distinctRuns(targets: readonly number[]): readonly (readonly number[])[] {
  const runs: number[][] = [];
  let met = new Set<number>();
  for (const target of targets) {
    const qubit = target & VALUE;
    if (runs.length === 0 || met.has(qubit)) {
      runs.push([]);
      met = new Set();
    }
    met.add(qubit);
    runs.at(-1)?.push(target);
  }
  return runs;
}

/**
 * The frame program of a circuit. `reference` is a noiseless shot (reference-sample.ts), needed only where measurements will be asked for.
 * @throws Fault STIM_UNSUPPORTED naming the instruction and its line
 */
export function compileFrames(circuit: StimCircuit, reference: Uint8Array = new Uint8Array(0)): FrameProgram {
  const compiler = new Compiler();
  compiler.begin(circuit);
  compiler.block(circuit);
  return compiler.code.program(reference);
}
