// A Bell pair, once and a thousand times: whatever one half reads, the other reads too.
import { bell, defineProcess } from "triad-runtime";

export default defineProcess({
  name: "bell",
  domains: ["Q"],
  *run({ k, q }) {
    const circuit = bell().measureAll();
    const contract = yield* q.reserve({ qubits: 2, budget: 10_000 });
    const pair = yield* q.measure(yield* q.submit(contract, circuit));
    yield* k.log("one pair", { pair });
    const counts = yield* q.measure(yield* q.sample(contract, circuit, 1_000));
    return { pair, counts };
  },
});
