// Work in both domains that scripted faults befall, retried, rolled back and frozen; and one fault that the program injects itself.
import { bell, defineProcess, Fault, Type } from "triad-runtime";

const name = (error: unknown): string => (error instanceof Fault ? error.fault : "another error");

export default defineProcess({
  name: "struck",
  domains: ["Q", "PHI"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k, q, phi }, { size }) {
    const ended: string[] = [];
    for (let round = 0; round < size; round++) {
      try {
        const contract = yield* q.reserve({ qubits: 2, budget: 100_000, shots: 2_000 });
        const window = yield* phi.reserve({ components: 16, duration: 10_000 });
        const counts = yield* q.sample(contract, bell().measureAll(), 500);
        const sweep = yield* phi.kuramoto(window, { omega: [0.1, 0.2, -0.1, 0.05], couplings: [0.5, 1], steps: 200 });
        if (round === 1) yield* k.inject({ kind: "decoherence-spike", domain: "Q" });
        ended.push(String((yield* q.measure(counts))["00"] ?? 0));
        ended.push(String((yield* phi.project(sweep)).length));
        yield* q.release(contract);
        yield* phi.release(window);
      } catch (error) {
        ended.push(name(error));
      }
      yield* k.log("round", ended.at(-1) ?? "");
      yield* k.sleep(1);
    }
    return ended.slice(-20);
  },
});
