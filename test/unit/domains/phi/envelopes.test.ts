// Envelopes from opening to breach: what is legitimate is no breach, what breaches projects nothing, and no state gets out.
import { describe, expect, it } from "vitest";
import { FAULTS, Fault } from "../../../../kernel-abi/fault.ts";
import { jobId } from "../../../../kernel-abi/ids.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import type { Outcome } from "../../../../kernel-abi/ports.ts";
import { readResult } from "../../../../domains/phi/outcome.ts";
import type { Evaluation, StabilityReport } from "../../../../domains/phi/outcome.ts";
import { figures } from "../../../../domains/phi/declared.ts";
import { faultName } from "../../../support/refusals.ts";
import { bench, delayedRunner, failingRunner, inlineRunner } from "./fixtures.ts";
import type { Bench } from "./fixtures.ts";

const PHASES = Float64Array.from({ length: 16 }, (_, at) => 0.1 * at);
const open = { op: "open", phases: PHASES };
const shift = { op: "shift", delta: Float64Array.of(0.5) };
const A = jobId(1), B = jobId(2);

const read = <T>(outcome: Outcome): T => {
  expect(outcome.verdict).toBe(0);
  return readResult(outcome.body) as T;
};
/** ψ, of an envelope that has one. */
const psiOf = ({ psi }: Evaluation): number => psi ?? Number.NaN;
const evaluate = async (at: Bench, envelope = A): Promise<Evaluation> => read<Evaluation>(await at.ask({ op: "evaluate" }, [envelope]));

describe("legitimate transforms", () => {
  it("opens noise-free and shifts the collective phase without a breach", async () => {
    const at = bench();
    expect(read<StabilityReport>(await at.ask(open))).toEqual({ stability: 1, noise: 0, drift: 0, tick: 1 });
    const before = await evaluate(at);
    const report = read<StabilityReport>(await at.ask({ op: "shift", delta: Float64Array.of(1.5) }, [A]));
    expect(report.drift).toBeGreaterThan(0);
    expect(report.drift).toBeLessThan(0.02);
    const after = await evaluate(at);
    expect(after.R).toBeCloseTo(before.R, 2);
    expect(Math.abs(psiOf(after) - psiOf(before) - 1.5)).toBeLessThan(0.02);
  });
  it("aligns: R rises", async () => {
    const at = bench();
    await at.ask(open);
    const before = await evaluate(at);
    await at.ask({ op: "align", kappa: 0.8 }, [A]);
    expect((await evaluate(at)).R).toBeGreaterThan(before.R + 0.05);
  });
  it("merges and splits back", async () => {
    const at = bench();
    await at.ask(open);
    await at.ask({ op: "open", phases: PHASES.map((phase) => phase + 1) });
    const before = await evaluate(at);
    read(await at.ask({ op: "merge" }, [A, B]));
    read(await at.ask({ op: "split" }, [A, B]));
    const after = await evaluate(at);
    expect([after.R - before.R, psiOf(after) - psiOf(before)].every((change) => Math.abs(change) < 0.02)).toBe(true);
  });
  it("reports the worse envelope of a pair", async () => {
    const at = bench();
    await at.ask(open);
    await at.ask({ op: "open", phases: PHASES.map((phase) => 3 * phase) });
    for (let round = 0; round < 5; round++) {
      const { stability, noise, drift } = read<StabilityReport>(await at.ask({ op: "merge" }, round % 2 === 0 ? [A, B] : [B, A]));
      const [a, b] = [await evaluate(at, A), await evaluate(at, B)];
      expect([stability, noise, drift]).toEqual([Math.min(a.stability, b.stability), Math.max(a.noise, b.noise), Math.max(a.drift, b.drift)]);
      expect(a.drift).not.toBe(b.drift);
    }
  });
  it("lives through a hundred transforms under the default tolerance", async () => {
    const at = bench();
    await at.ask(open);
    for (let round = 0; round < 100; round++) read(await at.ask(shift, [A]));
    expect((await evaluate(at)).stability).toBeGreaterThan(0.99);
  });
});

