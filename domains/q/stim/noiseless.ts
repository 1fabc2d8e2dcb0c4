// A circuit without its noise, as the lowered circuit that the stabilizer and state-vector kernels run: what the frame sampler's frames are
// frames of, and what it is checked against. Repetitions are unrolled, Pauli products measured through one of their qubits.
//   L1  Record k is classical bit k; a record that `!` or a product's sign inverts is one of `inverted`.
import { OP, OP_WIDTH, type LoweredCircuit } from "../../kernels/circuit.ts";
import { runStabilizerJob } from "../../kernels/stabilizer/kernel.ts";
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "./circuit.ts";
import { GATES, type Gate } from "./gates.ts";
import { forEachProduct, productOf } from "./products.ts";
import { refuseAt, type Place } from "./refusal.ts";
import { isBit } from "./targets.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";

const { VALUE, INVERTED, RECORD } = TARGET;

export interface NoiselessCircuit {
  readonly circuit: LoweredCircuit;
  /** Per record: whether the bit that is reported is the opposite of what the lowered circuit measures. */
  readonly inverted: readonly boolean[];
}

/** What turns a Pauli, by its bits (X = 1, Z = 2, Y = 3), into Z; and back. */
const TO_Z: readonly (readonly number[])[] = [[], [OP.H], [], [OP.SDG, OP.H]];
const FROM_Z: readonly (readonly number[])[] = [[], [OP.H], [], [OP.H, OP.S]];
const LETTER: Readonly<Record<string, number>> = { H: OP.H, S: OP.S, CX: OP.CX };

class Lowering {
  readonly #ops: number[] = [];
  readonly #conditions: number[] = [];
  readonly #qubits = new Map<number, number>();
  readonly inverted: boolean[] = [];
  /** What is being lowered. */
  #at: Place = { line: 0 };
  #ordinal = 0;

  get circuit(): LoweredCircuit {
    return { qubits: Math.max(1, this.#qubits.size), clbits: this.inverted.length, ops: Int32Array.from(this.#ops), angles: new Float64Array(0), conditions: Int32Array.from(this.#conditions) };
  }

  block(circuit: StimCircuit): void {
    for (const item of circuit) {
      if (!isRepeat(item)) this.#instruction(item);
      else for (let time = 0; time < item.count; time++) this.block(item.body);
    }
  }

  #qubit(target: number): number {
    const known = this.#qubits.get(target & VALUE);
    if (known !== undefined) return known;
    this.#qubits.set(target & VALUE, this.#qubits.size);
    return this.#qubits.size - 1;
  }

  #put(opcode: number, first: number, second = -1, clbit = -1, condition = -1): void {
    const draws = opcode === OP.MEASURE || opcode === OP.RESET;
    this.#ops.push(opcode, first, second, -1, clbit, condition, -1, draws ? this.#ordinal++ : -1);
    if (this.#ops.length > LIMITS.circuit_operations_max * OP_WIDTH) refuseAt("STIM_LIMIT", this.#at, "more operations in a noiseless shot than are unrolled", `At most ${LIMITS.circuit_operations_max}: repeat less often.`);
  }

  #record(inverted: boolean): number {
    if (this.inverted.length >= LIMITS.clbits_max) refuseAt("STIM_LIMIT", this.#at, "more measurements in a noiseless shot than are unrolled", `At most ${LIMITS.clbits_max}: repeat less often.`);
    this.inverted.push(inverted);
    return this.inverted.length - 1;
  }

  #instruction(item: StimInstruction): void {
    this.#at = item;
    const gate = GATES.get(item.name);
    const { targets } = item;
    switch (gate?.kind) {
      case "unitary": return this.#unitary(gate, targets);
      case "product unitary": return forEachProduct(targets, (from, to) => { this.#throughZ(targets, from, to, (pivot, turns) => { this.#put((turns === 2) === (item.name === "SPP") ? OP.SDG : OP.S, pivot); }); });
      case "measure": case "reset": case "measure and reset": return this.#collapse(gate, targets);
      case "pad": for (const digit of targets) this.#record((digit & VALUE) === 1); return;
      case "herald": for (let index = 0; index < targets.length; index++) this.#record(false); return;
      case "noise": case "annotation": return;
      case undefined: return refuseAt("STIM_UNSUPPORTED", item, `${item.name}: no such instruction`, "domains/q/stim/SUPPORT.md lists all instructions.");
    }
  }

  #unitary(gate: Gate, targets: readonly number[]): void {
    const width = gate.targets === "pairs" ? 2 : 1;
    for (let at = 0; at < targets.length; at += width) {
      const pair = [targets[at] ?? 0, targets[at + width - 1] ?? 0] as const;
      if (pair.some(isBit)) this.#feedback(gate.name, pair);
      else this.#expand(gate.expansion, pair, false);
    }
  }

  #expand(expansion: string, pair: readonly [number, number], inverted: boolean): void {
    for (const part of expansion === "" ? [] : expansion.split(";")) {
      const [letter = "", first = "0", second] = part.split(" ");
      const a = this.#qubit(pair[first === "0" ? 0 : 1]);
      if (letter === "M") this.#put(OP.MEASURE, a, -1, this.#record(inverted));
      else if (letter === "R") this.#put(OP.RESET, a);
      else this.#put(LETTER[letter] ?? 0, a, second === undefined ? -1 : this.#qubit(pair[second === "0" ? 0 : 1]));
    }
  }

