// The decoder's account: latency, backlog and the overload signal, against a simulation that counts nanosecond by nanosecond.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decoderAccount, everyCycle, keepsUp, type Round } from "../../../../../domains/q/decoder/accounting.ts";
import { faultOf } from "../../../../support/refusals.ts";

const LIMITS = { high: 3_000, low: 1_000 };

/** Ends of all rounds, by a server that does one nanosecond of the oldest work at a time. */
function endsByTicking(rounds: readonly Round[], roundNs: number, eventNs: number): readonly number[] {
  const left = rounds.map(({ events }) => roundNs + eventNs * events);
  const ends = rounds.map(({ arrivesNs }) => arrivesNs);
  for (let time = 0; left.some((work) => work > 0); time++) {
    const at = rounds.findIndex(({ arrivesNs }, k) => arrivesNs <= time && (left[k] ?? 0) > 0);
    if (at < 0) continue;
    left[at] = (left[at] ?? 0) - 1;
    ends[at] = time + 1;
  }
  return ends;
}

describe("the decoder's account", () => {
  it("says of a decoder that keeps up that every round takes its own time", () => {
    const account = decoderAccount(everyCycle(1_000, [0, 3, 1]), { roundNs: 400, eventNs: 100 }, LIMITS);
    expect(account.rounds.map(({ latencyNs }) => latencyNs)).toEqual([400, 700, 500]);
    expect(account).toMatchObject({ busyNs: 1_600, latencyMaxNs: 700, latencySumNs: 1_600, backlogMaxNs: 700, overloadedRounds: 0 });
  });

  it("grows a backlog, signals overload above one mark and takes it back below the other", () => {
    const rounds = everyCycle(1_000, [12, 12, 12, 12, 0, 0, 0, 0, 0]);
    const account = decoderAccount(rounds, { roundNs: 500, eventNs: 100 }, LIMITS);
    expect(account.rounds.map(({ backlogNs }) => backlogNs)).toEqual([1_700, 2_400, 3_100, 3_800, 3_300, 2_800, 2_300, 1_800, 1_300]);
    expect(account.rounds.map(({ overloaded }) => overloaded)).toEqual([false, false, true, true, true, true, true, true, true]);
    expect(decoderAccount([...rounds, { arrivesNs: 9_400, events: 0 }], { roundNs: 500, eventNs: 100 }, LIMITS).rounds.at(-1)).toEqual(
      { startsNs: 9_400, endsNs: 9_900, latencyNs: 500, backlogNs: 500, overloaded: false });
    expect([keepsUp(1_000, 4, { roundNs: 500, eventNs: 100 }), keepsUp(1_000, 5, { roundNs: 500, eventNs: 100 })]).toEqual([true, false]);
  });

  it("ends every round when a server that works nanosecond by nanosecond does", () => {
    const anyRounds = fc.array(fc.tuple(fc.nat(30), fc.nat(5)), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(anyRounds, fc.integer({ min: 1, max: 20 }), fc.nat(6), (drawn, roundNs, eventNs) => {
      let arrivesNs = 0;
      const rounds = drawn.map(([gap, events]) => ({ arrivesNs: (arrivesNs += gap), events }));
      const account = decoderAccount(rounds, { roundNs, eventNs }, LIMITS);
      expect(account.rounds.map(({ endsNs }) => endsNs)).toEqual(endsByTicking(rounds, roundNs, eventNs));
      expect(account.busyNs).toBe(rounds.reduce((sum, { events }) => sum + roundNs + eventNs * events, 0));
    }), { numRuns: 200 });
  });

  it.each([
    ["roundNs", () => decoderAccount([], { roundNs: 0.5, eventNs: 0 }, LIMITS)], ["eventNs", () => decoderAccount([], { roundNs: 1, eventNs: -1 }, LIMITS)],
    ["high", () => decoderAccount([], { roundNs: 1, eventNs: 1 }, { high: NaN, low: 0 })], ["low", () => decoderAccount([], { roundNs: 1, eventNs: 1 }, { high: 1, low: 2 })],
    ["arrivesNs", () => decoderAccount([{ arrivesNs: 5, events: 0 }, { arrivesNs: 4, events: 0 }], { roundNs: 1, eventNs: 1 }, LIMITS)],
    ["events", () => decoderAccount([{ arrivesNs: 5, events: -1 }], { roundNs: 1, eventNs: 1 }, LIMITS)],
    ["time", () => decoderAccount([{ arrivesNs: 5, events: 2 }], { roundNs: 1, eventNs: Number.MAX_SAFE_INTEGER }, LIMITS)],
  ])("refuses %s that it cannot count with", (argument, run) => {
    expect(faultOf(run)).toMatchObject({ fault: "ABI_MALFORMED", detail: { argument } });
  });
});
