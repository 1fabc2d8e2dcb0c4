// Three bodies that draw, send and hand their state on: as many turns as asked, and next to nothing else.
import { defineProcess, Type, type ProcessDefinition, type ProcessId } from "triad-runtime";

interface State { readonly left: number; readonly sum: number; readonly next: ProcessId | null }

const runner: ProcessDefinition<State, number> = defineProcess({
  name: "runner",
  *run({ k }, { left, sum, next }: State) {
    if (left === 0) return sum;
    const message = yield* k.receive<number>({ within: 1 + left % 2 });
    const drawn = (yield* k.randomUint32()) % 10;
    if (next !== null && left % 5 === 0) yield* k.send(next, drawn);
    return yield* k.continueWith({ left: left - 1, sum: sum + drawn + (message?.body ?? 0), next });
  },
}) as never;

export default defineProcess({
  name: "hand-on",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const last = yield* k.spawn(runner, { left: Math.floor(size / 5), sum: 0, next: null });
    const middle = yield* k.spawn(runner, { left: Math.floor(size / 6), sum: 0, next: last.process });
    const first = yield* k.spawn(runner, { left: Math.floor(size / 7), sum: 0, next: middle.process });
    return [yield* k.join(first), yield* k.join(middle), yield* k.join(last)];
  },
});
