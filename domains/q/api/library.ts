// Circuits everyone expects to find. None measures: `bell().measureAll()`.
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { circuit } from "./circuit.ts";
import type { Circuit } from "./circuit.ts";
import { checkInteger } from "./instruction.ts";

/** (|00⟩ + |11⟩)/√2. */
export const bell = (): Circuit => ghz(2);

/** (|0…0⟩ + |1…1⟩)/√2 on `qubits` qubits. @throws Fault ABI_MALFORMED */
export function ghz(qubits: number): Circuit {
  checkInteger("ghz: qubits", qubits, 1, LIMITS.stabilizer_qubits_max);
  return circuit(qubits).h(0).repeat(qubits - 1, (c, i) => c.cx(i, i + 1));
}

/**
 * The quantum Fourier transform with qubit 0 the least significant bit: |j⟩ → N^(−1/2) Σ_k e^{+2πi·jk/N} |k⟩, N = 2^qubits
 * (Nielsen and Chuang, section 5.1). Order of qubits restored by swaps; angles are π halved exactly. @throws Fault ABI_MALFORMED
 */
export function qft(qubits: number): Circuit {
  checkInteger("qft: qubits", qubits, 1, LIMITS.statevector_qubits_max);
  const turned = circuit(qubits).repeat(qubits, (c, i) => turnOne(c, qubits - 1 - i));
  return turned.repeat(qubits >> 1, (c, i) => c.swap(i, qubits - 1 - i));
}

/** H on the target, then a turn of π/2, π/4, … from each less significant qubit. */
function turnOne(c: Circuit, target: number): Circuit {
  let angle = Math.PI;
  return c.h(target).repeat(target, (inner, i) => inner.cp(angle /= 2, target - 1 - i, target));
}

/** Undoes `qft`. @throws Fault ABI_MALFORMED */
export const inverseQft = (qubits: number): Circuit => qft(qubits).inverse();
