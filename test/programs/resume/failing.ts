// Children that fail, joined and not; calls that are refused and caught; a message to somebody who has ended.
import { circuit, defineProcess, Fault, Type } from "triad-runtime";

const fragile = defineProcess({
  name: "fragile",
  *run({ k }, ordinal: number) {
    yield* k.sleep(1 + ordinal % 3);
    if ((yield* k.random()) < 0.6) throw new RangeError("too little");
    return ordinal;
  },
});

/** Ends with a job in flight, which is abandoned. */
const hasty = defineProcess({
  name: "hasty",
  domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 10_000 });
    yield* q.sample(contract, circuit(2).h(0).cx(0, 1).measureAll(), 100);
    yield* k.sleep(1);
    throw new Error("in a hurry");
  },
});

export default defineProcess({
  name: "failing",
  domains: ["Q"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k, q }, { size }) {
    const caught: string[] = [];
    for (let ordinal = 0; ordinal < size; ordinal++) {
      const child = yield* k.spawn(fragile, ordinal);
      yield* k.spawn(fragile, ordinal + 1);
      const other = yield* k.spawn(hasty);
      try {
        caught.push(String(yield* k.join(child)));
        yield* q.reserve({ qubits: 1_000_000, budget: 1 });
      } catch (fault) {
        caught.push(fault instanceof Fault ? fault.fault : "other");
      }
      yield* k.sleep(2);
      try {
        yield* k.send(child, "anybody?");
        yield* k.join(other);
      } catch (fault) {
        caught.push(fault instanceof Fault ? fault.fault : "other");
      }
    }
    return caught;
  },
});
