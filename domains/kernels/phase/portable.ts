// Gaussian numbers for the phase kernels. ONE source, read unchanged by tsc and by AssemblyScript.
//   G1  A pair depends on (key, shot, pair) alone: one Philox block gives two uniforms, two uniforms give two normals
//       (G. E. P. Box and M. E. Muller, Ann. Math. Statist. 29, 1958). Component j of a vector uses pair j >> 1, half j & 1.
import { philoxBlock, word0, word1, word2, word3 } from "../philox/portable.ts";
import { cosOfLast, log, sinCos, sinOfLast } from "../libm/portable.ts";

export const TWO_PI: f64 = 6.283185307179586;

/** The pair the last call of `gaussianPair` made; read at once, before the next call. */
export let gaussianEven: f64 = 0.0;
export let gaussianOdd: f64 = 0.0;

/** Leaves two independent standard normal numbers; shot and pair are whole numbers below 2^53. */
export function gaussianPair(key0: u32, key1: u32, shot: f64, pair: f64): void {
  const pairHigh: f64 = Math.floor(pair / 4294967296.0);
  const shotHigh: f64 = Math.floor(shot / 4294967296.0);
  philoxBlock((pair - pairHigh * 4294967296.0) as u32, pairHigh as u32,
    (shot - shotHigh * 4294967296.0) as u32, shotHigh as u32, key0, key1);
  const upper0: f64 = word0 >>> 5;
  const lower0: f64 = word1 >>> 6;
  const upper1: f64 = word2 >>> 5;
  const lower1: f64 = word3 >>> 6;
  // 1 - u lies in (0, 1], so the logarithm is finite.
  const u: f64 = 1.0 - (upper0 * 67108864.0 + lower0) * 1.1102230246251565e-16;
  const v: f64 = (upper1 * 67108864.0 + lower1) * 1.1102230246251565e-16;
  const radius: f64 = Math.sqrt(-2.0 * log(u));
  sinCos(TWO_PI * v);
  gaussianEven = radius * cosOfLast;
  gaussianOdd = radius * sinOfLast;
}

/** The phase moved by whole turns into [-π, π]. */
export function wrapped(phase: f64): f64 {
  return phase - TWO_PI * Math.floor(phase / TWO_PI + 0.5);
}
