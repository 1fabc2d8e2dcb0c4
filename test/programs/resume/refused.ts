// Reads a file and its input, uses what it has, and is refused in the end what nobody granted: the run ends enforced.
import { defineProcess, Type } from "triad-runtime";

const greedy = defineProcess({ name: "greedy", domains: ["Q"], *run({ q }) { return yield* q.reserve({ qubits: 1, budget: 1 }); } });

export default defineProcess({
  name: "refused",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const words = (yield* k.file("words")).trim().split(" ");
    for (let at = 0; at < size; at++) {
      yield* k.log(words[at % words.length]!, { at });
      yield* k.sleep(1);
    }
    return yield* k.join(yield* k.spawn(greedy));
  },
});
