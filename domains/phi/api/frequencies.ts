// Natural frequencies of oscillator networks, at the quantiles of a distribution: no draw, no sampling noise, the same on every host.
import { Fault } from "../../../kernel-abi/fault.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { cos, sin } from "../../kernels/libm/portable.ts";

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
