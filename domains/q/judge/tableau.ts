// A stabilizer state for judging, as the inverse tableau: for the Clifford U that made U|0…0⟩, rows U†X_qU and U†Z_qU
// (Aaronson and Gottesman, quant-ph/0406196, for the tableau; Gidney, arXiv:2103.02202, for keeping the inverse). Plain integers,
// 32 qubits a word; shares no code with the kernel's. Every coin falls on 0 here: what other outcomes change is frames.ts.
//   G1  A row is i^phase · X^x · Z^z, all X left of all Z, Hermitian: phase ≡ |x & z| (mod 2).
//   G2  Bit k of a row's X half says that stabilizer generator k anticommutes with that row's Pauli. So Z_q is certain exactly when
//       the X half of its row is 0, and column k of the X halves is generator k: X on q from row Z_q, Z on q from row X_q.
import { OP } from "../../kernels/circuit.ts";

const parity = (word: number): number => {
  let bits = word ^ (word >>> 16);
  bits ^= bits >>> 8;
  bits ^= bits >>> 4;
  return (0x6996 >>> (bits & 15)) & 1;
};

export class JudgedTableau {
  readonly qubits: number;
  readonly #words: number;
  readonly #rows: Int32Array;
  readonly #phases: Uint8Array;
  /** Which row holds the image of X_q, of Z_q. The row after the last is for products. */
  readonly #x: Int32Array;
  readonly #z: Int32Array;

  /** |0…0⟩. */
  constructor(qubits: number) {
    this.qubits = qubits;
    this.#words = Math.ceil(qubits / 32);
    this.#rows = new Int32Array((2 * qubits + 1) * 2 * this.#words);
    this.#phases = new Uint8Array(2 * qubits + 1);
    this.#x = Int32Array.from({ length: qubits }, (_, q) => q);
    this.#z = Int32Array.from({ length: qubits }, (_, q) => qubits + q);
    for (let q = 0; q < qubits; q++) {
      this.#rows[this.#at(q) + (q >> 5)] = 1 << (q & 31);
      this.#rows[this.#at(qubits + q) + this.#words + (q >> 5)] = 1 << (q & 31);
    }
  }

  #at(row: number): number { return row * 2 * this.#words; }
  #rowX(q: number): number { return this.#x[q] ?? 0; }
  #rowZ(q: number): number { return this.#z[q] ?? 0; }

  /** Row `to` becomes i^turns · to · from. */
  #multiply(to: number, from: number, turns = 0): void {
    const rows = this.#rows;
    const words = this.#words;
    const a = this.#at(to);
    const b = this.#at(from);
    let crossed = 0;
    for (let word = 0; word < words; word++) {
      const x = rows[b + word] ?? 0;
      const z = rows[a + words + word] ?? 0;
      crossed ^= x & z;
      rows[a + word] = (rows[a + word] ?? 0) ^ x;
      rows[a + words + word] = z ^ (rows[b + words + word] ?? 0);
    }
    this.#phases[to] = ((this.#phases[to] ?? 0) + (this.#phases[from] ?? 0) + turns + 2 * parity(crossed)) & 3;
  }

  #negate(row: number): void { this.#phases[row] = (this.#phases[row] ?? 0) ^ 2; }

  #exchange(left: Int32Array, a: number, right: Int32Array, b: number): void {
    const held = left[a] ?? 0;
    left[a] = right[b] ?? 0;
    right[b] = held;
  }

  /** U becomes G·U: the rows of G's qubits become the images of G†PG. */
  apply(opcode: number, a: number, b: number): void {
    switch (opcode) {
      case OP.H: return this.#exchange(this.#x, a, this.#z, a);
      case OP.S: return this.#multiply(this.#rowX(a), this.#rowZ(a), 3);
      case OP.SDG: return this.#multiply(this.#rowX(a), this.#rowZ(a), 1);
      case OP.CX:
        this.#multiply(this.#rowX(a), this.#rowX(b));
        return this.#multiply(this.#rowZ(b), this.#rowZ(a));
      case OP.CZ:
        this.#multiply(this.#rowX(a), this.#rowZ(b));
        return this.#multiply(this.#rowX(b), this.#rowZ(a));
      case OP.SWAP:
        this.#exchange(this.#x, a, this.#x, b);
        return this.#exchange(this.#z, a, this.#z, b);
      default:
        if (opcode === OP.X || opcode === OP.Y) this.#negate(this.#rowZ(a));
        if (opcode === OP.Y || opcode === OP.Z) this.#negate(this.#rowX(a));
    }
  }

  /** A generator that anticommutes with Z_q, or -1 when Z_q is certain. */
  pivot(q: number): number {
    const at = this.#at(this.#rowZ(q));
    for (let word = 0; word < this.#words; word++) {
      const bits = this.#rows[at + word] ?? 0;
      if (bits !== 0) return 32 * word + 31 - Math.clz32(bits & -bits);
    }
    return -1;
  }

  /** The outcome of a certain Z_q. */
  certain(q: number): number { return (this.#phases[this.#rowZ(q)] ?? 0) >> 1; }

  /** What generator `k` does on qubit q. */
  generatorX(k: number, q: number): boolean { return this.#bit(this.#rowZ(q), k); }
  generatorZ(k: number, q: number): boolean { return this.#bit(this.#rowX(q), k); }
  #bit(row: number, k: number): boolean { return (((this.#rows[this.#at(row) + (k >> 5)] ?? 0) >>> (k & 31)) & 1) === 1; }

  /**
   * Projects on outcome 0 of Z_q, whose row Q has X bit `k`. With V = (Z_k + Q)/√2, (1 + Q)/√2·|0…0⟩ = V|0…0⟩, so U becomes UV
   * and a row R becomes VRV: R·Q·Z_k where R anticommutes with Z_k alone, R or -R otherwise. X_q's row alone anticommutes with Q
   * and takes the factor when it commutes with Z_k; its sign is free.
   */
  collapse(q: number, k: number): void {
    const product = 2 * this.qubits;
    const own = this.#rowX(q);
    this.#rows.copyWithin(this.#at(product), this.#at(this.#rowZ(q)), this.#at(this.#rowZ(q) + 1));
    this.#phases[product] = this.#phases[this.#rowZ(q)] ?? 0;
    const place = this.#at(product) + this.#words + (k >> 5);
    this.#rows[place] = (this.#rows[place] ?? 0) ^ (1 << (k & 31));
    for (let row = 0; row < product; row++) if (this.#bit(row, k) !== (row === own)) this.#multiply(row, product);
  }

  /** Flips the outcome of a certain Z_q: what X on q does. */
  flip(q: number): void { this.#negate(this.#rowZ(q)); }

  /** ⟨P⟩ in {-1, 0, 1}; letters 0 I, 1 X, 2 Y, 3 Z, one a qubit. */
  expectation(letters: Uint8Array): number {
    const product = 2 * this.qubits;
    const from = this.#at(product);
    this.#rows.fill(0, from);
    this.#phases[product] = 0;
    letters.forEach((letter, q) => {
      if (letter === 1 || letter === 2) this.#multiply(product, this.#rowX(q), letter === 2 ? 1 : 0); // Y = i·X·Z
      if (letter >= 2) this.#multiply(product, this.#rowZ(q));
    });
    for (let word = 0; word < this.#words; word++) if (this.#rows[from + word] !== 0) return 0;
    return 1 - (this.#phases[product] ?? 0);
  }
}
