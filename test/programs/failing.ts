// Fails by an error nobody catches, at a line the command line can name.
import { defineProcess } from "triad-runtime";

function judge(value: number): number {
  if (value < 1) throw new Error("the value is too small");
  return value;
}

export default defineProcess({
  name: "failing",
  *run({ k }) {
    yield* k.sleep(1);
    return judge(yield* k.random());
  },
});
