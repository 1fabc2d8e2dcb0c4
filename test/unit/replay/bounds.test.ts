// Bounds as evidence: a trace is held to what its header allows, and to the bound it says it ended at.
import { describe, expect, it } from "vitest";
import { k } from "../../../domains/k/api/operations.ts";
import type { Bounds } from "../../../kernel-abi/header.ts";
import { DEFAULT_BOUNDS } from "../../../kernel-abi/limits.ts";
import { EVENT, type Frame } from "../../../kernel-abi/frame.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import { record, recording } from "../../support/recordings.ts";
import { refusalOf, verified } from "../../support/refusals.ts";
import { allVerbs, run, toyAdmission } from "../../support/run.ts";
import { reserve, submit, toy } from "../../support/toy.ts";

const PROVIDERS = [...toyAdmission("Q").providers, ...toyAdmission("PHI").providers];
/** Six turns and ticks or so, messages to itself, one shot. */
const busy = toy("root", ["Q"], function* () {
  const me = (yield* k.self()) as never;
  const contract = yield* reserve("Q", { units: 1 });
  yield* submit("Q", contract);
  yield* submit("Q", contract);
  for (let round = 0; round < 3; round++) {
    yield* k.send(me, { round });
    yield* k.receive();
    yield* k.sleep(1);
  }
  return 0;
});
const sealed = (frames: readonly Frame[], status: "completed" | "bounded", bounds: Partial<Bounds> = {}, slice?: number): Uint8Array =>
  record(frames, { recording: recording({ allow: [...allVerbs], providers: PROVIDERS, bounds: { ...DEFAULT_BOUNDS, ...bounds }, ...(slice === undefined ? {} : { slice }) }), status }).file;
const rule = (file: Uint8Array): unknown => {
  const { fault, detail } = refusalOf(file);
  expect(fault).toBe("TRACE_INCONSISTENT");
  return detail["rule"];
};

describe("a run's bounds", () => {
  it("are kept by its frames, to the last turn, tick, message, shot and byte", async () => {
    const { frames, end } = await run(busy, {});
    const { tick: ticks, turns, messages, shots } = end;
    expect([end.status, messages, shots > 0]).toEqual(["completed", 3, true]);
    expect(verified(sealed(frames, "completed", { ticks, turns, messages, shots }))).toMatchObject({ status: "completed" });
    expect(rule(sealed(frames, "completed", { turns: turns - 1 }))).toBe("a run takes no turn beyond its bounds");
    expect(rule(sealed(frames, "completed", { bytes: 1 }))).toBe("a run takes no turn beyond its bounds");
    expect(rule(sealed(frames, "completed", { ticks: ticks - 1 }))).toBe("a run stays within its bounds");
    expect(rule(sealed(frames, "completed", { messages: messages - 1 }))).toBe("a run stays within its bounds");
    expect(rule(sealed(frames, "completed", { shots: shots - 1 }))).toBe("a run stays within its bounds");
  });

  it.each(["turns", "bytes", "ticks", "messages", "shots"] as const)("are named by a run that ends at one: %s", async (bound) => {
    const whole = await run(busy, {});
    const limit = { turns: 3, bytes: 500, ticks: 2, messages: 1, shots: whole.end.shots - 1 }[bound];
    const bounds = { ...DEFAULT_BOUNDS, [bound]: limit };
    const { frames, end } = await run(busy, { bounds });
    expect(end).toMatchObject({ status: "bounded", fault: { detail: { bound, limit } } });
    expect(verified(sealed(frames, "bounded", bounds))).toMatchObject({ status: "bounded" });
    expect(rule(sealed(frames, "bounded", { [bound]: limit + 1_000_000 }))).toBe("a bounded run names the bound that was reached");
    const said = (changes: object): readonly Frame[] => frames.map((frame): Frame => (frame.kind === "turn" ? frame : { ...frame, entries: frame.entries.map((entry) => {
      if (entry.code !== EVENT.RUN_END) return entry;
      const body = unpack(entry.body) as { fault: { detail: object } };
      return { ...entry, body: pack({ ...body, fault: { ...body.fault, detail: { ...body.fault.detail, ...changes } } }) };
    }) }));
    expect(rule(sealed(said({ bound: "patience" }), "bounded", bounds))).toBe("a bounded run names the bound that was reached");
    expect(rule(sealed(said({ limit: limit + 1 }), "bounded", bounds))).toBe("a bounded run names the bound that was reached");
    if (bound === "turns" || bound === "bytes") expect(rule(sealed(said({ limit: 100_000 }), "bounded", { [bound]: 100_000 }))).toBe("a bounded run has used up its bound");
  });

  it("are cut into slices only where the header has them", async () => {
    const { frames } = await run(busy, { slice: 2 });
    expect(verified(sealed(frames, "completed", {}, 2))).toMatchObject({ status: "completed" });
    expect(rule(sealed(frames, "completed"))).toBe("a turn is cut where the run has time slices");
  });
});
