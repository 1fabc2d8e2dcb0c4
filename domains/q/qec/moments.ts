// Mean and variance of the number of detection events of a shot, exactly, from a detector error model. With s = ±1 for a detector, the mean of a
// product of them is Π (1 - 2p) over the mechanisms that flip the product: so one pass over mechanisms gives the means, and pairs of detectors
// that share a mechanism are the only ones that are correlated.
import type { ErrorModel } from "../dem/model.ts";

export interface EventMoments {
  /** Of one shot. */
  readonly mean: number;
  readonly variance: number;
  /** 1 for each detector that some error reaches. */
  readonly reached: Uint8Array;
}

/** A mechanism's detectors: what an odd number of its parts flips. */
function detectorsOf(parts: ErrorModel["mechanisms"][number]["parts"]): readonly number[] {
  if (parts.length === 1) return parts[0]?.detectors ?? [];
  const odd = new Set<number>();
  for (const { detectors } of parts) for (const detector of detectors) if (!odd.delete(detector)) odd.add(detector);
  return [...odd].sort((a, b) => a - b);
}

export function eventMoments({ detectors, mechanisms }: ErrorModel): EventMoments {
  const parity = new Float64Array(detectors).fill(1);
  const shared = new Map<number, number>();
  const reached = new Uint8Array(detectors);
  for (const { probability, parts } of mechanisms) {
    if (probability === 0) continue;
    const odd = detectorsOf(parts);
    const factor = 1 - 2 * probability;
    odd.forEach((detector, at) => {
      parity[detector] = (parity[detector] ?? 1) * factor;
      reached[detector] = 1;
      for (const other of odd.slice(at + 1)) shared.set(detector * detectors + other, (shared.get(detector * detectors + other) ?? 1) * factor * factor);
    });
  }
  let mean = 0, variance = 0;
  for (const s of parity) {
    mean += (1 - s) / 2;
    variance += (1 - s * s) / 4;
  }
  for (const [pair, square] of shared) {
    const product = (parity[Math.floor(pair / detectors)] ?? 1) * (parity[pair % detectors] ?? 1);
    if (square > 0) variance += (product / square - product) / 2;
  }
  return { mean, variance, reached };
}
