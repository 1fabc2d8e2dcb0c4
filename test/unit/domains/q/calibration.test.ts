// Calibrations in real programs on the real kernel: a contract that outlasts its calibration cannot be used, only queried
// and released, unless it asked for grace; reserving again binds the calibration then in force.
import { describe, expect, it } from "vitest";
import { record } from "../../../../runtime/app/record.ts";
import { defineProcess } from "../../../../runtime/app/define.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { CALIBRATION_SPAN } from "../../../../domains/q/declared.ts";
import { MemorySink } from "../../../support/memory.ts";
import { testSigner } from "../../../support/signer.ts";
import { ghz } from "./fixtures.ts";

const SPAN = CALIBRATION_SPAN;

interface Plan { readonly first: number; readonly calibrationGrace: number; readonly rests: readonly number[] }

/** Reserves at tick 1 + `first`, then rests and submits in turns; what each submit ended in. */
const sleeper = defineProcess({
  name: "sleeper",
  domains: ["Q"],
  *run({ k, q }, { first, calibrationGrace, rests }: Plan) {
    if (first > 0) yield* k.sleep(first);
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000, duration: 5 * SPAN, calibrationGrace });
    const ends: string[] = [];
    for (const rest of rests) {
      yield* k.sleep(rest);
      try {
        yield* q.measure(yield* q.submit(contract, ghz(2)));
        ends.push("measured");
      } catch (cause) {
        if (!(cause instanceof Fault)) throw cause;
        ends.push(cause.fault);
      }
    }
    const { state, terms, jobs } = yield* q.ledger(contract);
    yield* q.release(contract);
    const again = yield* q.reserve({ qubits: 2, budget: 1_000 });
    yield* q.measure(yield* q.submit(again, ghz(2)));
    const fresh = (yield* q.ledger(again)).terms.calibration;
    return { ends, state, jobs, bound: terms.calibration.id, fresh: fresh.id };
  },
});

async function run(plan: Plan): Promise<unknown> {
  const { end } = await record({ program: sleeper, input: plan, out: new MemorySink(), seed: "calibration", workers: 0, signer: testSigner() });
  expect(end.fault).toBeNull();
  return end.result;
}

describe("a program that sleeps past its contract's calibration", () => {
  it("is refused with Q_ERR_CALIBRATION_INVALID while the contract lives on, and reserves a fresh one", async () => {
    expect(await run({ first: 0, calibrationGrace: 0, rests: [10, SPAN] })).toEqual(
      { ends: ["measured", "Q_ERR_CALIBRATION_INVALID"], state: "active", jobs: 1, bound: 1, fresh: 2 });
  });
  it("passes within the grace it asked for and not beyond", async () => {
    expect(await run({ first: 0, calibrationGrace: 500, rests: [SPAN, 600] })).toEqual(
      { ends: ["measured", "Q_ERR_CALIBRATION_INVALID"], state: "active", jobs: 1, bound: 1, fresh: 2 });
  });
  it("finds the schedule whenever it reserves: a late contract has what is left of the span", async () => {
    expect(await run({ first: 3 * SPAN - 100, calibrationGrace: 0, rests: [10, 100] })).toEqual(
      { ends: ["measured", "Q_ERR_CALIBRATION_INVALID"], state: "active", jobs: 1, bound: 3, fresh: 4 });
  });
});
