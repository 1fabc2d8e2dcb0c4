// Contracts that come late and go early: asked for by who is suspended meanwhile, under authority that expires, inside scopes and
// deadlines that end before their body does.
import { defineProcess, race, scope, within } from "triad-runtime";
import { attempt } from "./attempt.ts";

const ALL = 4_096;

/** Waits for units, and is suspended while it does. */
const patient = defineProcess({
  name: "patient", domains: ["Q"],
  *run({ k, q }) {
    const held = yield* attempt(q.reserve({ qubits: 50, budget: 10 }, { within: 40 }));
    return [typeof held === "object" ? "granted" : held, yield* k.now()];
  },
});

/** Holds a contract under a grant that ends at a tick. */
const tenant = defineProcess({
  name: "tenant", domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 4, budget: 100 });
    const { terms } = yield* q.ledger(contract);
    yield* k.sleep(20);
    const late = yield* attempt(q.release(contract));
    return [terms.end, late, yield* k.now()];
  },
});

export default defineProcess({
  name: "leases", domains: ["Q"],
  *run({ k, q }) {
    const said: unknown[] = [];
    const most = yield* q.reserve({ qubits: ALL, budget: 10 });
    const waits = yield* k.spawn(patient);
    yield* k.sleep(3);
    yield* k.suspend(waits);
    yield* k.sleep(2);
    yield* q.release(most);
    yield* k.sleep(2);
    yield* k.resume(waits);
    said.push(yield* attempt(k.join(waits)));
    const until = (yield* k.now()) + 10;
    said.push(yield* attempt(k.join(yield* k.spawn(tenant, undefined, { grants: [
      { verb: "EXECUTE_K" }, { verb: "ALLOCATE_Q", scope: { until } }, { verb: "EXECUTE_Q" }, { verb: "MEASURE_Q" },
    ] }))));
    const free = function* () { return typeof (yield* attempt(q.reserve({ qubits: ALL, budget: 1 }))) === "object"; };
    const kept = function* () { yield* q.reserve({ qubits: ALL, budget: 1 }); yield* k.sleep(50); };
    said.push(yield* attempt(within(3, kept())));
    const raced = yield* attempt(race({ body: scope(() => kept()), late: k.sleep(4) }));
    said.push(typeof raced === "string" ? raced : raced.winner);
    said.push(yield* free());
    return said;
  },
});
