// A root whose mailbox and priority are none, as they could be declared once: it has what it declared. A definition like that beside it, of
// which no child can be made.
import { defineProcess, Fault } from "triad-runtime";

const none = { mailbox: { depth: -3, overflow: "bogus" }, priority: 77 } as object;
const child = defineProcess({ name: "child", *run({ k }) { yield* k.now(); return "a child"; }, ...none });

/** The fault's name, or that there was none. */
function* named<Y>(call: Generator<Y, unknown, unknown>): Generator<Y, string, unknown> {
  try {
    yield* call;
    return "granted";
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return fault.fault;
  }
}

export default defineProcess({
  name: "undeclared", ...none,
  *run({ k }) {
    const answers = [yield* named(k.send(yield* k.self(), 1)), yield* named(k.spawn(child)), yield* named(k.receive({ within: 2 }))];
    for (const answer of answers) yield* k.log("answer", answer);
    return answers;
  },
});
