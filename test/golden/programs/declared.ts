// What is declared while a run is under way and is none: mailboxes, priorities, options of a supervisor; and what goes through beside it.
import { createMachine, defineMachine, defineProcess, Fault, supervise } from "triad-runtime";

const idle = defineProcess({ name: "idle", mailbox: { depth: 1, overflow: "drop-new" }, priority: 1, *run({ k }) { yield* k.sleep(1); return (yield* k.receive({ within: 1 }))?.body ?? "nothing"; } });

/** What came of it: a name, and which argument it was about. */
const refused = (error: unknown): unknown => (error instanceof Fault ? [error.fault, error.detail["argument"] ?? null] : error instanceof Error ? error.name : "?");

export default defineProcess({
  name: "declared",
  *run({ k }) {
    const answers: unknown[] = [];
    for (const more of [{ mailbox: { depth: -3, overflow: "bogus" } }, { mailbox: { depth: 1.5, overflow: "block" } }, { priority: 77 }, { mailbox: { depth: 2, overflow: "block" }, priority: 3 }]) {
      let made: typeof idle | undefined;
      try {
        made = defineProcess({ name: "made", *run({ k: own }) { yield* own.now(); return "made"; }, ...(more as object) }) as never;
        yield* k.log("defined", more);
      } catch (error) {
        yield* k.log("refused", refused(error));
      }
      try {
        answers.push(made === undefined ? "none" : yield* k.join(yield* k.spawn(made)));
      } catch (error) {
        answers.push(refused(error));
      }
    }
    try {
      defineMachine({ name: "m", machine: createMachine({}), mailbox: { depth: 0, overflow: "block" } });
      answers.push("a machine");
    } catch (error) {
      answers.push(refused(error));
    }
    const child = { id: "one", start: idle, restart: "temporary" } as const;
    const specs: readonly unknown[] = [
      { strategy: "one-for-one", children: [child] }, { strategy: "one-for-one", pauses: 1, children: [child] }, { strategy: "one-for-all", children: [{ ...child, restarts: "never" }] },
      { strategy: "one-for-one", children: [{ ...child, restart: "seldom" }] }, { strategy: "one-for-one", intensity: { restarts: 1, within: 5, per: 1 }, children: [child] },
      { strategy: "one-for-one", intensity: 3, children: [child] }, { strategy: "some-for-one", children: [child] }, { strategy: "one-for-one", children: "x" }, null,
    ];
    for (const spec of specs) {
      try {
        answers.push(yield* supervise(spec as never));
      } catch (error) {
        answers.push(refused(error));
      }
    }
    return answers;
  },
});
