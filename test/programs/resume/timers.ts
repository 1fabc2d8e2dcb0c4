// Sleepers, bounded receives that end either way, a child that is suspended and goes on: timers of every kind.
import { defineProcess, Type } from "triad-runtime";

const sleeper = defineProcess({
  name: "sleeper",
  *run({ k }, naps: number) {
    let heard = 0;
    for (let nap = 0; nap < naps; nap++) {
      yield* k.sleep(1 + nap % 4);
      if ((yield* k.receive<number>({ within: 1 + (yield* k.randomUint32()) % 3 })) !== undefined) heard += 1;
    }
    return { heard, at: yield* k.now() };
  },
});

export default defineProcess({
  name: "timers",
  input: Type.Object({ size: Type.Integer() }),
  *run({ k }, { size }) {
    const children = [];
    for (let ordinal = 0; ordinal < 3; ordinal++) children.push(yield* k.spawn(sleeper, size));
    for (let beat = 0; beat < size; beat++) {
      yield* k.sleep(2);
      const child = children[beat % 3]!;
      if (beat < size / 2) yield* k.send(child, beat);
      if (beat === 2) yield* k.suspend(children[1]!);
      if (beat === 5) yield* k.resume(children[1]!);
    }
    if (size <= 5) yield* k.resume(children[1]!);
    const ends = [];
    for (const child of children) ends.push(yield* k.join(child));
    return ends;
  },
});
