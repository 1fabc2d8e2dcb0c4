// A circuit with noise, walked once: by record that can be read, a density matrix whose trace is its probability. Nothing is drawn, so the walk
// is of all records at once; it is followed as far as the matrices have room and time.
import { ARITY, OP, OP_WIDTH, isParametrised, type LoweredCircuit, type PauliSum } from "../../kernels/circuit.ts";
import { exp } from "../../kernels/libm/portable.ts";
import type { NoiseModel, Relaxation } from "../../kernels/noise.ts";
import { gateMatrix } from "../../kernels/statevector/reference.ts";
import { DensityMatrix } from "./density-matrix.ts";

/** Entries of all matrices at once: one of ten qubits, or more of fewer. */
const ENTRIES_MAX = 2_097_152;
/** Entries over all instructions. */
const WORK_MAX = 1_073_741_824;

/** The matrices would be larger, or the walk longer, than may be. */
export class TooLarge extends Error { override readonly name = "TooLarge"; }

interface Instruction {
  readonly opcode: number;
  readonly qubits: readonly number[];
  readonly clbit: number;
  /** Pairs of clbit and value. */
  readonly condition: readonly (readonly [number, number])[];
  readonly angle: number;
}

function instructionsOf({ ops, angles, conditions }: LoweredCircuit, overRotation: number): readonly Instruction[] {
  return Array.from({ length: ops.length / OP_WIDTH }, (_, number) => {
    const [opcode = 0, q0 = 0, q1 = 0, q2 = 0, clbit = -1, at = -1, parameter = -1] = ops.subarray(number * OP_WIDTH, (number + 1) * OP_WIDTH);
    const pairs = at < 0 ? 0 : conditions[at] ?? 0;
    return {
      opcode, clbit: opcode === OP.MEASURE ? clbit : -1, qubits: [q0, q1, q2].slice(0, ARITY[opcode]),
      condition: Array.from({ length: pairs }, (__, pair) => [conditions[at + 1 + 2 * pair] ?? 0, conditions[at + 2 + 2 * pair] ?? 0] as const),
      angle: isParametrised(opcode) ? (angles[parameter] ?? 0) + overRotation : 0,
    };
  });
}

/** When each instruction acts (N2 of ../../kernels/noise.ts). */
function timesOf(instructions: readonly Instruction[], { gate1, gate2, measure, reset }: Relaxation): readonly number[] {
  const free = new Map<string, number>();
  let barrier = 0;
  return instructions.map(({ opcode, qubits, clbit, condition }) => {
    const wires = [...qubits.map((qubit) => `q${qubit}`), ...condition.map(([bit]) => `c${bit}`), ...(clbit < 0 ? [] : [`c${clbit}`])];
    if (opcode === OP.BARRIER) for (const end of free.values()) barrier = Math.max(barrier, end);
    const start = wires.reduce((latest, wire) => Math.max(latest, free.get(wire) ?? 0), barrier);
    const reading = opcode === OP.MEASURE || opcode === OP.RESET;
    const end = start + (opcode === OP.MEASURE ? measure : opcode === OP.RESET ? reset : qubits.length === 1 ? gate1 : gate2);
    for (const wire of wires) free.set(wire, end);
    return reading ? end : start;
  });
}

interface Branch {
  readonly record: string;
  readonly rho: DensityMatrix;
}

class NoisyWalk {
  readonly #noise: NoiseModel;
  readonly #instructions: readonly Instruction[];
  /** By qubit, the number of its last instruction. */
  readonly #last = new Map<number, number>();
  readonly #keeps: boolean;
  readonly #relaxed = new Map<number, number>();
  #branches: readonly Branch[];
  #work = 0;

  /** `keeps`: qubits stay to the end. */
  constructor(circuit: LoweredCircuit, noise: NoiseModel, keeps: boolean) {
    this.#noise = noise;
    this.#keeps = keeps;
    this.#instructions = instructionsOf(circuit, noise.overRotation);
    this.#instructions.forEach(({ qubits }, number) => { for (const qubit of qubits) this.#last.set(qubit, number); });
    this.#branches = [{ record: "0".repeat(circuit.clbits), rho: DensityMatrix.nothing() }];
  }

