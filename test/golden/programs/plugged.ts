// A scheduling policy of one's own, carried by the root's definition: last come, first served, and every third time the first.
import { defineProcess, definePolicy } from "triad-runtime";

const policy = definePolicy({
  name: "mostly-lifo", version: 3, initial: 0,
  pick: (ready, picks) => ({ position: picks % 3 === 2 ? 0 : ready.length - 1, state: picks + 1 }),
});

const worker = defineProcess({
  name: "worker",
  *run({ k }, at: number) {
    for (let turn = 0; turn < 3; turn++) yield* k.sleep(1 + at % 2);
    yield* k.log("done", at);
    return yield* k.now();
  },
});

export default defineProcess({
  name: "plugged", policy,
  *run({ k }) {
    const children = [];
    for (let at = 0; at < 6; at++) children.push(yield* k.spawn(worker, at));
    const ends = [];
    for (const child of children) ends.push(yield* k.join(child));
    return ends;
  },
});
