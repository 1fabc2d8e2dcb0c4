// A run with something to draw, to measure and to be told, before and behind the place where forks of it part.
import { bell, defineProcess } from "triad-runtime";

const drawer = defineProcess({
  name: "drawer",
  *run({ k }) {
    const drawn: number[] = [];
    for (let round = 0; round < 3; round++) {
      drawn.push(yield* k.random(), yield* k.random("other"));
      yield* k.sleep(2);
    }
    return drawn;
  },
});

export default defineProcess({
  name: "parted", domains: ["Q"],
  *run({ k, q }, input: unknown) {
    yield* k.log("input", input);
    const rounds = (input as { readonly rounds?: number } | null)?.rounds ?? 2;
    const child = yield* k.spawn(drawer);
    const contract = yield* q.reserve({ qubits: 2, budget: 4_000 });
    const counted: unknown[] = [];
    for (let round = 0; round < rounds; round++) {
      const job = yield* q.sample(contract, bell().measureAll(), 40);
      const own = yield* k.random();
      counted.push({ own, counts: yield* q.measure(job) });
      yield* k.log("round", counted.at(-1));
    }
    return { counted, drawn: yield* k.join(child) };
  },
});
