// Contracts that end under the program's hands: windows that close, jobs that would be due too late, budgets that run out.
import { circuit, defineProcess, Fault, Type } from "triad-runtime";

export default defineProcess({
  name: "expiry",
  domains: ["Q", "PHI"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k, q, phi }, { size }) {
    const met: string[] = [];
    for (let round = 0; round < size; round++) {
      const contract = yield* q.reserve({ qubits: 2, budget: 40 });
      const window = yield* phi.reserve({ components: 4, duration: 12 });
      try {
        const envelope = yield* phi.open(window, [0.1, 0.2]);
        for (;;) {
          yield* phi.shift(envelope, 0.01);
          const bits = yield* q.measure(yield* q.submit(contract, circuit(2).h(0).cx(0, 1).measureAll()));
          yield* k.log("bits", { bits: [...bits] });
        }
      } catch (fault) {
        met.push(fault instanceof Fault ? fault.fault : "other");
      }
      yield* k.sleep(15);
      try {
        yield* phi.open(window, [0.3, 0.4]);
      } catch (fault) {
        met.push(fault instanceof Fault ? fault.fault : "other");
      }
      yield* q.release(contract);
    }
    return met;
  },
});
