// Counting over rows of shots: detection events, and what a decoder predicted against what the observables did.
//   Q1  Bits of a row beyond its observables are 0 (frames/program.ts), so a row's bits are its events and its observable flips.

/** Bits that are set in a word of 32. */
function populationOfWord(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits that are set: by words where they are whole, by bytes before and after them. */
export function populationOf(rows: Uint8Array): number {
  const before = Math.min(rows.length, -rows.byteOffset & 3);
  const whole = (rows.length - before) >> 2;
  const words = whole === 0 ? new Uint32Array(0) : new Uint32Array(rows.buffer, rows.byteOffset + before, whole);
  let bits = 0;
  for (let at = 0; at < words.length; at++) bits += populationOfWord(words[at] ?? 0);
  for (let at = 0; at < before; at++) bits += populationOfWord(rows[at] ?? 0);
  for (let at = before + 4 * words.length; at < rows.length; at++) bits += populationOfWord(rows[at] ?? 0);
  return bits;
}

/** Bits [first, first + count) of each row, moved to the beginning of whole bytes. */
export function cutBits(rows: Uint8Array, rowBytes: number, firstBit: number, count: number, into: Uint8Array): void {
  const width = (count + 7) >> 3;
  const first = firstBit >> 3;
  const shift = firstBit & 7;
  const last = count & 7;
  const mask = last === 0 ? 0xff : (1 << last) - 1;
  for (let row = 0, to = 0; row < rows.length; row += rowBytes, to += width) {
    for (let byte = 0; byte < width; byte++) {
      const at = first + byte;
      const above = shift > 0 && at + 1 < rowBytes ? rows[row + at + 1] ?? 0 : 0;
      const bits = (((rows[row + at] ?? 0) | (above << 8)) >> shift) & 0xff;
      into[to + byte] = byte === width - 1 ? bits & mask : bits;
    }
  }
}

/** Rows that are cut at once, where nothing but their number of bits is wanted. */
const COUNTED = 65_536;

/** Bits that are set among bits [first, first + count) of each row. */
export function populationOfBits(rows: Uint8Array, rowBytes: number, first: number, count: number): number {
  const cut = new Uint8Array(Math.min(COUNTED, rowBytes === 0 ? 0 : rows.length / rowBytes) * ((count + 7) >> 3));
  let bits = 0;
  for (let from = 0; from < rows.length; from += COUNTED * rowBytes) {
    const part = rows.subarray(from, from + COUNTED * rowBytes);
    cutBits(part, rowBytes, first, count, cut);
    bits += populationOf(cut.subarray(0, (part.length / rowBytes) * ((count + 7) >> 3)));
  }
  return bits;
}

/** Adds what differs to `flips`, by observable; answers with the shots in which anything does. */
export function countDifferences(actual: Uint8Array, predicted: Uint8Array, shots: number, width: number, flips: number[]): number {
  let errors = 0;
  for (let shot = 0, at = 0; shot < shots; shot++) {
    let wrong = 0;
    for (let byte = 0; byte < width; byte++, at++) {
      const differs = (actual[at] ?? 0) ^ (predicted[at] ?? 0);
      if (differs === 0) continue;
      wrong = 1;
      for (let bit = 0; bit < 8; bit++) if ((differs >> bit) & 1) flips[8 * byte + bit] = (flips[8 * byte + bit] ?? 0) + 1;
    }
    errors += wrong;
  }
  return errors;
}
