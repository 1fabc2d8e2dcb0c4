// Contracts of both domains: reserved alone and together, read, used up, expired, released; every stage that refuses.
import { circuit, defineProcess, reserveAll } from "triad-runtime";
import { attempt, got } from "./attempt.ts";

const word = (answer: unknown): string => (typeof answer === "string" ? answer : "done");

export default defineProcess({
  name: "contracts",
  domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const said: string[] = [];
    const [pair, window] = yield* reserveAll({ domain: "Q", request: { qubits: 2, budget: 50 } }, { domain: "PHI", request: { components: 8, duration: 200 } });
    said.push(word(yield* attempt(reserveAll({ domain: "Q", request: { qubits: 4_096, budget: 50 } }, { domain: "Q", request: { qubits: 4_000, budget: 1 } }))));
    said.push(word(yield* attempt(reserveAll())));
    said.push(word(yield* attempt(q.reserve({ qubits: 0, budget: 1 }))));
    said.push(word(yield* attempt(q.reserve({ qubits: 2, budget: 1, gates: ["NONE"] }))));
    const plus = circuit(1).h(0).measureAll();
    const job = yield* q.submit(pair, plus);
    const bit = yield* q.measure(job);
    const twice = yield* q.measure(job);
    const ledger = yield* q.ledger(pair);
    said.push(word(yield* attempt(q.sample(pair, plus, 1_000))));
    said.push(word(yield* attempt(q.submit(pair, circuit(3).h(0, 1, 2).measureAll()))));
    said.push(word(yield* attempt(q.submit({ ...pair }, plus))));
    yield* q.release(pair);
    said.push(word(yield* attempt(q.submit(pair, plus))));
    said.push(word(yield* attempt(q.release(pair))));
    const brief = yield* q.reserve({ qubits: 1, budget: 100, duration: 5, gates: ["H", "MEASURE"] });
    said.push(word(yield* attempt(q.submit(brief, circuit(1).x(0).measureAll()))));
    yield* k.sleep(6);
    said.push(word(yield* attempt(q.submit(brief, plus))));
    const later = got(yield* attempt(phi.reserve({ components: 4, duration: 10, start: (yield* k.now()) + 8, transforms: "BASE" })));
    if (later !== undefined) {
      said.push(word(yield* attempt(phi.open(later, [0, 1]))));
      yield* k.sleep(9);
      const envelope = got(yield* attempt(phi.open(later, [0, 1, 2, 3])));
      if (envelope !== undefined) {
        said.push(word(yield* attempt(phi.shift(envelope, 0.5))));
        said.push(word(yield* attempt(phi.split(envelope, envelope))));
        yield* k.sleep(12);
        said.push(word(yield* attempt(phi.evaluate(envelope))));
      }
    }
    said.push(word(yield* attempt(phi.reserve({ components: 1, duration: 1, start: 0 }))));
    const seen = yield* phi.ledger(window);
    return { said, bits: [[...bit], [...twice]], ledger: { ...ledger, terms: null }, seen: { ...seen, terms: null } };
  },
});
