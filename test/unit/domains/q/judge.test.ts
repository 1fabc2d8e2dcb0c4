import process from "node:process";
import { describe, expect, it } from "vitest";
import { bell, circuit, ghz, pauliSum, qft } from "../../../../domains/index.ts";
import { createQJudge } from "../../../../domains/q/judge/judge.ts";
import { encodeResult } from "../../../../domains/q/outcome.ts";
import { encodeDescriptor } from "../../../../domains/q/job.ts";
import { termsOf } from "../../../../domains/q/request.ts";
import { jobId, tick } from "../../../../kernel-abi/ids.ts";
import { pack } from "../../../../kernel-abi/packer.ts";
import { faultOf } from "../../../support/refusals.ts";
import { bitsJob, countsJob, histogram, honest, judged, judgedAlone, valueJob } from "../../../support/judged.ts";

/** Seeds for statistics: few every day, many with TRIAD_LONG=1. */
const SEEDS = process.env["TRIAD_LONG"] === undefined ? 100 : 2_000;
/** As many as 99.9999% of binomial draws have at most. */
const most = (mean: number): number => mean + 5 * Math.sqrt(mean) + 3;

const ANGLE = 1.2345;
const teleport = (received = -ANGLE) => circuit(3, 3).ry(ANGLE, 0).h(1).cx(1, 2).cx(0, 1).h(0).measure(0, 0).measure(1, 1)
  .if(1, 1, (then) => then.x(2)).if(0, 1, (then) => then.z(2)).ry(received, 2).measure(2, 2).lower();
/** One round on three qubits, |101⟩ marked: 0.78125 of the shots. */
const grover = circuit(3).h(0).h(1).h(2).x(1).h(2).ccx(0, 1, 2).h(2).x(1)
  .h(0).h(1).h(2).x(0).x(1).x(2).h(2).ccx(0, 1, 2).h(2).x(0).x(1).x(2).h(0).h(1).h(2).measureAll().lower();
const turned = circuit(4).repeat(4, (c, q) => c.ry(0.5 + 0.4 * q, q)).cx(0, 1).cx(1, 2).cx(2, 3).repeat(4, (c, q) => c.rx(0.9 - 0.2 * q, q)).measureAll().lower();
const ghz20 = ghz(20).measureAll().lower();
const ghz20t = ghz(20).t(3).measureAll().lower();