describe("a breach", () => {
  it.each([["drift", { error: 0 }], ["noise", { error: 3, noise: 0 }]])("of %s ends in 2002, projects nothing and leaves nothing", async (_, tolerance) => {
    const at = bench({ tolerance });
    read(await at.ask(open));
    let outcome = await at.ask(shift, [A]);
    for (let round = 0; round < 50 && outcome.verdict === 0; round++) outcome = await at.ask(shift, [A]);
    expect(outcome.verdict).toBe(FAULTS.PHI_ERR_STABILITY_BREACH.code);
    expect(Object.keys(unpack(outcome.body) as object).sort()).toEqual(["drift", "noise", "stability"]);
    expect((await at.ask({ op: "evaluate" }, [A])).verdict).toBe(FAULTS.PHI_ERR_ENVELOPE_INVALID.code);
  });
  it("of a merge takes both envelopes", async () => {
    const at = bench({ tolerance: { error: 0 } });
    await at.ask(open);
    await at.ask(open);
    expect((await at.ask({ op: "merge" }, [A, B])).verdict).toBe(2002);
    expect((await at.ask({ op: "evaluate" }, [B])).verdict).toBe(2004);
  });
  it("of one envelope spares the others", async () => {
    const at = bench({ tolerance: { error: 0 } });
    await at.ask(open);
    await at.ask(open);
    expect((await at.ask(shift, [A])).verdict).toBe(2002);
    expect((await evaluate(at, B)).drift).toBe(0);
  });
  it("is not declared at the bound itself", async () => {
    const noisy = bench();
    await noisy.ask(open);
    const { drift, noise } = read<StabilityReport>(await noisy.ask(shift, [A]));
    const just = bench({ tolerance: { error: drift, noise } });
    await just.ask(open);
    expect((await just.ask(shift, [A])).verdict).toBe(0);
    const below = bench({ tolerance: { error: drift - 0.000001, noise } });
    await below.ask(open);
    expect((await below.ask(shift, [A])).verdict).toBe(2002);
  });
});

describe("noise", () => {
  const history = async (at: Bench): Promise<readonly StabilityReport[]> => {
    const reports = [read<StabilityReport>(await at.ask(open))];
    for (let round = 0; round < 3; round++) reports.push(read<StabilityReport>(await at.ask(shift, [A])));
    return reports.map(({ stability, noise, drift }) => ({ stability, noise, drift, tick: 0 }));
  };
  it("depends on the opening key and the ordinal, not on ticks or other work", async () => {
    const quiet = await history(bench());
    const busy = bench();
    busy.now = 500;
    const reports: StabilityReport[] = [read<StabilityReport>(await busy.ask(open))];
    for (let round = 0; round < 3; round++) {
      await busy.ask({ op: "open", phases: Float64Array.of(1, 2) });
      await evaluate(busy);
      reports.push(read<StabilityReport>(await busy.ask(shift, [A])));
    }
    expect(reports.map((report) => ({ ...report, tick: 0 }))).toEqual(quiet);
    expect(await history(bench({}, inlineRunner, 1, Uint32Array.of(8, 11)))).not.toEqual(quiet);
  });
  it("differs from transform to transform", async () => {
    const [, first, second] = await history(bench());
    expect(second?.drift).not.toBe(first?.drift);
  });
});

describe("order", () => {
  it("transforms of one envelope follow each other however slowly they run", async () => {
    const run = async (delays: readonly number[]) => {
      const at = bench({}, delayedRunner(delays));
      const jobs = [at.start(open)];
      for (const call of [shift, { op: "align", kappa: 0.4 }, { op: "evaluate" }]) {
        at.now += 1;
        jobs.push(at.start(call, [A]));
      }
      const outcomes = await Promise.all(jobs.reverse().map(({ job }) => at.service.outcome(job)));
      return outcomes.reverse();
    };
    const quick = await run([0]);
    expect(quick.map(({ verdict }) => verdict)).toEqual([0, 0, 0, 0]);
    expect(await run([40, 0, 3, 1])).toEqual(quick);
  });
});

