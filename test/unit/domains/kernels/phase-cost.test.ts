import { describe, expect, it } from "vitest";
import { isingCost, kuramotoCost, spectrumCost, transformCost } from "../../../../domains/kernels/phase/cost.ts";
import { DEFAULT_SCHEDULE } from "../../../../domains/kernels/phase/jobs.ts";
import { PETERSEN, QUIET, envelope, isingJob, kuramotoJob, prepared } from "../../../support/phase-jobs.ts";

describe("work units", () => {
  it("of a transform follow its components, whichever form they come in", () => {
    const three = prepared([1, 2, 3]);
    expect(transformCost({ op: "init", phases: Float64Array.of(1, 2, 3), ...QUIET })).toBe(192);
    expect(transformCost({ op: "merge", subjects: [envelope(1, three), envelope(2, three)], ...QUIET })).toBe(384);
  });
  it("of a Kuramoto sweep follow stages, steps, runs, nodes and entries", () => {
    const job = kuramotoJob({ omega: new Float64Array(10), couplings: Float64Array.of(1, 2), steps: 50 });
    expect(kuramotoCost(job)).toBe(4 * 50 * 2 * 320);
    expect(kuramotoCost({ ...job, graph: PETERSEN })).toBe(4 * 50 * 2 * (320 + 30));
  });
  it("of an Ising job follow restarts, steps, spins, entries and read-outs", () => {
    const schedule = { ...DEFAULT_SCHEDULE, steps: 100, readEvery: 10, readFrom: 45 };
    expect(isingCost(isingJob({ couplings: PETERSEN, restarts: 3, schedule }))).toBe(3 * (100 * (320 + 30) + 2 * 7 * 30));
    expect(isingCost(isingJob({ couplings: PETERSEN, restarts: 1, schedule: { ...schedule, readEvery: 0 } }))).toBe(100 * 350 + 60);
  });
  it("of a spectrum follow the padded size", () => {
    expect(spectrumCost({ real: new Float64Array(1000), sampleRate: 1, window: "none", padding: 2, top: 1 })).toBe(2048 * 32 + 2 * 2048 * 11);
  });
  it("are safe integers for the largest jobs", () => {
    const cost = kuramotoCost(kuramotoJob({ omega: new Float64Array(65_536), couplings: new Float64Array(1024), steps: 16_777_216 }));
    expect(Number.isSafeInteger(cost)).toBe(true);
  });
});
