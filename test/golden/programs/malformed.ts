// Calls to Q and Φ that are malformed, each in another way, and what they are refused for.
import { bell, defineProcess, Fault } from "triad-runtime";

/** What a call is refused for, word for word. */
function* told<Y>(call: Generator<Y, unknown, unknown>): Generator<Y, unknown, unknown> {
  try {
    return typeof (yield* call);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return [fault.fault, fault.detail["at"] ?? null, fault.detail["what"] ?? null];
  }
}

export default defineProcess({
  name: "malformed", domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 40 });
    const circuit = bell().measureAll();
    const window = yield* phi.reserve({ components: 4, duration: 90, tolerance: { error: 1, noise: 0.5 } });
    const envelope = yield* phi.open(window, [0.1, 0.4, 0.2, 0.3]);
    const answers: unknown[] = [];
    for (const call of [q.sample(contract, circuit, 0), q.sample(contract, circuit, 2.5), q.sample(contract, circuit, "many" as never), q.estimate(contract, bell(), undefined as never)]) answers.push(yield* told(call as never));
    for (const call of [phi.shift(envelope, "far" as never), phi.shift(envelope, Infinity), phi.align(envelope, 1e308), phi.align(envelope, "much" as never)]) answers.push(yield* told(call as never));
    for (const answer of answers) yield* k.log("told", answer);
    return answers;
  },
});
