// Error-correction experiments and gradients: logical error rates by every decoder, detection events, a circuit of one's own, exact derivatives; what is refused.
import { circuit, defineProcess, parameters, pauliSum, uniformNoise } from "triad-runtime";
import { attempt } from "./attempt.ts";

const repetition = { code: "repetition_code:memory", distance: 3, rounds: 2, noise: uniformNoise(0.05) } as const;
const surface = { code: "surface_code:rotated_memory_z", distance: 3, rounds: 2, noise: { afterCliffordDepolarization: 0.01, beforeMeasureFlipProbability: 0.02 } } as const;
const own = { circuit: "R 0 1 2\nX_ERROR(0.1) 0 1 2\nM 0 1 2\nDETECTOR rec[-3] rec[-2]\nDETECTOR rec[-2] rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\n" };
const theta = parameters("theta", 2);
const ansatz = circuit(2).ry(theta[0]!, 0).cx(0, 1).rx(theta[1]!.times(0.5), 1);

export default defineProcess({
  name: "experiments",
  domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: 64, budget: 1_000_000_000 });
    const counted = [];
    for (const decoder of ["matching", "union_find", "bp_osd", "lookup"] as const) counted.push(yield* q.measure(yield* q.logical(contract, repetition, 2_000, { decoder })));
    const dense = yield* q.measure(yield* q.logical(contract, surface, 500, { decoder: "matching" }));
    const { detectors, observables, rows } = yield* q.measure(yield* q.detect(contract, own, 200));
    const gradients = [];
    for (const method of ["adjoint", "shift"] as const) {
      const { value, gradient } = yield* q.measure(yield* q.gradient(contract, ansatz.bind([0.4, -1.2]), pauliSum(2, [[1, "Z0 Z1"], [0.5, "X0"]]), { method, shots: 10 }));
      gradients.push([value.toFixed(12), ...Array.from(gradient, (slope) => slope.toFixed(12))]);
    }
    const refused = [
      yield* attempt(q.logical(contract, { circuit: "R 0\nFLIP 0\n" }, 10, { decoder: "matching" })),
      yield* attempt(q.logical(contract, { ...repetition, distance: 4_001 }, 10, { decoder: "matching" })),
    ];
    return { counted, dense, events: [detectors, observables, rows.reduce((sum, byte) => sum + byte, 0)], gradients, refused };
  },
});
