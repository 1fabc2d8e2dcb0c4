// Works for a while, then everybody waits for everybody: the run ends stuck.
import { defineProcess, Type } from "triad-runtime";

const waiting = defineProcess({ name: "waiting", *run({ k }) { return (yield* k.receive()).body; } });

export default defineProcess({
  name: "stuck",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    for (let beat = 0; beat < size; beat++) {
      yield* k.log("beat", { beat });
      yield* k.sleep(1);
    }
    return yield* k.join(yield* k.spawn(waiting));
  },
});
