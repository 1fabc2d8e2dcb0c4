// Forks: from any position, with nothing altered, the parent's frames; with other faults or another program, the parent's up to there.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openBundle, walk } from "../../../../replay/bundle.ts";
import { eventCount } from "../../../../replay/entry/count.ts";
import { createMemorySink, memorySource } from "../../../../runtime/adapters/memory.ts";
import { forkRun, type ForkOptions } from "../../../../runtime/app/fork.ts";
import { record } from "../../../../runtime/app/record.ts";
import { replayTrace, verifyTrace } from "../../../../runtime/app/trace.ts";
import { bell, defineProcess, Fault } from "../../../../runtime/app/index.ts";
import { traceFile } from "../../../golden/catalogue.ts";
import { scratch } from "../../../support/cli.ts";
import { testSigner } from "../../../support/signer.ts";

scratch();
const framesOf = (bytes: Uint8Array): string[] => [...walk(memorySource(bytes))].map(({ block, start, end }) => Buffer.from(block.payload.subarray(start, end)).toString("hex"));
const eventsOf = (bytes: Uint8Array): number => [...walk(memorySource(bytes))].reduce((sum, { frame }) => sum + eventCount(frame), 0);

async function forked(trace: Uint8Array, options: Omit<ForkOptions, "out" | "allow">): Promise<Uint8Array> {
  const out = createMemorySink();
  await forkRun(trace, { allow: ["Q", "PHI"], workers: 0, signer: testSigner(), ...options, out });
  return Uint8Array.from(out.bytes());
}

describe("a fork with nothing altered", () => {
  it.each(["wanderer-1", "jobs", "family"])("of %s has its parent's frames, from any position, and says whose it is", async (name) => {
    const parent = readFileSync(traceFile("0.1.0", name));
    const [frames, { digest }, last] = [framesOf(parent), await verifyTrace(parent), eventsOf(parent)];
    for (const at of [1, Math.floor(last / 2), last - 5]) {
      const fork = await forked(parent, { at, trustProgram: true });
      expect(framesOf(fork)).toEqual(frames);
      const { fork: named } = openBundle(memorySource(fork)).recording.header;
      expect(named?.digest).toBe(digest);
      expect(named?.event).toBeGreaterThanOrEqual(at);
      expect((await verifyTrace(fork)).ok).toBe(true);
      expect((await replayTrace(fork, { trustProgram: true })).complete).toBe(true);
    }
    await expect(forked(parent, { at: last, trustProgram: true })).rejects.toMatchObject({ fault: "USAGE" });
    await expect(forked(parent, { at: last + 1, trustProgram: true })).rejects.toMatchObject({ fault: "USAGE" });
  });
});

const counting = (times: number, from = 0): ReturnType<typeof defineProcess> => defineProcess({
  name: "counting",
  *run({ k }) {
    for (let at = 0; at < times; at++) {
      yield* k.log("at", { at: at >= 5 ? at + from : at });
      yield* k.sleep(1);
    }
    return times;
  },
});

describe("a fork with another program", () => {
  it("goes on with it, and is refused when it did otherwise before the position", async () => {
    const sink = createMemorySink();
    await record({ program: counting(8), seed: "s", workers: 0, signer: testSigner(), out: sink });
    const parent = Uint8Array.from(sink.bytes());
    const at = Math.floor(eventsOf(parent) / 2);
    const fork = await forked(parent, { at, program: counting(8, 100) });
    const [mine, theirs] = [framesOf(fork), framesOf(parent)];
    const parted = mine.findIndex((frame, place) => frame !== theirs[place]);
    expect(parted).toBeGreaterThan(2);
    expect(mine).toHaveLength(theirs.length);
    await expect(forked(parent, { at: eventsOf(parent) - 6, program: counting(8, 100) })).rejects.toMatchObject({ fault: "REPLAY_DIVERGED" });
  });
});

const measuring = defineProcess({
  name: "measuring", domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 4_000 });
    const seen: string[] = [];
    for (let at = 0; at < 5; at++) {
      try {
        seen.push((yield* q.measure(yield* q.submit(contract, bell().measureAll()))).join(""));
      } catch (fault) {
        seen.push(fault instanceof Fault ? fault.fault : "another error");
      }
      yield* k.log("round", { at, word: yield* k.file("word") });
    }
    return seen;
  },
});

describe("a fork under other circumstances", () => {
  const recorded = async (): Promise<Uint8Array> => {
    const sink = createMemorySink();
    await record({ program: measuring, seed: "3", workers: 0, signer: testSigner(), files: { word: "old" }, out: sink });
    return Uint8Array.from(sink.bytes());
  };
  const resultOf = async (trace: Uint8Array): Promise<unknown> => {
    const { end, complete } = await replayTrace(trace, { program: measuring });
    expect(complete).toBe(true);
    return end?.status === "completed" ? end.result : end;
  };

  it("meets the faults it was given, each at its tick, and goes on from the same outcomes", async () => {
    const parent = await recorded();
    const before = await resultOf(parent) as string[];
    const fork = await forked(parent, { at: 45, program: measuring, faults: [{ at: 4, kind: "hardware-failure", domain: "Q" }] });
    expect(await resultOf(fork)).toEqual([before[0], before[1], before[2], "Q_ERR_HARDWARE_FAILURE", before[4]]);
  });

  it("reads the texts it was given from the position on", async () => {
    const fork = await forked(await recorded(), { at: 20, program: measuring, files: { word: "new" } });
    expect(await resultOf(fork)).toHaveLength(5);
    expect([...walk(memorySource(fork))].some(({ frame }) => frame.entries.some(({ body }) => Buffer.from(body).includes("new")))).toBe(true);
  });

  it("is refused in words of its own when an alteration shows before the position", async () => {
    const parent = await recorded();
    await expect(forked(parent, { at: 70, program: measuring, faults: [{ at: 4, kind: "hardware-failure", domain: "Q" }] })).rejects.toMatchObject({ fault: "RESUME_REFUSED", detail: { why: "what was altered shows before the position" } });
    await expect(forked(parent, { at: 70, program: measuring, files: { word: "new" } })).rejects.toMatchObject({ fault: "REPLAY_DIVERGED" });
  });
});
