// The ground state of H2 (STO-3G, 0.735 Å) by a variational quantum eigensolver. Q estimates energies, K chooses angles by Rotosolve:
// in each angle the energy is a sinusoid, so three estimates give its minimum exactly (Ostaszewski et al., Quantum 5, 391, 2021).
import { atan2, circuit, defineProcess, pauliSum } from "triad-runtime";

/** Two-qubit Hamiltonian after parity mapping and two-qubit reduction, electronic part in Hartree. */
const hamiltonian = pauliSum(2, {
  II: -1.052373245772859, IZ: 0.39793742484318045, ZI: -0.39793742484318045, ZZ: -0.01128010425623538, XX: 0.18093119978423156,
}, { left: "last qubit" });
const NUCLEAR_REPULSION = 0.7199689944489797;
const SWEEPS = 12;

const ansatz = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]) => circuit(2).ry(a, 0).ry(b, 1).cx(0, 1).ry(c, 0).ry(d, 1);
const turned = (angles: readonly number[], which: number, by: number) => angles.map((angle, at) => (at === which ? angle + by : angle));

export default defineProcess({
  name: "h2",
  domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 10_000_000 });
    let angles: readonly number[] = [0.1, 0.2, 0.3, 0.4];
    let energy = 0;
    for (let sweep = 1; sweep <= SWEEPS; sweep++) {
      for (const which of angles.keys()) {
        const jobs = [];
        for (const by of [0, Math.PI / 2, -Math.PI / 2]) jobs.push(yield* q.estimate(contract, ansatz(turned(angles, which, by)), hamiltonian));
        const [here, ahead, behind] = [yield* q.measure(jobs[0]!), yield* q.measure(jobs[1]!), yield* q.measure(jobs[2]!)];
        angles = turned(angles, which, -Math.PI / 2 - atan2(2 * here - ahead - behind, ahead - behind));
      }
      energy = (yield* q.measure(yield* q.estimate(contract, ansatz(angles), hamiltonian))) + NUCLEAR_REPULSION;
      yield* k.log("sweep", { sweep, energy });
    }
    return { energy, angles };
  },
});
