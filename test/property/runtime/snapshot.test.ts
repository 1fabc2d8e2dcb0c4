// Runs put down at every point where they can be: taken up again, the rest is the same frames, byte for byte, and so is what they are
// put down as at once.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import process from "node:process";
import type { Behaviour } from "../../../kernel-abi/operation.ts";
import { unpack } from "../../../kernel-abi/packer.ts";
import { defineMachine, definePolicy, defineProcess, fromProcess } from "../../../runtime/app/index.ts";
import { POLICY_NAMES, type PolicyChoice } from "../../../runtime/scheduler/policies.ts";
import { keptRun, takenUpFrom, type KeptOptions, type KeptRun } from "../../support/kept-runs.ts";
import { eventsFrom, machineFrom } from "../../support/machines.ts";
import { monkey } from "../../support/monkey.ts";
import { WANDERERS, wanderer } from "../../support/wanderer.ts";

const LONG = process.env["TRIAD_LONG"] === "1";
const RUNS = LONG ? 12 : 2;
/** Points that are tried, spread over those there are. */
const POINTS = LONG ? 40 : 4;
const BOUNDS = { turns: LONG ? 600 : 150, ticks: 2_000 };

/** A machine may do as much in a turn as a turn may hold: what a run writes is bounded too. Nine of ten write less than half of this. */
const MACHINE_BOUNDS = { turns: 200, ticks: 300, bytes: 100_000 };

/** Machines and orders of events that would make more of what they do at every tick, if what comes of itself did not end (machines.ts), and
 *  one that does as much at every tick as twenty others in all. */
const MULTIPLYING: [number, number][] = [[3, 1_527_330_945], [14, 2_147_483_634], [998_116_030, 1_086_291_224], [617_975_270, 680_608_634]];

const seeds = fc.string({ minLength: 1, maxLength: 6 });

async function everyPoint(root: Behaviour, options: KeptOptions): Promise<KeptRun> {
  const whole = await keptRun(root, options);
  const stride = Math.max(1, Math.floor(whole.kept.length / POINTS));
  for (let at = 0; at < whole.kept.length; at += stride) {
    const found = await takenUpFrom(root, options, whole, at, LONG);
    if (found !== undefined) throw new Error(`point ${at} of ${whole.kept.length}: ${found}`);
  }
  return whole;
}

const wandering = (more: KeptOptions): KeptOptions => ({ definitions: WANDERERS, bounds: BOUNDS, ...more });

async function whatever(root: Behaviour, options: (seed: string) => KeptOptions, least: number): Promise<void> {
  let points = 0;
  await fc.assert(fc.asyncProperty(seeds, async (seed) => { points += (await everyPoint(root, options(seed))).kept.length; }), { numRuns: RUNS + 1, examples: [["n"]] }); // "n": a refusal with a next step of its own lies before a point
  expect(points).toBeGreaterThanOrEqual(least);
}

/** Looks at its whole queue and keeps a count. */
const hashed = definePolicy({
  name: "hashed", version: 1, parameters: { step: 7 }, initial: { picks: 0 },
  pick: (ready, { picks }: { picks: number }, { step }) => ({ position: (picks * step + ready.at(0).actor) % ready.length, state: { picks: picks + 1 } }),
});

const POLICIES: readonly (readonly [string, PolicyChoice])[] = [
  ...POLICY_NAMES.map((name) => [name, name] as const),
  ["a plug-in", hashed],
  ["priority without aging", { name: "priority", parameters: { agingQuantum: 0 } }],
];

describe("a run put down between two ticks and taken up again", () => {
  it.each(POLICIES)("goes on with the same frames whatever its actors do, under %s", async (_, policy) => {
    await whatever(wanderer, (seed) => wandering({ seed, policy }), 8);
  });

  it("goes on with the same frames in time slices, with mailboxes that fill, and where nobody may look at it", async () => {
    await whatever(wanderer, (seed) => wandering({ seed, slice: 1 + seed.length, mailboxBound: 3 }), 4);
    await whatever(wanderer, (seed) => wandering({ seed, allow: ["EXECUTE_K", "IPC_SEND", "SPAWN", "ALLOCATE_Q", "EXECUTE_Q", "MEASURE_Q"] }), 4);
  });

  it("goes on with the same frames when faults befall it", async () => {
    const faults = [
      { at: 3, kind: "domain-freeze", domain: "Q" }, { at: 7, kind: "domain-thaw", domain: "Q" }, { at: 11, kind: "hardware-failure", domain: "Q" }, { at: 20, kind: "domain-freeze", domain: "PHI" },
      { at: 30, kind: "hardware-failure", domain: "Q" },
    ] as const;
    await whatever(wanderer, (seed) => wandering({ seed, faults, recovery: { version: 1, rules: [{ fault: "Q_ERR_HARDWARE_FAILURE", action: "retry", limit: 2 }] } }), 4);
  });

  it("goes on with the same frames where bodies are brought back by very few answers", async () => {
    await whatever(wanderer, (seed) => wandering({ seed, answers: 3 }), 2);
  });

  it("goes on with the same frames under a program that does anything, wherever it lets itself be put down", async () => {
    await whatever(monkey(), (seed) => ({ seed, bounds: { turns: 200 } }), RUNS); // at least before the root's first turn
  });

  it.each([["by themselves", { effects: true }], ["with children", { children: true, effects: true }]])("brings machines back as they say they are, %s", async (_, options) => {
    let [points, saved] = [0, 0];
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 0x7fffffff }), fc.integer({ min: 0, max: 0x7fffffff }), async (seed, order) => {
      const child = defineProcess({ name: "child", *run({ k }, _input: unknown) { yield* k.receive({ within: 3 }); } });
      const machine = defineMachine({ name: "machine", machine: machineFrom(seed, options, { child: fromProcess(child) }) });
      const events = eventsFrom(order, 24);
      const root = defineProcess({
        name: "driver",
        *run({ k }, at: { readonly at: number; readonly to: number } | null) {
          const to = at?.to ?? (yield* k.spawn(machine, undefined as never)).process;
          const event = events[at?.at ?? 0];
          if (event === undefined) return "over";
          try {
            yield* k.send(to as never, event);
          } catch { return "it ended"; }
          yield* k.sleep(1 + order % 3);
          return yield* k.continueWith({ at: (at?.at ?? 0) + 1, to } as never);
        },
      }) as Behaviour;
      const whole = await everyPoint(root, { definitions: new Map([[machine.name, machine as Behaviour], [child.name, child]]), answers: 1 + order % 4, bounds: MACHINE_BOUNDS });
      points += whole.kept.length;
      for (const { state } of whole.kept) saved += (unpack(state) as { living: readonly { body: { kind: string } }[] }).living.filter(({ body }) => body.kind === "saved").length;
    }), { numRuns: LONG ? 500 : 20, examples: MULTIPLYING });
    expect([points > 20, saved > 10]).toEqual([true, true]);
  });
});
