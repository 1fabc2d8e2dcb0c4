// One register of qubits in one WebAssembly memory: layout, gates, measurement, copies. Owns the addresses.
//   R1  state | scratch | shots | result | record | table | program | buffers | copies, in this order from the second page on; copies are
//       grown on demand. The words that threads share stand in the first page.
//   R3  Amplitudes are as long as they should be but for `gain` (program.ts, F5), which is 1 unless a fused program has run.
//   R4  A qubit that nothing has mixed yet is 0: a program runs no block in which such a qubit is 1, for all of it is 0 and stays so.
//   R5  A program that mixes all qubits touches every page first, in order and on one thread: pages that are first met in the strides of
//       a pass, or by two threads at once, cost the system two to ten times as much.
//   R2  Amplitudes are read by tests only; no kernel output holds one (A4).
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Crew } from "../../../kernel-abi/ports.ts";
import { OP } from "../circuit.ts";
import { countShared } from "../heap.ts";
import { openInstance, type StatevectorExports } from "./instance.ts";
import { PAGE, Passes, sharesOf, tableOf } from "./passes.ts";
import type { Step } from "./plan.ts";
import type { Program } from "./program.ts";
import { bitsOf } from "./schedule.ts";
import type { StagedPlan } from "./stages.ts";

const AMPLITUDE = 16;
/** Of a host's smallest pages, in 64-bit numbers. */
const HOST_PAGE = 512;
/** Below this a pass is over before another thread has woken. */
export const CREW_QUBITS_MIN = 17;
const ROOT_HALF = 0.7071067811865476;
/** A total weight below 2^-64 is raised by 2^64, amplitudes by 2^32: exact, so no bit of any probability changes. */
const WORN = 5.421010862427522e-20;
const FRESHEN = 4_294_967_296;
/** 2^-120 and its root. */
const FAINT = 7.52316384526264e-37;
const FAINT_ROOT = 8.673617379884035e-19;
/** All that 32-bit addresses reach. */
const BYTES_MAX = 4_294_967_296;
const aligned = (bytes: number): number => AMPLITUDE * Math.ceil(bytes / AMPLITUDE);

/** Where scratch stands in every register of so many qubits. */
export const scratchAt = (qubits: number): number => PAGE + AMPLITUDE * (1 << qubits);

export interface RegisterSize {
  readonly qubits: number;
  readonly shots?: number;
  readonly clbits?: number;
  readonly rest?: number;
  /** Bytes of the longest program it will run. */
  readonly program?: number;
  /** Copies that there must be room for from the start. */
  readonly copies?: number;
  /** States that one program may be run on at once. */
  readonly states?: 1 | 2;
  /** Who may help, from CREW_QUBITS_MIN on. */
  readonly crew?: Crew | undefined;
}

export class Register {
  readonly wasm: StatevectorExports = openInstance();
  readonly qubits: number;
  readonly total: number;
  readonly state = PAGE;
  readonly scratch: number;
  readonly scratchBytes: number;
  readonly shots: number;
  readonly result: number;
  readonly record: number;
  readonly table: number;
  readonly program: number;
  readonly passes: Passes;
  gain = 1;
  readonly #copies: number;
  /** Of each copy (R3). */
  readonly #gains: number[] = [];
  readonly #mixes: number[] = [];
  /** Qubits that may be 1, as a mask (R4). */
  #mixed = 0;
  /** Whether nothing has been done to |0…0⟩ yet. */
  #fresh = true;
  #end = 0;

  /** A register in |0…0⟩. @throws Fault KERNEL_REFUSED when the host has no memory for it. */
  constructor(size: RegisterSize) {
    const { qubits, shots = 0, clbits = 0, rest = 0, program = 0, copies = 0, states = 1, crew } = size;
    const helpers = crew === undefined || qubits < CREW_QUBITS_MIN ? 0 : crew.helpers;
    this.qubits = qubits;
    this.total = AMPLITUDE * (1 << qubits);
    this.scratch = scratchAt(qubits);
    this.scratchBytes = Math.max(AMPLITUDE, this.total / 4);
    this.shots = this.scratch + this.scratchBytes;
    this.result = this.shots + aligned(4 * shots);
    this.record = this.result + aligned(shots * clbits);
    this.table = this.record + aligned(clbits);
    this.program = this.table + aligned(12 * rest);
    const buffers = this.program + aligned(program);
    this.#copies = buffers + (program === 0 ? 0 : Passes.bufferBytes(1 + helpers, states));
    this.#reach(this.#copies + copies * this.total);
    new Float64Array(this.wasm.memory.buffer, this.state, 1)[0] = 1;
    this.passes = new Passes(this.wasm, buffers, states);
    if (helpers > 0 && crew !== undefined) this.passes.enlist(crew);
  }