  #feedback(name: string, [a, b]: readonly [number, number]): void {
    const bit = isBit(a) ? a : b, target = isBit(a) ? b : a;
    if (isBit(target) || (bit & RECORD) === 0) return;
    const clbit = this.inverted.length - (bit & VALUE);
    const condition = this.#conditions.length;
    this.#conditions.push(1, clbit, this.inverted[clbit] === true ? 0 : 1);
    this.#put(name === "CZ" ? OP.Z : name === "CX" || name === "XCZ" ? OP.X : OP.Y, this.#qubit(target), -1, -1, condition);
  }

  #collapse(gate: Gate, targets: readonly number[]): void {
    const inverted = (target: number): boolean => (target & INVERTED) !== 0;
    if (gate.targets === "products") {
      forEachProduct(targets, (from, to) => {
        const nothing = !this.#throughZ(targets, from, to, (pivot, turns) => { this.#put(OP.MEASURE, pivot, -1, this.#record(turns === 2)); });
        if (nothing) this.#record(productOf(targets, from, to).turns === 2);
      });
    } else if (gate.targets === "pairs") {
      for (let at = 0; at < targets.length; at += 2) {
        const pair = [targets[at] ?? 0, targets[at + 1] ?? 0] as const;
        this.#expand(gate.expansion, pair, inverted(pair[0]) !== inverted(pair[1]));
      }
    } else for (const target of targets) this.#expand(gate.expansion, [target, target], inverted(target));
  }

  /** `act` on one qubit that stands for the product meanwhile: Z of it is the product but for its sign. False for a product without factors. */
  #throughZ(targets: readonly number[], from: number, to: number, act: (pivot: number, turns: number) => void): boolean {
    const { paulis, turns } = productOf(targets, from, to);
    const factors = [...paulis].map(([qubit, bits]) => [this.#qubit(qubit), bits] as const);
    const [pivot] = factors[0] ?? [-1];
    if (pivot < 0) return false;
    for (const [qubit, bits] of factors) for (const op of TO_Z[bits] ?? []) this.#put(op, qubit);
    for (const [qubit] of factors.slice(1)) this.#put(OP.CX, qubit, pivot);
    act(pivot, turns);
    for (const [qubit] of factors.slice(1).toReversed()) this.#put(OP.CX, qubit, pivot);
    for (const [qubit, bits] of factors) for (const op of FROM_Z[bits] ?? []) this.#put(op, qubit);
    return true;
  }
}

/** @throws Fault STIM_UNSUPPORTED, STIM_LIMIT */
export function withoutNoise(circuit: StimCircuit): NoiselessCircuit {
  const lowering = new Lowering();
  lowering.block(circuit);
  return { circuit: lowering.circuit, inverted: lowering.inverted };
}

/** Outcomes that are random in this shot come from this key; any noiseless shot is as good a reference. */
const REFERENCE_KEY = Uint32Array.of(0, 0);

/** The measurements of one noiseless shot, bit k in byte k >> 3: what `compileFrames` takes. @throws Fault as `withoutNoise`; KERNEL_REFUSED when it has too many qubits */
export function referenceSample(circuit: StimCircuit): Uint8Array {
  const { circuit: lowered, inverted } = withoutNoise(circuit);
  const output = runStabilizerJob({ mode: "sample", circuit: lowered, shots: 1, key: REFERENCE_KEY });
  const packed = new Uint8Array(Math.ceil(inverted.length / 8));
  if (output.mode !== "sample") return packed;
  inverted.forEach((flip, k) => { if ((output.bits[k] === 1) !== flip) packed[k >> 3] = (packed[k >> 3] ?? 0) | (1 << (k & 7)); });
  return packed;
}
