// Something of everything telemetry tells of: mail, a refusal, an aborted child, a measurement of its own, reads of a qubit whose
// answers are known, an envelope that is shifted until its tolerance is nearly gone.
import { circuit, defineProcess } from "triad-runtime";

const echo = defineProcess({
  name: "echo",
  *run({ k }) {
    const { from, body } = yield* k.receive();
    yield* k.sleep(3);
    yield* k.send(from, body);
  },
});

const falls = defineProcess({
  name: "falls",
  *run({ k }) {
    yield* k.sleep(2);
    throw new Error("as it must");
  },
});

export default defineProcess({
  name: "measured",
  domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const child = yield* k.spawn(echo);
    yield* k.send(child, { n: 1 });
    yield* k.spawn(falls);
    const contract = yield* q.reserve({ qubits: 2, budget: 400 });
    const counts = yield* q.measure(yield* q.sample(contract, circuit(2, 3).measure(0, 0).measure(0, 1).h(1).measure(1, 2), 50));
    yield* k.metric("ones", Object.keys(counts).length, "keys");
    try {
      yield* q.measure(yield* q.sample(contract, circuit(2).h(0).measureAll(), 1_000));
    } catch { /* beyond the budget: refused, and told of */ }
    const window = yield* phi.reserve({ components: 4, duration: 1_000, tolerance: { noise: 0.5, error: 0.02 } });
    const envelope = yield* phi.open(window, [0, 0.5, 1, 1.5]);
    let drift = 0;
    for (let turn = 0; turn < 3; turn++) drift = (yield* phi.shift(envelope, 0.1)).drift;
    const { body } = yield* k.receive();
    return { counts, drift, body };
  },
});
