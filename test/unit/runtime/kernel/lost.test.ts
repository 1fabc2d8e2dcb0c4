// What a process lost while it was suspended: recorded at its resumption, and told to it.
import { describe, expect, it } from "vitest";
import { k } from "../../../../domains/k/api/operations.ts";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { allVerbs, checkConsistent, run } from "../../../support/run.ts";
import { codeOf, reserve, submit, toy } from "../../../support/toy.ts";

const worker = toy("worker", ["Q"], function* () {
  const [brief, long] = [yield* reserve("Q", { end: 6 }), yield* reserve("Q")];
  yield* k.sleep(4);
  return [yield* k.lost(), yield* codeOf(submit("Q", brief)), yield* codeOf(submit("Q", long))];
});
const suspended = (ticks: number) => toy("root", ["Q"], function* () {
  const child = yield* k.spawn(worker as never);
  yield* k.sleep(2);
  yield* k.suspend(child);
  yield* k.sleep(ticks);
  yield* k.resume(child);
  return yield* k.join(child);
});

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
