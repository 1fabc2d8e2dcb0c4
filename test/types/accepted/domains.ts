// Programs that must compile: each uses exactly what it declares.
import { defineProcess, type Program, type K } from "../../../runtime/app/index.ts";

export const classical = defineProcess({
  name: "classical",
  *run({ k }) {
    yield* k.log("tick", { now: yield* k.now() });
    return 1;
  },
});

export const quantum = defineProcess({
  name: "quantum",
  domains: ["Q"],
  *run({ k, q }, input: { readonly qubits: number }) {
    const contract = yield* q.reserve({ qubits: input.qubits, budget: 10 });
    yield* k.log("free", (yield* q.ledger(contract)).free);
    return "done" as const;
  },
});

export const parent = defineProcess({
  name: "parent",
  domains: ["Q", "PHI"],
  *run({ k, phi }) {
    yield* phi.reserve({ components: 2, duration: 5 });
    const child = yield* k.spawn(quantum, { qubits: 2 });
    const word: "done" = yield* k.join(child);
    const number: number = yield* k.join(yield* k.spawn(classical));
    return [word, number];
  },
});

/** A piece of a program, reusable in any process because it needs K alone. */
export function* pause(k: K): Program<number> {
  yield* k.sleep(1);
  return yield* k.now();
}
