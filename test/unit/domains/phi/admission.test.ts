// Each stage of A2 fails with its code, windows are half-open, and what is admitted follows from the call alone.
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { jobId, tick } from "../../../../kernel-abi/ids.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { createPhiAdmission } from "../../../../domains/phi/admission.ts";
import { DURATION_MAX } from "../../../../domains/phi/declared.ts";
import { transformsOf } from "../../../../domains/phi/transforms.ts";
import { faultName } from "../../../support/refusals.ts";
import { bench, failingRunner } from "./fixtures.ts";

const A = jobId(1), B = jobId(2);
const phases = Float64Array.of(0.1, 0.2, 0.3);
const open = { op: "open", phases };
const pair = { offsets: Int32Array.of(0, 1, 2), targets: Int32Array.of(1, 0), weights: Float64Array.of(1, 1) };
const ising = (restarts = 1) => ({
  op: "ising", couplings: pair, restarts, polish: true, cut: true,
  schedule: { dynamics: "inertial", steps: 50, dt: 0.5, damping: 0.1, coupling: 1, injectionStart: 0, injectionEnd: 0.5, noiseStart: 0.1, noiseEnd: 0, readEvery: 0, readFrom: 0 },
});

describe("reserve", () => {
  const admission = createPhiAdmission();
  const request = (wish: object, now = 10) => admission.request({ components: 8, duration: 20, ...wish }, tick(now));
  it("freezes terms in whole millionths over [start, start + duration)", () => {
    expect(request({ start: 15, tolerance: { error: 0.5, noise: 0.000_002 }, transforms: "BASE", budget: 9, envelopes: 2 })).toEqual({
      domain: "PHI", units: 8, start: 15, end: 35, budget: 9, shots: 0, channels: 2, errorPpm: 500_000, noisePpm: 2,
      calibration: { id: 11, from: 15, until: 35, grace: 0 }, permitted: ["PHASE_ALIGN", "PHASE_SHIFT"],
    });
    expect(request({})).toMatchObject({ start: 10, end: 30, errorPpm: 250_000, noisePpm: 10_000 });
  });
  it("knows the sets by name: each includes the one before", () => {
    expect(transformsOf(["EXTENDED"])).toEqual(["PHASE_ALIGN", "PHASE_SHIFT", "PHASE_MERGE"]);
    expect(transformsOf(["ISING", "FULL"])).toEqual(["PHASE_ALIGN", "PHASE_SHIFT", "PHASE_MERGE", "PHASE_SPLIT", "ISING"]);
    expect(request({}).permitted).toHaveLength(7);
  });
  it("refuses a window that opens in the past", () => {
    expect(faultName(() => request({ start: 9 }))).toBe("PHI_ERR_COHERENCE_TIMEOUT");
    expect(faultName(() => request({ start: 10 }))).toBe("none");
  });
  it.each([
    null, 3, "x", [], {}, { components: 0, duration: 1 }, { components: 65_537, duration: 1 }, { components: 1, duration: 0 }, { components: 1, duration: DURATION_MAX + 1 },
    { components: 1, duration: 1, tolerance: { noise: 1.1 } }, { components: 1, duration: 1, tolerance: { error: -1 } }, { components: 1, duration: 1, transforms: "ALL" },
    { components: 1, duration: 1, transforms: [] }, { components: 1, duration: 1, start: 0.5 }, { components: 1, duration: 1, budget: 0 }, { components: 1, duration: 1, more: 1 },
  ])("refuses %j", (wish) => {
    expect(faultName(() => admission.request(wish, tick(0)))).toBe("ABI_MALFORMED");
  });
});

