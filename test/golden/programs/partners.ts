// Contracts that several work under: shared by their owner's word, waited for when nothing is free, asked for together; and copies of
// handles, each refused.
import { bell, defineProcess, reserveAll, reserveAllWithin } from "triad-runtime";
import { attempt } from "./attempt.ts";

const partner = defineProcess({
  name: "partner", domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.attach((yield* k.receive<number>()).body);
    const job = yield* q.sample(contract, bell().measureAll(), 20);
    return [yield* attempt(q.measure(job)), yield* attempt(q.release(contract)), (yield* q.ledger(contract)).budget];
  },
});

const waiting = defineProcess({
  name: "waiting", domains: ["Q"],
  *run({ k, q }, { qubits, within }: { readonly qubits: number; readonly within: number }) {
    const held = yield* attempt(q.reserve({ qubits, budget: 100 }, { within }));
    return [typeof held, yield* k.now()];
  },
});

export default defineProcess({
  name: "partners", domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000 });
    const said = [];
    for (const measures of [true, false]) {
      const child = yield* k.spawn(partner);
      yield* k.send(child, yield* q.share(contract, child, { measures }));
      said.push(yield* k.join(child));
    }
    const rest = (yield* q.ledger(contract)).free.budget;
    const all = yield* attempt(q.reserve({ qubits: 1_000_000, budget: 1 }, { within: 5 }));
    const [both, window] = yield* reserveAll({ domain: "Q", request: { qubits: 4_096, budget: 50 } }, { domain: "PHI", request: { components: 8, duration: 40 } });
    const together = yield* attempt(reserveAllWithin(3, { domain: "Q", request: { qubits: 50, budget: 5 } }, { domain: "PHI", request: { components: 8, duration: 4 } }));
    const children = [];
    for (const within of [2, 30]) children.push(yield* k.spawn(waiting, { qubits: 50, within }));
    yield* k.sleep(6);
    yield* q.release(both);
    yield* phi.release(window);
    const waited = [];
    for (const child of children) waited.push(yield* k.join(child));
    const copies = [yield* attempt(k.log("a handle", contract)), yield* attempt(k.send(yield* k.self(), contract)), yield* attempt(k.spawn(waiting, contract as never))];
    yield* q.release(contract);
    return { said, rest, all, together: typeof together, waited, copies };
  },
});
