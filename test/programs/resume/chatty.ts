// Two children that send each other numbers, draw others and log: K alone, many short turns.
import { defineProcess, Type, type ProcessId } from "triad-runtime";

const echo = defineProcess({
  name: "echo",
  *run({ k }, rounds: number) {
    let sum = 0;
    for (let round = 0; round < rounds; round++) {
      const { from, body } = yield* k.receive<number>();
      sum += body;
      yield* k.send(from, body + (yield* k.random()));
    }
    return sum;
  },
});

const caller = defineProcess({
  name: "caller",
  *run({ k }, { rounds, to }: { readonly rounds: number; readonly to: ProcessId }) {
    let last = 0;
    for (let round = 0; round < rounds; round++) {
      yield* k.send(to, last);
      last = (yield* k.receive<number>()).body;
      yield* k.log("round", { round, last });
      if (round % 3 === 0) yield* k.metric("last", last);
    }
    return last;
  },
});

export default defineProcess({
  name: "chatty",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const one = yield* k.spawn(echo, size);
    const two = yield* k.spawn(caller, { rounds: size, to: one.process });
    return [yield* k.join(two), yield* k.join(one)];
  },
});