describe("window", () => {
  const at = (now: number, duration = 10) => {
    const made = bench({ start: 5, duration });
    made.now = now;
    return faultName(() => made.start(open));
  };
  it("is half-open: the first tick is in, the end is not", () => {
    expect([4, 5, 13, 14, 15].map((now) => at(now))).toEqual(
      ["PHI_ERR_COHERENCE_TIMEOUT", "none", "none", "none", "PHI_ERR_COHERENCE_TIMEOUT"]);
  });
  it("adjacent windows do not overlap: each tick belongs to one", () => {
    const first = createPhiAdmission().request({ components: 2, start: 5, duration: 10 }, tick(0));
    const second = createPhiAdmission().request({ components: 2, start: first.end, duration: 10 }, tick(0));
    const open3 = createPhiAdmission().shape(open, []);
    const inside = (terms: typeof first, now: number) => faultName(() => { open3.calibration({ ...bench().view(), terms }, tick(now)); }) === "none";
    for (let now = 5; now < 25; now++) expect([inside(first, now), inside(second, now)].filter(Boolean)).toHaveLength(1);
  });
  it("refuses a call that would not be done by the end", () => {
    const call = { ...ising(4000), schedule: { ...ising().schedule, steps: 1_000_000 } };
    const idle = failingRunner(new Fault("WORKER_LOST"));
    const { due: cost } = bench({}, idle).start(call);
    expect(cost).toBeGreaterThan(2);
    expect(faultName(() => bench({ duration: cost }, idle).start(call))).toBe("none");
    expect(faultName(() => bench({ duration: cost - 1 }, idle).start(call))).toBe("PHI_ERR_COHERENCE_TIMEOUT");
  });
});

describe("capacity", () => {
  it("refuses an envelope that is unknown, of another contract, busy or closed", () => {
    const at = bench();
    const shift = () => faultName(() => at.start({ op: "shift", delta: Float64Array.of(1) }, [A]));
    expect(shift()).toBe("PHI_ERR_ENVELOPE_INVALID");
    at.start(open);
    expect(shift()).toBe("PHI_ERR_ENVELOPE_INVALID");
    at.now = 1;
    expect(shift()).toBe("none");
    expect(shift()).toBe("PHI_ERR_ENVELOPE_INVALID");
    at.now = 2;
    const parsed = at.admission.shape({ op: "evaluate" }, [A]);
    const foreign = { ...bench({}, undefined, 2).view(), ledger: { budget: 0, shots: 0, jobs: 9 } };
    parsed.calibration(foreign, tick(2));
    expect(faultName(() => { parsed.capacity(foreign); })).toBe("PHI_ERR_ENVELOPE_INVALID");
    at.start({ op: "close" }, [A]);
    at.now = 9;
    expect(shift()).toBe("PHI_ERR_ENVELOPE_INVALID");
  });
  it("forgets what an undone turn had opened, even when its numbers are given out anew", () => {
    const admission = createPhiAdmission();
    const fresh = bench({ envelopes: 1 }).view();
    const run = (call: unknown, refs: readonly ReturnType<typeof jobId>[], jobs: number, id: number) => {
      const view = { ...fresh, ledger: { budget: 0, shots: 0, jobs } };
      const parsed = admission.shape(call, refs);
      parsed.calibration(view, tick(5));
      parsed.capacity(view);
      parsed.budget(view, tick(5));
      parsed.accepted(jobId(id), view, tick(5));
    };
    run(open, [], 0, 1); // and its turn is undone: the contract has had no calls
    expect(faultName(() => { run({ op: "evaluate" }, [A], 0, 1); })).toBe("PHI_ERR_ENVELOPE_INVALID");
    run(open, [], 0, 2);
    expect(faultName(() => { run({ op: "evaluate" }, [A], 1, 3); })).toBe("PHI_ERR_ENVELOPE_INVALID");
    run({ op: "evaluate" }, [B], 1, 3);
  });
  it("refuses more components or envelopes than the contract holds", () => {
    expect(faultName(() => bench({ components: 2 }).start(open))).toBe("RESOURCE_EXHAUSTED");
    expect(faultName(() => bench({ components: 1 }).start(ising()))).toBe("RESOURCE_EXHAUSTED");
    const at = bench({ envelopes: 2 });
    at.start(open);
    at.start(open);
    expect(faultName(() => at.start(open))).toBe("RESOURCE_EXHAUSTED");
  });
  it("merges envelopes of one size only", () => {
    const at = bench();
    at.start(open);
    at.start({ op: "open", phases: Float64Array.of(1, 2) });
    at.now = 5;
    expect(faultName(() => at.start({ op: "merge" }, [A, B]))).toBe("PHI_ERR_ENVELOPE_INVALID");
  });
});

