// triad judge over whole traces: honest ones, and forgeries whose chain and seal hold.
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { pack } from "../../../../kernel-abi/packer.ts";
import { circuit, defineProcess, judgeTrace, record, verifyTrace } from "../../../../runtime/app/index.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { onlyObject, scratch, triad } from "../../../support/cli.ts";
import { EXAMPLES, recordInMemory } from "../../../support/examples.ts";
import { withOutcomes, withVerdicts } from "../../../support/forge.ts";
import { histogram } from "../../../support/judged.ts";

const at = scratch();

/** A Bell pair in a child as well as in the root, and a value; job 3 is abandoned when the child ends. */
const program = defineProcess({
  name: "judged",
  domains: ["Q"],
  *run({ k, q }) {
    const pair = circuit(2).h(0).cx(0, 1).measureAll();
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000_000 });
    const counts = yield* q.measure(yield* q.sample(contract, pair, 1_000));
    const value = yield* q.measure(yield* q.estimate(contract, circuit(1).ry(0.3, 0), { coefficients: Float64Array.of(1), paulis: Uint8Array.of(3) }));
    yield* k.log("seen", { counts, value });
    yield* q.submit(contract, pair);
    return null;
  },
});

let bytes = new Uint8Array();
beforeAll(async () => {
  const sink = createMemorySink();
  await record({ program, out: sink, seed: "7", workers: 0 });
  bytes = Uint8Array.from(sink.bytes());
  writeFileSync(at("honest.triad"), bytes);
});

const forged = (job: number, body: Uint8Array): Uint8Array => withOutcomes(bytes, (outcome) => (outcome.job === job ? body : outcome.body));
async function faultOf(trace: Uint8Array, options: Parameters<typeof judgeTrace>[1] = {}): Promise<Fault> {
  const report: unknown = await judgeTrace(trace, options).catch((error: unknown) => error);
  if (report instanceof Fault) return report;
  throw new Error("not refused");
}
const impossible = histogram({ "00": 500, "01": 1, "11": 499 });
const biased = histogram({ "00": 700, "11": 300 });

describe("judging a trace", () => {
  it("finds honest outcomes possible, with the actor, the event and the tick of each", async () => {
    const { jobs, p, implausible, flagged, verified } = await judgeTrace(bytes);
    expect(jobs.map(({ job, actor, kind, units, shots, standing }) => [job, actor, kind, units, shots, standing]))
      .toEqual([[1, "root", "counts", 2, 1_000, "possible"], [2, "root", "expectation", 1, 1, "possible"]]);
    expect([implausible, flagged, verified.status]).toEqual([false, [], "completed"]);
    expect(p).toBeGreaterThan(1e-6);
    const listed = onlyObject((await triad("trace", at("honest.triad"), "--event", "JOB_OUTCOME", "--json")).out);
    expect(listed["events"]).toMatchObject(jobs.map(({ event, tick }) => ({ eventId: event, tick })));
  });
  it.each(EXAMPLES.map((example) => [example.name, example] as const))("of the example %s finds everything possible", async (_, example) => {
    const run = await recordInMemory(example);
    const { jobs, implausible } = await judgeTrace(run.bytes);
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.every(({ standing }) => standing === "possible")).toBe(true);
    expect(implausible).toBe(false);
  });
  it("verifies first: what is not what was sealed is refused as verify refuses it", async () => {
    const damaged = bytes.slice();
    damaged[600] = (damaged[600] ?? 0) ^ 1;
    expect((await faultOf(damaged)).fault).toMatch(/^TRACE_/);
    expect((await faultOf(bytes, { signer: "0".repeat(64) })).fault).toBe("SIGNER_MISMATCH");
  });
});

