// Programs that reach for the host are stopped in their turn; what they had asked for in it never happened.
import { defineProcess } from "triad-runtime";
import { attempt } from "./attempt.ts";

const reaching = (name: string, reach: () => unknown) => defineProcess({
  name,
  *run({ k }) {
    yield* k.log("about to reach");
    return reach();
  },
});

export default defineProcess({
  name: "ambient",
  *run({ k }) {
    const said: unknown[] = [];
    for (const child of [
      reaching("clock", () => Date.now()), reaching("dice", () => Math.random()), reaching("sine", () => Math.sin(1)), reaching("locale", () => (1.5).toLocaleString()),
      reaching("timer", () => setTimeout(() => undefined, 1)), reaching("promise", () => Promise.resolve(1)), reaching("root", () => Math.sqrt(2)),
    ]) said.push(yield* attempt(k.join(yield* k.spawn(child))));
    return said;
  },
});
