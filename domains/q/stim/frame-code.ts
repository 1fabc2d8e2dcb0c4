// A frame program under construction: numbers qubits, planes and channels, and joins neighbouring instructions of one kind into runs.
//   F1  A qubit's planes are numbered when it is first met, so sparse numbering costs nothing.
//   F2  Sites of equal channels draw from one stream, whatever gate they came from.
import type { FrameChannel, FrameProgram } from "../../kernels/frames/program.ts";
import { FRAME_OP } from "../../kernels/frames/program.ts";

/** Neighbours of these are one instruction with more words: what it does to its first words is done before its later ones. */
const JOINS: ReadonlySet<number> = new Set([FRAME_OP.ADD, FRAME_OP.SWAP, FRAME_OP.CLEAR, FRAME_OP.COIN, FRAME_OP.WITHOUT, FRAME_OP.RECORD]);

export class FrameCode {
  /** Grows by doubling: circuits have millions of words. */
  #code = new Int32Array(1_024);
  #size = 0;
  /** Where the last instruction begins; -1 where nothing may be joined to what stands there. */
  #last = -1;
  #planes = 0;
  readonly #qubits = new Map<number, number>();
  readonly #channels: FrameChannel[] = [];
  readonly #channelOf = new Map<string, number>();
  /** So far, repetitions included. */
  measurements = 0;
  detectors = 0;
  observables = 0;

  get size(): number { return this.#size; }

  plane(): number {
    this.#planes += 1;
    return this.#planes - 1;
  }

  /** The X plane of a qubit; its Z plane is the next. */
  x(qubit: number): number {
    const known = this.#qubits.get(qubit);
    if (known !== undefined) return known;
    const first = this.#planes;
    this.#planes += 2;
    this.#qubits.set(qubit, first);
    return first;
  }

  z(qubit: number): number { return this.x(qubit) + 1; }

  #push(words: readonly number[]): void {
    if (this.#size + words.length > this.#code.length) {
      const wider = new Int32Array(2 * Math.max(this.#code.length, this.#size + words.length));
      wider.set(this.#code.subarray(0, this.#size));
      this.#code = wider;
    }
    this.#code.set(words, this.#size);
    this.#size += words.length;
  }

  emit(op: number, words: readonly number[]): void {
    if (words.length === 0 && JOINS.has(op)) return;
    if (op === FRAME_OP.RECORD) this.measurements += words.length;
    if (op === FRAME_OP.DETECT) this.detectors += 1;
    if (this.#last >= 0 && this.#code[this.#last] === op && JOINS.has(op)) {
      this.#code[this.#last + 1] = (this.#code[this.#last + 1] ?? 0) + words.length;
      return this.#push(words);
    }
    this.#last = this.#size;
    this.#push([op, words.length, ...words]);
  }

  /** Sites of `slots` operands each. A channel that never does anything is left out. */
  noise(channel: FrameChannel, slots: number, operands: readonly number[]): void {
    if (operands.length === 0 || !channel.probabilities.some((probability) => probability !== 0)) return;
    this.emit(FRAME_OP.NOISE, [this.#numberOf(channel), slots, ...operands]);
  }

  #numberOf(channel: FrameChannel): number {
    const name = `${channel.probabilities.join(" ")}:${channel.masks.join(" ")}`;
    const known = this.#channelOf.get(name);
    if (known !== undefined) return known;
    this.#channelOf.set(name, this.#channels.length);
    this.#channels.push(channel);
    return this.#channels.length - 1;
  }

  /** What `body` emits, `count` times. */
  repeat(count: number, body: () => void): void {
    const { measurements, detectors } = this;
    this.#last = -1;
    this.emit(FRAME_OP.LOOP, [count]);
    this.#last = -1;
    body();
    this.#last = -1;
    this.emit(FRAME_OP.END, []);
    this.#last = -1;
    this.measurements = measurements + (this.measurements - measurements) * count;
    this.detectors = detectors + (this.detectors - detectors) * count;
  }

  program(reference: Uint8Array): FrameProgram {
    const { measurements, detectors, observables } = this;
    return { planes: this.#planes, measurements, detectors, observables, code: this.#code.slice(0, this.#size), channels: this.#channels, reference };
  }
}
