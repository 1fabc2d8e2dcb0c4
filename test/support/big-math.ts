// Elementary functions in fixed point on BigInt, FRACTION bits behind the point: the yardstick for the pinned library.
const FRACTION = 320n;
const ONE = 1n << FRACTION;

const times = (a: bigint, b: bigint): bigint => (a * b) >> FRACTION;
const over = (a: bigint, b: bigint): bigint => (a << FRACTION) / b;
const size = (a: bigint): bigint => (a < 0n ? -a : a);

function root(a: bigint): bigint {
  let guess = 1n << BigInt((a.toString(2).length + 1) >> 1);
  for (let next = (guess + a / guess) >> 1n; next < guess; next = (guess + a / guess) >> 1n) guess = next;
  return guess;
}

/** first + first·factor·ratio(1) + …, until the terms vanish. */
function series(first: bigint, next: (term: bigint, k: bigint) => bigint): bigint {
  let sum = 0n;
  for (let term = first, k = 1n; size(term) > 1n; k++) {
    sum += term;
    term = next(term, k);
  }
  return sum;
}

/** Σ ±x^(2k+1)/(2k+1): artanh for sign 1, arctan for sign -1; |x| well below 1. */
function odd(x: bigint, sign: bigint): bigint {
  const square = times(x, x) * sign;
  let sum = 0n;
  for (let power = x, k = 1n; size(power) > 1n; k += 2n) {
    sum += power / k;
    power = times(power, square);
  }
  return sum;
}

const PI = 4n * (4n * odd(ONE / 5n, -1n) - odd(ONE / 239n, -1n));
const LN2 = 2n * odd(ONE / 3n, 1n);

const words = new DataView(new ArrayBuffer(8));

/** A finite double as mantissa · 2^exponent. */
export function parts(x: number): { readonly mantissa: bigint; readonly exponent: number } {
  words.setFloat64(0, x);
  const bits = words.getBigUint64(0);
  const field = Number((bits >> 52n) & 2047n);
  const fraction = bits & ((1n << 52n) - 1n);
  const mantissa = field === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: bits >> 63n === 1n ? -mantissa : mantissa, exponent: (field === 0 ? 1 : field) - 1075 };
}

const shifted = (a: bigint, by: number): bigint => (by >= 0 ? a << BigInt(by) : a >> BigInt(-by));

/** x · 2^scale in fixed point. */
export function fixed(x: number, scale = 0): bigint {
  const { mantissa, exponent } = parts(x);
  return shifted(mantissa, exponent + Number(FRACTION) + scale);
}

export function bigSin(x: number, quarterTurns = 0n): bigint {
  const angle = fixed(x) + (quarterTurns * PI) / 2n;
  const turns = angle / PI;
  const rest = angle - turns * PI;
  const square = times(rest, rest);
  const value = series(rest, (term, k) => -times(term, square) / (2n * k * (2n * k + 1n)));
  return turns % 2n === 0n ? value : -value;
}

export const bigCos = (x: number): bigint => bigSin(x, 1n);

/** e^x as value · 2^exponent. */
export function bigExp(x: number): { readonly value: bigint; readonly exponent: number } {
  const exponent = fixed(x) / LN2;
  const rest = fixed(x) - exponent * LN2;
  return { value: series(ONE, (term, k) => times(term, rest) / k), exponent: Number(exponent) };
}

export function bigLog(x: number): bigint {
  const { mantissa, exponent } = parts(x);
  const length = mantissa.toString(2).length - 1;
  const m = shifted(mantissa, Number(FRACTION) - length);
  return 2n * odd(over(m - ONE, m + ONE), 1n) + BigInt(exponent + length) * LN2;
}

/** The angle of a point with x > 0 or y ≠ 0, both within 2^±60 of each other. */
export function bigAtan2(y: number, x: number): bigint {
  const shift = -Math.max(parts(x).exponent, parts(y).exponent) - 52;
  const across = fixed(x, shift);
  const up = fixed(y, shift);
  const steep = size(up) > size(across);
  let t = steep ? over(size(across), size(up)) : over(size(up), size(across));
  for (let halving = 0; halving < 3; halving++) t = over(t, ONE + root((ONE << FRACTION) + t * t));
  const acute = steep ? PI / 2n - 8n * odd(t, -1n) : 8n * odd(t, -1n);
  const angle = across < 0n ? PI - acute : acute;
  return up < 0n ? -angle : angle;
}

/** |got - want| in units of the last place of `got`; `want` = value · 2^exponent. */
export function ulps(got: number, want: bigint, exponent = 0): number {
  const { exponent: last } = parts(got);
  const error = size(fixed(got, -exponent) - want);
  return Number((error << 20n) / shifted(ONE, last - exponent)) / 2 ** 20;
}
