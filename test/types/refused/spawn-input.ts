import { defineProcess } from "../../../runtime/app/index.ts";
const child = defineProcess({ name: "child", *run(_: object, input: { readonly n: number }) { return input.n; } });
export default defineProcess({
  name: "wrong",
  *run({ k }) { return yield* k.join(yield* k.spawn(child, { n: "two" })); },
});
