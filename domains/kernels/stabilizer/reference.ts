// The oracle: Aaronson and Gottesman's tableau (quant-ph/0406196, section III) with one boolean per bit,
// written to be checked against the paper, not to be fast. The kernel keeps the inverse tableau instead,
// so the two share no data layout, no phase convention and no measurement procedure.
//   Rows 0…n−1 are destabilizers, n…2n−1 stabilizers; row i is (−1)^r ⊗ W(x_j, z_j) with W = I, X, Z, Y.
import { OP, OP_WIDTH } from "../circuit.ts";
import type { CircuitJob, CircuitOutput, LoweredCircuit, PauliSum } from "../circuit.ts";
import { philoxUniform } from "../philox/portable.ts";
import { cliffordProgram } from "./clifford.ts";

export interface PauliRow { readonly x: boolean[]; readonly z: boolean[]; r: boolean }
export interface Tableau { readonly n: number; readonly rows: PauliRow[] }

const identityRow = (n: number): PauliRow =>
  ({ x: new Array<boolean>(n).fill(false), z: new Array<boolean>(n).fill(false), r: false });
const copyRow = (row: PauliRow): PauliRow => ({ x: [...row.x], z: [...row.z], r: row.r });
const bit = (bits: readonly boolean[], at: number): boolean => bits[at] === true;
const rowOf = (tableau: Tableau, at: number): PauliRow => {
  const row = tableau.rows[at];
  if (row === undefined) throw new RangeError(`row ${at}`);
  return row;
};

/** |0…0⟩: destabilizer i is X_i, stabilizer i is Z_i. */
export function zeroState(n: number): Tableau {
  const rows = Array.from({ length: 2 * n }, () => identityRow(n));
  rows.forEach((row, i) => { (i < n ? row.x : row.z)[i % n] = true; });
  return { n, rows };
}

/** Whether two Pauli rows commute: the symplectic form is even. */
export function commute(a: PauliRow, b: PauliRow): boolean {
  let odd = false;
  for (let j = 0; j < a.x.length; j++) if ((bit(a.x, j) && bit(b.z, j)) !== (bit(a.z, j) && bit(b.x, j))) odd = !odd;
  return !odd;
}

/** Exponent of i that the product of W(x1,z1) and W(x2,z2) contributes (the paper's g). */
function g(x1: boolean, z1: boolean, x2: boolean, z2: boolean): number {
  if (!x1 && !z1) return 0;
  if (x1 && z1) return Number(z2) - Number(x2);
  return x1 ? Number(z2) * (2 * Number(x2) - 1) : Number(x2) * (1 - 2 * Number(z2));
}

/** Row h becomes row i times row h. */
function rowsum(h: PauliRow, i: PauliRow): void {
  let phase = 2 * Number(h.r) + 2 * Number(i.r);
  for (let j = 0; j < h.x.length; j++) {
    phase += g(bit(i.x, j), bit(i.z, j), bit(h.x, j), bit(h.z, j));
    h.x[j] = bit(h.x, j) !== bit(i.x, j);
    h.z[j] = bit(h.z, j) !== bit(i.z, j);
  }
  h.r = ((phase % 4) + 4) % 4 >= 2;
}

function hadamard({ rows }: Tableau, a: number): void {
  for (const row of rows) {
    const x = bit(row.x, a), z = bit(row.z, a);
    row.r = row.r !== (x && z);
    row.x[a] = z;
    row.z[a] = x;
  }
}
function phaseGate({ rows }: Tableau, a: number): void {
  for (const row of rows) {
    const x = bit(row.x, a), z = bit(row.z, a);
    row.r = row.r !== (x && z);
    row.z[a] = z !== x;
  }
}
function cnot({ rows }: Tableau, a: number, b: number): void {
  for (const row of rows) {
    const xa = bit(row.x, a), za = bit(row.z, a), xb = bit(row.x, b), zb = bit(row.z, b);
    row.r = row.r !== (xa && zb && xb === za);
    row.x[b] = xb !== xa;
    row.z[a] = za !== zb;
  }
}

/** Every other generator as the paper's three, in time order, up to global phase. */
export function applyGate(tableau: Tableau, opcode: number, a: number, b: number): void {
  const h = (q: number): void => { hadamard(tableau, q); };
  const s = (q: number): void => { phaseGate(tableau, q); };
  const z = (): void => { s(a); s(a); };
  const x = (): void => { h(a); z(); h(a); };
  switch (opcode) {
    case OP.H: h(a); return;
    case OP.S: s(a); return;
    case OP.SDG: s(a); s(a); s(a); return;
    case OP.Z: z(); return;
    case OP.X: x(); return;
    case OP.Y: z(); x(); return;
    case OP.CX: cnot(tableau, a, b); return;
    case OP.CZ: h(b); cnot(tableau, a, b); h(b); return;
    case OP.SWAP: cnot(tableau, a, b); cnot(tableau, b, a); cnot(tableau, a, b); return;
    default: throw new RangeError(`opcode ${opcode}`);
  }
}

