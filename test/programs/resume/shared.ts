// What no program should do: its processes share a count through a variable of the module. It is never put down.
import { defineProcess, Type } from "triad-runtime";

let turns = 0;

const counter = defineProcess({
  name: "counter",
  *run({ k }, left: number) {
    turns += 1;
    yield* k.sleep(1);
    return left === 0 ? turns : yield* k.continueWith(left - 1);
  },
});

export default defineProcess({
  name: "shared",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const one = yield* k.spawn(counter, size);
    const other = yield* k.spawn(counter, size);
    return [yield* k.join(one), yield* k.join(other)];
  },
});
