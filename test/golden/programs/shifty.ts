// Getters in what calls are given: how often each is asked, and what came of it.
import { defineProcess } from "triad-runtime";

const shifty = (record: object, key: string, answers: readonly unknown[]): { readonly record: never; asked(): number } => {
  let asked = 0;
  Object.defineProperty(record, key, { enumerable: true, get: () => answers[Math.min(asked++, answers.length - 1)] });
  return { record: record as never, asked: () => asked };
};

export default defineProcess({
  name: "shifty",
  domains: ["Q", "PHI"],
  *run({ k, q, phi }) {
    const told: unknown[] = [];
    const [held] = (yield* k.capabilities()).filter(({ verb }) => verb === "ALLOCATE_Q");
    if (held === undefined) return told;
    const qubits = shifty({ budget: 10 }, "qubits", [1, 1, 1, 2]);
    const components = shifty({ duration: 5 }, "components", [2]);
    const units = shifty({}, "units", [1, 1, 1, 1]);
    const timer = shifty({ on: "timer" }, "timer", [yield* k.timer(1)]);
    const reserved = yield* q.reserve(qubits.record);
    yield* phi.reserve(components.record);
    yield* k.attenuate(held.capability, units.record);
    yield* k.select([timer.record]);
    for (const one of [qubits, components, units, timer]) told.push(one.asked());
    told.push((yield* q.ledger(reserved)).free.shots);
    return told;
  },
});
