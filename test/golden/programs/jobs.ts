// Jobs of Q: single shots, histograms, expectation values, feed-forward, many qubits; waited for late, in other orders, or never.
import { bell, circuit, defineProcess, ghz, pauliSum, qft } from "triad-runtime";

const impatient = defineProcess({
  name: "impatient",
  domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: 3, budget: 100_000 });
    yield* q.sample(contract, ghz(3).measureAll(), 200);
    return "gone before the outcome";
  },
});

const forward = circuit(2, 2).h(0).measure(0, 0).if(0, 1, (then) => then.x(1)).measure(1, 1);

export default defineProcess({
  name: "jobs",
  domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 120, budget: 100_000_000 });
    const first = yield* q.sample(contract, bell().measureAll(), 100);
    const second = yield* q.submit(contract, forward);
    const third = yield* q.estimate(contract, circuit(2).ry(0.7, 0).cx(0, 1), pauliSum(2, { ZZ: 1, XX: 0.5, ZI: -0.25 }, { left: "qubit 0" }));
    const fourth = yield* q.estimate(contract, qft(3), pauliSum(3, [[1, "X0 X1 X2"]]), { shots: 10 });
    const lost = yield* k.spawn(impatient);
    const wide = yield* q.submit(contract, ghz(120).measureAll());
    const phases = yield* q.sample(contract, circuit(3).h(0, 1, 2).t(0).s(1).ccx(0, 1, 2).cp(0.3, 0, 2).swap(1, 2).reset(0).measureAll(), 50);
    yield* k.join(lost);
    const all = new Set(yield* q.measure(wide));
    const values = [yield* q.measure(fourth), yield* q.measure(third)];
    const bits = [...yield* q.measure(second)];
    return { agree: all.size === 1, values, bits, same: bits[0] === bits[1], counts: yield* q.measure(first), phases: yield* q.measure(phases) };
  },
});
