// Shots as files: 01, b8, r8, hits, dets and ptb64, the formats of Stim's doc/result_formats.md, over packed rows. Owns what a shot is, and
// reading; shot-writing.ts writes.
//   S1  A row is one shot: bit k of it stands in byte ⌊k/8⌋ at 2^(k mod 8), rows begin at bytes, spare bits are 0. That is b8 itself.
//   S2  What is written is read as the same rows; what is read is refused with the offset of its first byte that cannot be.
import { Fault } from "../../../kernel-abi/fault.ts";

/** What a shot consists of, in this order: most have detectors and observables, or measurements. */
export interface ShotShape {
  readonly measurements?: number;
  readonly detectors?: number;
  readonly observables?: number;
}

export interface Shots {
  readonly shots: number;
  /** shots × rowBytes(shape). */
  readonly rows: Uint8Array;
}

export type ShotFormat = "01" | "b8" | "r8" | "hits" | "dets" | "ptb64";
export const SHOT_FORMATS: readonly ShotFormat[] = Object.freeze(["01", "b8", "r8", "hits", "dets", "ptb64"]);

/** Bits of all shots together that are read or written in one piece. */
const BYTES_MAX = 1 << 30;
const LF = 10, CR = 13, SPACE = 32, COMMA = 44, ZERO = 48, ONE = 49, NINE = 57;

export const bitsOf = ({ measurements = 0, detectors = 0, observables = 0 }: ShotShape): number => measurements + detectors + observables;
export const rowBytes = (shape: ShotShape): number => Math.ceil(bitsOf(shape) / 8);

/** The sections of a shot by the letters of the format dets. */
export function sections({ measurements = 0, detectors = 0, observables = 0 }: ShotShape): readonly (readonly [letter: string, from: number, count: number])[] {
  return [["M", 0, measurements], ["D", measurements, detectors], ["L", measurements + detectors, observables]];
}

export function refuse(format: ShotFormat, offset: number, what: string): never {
  throw new Fault("SHOTS_MALFORMED", { format, offset, what });
}

