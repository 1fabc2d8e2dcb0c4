// The hydrogen molecule in the minimal basis STO-3G, from nothing: integrals over s functions in closed form (Szabo and Ostlund, appendix A),
// orbitals by symmetry, and the two-qubit Hamiltonian of the parity mapping. Distances are ångström, energies hartree.

const BOHR = 0.529177210903;
/** Exponents and coefficients of 1s on hydrogen (ζ = 1.24). */
const STO3G: readonly (readonly [exponent: number, weight: number])[] = [[3.425250914, 0.1543289673], [0.6239137298, 0.5353281423], [0.168855404, 0.4446345422]];

/** ∫₀¹ exp(-t·x²) dx, by its series. */
function boys(t: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; term > 1e-18 * sum; k++) {
    term *= 2 * t / (2 * k + 1);
    sum += term;
  }
  return Math.exp(-t) * sum;
}

/** Normed primitives of the function at x. */
const functionAt = (x: number) => STO3G.map(([a, weight]) => ({ a, x, c: weight * (2 * a / Math.PI) ** 0.75 }));
type Basis = ReturnType<typeof functionAt>;
/** Sum over all primitives of two functions: their product is one Gaussian at `x` with exponent `p`. */
const pairs = (one: Basis, other: Basis) => one.flatMap((u) => other.map((v) => {
  const p = u.a + v.a;
  return { p, mu: u.a * v.a / p, r2: (u.x - v.x) ** 2, x: (u.a * u.x + v.a * v.x) / p, k: u.c * v.c * Math.exp(-u.a * v.a / p * (u.x - v.x) ** 2) };
}));
type Sum = ReturnType<typeof pairs>;
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const overlap = (of: Sum): number => total(of.map(({ p, k }) => k * (Math.PI / p) ** 1.5));
const kinetic = (of: Sum): number => total(of.map(({ p, mu, r2, k }) => k * mu * (3 - 2 * mu * r2) * (Math.PI / p) ** 1.5));
const attraction = (of: Sum, nucleus: number): number => total(of.map(({ p, x, k }) => -k * 2 * Math.PI / p * boys(p * (x - nucleus) ** 2)));
const repulsion = (one: Sum, other: Sum): number => total(one.flatMap((u) => other.map((v) =>
  u.k * v.k * 2 * Math.PI ** 2.5 / (u.p * v.p * Math.sqrt(u.p + v.p)) * boys(u.p * v.p / (u.p + v.p) * (u.x - v.x) ** 2))));

export interface Hydrogen {
  readonly nuclear: number;
  /** Of Pauli words, the last letter qubit 0: electronic energy alone. |01⟩ has both electrons in the bonding orbital. */
  readonly words: readonly (readonly [coefficient: number, word: string])[];
}

export function hydrogen(angstrom: number): Hydrogen {
  const r = angstrom / BOHR;
  const [a, b] = [functionAt(0), functionAt(r)];
  const s = overlap(pairs(a, b)) / overlap(pairs(a, a));
  /** (a ± b)/√(2(1 ± S)), the atomic functions normed. */
  const norm = (sign: number): number => 1 / Math.sqrt(2 * (1 + sign * s) * overlap(pairs(a, a)));
  const weights = { g: [norm(1), norm(1)], u: [norm(-1), -norm(-1)] } as const;
  type Orbital = keyof typeof weights;
  const product = (one: Orbital, other: Orbital): Sum => [a, b].flatMap((left, i) => [a, b].flatMap((right, j) =>
    pairs(left, right).map((pair) => ({ ...pair, k: pair.k * weights[one][i]! * weights[other][j]! }))));
  const core = (orbital: Orbital): number => kinetic(product(orbital, orbital)) + attraction(product(orbital, orbital), 0) + attraction(product(orbital, orbital), r);
  const [gg, uu, gu] = [product("g", "g"), product("u", "u"), product("g", "u")];
  const [hg, hu, exchange] = [core("g"), core("u"), repulsion(gu, gu)];
  const [bonding, antibonding, open] = [2 * hg + repulsion(gg, gg), 2 * hu + repulsion(uu, uu), hg + hu + repulsion(gg, uu)];
  const quarter = (antibonding - bonding) / 4;
  return {
    nuclear: 1 / r,
    words: [[(bonding + antibonding + 2 * open) / 4, "II"], [quarter, "IZ"], [-quarter, "ZI"], [(2 * open - bonding - antibonding) / 4, "ZZ"], [exchange, "XX"]],
  };
}
