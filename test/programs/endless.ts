// Never ends by itself: for bounds and for interrupts.
import { defineProcess } from "triad-runtime";

export default defineProcess({
  name: "endless",
  *run({ k }) {
    for (;;) yield* k.sleep(1);
  },
});
