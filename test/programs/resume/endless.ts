// Never ends by itself: for bounds, and for interrupts. A message now and then, a job now and then.
import { bell, defineProcess, Type } from "triad-runtime";

export default defineProcess({
  name: "endless",
  domains: ["Q"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k, q }, { size }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000_000_000 });
    for (let beat = 0; ; beat++) {
      yield* k.sleep(1);
      yield* k.log("beat", { beat, draw: yield* k.random() });
      if (beat % size === 0) yield* q.measure(yield* q.submit(contract, bell().measureAll()));
    }
  },
});
