// Authority that ends: a contract whose capability is taken back by a parent or by a strike, a job beyond its budget, a domain frozen
// for failures of every kind and thawed, and what has to be granted again before anybody works there.
import { bell, defineProcess, ghz, type Capability } from "triad-runtime";
import { attempt } from "./attempt.ts";

/** The fault's name, or that there was none. */
const named = (answer: unknown): string => (typeof answer === "string" ? answer : "granted");

/** Holds a contract with work under way for as long as it may (a strike takes it behind its first turn), then asks for another whenever it is told to. */
const holder = defineProcess({
  name: "holder", domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 20, budget: 4_000, shots: 200 });
    const job = yield* q.sample(contract, ghz(3).measureAll(), 50);
    yield* k.send(yield* k.parent(), "reserved");
    const answers = [named(yield* attempt(q.measure(job))), named(yield* attempt(q.submit(contract, bell().measureAll()))), named(yield* attempt(q.release(contract)))];
    for (;;) {
      const { body } = yield* k.receive();
      if (body === "enough") return answers;
      answers.push(named(yield* attempt(q.reserve({ qubits: 1, budget: 10 }))));
    }
  },
});

export default defineProcess({
  name: "bereft", domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const mine = yield* k.capabilities();
    const find = (verb: string): Capability => mine.find((one) => one.verb === verb)!.capability;
    const lent = yield* k.attenuate(find("ALLOCATE_Q"), {});
    const child = yield* k.spawn(holder);
    yield* k.receive();
    const own = yield* q.reserve({ qubits: 20, budget: 600 });
    const under = yield* q.submit(own, ghz(3).measureAll());
    const over = [named(yield* attempt(q.sample(own, ghz(3).measureAll(), 1_000))), named(yield* attempt(q.submit(own, bell().measureAll()))), named(yield* attempt(q.measure(under)))];
    yield* k.grant(lent, child);
    yield* k.send(child, "ask");
    yield* k.sleep(2);
    yield* k.revoke(lent);
    yield* k.send(child, "ask");
    const failed: string[] = [];
    for (let round = 0; round < 4; round++) {
      const window = yield* attempt(phi.reserve({ components: 4, duration: 200, tolerance: { error: 1, noise: 0.5 } }));
      if (typeof window === "string") { failed.push(window); break; }
      const envelope = yield* attempt(phi.open(window as never, [0.1, 0.4, 0.2, 0.3]));
      yield* k.inject({ kind: round % 2 === 0 ? "integrity-failure" : "coherence-timeout", domain: "PHI" });
      failed.push(named(typeof envelope === "string" ? envelope : yield* attempt(phi.shift(envelope as never, 0.2))));
    }
    yield* k.inject({ kind: "vhm-freeze" });
    yield* k.sleep(1);
    const frozen = [named(yield* attempt(q.reserve({ qubits: 1, budget: 10 }))), named(yield* attempt(k.spawn(holder)))];
    yield* k.inject({ kind: "domain-thaw", domain: "Q" });
    yield* k.sleep(1);
    yield* k.send(child, "ask");
    yield* k.sleep(1);
    const fresh = (yield* k.capabilities()).filter(({ revoked }) => !revoked);
    yield* k.grant(fresh.find(({ verb }) => verb === "ALLOCATE_Q")!.capability, child);
    yield* k.send(child, "ask");
    yield* k.send(child, "enough");
    const answers = yield* k.join(child);
    const last = yield* q.submit(yield* q.reserve({ qubits: 2, budget: 10 }), bell().measureAll());
    yield* k.revoke(fresh.find(({ verb }) => verb === "ALLOCATE_Q")!.capability);
    over.push(named(yield* attempt(q.measure(last))));
    return { over, failed, frozen, verbs: fresh.map(({ verb }) => verb), child: answers };
  },
});
