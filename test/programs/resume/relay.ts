// A process that goes on with a fresh body again and again and keeps its state alone, its mail and its children.
import { defineProcess, Type, type ProcessDefinition, type ProcessId } from "triad-runtime";

interface State { readonly left: number; readonly sum: number; readonly heard: number }

const feeder = defineProcess({
  name: "feeder",
  *run({ k }, { to, times }: { readonly to: ProcessId; readonly times: number }) {
    for (let at = 0; at < times; at++) {
      yield* k.send(to, at);
      yield* k.sleep(2);
    }
    return times;
  },
});

const counter: ProcessDefinition<State, unknown> = defineProcess({
  name: "counter",
  *run({ k }, { left, sum, heard }: State) {
    const message = yield* k.receive<number>({ within: 1 + left % 3 });
    if (left === 0) return { sum, heard };
    return yield* k.continueWith({ left: left - 1, sum: sum + (message?.body ?? 0) + (yield* k.randomUint32()) % 7, heard: heard + (message === undefined ? 0 : 1) });
  },
}) as never;

export default defineProcess({
  name: "relay",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const child = yield* k.spawn(counter, { left: size, sum: 0, heard: 0 });
    const other = yield* k.spawn(feeder, { to: child.process, times: Math.floor(size / 2) });
    return [yield* k.join(child), yield* k.exitOf(other)];
  },
});
