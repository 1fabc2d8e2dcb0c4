// sin, cos, exp, log and atan2 for everyone: ONE source, read unchanged by tsc and by AssemblyScript, with the same
// bits from both. Owns every transcendental number that may reach a hash; nothing else may use Math.sin and its kin.
//   M1  Only + - * / and Math.floor, Math.abs on binary64 in a fixed order: exact by IEEE 754 on every host. No fused
//       multiply-add, no bit patterns; powers of two are exact constants.
//   M2  Error below 1 ulp (test/unit/domains/kernels/libm measures it against 200-bit arithmetic).
// Reductions follow Cody and Waite (1980); quotients and sums are corrected after Dekker (1971) and Knuth (TAOCP 2, 4.2.2).
// Polynomials were fitted to the stated intervals at Chebyshev nodes; each header line gives the relative error.

/** Largest |x| for which sin and cos answer (2^20 · π/2, rounded down); beyond it they are NaN and callers refuse. */
export const ANGLE_LIMIT: number = 1647099.0;

// π/2 as 33 + 33 + 33 + 53 bits: n times each of the first three is exact for |n| <= 2^20.
const TWO_OVER_PI: number = 0.6366197723675814;
const HALF_PI_1: number = 1.5707963267341256;
const HALF_PI_2: number = 6.077100506303966e-11;
const HALF_PI_3: number = 2.0222662487111665e-21;
const HALF_PI_4: number = 8.4784276603689e-32;

let quadrant: number = 0.0;
let reduced: number = 0.0;
let reducedTail: number = 0.0;

/** Leaves x - n·π/2 as reduced + reducedTail, |reduced| <= π/4, and n mod 4. Requires |x| <= ANGLE_LIMIT. */
function reduce(x: number): void {
  const n: number = Math.floor(x * TWO_OVER_PI + 0.5);
  const a: number = x - n * HALF_PI_1;
  const b: number = n * HALF_PI_2;
  const s: number = a - b;
  const u: number = s - a;
  const sTail: number = (a - (s - u)) - (b + u);
  const c: number = n * HALF_PI_3;
  const t: number = s - c;
  const v: number = t - s;
  const tTail: number = (s - (t - v)) - (c + v);
  const tail: number = sTail + (tTail - n * HALF_PI_4);
  reduced = t + tail;
  reducedTail = (t - reduced) + tail;
  quadrant = n - 4.0 * Math.floor(n * 0.25);
}

/** sin(x + y) on |x| <= π/4, |y| a tail of x; 2^-57. */
function sinNear(x: number, y: number): number {
  const z: number = x * x;
  const cube: number = z * x;
  const p: number = 0.008333333333333331 + z * (-0.00019841269841265063 + z * (2.7557319219337312e-06
    + z * (-2.5052106231802837e-08 + z * (1.6058531516797758e-10 + z * -7.586691094197958e-13))));
  return x - ((z * (0.5 * y - cube * p) - y) - cube * -0.16666666666666666);
}

/** cos(x + y) on |x| <= π/4, |y| a tail of x; 2^-59. */
function cosNear(x: number, y: number): number {
  const z: number = x * x;
  const p: number = 0.041666666666666664 + z * (-0.0013888888888887398 + z * (2.480158729876456e-05
    + z * (-2.7557317271145144e-07 + z * (2.087614614655861e-09 + z * -1.1382623647474604e-11))));
  const half: number = 0.5 * z;
  const w: number = 1.0 - half;
  return w + (((1.0 - w) - half) + (z * z * p - x * y));
}

/** sin(x), x in radians; NaN outside |x| <= ANGLE_LIMIT; sin(-0) = -0. */
export function sin(x: number): number {
  if (!(Math.abs(x) <= ANGLE_LIMIT)) return NaN;
  if (x === 0.0) return x;
  reduce(x);
  const value: number = quadrant === 0.0 || quadrant === 2.0 ? sinNear(reduced, reducedTail) : cosNear(reduced, reducedTail);
  return quadrant >= 2.0 ? -value : value;
}

/** cos(x), x in radians; NaN outside |x| <= ANGLE_LIMIT. */
export function cos(x: number): number {
  if (!(Math.abs(x) <= ANGLE_LIMIT)) return NaN;
  reduce(x);
  const value: number = quadrant === 0.0 || quadrant === 2.0 ? cosNear(reduced, reducedTail) : sinNear(reduced, reducedTail);
  return quadrant === 1.0 || quadrant === 2.0 ? -value : value;
}

/** What the last call of `sinCos` found; read at once, before any other call into this file. */
export let sinOfLast: number = 0.0;
export let cosOfLast: number = 0.0;

/** sin and cos of one angle with one reduction, left in `sinOfLast` and `cosOfLast`; the bits of `sin` and `cos`. */
export function sinCos(x: number): void {
  if (!(Math.abs(x) <= ANGLE_LIMIT)) {
    sinOfLast = NaN;
    cosOfLast = NaN;
    return;
  }
  reduce(x);
  const s: number = x === 0.0 ? x : sinNear(reduced, reducedTail);
  const c: number = cosNear(reduced, reducedTail);
  const odd: boolean = quadrant === 1.0 || quadrant === 3.0;
  sinOfLast = odd ? c : s;
  cosOfLast = odd ? s : c;
  if (quadrant >= 2.0) sinOfLast = -sinOfLast;
  if (quadrant === 1.0 || quadrant === 2.0) cosOfLast = -cosOfLast;
}

