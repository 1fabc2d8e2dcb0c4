// Natural frequencies of oscillator networks, at the quantiles of a distribution: no draw, no sampling noise, the same on every host.
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { cos, exp, sin } from "../../kernels/libm/portable.ts";

function checkCount(count: number): void {
  if (!Number.isSafeInteger(count) || count < 1 || count > LIMITS.phi_components_max) {
    throw new Fault("ABI_MALFORMED", { argument: "count", value: String(count), allowed: `1 to ${LIMITS.phi_components_max}` });
  }
}

function checkWidth(width: number): void {
  if (!Number.isFinite(width) || width < 0) throw new Fault("ABI_MALFORMED", { argument: "width", value: String(width), allowed: "a finite number from 0" });
}

/** ω_i = γ·tan(π((i - ½)/N - ½)), i = 1…N: Lorentzian of half-width γ, radians per unit time; critical coupling 2γ (Kuramoto 1975). @throws Fault ABI_MALFORMED */
export function lorentzianQuantiles(count: number, gamma: number): Float64Array {
  checkCount(count);
  checkWidth(gamma);
  return Float64Array.from({ length: count }, (_, at) => {
    const angle = Math.PI * ((at + 0.5) / count - 0.5);
    return gamma * sin(angle) / cos(angle);
  });
}

/** Evenly spread over (-width, width) at the quantiles of a uniform distribution; critical coupling 4·width/π. @throws Fault ABI_MALFORMED */
export function uniformQuantiles(count: number, width: number): Float64Array {
  checkCount(count);
  checkWidth(width);
  return Float64Array.from({ length: count }, (_, at) => width * (2 * (at + 0.5) / count - 1));
}

const ROOT_TWO_PI = 2.5066282746310002;

/** P(0 < X < x) of a standard normal X, 0 ≤ x ≤ 6, by the series φ(x)·(x + x³/3 + x⁵/15 + …), all of whose terms are positive. */
function upperHalf(x: number, density: number): number {
  let [term, sum] = [x, x];
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return density * sum;
}

/** The x with P(0 < X < x) = share, 0 ≤ share < ½. Newton's method climbs from 0 without overshooting, since the integral is concave. */
function normalQuantile(share: number): number {
  let x = 0;
  for (let turn = 0; turn < 60; turn++) {
    const density = exp(-0.5 * x * x) / ROOT_TWO_PI;
    const next = x + (share - upperHalf(x, density)) / density;
    if (!(next > x)) break;
    x = next;
  }
  return x;
}

/** ω_i at the quantiles (i - ½)/N of a normal distribution of standard deviation σ; critical coupling σ·√(8/π). @throws Fault ABI_MALFORMED */
export function gaussianQuantiles(count: number, sigma: number): Float64Array {
  checkCount(count);
  checkWidth(sigma);
  return Float64Array.from({ length: count }, (_, at) => {
    const share = (at + 0.5) / count - 0.5;
    return share < 0 ? -sigma * normalQuantile(-share) : sigma * normalQuantile(share);
  });
}
