// Every profile has one canonical text, every text is a profile or a reason, and every formula has the value the host's parser gives it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../../kernel-abi/qvm/qec/formula.ts";
import { readParameters } from "../../../../kernel-abi/qvm/qec/parameters.ts";
import { parseProfile } from "../../../../kernel-abi/qvm/qec/profile.ts";
import { logicalErrorRate } from "../../../../kernel-abi/qvm/qec/rates.ts";
import { isProfile } from "../../../../kernel-abi/qvm/qec/terms.ts";

const RUNS = { numRuns: process.env["TRIAD_LONG"] === undefined ? 500 : 200_000 };

const distance = fc.integer({ min: 0, max: 499 }).map((n) => 2 * n + 1);
const text = fc.oneof(
  fc.tuple(fc.constantFrom("surface_code", "Surface", "SHYPS", "BACON_SHOR", "qldpc"), distance, fc.integer({ min: 1, max: 1_000 }))
    .map(([family, d, rate]) => `logical:${family}(d=${String(d)},rate=${String(rate / 1_000)})`),
  fc.tuple(fc.constantFrom("gate_ns_e3", "gate_us_e4", "maj_ns_e6"), fc.constantFrom("surface_code", "floquet_code"), distance)
    .map(([qubit, scheme, d]) => `azure:qubit_${qubit}:${scheme}(d=${String(d)})`),
);

/** A formula with a value that the host can check: names are one letter, values are not zero. */
const formula: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof({ depthSize: "small", withCrossShrink: true },
    fc.constantFrom("d", "t", "3", "0.25", "7e2"),
    fc.tuple(tie("node"), fc.constantFrom("+", "-", "*", "/"), tie("node")).map(([a, sign, b]) => `${a} ${sign} ${b}`),
    tie("node").map((a) => `(${a})`), tie("node").map((a) => `-(${a})`)),
})).node;

describe("profiles", () => {
  it("are what their canonical text is read as", () => {
    fc.assert(fc.property(text, (each) => {
      const first = parseProfile(each);
      if (!isProfile(first)) throw new Error(first.reason);
      const again = parseProfile(first.text);
      expect({ ...again, ignored: [] }).toEqual({ ...first, ignored: [] });
    }), RUNS);
  });

  it("fail less often at a greater distance, and more often on a drifted machine", () => {
    fc.assert(fc.property(text, fc.double({ min: 1, max: 9, noNaN: true }), (each, drift) => {
      const read = parseProfile(each);
      const wider = parseProfile(each.replace(/d=(\d+)/, (_, d: string) => `d=${String(Math.min(999, Number(d) + 2))}`));
      if (!isProfile(read) || !isProfile(wider)) throw new Error(each);
      expect(logicalErrorRate(wider)).toBeLessThanOrEqual(logicalErrorRate(read));
      expect(logicalErrorRate(read, drift)).toBeGreaterThanOrEqual(logicalErrorRate(read));
    }), RUNS);
  });

  it("are read from any text, or refused with a reason", () => {
    const hostile = fc.oneof(fc.string({ maxLength: 80 }), fc.tuple(text, fc.nat(60), fc.string({ maxLength: 3 })).map(([each, at, noise]) => each.slice(0, at) + noise + each.slice(at + 1)));
    fc.assert(fc.property(hostile, (each) => {
      const read = parseProfile(each);
      expect(isProfile(read) ? read.distance % 2 : read.reason.length > 0 ? 1 : 0).toBe(1);
    }), RUNS);
  });

  it("of one's own are told in full by their text", () => {
    const rate = fc.double({ min: 0, max: 1, noNaN: true });
    const time = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    const some = { requiredKeys: [] };
    const seed = fc.record({
      qec_scheme: fc.record({ code_family: fc.constantFrom("surface_code", "SHYPS", "bacon_shor", "qldpc"), code_distance: fc.integer({ min: 0, max: 499 }).map((half) => 2 * half + 1), logical_cycle_time_us: time, physical_qubit_count: fc.integer({ min: 1, max: 16_777_216 }) }, { requiredKeys: ["code_family"] }),
      error_budget: fc.record({ physical_gate_error_rate: rate, measurement_error_rate: rate, idle_error_rate: rate, t1_us: fc.double({ min: 40, max: 1e6, noNaN: true }), t2_us: fc.double({ min: 1e-3, max: 80, noNaN: true }) }, some),
      decoder: fc.record({ type: fc.constantFrom("MWPM", "union_find", "x".repeat(32)), max_syndrome_weight: fc.double({ min: 0, max: 1e9, noNaN: true }), cycle_time_us: time }, some),
    });
    const estimators = fc.record({
      qubitParams: fc.record({ name: fc.constantFrom("ns_e3", "maj_ns_e6", "us_e4"), oneQubitMeasurementErrorRate: rate, idleErrorRate: rate, oneQubitMeasurementTime: time.map((ns) => `${String(Math.ceil(ns))} ns`) }, { requiredKeys: ["name"] }),
      qecScheme: fc.record({ name: fc.oneof(fc.string({ maxLength: 40 }), fc.constant("n".repeat(600))), errorCorrectionThreshold: fc.double({ min: 1e-9, max: 1, noNaN: true }), crossingPrefactor: fc.double({ min: 0, max: 1e6, noNaN: true }), distanceCoefficientPower: fc.nat(8) }, some),
      codeDistance: fc.integer({ min: 0, max: 99 }).map((half) => 2 * half + 1),
    });
    fc.assert(fc.property(fc.oneof(seed, estimators), (file) => {
      const read = readParameters(file);
      expect(isProfile(read) ? parseProfile(read.text) : read.reason).toEqual(read);
    }), RUNS);
  });

  it("are read from any JSON, or refused with a reason", () => {
    const keys = fc.constantFrom("qec_scheme", "error_budget", "decoder", "qubitParams", "qecScheme", "codeDistance", "code_family", "code_distance", "name", "logicalCycleTime", "t2_us", "__proto__");
    const json: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof({ depthSize: "small" }, fc.constantFrom<unknown>("surface_code", 9, "50 ns", "2*codeDistance", null, -1, 1e308, true), fc.dictionary(keys, tie("node"), { maxKeys: 4 }), fc.array(tie("node"), { maxLength: 2 })),
    })).node;
    fc.assert(fc.property(json, (each) => {
      const read = readParameters(each);
      expect(isProfile(read) ? Number.isSafeInteger(read.physicalQubits) && read.cycleNs > 0 : read.reason !== "").toBe(true);
      if (isProfile(read)) expect(parseProfile(read.text)).toEqual(read);
    }), RUNS);
  });
});

describe("formulas", () => {
  it("have the value that arithmetic gives them", () => {
    fc.assert(fc.property(formula, (each) => {
      // The oracle is the host's own parser, on texts that this test has made itself.
      const wanted = Function("d", "t", `"use strict"; return (${each.replaceAll("--", "- -")});`)(9, 50) as number;
      const read = evaluate(each, { d: 9, t: 50 });
      if ("value" in read) expect(read.value).toBe(wanted);
      else expect(read.reason).toMatch(/zero|finite|nested|longer/);
    }), RUNS);
  });

  it("are read from any text, or refused", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.e+-*/()dt _"), maxLength: 60 }), (each) => {
      const read = evaluate(each, { d: 9, t: 50 });
      expect("value" in read ? Number.isFinite(read.value) : read.reason !== "").toBe(true);
    }), RUNS);
  });
});
