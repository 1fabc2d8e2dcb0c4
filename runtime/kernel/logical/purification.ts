// Purification of entangled pairs by recurrence: two pairs are spent for one that is better, if both sides' readouts agree. States are
// diagonal in the Bell basis. Sources: Bennett et al., PRL 76 (1996) 722 (BBPSSW); Deutsch et al., PRL 77 (1996) 2818 (DEJMPS).
//   1  A round's pairs are alike; the pairs a fidelity costs are the expected number, rounded up: Π 2/p_i over its rounds.

/** Weights of Φ+, Ψ−, Ψ+, Φ−; they sum to 1. The fidelity is the first. */
export type BellWeights = readonly [number, number, number, number];
export type Protocol = "BBPSSW" | "DEJMPS";

/** More rounds than these bring nothing that a double can tell from 1. */
export const ROUNDS_MAX = 24;

export const werner = (fidelity: number): BellWeights => [fidelity, (1 - fidelity) / 3, (1 - fidelity) / 3, (1 - fidelity) / 3];

/** One round: the state that remains, and the probability that it does. */
export function purified([a, b, c, d]: BellWeights, protocol: Protocol): { readonly state: BellWeights; readonly success: number } {
  if (protocol === "BBPSSW") {
    const rest = (1 - a) / 3;
    const success = a * a + 2 * a * rest + 5 * rest * rest;
    return { state: werner((a * a + rest * rest) / success), success };
  }
  const success = (a + b) * (a + b) + (c + d) * (c + d);
  return { state: [(a * a + b * b) / success, 2 * c * d / success, (c * c + d * d) / success, 2 * a * b / success], success };
}

export interface Purification {
  readonly fidelity: number;
  readonly rounds: number;
  /** Raw pairs, expected, rounded up. */
  readonly pairs: number;
}

/** The best fidelity that so many raw pairs buy, on average. @param raw of a Werner pair */
export function bestWithin(raw: number, pairs: number, protocol: Protocol): number {
  let [state, expected, best] = [werner(raw), 1, raw];
  for (let rounds = 1; rounds <= ROUNDS_MAX; rounds += 1) {
    const round = purified(state, protocol);
    state = round.state;
    expected *= 2 / round.success;
    if (!(state[0] > best) || state[0] >= 1 || Math.ceil(expected) > pairs) break;
    best = state[0];
  }
  return best;
}

/**
 * The fewest rounds that bring pairs of fidelity `raw` to `wanted`, or the best there is.
 * @param raw of a Werner pair @param wanted below 1
 */
export function purification(raw: number, wanted: number, protocol: Protocol): Purification & { readonly reached: boolean } {
  let state = werner(raw);
  let expected = 1;
  let best: Purification = { fidelity: raw, rounds: 0, pairs: 1 };
  for (let rounds = 1; best.fidelity < wanted && rounds <= ROUNDS_MAX; rounds += 1) {
    const round = purified(state, protocol);
    state = round.state;
    expected *= 2 / round.success;
    if (!(state[0] > best.fidelity) || expected > Number.MAX_SAFE_INTEGER) break;
    best = { fidelity: state[0], rounds, pairs: Math.ceil(expected) };
  }
  return { ...best, reached: best.fidelity >= wanted };
}
