// Calls, given to other calls without yield*: what is told of a program where a handle or a value belongs, and what is counted.
import { defineProcess, Fault, k as shared, race } from "triad-runtime";
import type { Program } from "triad-runtime";

const said = (error: unknown): unknown => {
  if (!(error instanceof Fault)) return (error as Error).name;
  const { name, detail, next } = error.toJSON();
  return [name, { ...detail }, next];
};

function* told(make: () => Generator<never, unknown, unknown>): Program<unknown> {
  try {
    return typeof (yield* make());
  } catch (error) {
    return said(error);
  }
}

/** It gives back what nobody ran. */
const giver = defineProcess({ name: "giver", *run({ k }) { yield* k.now(); return k.now() as never; } });
/** It forgets yield* more often than a process may try to copy a handle. */
const forgetful = defineProcess({
  name: "forgetful", domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 1, budget: 20 });
    for (let n = 0; n < 12; n++) yield* told(() => q.measure(q.submit(contract, { qubits: 1, clbits: 1, ops: [] } as never) as never) as never);
    yield* k.sleep(1);
    return (yield* q.ledger(contract)).state;
  },
});

export default defineProcess({
  name: "unrun", domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 40 });
    const window = yield* phi.reserve({ components: 4, duration: 900 });
    const envelope = yield* phi.open(window, [0.1, 0.4, 0.2, 0.3]);
    const [held] = yield* k.capabilities();
    const circuit = { qubits: 1, clbits: 1, ops: [] };
    const call = (): never => k.now() as never;
    const calls = [
      () => q.release(call()), () => q.ledger(call()), () => q.share(call(), 3 as never), () => q.submit(call(), circuit as never), () => q.sample(call(), circuit as never, 5), () => q.measure(call()),
      () => phi.release(call()), () => phi.kuramoto(call(), { omega: [1, 2], couplings: 1 }), () => phi.project(call()), () => phi.shift(call(), 1), () => phi.merge(envelope, call()), () => phi.merge(call(), envelope),
      () => k.select([{ on: "message" }, { on: "outcome", job: call() }]), () => k.attenuate(call(), { uses: 1 }), () => k.grant(call(), 0 as never), () => k.revoke(call()),
      () => race({ a: q.measure(call()), b: k.sleep(2) }), () => race({ a: k.select([{ on: "outcome", job: call() }]), b: k.sleep(2) }),
      () => k.send(call(), 1), () => k.join(call()), () => k.cancelTimer(call()), () => shared.exitOf(call()), () => k.sleep(call()), () => q.attach(call()),
      () => q.release({ ...contract }), () => q.measure({ handle: "job", domain: "Q" } as never), () => k.revoke({ ...held?.capability } as never),
      () => k.log("a program", call()), () => k.log("a generator", q.measure(call())), () => k.log("a program inside", [{ of: call() }]), () => k.send(0 as never, call()), () => k.spawn(giver, call()), () => k.continueWith(call()), () => k.log("no name", new (class {})()),
    ] as unknown as readonly (() => Generator<never, unknown, unknown>)[];
    const answers: unknown[] = [];
    for (const one of calls) answers.push(yield* told(one));
    answers.push(yield* told((function* () { return yield* k.join(yield* k.spawn(giver)); }) as never), yield* k.join(yield* k.spawn(forgetful)));
    for (const answer of answers) yield* k.log("told", answer);
    return answers;
  },
});
