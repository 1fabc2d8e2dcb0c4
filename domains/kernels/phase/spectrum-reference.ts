// Oracle of phi.spectrum in plain TypeScript: a recursive transform with the butterflies of assembly/fourier.ts (so the
// bits are equal), the textbook sum for small sizes, and a plain peak search. Not for production.
import { cosOfLast, exp, log, sinCos, sinOfLast } from "../libm/portable.ts";
import { TWO_PI } from "./portable.ts";
import { padded, scaled } from "./spectrum.ts";
import type { SpectrumJob, SpectrumOutput } from "./spectrum-job.ts";

/** X_k = Σ z_j e^{-2πijk/n}, by definition: n² terms. */
export function naiveFourier(z: Float64Array): Float64Array {
  const n = z.length / 2;
  const out = new Float64Array(z.length);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      sinCos(TWO_PI * (((j * k) % n) / n));
      const [x, y] = [z[2 * j] ?? 0, z[2 * j + 1] ?? 0];
      out[2 * k] = (out[2 * k] ?? 0) + x * cosOfLast + y * sinOfLast;
      out[2 * k + 1] = (out[2 * k + 1] ?? 0) + y * cosOfLast - x * sinOfLast;
    }
  }
  return out;
}

/** Decimation in time: even and odd halves, then the butterflies. */
export function recursiveFourier(z: Float64Array): Float64Array {
  const n = z.length / 2;
  if (n === 1) return z.slice();
  const half = (offset: number): Float64Array =>
    recursiveFourier(Float64Array.from({ length: n }, (_, at) => z[4 * (at >> 1) + 2 * offset + (at & 1)] ?? 0));
  const [even, odd] = [half(0), half(1)];
  const out = new Float64Array(z.length);
  for (let k = 0; k < n / 2; k++) {
    sinCos(TWO_PI * (k / n));
    const [c, s] = [cosOfLast, -sinOfLast];
    const [x, y] = [odd[2 * k] ?? 0, odd[2 * k + 1] ?? 0];
    const [tx, ty] = [c * x - s * y, c * y + s * x];
    out.set([(even[2 * k] ?? 0) + tx, (even[2 * k + 1] ?? 0) + ty], 2 * k);
    out.set([(even[2 * k] ?? 0) - tx, (even[2 * k + 1] ?? 0) - ty], 2 * k + n);
  }
  return out;
}

interface Bins { readonly power: Float64Array; readonly isReal: boolean }

/** Bins with their neighbours: a ring for complex signals, mirrored at both ends for real ones. */
function at({ power, isReal }: Bins, k: number): number {
  const bins = power.length;
  if (!isReal) return power[(k + bins) % bins] ?? 0;
  return power[k < 0 ? -k : k >= bins ? 2 * bins - 2 - k : k] ?? 0;
}

const images = ({ power, isReal }: Bins, k: number): number => (isReal && k > 0 && k < power.length - 1 ? 2 : 1);

function slope(bins: Bins, from: number, direction: 1 | -1): number {
  const count = bins.power.length;
  let sum = 0;
  for (let taken = 1; taken <= (bins.isReal ? count : (count - 1) >> 1); taken++) {
    const k = from + direction * taken;
    if (bins.isReal && (k < 0 || k >= count)) break;
    if (at(bins, k) >= at(bins, k - direction)) break;
    sum += at(bins, k) * images(bins, k);
  }
  return sum;
}

/** 2^-60. */
const LEAKAGE = 8.673617379884035e-19;

/** (position in bins, power, lobe power) of the peak at bin k. */
function record(bins: Bins, k: number): readonly [number, number, number] {
  const lobe = at(bins, k) * images(bins, k) + (slope(bins, k, 1) + slope(bins, k, -1));
  const [left, own, right] = [at(bins, k - 1), at(bins, k), at(bins, k + 1)];
  if (!(left > LEAKAGE * own && right > LEAKAGE * own)) return [k, own, lobe];
  const [a, b, c] = [log(left), log(own), log(right)];
  const bend = a - 2 * b + c;
  const shift = bend < 0 ? (0.5 * (a - c)) / bend : 0;
  return [k + shift, exp(b - 0.25 * (a - c) * shift), lobe];
}

function windowed(z: Float64Array, samples: number): number {
  let gain = 0;
  for (let j = 0; j < samples; j++) {
    sinCos(TWO_PI * (j / samples));
    const w = 0.5 - 0.5 * cosOfLast;
    z[2 * j] = (z[2 * j] ?? 0) * w;
    z[2 * j + 1] = (z[2 * j + 1] ?? 0) * w;
    gain += w;
  }
  return gain;
}

export function spectrumReference(job: SpectrumJob): SpectrumOutput {
  const z = padded(job);
  const samples = job.real.length;
  const gain = job.window === "hann" && samples > 1 ? windowed(z, samples) : samples;
  const x = recursiveFourier(z);
  const isReal = job.imaginary === undefined;
  const count = isReal ? x.length / 4 + 1 : x.length / 2;
  const power = Float64Array.from({ length: count }, (_, k) => (x[2 * k] ?? 0) * (x[2 * k] ?? 0) + (x[2 * k + 1] ?? 0) * (x[2 * k + 1] ?? 0));
  const bins = { power, isReal };
  const total = power.reduce((sum, own, k) => sum + own * images(bins, k), 0);
  const peaks = Array.from(power.keys()).filter((k) => at(bins, k) > 0 && at(bins, k) > at(bins, k - 1) && at(bins, k) >= at(bins, k + 1));
  peaks.sort((p, q) => at(bins, q) - at(bins, p) || p - q);
  return scaled(job, Float64Array.from(peaks.slice(0, job.top).flatMap((k) => record(bins, k))), total, gain);
}
