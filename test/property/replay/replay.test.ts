// Whatever a program does: its recording replays to the same digest, a replay of the replay too, and its outcomes reproduce.
import { describe, expect, it } from "vitest";
import { tick } from "../../../kernel-abi/ids.ts";
import { openBundle, type Bundle } from "../../../replay/bundle.ts";
import { Recorder } from "../../../replay/recorder.ts";
import { replay } from "../../../replay/replayer.ts";
import { reproduce } from "../../../replay/reproduce.ts";
import { verifiedByBoth } from "../../support/independent.ts";
import { memorySource, MemorySink } from "../../support/memory.ts";
import { monkey } from "../../support/monkey.ts";
import { HOST } from "../../support/recordings.ts";
import { toyOutcomes } from "../../support/run.ts";
import { testSigner } from "../../support/signer.ts";
import { ask, toy, type Body } from "../../support/toy.ts";
import { toyMachine, toyRecording } from "../../support/toy-machine.ts";

const machine = toyMachine(() => monkey());
const seal = { signer: testSigner(), host: HOST };

/** Outcomes arrive in an order of their own; the record must not show it. */
async function recorded(seed: number, shuffle: number): Promise<Uint8Array> {
  const sink = new MemorySink();
  const recording = toyRecording(`wild ${seed}`, seed % 4 === 0 ? { turns: 60 } : {});
  const recorder = new Recorder({ recording, sink });
  const end = await machine.run({ recording, journal: recorder, outcomes: toyOutcomes((job) => (job * shuffle) % 5) });
  if (end.status === "paused") throw new Error("paused without until");
  recorder.seal({ ...seal, end });
  return sink.bytes();
}
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const bundle = (bytes: Uint8Array): Bundle => openBundle(memorySource(bytes));

describe("a recording of a wild program", () => {
  it("is the same whatever the order in which outcomes arrive, and replays to itself, twice", async () => {
    for (let seed = 0; seed < 16; seed++) {
      const file = await recorded(seed, 3);
      const { digest, frames, events } = verifiedByBoth(file);
      expect(same(await recorded(seed, 2), file)).toBe(true);
      let copy = file;
      for (let round = 0; round < 2; round++) {
        const sink = new MemorySink();
        const report = await replay(bundle(copy), machine, { rerecord: { sink, seal } });
        expect(report).toMatchObject({ digest, frames, events, complete: true });
        copy = sink.bytes();
        expect(same(copy, file)).toBe(true);
      }
    }
  });

  it("reproduces, and pauses anywhere", async () => {
    for (let seed = 30; seed < 38; seed++) {
      const file = await recorded(seed, 1);
      const { digest, events } = verifiedByBoth(file);
      const report = await reproduce(bundle(file), machine, { open: () => toyOutcomes() });
      expect(report).toMatchObject({ digest, complete: true, unconfirmed: 0 });
      for (const until of [1, 3, 9, 27]) {
        const paused = await replay(bundle(file), machine, { until: tick(until) });
        if (paused.complete) expect(paused.digest).toBe(digest);
        else expect(paused.events).toBeLessThan(events);
      }
    }
  });

  it("of another program diverges", async () => {
    const file = await recorded(2, 1);
    const another = toy("monkey", ["Q", "PHI"], function* (): Body { return yield* ask({ domain: "K", op: "now" }); });
    await expect(replay(bundle(file), toyMachine(() => another))).rejects.toMatchObject({ fault: "REPLAY_DIVERGED" });
  });
});
