// Work in both domains that a scripted fault can befall; gives how each ended.
import { bell, defineProcess, Fault } from "triad-runtime";

const name = (error: unknown): string => (error instanceof Fault ? error.fault : "another error");

export default defineProcess({
  name: "struck",
  domains: ["Q", "PHI"],
  *run({ q, phi }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000_000, shots: 20_000 });
    const window = yield* phi.reserve({ components: 16, duration: 1_000_000 });
    const counts = yield* q.sample(contract, bell().measureAll(), 10_000);
    const sweep = yield* phi.kuramoto(window, { omega: [0.1, 0.2, -0.1, 0.05], couplings: [0.5, 1], steps: 4_000 });
    const ended: string[] = [];
    try {
      ended.push(String(Object.keys(yield* q.measure(counts)).length));
    } catch (error) {
      ended.push(name(error));
    }
    try {
      ended.push(String((yield* phi.project(sweep)).length));
    } catch (error) {
      ended.push(name(error));
    }
    return ended;
  },
});
