import { defineProcess } from "../../../runtime/app/index.ts";
export default defineProcess({
  name: "wrong",
  domains: ["PHI"],
  *run({ k, q }) { return yield* k.now(); },
});