  /** Sends helpers away; the register stays readable. */
  close(): void {
    this.passes.close();
  }

  #reach(end: number): void {
    const memory = this.wasm.memory;
    const pages = Math.ceil(end / PAGE) - memory.buffer.byteLength / PAGE;
    try {
      if (pages > 0) {
        memory.grow(pages);
        countShared(pages * PAGE);
      }
    } catch (cause) {
      throw new Fault("KERNEL_REFUSED", { argument: "memory", allowed: "what the host can give", qubits: this.qubits, bytes: end }, { cause });
    }
    this.#end = Math.max(this.#end, end);
  }

  #bytes(from: number, length: number): Uint8Array {
    return new Uint8Array(this.wasm.memory.buffer, from, length);
  }

  /** Back to |0…0⟩. */
  clear(): void {
    if (this.#fresh) return;
    this.gain = 1;
    this.#mixed = 0;
    this.wasm.clear(this.state, this.total);
    new Float64Array(this.wasm.memory.buffer, this.state, 1)[0] = 1;
  }

  #copyAt(slot: number): number {
    return this.#copies + slot * this.total;
  }

  /** Copies there can be at most. */
  get copiesMax(): number {
    return Math.floor((BYTES_MAX - this.#copies) / this.total);
  }

  /** Keeps a copy of the state in a slot, growing the memory when the slot is new. */
  save(slot: number): void {
    this.#reach(this.#copyAt(slot) + this.total);
    this.#bytes(this.#copyAt(slot), this.total).set(this.#bytes(this.state, this.total));
    this.#gains[slot] = this.gain;
    this.#mixes[slot] = this.#mixed;
  }

  /** The address of a slot in which all amplitudes are 0: a second state beside the first. */
  zeros(slot: number): number {
    this.#reach(this.#copyAt(slot) + this.total);
    this.wasm.clear(this.#copyAt(slot), this.total);
    return this.#copyAt(slot);
  }

  restore(slot: number): void {
    this.#fresh = false;
    this.gain = this.#gains[slot] ?? 1;
    this.#mixed = this.#mixes[slot] ?? (1 << this.qubits) - 1;
    this.#bytes(this.state, this.total).set(this.#bytes(this.#copyAt(slot), this.total));
  }

  /** Classical bits for `publish`. */
  writeRecord(clbits: Uint8Array): void {
    this.#bytes(this.record, clbits.length).set(clbits);
  }

  /** The measurements `sampleRest` makes, as rows (qubit, clbit or -1, ordinal). */
  writeTable(rest: readonly Step[]): void {
    const rows = new Int32Array(this.wasm.memory.buffer, this.table, 3 * rest.length);
    rest.forEach((step, row) => rows.set([step.q0, step.clbit, step.ordinal], 3 * row));
  }

  /** Samples the rows `writeTable` left, as many as there were, for a range of shots. Uses the state up. */
  sampleRest(rows: number, from: number, to: number): void {
    this.#fresh = false;
    this.wasm.sampleRest(this.state, this.qubits, this.table, this.table + 12 * rows, from, to);
  }

  readResult(length: number): Uint8Array {
    return this.#bytes(this.result, length).slice();
  }

  /** For tests only (R2): re, im of every amplitude. */
  amplitudes(): Float64Array {
    return new Float64Array(this.wasm.memory.buffer, this.state, 2 << this.qubits).slice();
  }

  /** Weights of 0 and 1 on a qubit; the state is first scaled by a power of two if repeated projection has worn it thin. */
  weigh(qubit: number): readonly [zero: number, one: number] {
    const zero = this.qubits < CREW_QUBITS_MIN ? this.wasm.weigh(this.state, this.qubits, qubit, this.scratch) : this.#weighTogether(qubit);
    const one = this.wasm.weightOfOne();
    if (!(zero + one > 0 && zero + one < WORN)) return [zero, one];
    this.wasm.scale(this.state, this.total, FRESHEN);
    return this.weigh(qubit);
  }

  /** The same weights, the first three folds in one pass of shares (assembly/weigh.ts). */
  #weighTogether(qubit: number): number {
    const { qubits, scratch, state } = this;
    const folded = [qubits - 1, qubits - 2, qubits - 3, qubits - 4].filter((bit) => bit !== qubit).slice(0, 3);
    const shares = sharesOf(qubits);
    this.passes.share(tableOf([{ what: "squares", words: [scratch, (1 << (qubits - 3)) / shares, ...folded.map((bit) => 1 << bit)] }], shares), state);
    return this.wasm.weighRow(scratch, qubits - 3, Math.min(qubit, qubits - 4));
  }

  project(qubit: number, outcome: number): void {
    this.#fresh = false;
    this.wasm.project(this.state, this.total, AMPLITUDE * (1 << qubit), outcome);
  }

  /** Projects and returns the qubit to 0. */
  reset(qubit: number, outcome: number): void {
    this.project(qubit, outcome);
    if (outcome === 1) this.wasm.lower(this.state, this.total, AMPLITUDE * (1 << qubit));
  }

  /** R5. */
  #touch({ passes }: Program): void {
    if (bitsOf(passes.reduce((all, { mixes }) => all | mixes, 0)) < this.qubits) return;
    const numbers = new Float64Array(this.wasm.memory.buffer, this.state, this.total / 8);
    for (let at = HOST_PAGE; at < numbers.length; at += HOST_PAGE) numbers[at] = 0;
  }

  /** Runs a program, block by block. */
  run(program: Program): void {
    if (this.#fresh) this.#touch(program);
    this.#fresh = false;
    this.#bytes(this.program, program.bytes.length).set(program.bytes);
    program.passes.forEach((place, pass) => {
      this.passes.run(this.program, pass, place, { mixed: this.#mixed, state: this.state });
      this.#mixed |= place.mixes;
    });
    this.gain *= program.gain;
  }

  /** Runs an exact program on the register's own state and another at once; `passed` is told of each pass. */
  runBoth(program: Program, image: number, passed: (pass: number) => void): void {
    this.#fresh = false;
    this.#bytes(this.program, program.bytes.length).set(program.bytes);
    const mixed = (1 << this.qubits) - 1;
    program.passes.forEach((place, pass) => {
      this.passes.run(this.program, pass, place, { mixed, state: this.state, image });
      passed(pass);
    });
    this.#mixed = mixed;
  }

  /** One stage of gates of a plan that was counted in `program` when the register was made. */
  evolve(staged: StagedPlan, at: number): void {
    const stage = staged.stages[at];
    const program = staged.program(at);
    if (program !== undefined) this.run(program);
    else if (stage?.kind === "gates") for (const step of stage.gates) this.apply(step);
    if (this.gain < FAINT) this.#brighten();
  }

  /** Amplitudes that fused rotations have made long are scaled back by a power of two, which rounds nothing. */
  #brighten(): void {
    this.wasm.scale(this.state, this.total, FAINT_ROOT);
    this.gain /= FAINT;
  }

  /** On the register's own state, or on the one in a slot. */
  apply(step: Step, state = this.state): void {
    const { wasm, total } = this;
    this.#fresh = false;
    for (const qubit of [step.q0, step.q1, step.q2]) if (qubit >= 0) this.#mixed |= 1 << qubit;
    const a = AMPLITUDE * (1 << step.q0);
    const b = step.q1 < 0 ? 0 : AMPLITUDE * (1 << step.q1);
    const { cosine: c, sine: s } = step;
    switch (step.opcode) {
      case OP.H: return wasm.hadamard(state, total, a, total, total, 0, a);
      case OP.S: return wasm.turn(state, total, a, total, total, a, 1);
      case OP.SDG: return wasm.turn(state, total, a, total, total, a, -1);
      case OP.T: return wasm.phase(state, total, a, total, total, a, ROOT_HALF, ROOT_HALF);
      case OP.TDG: return wasm.phase(state, total, a, total, total, a, ROOT_HALF, -ROOT_HALF);
      case OP.X: return wasm.exchange(state, total, a, total, total, 0, a);
      case OP.Y: return wasm.pauliY(state, total, a, total, total, 0, a);
      case OP.Z: return wasm.negate(state, total, a, total, total, a);
      case OP.RX: return wasm.rotateX(state, total, a, total, total, 0, a, c, s);
      case OP.RY: return wasm.rotateY(state, total, a, total, total, 0, a, c, s);
      case OP.RZ: return wasm.rotateZ(state, total, a, total, total, 0, a, c, s);
      case OP.P: return wasm.phase(state, total, a, total, total, a, c, s);
      case OP.CX: return wasm.exchange(state, total, Math.min(a, b), Math.max(a, b), total, a, a + b);
      case OP.CZ: return wasm.negate(state, total, Math.min(a, b), Math.max(a, b), total, a + b);
      case OP.SWAP: return wasm.exchange(state, total, Math.min(a, b), Math.max(a, b), total, a, b);
      case OP.CP: return wasm.phase(state, total, Math.min(a, b), Math.max(a, b), total, a + b, c, s);
      case OP.CCX: return this.#toffoli(state, a, b, AMPLITUDE * (1 << step.q2));
      default: throw new Fault("KERNEL_REFUSED", { argument: "opcode", allowed: "a gate" });
    }
  }

  #toffoli(state: number, a: number, b: number, c: number): void {
    const low = Math.min(a, b, c);
    const high = Math.max(a, b, c);
    this.wasm.exchange(state, this.total, low, a + b + c - low - high, high, a + b, a + b + c);
  }
}
