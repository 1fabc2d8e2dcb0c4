// Long logs: frames of every size, some larger than a block, so that blocks close by bytes too.
import { defineProcess, Type } from "triad-runtime";

export default defineProcess({
  name: "loud",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    for (let line = 0; line < size; line++) {
      const length = (yield* k.randomUint32()) % (line % 7 === 6 ? 100_000 : 9_000);
      yield* k.log("line", { line, text: "x".repeat(length) });
      yield* k.sleep(1);
    }
    return size;
  },
});