const LOG2_E: number = 1.4426950408889634;
// ln 2 as 33 + 53 bits: k times the first is exact for |k| < 2^20.
const LN2_1: number = 0.6931471804855391;
const LN2_2: number = 7.440617110012397e-11;

/** 2^k for whole |k| <= 1022, by exact products. */
function powerOfTwo(k: number): number {
  let left: number = Math.abs(k);
  let power: number = 1.0;
  if (left >= 512.0) { power *= 1.3407807929942597e+154; left -= 512.0; }
  if (left >= 256.0) { power *= 1.157920892373162e+77; left -= 256.0; }
  if (left >= 128.0) { power *= 3.402823669209385e+38; left -= 128.0; }
  if (left >= 64.0) { power *= 18446744073709552000.0; left -= 64.0; }
  if (left >= 32.0) { power *= 4294967296.0; left -= 32.0; }
  if (left >= 16.0) { power *= 65536.0; left -= 16.0; }
  if (left >= 8.0) { power *= 256.0; left -= 8.0; }
  if (left >= 4.0) { power *= 16.0; left -= 4.0; }
  if (left >= 2.0) { power *= 4.0; left -= 2.0; }
  if (left >= 1.0) power *= 2.0;
  return k < 0.0 ? 1.0 / power : power;
}

/** e^x; 0 below the least subnormal, Infinity above the largest finite number. */
export function exp(x: number): number {
  if (x !== x) return NaN;
  if (x > 710.0) return Infinity;
  if (x < -746.0) return 0.0;
  const k: number = Math.floor(x * LOG2_E + 0.5);
  const a: number = x - k * LN2_1;
  const b: number = k * LN2_2;
  const r: number = a - b;
  const tail: number = (a - r) - b;
  // |r| <= ln(2)/2; 2^-59
  const p: number = 0.16666666666666669 + r * (0.041666666666666664 + r * (0.008333333333330062 + r * (0.0013888888888886552
    + r * (0.00019841269863053618 + r * (2.4801587317144498e-05 + r * (2.7557268459997064e-06 + r * (2.755728296954995e-07
    + r * (2.510038549551032e-08 + r * 2.0911236630261545e-09))))))));
  const value: number = 1.0 + (r + (r * r * (0.5 + r * p) + (tail + tail * r)));
  if (k > 1000.0) return value * powerOfTwo(k - 1000.0) * 1.0715086071862673e+301;
  if (k < -1000.0) return value * powerOfTwo(k + 1000.0) * 9.332636185032189e-302;
  return value * powerOfTwo(k);
}

let mantissa: number = 0.0;
let exponent: number = 0.0;

function descend(power: number, step: number): void {
  if (mantissa >= power) { mantissa /= power; exponent += step; }
}

function ascend(power: number, step: number): void {
  if (mantissa * power < 2.0) { mantissa *= power; exponent -= step; }
}

/** Splits a finite x > 0 into mantissa · 2^exponent with 1 <= mantissa < 2, by exact products. */
function normalise(x: number): void {
  mantissa = x;
  exponent = 0.0;
  if (x < 1.0) {
    ascend(1.3407807929942597e+154, 512.0);
    ascend(1.3407807929942597e+154, 512.0);
    ascend(1.157920892373162e+77, 256.0);
    ascend(3.402823669209385e+38, 128.0);
    ascend(18446744073709552000.0, 64.0);
    ascend(4294967296.0, 32.0);
    ascend(65536.0, 16.0);
    ascend(256.0, 8.0);
    ascend(16.0, 4.0);
    ascend(4.0, 2.0);
    ascend(2.0, 1.0);
    return;
  }
  descend(1.3407807929942597e+154, 512.0);
  descend(1.157920892373162e+77, 256.0);
  descend(3.402823669209385e+38, 128.0);
  descend(18446744073709552000.0, 64.0);
  descend(4294967296.0, 32.0);
  descend(65536.0, 16.0);
  descend(256.0, 8.0);
  descend(16.0, 4.0);
  descend(4.0, 2.0);
  descend(2.0, 1.0);
}

/** Natural logarithm; NaN below zero, -Infinity at ±0. */
export function log(x: number): number {
  if (!(x >= 0.0)) return NaN;
  if (x === 0.0) return -Infinity;
  if (x === Infinity) return Infinity;
  normalise(x);
  if (mantissa > 1.4142135623730951) { mantissa *= 0.5; exponent += 1.0; }
  // log(1 + f) = 2·artanh(s), s = f / (2 + f), |s| <= 0.1716; 2^-57
  const f: number = mantissa - 1.0;
  const s: number = f / (2.0 + f);
  const z: number = s * s;
  const p: number = z * (0.666666666666667 + z * (0.39999999999899444 + z * (0.2857142862600327 + z * (0.22222211130259878
    + z * (0.18182889455674947 + z * (0.15331710618210773 + z * 0.14616585424888623))))));
  const half: number = 0.5 * f * f;
  return exponent * LN2_1 - ((half - (s * (half + p) + exponent * LN2_2)) - f);
}

