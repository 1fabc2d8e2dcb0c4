// Two entangled bits, a child, a log line: completes.
import { defineProcess } from "triad-runtime";

/** H on qubit 0, CX from 0 to 1, then both measured: one row of eight integers an instruction (domains/kernels/circuit.ts). */
const pair = {
  qubits: 2,
  clbits: 2,
  ops: Int32Array.of(
    1, 0, -1, -1, -1, -1, -1, -1,
    13, 0, 1, -1, -1, -1, -1, -1,
    19, 0, -1, -1, 0, -1, -1, 0,
    19, 1, -1, -1, 1, -1, -1, 1),
  angles: new Float64Array(0),
  conditions: new Int32Array(0),
};

const sum = defineProcess({
  name: "sum",
  *run({ k }, bits: readonly number[]) {
    yield* k.sleep(2);
    return bits.reduce((total, bit) => total + bit, 0);
  },
});

export default defineProcess({
  name: "bell",
  domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 40 });
    const job = yield* q.submit(contract, pair);
    const bits = yield* q.measure(job);
    yield* k.log("bell", { bits });
    const child = yield* k.spawn(sum, [...bits]);
    return { bits: [...bits], sum: yield* k.join(child) };
  },
});
