// The decoder's queue: latency, backlog and the overload signal, against a server that does one nanosecond of the oldest work at a time.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backlogAt, both, handed, IDLE, NO_DECODING, overloadLimits, roundsFrom, type DecoderQueue, type DecodingFigures, type Rounds } from "../../../../kernel-abi/qvm/qec/decoder-queue.ts";
import { parseProfile } from "../../../../kernel-abi/qvm/qec/profile.ts";
import { isProfile, type Profile } from "../../../../kernel-abi/qvm/qec/terms.ts";

const LIMITS = { high: 3_000, low: 1_000 };
interface Told { readonly queue: DecoderQueue; readonly figures: DecodingFigures }
const NOTHING: Told = { queue: IDLE, figures: NO_DECODING };
const all = (runs: readonly Rounds[], limits = LIMITS): Told => runs.reduce<Told>(({ queue, figures }, run) => {
  const told = handed(queue, run, limits);
  return { queue: told.queue, figures: both(figures, told.figures) };
}, NOTHING);
const oneByOne = (runs: readonly Rounds[]): readonly Rounds[] =>
  runs.flatMap(({ arrivesNs, everyNs, count, workNs }) => Array.from({ length: count }, (_, k) => ({ arrivesNs: arrivesNs + k * everyNs, everyNs: 0, count: 1, workNs })));

/** What A1 and A2 say, of single rounds, by counting. */
function byTicking(rounds: readonly Rounds[], { high, low }: typeof LIMITS): Told {
  const left = rounds.map(({ workNs }) => workNs);
  const ends = rounds.map(({ arrivesNs }) => arrivesNs);
  for (let time = 0; left.some((work) => work > 0); time++) {
    const at = rounds.findIndex(({ arrivesNs }, k) => arrivesNs <= time && (left[k] ?? 0) > 0);
    if (at < 0) continue;
    left[at] = (left[at] ?? 0) - 1;
    ends[at] = time + 1;
  }
  let [overloaded, overloads, overloadedRounds] = [false, 0, 0];
  const latencies = rounds.map(({ arrivesNs }, k) => (ends[k] ?? 0) - arrivesNs);
  const backlogs = rounds.map(({ workNs }, k) => (latencies[k] ?? 0) - workNs);
  for (const backlog of backlogs) {
    const before = overloaded;
    overloaded = backlog > (overloaded ? low : high);
    overloads += overloaded && !before ? 1 : 0;
    overloadedRounds += overloaded ? 1 : 0;
  }
  const last = rounds.at(-1);
  return {
    queue: last === undefined ? IDLE : { atNs: last.arrivesNs, backlogNs: backlogs.at(-1) ?? 0, workNs: last.workNs, overloaded },
    figures: { latencyMaxNs: Math.max(0, ...latencies), latencySumNs: latencies.reduce((sum, one) => sum + one, 0), backlogMaxNs: Math.max(0, ...backlogs), overloads, overloadedRounds },
  };
}

const profile = (text: string): Profile => {
  const read = parseProfile(text);
  if (!isProfile(read)) throw new Error(read.reason);
  return read;
};

describe("the decoder's queue", () => {
  it("says of a decoder that keeps up that every round takes its own time", () => {
    const { figures, queue } = all([{ arrivesNs: 0, everyNs: 1_000, count: 3, workNs: 400 }, { arrivesNs: 5_000, everyNs: 1_000, count: 1_000_000, workNs: 1_000 }]);
    expect(figures).toEqual({ latencyMaxNs: 1_000, latencySumNs: 3 * 400 + 1e9, backlogMaxNs: 0, overloads: 0, overloadedRounds: 0 });
    expect(queue).toEqual({ atNs: 1_000_004_000, backlogNs: 0, workNs: 1_000, overloaded: false });
  });

  it("grows a backlog, signals overload above one mark and takes it back at the other", () => {
    const slow = { arrivesNs: 0, everyNs: 1_000, count: 6, workNs: 1_700 };
    expect(all([slow])).toEqual({ figures: { latencyMaxNs: 5_200, latencySumNs: 6 * 1_700 + 700 * 15, backlogMaxNs: 3_500, overloads: 1, overloadedRounds: 1 }, queue: { atNs: 5_000, backlogNs: 3_500, workNs: 1_700, overloaded: true } });
    // 4,200 late at 6,000, then 500 less a round: 1,200 late at 12,000 and still overloaded, 700 late at 13,000 and not.
    const { figures, queue } = all([slow, { arrivesNs: 6_000, everyNs: 1_000, count: 8, workNs: 500 }]);
    expect([figures.backlogMaxNs, figures.overloads, figures.overloadedRounds, queue.backlogNs, queue.overloaded]).toEqual([4_200, 1, 8, 700, false]);
    expect([backlogAt(queue, 13_000), backlogAt(queue, 13_300), backlogAt(queue, 99_000)]).toEqual([700, 400, 0]);
  });

  it("is that of a server that works nanosecond by nanosecond, whether rounds come one by one or in stretches", () => {
    const stretch = fc.record({ gap: fc.nat(40), everyNs: fc.nat(12), count: fc.integer({ min: 1, max: 9 }), workNs: fc.integer({ min: 1, max: 20 }) });
    let signalled = 0;
    fc.assert(fc.property(fc.array(stretch, { minLength: 1, maxLength: 6 }), fc.nat(60), fc.nat(30), (drawn, above, low) => {
      let arrivesNs = 0;
      const runs = drawn.map(({ gap, everyNs, count, workNs }): Rounds => {
        const run = { arrivesNs: arrivesNs + gap, everyNs, count, workNs };
        arrivesNs = run.arrivesNs + (count - 1) * everyNs;
        return run;
      });
      const limits = { high: low + above, low };
      const counted = byTicking(oneByOne(runs), limits);
      expect(all(oneByOne(runs), limits)).toEqual(counted);
      expect(all(runs, limits)).toEqual(counted);
      signalled += counted.figures.overloads;
    }), { numRuns: process.env["TRIAD_LONG"] === undefined ? 500 : 50_000 });
    expect(signalled).toBeGreaterThan(100);
  });

  it("is handed d rounds a logical cycle, each when it has been measured, and by every profile of its own name keeps up", () => {
    expect(roundsFrom(profile("logical:surface_code(d=3)"), 600, 12)).toEqual({ arrivesNs: 700, everyNs: 100, count: 36, workNs: 100 });
    expect(roundsFrom(profile("logical:surface_code(d=3)"), 600, 0)).toBeUndefined();
    for (const text of ["logical:SHYPS(d=7)", "logical:qldpc(d=999)", "azure:gate_ns_e3:surface_code(d=11)", "azure:maj_ns_e4:floquet(d=13)", "sampled:surface_code(d=5,p=0.002)"]) {
      const read = profile(text);
      const rounds = roundsFrom(read, 0, 1_000);
      expect(rounds === undefined ? undefined : handed(IDLE, rounds, overloadLimits(read)).figures, text).toMatchObject({ backlogMaxNs: 0, overloads: 0, latencyMaxNs: read.decoder.roundNs });
    }
  });
});
