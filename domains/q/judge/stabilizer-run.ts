// One run of a Clifford circuit along many recorded outcomes at once: a tableau, a frame for every record, and a frame for every
// hidden coin that still matters.
//   Z1  A final measurement is forced to what each record says. Where Z_q is open, it is a coin and every record is served; where it
//       is certain, a record that says otherwise is impossible, exactly. Where it hangs on hidden coins, one of them is spent:
//       it must have fallen as the record demands, which halves the record's probability like a coin.
//   Z2  Records and hidden coins enter every outcome linearly (mod 2), while what hangs on classical bits is X, Y or Z.
//   Z3  Anything else that hangs on classical bits parts the records: `decide` is asked, and the run is one of several.
import { OP, OP_WIDTH, type LoweredCircuit } from "../../kernels/circuit.ts";
import { Frames, addTo, bitAt, firstColumn, isZero, type Plane } from "./frames.ts";
import { JudgedTableau } from "./tableau.ts";

/** A classical bit: what it is in each record, and which hidden coins turn it round. */
interface Clbit {
  readonly known: Plane;
  readonly hidden: Plane;
}

/** A final measurement that was a coin. */
export interface Toss {
  readonly ordinal: number;
  readonly clbit: number;
}

export interface RunPorts {
  /** Whether the records meet a condition that not all of them need meet: they go on with those who do, or those who do not. */
  readonly branch: (meets: Plane) => boolean;
  /** How a hidden coin fell, where a condition hangs on it in no linear way. */
  readonly guess: () => 0 | 1;
}

export interface RunInput {
  readonly circuit: LoweredCircuit;
  /** The circuit in Clifford generators, laid out as its `ops`. */
  readonly program: Int32Array;
  readonly finals: ReadonlySet<number>;
  /** What the records say, a plane a clbit. */
  readonly records: readonly Plane[];
  /** Records in the planes. */
  readonly count: number;
}

export class StabilizerRun {
  readonly tosses: Toss[] = [];
  /** Records that cannot be. */
  readonly impossible: Plane;
  readonly #input: RunInput;
  readonly #ports: RunPorts;
  readonly #tableau: JudgedTableau;
  readonly #frames: Frames;
  readonly #hidden: Frames;
  readonly #all: Plane;
  readonly #clbits: (Clbit | undefined)[];
  #coins = 0;

  constructor(input: RunInput, ports: RunPorts) {
    const words = Math.ceil(input.count / 32);
    this.#input = input;
    this.#ports = ports;
    this.#tableau = new JudgedTableau(input.circuit.qubits);
    this.#frames = new Frames(input.circuit.qubits, input.count);
    this.#hidden = new Frames(input.circuit.qubits, 0);
    this.#all = Int32Array.from({ length: words }, (_, word) => (32 * word + 32 <= input.count ? -1 : (1 << (input.count & 31)) - 1));
    this.impossible = new Int32Array(words);
    this.#clbits = [];
  }

  run(): void {
    const { program } = this.#input;
    for (let at = 0; at < program.length; at += OP_WIDTH) this.#step(at);
    this.#checkUnwritten();
  }

  #field(at: number, offset: number): number { return this.#input.program[at + offset] ?? -1; }

  #step(at: number): void {
    const opcode = this.#field(at, 0);
    const [a, b] = [this.#field(at, 1), this.#field(at, 2)];
    const condition = this.#field(at, 5);
    if (condition >= 0 && opcode >= OP.X && opcode <= OP.Z) return this.#conditionalPauli(opcode, a, condition);
    if (condition >= 0 && !this.#ports.branch(this.#meets(condition))) return;
    if (opcode === OP.RESET) return this.#reset(a);
    if (opcode === OP.MEASURE) return this.#measure(a, this.#field(at, 4), this.#field(at, 7));
    this.#tableau.apply(opcode, a, b);
    this.#frames.apply(opcode, a, b);
    this.#hidden.apply(opcode, a, b);
  }

  /** A clbit nobody wrote is 0 in every record, whatever it says; `#checkUnwritten` looks at what it says. */
  #clbit(clbit: number): Clbit {
    return this.#clbits[clbit] ?? { known: new Int32Array(this.#all.length), hidden: new Int32Array(this.#hidden.words) };
  }

