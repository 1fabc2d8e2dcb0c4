// The commonest slip: `yield*` before what is no program.
import { defineProcess } from "triad-runtime";

const slips: Readonly<Record<string, (k: object) => unknown>> = {
  number: () => 5, nothing: () => undefined, uncalled: (k) => Reflect.get(k, "send") as unknown,
  own: () => ({ [Symbol.iterator]: () => { throw new TypeError("not today"); } }),
};

export default defineProcess({
  name: "slip",
  *run({ k }, kind: string) {
    return yield* slips[kind]!(k) as Generator<never>;
  },
});