/** The rounding error of a·b, |a| and |b| below 2^500 (Dekker's product on Veltkamp halves). */
function productTail(a: number, b: number, product: number): number {
  const as: number = a * 134217729.0;
  const a1: number = as - (as - a);
  const a2: number = a - a1;
  const bs: number = b * 134217729.0;
  const b1: number = bs - (bs - b);
  const b2: number = b - b1;
  return ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2;
}

let base: number = 0.0;
let baseTail: number = 0.0;

/** Leaves the angle of the ray numbered by eighths (0, atan 1/2, π/4, π/2 - atan 1/2, π/2, …, π) as base + baseTail. */
function chooseRay(ray: number): void {
  base = 0.0;
  baseTail = 0.0;
  if (ray === 1.0) { base = 0.4636476090008061; baseTail = 2.2698777452961687e-17; }
  if (ray === 2.0) { base = 0.7853981633974483; baseTail = 3.061616997868383e-17; }
  if (ray === 3.0) { base = 1.1071487177940904; baseTail = 9.40447137356638e-17; }
  if (ray === 4.0) { base = 1.5707963267948966; baseTail = 6.123233995736766e-17; }
  if (ray === 5.0) { base = 2.0344439357957027; baseTail = 2.841996617907152e-17; }
  if (ray === 6.0) { base = 2.356194490192345; baseTail = 9.184850993605148e-17; }
  if (ray === 7.0) { base = 2.677945044588987; baseTail = 1.5527705369303147e-16; }
  if (ray === 8.0) { base = 3.141592653589793; baseTail = 1.2246467991473532e-16; }
}

let offset: number = 0.0;
let offsetTail: number = 0.0;

/** Leaves atan((a - c·b) / (b + c·a)) as offset + offsetTail; 0 <= a <= b, b within 2^±500, c one of 0, 1/2, 1. */
function offsetFrom(c: number, a: number, b: number): void {
  const cb: number = c * b;
  const n: number = a - cb;
  const nu: number = n - a;
  const nTail: number = (a - (n - nu)) - (cb + nu);
  const ca: number = c * a;
  const d: number = b + ca;
  const du: number = d - b;
  const dTail: number = (b - (d - du)) + (ca - du);
  const q: number = n / d;
  const qd: number = q * d;
  const qTail: number = (((n - qd) - productTail(q, d, qd)) + (nTail - q * dTail)) / d;
  // |q| <= 1/4; 2^-59
  const z: number = q * q;
  const p: number = z * (-0.3333333333333333 + z * (0.19999999999998933 + z * (-0.1428571428525851 + z * (0.11111111035986847
    + z * (-0.09090902874969416 + z * (0.07692017877237385 + z * (-0.06658687414697743 + z * (0.057529943904780285
    + z * -0.041034266985419496))))))));
  offset = q;
  offsetTail = q * p + (qTail - qTail * z);
}

function signed(value: number, sign: number): number {
  return sign < 0.0 || (sign === 0.0 && 1.0 / sign < 0.0) ? -value : value;
}

/** The angle of the point (x, y) in (-π, π], with the conventions of ECMA-262 for zeros and infinities. */
export function atan2(y: number, x: number): number {
  if (x !== x || y !== y) return NaN;
  let across: number = Math.abs(x);
  let up: number = Math.abs(y);
  const left: boolean = x < 0.0 || (x === 0.0 && 1.0 / x < 0.0);
  if (across === Infinity || up === Infinity) {
    across = across === Infinity ? 1.0 : 0.0;
    up = up === Infinity ? 1.0 : 0.0;
  }
  const steep: boolean = up > across;
  let a: number = steep ? across : up;
  let b: number = steep ? up : across;
  if (b === 0.0) return signed(left ? 3.141592653589793 : 0.0, y);
  let eighths: number = 0.0;
  if (a < b * 7.450580596923828e-09) {
    offset = a / b;
    offsetTail = 0.0;
  } else {
    const scale: number = b > 3.273390607896142e+150 ? 2.409919865102884e-181 : b < 3.054936363499605e-151 ? 4.149515568880993e+180 : 1.0;
    a *= scale;
    b *= scale;
    eighths = a < 0.25 * b ? 0.0 : a < 0.75 * b ? 1.0 : 2.0;
    offsetFrom(0.5 * eighths, a, b);
  }
  // From the nearer axis to the ray: the angle grows away from the positive x axis, or shrinks towards it.
  const falls: boolean = steep !== left;
  chooseRay(steep ? (left ? 4.0 + eighths : 4.0 - eighths) : (left ? 8.0 - eighths : eighths));
  const turn: number = falls ? -offset : offset;
  const sum: number = base + turn;
  const sumTail: number = (turn - (sum - base)) + (falls ? baseTail - offsetTail : baseTail + offsetTail);
  return signed(sum + sumTail, y);
}