/** Measures Z_a; `coin` is asked only when both outcomes have probability one half. */
export function measure(tableau: Tableau, a: number, coin: () => 0 | 1): 0 | 1 {
  const { n, rows } = tableau;
  const pivot = rows.findIndex((row, i) => i >= n && bit(row.x, a));
  if (pivot < 0) {
    const z = identityRow(n);
    z.z[a] = true;
    return signInGroup(tableau, z) === 1 ? 0 : 1;
  }
  const chosen = rowOf(tableau, pivot);
  rows.forEach((row, i) => { if (i !== pivot && i !== pivot - n && bit(row.x, a)) rowsum(row, chosen); });
  rows[pivot - n] = copyRow(chosen);
  const outcome = coin();
  const fresh = identityRow(n);
  fresh.z[a] = true;
  fresh.r = outcome === 1;
  rows[pivot] = fresh;
  return outcome;
}

/** ⟨P⟩ of a Pauli row with sign +: 0 when it anticommutes with a stabilizer, else its sign in the stabilizer group. */
export function signInGroup(tableau: Tableau, pauli: PauliRow): -1 | 0 | 1 {
  const { n } = tableau;
  const product = identityRow(n);
  for (let i = 0; i < n; i++) {
    if (!commute(rowOf(tableau, n + i), pauli)) return 0;
    if (!commute(rowOf(tableau, i), pauli)) rowsum(product, rowOf(tableau, n + i));
  }
  return product.r === pauli.r ? 1 : -1;
}

/** One shot: the final tableau and the classical bits. */
export function referenceShot(circuit: LoweredCircuit, uniform: (draw: number) => number): { readonly tableau: Tableau; readonly bits: Uint8Array } {
  const tableau = zeroState(circuit.qubits);
  const bits = new Uint8Array(circuit.clbits);
  const program = cliffordProgram(circuit);
  for (let at = 0; at < program.length; at += OP_WIDTH) {
    const [opcode = 0, a = 0, b = 0, , clbit = 0, condition = -1, , ordinal = 0] = program.subarray(at, at + OP_WIDTH);
    if (!holds(circuit.conditions, condition, bits)) continue;
    const coin = (): 0 | 1 => (uniform(ordinal) < 0.5 ? 0 : 1);
    if (opcode === OP.MEASURE) bits[clbit] = measure(tableau, a, coin);
    else if (opcode === OP.RESET) { if (measure(tableau, a, coin) === 1) applyGate(tableau, OP.X, a, -1); }
    else applyGate(tableau, opcode, a, b);
  }
  return { tableau, bits };
}

function holds(conditions: Int32Array, at: number, bits: Uint8Array): boolean {
  if (at < 0) return true;
  for (let pair = 0; pair < (conditions[at] ?? 0); pair++) {
    if (bits[conditions[at + 1 + 2 * pair] ?? 0] !== conditions[at + 2 + 2 * pair]) return false;
  }
  return true;
}

function expectation(tableau: Tableau, { coefficients, paulis }: PauliSum): number {
  let total = 0;
  coefficients.forEach((coefficient, term) => {
    const letters = [...paulis.subarray(term * tableau.n, (term + 1) * tableau.n)];
    const row: PauliRow = { x: letters.map((l) => l === 1 || l === 2), z: letters.map((l) => l === 2 || l === 3), r: false };
    total += coefficient * signInGroup(tableau, row);
  });
  return total;
}

/** The whole job, shot by shot. Expects a job that `decodeCircuitJob` accepts. @throws Fault Q_ERR_GATE_UNSUPPORTED */
export function referenceJob(job: CircuitJob): CircuitOutput {
  if (job.mode === "gradient") throw new TypeError("a tableau has no derivatives");
  if (job.mode === "expectation") {
    const { tableau } = referenceShot(job.circuit, () => 0);
    return { mode: "expectation", value: Float64Array.of(expectation(tableau, job.observable)) };
  }
  const [key0 = 0, key1 = 0] = job.key;
  const bits = new Uint8Array(job.shots * job.circuit.clbits);
  for (let shot = 0; shot < job.shots; shot++) {
    const result = referenceShot(job.circuit, (draw) => philoxUniform(key0, key1, shot, draw));
    bits.set(result.bits, shot * job.circuit.clbits);
  }
  return { mode: "sample", bits };
}
