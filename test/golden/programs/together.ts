// Children of supervisors that end in one tick, each in its own way, beside one that is to be started again.
import { defineProcess, supervise, type ExitReason, type Restart, type Strategy } from "triad-runtime";
import { attempt } from "./attempt.ts";

const STRATEGIES: readonly Strategy[] = ["one-for-all", "rest-for-one", "one-for-one"];

const steady = (name: string, ticks: number) => defineProcess({ name, *run({ k }) { yield* k.log("up", name); yield* k.sleep(ticks); return `${name} done at ${yield* k.now()}`; } });
const falling = (name: string, until: number) => defineProcess({
  name,
  *run({ k }) {
    const born = yield* k.now();
    yield* k.sleep(3);
    if (born < until) throw new Error(`${name} fell`);
    return name;
  },
});
const told = (end: ExitReason): string => (end.kind === "failed" ? `failed: ${String(end.fault.detail["message"])}` : end.kind === "finished" ? `finished: ${String(end.result)}` : end.kind === "stopped" ? `stopped: ${end.reason}` : end.kind);

const crew = defineProcess({
  name: "crew",
  *run({ k }, { strategy, restarts }: { readonly strategy: Strategy; readonly restarts: number }) {
    const until = (yield* k.now()) + 3;
    const child = (start: ReturnType<typeof steady>, restart: Restart) => ({ id: start.name, start, restart });
    const report = yield* supervise({
      strategy, intensity: { restarts, within: 50 },
      children: [
        child(falling("first", until), "transient"), child(steady("finishes", 3), "transient"), child(steady("once", 3), "temporary"), child(falling("falls", until), "temporary"),
        child(falling("again", until), "transient"), child(steady("longer", 9), "transient"), child(steady("stopped", 9), "temporary"),
      ],
    });
    return Object.entries(report).map(([id, end]) => `${id} ${told(end)}`);
  },
});

export default defineProcess({
  name: "together",
  *run({ k }) {
    const said: unknown[] = [];
    for (const strategy of STRATEGIES) for (const restarts of [5, 0]) said.push(yield* attempt(k.join(yield* k.spawn(crew, { strategy, restarts }))));
    return said;
  },
});
