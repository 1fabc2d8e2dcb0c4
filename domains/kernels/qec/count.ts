// Counting over rows of shots: detection events, and what a decoder predicted against what the observables did.
//   Q1  Bits of a row beyond its observables are 0 (frames/program.ts), so a row's bits are its events and its observable flips.

const POPULATION = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

export function populationOf(rows: Uint8Array): number {
  let bits = 0;
  for (const byte of rows) bits += POPULATION[byte] ?? 0;
  return bits;
}

/** Observable bits of each row, moved to the beginning of whole bytes. */
export function observablesOf(rows: Uint8Array, rowBytes: number, detectors: number, observables: number, into: Uint8Array): void {
  const width = (observables + 7) >> 3;
  const first = detectors >> 3;
  const shift = detectors & 7;
  const last = observables & 7;
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
