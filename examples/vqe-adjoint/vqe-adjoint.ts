// The ground state of a transverse-field Ising chain of 12 qubits, H = -Σ Z_i Z_{i+1} - Σ X_i, by a variational eigensolver: Q gives each
// energy with all its derivatives in one job (adjoint differentiation), K goes downhill by L-BFGS. The circuit is built once; jobs differ in angles.
import { circuit, defineProcess, exp, parameters, pauliSum } from "triad-runtime";

const QUBITS = 12;
const LAYERS = 6;
const STEPS = 80;
/** Corrections the quasi-Newton step remembers. */
const MEMORY = 12;
/** Exact, by free fermions (P. Pfeuty, Annals of Physics 57, 1970). */
const GROUND = -14.925971109908655;

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const bonds = range(QUBITS - 1);
const chain = pauliSum(QUBITS, [...bonds.map((i) => [-1, `Z${i} Z${i + 1}`] as const), ...range(QUBITS).map((i) => [-1, `X${i}`] as const)]);

/** From |+…+⟩: layers of ZZ turns on neighbours and of X turns, each gate with an angle of its own. */
const WIDTH = 2 * QUBITS - 1;
const theta = parameters("theta", LAYERS * WIDTH);
const ansatz = circuit(QUBITS).h(...range(QUBITS)).repeat(LAYERS, (c, layer) => c
  .repeat(QUBITS - 1, (d, i) => d.cx(i, i + 1).rz(theta[layer * WIDTH + i]!, i + 1).cx(i, i + 1))
  .repeat(QUBITS, (d, i) => d.rx(theta[layer * WIDTH + QUBITS - 1 + i]!, i)));
/** As if the coupling were slowly turned on. */
const start = theta.map((_, i) => (i % WIDTH < QUBITS - 1 ? (-1.6 * (Math.floor(i / WIDTH) + 0.5)) / LAYERS : -1));

type Vector = readonly number[];
const dot = (a: Vector, b: Vector) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const moved = (a: Vector, by: number, b: Vector) => a.map((value, i) => value + by * b[i]!);
interface Correction { readonly step: Vector; readonly change: Vector; readonly scale: number }

/** -H⁻¹·gradient from the latest steps and what they changed in the gradient (J. Nocedal, Mathematics of Computation 35, 1980). */
function direction(gradient: Vector, kept: readonly Correction[]): Vector {
  let towards = gradient.map((value) => -value);
  const shares = kept.toReversed().map(({ step, change, scale }) => {
    const share = scale * dot(step, towards);
    towards = moved(towards, -share, change);
    return share;
  });
  const latest = kept.at(-1);
  if (latest !== undefined) towards = towards.map((value) => value / (latest.scale * dot(latest.change, latest.change)));
  kept.forEach(({ step, change, scale }, i) => { towards = moved(towards, shares[kept.length - 1 - i]! - scale * dot(change, towards), step); });
  return towards;
}

/** The distance to the ground state on a logarithmic scale, ten marks a decade. */
const bar = (above: number) => "█".repeat(range(50).filter((mark) => above > exp((mark / 10 - 3.5) * Math.LN10)).length);

export default defineProcess({
  name: "vqe-adjoint",
  domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: QUBITS, budget: 2_000_000_000 });
    const at = function* (values: Vector) {
      return yield* q.measure(yield* q.gradient(contract, ansatz.bind(values), chain, { shots: 100 }));
    };
    let values: Vector = start;
    let { value: energy, gradient } = yield* at(values);
    let kept: readonly Correction[] = [];
    const table: string[] = [];
    for (let iteration = 0; ; iteration++) {
      if (iteration % 5 === 0) {
        table.push(`${String(iteration).padStart(3)}  ${energy.toFixed(6)}  ${bar(energy - GROUND)}`);
        yield* k.log("iteration", { iteration, energy, above: energy - GROUND });
      }
      if (iteration === STEPS) break;
      const towards = direction(gradient, kept);
      const slope = dot(towards, gradient);
      for (let length = kept.length === 0 ? 0.05 : 1; ; length /= 2) {
        const there = moved(values, length, towards);
        const found = yield* at(there);
        if (found.value > energy + 1e-4 * length * slope && length > 1e-6) continue;
        const [step, change] = [moved(there, -1, values), moved(found.gradient, -1, gradient)];
        const curved = dot(step, change);
        if (curved > 1e-12) kept = [...kept, { step, change, scale: 1 / curved }].slice(-MEMORY);
        [values, energy, gradient] = [there, found.value, found.gradient];
        break;
      }
    }
    const { shots, jobs } = yield* q.ledger(contract);
    return { energy, above: energy - GROUND, jobs, shots, table };
  },
});
