import { defineProcess } from "../../../runtime/app/index.ts";
import { q } from "../../../domains/q/api/operations.ts";
export default defineProcess({
  name: "wrong",
  *run() { return yield* q.reserve({ qubits: 1, budget: 1 }); },
});
