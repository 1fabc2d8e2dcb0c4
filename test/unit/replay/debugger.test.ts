// The debugger: the state of a run at any event, the same forwards and backwards, and the machine's own where it can be asked.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Debugger, stateDigest } from "../../../replay/debugger.ts";
import { memorySource } from "../../../runtime/adapters/memory.ts";
import { replayTrace } from "../../../runtime/app/trace.ts";
import { FOLDER } from "../../golden/catalogue.ts";
import { faultOf } from "../../support/refusals.ts";

const golden = (name: string): Uint8Array => readFileSync(join(FOLDER, name));
const TRACES = ["0.1.0/family.triad", "0.1.0/contracts.triad", "0.1.0/mail.triad", "0.1.0/wanderer-1.triad", "0.1.1/afterwards.triad"];

describe.each(TRACES)("at every event of %s", (name) => {
  const bytes = golden(name);

  it("the state backwards is the state forwards", () => {
    const debug = new Debugger(memorySource(bytes));
    const forward: [number, string][] = [];
    for (let state = debug.step(); state !== undefined; state = debug.step()) forward.push([state.position.event, stateDigest(state)]);
    expect(forward.length).toBeGreaterThan(10);
    expect(new Set(forward.map(([, digest]) => digest)).size).toBe(forward.length); // each frame changes something: the position
    const sample = forward.filter((_, at) => at % Math.ceil(forward.length / 40) === 0).reverse();
    for (const [event, digest] of sample) expect(stateDigest(debug.at(event))).toBe(digest);
    const [, second] = forward;
    const back = new Debugger(memorySource(bytes));
    back.at(forward[2]?.[0] ?? 0);
    expect(stateDigest(back.stepBack())).toBe(second?.[1]);
  });

  it("an event within a frame has the state of the frame, and none has that of nothing", () => {
    const debug = new Debugger(memorySource(bytes));
    const { position } = debug.at(1);
    expect(position.event).toBeGreaterThan(1);
    for (let event = 1; event <= position.event; event++) expect(debug.at(event).position).toEqual(position);
    expect(debug.at(0)).toMatchObject({ position: { event: 0, frames: 0, tick: 0 }, processes: [], contracts: [], jobs: [] });
    expect(faultOf(() => debug.at(10_000_000)).fault).toBe("USAGE");
    expect(faultOf(() => debug.at(-1)).fault).toBe("USAGE");
    expect(debug.state.ended).toBe(true);
    expect(debug.state.processes).toEqual([]);
    expect(debug.step()).toBeUndefined();
  });

  it("is what the machine says of itself when it pauses there", async () => {
    const debug = new Debugger(memorySource(bytes));
    const ends = new Map<number, number>();
    for (let state = debug.step(); state !== undefined; state = debug.step()) ends.set(state.position.tick, state.position.event);
    const ticks = [...ends].slice(1, -1).filter((_, at, all) => at % Math.ceil(all.length / 8) === 0);
    for (const [tick, event] of ticks) {
      const { end } = await replayTrace(bytes, { trustProgram: true, until: tick });
      if (end?.status !== "paused") continue;
      const live = end.processes.filter(({ state }) => state === "active" || state === "suspended");
      const seen = debug.at(event).processes;
      expect(seen.map(({ name: of, lifecycle, waits, mailbox }) => [of, lifecycle, waits.length > 1 ? "select" : waits[0]?.on, mailbox.length]))
        .toEqual(live.map(({ name: of, state, waitsFor, inbox }) => [of, state, waitsFor === "select" ? expect.anything() : waitsFor, inbox]));
    }
  });
});

describe("golden traces", () => {
  it("can all be walked", () => {
    for (const version of readdirSync(FOLDER).filter((folder) => /^\d/.test(folder))) {
      for (const file of readdirSync(join(FOLDER, version))) {
        const debug = new Debugger(memorySource(golden(`${version}/${file}`)));
        while (debug.step() !== undefined) { /* on */ }
        expect(debug.state.ended).toBe(true);
      }
    }
  });
});