describe("support and budget", () => {
  it("refuses what the transform set lacks; opening, evaluating and closing need none", () => {
    const at = bench({ transforms: ["SPECTRUM"] });
    expect(faultName(() => at.start(ising()))).toBe("PHI_ERR_TRANSFORM_UNSUPPORTED");
    at.start(open);
    at.start(open);
    at.now = 5;
    for (const [call, refs] of [[{ op: "shift", delta: Float64Array.of(1) }, [A]], [{ op: "align", kappa: 1 }, [A]], [{ op: "merge" }, [A, B]], [{ op: "split" }, [A, B]]] as const) {
      expect(faultName(() => at.start(call, refs))).toBe("PHI_ERR_TRANSFORM_UNSUPPORTED");
    }
    at.start({ op: "evaluate" }, [A]);
    at.start({ op: "close" }, [B]);
  });
  it("charges work units and refuses what is not left", () => {
    const at = bench({ budget: 64 * 3 * 2 });
    at.start(open);
    expect(at.view().ledger).toEqual({ budget: 192, shots: 0, jobs: 1 });
    at.start(open);
    expect(faultName(() => at.start(open))).toBe("RESOURCE_EXHAUSTED");
    const pair = bench();
    pair.start(open);
    pair.start(open);
    pair.now = 5;
    pair.start({ op: "merge" }, [A, B]);
    expect(pair.view().ledger.budget).toBe(4 * 192);
  });
  it("the first failing stage decides", () => {
    const wish = { components: 1, transforms: "BASE", budget: 1 };
    const late = bench({ ...wish, duration: 10 });
    late.now = 10;
    expect(faultName(() => late.start(ising()))).toBe("PHI_ERR_COHERENCE_TIMEOUT");
    expect(faultName(() => bench(wish).start(ising()))).toBe("RESOURCE_EXHAUSTED");
    expect(faultName(() => bench({ ...wish, components: 2 }).start(ising()))).toBe("PHI_ERR_TRANSFORM_UNSUPPORTED");
    expect(faultName(() => bench({ ...wish, components: 2, transforms: "ISING" }).start(ising()))).toBe("RESOURCE_EXHAUSTED");
  });
});

describe("shape", () => {
  it.each([
    ["no call", 7, []], ["an unknown op", { op: "raw" }, []], ["an envelope too many", open, [A]], ["an envelope too few", { op: "merge" }, [A]],
    ["an envelope with itself", { op: "merge" }, [A, A]], ["no typed array", { op: "open", phases: [1, 2] }, []], ["NaN", { op: "open", phases: Float64Array.of(1, Number.NaN) }, []],
    ["an angle too far", { op: "shift", delta: Float64Array.of(1e9) }, [A]], ["magnitudes of another length", { ...open, magnitudes: Float64Array.of(1) }, []],
    ["a strength that is none", { op: "align", kappa: Infinity }, [A]], ["a one-sided coupling", { ...ising(), couplings: { ...pair, offsets: Int32Array.of(0, 1, 1), targets: Int32Array.of(1), weights: Float64Array.of(1) } }, []],
    ["no restarts", ising(0), []], ["a field more", { ...open, key: Uint32Array.of(1, 2) }, []],
  ])("refuses %s", (_, call, refs) => {
    expect(faultName(() => createPhiAdmission().shape(call, refs))).toBe("ABI_MALFORMED");
  });
  it("refuses δ of a length that fits neither one nor the envelope", () => {
    const at = bench();
    at.start(open);
    at.now = 5;
    expect(faultName(() => at.start({ op: "shift", delta: Float64Array.of(1, 2) }, [A]))).toBe("ABI_MALFORMED");
    at.start({ op: "shift", delta: Float64Array.of(1, 2, 3) }, [A]);
  });
  it("gives a public descriptor: the same bytes for the same call, no key in it", () => {
    const bytes = () => bench().start(ising(3)).descriptor;
    expect(bytes()).toEqual(bytes());
    expect(Object.keys(unpack(bytes()) as object)).not.toContain("key");
  });
});
