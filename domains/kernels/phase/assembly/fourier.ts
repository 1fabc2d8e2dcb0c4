// Spectra in WebAssembly: an iterative radix-2 fast Fourier transform (J. W. Cooley and J. W. Tukey, Math. Comp. 19, 1965)
// on interleaved complex float64, and peaks by a parabola through the logarithm of the power. Owns twiddles, transform,
// window and peak search; `spectrum-reference.ts` is the same arithmetic in the same order.
import { cosOfLast, exp, log, sinCos, sinOfLast } from "../../libm/portable";
import { TWO_PI } from "../portable";

/** float64 a peak record takes: position in bins, peak power, lobe power. */
const RECORD: usize = 24;
/** Neighbours below this share of a peak (2^-60) are rounding, not leakage: the peak lies on its bin. */
const LEAKAGE: f64 = 8.673617379884035e-19;

let size: i32 = 0;
let twiddles: usize = 0;
let power: usize = 0;

/** Σ|X_k|² over all bins looked at by the last `fourierPeaks`. */
export let totalPower: f64 = 0.0;

@inline function at(base: usize, i: i32): usize { return base + (<usize>i << 3); }
@inline function complex(base: usize, i: i32): usize { return base + (<usize>i << 4); }

/** e^{-2πik/length} for k < length/2; length is a power of two. */
export function fourierOpen(length: i32): void {
  size = length;
  twiddles = heap.alloc(<usize>length << 3);
  for (let k = 0; k < length >> 1; k++) {
    sinCos(TWO_PI * (<f64>k / <f64>length));
    store<f64>(complex(twiddles, k), cosOfLast);
    store<f64>(complex(twiddles, k), -sinOfLast, 8);
  }
}

/** Hann window w_j = ½ - ½cos(2πj/count) on the first `count` values; returns Σw. */
export function fourierWindow(count: i32, z: usize): f64 {
  let sum: f64 = 0.0;
  for (let j = 0; j < count; j++) {
    sinCos(TWO_PI * (<f64>j / <f64>count));
    const w = 0.5 - 0.5 * cosOfLast;
    const p = complex(z, j);
    store<f64>(p, load<f64>(p) * w);
    store<f64>(p, load<f64>(p, 8) * w, 8);
    sum += w;
  }
  return sum;
}

function permute(z: usize): void {
  let j = 0;
  for (let i = 1; i < size; i++) {
    let bit = size >> 1;
    while (j & bit) {
      j ^= bit;
      bit >>= 1;
    }
    j |= bit;
    if (i >= j) continue;
    const p = v128.load(complex(z, i)), q = v128.load(complex(z, j));
    v128.store(complex(z, i), q);
    v128.store(complex(z, j), p);
  }
}

/** In place X_k = Σ z_j e^{∓2πijk/size}: sign 1 forward, -1 inverse (with the factor 1/size). */
export function fourierTransform(z: usize, sign: f64): void {
  permute(z);
  for (let half = 1; half < size; half <<= 1) {
    const step = (size >> 1) / half;
    for (let from = 0; from < size; from += half << 1) {
      for (let k = 0; k < half; k++) butterfly(complex(z, from + k), complex(z, from + k + half), complex(twiddles, k * step), sign);
    }
  }
  if (sign > 0.0) return;
  const inverse = 1.0 / <f64>size;
  for (let i = 0; i < size << 1; i++) store<f64>(at(z, i), load<f64>(at(z, i)) * inverse);
}

@inline function butterfly(p: usize, q: usize, w: usize, sign: f64): void {
  const c = load<f64>(w), s = sign * load<f64>(w, 8);
  const x = load<f64>(q), y = load<f64>(q, 8);
  const tx = c * x - s * y, ty = c * y + s * x;
  const ax = load<f64>(p), ay = load<f64>(p, 8);
  store<f64>(p, ax + tx);
  store<f64>(p, ay + ty, 8);
  store<f64>(q, ax - tx);
  store<f64>(q, ay - ty, 8);
}

