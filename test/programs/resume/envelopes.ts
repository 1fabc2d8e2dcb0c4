// Phase envelopes whose states live with the provider alone: transformed, merged, split, evaluated and closed.
import { defineProcess, Type } from "triad-runtime";

export default defineProcess({
  name: "envelopes",
  domains: ["PHI"],
  input: Type.Object({ size: Type.Integer() }),
  *run({ k, phi }, { size }) {
    const window = yield* phi.reserve({ components: 8, duration: 1_000_000, tolerance: { error: 1, noise: 1 } });
    const read = [];
    for (let round = 0; round < size; round++) {
      const a = yield* phi.open(window, [0.1, 0.2, 0.3, 0.4 + round / 10]);
      const b = yield* phi.open(window, [0.3, 0.1, 0.5, 0.2]);
      const c = yield* phi.open(window, [1, 1.1, 0.9]);
      yield* phi.shift(a, 0.25);
      yield* phi.align(b, 0.1);
      yield* phi.merge(a, b);
      yield* phi.shift(c, [0.1, 0.2, 0.3]);
      const { R, psi } = yield* phi.evaluate(a);
      yield* phi.split(a, b);
      yield* phi.close(a);
      const after = yield* phi.evaluate(b);
      yield* phi.close(c);
      yield* phi.align(b, 0.2);
      read.push(R, psi, after.R, (yield* phi.evaluate(b)).R);
      yield* k.log("round", { round, R });
      yield* phi.close(b);
    }
    return read;
  },
});