describe("honest outcomes", () => {
  const circuits = { bell: bell().measureAll().lower(), ghz: ghz(5).measureAll().lower(), "ghz by state vector": ghz(5).t(0).measureAll().lower(), teleport: teleport(), grover, turned, "quantum Fourier": qft(4).h(0).measureAll().lower() };
  it.each(Object.entries(circuits))("of %s are possible and, over hundreds of seeds, flagged no more often than the threshold says", (_, lowered) => {
    const ps: number[] = [];
    for (let seed = 0; seed < SEEDS; seed++) {
      const { standing, p } = judgedAlone(countsJob(lowered, 200), honest(countsJob(lowered, 200), seed));
      expect(standing).toBe("possible");
      ps.push(p ?? 1);
    }
    for (const alpha of [0.1, 0.01, 0.001]) expect(ps.filter((p) => p < alpha).length).toBeLessThan(most(alpha * SEEDS));
    expect(Math.min(...ps)).toBeGreaterThan(1e-6);
  });
  it("have p-values as uniform as three tests with Bonferroni's factor allow", () => {
    const job = countsJob(turned, 1_000);
    const ps = Array.from({ length: 500 }, (_, seed) => judgedAlone(job, honest(job, seed + 7_000)).p ?? 1).sort((a, b) => a - b);
    // p = min(1, 3·fit) with the bets and the scatter of one job silent: two thirds are 1, the rest uniform; the Kolmogorov-Smirnov distance of 500 exceeds 0.1 once in 10⁴.
    const thirds = ps.filter((p) => p < 1);
    const distance = thirds.reduce((most, p, at) => Math.max(most, Math.abs((at + 0.5) / ps.length - p / 3)), 0);
    expect(distance).toBeLessThan(0.1);
    expect(thirds.length).toBeGreaterThan(120);
  });
  it("of single shots are tested together when they are of one circuit", () => {
    const job = bitsJob(grover);
    const { jobs, experiments } = judged(...Array.from({ length: 200 }, (_, seed) => [job, honest(job, seed)] as const));
    expect(jobs.every(({ standing }) => standing === "possible")).toBe(true);
    expect(experiments).toHaveLength(1);
    expect(experiments[0]).toMatchObject({ shots: 200 });
    expect(experiments[0]?.p).toBeGreaterThan(1e-4);
  });
  it("have the log-likelihood of their shots in order", () => {
    const { logLikelihood } = judgedAlone(countsJob(ghz20t, 10), histogram({ ["0".repeat(20)]: 4, ["1".repeat(20)]: 6 }));
    expect(logLikelihood).toBeCloseTo(10 * Math.log(0.5), 9);
    expect(judgedAlone(bitsJob(circuit(1).x(0).measureAll().lower()), encodeResult({ kind: "bits", bits: Uint8Array.of(1) }))).toMatchObject({ standing: "possible", logLikelihood: 0, p: null });
  });
  it("of expectation values are the exact ones", () => {
    const observable = pauliSum(2, [[0.25, "I"], [-1.5, "Z0 Z1"], [0.7, "X0 X1"], [0.3, "Y0 Y1"], [0.1, "Y0 X1"]]);
    for (const lowered of [circuit(2).ry(0.3, 0).cx(0, 1).rz(0.4, 1).lower(), circuit(2).h(0).cx(0, 1).s(1).lower()]) {
      const job = valueJob(lowered, observable);
      expect(judgedAlone(job, honest(job, 1))).toMatchObject({ standing: "possible", p: null });
    }
  });
  it("that were never measured are said to have failed", () => {
    const [verdict] = judged([countsJob(grover, 5), pack({}), 1004]).jobs;
    expect(verdict).toMatchObject({ standing: "failed", note: "Q_ERR_HARDWARE_FAILURE" });
  });
});