/** Bin k of the search: neighbours wrap for complex signals and mirror for real ones. */
@inline function powerAt(k: i32, bins: i32, real: bool): f64 {
  if (real) return load<f64>(at(power, k < 0 ? -k : k >= bins ? 2 * bins - 2 - k : k));
  return load<f64>(at(power, k < 0 ? k + bins : k >= bins ? k - bins : k));
}

/**
 * The `count` strongest local maxima of |X|², strongest first (the lower bin of equals), as records at `out`; returns how
 * many there are. Real signals are searched from 0 to the Nyquist bin, complex ones over all bins.
 */
export function fourierPeaks(z: usize, real: bool, count: i32, out: usize): i32 {
  const bins = real ? (size >> 1) + 1 : size;
  power = heap.alloc(<usize>bins << 3);
  totalPower = 0.0;
  for (let k = 0; k < bins; k++) {
    const x = load<f64>(complex(z, k)), y = load<f64>(complex(z, k), 8);
    const own = x * x + y * y;
    store<f64>(at(power, k), own);
    totalPower += own * mirrored(k, bins, real);
  }
  let found = 0;
  for (let k = 0; k < bins; k++) {
    const own = load<f64>(at(power, k));
    if (own > 0.0 && own > powerAt(k - 1, bins, real) && own >= powerAt(k + 1, bins, real)) found = insert(k, own, found, count, out);
  }
  for (let i = 0; i < found; i++) describe(out + <usize>i * RECORD, bins, real);
  return found;
}

/** How often bin k stands in the whole spectrum: a real signal's inner bins have a mirror image. */
@inline function mirrored(k: i32, bins: i32, real: bool): f64 {
  return real && k > 0 && k < bins - 1 ? 2.0 : 1.0;
}

/** Keeps the records sorted by power, the strongest first; a record is (bin, power, -) until `describe`. */
function insert(k: i32, own: f64, found: i32, count: i32, out: usize): i32 {
  let place = found;
  while (place > 0 && load<f64>(out + <usize>(place - 1) * RECORD, 8) < own) place--;
  if (place >= count) return found;
  const kept = found < count ? found : count - 1;
  memory.copy(out + <usize>(place + 1) * RECORD, out + <usize>place * RECORD, <usize>(kept - place) * RECORD);
  store<f64>(out + <usize>place * RECORD, <f64>k);
  store<f64>(out + <usize>place * RECORD, own, 8);
  return kept + 1;
}

/** (bin, power, -) becomes (interpolated position, interpolated power, power of the lobe down to the valleys beside it). */
function describe(record: usize, bins: i32, real: bool): void {
  const k = <i32>load<f64>(record);
  const own = load<f64>(record, 8);
  let lobe = own * mirrored(k, bins, real);
  lobe += slide(k, 1, bins, real) + slide(k, -1, bins, real);
  const left = powerAt(k - 1, bins, real), right = powerAt(k + 1, bins, real);
  if (left > LEAKAGE * own && right > LEAKAGE * own) {
    const a = log(left), b = log(own), c = log(right);
    const bend = a - 2.0 * b + c;
    const shift = bend < 0.0 ? 0.5 * (a - c) / bend : 0.0;
    store<f64>(record, <f64>k + shift);
    store<f64>(record, exp(b - 0.25 * (a - c) * shift), 8);
  }
  store<f64>(record, lobe, 16);
}

/** Power beside bin k in one direction while it keeps falling; each real bin is counted once, with its mirror image. */
function slide(k: i32, direction: i32, bins: i32, real: bool): f64 {
  let sum: f64 = 0.0;
  let before = powerAt(k, bins, real);
  const most = real ? bins : (bins - 1) >> 1;
  for (let i = k + direction, taken = 0; taken < most; i += direction, taken++) {
    if (real && (i < 0 || i >= bins)) break;
    const own = powerAt(i, bins, real);
    if (own >= before) break;
    sum += own * mirrored(i, bins, real);
    before = own;
    if (!real) i = i < 0 ? i + bins : i >= bins ? i - bins : i;
  }
  return sum;
}
