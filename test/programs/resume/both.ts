// Both domains at once: oscillators and circuits in flight together, owned by different processes.
import { circuit, defineProcess, petersen, Type } from "triad-runtime";

const phases = defineProcess({
  name: "phases",
  domains: ["PHI"],
  *run({ phi }, rounds: number) {
    const window = yield* phi.reserve({ components: 16, duration: 10_000_000 });
    const energies = [];
    for (let round = 0; round < rounds; round++) {
      const sweep = yield* phi.kuramoto(window, { omega: [0.1, 0.2, -0.1, 0.05], couplings: [0.5, 1], steps: 40 });
      const machine = yield* phi.spectrum(window, [0, 1, 0, -1, 0, 1, 0, -1.5 + round]);
      energies.push((yield* phi.project(machine)).length, (yield* phi.project(sweep))[0]!.order);
    }
    return energies;
  },
});

const gates = defineProcess({
  name: "gates",
  domains: ["Q"],
  *run({ q }, rounds: number) {
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000_000_000 });
    let ones = 0;
    for (let round = 0; round < rounds; round++) {
      const job = yield* q.submit(contract, circuit(2).h(0).cx(0, 1).measureAll());
      const [bit = 0] = yield* q.measure(job);
      ones += bit;
    }
    return ones;
  },
});

export default defineProcess({
  name: "both",
  domains: ["Q", "PHI"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const one = yield* k.spawn(phases, size);
    const two = yield* k.spawn(gates, 2 * size);
    return [yield* k.join(one), yield* k.join(two), petersen().vertices];
  },
});
