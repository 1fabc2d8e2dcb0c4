// Races, deadlines and scopes: several things awaited at once, what loses kept or given up; timers taken back.
import { all, defineProcess, Fault, race, scope, Type, within } from "triad-runtime";

const runner = defineProcess({
  name: "runner",
  *run({ k }, ticks: number) {
    yield* k.sleep(ticks);
    yield* k.send(yield* k.parent(), { ran: ticks });
    return ticks;
  },
});

export default defineProcess({
  name: "racing",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const won = { post: 0, late: 0, end: 0, out: 0 };
    for (let round = 0; round < size; round++) {
      const pace = 1 + (yield* k.randomUint32("pace")) % 5;
      const child = yield* k.spawn(runner, pace);
      const spare = yield* k.timer(100);
      const first = yield* race({ post: k.receive(), late: k.sleep(3), end: k.join(child) });
      won[first.winner] += 1;
      yield* k.cancelTimer(spare);
      try {
        yield* within(2, k.join(child));
      } catch (fault) {
        if (!(fault instanceof Fault) || fault.fault !== "TIMED_OUT") throw fault;
        won.out += 1;
      }
      const [now] = yield* all([k.now(), k.sleep(1)]);
      yield* scope(function* (inside) {
        yield* inside.spawn(runner, 1_000);
        yield* k.sleep(1);
      });
      yield* k.log("round", { now, ...won });
      while ((yield* k.receive({ within: 1 })) !== undefined) won.post += 1;
    }
    return won;
  },
});
