// Looks at the run as a whole, by the operator's leave: totals and gauges, which are what they were when the run is resumed.
import { bell, defineProcess, Type } from "triad-runtime";

export default defineProcess({
  name: "watchful",
  domains: ["Q"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k, q }, { size }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000_000_000 });
    for (let round = 0; round < size; round++) {
      yield* k.log("totals", yield* k.runTotals());
      yield* q.measure(yield* q.submit(contract, bell().measureAll()));
      yield* k.log("gauges", yield* k.gauges());
    }
    return yield* k.runTotals();
  },
});
