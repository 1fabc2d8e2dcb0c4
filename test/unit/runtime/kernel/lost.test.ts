// What a process lost while it was suspended: recorded at its resumption, and told to it.
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import { pack, unpack } from "../../../../kernel-abi/packer.ts";
import { allVerbs, checkConsistent, run } from "../../../support/run.ts";
import { codeOf, reserve, submit, toy } from "../../../support/toy.ts";

const worker = toy("worker", ["Q"], function* () {
  const [brief, long] = [yield* reserve("Q", { end: 6 }), yield* reserve("Q")];
  yield* k.sleep(4);
  return [yield* k.lost(), yield* codeOf(submit("Q", brief)), yield* codeOf(submit("Q", long))];
});
/** Suspends a child at tick 3 and resumes it so many ticks later. */
const suspending = (behaviour: ReturnType<typeof toy>) => (ticks: number) => toy("root", ["Q"], function* () {
  const child = yield* k.spawn(behaviour as never);
  yield* k.sleep(2);
  yield* k.suspend(child);
  yield* k.sleep(ticks);
  yield* k.resume(child);
  return yield* k.join(child);
});

const suspended = suspending(worker);

describe("a process that is resumed", () => {
  it("is told which of its contracts ended meanwhile, in the record too", async () => {
    const { end, frames } = await run(suspended(9));
    expect(end.result).toEqual([[1], "CONTRACT_INVALID", "OK"]);
    const told = frames.flatMap(({ entries }) => entries).filter(({ code }) => code === EVENT.CONTRACTS_LOST);
    expect(told.map(({ body }) => unpack(body))).toEqual([{ contracts: [1] }]);
    const silent = frames.map((frame) => ({ ...frame, entries: frame.entries.filter((entry) => !told.includes(entry)) }));
    expect(() => { checkConsistent(silent, allVerbs); }).toThrow(expect.objectContaining({ fault: "TRACE_INCONSISTENT" }) as Error);
  });

  it("is told of none that ended before or after, nor in runs that were recorded before", async () => {
    expect((await run(suspended(1))).end.result).toEqual([[], "CONTRACT_INVALID", "OK"]);
    const old = await run(suspended(9), { flags: ["sequentialSampling", "exitAtNextTick"] });
    expect(old.frames.flatMap(({ entries }) => entries).some(({ code }) => code === EVENT.CONTRACTS_LOST)).toBe(false);
  });
});

describe("a process whose calibrations end while it is suspended", () => {
  const calibrated = toy("calibrated", ["Q"], function* () {
    const [brief, long] = [yield* reserve("Q", { calibratedUntil: 5, grace: 1 }), yield* reserve("Q")];
    yield* k.sleep(4);
    return [yield* k.uncalibrated(), yield* k.lost(), yield* codeOf(submit("Q", brief)), yield* codeOf(submit("Q", long))];
  });
  const away = suspending(calibrated);
  const toldIn = (frames: Awaited<ReturnType<typeof run>>["frames"]) => frames.flatMap(({ entries }) => entries).filter(({ code }) => code === EVENT.CALIBRATIONS_LOST);

  it("is told under which contracts, in the record too: by schedule at the end of the grace", async () => {
    // Suspended at tick 3: the calibration ends at 6.
    expect((await run(away(2))).end.result).toEqual([[], [], "OK", "OK"]);
    const { end, frames } = await run(away(3));
    expect(end.result).toEqual([[1], [], "OK", "OK"]);
    expect(toldIn(frames).map(({ body }) => unpack(body))).toEqual([{ contracts: [1] }]);
    const silent = frames.map((frame) => ({ ...frame, entries: frame.entries.filter((entry) => !toldIn(frames).includes(entry)) }));
    expect(() => { checkConsistent(silent, allVerbs); }).toThrow(expect.objectContaining({ fault: "TRACE_INCONSISTENT" }) as Error);
  });

  it("is not told of one that ended at the very tick at which it was suspended", async () => {
    for (const [until, told] of [[3, 0], [4, 1]] as const) {
      const { end, frames } = await run(suspending(toy("brief", ["Q"], function* () {
        yield* reserve("Q", { calibratedUntil: until });
        yield* k.sleep(9);
        return (yield* k.uncalibrated()).length;
      }))(9));
      expect([until, end.fault, end.result, toldIn(frames).length]).toEqual([until, null, told, told]);
    }
  });

  it("or early, by a fault of the provider; and refused work under them", async () => {
    const faults = [{ kind: "calibration-expiry", at: 5, domain: "Q" } as never];
    const { end, frames } = await run(away(9), { faults });
    expect(end.result).toEqual([[1, 2], [], "Q_ERR_CALIBRATION_INVALID", "Q_ERR_CALIBRATION_INVALID"]);
    expect(toldIn(frames).map(({ body }) => unpack(body))).toEqual([{ contracts: [1, 2] }]);
    for (const contracts of [[2], [1, 3], [2, 1], [1, 2, 3]]) {
      const other = frames.map((frame) => ({ ...frame, entries: frame.entries.map((entry) => (toldIn(frames).includes(entry) ? { ...entry, body: pack({ contracts }) } : entry)) }));
      expect(() => { checkConsistent(other, allVerbs, { faults }); }).toThrow(expect.objectContaining({ detail: expect.objectContaining({ rule: "who is resumed is told whose calibration ended" }) }));
    }
  });

  it("is told nothing of what ended before it was suspended, nor twice", async () => {
    const again = toy("root", ["Q"], function* () {
      const child = yield* k.spawn(toy("patient", ["Q"], function* () {
        yield* reserve("Q", { calibratedUntil: 5 });
        yield* k.sleep(30);
        return yield* k.uncalibrated();
      }) as never);
      yield* k.sleep(2);
      for (const ticks of [9, 4]) {
        yield* k.suspend(child);
        yield* k.sleep(ticks);
        yield* k.resume(child);
      }
      return yield* k.join(child);
    });
    const { end, frames } = await run(again);
    expect([end.result, toldIn(frames).length]).toEqual([[], 1]);
  });

  it("in runs that were recorded before: not told", async () => {
    const { end, frames } = await run(away(9), { flags: ["sequentialSampling", "exitAtNextTick", "placesForStrands", "scopesCoverWork", "resumeTellsLost"] });
    expect([end.result, toldIn(frames).length]).toEqual([[[], [], "OK", "OK"], 0]);
  });
});
