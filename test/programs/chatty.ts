// Logs at every level, returns numbers JSON has no form for, and leaves a child that fails unjoined.
import { defineProcess } from "triad-runtime";

const lost = defineProcess({
  name: "lost",
  *run({ k }) {
    yield* k.sleep(1);
    throw new RangeError("nobody asked");
  },
});

export default defineProcess({
  name: "chatty",
  *run({ k }, input: unknown) {
    yield* k.log("quiet", null, "debug");
    yield* k.log("plain", { input });
    yield* k.log("loud \u001b[31m\u202e", [1, 2], "warn");
    yield* k.log("alarm", undefined, "error");
    yield* k.spawn(lost);
    yield* k.sleep(5);
    return { numbers: Float64Array.of(1.5, -0, Number.NaN, Infinity), bytes: Uint8Array.of(1, 2), input };
  },
});
