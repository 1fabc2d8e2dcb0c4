// A noiseless run of a circuit on an Aaronson-Gottesman tableau of bytes: the plain reading of a `.stim` circuit that generators are checked with.
// Every row is (x, z, sign); rows 0 … n-1 destabilize, n … 2n-1 stabilize. Channels and coordinates do nothing.
import { isRepeat, TARGET, type StimCircuit, type StimInstruction } from "../../domains/q/stim/circuit.ts";

interface PauliRow { x: Uint8Array; z: Uint8Array; sign: number }
interface Parities { readonly detectors: readonly number[]; readonly observables: readonly number[] }

const bit = (bits: Uint8Array, i: number): number => bits[i] ?? 0;

/** The power of i that the product of two Paulis of one qubit brings, mod 4. */
const phase = (x1: number, z1: number, x2: number, z2: number): number => {
  if (x1 === 0 && z1 === 0) return 0;
  if (x1 === 1 && z1 === 1) return z2 - x2;
  return x1 === 1 ? z2 * (2 * x2 - 1) : x2 * (1 - 2 * z2);
};

export class PlainTableau {
  readonly #n: number;
  readonly #rows: PauliRow[];
  readonly #coin: () => number;
  readonly records: number[] = [];
  readonly #detectors: number[] = [];
  readonly #observables: number[] = [];

  /** `coin`: 0 or 1, for a measurement that is random. */
  constructor(qubits: number, coin: () => number) {
    this.#n = qubits;
    this.#coin = coin;
    this.#rows = Array.from({ length: 2 * qubits }, (_, i) => {
      const row = { x: new Uint8Array(qubits), z: new Uint8Array(qubits), sign: 0 };
      (i < qubits ? row.x : row.z)[i % qubits] = 1;
      return row;
    });
  }

  run(circuit: StimCircuit): Parities {
    for (const item of circuit) {
      if (!isRepeat(item)) this.#instruction(item);
      else for (let i = 0; i < item.count; i++) this.run(item.body);
    }
    return { detectors: this.#detectors, observables: this.#observables };
  }

  #instruction({ name, args, targets }: StimInstruction): void {
    const record = (): number => targets.reduce((sum, target) => sum ^ (this.records.at(-(target & TARGET.VALUE)) ?? 0), 0);
    if (name === "DETECTOR") this.#detectors.push(record());
    else if (name === "OBSERVABLE_INCLUDE") this.#observables[args[0] ?? 0] = (this.#observables[args[0] ?? 0] ?? 0) ^ record();
    else if (name === "CX") for (let i = 0; i < targets.length; i += 2) this.#cx(targets[i] ?? 0, targets[i + 1] ?? 0);
    else for (const qubit of targets) this.#single(name, qubit);
  }

  #single(name: string, q: number): void {
    switch (name) {
      case "H": this.#h(q); break;
      case "C_XYZ": this.#s(q); this.#s(q); this.#s(q); this.#h(q); break; // S† then H: X to Y, Y to Z, Z to X
      case "R": this.#reset(q); break;
      case "RX": this.#reset(q); this.#h(q); break;
      case "M": this.records.push(this.#measure(q)); break;
      case "MR": this.records.push(this.#measure(q)); this.#reset(q); break;
      case "MX": this.#h(q); this.records.push(this.#measure(q)); this.#h(q); break;
      case "MY": this.#s(q); this.#s(q); this.#s(q); this.#h(q); this.records.push(this.#measure(q)); this.#h(q); this.#s(q); break;
      case "TICK": case "QUBIT_COORDS": case "SHIFT_COORDS": case "DEPOLARIZE1": case "DEPOLARIZE2": case "X_ERROR": case "Z_ERROR": break;
      default: throw new Error(`the plain tableau has no ${name}`);
    }
  }

  #h(q: number): void {
    for (const row of this.#rows) {
      row.sign ^= bit(row.x, q) & bit(row.z, q);
      [row.x[q], row.z[q]] = [bit(row.z, q), bit(row.x, q)];
    }
  }

  #s(q: number): void {
    for (const row of this.#rows) {
      row.sign ^= bit(row.x, q) & bit(row.z, q);
      row.z[q] = bit(row.z, q) ^ bit(row.x, q);
    }
  }

  #cx(c: number, t: number): void {
    for (const row of this.#rows) {
      row.sign ^= bit(row.x, c) & bit(row.z, t) & (bit(row.x, t) ^ bit(row.z, c) ^ 1);
      row.x[t] = bit(row.x, t) ^ bit(row.x, c);
      row.z[c] = bit(row.z, c) ^ bit(row.z, t);
    }
  }

  #reset(q: number): void {
    if (this.#measure(q) === 1) for (const row of this.#rows) row.sign ^= bit(row.z, q);
  }

  #measure(q: number): number {
    const n = this.#n;
    const at = this.#rows.findIndex((row, i) => i >= n && bit(row.x, q) === 1);
    if (at < 0) {
      const product = { x: new Uint8Array(n), z: new Uint8Array(n), sign: 0 };
      for (let i = 0; i < n; i++) if (bit(this.#row(i).x, q) === 1) multiply(product, this.#row(i + n));
      return product.sign;
    }
    const chosen = this.#row(at);
    for (const [i, row] of this.#rows.entries()) if (i !== at && i !== at - n && bit(row.x, q) === 1) multiply(row, chosen);
    this.#rows[at - n] = chosen;
    const outcome = this.#coin();
    const fresh = { x: new Uint8Array(n), z: new Uint8Array(n), sign: outcome };
    fresh.z[q] = 1;
    this.#rows[at] = fresh;
    return outcome;
  }

  #row(i: number): PauliRow {
    const row = this.#rows[i];
    if (row === undefined) throw new Error("no such row");
    return row;
  }
}

/** `row` becomes its product with `by`. */
function multiply(row: PauliRow, by: PauliRow): void {
  let quarter = 2 * row.sign + 2 * by.sign;
  for (let q = 0; q < row.x.length; q++) {
    quarter += phase(bit(by.x, q), bit(by.z, q), bit(row.x, q), bit(row.z, q));
    row.x[q] = bit(row.x, q) ^ bit(by.x, q);
    row.z[q] = bit(row.z, q) ^ bit(by.z, q);
  }
  row.sign = (((quarter % 4) + 4) % 4) >> 1;
}
