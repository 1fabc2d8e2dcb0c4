// Forks: from any position, with nothing altered, the parent's frames; with other faults or another program, the parent's up to there.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseHeader } from "../../../../kernel-abi/header.ts";
import { SYSCALL } from "../../../../kernel-abi/syscall.ts";
import { openBundle, walk } from "../../../../replay/bundle.ts";
import { eventCount } from "../../../../replay/entry/count.ts";
import { createMemorySink, memorySource } from "../../../../runtime/adapters/memory.ts";
import { forkRun, type ForkOptions } from "../../../../runtime/app/fork.ts";
import { record } from "../../../../runtime/app/record.ts";
import { replayTrace, reproduceTrace, verifyTrace } from "../../../../runtime/app/trace.ts";
import { bell, circuit, defineProcess, Fault } from "../../../../runtime/app/index.ts";
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

/** Waits for an outcome in each round, so its blocks are short and many. */
const waiting = (rounds: number): ReturnType<typeof defineProcess> => defineProcess({
  name: "waiting",
  domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 100_000, shots: rounds, duration: 100_000 });
    let ones = 0;
    for (let round = 0; round < rounds; round++) {
      const bits = yield* q.measure(yield* q.submit(contract, bell().measureAll()));
      ones += bits[0] ?? 0;
      yield* k.log("round", { round, ones });
    }
    return ones;
  },
});

describe("a fork far behind the beginning of a run that waits often", () => {
  it("has its parent's blocks, from any position: it waits where its parent waited", async () => {
    const program = waiting(400);
    const sink = createMemorySink();
    const { end } = await record({ program, seed: "s", workers: 0, signer: testSigner(), out: sink });
    expect(end.fault).toBeNull();
    const parent = Uint8Array.from(sink.bytes());
    const [frames, last] = [framesOf(parent), eventsOf(parent)];
    expect(frames.length).toBeGreaterThan(1_100); // more than one block would hold of them
    const blocksOf = (bytes: Uint8Array): readonly number[] => [...walk(memorySource(bytes))].map(({ block }) => block.index);
    for (const at of [Math.floor(last / 20), Math.floor(last / 2), last - 20]) {
      const fork = await forked(parent, { at, program });
      expect([at, framesOf(fork)]).toEqual([at, frames]);
      expect(blocksOf(fork)).toEqual(blocksOf(parent));
      const other = await forked(parent, { at, program, seed: "another" });
      expect((await replayTrace(other, { program })).complete).toBe(true);
    }
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
    await expect(forked(parent, { at: 70, program: measuring, faults: [{ at: 4, kind: "hardware-failure", domain: "Q" }] })).rejects.toMatchObject({ fault: "RESUME_REFUSED", detail: { why: expect.stringMatching(/^what was altered would have shown before the position/) as string } });
    await expect(forked(parent, { at: 70, program: measuring, files: { word: "new" } })).rejects.toMatchObject({ fault: "REPLAY_DIVERGED" });
  });
});

const drawing = defineProcess({
  name: "drawing", domains: ["Q"],
  *run({ k, q }) {
    const contract = yield* q.reserve({ qubits: 8, budget: 4_000 });
    const coins = circuit(8).h(0).h(1).h(2).h(3).h(4).h(5).h(6).h(7).measureAll();
    const seen: string[] = [];
    for (let at = 0; at < 4; at++) {
      const job = yield* q.submit(contract, coins);
      const drawn = (yield* k.randomUint32("dice")).toString(36);
      yield* k.log("round", { at, drawn });
      seen.push(`${drawn} ${(yield* q.measure(job)).join("")}`);
    }
    return seen;
  },
});

