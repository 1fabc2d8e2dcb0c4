// Declares Q; run with --allow K it is refused the contract it asks for.
import { defineProcess } from "triad-runtime";

export default defineProcess({
  name: "denied",
  domains: ["Q"],
  *run({ q }) {
    yield* q.reserve({ qubits: 1, budget: 1 });
    return "granted";
  },
});
