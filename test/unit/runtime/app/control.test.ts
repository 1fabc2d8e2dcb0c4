// Control over the real domains, recorded, verified, replayed and reproduced.
import { describe, expect, it } from "vitest";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { hybrid } from "../../../types/accepted/control.ts";
import { all, record, replayTrace, within, reproduceTrace, verifyTrace, defineProcess, type ProcessDefinition } from "../../../../runtime/app/index.ts";
import { testSigner } from "../../../support/signer.ts";

async function recorded(program: ProcessDefinition<undefined, unknown>, options: object = {}): Promise<{ readonly bytes: Uint8Array; readonly digest: string; readonly result: unknown; readonly status: string }> {
  const sink = createMemorySink();
  const { end, digest } = await record({ program, out: sink, seed: "control", workers: 0, signer: testSigner(), ...options });
  return { bytes: Uint8Array.from(sink.bytes()), digest, result: end.result, status: end.status };
}

describe("control over real domains", () => {
  it("records winners, and replays and reproduces to the same digest", async () => {
    const run = await recorded(hybrid);
    expect(run.status).toBe("completed");
    expect((run.result as unknown[]).slice(1)).toEqual([7, 7, "finished", 7]);
    expect((await verifyTrace(run.bytes)).digest).toBe(run.digest);
    expect((await replayTrace(run.bytes, { program: hybrid })).digest).toBe(run.digest);
    expect((await reproduceTrace(run.bytes, { program: hybrid, workers: 0 })).digest).toBe(run.digest);
  });

  it("gives up what a deadline cuts off, in the record and in every replay of it", async () => {
    const slow = defineProcess({ name: "slow", mailbox: { depth: 1, overflow: "block" }, *run({ k }) {
      yield* k.sleep(30);
      const got: unknown[] = [];
      for (let message = yield* k.receive({ within: 20 }); message !== undefined; message = yield* k.receive({ within: 20 })) got.push(message.body);
      return got;
    } });
    const hurried: ProcessDefinition<undefined, unknown> = defineProcess({ name: "hurried", *run({ k }) {
      const full = yield* k.spawn(slow);
      yield* k.send(full, "first");
      yield* k.sleep(1);
      const codes: string[] = [];
      try { yield* within(5, k.send(full, "late")); } catch (error) { codes.push((error as Error).name); }
      const [, ticks] = yield* all([k.send(full, "second"), (function* () { yield* k.sleep(3); return yield* k.now(); })()]);
      return [codes, ticks, yield* k.join(full)];
    } });
    const run = await recorded(hurried);
    expect(run.result).toEqual([["TIMED_OUT"], expect.any(Number) as number, ["first", "second"]]);
    expect((await verifyTrace(run.bytes)).digest).toBe(run.digest);
    expect((await replayTrace(run.bytes, { program: hurried })).digest).toBe(run.digest);
  });

  it("shows totals and gauges to whom the operator allows it, and to nobody else", async () => {
    const looks = defineProcess({ name: "looks", *run({ k }) { return [yield* k.runTotals(), yield* k.gauges()]; } });
    expect(await recorded(looks)).toMatchObject({ status: "enforced" });
    const allowed = await recorded(looks, { allow: ["READ_TRACE", "READ_TELEMETRY"] });
    expect(allowed.result).toEqual([{ tick: 1, turns: 0, messages: 0, shots: 0, bytes: expect.any(Number) as number }, { processes: 1, ready: 0, pending: 0, free: { Q: expect.any(Number) as number, PHI: expect.any(Number) as number } }]);
    expect((await replayTrace(allowed.bytes, { program: looks })).digest).toBe(allowed.digest);
  });

  it("goes on with a fresh body for as long as it likes: a long-lived process keeps only its state", async () => {
    const counter: ProcessDefinition<undefined, unknown> = defineProcess({ name: "counter", *run({ k }, state: unknown) {
      const n = typeof state === "number" ? state : 0;
      yield* k.sleep(1);
      return n === 500 ? n : yield* k.continueWith(n + 1);
    } }) as never;
    const run = await recorded(counter);
    expect(run).toMatchObject({ status: "completed", result: 500 });
    expect((await replayTrace(run.bytes, { program: counter })).digest).toBe(run.digest);
  });
});
