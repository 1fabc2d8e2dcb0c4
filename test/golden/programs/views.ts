// Looking at a run from inside it: as a whole, and by a capability that is aimed at a process and what is below it. Its input is
// completed with defaults.
import { defineProcess, Type } from "triad-runtime";
import { attempt } from "./attempt.ts";

const leaf = defineProcess({ name: "leaf", *run({ k }) { yield* k.send(yield* k.parent(), "leaf"); yield* k.receive(); } });
const tree = defineProcess({
  name: "tree",
  *run({ k }) {
    const child = yield* k.spawn(leaf);
    yield* k.receive();
    yield* k.send(yield* k.parent(), child.process);
    yield* k.receive();
    yield* k.send(child, "end");
    yield* k.join(child);
  },
});

const watcher = defineProcess({
  name: "watcher",
  *run({ k }) {
    const { body: [own, other] } = yield* k.receive<readonly [number, number]>();
    return [
      yield* attempt(k.gauges({ of: own as never })), yield* attempt(k.runTotals({ of: own as never })),
      yield* attempt(k.gauges({ of: other as never })), yield* attempt(k.gauges()), yield* attempt(k.runTotals()),
    ];
  },
});

export default defineProcess({
  name: "views", input: Type.Object({ trees: Type.Integer({ default: 2 }), label: Type.String({ default: "of the whole" }) }),
  *run({ k }, { trees, label }) {
    const grown = [];
    for (let at = 0; at < trees; at++) grown.push(yield* k.spawn(tree));
    for (const _ of grown) yield* k.receive();
    const looks = yield* k.spawn(watcher);
    for (const { verb, capability } of yield* k.capabilities()) if (verb === "READ_TRACE" || verb === "READ_TELEMETRY") yield* k.grant(capability, looks, { target: grown[0]!.process, until: 40 });
    yield* k.send(looks, grown.map(({ process }) => process));
    const seen = yield* k.join(looks);
    yield* k.log(label, { totals: yield* k.runTotals(), gauges: yield* k.gauges() });
    for (const one of grown) yield* k.send(one, "end");
    for (const one of grown) yield* k.join(one);
    return seen;
  },
});
