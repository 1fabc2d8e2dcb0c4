// Passes: work on a register's states cut into blocks, which its thread and whoever helps it take one by one. Owns the first page of the memory:
// the words that threads share, the table of signs and the table of parts.
import type { Crew, CrewWork } from "../../../kernel-abi/ports.ts";
import { kernelModule, type StatevectorExports } from "./instance.ts";
import type { PassPlace } from "./program.ts";
import { BLOCK_QUBITS, bitsOf } from "./schedule.ts";

export const PAGE = 65_536;
/** Of the words that threads share (assembly/passes.ts), of the table of signs and of that of parts. */
const SYNC = PAGE / 2;
const BELL = SYNC + 12;
export const SIGNS = SYNC + 64;
const PARTS = SYNC + 4_096;
/** Runs of sixteen indices: how many patterns of signs there are, and how long each is. */
const RUN = 16;
/** The offset of the one pass, and its head. */
const PARTS_HEAD = 32;
const PART = 64;
/** Answer of `help` when every block of the pass is taken. */
const IDLE = 0;
/** A helper that holds a block this long without an end is lost: a block is milliseconds of work. */
const WAIT_MS = 100;
const LOST_WAITS = 150;
const BUFFER = 16 * (1 << BLOCK_QUBITS);

/** Parts of one pass at most, and the rest of the page behind them, for numbers that parts refer to. */
export const PARTS_MAX = 256;
export const REST = PARTS + PARTS_HEAD + PARTS_MAX * PART;
export const REST_BYTES = PAGE - REST;

/** What a part is and its words (operations 4 to 6 and 8 of assembly/passes.ts; the others are programs', program.ts): assembly/expect.ts, weigh.ts and adjoint.ts read them. */
export interface Part {
  readonly what: "sums" | "squares" | "brackets" | "images";
  readonly words: readonly number[];
}
const CODES = { sums: 4, squares: 5, brackets: 6, images: 8 } as const;

/** A pass of one to PARTS_MAX parts, each cut into so many shares, as its bytes. */
export function tableOf(parts: readonly Part[], shares: number): Uint32Array {
  const words = new Uint32Array((PARTS_HEAD + parts.length * PART) / 4);
  words.set([16, 0, 0, 0, parts.length, shares, 0, 0]);
  parts.forEach((part, at) => { words.set([CODES[part.what], PART, ...part.words], (PARTS_HEAD + at * PART) / 4); });
  return words;
}

/** Indices of a share at most: as many as a block has. */
export const sharesOf = (qubits: number): number => 1 << Math.max(0, qubits - BLOCK_QUBITS);

/** What a pass of a program is run on: addresses of states. */
export interface On {
  readonly mixed: number;
  readonly state: number;
  readonly image?: number;
}

export class Passes {
  readonly #wasm: StatevectorExports;
  /** One for each thread, this one's first. */
  readonly #buffers: number;
  readonly #states: number;
  #signed = false;

  constructor(wasm: StatevectorExports, buffers: number, states: number) {
    this.#wasm = wasm;
    this.#buffers = buffers;
    this.#states = states;
  }

  /** `states`: how many are worked on at once. */
  static bufferBytes(threads: number, states: number): number {
    return threads * states * BUFFER;
  }

  /** Asks a crew to help from now on, until `close`. */
  enlist(crew: Crew): void {
    const work: CrewWork = {
      module: kernelModule(), memory: this.#wasm.memory, entry: "help", args: (helper) => [SYNC, this.#buffers + Passes.bufferBytes(1 + helper, this.#states)], bell: BELL,
    };
    crew.enlist(work);
  }

  /** Sends helpers away. */
  close(): void {
    this.#wasm.closePasses(SYNC);
  }

  /** One pass of the program at an address, on the blocks of a state, or two, in which the qubits of `mixed` alone may be 1 (register.ts, R4). */
  run(program: number, pass: number, { at, block }: PassPlace, { mixed, state, image = 0 }: On): void {
    const apart = mixed & ~block;
    const blocks = 1 << bitsOf(apart);
    new Uint32Array(this.#wasm.memory.buffer, program + at, 4).set([blocks, 16 * apart, 16 * (mixed & block)], 1);
    this.#open(program, pass, blocks, state, image);
  }

  /** A pass of parts. */
  share(table: Uint32Array, state: number): void {
    new Uint32Array(this.#wasm.memory.buffer, PARTS, table.length).set(table);
    this.#open(PARTS, 0, table[5] ?? 0, state);
  }

  /** Signs of runs at SIGNS: of pattern p and index k, the sign bit where p & k has an odd number of ones. Sums ask for them before they share. */
  writeSigns(): void {
    if (this.#signed) return;
    const table = new DataView(this.#wasm.memory.buffer, SIGNS, 8 * RUN * RUN);
    for (let at = 0; at < RUN * RUN; at++) {
      const both = (at >> 4) & at;
      const odd = (both ^ (both >> 1) ^ (both >> 2) ^ (both >> 3)) & 1;
      table.setUint32(8 * at + 4, odd === 1 ? 0x8000_0000 : 0, true);
    }
    this.#signed = true;
  }

  #open(program: number, pass: number, blocks: number, state: number, image = 0): void {
    const wasm = this.#wasm;
    wasm.openPass(program, SYNC, pass, state, image);
    while (wasm.help(SYNC, this.#buffers) !== IDLE);
    this.#await(blocks);
  }

  /**
   * Until helpers are done with the blocks they hold.
   * @throws Error when nothing has moved for LOST_WAITS waits: to the pool that is a lost worker
   */
  #await(blocks: number): void {
    let seen = this.#wasm.blocksDone(SYNC);
    if (seen === blocks) return;
    const words = new Int32Array(this.#wasm.memory.buffer, SYNC, 4);
    for (let waits = 0; seen < blocks; seen = this.#wasm.blocksDone(SYNC)) {
      waits = Atomics.wait(words, 2, seen, WAIT_MS) === "timed-out" ? waits + 1 : 0;
      if (waits >= LOST_WAITS) {
        this.close();
        throw new Error("a helper of this job was lost");
      }
    }
  }
}