describe("impossible outcomes", () => {
  const one = (bits: string) => encodeResult({ kind: "bits", bits: Uint8Array.from(bits, Number) });
  it.each([["by tableau", ghz20], ["by state vector", ghz20t]])("of an entangled state: one bit that differs from the rest, %s", (_, lowered) => {
    const bits = `${"0".repeat(19)}1`;
    expect(judgedAlone(bitsJob(lowered), one(bits))).toMatchObject({ standing: "impossible", logLikelihood: null, impossible: { outcome: bits, probability: 0 } });
    expect(judgedAlone(countsJob(lowered, 1_000), histogram({ ["0".repeat(20)]: 499, ["1".repeat(20)]: 500, [bits]: 1 })).standing).toBe("impossible");
  });
  it("of a mid-circuit measurement: a corrected qubit that is not", () => {
    expect(judgedAlone(countsJob(teleport(), 4), histogram({ "000": 1, "010": 1, "100": 1, "110": 1 })).standing).toBe("possible");
    expect(judgedAlone(countsJob(teleport(), 4), histogram({ "000": 1, "010": 1, "100": 1, "111": 1 })).standing).toBe("impossible");
    const clifford = circuit(3, 3).h(1).cx(1, 2).cx(0, 1).h(0).measure(0, 0).measure(1, 1).if(1, 1, (c) => c.x(2)).if(0, 1, (c) => c.z(2)).measure(2, 2).lower();
    expect(judgedAlone(bitsJob(clifford), one("110")).standing).toBe("possible");
    expect(judgedAlone(bitsJob(clifford), one("111"))).toMatchObject({ standing: "impossible" });
  });
  it("that rounding alone would let through: turns that add up to nothing, read before the circuit goes on and at its end", () => {
    const still = circuit(1, 2).ry(0.3, 0).ry(0.4, 0).ry(-0.7, 0).measure(0, 0).h(0).t(0).measure(0, 1).lower();
    expect(judgedAlone(bitsJob(still), one("01")).standing).toBe("possible");
    expect(judgedAlone(bitsJob(still), one("10")).standing).toBe("impossible");
    const last = circuit(1, 1).ry(0.3, 0).ry(0.4, 0).ry(-0.7, 0).measureAll().lower();
    expect(judgedAlone(bitsJob(last), one("1")).standing).toBe("impossible");
  });
  it("of a clbit nobody wrote, or whose condition did not hold", () => {
    const lowered = circuit(2, 3).h(0).measure(0, 0).if(0, 1, (c) => c.measure(1, 1)).lower();
    expect(judgedAlone(bitsJob(lowered), one("100")).standing).toBe("possible");
    expect(judgedAlone(bitsJob(lowered), one("001")).standing).toBe("impossible");
    expect(judgedAlone(bitsJob(lowered), one("110")).standing).toBe("impossible");
  });
  it("of a parity of a thousand qubits, exactly", () => {
    const cluster = circuit(1_000).repeat(1_000, (c, q) => c.h(q)).repeat(999, (c, q) => c.cz(q, q + 1)).repeat(1_000, (c, q) => (q % 2 === 0 ? c.h(q) : c)).measureAll().lower();
    const job = bitsJob(cluster);
    const body = honest(job, 3);
    expect(judgedAlone(job, body)).toMatchObject({ standing: "possible", units: 1_000 });
    const bits = Uint8Array.from(body.subarray(body.length - 1_000));
    bits[500] = 1 - (bits[500] ?? 0); // even qubits are fixed by their odd neighbours
    expect(judgedAlone(job, encodeResult({ kind: "bits", bits }))).toMatchObject({ standing: "impossible" });
  });
  it("of an expectation value: another number", () => {
    const job = valueJob(circuit(2).ry(0.3, 0).cx(0, 1).lower(), pauliSum(2, [[1, "Z0"]]));
    const value = (number: number) => encodeResult({ kind: "value", value: Float64Array.of(number) });
    expect(judgedAlone(job, value(Math.cos(0.3))).standing).toBe("possible");
    expect(judgedAlone(job, value(Math.cos(0.3) + 1e-8))).toMatchObject({ standing: "impossible", impossible: { probability: 0 } });
    expect(judgedAlone(job, value(NaN)).standing).toBe("impossible");
    expect(judgedAlone(job, value(Infinity)).standing).toBe("impossible");
  });
  it.each([
    ["another kind", encodeResult({ kind: "value", value: Float64Array.of(1) })], ["too few shots", histogram({ "000": 3, "101": 6 })],
    ["a record of another width", histogram({ "00": 4, "101": 6 })], ["a record of other letters", histogram({ "002": 4, "101": 6 })],
    ["half a shot", histogram({ "000": 3.5, "101": 6.5 })], ["records out of order", encodeResult({ kind: "counts", keys: ["101", "000"], counts: [6, 4] })],
    ["a record twice", encodeResult({ kind: "counts", keys: ["101", "101"], counts: [6, 4] })], ["negative shots", histogram({ "000": -1, "101": 11 })],
    ["a member more", pack({ kind: "counts", keys: ["101"], counts: [10], seed: 1 })], ["nothing", new Uint8Array()], ["noise", Uint8Array.of(0xc1, 7, 7)],
  ])("of a form no provider gives: %s", (_, body) => {
    expect(judgedAlone(countsJob(grover, 10), body)).toMatchObject({ standing: "impossible", impossible: { what: "the body is no outcome of such a job" } });
  });
  it("are told from a descriptor that describes nothing, which is no job", () => {
    const judge = createQJudge();
    const terms = termsOf({ qubits: 1, budget: 1 }, tick(0));
    const take = (descriptor: Uint8Array) => faultOf(() => judge.take({ job: jobId(1), domain: "Q", terms, descriptor, outcome: { verdict: 0, body: pack({}) }, due: tick(1) }));
    expect(take(pack({ mode: "counts" })).fault).toBe("TRACE_INCONSISTENT");
    expect(take(encodeDescriptor(countsJob(grover, 10)).subarray(3)).fault).toBe("TRACE_INCONSISTENT");
  });
});