describe("forged outcomes under a chain and a seal that hold", () => {
  it("pass verify, which does not look at physics", async () => {
    expect((await verifyTrace(forged(1, impossible))).ok).toBe(true);
  });
  it("are refused when they cannot be: the event, the job, the outcome and its probability", async () => {
    const fault = await faultOf(forged(1, impossible));
    const honest = await judgeTrace(bytes);
    expect([fault.fault, fault.code, fault.exitCode]).toEqual(["OUTCOME_IMPOSSIBLE", 3316, 4]);
    expect(fault.detail).toMatchObject({ unit: "block", event: honest.jobs[0]?.event, job: 1, actor: "root", outcome: "01", probability: 0, jobs: 1 });
  });
  it("are refused when a value is another", async () => {
    const fault = await faultOf(forged(2, pack({ kind: "value", value: Float64Array.of(0.9553) })));
    expect(fault.detail).toMatchObject({ job: 2, kind: "expectation", outcome: "0.9553" });
    expect(String(fault.detail["what"])).toContain("0.9553364891256");
  });
  it("name the first of several", async () => {
    const fault = await faultOf(withOutcomes(bytes, () => pack({ kind: "bits", bits: Uint8Array.of(0, 1) })));
    expect(fault.detail).toMatchObject({ job: 1, jobs: 2 });
  });
  it("are not hidden behind a verdict: a fault has no result beside it", async () => {
    const said = (verdict: number, body: Uint8Array): Uint8Array => withVerdicts(bytes, (outcome) => (outcome.job === 1 ? { verdict, body } : outcome));
    for (const verdict of [1, 5, 1004]) {
      for (const body of [impossible, pack({ kind: "bits", bits: [0, 1] }), pack({ kind: "counts", keys: ["01"], counts: [1_000] })]) {
        expect((await faultOf(said(verdict, body))).fault).toBe("TRACE_INCONSISTENT");
      }
    }
    const lost = said(1004, pack({ what: "the provider stopped" }));
    expect(await judgeTrace(lost)).toMatchObject({ ok: true, failed: [1], unexplained: [1], jobs: [{ standing: "failed", note: "Q_ERR_HARDWARE_FAILURE" }, { standing: "possible" }] });
    writeFileSync(at("lost.triad"), lost);
    const { code, out, err } = await triad("judge", at("lost.triad"));
    expect([code, err]).toEqual([0, "warning: 1 job failed and nothing else on record says why: 1; `triad reproduce` tells what their kernels give\n"]);
    expect(out).toContain("2 outcomes: 1 possible, 1 failed and not judged\n");
  });
  it("are explained by what ended them before they were due", async () => {
    const sink = createMemorySink();
    await record({ program, out: sink, seed: "7", workers: 0, faults: [{ at: 2, kind: "hardware-failure", domain: "Q" }] });
    expect(await judgeTrace(sink.bytes())).toMatchObject({ failed: [2], unexplained: [] });
  });
  it("are flagged when they are odd, and refused when asked to be strict", async () => {
    const odd = forged(1, biased);
    const report = await judgeTrace(odd);
    expect(report).toMatchObject({ implausible: true, flagged: [1], flags: [{ jobs: [1], adjusted: report.p }] });
    expect(report.p).toBeLessThan(1e-30);
    expect(["fit", "bets"]).toContain(report.jobs[0]?.test);
    expect(report.flags[0]?.test).toBe(report.jobs[0]?.test);
    expect(report.jobs[0]?.standing).toBe("possible");
    const fault = await faultOf(odd, { strict: true });
    expect([fault.fault, fault.code, fault.exitCode]).toEqual(["OUTCOME_IMPLAUSIBLE", 3317, 1]);
    expect((await judgeTrace(odd, { threshold: 1e-300 })).implausible).toBe(false);
  });
});

describe("triad judge", () => {
  const file = (name: string, trace: Uint8Array): string => {
    writeFileSync(at(name), trace);
    return at(name);
  };
  it("prints a table of jobs and exits 0", async () => {
    const { code, out, err } = await triad("judge", at("honest.triad"));
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^judged {2}.*honest\.triad: 2 outcomes: 2 possible\np-value +[\d.e-]+ for the whole run; flagged below 0\.000001\n/);
    expect(out).toMatch(/\njob +actor +kind +units +shots +log-likelihood +p-value +verdict\n +1 +root +counts +2 +1000 +-693\.147 +[\d.e-]+ +possible\n/);
  });
  it("prints one object with --json", async () => {
    const { code, out } = await triad("judge", at("honest.triad"), "--json");
    expect(code).toBe(0);
    expect(onlyObject(out)).toMatchObject({ schema: "triad.judge/1", ok: true, implausible: false, threshold: 1e-6, flagged: [], jobs: [{ job: 1, standing: "possible" }, { job: 2 }] });
  });
  it("refuses what cannot be with exit 4 and nothing on stdout", async () => {
    const forgery = file("impossible.triad", forged(1, impossible));
    const { code, out, err } = await triad("judge", forgery);
    expect([code, out]).toEqual([4, ""]);
    expect(err).toMatch(/^error OUTCOME_IMPOSSIBLE 3316: [^]*job +1\n[^]*outcome +01\n +probability 0\n/);
    expect(onlyObject((await triad("judge", forgery, "--json")).err)).toMatchObject({ exit: 4, error: { name: "OUTCOME_IMPOSSIBLE" } });
  });
  it("warns loudly of what is odd, exits 0, and 1 with --strict", async () => {
    const forgery = file("odd.triad", forged(1, biased));
    const { code, out, err } = await triad("judge", forgery);
    expect(code).toBe(0);
    expect(out).toMatch(/^implausible {2}/);
    expect(out).toMatch(/\n +1 +root +counts .* implausible\n/);
    expect(err).toMatch(/^warning OUTCOME_IMPLAUSIBLE 3317: /);
    expect(onlyObject((await triad("judge", forgery, "--json")).out)).toMatchObject({ implausible: true, flagged: [1] });
    const strict = await triad("judge", forgery, "--strict");
    expect([strict.code, strict.out]).toEqual([1, ""]);
    expect((await triad("judge", forgery, "--threshold", "1e-300")).err).toBe("");
  });
  it("takes a probability as threshold and nothing else", async () => {
    for (const threshold of ["0", "2", "-1", "1e", "often"]) expect((await triad("judge", at("honest.triad"), "--threshold", threshold)).code).toBe(2);
    expect((await triad("judge", at("honest.triad"), "--threshold", "0.01")).code).toBe(0);
  });
  it("judges a journal without a seal as far as it is intact, when told to", async () => {
    const whole = readFileSync(at("honest.triad"));
    const journal = file("cut.triad.partial", whole.subarray(0, whole.length - 1_500));
    expect((await triad("judge", journal)).code).toBe(4);
    const { code, err } = await triad("judge", journal, "--allow-unsealed");
    expect(code).toBe(0);
    expect(err).toContain("unsealed");
  });
});