  #pairs(condition: number): readonly (readonly [clbit: number, value: number])[] {
    const { conditions } = this.#input.circuit;
    return Array.from({ length: conditions[condition] ?? 0 }, (_, pair) => [conditions[condition + 1 + 2 * pair] ?? 0, conditions[condition + 2 + 2 * pair] ?? 0]);
  }

  /** Records that meet every pair; hidden coins it hangs on are guessed first. */
  #meets(condition: number): Plane {
    const pairs = this.#pairs(condition);
    for (const [clbit] of pairs) {
      for (let coin = firstColumn(this.#clbit(clbit).hidden); coin >= 0; coin = firstColumn(this.#clbit(clbit).hidden)) this.#guess(coin);
    }
    const mask = this.#all.slice();
    for (const [clbit, value] of pairs) {
      const { known } = this.#clbit(clbit);
      for (let word = 0; word < mask.length; word++) mask[word] = (mask[word] ?? 0) & (value === 1 ? known[word] ?? 0 : ~(known[word] ?? 0));
    }
    return mask;
  }

  #conditionalPauli(opcode: number, q: number, condition: number): void {
    const pairs = this.#pairs(condition);
    const [clbit, value] = pairs[0] ?? [0, 0];
    const { known, hidden } = this.#clbit(clbit);
    if (pairs.length > 1 || isZero(hidden)) return this.#frames.pauli(opcode, q, this.#meets(condition));
    const mask = this.#all.map((all, word) => all & (value === 1 ? known[word] ?? 0 : ~(known[word] ?? 0)));
    this.#frames.pauli(opcode, q, mask);
    this.#hidden.pauli(opcode, q, hidden);
  }

  /** Makes the outcome of an open Z_q that of `frames`, wanted (if anything) or 0, and puts the tableau on 0. */
  #toss(q: number, pivot: number, wanted: Plane | undefined): void {
    const tableau = this.#tableau;
    const mask = this.#frames.x(q).slice();
    if (wanted !== undefined) addTo(mask, wanted);
    const cancel = this.#hidden.x(q).slice();
    for (let k = 0; k < tableau.qubits; k++) {
      if (tableau.generatorX(pivot, k)) {
        addTo(this.#frames.x(k), mask);
        addTo(this.#hidden.x(k), cancel);
      }
      if (tableau.generatorZ(pivot, k)) {
        addTo(this.#frames.z(k), mask);
        addTo(this.#hidden.z(k), cancel);
      }
    }
  }

  /** A fresh hidden coin whose frame is generator `pivot`: it turns the outcome of the Z_q about to be put on 0. Returns its column. */
  #hide(pivot: number): number {
    const coin = this.#freeCoin();
    for (let k = 0; k < this.#tableau.qubits; k++) {
      const bit = 1 << (coin & 31);
      const [x, z] = [this.#hidden.x(k), this.#hidden.z(k)];
      if (this.#tableau.generatorX(pivot, k)) x[coin >> 5] = (x[coin >> 5] ?? 0) | bit;
      if (this.#tableau.generatorZ(pivot, k)) z[coin >> 5] = (z[coin >> 5] ?? 0) | bit;
    }
    return coin;
  }

  /** A column that turns nothing any more, or a new one. */
  #freeCoin(): number {
    if (this.#coins < 32 * this.#hidden.words) return this.#coins++;
    const idle = this.#hidden.idle();
    for (const clbit of this.#clbits) clbit?.hidden.forEach((bits, word) => { idle[word] = (idle[word] ?? 0) & ~bits; });
    const free = firstColumn(idle);
    if (free >= 0) return free;
    this.#hidden.grow();
    this.#clbits.forEach((clbit, at) => {
      if (clbit === undefined) return;
      const hidden = new Int32Array(this.#hidden.words);
      hidden.set(clbit.hidden);
      this.#clbits[at] = { known: clbit.known, hidden };
    });
    return this.#coins++;
  }

  /** The coin fell as `known` says in each record, turned round by the other coins of `by`: takes it out of everything. */
  #spend(coin: number, known: Plane, by: Plane): void {
    const put = (turned: Plane, plane: Plane): void => {
      if (bitAt(turned, coin) === 0) return;
      addTo(turned, by);
      addTo(plane, known);
    };
    for (let k = 0; k < this.#tableau.qubits; k++) {
      put(this.#hidden.x(k), this.#frames.x(k));
      put(this.#hidden.z(k), this.#frames.z(k));
    }
    for (const clbit of this.#clbits) if (clbit !== undefined) put(clbit.hidden, clbit.known);
  }

  #guess(coin: number): void {
    const by = new Int32Array(this.#hidden.words);
    by[coin >> 5] = 1 << (coin & 31);
    this.#spend(coin, this.#ports.guess() === 1 ? this.#all : new Int32Array(this.#all.length), by);
  }

  #reset(q: number): void {
    const pivot = this.#tableau.pivot(q);
    if (pivot >= 0) {
      this.#toss(q, pivot, undefined);
      if (this.#entangled(q, pivot)) this.#hide(pivot);
      this.#tableau.collapse(q, pivot);
    } else if (this.#tableau.certain(q) === 1) this.#tableau.flip(q);
    this.#frames.clear(q);
    this.#hidden.clear(q);
  }

  /** Whether a generator acts beside q: only then does a coin on it matter after q is reset. */
  #entangled(q: number, pivot: number): boolean {
    for (let k = 0; k < this.#tableau.qubits; k++) {
      if (k !== q && (this.#tableau.generatorX(pivot, k) || this.#tableau.generatorZ(pivot, k))) return true;
    }
    return false;
  }

  #measure(q: number, clbit: number, ordinal: number): void {
    if (this.#input.finals.has(ordinal)) this.#force(q, clbit, ordinal);
    else this.#overwritten(q, clbit);
    this.#frames.z(q).fill(0); // Z on a qubit just measured is a sign
    this.#hidden.z(q).fill(0);
  }

  #force(q: number, clbit: number, ordinal: number): void {
    const wanted = this.#input.records[clbit] as Plane;
    const pivot = this.#tableau.pivot(q);
    if (pivot >= 0) {
      this.#toss(q, pivot, wanted);
      this.#tableau.collapse(q, pivot);
      this.tosses.push({ ordinal, clbit });
    } else this.#check(q, wanted, { ordinal, clbit });
    this.#clbits[clbit] = { known: wanted.slice(), hidden: new Int32Array(this.#hidden.words) };
  }

  /** A certain Z_q against what the records want (Z1). */
  #check(q: number, wanted: Plane, toss: Toss): void {
    const differs = this.#outcome(q);
    addTo(differs, wanted);
    const by = this.#hidden.x(q).slice();
    const coin = firstColumn(by);
    if (coin >= 0) {
      this.#spend(coin, differs, by);
      this.tosses.push(toss);
      return;
    }
    for (let word = 0; word < differs.length; word++) this.impossible[word] = (this.impossible[word] ?? 0) | (differs[word] ?? 0);
  }

  /** What a certain Z_q is in each record, hidden coins left out. */
  #outcome(q: number): Plane {
    const outcome = this.#frames.x(q).slice();
    if (this.#tableau.certain(q) === 1) addTo(outcome, this.#all);
    return outcome;
  }

  #overwritten(q: number, clbit: number): void {
    const pivot = this.#tableau.pivot(q);
    if (pivot >= 0) {
      this.#toss(q, pivot, undefined);
      this.#hide(pivot);
      this.#tableau.collapse(q, pivot);
    }
    this.#clbits[clbit] = { known: this.#outcome(q), hidden: this.#hidden.x(q).slice() };
  }

  /** Clbits whose last measurement did not take place keep what they had: 0, or what an overwritten one left. */
  #checkUnwritten(): void {
    this.#input.records.forEach((wanted, clbit) => {
      const { known, hidden } = this.#clbit(clbit);
      const differs = known.slice();
      addTo(differs, wanted);
      const coin = firstColumn(hidden);
      if (coin >= 0) {
        this.#spend(coin, differs, hidden.slice());
        this.tosses.push({ ordinal: -1 - clbit, clbit });
      } else for (let word = 0; word < differs.length; word++) this.impossible[word] = (this.impossible[word] ?? 0) | (differs[word] ?? 0);
    });
  }
}
