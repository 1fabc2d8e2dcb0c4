// Quantum jobs in flight, several at a time, measured in another order than they were submitted; each batch depends on the last.
import { circuit, defineProcess, Type } from "triad-runtime";

export default defineProcess({
  name: "shots",
  domains: ["Q"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k, q }, { size }) {
    const contract = yield* q.reserve({ qubits: 3, budget: 1_000_000_000 });
    let angle = 0.1;
    for (let batch = 0; batch < size; batch++) {
      const jobs = [];
      for (let at = 0; at < 3; at++) jobs.push(yield* q.sample(contract, circuit(3).h(0).ry(angle * (at + 1), 1).cx(0, 1).cx(1, 2).measureAll(), 50 + 10 * at));
      const single = yield* q.submit(contract, circuit(1).ry(angle, 0).measureAll());
      let seen = 0;
      for (const job of jobs.reverse()) seen += Object.keys(yield* q.measure(job)).length;
      const [bit = 0] = yield* q.measure(single);
      angle += bit === 1 ? 0.3 : 0.05 * seen;
      yield* k.log("batch", { batch, angle });
    }
    return angle;
  },
});