describe("a fork with a seed of its own", () => {
  const recorded = async (): Promise<Uint8Array> => {
    const sink = createMemorySink();
    await record({ program: drawing, seed: "parent", workers: 0, signer: testSigner(), out: sink });
    return Uint8Array.from(sink.bytes());
  };
  const resultOf = async (trace: Uint8Array): Promise<readonly string[]> => {
    const { end } = await replayTrace(trace, { program: drawing });
    return end?.status === "completed" ? end.result as string[] : [];
  };
  const seeded = (parent: Uint8Array, at: number, seed: string): Promise<Uint8Array> => forked(parent, { at, program: drawing, seed });
  /** The event of the LOG of round `at`. */
  const roundEvent = (trace: Uint8Array, at: number): number => {
    let [events, rounds] = [0, 0];
    for (const { frame } of walk(memorySource(trace))) {
      events += eventCount(frame);
      if (frame.entries.some(({ code }) => code === SYSCALL.LOG) && rounds++ === at) return events;
    }
    throw new Error("no such round");
  };

  it("draws otherwise behind the position alone: what was drawn, and jobs under way, stay as they were", async () => {
    const parent = await recorded();
    const before = await resultOf(parent);
    const at = roundEvent(parent, 1);
    const fork = await seeded(parent, at, "mine");
    const after = await resultOf(fork);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2)); // the job of round 1 was submitted in the frame of the position
    for (const round of [2, 3]) for (const part of [0, 1]) expect(after[round]!.split(" ")[part]).not.toBe(before[round]!.split(" ")[part]);
    expect(openBundle(memorySource(fork)).recording.header).toMatchObject({ seed: "parent", reseeds: [{ after: at, seed: "mine" }] });
    expect(await resultOf(await seeded(parent, at, "mine"))).toEqual(after);
    expect(await resultOf(await seeded(parent, at, "yours"))).not.toEqual(after);
    expect((await verifyTrace(fork)).ok).toBe(true);
    expect((await reproduceTrace(fork, { program: drawing, workers: 0 })).complete).toBe(true);
  });

  it("draws otherwise from the very next turn on", async () => {
    const dice = defineProcess({ name: "dice", *run({ k }) { for (let at = 0; at < 5; at++) { yield* k.log("drawn", yield* k.random()); yield* k.sleep(1); } } });
    const sink = createMemorySink();
    await record({ program: dice, seed: "parent", workers: 0, signer: testSigner(), out: sink });
    const parent = Uint8Array.from(sink.bytes());
    const at = roundEvent(parent, 2);
    const theirs = framesOf(parent);
    const mine = framesOf(await forked(parent, { at, program: dice, seed: "mine" }));
    let events = 0;
    const position = [...walk(memorySource(parent))].findIndex(({ frame }) => (events += eventCount(frame)) === at);
    expect(mine.findIndex((frame, place) => frame !== theirs[place])).toBe(position + 1);
  });

  it("from the beginning draws what a run under that seed draws", async () => {
    const sink = createMemorySink();
    await record({ program: drawing, seed: "mine", workers: 0, signer: testSigner(), out: sink });
    expect(await resultOf(await seeded(await recorded(), 0, "mine"))).toEqual(await resultOf(Uint8Array.from(sink.bytes())));
  });

  it("is forked again: earlier seeds stay, later ones give way to a new one", async () => {
    const parent = await recorded();
    const [early, late] = [roundEvent(parent, 0), roundEvent(parent, 2)];
    const once = await seeded(parent, early, "one");
    expect(framesOf(await forked(once, { at: late, program: drawing }))).toEqual(framesOf(once));
    const twice = await seeded(once, late, "two");
    expect(openBundle(memorySource(twice)).recording.header.reseeds).toEqual([{ after: early, seed: "one" }, { after: late, seed: "two" }]);
    expect((await resultOf(twice)).slice(0, 3)).toEqual((await resultOf(once)).slice(0, 3));
    const back = await seeded(twice, early, "three");
    expect(openBundle(memorySource(back)).recording.header.reseeds).toEqual([{ after: early, seed: "three" }]);
  });

  it("is refused without one, and a header whose seeds do not rise is none", async () => {
    const parent = await recorded();
    await expect(seeded(parent, 5, "")).rejects.toMatchObject({ fault: "USAGE" });
    const { header } = openBundle(memorySource(await seeded(parent, 5, "s"))).recording;
    const again = (reseeds: readonly object[]): unknown => parseHeader({ ...header, reseeds });
    expect(again([{ after: 0, seed: "a" }, { after: 1, seed: "b" }])).toBeDefined();
    for (const wrong of [[], [{ after: 1, seed: "" }], [{ after: -1, seed: "a" }], [{ after: 3, seed: "a" }, { after: 3, seed: "b" }]]) expect(() => again(wrong)).toThrow(expect.objectContaining({ fault: "ABI_MALFORMED" }) as Error);
  });
});

describe("a fork with another input", () => {
  const counts = defineProcess({ name: "counts", *run({ k }, input: unknown) { yield* k.log("input", input); yield* k.sleep(1); return input; } });
  const recorded = async (): Promise<Uint8Array> => {
    const sink = createMemorySink();
    await record({ program: counts as never, seed: "s", input: { n: 1 }, workers: 0, signer: testSigner(), out: sink });
    return Uint8Array.from(sink.bytes());
  };

  it("goes its own way from the beginning; behind it, it is refused", async () => {
    const parent = await recorded();
    const fork = await forked(parent, { at: 0, program: counts as never, input: { n: 2 } });
    expect((await replayTrace(fork, { program: counts as never })).end).toMatchObject({ result: { n: 2 } });
    expect(openBundle(memorySource(fork)).recording).toMatchObject({ inputs: { input: { n: 2 } }, header: { fork: { digest: (await verifyTrace(parent)).digest, event: 0 } } });
    expect(framesOf(await forked(parent, { at: 0, program: counts as never }))).toEqual(framesOf(parent));
    await expect(forked(parent, { at: 1, program: counts as never, input: { n: 2 } })).rejects.toMatchObject({ fault: "USAGE", detail: { option: "input" } });
    await expect(forked(parent, { at: -1, program: counts as never })).rejects.toMatchObject({ fault: "USAGE" });
  });
});