describe("what gets out", () => {
  it("no outcome holds a state or a phase of a component", async () => {
    const at = bench();
    const bodies = [await at.ask(open), await at.ask(shift, [A]), await at.ask({ op: "evaluate" }, [A])].map(({ body }) => body);
    for (const body of bodies) expect(body.length).toBeLessThan(150);
    expect(bodies.map((body) => Object.keys(unpack(body) as object))).toEqual([
      ["kind", "stability", "noise", "drift", "tick"], ["kind", "stability", "noise", "drift", "tick"],
      ["kind", "stability", "noise", "drift", "tick", "projection"],
    ]);
  });
  it("R and ψ leave in the declared resolution", async () => {
    const at = bench();
    await at.ask(open);
    const { R, psi } = await evaluate(at);
    const step = (2 * Math.PI) / figures.phaseResolution;
    expect(Number.isInteger(R * figures.orderResolution)).toBe(true);
    expect(psi).toBe(Math.round((psi ?? Number.NaN) / step) * step);
    expect(step * 1_000_000).toBeGreaterThan(0.75 * figures.sigmaShift); // no finer than about the kick of one transform
  });
  it("an envelope that one component dominates cannot be opened: its ψ would be that phase", async () => {
    const pair = (r: number, s: number) => ({ op: "open", phases: Float64Array.of(0.7, 2), magnitudes: Float64Array.of(r, s) });
    for (const [r, s] of [[1, 0], [0, 5], [3, 1.7], [1_048_576, 1]] as const) expect(faultName(() => bench().start(pair(r, s)))).toBe("ABI_MALFORMED");
    const at = bench();
    read(await at.ask(pair(3, 1.8)));
    expect((await evaluate(at)).R).toBeGreaterThan(0.5);
  });
  it("an evaluation has no ψ when the other components cancel, whoever arranged it", async () => {
    const at = bench();
    await at.ask({ op: "open", phases: Float64Array.of(0, Math.PI, 0.7) });
    expect(await evaluate(at)).toMatchObject({ R: 1365 / 4096, psi: null });
    const merging = bench();
    await merging.ask({ op: "open", phases: Float64Array.of(0.7, 0.3) });
    await merging.ask({ op: "open", phases: Float64Array.of(0.7, 0.3 + Math.PI / 2) });
    read(await merging.ask({ op: "merge" }, [A, B]));
    expect((await evaluate(merging, A)).psi).toBeNull();
  });
  it("an envelope of one component, whose collective phase would be its own, cannot be opened", () => {
    expect(() => bench().start({ op: "open", phases: Float64Array.of(1) })).toThrow(Fault);
  });
});

describe("failures", () => {
  it("a lost worker is verdict 2005, and the envelope is gone", async () => {
    let broken = false;
    const at = bench({}, { run: (task) => (broken ? Promise.reject(new Fault("WORKER_LOST", { worker: 3 })) : inlineRunner.run(task)), close: () => Promise.resolve() });
    await at.ask(open);
    broken = true;
    const lost = await at.ask(shift, [A]);
    expect(lost.verdict).toBe(FAULTS.PHI_ERR_HARDWARE_FAILURE.code);
    expect(unpack(lost.body)).toEqual({ kernel: "phi.transform", what: "WORKER_LOST" });
    broken = false;
    expect((await at.ask({ op: "evaluate" }, [A])).verdict).toBe(2004);
  });
  it.each([["an error", new RangeError("at 0x7f")], ["nothing", undefined]])("%s is verdict 2005", async (_, error) => {
    expect((await bench({}, failingRunner(error)).ask(open)).verdict).toBe(2005);
  });
  it("a kernel's own fault keeps its code", async () => {
    expect((await bench({}, failingRunner(new Fault("KERNEL_REFUSED"))).ask(open)).verdict).toBe(FAULTS.KERNEL_REFUSED.code);
  });
  it("an abandoned job takes its contract's envelopes with it and is forgotten", async () => {
    const at = bench();
    await at.ask(open);
    const { job } = at.start(shift, [A]);
    at.service.abandon(job);
    expect((await at.service.outcome(job)).verdict).toBe(2004);
    at.now += 10;
    expect((await at.ask({ op: "evaluate" }, [A])).verdict).toBe(2004);
  });
  it("a closed envelope is gone from the provider too", async () => {
    const at = bench({ envelopes: 1 });
    await at.ask(open);
    expect(readResult((await at.ask({ op: "close" }, [A])).body)).toBeUndefined();
    expect(() => at.start(shift, [A])).toThrow(Fault);
    expect((await at.ask(open)).verdict).toBe(0);
  });
});
