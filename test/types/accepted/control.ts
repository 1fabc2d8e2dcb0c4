// Doing several things at once keeps the types of each, and the domains each needs.
import { all, bell, defineProcess, race, scope, supervise, within } from "../../../runtime/app/index.ts";

const worker = defineProcess({ name: "worker", *run({ k }) { yield* k.sleep(2); return 7; } });

export const hybrid = defineProcess({
  name: "hybrid",
  domains: ["Q"],
  mailbox: { depth: 64, overflow: "block" },
  priority: 3,
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 80 });
    const job = yield* q.submit(contract, bell().measureAll());
    const first = yield* race({ bits: q.measure(job), late: k.sleep(90) });
    if (first.winner === "bits") {
      const bits: string = String(first.value);
      yield* k.log("bits", bits);
    }
    const [now, self] = yield* all([k.now(), k.self()]);
    const sum: number = now + self;
    const seven: number = yield* within(9, k.join(yield* k.spawn(worker)));
    const again: number = yield* scope(function* (inside) { return yield* k.join(yield* inside.spawn(worker)); });
    const report = yield* supervise({ strategy: "one-for-one", children: [{ id: "w", start: worker, restart: "transient" }] });
    const reason = yield* k.exitOf(yield* k.spawn(worker));
    return [sum, seven, again, report["w"]?.kind, reason.kind === "finished" ? reason.result : null];
  },
});
