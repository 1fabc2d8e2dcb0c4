// The oracle of the frame kernel: the same program and the same draws with one boolean a shot and plane, one shot at a time; nothing packed,
// nothing fused. Slow and plain.
import { word0, word1, word2, word3, philoxBlock } from "../philox/portable.ts";
import { log } from "../libm/portable.ts";
import { aliasOf, gapScale, type AliasTable } from "./alias.ts";
import { bitsOfRow, bytesOfRow, FRAME_OP, type FrameJob, type FrameProgram } from "./program.ts";

const BLOCK = 1_024;

/** What happens to one block, by channel: at position site × 1,024 + shot the mask of what is flipped. Positions come in rising order. */
type Draw = (ordinal: number) => readonly [gap: number, mask: number];

class Events {
  readonly #masks = new Map<number, number>();
  readonly #draw: Draw;
  #ordinal = 0;
  #next = -1;
  constructor(draw: Draw) { this.#draw = draw; }

  maskAt(position: number): number {
    while (this.#next < position) {
      const [gap, mask] = this.#draw(this.#ordinal);
      this.#ordinal += 1;
      this.#next += 1 + gap;
      this.#masks.set(this.#next, mask);
    }
    return this.#masks.get(position) ?? 0;
  }
}

const bits = new DataView(new ArrayBuffer(8));
const RECIPROCALS = Float64Array.from({ length: 128 }, (_, i) => 256 / (257 + 2 * i));
const LOGARITHMS = RECIPROCALS.map((reciprocal) => -log(reciprocal));

/** ln(whole / 2^53) as the binary computes it: ln 2 · exponent, a tabled midpoint, and the series of what is left. */
export function logOf(whole: number): number {
  bits.setFloat64(0, whole);
  const high = bits.getUint32(0);
  const interval = (high >>> 13) & 127;
  bits.setUint32(0, ((high & 0xfffff) | 0x3ff00000) >>> 0);
  const r = bits.getFloat64(0) * (RECIPROCALS[interval] ?? 0) - 1;
  const tail = (-0.5 + r * (0.3333333333333333 + r * (-0.25 + r * (0.2 + r * -0.16666666666666666))));
  return ((high >>> 20) - 1076) * 0.6931471805599453 + (LOGARITHMS[interval] ?? 0) + r + r * r * tail;
}

interface Block { readonly program: FrameProgram; readonly key: Uint32Array; readonly block: number }

function eventsOf({ program, key, block }: Block): readonly Events[] {
  const high = Math.floor(block / 4294967296);
  return program.channels.map((channel, index) => {
    const table: AliasTable = aliasOf(channel);
    const scale = gapScale(channel);
    return new Events((ordinal) => {
      philoxBlock(ordinal, index + 1, block - high * 4294967296, high, key[0] ?? 0, key[1] ?? 0);
      const gap = Math.max(0, Math.floor(logOf((word0 >>> 5) * 67108864 + (word1 >>> 6) + 1) * scale));
      const column = Math.floor((word2 * channel.masks.length) / 4294967296);
      const mask = word3 < (table.threshold[column] ?? 0) ? table.own[column] : table.other[column];
      return [gap, mask ?? 0];
    });
  });
}

/** Bit `shot` of coin `coin`: 128 bytes are eight blocks, all their first words before all their second ones. */
function coinOf({ key, block }: Block, coin: number, shot: number): boolean {
  const word = shot >> 8, lane = (shot >> 5) & 7;
  const high = Math.floor(block / 4294967296);
  philoxBlock(8 * coin + lane, 0, block - high * 4294967296, high, key[0] ?? 0, key[1] ?? 0);
  return ((([word0, word1, word2, word3][word] ?? 0) >>> (shot & 31)) & 1) === 1;
}

interface Shot { readonly record: boolean[]; readonly detectors: boolean[]; readonly observables: boolean[] }

function runShot(at: Block, events: readonly Events[], shot: number): Shot {
  const { program } = at;
  const planes = new Array<boolean>(program.planes).fill(false);
  const record: boolean[] = [];
  const detectors: boolean[] = [];
  const observables = new Array<boolean>(program.observables).fill(false);
  const sites = program.channels.map(() => 0);
  let coins = 0;
  const read = (t: number): boolean => (t >= 0 ? planes[t] : record[record.length + t]) ?? false;
  const write = (t: number, value: boolean): void => {
    if (t >= 0) planes[t] = value;
    else record[record.length + t] = value;
  };
  const parity = (words: readonly number[]): boolean => words.reduce((odd, t) => odd !== read(t), false);
  const pairs = (words: readonly number[], each: (a: number, b: number) => void): void => {
    for (let i = 0; i < words.length; i += 2) each(words[i] ?? 0, words[i + 1] ?? 0);
  };
  const disturb = ([channel = 0, slots = 1, ...operands]: readonly number[]): void => {
    for (let i = 0; i < operands.length; i += slots) {
      const mask = events[channel]?.maskAt((sites[channel] ?? 0) * BLOCK + shot) ?? 0;
      sites[channel] = (sites[channel] ?? 0) + 1;
      operands.slice(i, i + slots).forEach((t, slot) => { if (((mask >> slot) & 1) === 1) write(t, !read(t)); });
    }
  };
  const step = (op: number, words: readonly number[]): void => {
    switch (op) {
      case FRAME_OP.ADD: pairs(words, (a, b) => { write(a, read(a) !== read(b)); }); break;
      case FRAME_OP.SWAP: pairs(words, (a, b) => { const held = read(a); write(a, read(b)); write(b, held); }); break;
      case FRAME_OP.CLEAR: for (const t of words) write(t, false); break;
      case FRAME_OP.COIN: for (const t of words) write(t, read(t) !== coinOf(at, coins++, shot)); break;
      case FRAME_OP.WITHOUT: pairs(words, (a, b) => { write(a, read(a) && !read(b)); }); break;
      case FRAME_OP.RECORD: for (const t of words) record.push(read(t)); break;
      case FRAME_OP.DETECT: detectors.push(parity(words)); break;
      case FRAME_OP.OBSERVE: { const [k = 0, ...rest] = words; observables[k] = observables[k] !== parity(rest); break; }
      case FRAME_OP.NOISE: disturb(words); break;
    }
  };
  const run = (from: number, to: number): void => {
    const { code } = program;
    for (let pc = from; pc < to;) {
      const op = code[pc] ?? 0;
      const end = pc + 2 + (code[pc + 1] ?? 0);
      pc = op === FRAME_OP.LOOP ? loop(end, code[pc + 2] ?? 0) : (step(op, [...code.subarray(pc + 2, end)]), end);
    }
  };
  /** Runs the body that begins at `from`; returns where what follows it begins. */
  const loop = (from: number, times: number): number => {
    const { code } = program;
    let end = from;
    for (let depth = 1; depth > 0; end += 2 + (code[end + 1] ?? 0)) depth += code[end] === FRAME_OP.LOOP ? 1 : code[end] === FRAME_OP.END ? -1 : 0;
    for (let time = 0; time < times; time++) run(from, end - 2);
    return end;
  };
  run(0, program.code.length);
  return { record, detectors, observables };
}

/** The rows of `job`, as the kernel gives them. */
export function referenceFrames({ program, rows, first, shots, key }: FrameJob): Uint8Array {
  const rowBytes = bytesOfRow(program, rows);
  const out = new Uint8Array(shots * rowBytes);
  for (let index = 0; index < shots; index++) {
    const block = Math.floor((first + index) / BLOCK);
    const at = { program, key, block };
    const { record, detectors, observables } = runShot(at, eventsOf(at), first + index - block * BLOCK);
    const flips = rows === "detections" ? [...detectors, ...observables]
      : record.map((flip, k) => flip !== ((((program.reference[k >> 3] ?? 0) >> (k & 7)) & 1) === 1));
    flips.forEach((bit, k) => { if (bit) out[index * rowBytes + (k >> 3)] = (out[index * rowBytes + (k >> 3)] ?? 0) | (1 << (k & 7)); });
    if (flips.length !== bitsOfRow(program, rows)) throw new RangeError("a program whose counts are not its code's");
  }
  return out;
}
