// Circuits under noise and circuits by a fused plan: shots, noisy means, feed-forward behind a wrong reading, what is refused.
import { circuit, defineProcess, parameters, pauliSum } from "triad-runtime";
import { attempt } from "./attempt.ts";

const noise = {
  depolarize1: 0.002, depolarize2: 0.02,
  relaxation: { t1: 120_000, t2: 90_000, gate1: 35, gate2: 300, measure: 1_200, reset: 900 },
  readout: { zeroAsOne: 0.01, oneAsZero: 0.03 },
  overRotation: 0.01,
};
const ghz = circuit(4).h(0).cx(0, 1).cx(1, 2).cx(2, 3).measureAll();
const corrected = circuit(2, 2).ry(1.1, 0).cx(0, 1).measure(0, 0).if(0, 1, (c) => c.x(1)).measure(1, 1);
const theta = parameters("theta", 3);
const ansatz = circuit(4).ry(theta[0]!, 0).ry(theta[1]!, 1).cx(0, 1).rz(theta[2]!, 1).cx(1, 2).rx(theta[0]!.times(0.5), 3).cx(2, 3);
const energy = pauliSum(4, [[-1, "Z0 Z1"], [0.5, "X2"], [0.25, "Y1 Y3"]]);

const FUSED = { fusion: "fused" } as const;

export default defineProcess({
  name: "noisy",
  domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: 16, budget: 1_000_000_000 });
    const bound = ansatz.bind([0.4, -1.2, 2.1]);
    const jobs = [
      yield* q.sample(contract, ghz, 300, { noise }),
      yield* q.sample(contract, corrected, 300, { noise: { readout: { zeroAsOne: 0.2 } } }),
      yield* q.sample(contract, ghz, 300, FUSED),
      yield* q.sample(contract, corrected, 300, FUSED),
    ];
    const single = [yield* q.submit(contract, corrected, { noise }), yield* q.submit(contract, ghz, FUSED)];
    const means = [
      yield* q.estimate(contract, bound, energy, { noise, shots: 200 }),
      yield* q.estimate(contract, bound, energy, { noise: { depolarize2: 0.05 }, shots: 50 }),
      yield* q.estimate(contract, bound, energy, FUSED),
      yield* q.estimate(contract, ansatz.bind([0.5, -1.1, 2.0]), energy, FUSED),
    ];
    const refused = [
      yield* attempt(q.sample(contract, ghz, 10, { noise, fusion: "fused" })),
      yield* attempt(q.sample(contract, ghz, 10, { noise: { relaxation: { t1: 1, t2: 3 } } })),
      yield* attempt(q.sample(contract, ghz, 10, { noise: { depolarize1: 1.5 } })),
    ];
    const counts = [];
    for (const job of jobs) counts.push(yield* q.measure(job));
    const bits = [];
    for (const job of single) bits.push([...yield* q.measure(job)]);
    const values = [];
    for (const job of means) values.push((yield* q.measure(job)).toFixed(12));
    return { counts, bits, values, refused };
  },
});
