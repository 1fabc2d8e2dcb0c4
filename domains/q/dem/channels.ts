// Noise channels as independent mechanisms: which Pauli strikes with which probability, whatever else strikes.
//   C1  A channel of independent Paulis multiplies each Pauli by Π(1 − 2p) over those that anticommute with it; disjoint probabilities and
//       independent ones that give the same factors are the same channel. Roots are square roots alone, which are exact everywhere.

/** Probability that an odd number of two independent events happens. */
export const either = (p: number, q: number): number => p * (1 - q) + q * (1 - p);

/** Of a depolarizing channel that strikes with probability p, on one qubit (p ≤ 3/4): the probability of each of its 3 Paulis. */
export const depolarizing1 = (p: number): number => 0.5 - 0.5 * Math.sqrt(1 - (4 * p) / 3);

/** On two qubits (p ≤ 15/16): of each of its 15, each anticommuting with 8 others. */
export const depolarizing2 = (p: number): number => 0.5 - 0.5 * Math.sqrt(Math.sqrt(Math.sqrt(1 - (16 * p) / 15)));

const ROUNDING = 1e-12;
/** A probability that rounding took a little below 0 or above 1. */
const probability = (value: number): number | undefined => (value < -ROUNDING || value > 1 + ROUNDING ? undefined : Math.min(Math.max(value, 0), 1));

/**
 * Independent probabilities of X, Y, Z that are the same channel as these disjoint ones; undefined where there are none, as when X and Z
 * happen often and never together.
 */
export function independentXyz(px: number, py: number, pz: number): readonly [number, number, number] | undefined {
  if (px + py === 0 || py + pz === 0 || px + pz === 0) return [px, py, pz];
  // By what X, Y, Z are multiplied; these are products of two of 1 − 2q of the others.
  const factors: readonly [number, number, number] = [1 - 2 * (py + pz), 1 - 2 * (px + pz), 1 - 2 * (px + py)];
  const rest = unmixed(factors);
  if (rest === undefined) return undefined;
  const [x, y, z] = rest.map((value) => probability(0.5 - 0.5 * value));
  return x === undefined || y === undefined || z === undefined ? undefined : [x, y, z];
}

/** Values a, b, c with bc, ac, ab the given ones. */
function unmixed([bc, ac, ab]: readonly [number, number, number]): readonly [number, number, number] | undefined {
  if (bc === 0 || ac === 0 || ab === 0) return bc === 0 && ac === 0 && ab === 0 ? [0, 0, 0] : bc === 0 && ac === 0 ? split(ab, 2) : bc === 0 && ab === 0 ? split(ac, 1) : ac === 0 && ab === 0 ? split(bc, 0) : undefined;
  if (bc * ac * ab < 0) return undefined;
  const a = Math.sqrt((ac * ab) / bc), b = Math.sqrt((bc * ab) / ac), c = Math.sqrt((bc * ac) / ab);
  // All of one sign, or one of them of the other: its own product is the positive one.
  return bc > 0 && ac > 0 ? [a, b, c] : bc > 0 ? [-a, b, c] : ac > 0 ? [a, -b, c] : [a, b, -c];
}

/** One of the three is 0 and the other two share `product`. */
function split(product: number, zero: 0 | 1 | 2): readonly [number, number, number] {
  const root = Math.sqrt(Math.abs(product));
  const other = product < 0 ? -root : root;
  return zero === 0 ? [0, root, other] : zero === 1 ? [root, 0, other] : [root, other, 0];
}