/** Grows as rows are read. */
class Rows {
  readonly bytes: number;
  shots = 0;
  #rows = new Uint8Array(1 << 12);
  constructor(shape: ShotShape) { this.bytes = rowBytes(shape); }
  /** Begins a shot. */
  next(format: ShotFormat, offset: number): void {
    this.shots++;
    const needed = this.shots * this.bytes;
    if (needed > BYTES_MAX) refuse(format, offset, `more than ${BYTES_MAX} bytes of shots`);
    if (needed <= this.#rows.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#rows.length, needed));
    larger.set(this.#rows);
    this.#rows = larger;
  }
  /** Sets a bit of the shot begun last. */
  set(bit: number): void {
    const at = (this.shots - 1) * this.bytes + (bit >> 3);
    this.#rows[at] = (this.#rows[at] ?? 0) | (1 << (bit & 7));
  }
  get shotsRead(): Shots { return { shots: this.shots, rows: this.#rows.slice(0, this.shots * this.bytes) }; }
}

/**
 * Shots of a file.
 * @throws Fault SHOTS_MALFORMED with the offset
 */
export function readShots(bytes: Uint8Array, format: ShotFormat, shape: ShotShape): Shots {
  const bits = bitsOf(shape);
  switch (format) {
    case "01": return read01(bytes, shape, bits);
    case "b8": return { shots: countRows(bytes, shape), rows: bytes.slice() };
    case "r8": return readR8(bytes, shape, bits);
    case "hits": return readHits(bytes, shape, bits);
    case "dets": return readDets(bytes, shape);
    case "ptb64": return readPtb64(bytes, shape, bits);
  }
}

/** Where the line that begins at `from` ends, without its line feed. */
const lineEnd = (bytes: Uint8Array, from: number): number => {
  const end = bytes.indexOf(LF, from);
  return end < 0 ? bytes.length : end;
};
const withoutReturn = (bytes: Uint8Array, from: number, end: number): number => (end > from && bytes[end - 1] === CR ? end - 1 : end);

function read01(bytes: Uint8Array, shape: ShotShape, bits: number): Shots {
  const rows = new Rows(shape);
  for (let from = 0; from < bytes.length;) {
    const feed = lineEnd(bytes, from);
    const end = withoutReturn(bytes, from, feed);
    if (end - from !== bits) refuse("01", Math.min(end, from + bits), `a line of ${end - from} characters; a shot has ${bits} bits`);
    rows.next("01", from);
    for (let at = from; at < end; at++) {
      if (bytes[at] === ONE) rows.set(at - from);
      else if (bytes[at] !== ZERO) refuse("01", at, "a character that is neither 0 nor 1");
    }
    from = feed + 1;
  }
  return rows.shotsRead;
}

/** How many rows of such shots these are. @throws Fault SHOTS_MALFORMED when they are none */
export function countRows(bytes: Uint8Array, shape: ShotShape): number {
  const [width, bits] = [rowBytes(shape), bitsOf(shape)];
  if (width === 0) return bytes.length === 0 ? 0 : refuse("b8", 0, "bytes of shots that have no bits");
  if (bytes.length % width !== 0) refuse("b8", bytes.length - (bytes.length % width), `the last shot has ${bytes.length % width} of ${width} bytes`);
  const spare = (0xff << (bits % 8)) & 0xff;
  if (bits % 8 !== 0) for (let at = width - 1; at < bytes.length; at += width) if (((bytes[at] ?? 0) & spare) !== 0) refuse("b8", at, "a bit beyond the last one of a shot");
  return bytes.length / width;
}

function readR8(bytes: Uint8Array, shape: ShotShape, bits: number): Shots {
  const rows = new Rows(shape);
  let bit = 0;
  let open = false;
  bytes.forEach((run, at) => {
    if (!open) rows.next("r8", at);
    open = true;
    bit += run;
    if (bit > bits) refuse("r8", at, `a run beyond the ${bits} bits of a shot`);
    if (run === 0xff) return;
    if (bit === bits) {
      open = false;
      bit = 0;
    } else rows.set(bit++);
  });
  if (open) refuse("r8", bytes.length, "the last shot has no end");
  return rows.shotsRead;
}

/** Digits from `at` to before `end`. */
function index(format: ShotFormat, bytes: Uint8Array, at: number, end: number, count: number): readonly [value: number, at: number] {
  let value = 0;
  let next = at;
  for (let code = bytes[next]; next < end && code !== undefined && code >= ZERO && code <= NINE; code = bytes[++next]) {
    value = value * 10 + (code - ZERO);
    if (value >= count) refuse(format, at, `an index of ${count} or more`);
  }
  return next === at ? refuse(format, at, "no index where one belongs") : [value, next];
}

function readHits(bytes: Uint8Array, shape: ShotShape, bits: number): Shots {
  const rows = new Rows(shape);
  for (let from = 0; from < bytes.length;) {
    const feed = lineEnd(bytes, from);
    const end = withoutReturn(bytes, from, feed);
    rows.next("hits", from);
    for (let at = from; at < end;) {
      const [bit, next] = index("hits", bytes, at, end, bits);
      rows.set(bit);
      at = next;
      if (at === end) break;
      if (bytes[at] !== COMMA || at + 1 === end) refuse("hits", at, "something other than a comma and an index");
      at++;
    }
    from = feed + 1;
  }
  return rows.shotsRead;
}

const SHOT = [115, 104, 111, 116];

function readDets(bytes: Uint8Array, shape: ShotShape): Shots {
  const rows = new Rows(shape);
  const known = new Map(sections(shape).map(([letter, from, count]) => [letter.charCodeAt(0), { from, count }]));
  for (let from = 0; from < bytes.length;) {
    const feed = lineEnd(bytes, from);
    const end = withoutReturn(bytes, from, feed);
    if (end > from) {
      SHOT.forEach((code, at) => { if (bytes[from + at] !== code) refuse("dets", from, "a line that does not begin with `shot`"); });
      rows.next("dets", from);
      for (let at = from + SHOT.length; at < end;) {
        if (bytes[at] !== SPACE) refuse("dets", at, "something other than a space between values");
        if (++at === end) break;
        const section = known.get(bytes[at] ?? 0) ?? refuse("dets", at, "a value that does not begin with M, D or L");
        const [value, next] = index("dets", bytes, at + 1, end, section.count);
        rows.set(section.from + value);
        at = next;
      }
    }
    from = feed + 1;
  }
  return rows.shotsRead;
}

function readPtb64(bytes: Uint8Array, shape: ShotShape, bits: number): Shots {
  const width = rowBytes(shape);
  if (bits === 0) return bytes.length === 0 ? { shots: 0, rows: bytes.slice() } : refuse("ptb64", 0, "bytes of shots that have no bits");
  if (bytes.length % (8 * bits) !== 0) refuse("ptb64", bytes.length - (bytes.length % (8 * bits)), `the last group has ${bytes.length % (8 * bits)} of ${8 * bits} bytes`);
  const shots = bytes.length / bits * 8;
  const rows = new Uint8Array(shots * width);
  for (let at = 0; at < bytes.length; at++) {
    const bit = Math.floor(at / 8) % bits;
    const first = Math.floor(at / (8 * bits)) * 64 + (at % 8) * 8;
    for (let one = 0, left = bytes[at] ?? 0; left !== 0; one++, left >>= 1) {
      const to = (first + one) * width + (bit >> 3);
      if ((left & 1) !== 0) rows[to] = (rows[to] ?? 0) | (1 << (bit & 7));
    }
  }
  return { shots, rows };
}
