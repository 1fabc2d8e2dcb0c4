// Programs that read what the Node process matched last: their own within a turn, so that a run in which they may is one that repeats.
import { defineProcess } from "triad-runtime";
import { attempt } from "./attempt.ts";

const reading = (name: string, read: () => unknown) => defineProcess({
  name,
  *run({ k }) {
    yield* k.log("about to match");
    /(\d+)-(\w+)/.exec("on 12-ab of");
    return read();
  },
});

class Derived extends RegExp {}

export default defineProcess({
  name: "matches",
  *run({ k }) {
    const said: unknown[] = [];
    for (const child of [
      reading("group", () => RegExp.$2), reading("whole", () => [RegExp.lastMatch, RegExp["$+"]]), reading("around", () => [RegExp.leftContext, RegExp["$'"]]),
      reading("derived", () => Derived.$1), reading("instance", () => ((/x/).constructor as typeof RegExp).input),
      reading("written", () => { RegExp.input = "other"; return RegExp.$_; }), reading("answered", () => /b(c)/.exec("abc")?.[1]),
    ]) said.push(yield* attempt(k.join(yield* k.spawn(child))));
    return said;
  },
});
