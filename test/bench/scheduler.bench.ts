// Nanoseconds for one actor becoming ready and one being picked, at a steady number of ready actors, for every built-in policy and
// for a plug-in under guard and watchdog. What is picked comes back at once, with other facts than before. Processor time, so that
// a busy machine shows in the figures less than it would in time by the clock.
import { processId } from "../../kernel-abi/ids.ts";
import type { ReadyFacts } from "../../kernel-abi/ports.ts";
import { createAmbientGuard } from "../../runtime/adapters/ambient.ts";
import { createWatchdog } from "../../runtime/adapters/watchdog.ts";
import { definePolicy } from "../../runtime/scheduler/plugin.ts";
import { POLICY_NAMES, schedulerWith } from "../../runtime/scheduler/policies.ts";
import type { Scheduler } from "../../runtime/scheduler/scheduler.ts";
import type { Figure } from "./figure.ts";

const READY = [10, 1_000, 100_000] as const;
const PICKS = 2_000_000;
const PLUGIN_PICKS = 2_000;
const ROUNDS = 3;

const FACTS: readonly ReadyFacts[] = Array.from({ length: 15 }, (_, at) => Object.freeze({ priority: at % 5, domain: at % 3, token: at % 2 === 0 }));
const factsOf = (at: number): ReadyFacts | undefined => FACTS[at % FACTS.length];

const newest = definePolicy({ name: "newest", version: 1, initial: 0, pick: (ready, picks) => ({ position: ready.length - 1, state: picks + 1 }) });

/** Ids as they come out, warmed up: making one anew for every pick would be measured too. */
function nanoseconds(scheduler: Scheduler, ready: number, picks: number): number {
  const ids = Array.from({ length: ready }, (_, at) => processId(at));
  for (const id of ids) scheduler.ready(id, factsOf(id));
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    for (let at = 0; at < picks; at++) {
      const id = ids[scheduler.pickActor()];
      if (id === undefined) throw new Error("nobody was ready");
      scheduler.ready(id, factsOf(at));
    }
    best = Math.min(best, process.cpuUsage(start).user * 1_000 / picks);
  }
  return best;
}

export function run(): Promise<readonly Figure[]> {
  const figures = POLICY_NAMES.flatMap((name) => READY.map((ready): Figure =>
    ({ name: `${name}: ready and pick, ${ready.toLocaleString("en")} ready`, value: nanoseconds(schedulerWith(name), ready, PICKS), unit: "ns" })));
  const plugged = schedulerWith(newest, { guard: createAmbientGuard(), watchdog: createWatchdog() });
  return Promise.resolve([...figures, { name: "a plug-in, guarded and watched, 1,000 ready", value: nanoseconds(plugged, 1_000, PLUGIN_PICKS), unit: "ns" }]);
}
