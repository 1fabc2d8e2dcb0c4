// Mean and variance of the number of detection events of a shot, exactly, from a detector error model. With s = ±1 for a detector, the mean of a
// product of them is Π (1 - 2p) over the mechanisms that flip the product: so one pass over mechanisms gives the means, and pairs of detectors
// that share a mechanism are the only ones that are correlated.
import { symptomsOf } from "../decoder/columns.ts";
import type { ErrorModel } from "../dem/model.ts";

export interface EventMoments {
  /** Of one shot. */
  readonly mean: number;
  readonly variance: number;
  /** 1 for each detector that some error reaches. */
  readonly reached: Uint8Array;
}

/** A product of factors, those that are 0 counted apart, so that it can be divided by some of them. */
class Product {
  value = 1;
  zeros = 0;
  times(factor: number): void {
    if (factor === 0) this.zeros += 1;
    else this.value *= factor;
  }
}

const ended = ({ value, zeros }: Product): number => (zeros > 0 ? 0 : value);

/** Mean of the product of two detectors' signs: of all factors of both, without those of mechanisms that flip both. */
const signsOf = (a: Product, b: Product, both: Product): number => (a.zeros + b.zeros > 2 * both.zeros ? 0 : (a.value * b.value) / (both.value * both.value));

export function eventMoments({ detectors, mechanisms }: ErrorModel): EventMoments {
  const signs = Array.from({ length: detectors }, () => new Product());
  const shared = new Map<number, Product>();
  const reached = new Uint8Array(detectors);
  for (const mechanism of mechanisms) {
    const { probability } = mechanism;
    if (probability === 0) continue;
    const odd = symptomsOf(mechanism).detectors;
    odd.forEach((detector, at) => {
      signs[detector]?.times(1 - 2 * probability);
      reached[detector] = 1;
      for (const other of odd.slice(at + 1)) {
        const pair = detector * detectors + other;
        const both = shared.get(pair) ?? new Product();
        shared.set(pair, both);
        both.times(1 - 2 * probability);
      }
    });
  }
  let mean = 0, variance = 0;
  for (const sign of signs) {
    const s = ended(sign);
    mean += (1 - s) / 2;
    variance += (1 - s * s) / 4;
  }
  for (const [pair, both] of shared) {
    const a = signs[Math.floor(pair / detectors)], b = signs[pair % detectors];
    if (a !== undefined && b !== undefined) variance += (signsOf(a, b, both) - ended(a) * ended(b)) / 2;
  }
  return { mean, variance, reached };
}