describe("implausible outcomes", () => {
  const p = (...[job, body]: Parameters<typeof judgedAlone>): number => judgedAlone(job, body).p ?? NaN;
  it("are a fair coin that is not: six hundred of a thousand", () => {
    const [zeros, ones] = ["0".repeat(20), "1".repeat(20)];
    for (const lowered of [ghz20, ghz20t]) {
      expect(p(countsJob(lowered, 1_000), histogram({ [zeros]: 600, [ones]: 400 }))).toBeLessThan(1e-8);
      expect(p(countsJob(lowered, 1_000), histogram({ [zeros]: 520, [ones]: 480 }))).toBeGreaterThan(0.05);
      expect(p(countsJob(lowered, 40), histogram({ [zeros]: 40 }))).toBeLessThan(1e-8);
    }
  });
  it("are outcomes of another circuit with the same support", () => {
    const other = circuit(4).repeat(4, (c, q) => c.ry(0.6 + 0.4 * q, q)).cx(0, 1).cx(1, 2).cx(2, 3).repeat(4, (c, q) => c.rx(0.9 - 0.2 * q, q)).measureAll().lower();
    expect(p(countsJob(turned, 4_000), honest(countsJob(other, 4_000), 1))).toBeLessThan(1e-6);
  });
  it("are uniform noise in place of a random circuit, each outcome about as rare as the next", () => {
    let random = circuit(10);
    for (let layer = 0; layer < 8; layer++) {
      random = random.repeat(10, (c, q) => c.ry(0.3 + ((q * 7 + layer * 13) % 11) / 4, q).rz(0.2 + q + layer, q)).repeat(5, (c, pair) => c.cx((2 * pair + layer) % 10, (2 * pair + layer + 1) % 10));
    }
    const lowered = random.measureAll().lower();
    expect(p(countsJob(lowered, 200), honest(countsJob(lowered, 200), 5))).toBeGreaterThan(1e-4);
    const noise = circuit(10).repeat(10, (c, q) => c.h(q)).measureAll().lower();
    expect(p(countsJob(lowered, 200), honest(countsJob(noise, 200), 5))).toBeLessThan(1e-6);
  });
  it("are one biased bit among many", () => {
    const fair = circuit(12).repeat(12, (c, q) => c.h(q)).measureAll().lower();
    const biased = circuit(12).repeat(12, (c, q) => (q === 7 ? c.ry(Math.PI / 2 + 0.2, q) : c.h(q))).measureAll().lower();
    expect(p(countsJob(fair, 5_000), honest(countsJob(fair, 5_000), 2))).toBeGreaterThan(1e-4);
    expect(p(countsJob(fair, 5_000), honest(countsJob(biased, 5_000), 2))).toBeLessThan(1e-6);
  });
  it("are rare things that happen at once: one shot of probability 2.5e-11", () => {
    expect(p(bitsJob(circuit(1).ry(1e-5, 0).measureAll().lower()), encodeResult({ kind: "bits", bits: Uint8Array.of(1) }))).toBeLessThan(1e-8);
  });
  it("are single shots that are only odd together", () => {
    const job = bitsJob(bell().measureAll().lower());
    const { jobs, experiments } = judged(...Array.from({ length: 40 }, () => [job, encodeResult({ kind: "bits", bits: Uint8Array.of(1, 1) })] as const));
    expect(jobs.every(({ p: alone }) => (alone ?? 0) > 0.1)).toBe(true);
    expect(experiments[0]?.p).toBeLessThan(1e-8);
  });
  it("are found through hidden outcomes too, where the whole distribution is small enough to know", () => {
    const hidden = circuit(2, 2).ry(1, 0).cx(0, 1).reset(0).measure(0, 0).ry(0.5, 1).measure(1, 1).lower();
    const job = countsJob(hidden, 1_000);
    expect(p(job, honest(job, 4))).toBeGreaterThan(1e-3);
    expect(p(job, histogram({ "00": 500, "01": 500 }))).toBeLessThan(1e-6);
    expect(judgedAlone(job, histogram({ "00": 500, "10": 500 })).standing).toBe("impossible");
  });
});

describe("what is not followed", () => {
  it("is said to be unjudged: hidden outcomes of more paths than shots pay for", () => {
    const churn = circuit(14, 1).repeat(40, (c, at) => c.ry(0.7, at % 14).cx(at % 14, (at + 1) % 14).reset(at % 14)).measure(0, 0).lower();
    expect(judgedAlone(bitsJob(churn), encodeResult({ kind: "bits", bits: Uint8Array.of(0) }))).toMatchObject({ standing: "unjudged", p: null });
  });
});
