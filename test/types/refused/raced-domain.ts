import { defineProcess, race } from "../../../runtime/app/index.ts";
export default defineProcess({
  name: "wrong",
  *run({ k, q }) {
    return yield* race({ a: k.sleep(1), b: q.reserve({ qubits: 1, budget: 1 }) });
  },
});
