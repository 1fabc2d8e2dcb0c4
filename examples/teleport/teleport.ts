// Teleportation with feed-forward: the state of qubit 0 arrives on qubit 2, by two classical bits and two corrections that the
// circuit itself makes. Turning the prepared rotation back must then read 0, always, whatever the two bits were.
import { circuit, defineProcess } from "triad-runtime";

const ANGLE = 1.2345;

const teleportation = circuit(3, 3)
  .ry(ANGLE, 0) // the state to send
  .h(1).cx(1, 2) // a Bell pair shared by sender (1) and receiver (2)
  .cx(0, 1).h(0)
  .measure(0, 0).measure(1, 1)
  .if(1, 1, (then) => then.x(2))
  .if(0, 1, (then) => then.z(2))
  .ry(-ANGLE, 2)
  .measure(2, 2);

export default defineProcess({
  name: "teleport",
  domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 3, budget: 100_000 });
    const counts = yield* q.measure(yield* q.sample(contract, teleportation, 1_000));
    const failed = Object.entries(counts).reduce((sum, [bits, count]) => sum + (bits.endsWith("1") ? count : 0), 0);
    yield* k.log("teleported", { shots: 1_000, failed });
    return { counts, failed };
  },
});
