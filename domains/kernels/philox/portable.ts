// Philox 4×32-10: the counter-based generator of J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC11 (2011). ONE source, read unchanged by tsc and by AssemblyScript.
//   P1  A number depends on (key, shot, draw) alone: no state, so order, batches and workers change nothing.
//   P2  Counter words are (draw low, draw high, shot low, shot high), key words (key0, key1). The layout is permanent:
//       another one would be another semantics version.
// 32-bit products go through 16-bit halves, because u32 is a wrapping word in one compiler and a number in the other.

/** The block the last call of `philoxBlock` made; read at once, before the next call. */
export let word0: u32 = 0;
export let word1: u32 = 0;
export let word2: u32 = 0;
export let word3: u32 = 0;

/** Upper word of the 64-bit product of two words. */
function productHigh(a: u32, b: u32): u32 {
  const aLow: u32 = a & 0xffff;
  const aHigh: u32 = a >>> 16;
  const bLow: u32 = b & 0xffff;
  const bHigh: u32 = b >>> 16;
  const middle: u32 = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other: u32 = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (other >>> 16)) >>> 0;
}

/** Lower word of the 64-bit product of two words. */
function productLow(a: u32, b: u32): u32 {
  const aLow: u32 = a & 0xffff;
  const bLow: u32 = b & 0xffff;
  const middle: u32 = (a >>> 16) * bLow + aLow * (b >>> 16);
  return ((middle << 16) + aLow * bLow) >>> 0;
}

/** Ten rounds over one counter; leaves word0 … word3. Arguments are 32-bit words. */
export function philoxBlock(draw0: u32, draw1: u32, shot0: u32, shot1: u32, key0: u32, key1: u32): void {
  let c0: u32 = draw0;
  let c1: u32 = draw1;
  let c2: u32 = shot0;
  let c3: u32 = shot1;
  let k0: u32 = key0;
  let k1: u32 = key1;
  for (let round: u32 = 0; round < 10; round++) {
    const next0: u32 = (productHigh(0xcd9e8d57, c2) ^ c1 ^ k0) >>> 0;
    const next2: u32 = (productHigh(0xd2511f53, c0) ^ c3 ^ k1) >>> 0;
    c1 = productLow(0xcd9e8d57, c2);
    c3 = productLow(0xd2511f53, c0);
    c0 = next0;
    c2 = next2;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  word0 = c0;
  word1 = c1;
  word2 = c2;
  word3 = c3;
}

/**
 * The number of (key, shot, draw): uniform in [0, 1), a multiple of 2^-53 (27 bits of word0, then 26 bits of word1).
 * shot and draw are whole numbers below 2^53; key words below 2^32.
 */
export function philoxUniform(key0: u32, key1: u32, shot: f64, draw: f64): f64 {
  const drawHigh: f64 = Math.floor(draw / 4294967296.0);
  const shotHigh: f64 = Math.floor(shot / 4294967296.0);
  // `as u32` converts in AssemblyScript; in TypeScript the value is a 32-bit whole number already.
  philoxBlock((draw - drawHigh * 4294967296.0) as u32, drawHigh as u32, (shot - shotHigh * 4294967296.0) as u32, shotHigh as u32, key0, key1);
  const upper: f64 = word0 >>> 5;
  const lower: f64 = word1 >>> 6;
  return (upper * 67108864.0 + lower) * 1.1102230246251565e-16;
}