  /** @throws TooLarge */
  run(): readonly Branch[] {
    const { relaxation } = this.#noise;
    const times = relaxation === undefined ? [] : timesOf(this.#instructions, relaxation);
    this.#instructions.forEach((instruction, number) => {
      if (instruction.opcode === OP.BARRIER) return;
      this.#enter(instruction.qubits);
      if (relaxation !== undefined) for (const qubit of instruction.qubits) this.#relax(qubit, times[number] ?? 0, relaxation);
      const leaving = this.#keeps ? [] : instruction.qubits.filter((qubit) => this.#last.get(qubit) === number);
      const next = new Map<string, DensityMatrix>();
      for (const branch of this.#branches) {
        const acts = instruction.condition.every(([clbit, value]) => branch.record[clbit] === String(value));
        const after = acts ? this.#stepped(branch, instruction) : [branch];
        for (const { record, rho } of after) {
          const rest = leaving.reduce((left, qubit) => left.without(qubit, 0).mixed(1, left.without(qubit, 1), 1), rho);
          const known = next.get(record);
          next.set(record, known === undefined ? rest : known.mixed(1, rest, 1));
        }
      }
      this.#branches = [...next].map(([record, rho]) => ({ record, rho }));
      this.#check(instruction.opcode === OP.MEASURE ? 2 : 1);
    });
    return this.#branches;
  }

  #check(factor: number): void {
    const entries = this.#branches.reduce((sum, { rho }) => sum + rho.re.length, 0);
    this.#work += factor * entries;
    if (entries > ENTRIES_MAX || this.#work > WORK_MAX) throw new TooLarge();
  }

  #enter(qubits: readonly number[]): void {
    const { places = [] } = this.#branches[0]?.rho ?? {};
    for (const qubit of qubits) {
      if (places.includes(qubit)) continue;
      if (4 * this.#branches.reduce((sum, { rho }) => sum + rho.re.length, 0) > ENTRIES_MAX) throw new TooLarge();
      this.#branches = this.#branches.map(({ record, rho }) => ({ record, rho: rho.entered(qubit) }));
    }
  }

  #relax(qubit: number, time: number, { t1, t2 }: Relaxation): void {
    const waited = time - (this.#relaxed.get(qubit) ?? 0);
    this.#relaxed.set(qubit, time);
    if (waited > 0) for (const { rho } of this.#branches) rho.relax(qubit, exp(-waited / t1), exp(-waited / t2));
  }

  #stepped({ record, rho }: Branch, { opcode, qubits, clbit, angle }: Instruction): readonly Branch[] {
    const { readout: { zeroAsOne, oneAsZero }, depolarize1, depolarize2 } = this.#noise;
    const [qubit = 0] = qubits;
    if (opcode === OP.MEASURE) {
      const [zero, one] = [rho.projected(qubit, 0), rho.projected(qubit, 1)];
      const written = (bit: 0 | 1): string => record.slice(0, clbit) + String(bit) + record.slice(clbit + 1);
      return [{ record: written(0), rho: zero.mixed(1 - zeroAsOne, one, oneAsZero) }, { record: written(1), rho: zero.mixed(zeroAsOne, one, 1 - oneAsZero) }];
    }
    if (opcode === OP.RESET) {
      rho.relax(qubit, 0, 0);
      return [{ record, rho }];
    }
    rho.turn(gateMatrix(opcode, angle), qubits);
    const p = qubits.length === 1 ? depolarize1 : depolarize2;
    if (p > 0) rho.depolarize(p, qubits);
    return [{ record, rho }];
  }
}

/** By record, its probability; clbit 0 leftmost. @throws TooLarge */
export const noisyDistribution = (circuit: LoweredCircuit, noise: NoiseModel): ReadonlyMap<string, number> =>
  new Map(new NoisyWalk(circuit, noise, false).run().map(({ record, rho }) => [record, rho.trace]));

/** Tr(P ρ) for each word of a circuit that measures nothing. @throws TooLarge */
export function noisyValues(circuit: LoweredCircuit, noise: NoiseModel, { paulis }: PauliSum): readonly number[] {
  const [{ rho } = { rho: DensityMatrix.nothing() }] = new NoisyWalk(circuit, noise, true).run();
  return Array.from({ length: paulis.length / circuit.qubits }, (_, term) => valueIn(rho, paulis.subarray(term * circuit.qubits, (term + 1) * circuit.qubits)));
}

/** Qubits that no instruction used are in |0⟩. P|j⟩ = i^ys·(-1)^|j & z|·|j ^ x⟩. */
function valueIn({ places, size, re, im }: DensityMatrix, letters: Uint8Array): number {
  if (letters.some((letter, qubit) => (letter === 1 || letter === 2) && !places.includes(qubit))) return 0;
  const mask = (...of: readonly number[]): number => places.reduce((sum, qubit, place) => (of.includes(letters[qubit] ?? 0) ? sum | (1 << place) : sum), 0);
  const [x, z] = [mask(1, 2), mask(2, 3)];
  const ys = letters.filter((letter) => letter === 2).length % 4;
  let total = 0;
  for (let j = 0; j < size; j++) {
    let sign = 1;
    for (let rest = j & z; rest !== 0; rest &= rest - 1) sign = -sign;
    const at = j + size * (j ^ x);
    const [real = 0, imaginary = 0] = [re[at], im[at]];
    total += sign * (ys === 0 ? real : ys === 1 ? -imaginary : ys === 2 ? -real : imaginary);
  }
  return total;
}
