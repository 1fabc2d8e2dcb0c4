// Supervisors over children that crash, in every strategy; links, monitors and stops beside them.
import { defineProcess, Fault, supervise, Type, type Strategy } from "triad-runtime";

const STRATEGIES: readonly Strategy[] = ["one-for-one", "one-for-all", "rest-for-one"];

const worker = defineProcess({
  name: "worker",
  *run({ k }, risk: number) {
    for (let step = 0; step < 3; step++) {
      yield* k.sleep(1 + (yield* k.randomUint32("step")) % 3);
      if ((yield* k.random("risk")) < risk) throw new RangeError(`fell at ${step}`);
    }
    return risk;
  },
});

const crew = defineProcess({
  name: "crew",
  *run({ k }, strategy: Strategy) {
    const report = yield* supervise({
      strategy, intensity: { restarts: 4, within: 60 }, pause: 1,
      children: [{ id: "calm", start: worker, input: 0, restart: "transient" }, { id: "rash", start: worker, input: 0.4, restart: "transient" }, { id: "once", start: worker, input: 0.5, restart: "temporary" }],
    });
    yield* k.log("crew", { strategy, rash: report["rash"]?.kind ?? "none" });
    return report["once"]?.kind ?? "none";
  },
});

const forever = defineProcess({ name: "forever", *run({ k }) { for (;;) yield* k.sleep(2); } });
const bound = defineProcess({
  name: "bound",
  *run({ k }) {
    const other = yield* k.spawn(worker, 1);
    yield* k.link(other);
    yield* k.sleep(50);
  },
});

export default defineProcess({
  name: "supervised",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const ends: string[] = [];
    for (let round = 0; round < size; round++) {
      const clock = yield* k.spawn(forever);
      const team = yield* k.spawn(crew, STRATEGIES[round % 3]!);
      const tied = yield* k.spawn(bound);
      try {
        ends.push(yield* k.join(team));
      } catch (fault) {
        ends.push(fault instanceof Fault ? fault.fault : "other");
      }
      ends.push((yield* k.exitOf(tied)).kind);
      yield* k.stop(clock, "enough");
      ends.push((yield* k.exitOf(clock)).kind);
    }
    return ends.slice(-30);
  },
});
