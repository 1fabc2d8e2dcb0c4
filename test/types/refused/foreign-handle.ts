import { defineProcess } from "../../../runtime/app/index.ts";
export default defineProcess({
  name: "wrong",
  domains: ["Q", "PHI"],
  *run({ q, phi }) {
    const window = yield* phi.reserve({ components: 2, duration: 5 });
    return yield* q.ledger(window);
  },
});
