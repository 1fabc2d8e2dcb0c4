// Messages: order within a tick, bounded receives that time out and that do not, letters to the dead, bodies of every shape.
import { defineProcess, type ProcessId } from "triad-runtime";
import { attempt } from "./attempt.ts";

const BODIES: readonly unknown[] = [
  null, true, 0, -1, 1.5, 1_099_511_627_776, "text 𝛗 \u0000", [], [1, [2, [3]]], {}, { a: { b: [null, { c: "d" }] } },
  Uint8Array.of(1, 2, 3), Float64Array.of(0.1, -0, Number.NaN, Infinity), Int32Array.of(-1, 7), BigInt64Array.of(-5n), "x".repeat(300),
];

const echo = defineProcess({
  name: "echo",
  *run({ k }, { times }: { readonly times: number }) {
    for (let left = times; left > 0; left--) {
      const { from, body } = yield* k.receive();
      yield* k.send(from, { echoed: body });
    }
    return times;
  },
});

const shouting = defineProcess({
  name: "shouting",
  *run({ k }, { to, words }: { readonly to: ProcessId; readonly words: readonly string[] }) {
    for (const word of words) yield* k.send(to, word);
    return words.length;
  },
});

const brief = defineProcess({
  name: "brief",
  *run({ k }, { to }: { readonly to: ProcessId }) {
    yield* k.sleep(1);
    yield* k.send(to, "last");
  },
});

export default defineProcess({
  name: "mail",
  *run({ k }) {
    const self = yield* k.self();
    const mirror = yield* k.spawn(echo, { times: BODIES.length });
    for (const body of BODIES) yield* k.send(mirror, body);
    for (let heard = 0; heard < BODIES.length; heard++) yield* k.receive();
    for (const words of [["a", "b"], ["c"], ["d", "e", "f"]]) yield* k.spawn(shouting, { to: self, words });
    const order = [];
    for (let heard = 0; heard < 6; heard++) order.push((yield* k.receive<string>()).body);
    const nothing = (yield* k.receive({ within: 4 })) === undefined;
    yield* k.send(self, "to myself");
    const own = (yield* k.receive({ within: 4 }))?.body;
    yield* k.sleep(2);
    const dead = yield* attempt(k.send(mirror, "too late"));
    const passing = yield* k.spawn(brief, { to: self });
    yield* k.sleep(2);
    yield* k.send(passing, "it ends before this comes");
    yield* k.join(passing);
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const refused = [yield* attempt(k.send(self, () => 1)), yield* attempt(k.send(self, cyclic)), yield* attempt(k.send(987 as ProcessId, 1)), yield* attempt(k.sleep(0))];
    return { order, nothing, own, dead, refused, last: (yield* k.receive()).body };
  },
});
