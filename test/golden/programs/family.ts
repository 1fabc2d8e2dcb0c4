// Processes: spawned, nested, suspended, resumed, joined, failed, never joined; faults of every lifecycle call.
import { defineProcess } from "triad-runtime";
import { attempt } from "./attempt.ts";

const leaf = defineProcess({
  name: "leaf",
  *run({ k }, { ticks }: { readonly ticks: number }) {
    yield* k.sleep(ticks);
    return { woke: yield* k.now(), self: yield* k.self(), parent: yield* k.parent() };
  },
});

const falling = defineProcess({
  name: "falling",
  *run({ k }, { after }: { readonly after: number }) {
    try {
      yield* k.sleep(after);
      throw new RangeError(`fell after ${after}`);
    } finally {
      yield* k.log("falling");
    }
  },
});

const branch = defineProcess({
  name: "branch",
  *run({ k }, { width }: { readonly width: number }) {
    const leaves = [];
    for (let at = 0; at < width; at++) leaves.push(yield* k.spawn(leaf, { ticks: width - at }));
    const woken = [];
    for (const each of leaves) woken.push((yield* k.join(each)).woke);
    return woken;
  },
});

const ticker = defineProcess({
  name: "ticker",
  *run({ k }) {
    let seen = 0;
    for (; seen < 6; seen++) {
      yield* k.log("tick", { seen });
      yield* k.sleep(1);
    }
    return seen;
  },
});

const impossible = defineProcess({ name: "impossible", *run() { return () => "a function has no encoded form"; } });

export default defineProcess({
  name: "family",
  *run({ k }) {
    const branches = [yield* k.spawn(branch, { width: 3 }), yield* k.spawn(branch, { width: 2 })];
    const clock = yield* k.spawn(ticker);
    yield* k.sleep(2);
    yield* k.suspend(clock);
    const again = yield* attempt(k.suspend(clock));
    yield* k.sleep(5);
    yield* k.resume(clock);
    const notSuspended = yield* attempt(k.resume(clock));
    const fallen = yield* k.spawn(falling, { after: 2 });
    yield* k.spawn(falling, { after: 3 });
    const why = yield* attempt(k.join(fallen));
    const unencodable = yield* attempt(k.join(yield* k.spawn(impossible)));
    const widths = [];
    for (const each of branches) widths.push(yield* k.join(each));
    const ticks = yield* k.join(clock);
    const ended = yield* attempt(k.suspend(clock));
    return { widths, ticks, again, notSuspended, why, unencodable, ended, twice: yield* k.join(clock) };
  },
});
