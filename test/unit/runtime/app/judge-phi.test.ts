// triad judge over Φ: honest projections of every kind, and forged ones.
import { beforeAll, describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { pack, unpack } from "../../../../kernel-abi/packer.ts";
import { defineProcess, judgeTrace, petersen, record } from "../../../../runtime/app/index.ts";
import { createMemorySink } from "../../../../runtime/adapters/memory.ts";
import { withOutcomes, withVerdicts } from "../../../support/forge.ts";

const OMEGA = [-0.4, -0.1, 0.2, 0.5];
const PHASES = [0.1, 0.7, 1.4, 2.0];

const program = defineProcess({
  name: "phases",
  domains: ["PHI"],
  *run({ phi }) {
    const window = yield* phi.reserve({ components: 64, duration: 100_000 });
    const envelope = yield* phi.open(window, [0.1, 0.3, 0.4, 0.9]);
    yield* phi.shift(envelope, 0.5);
    yield* phi.align(envelope, 0.3);
    const seen = yield* phi.evaluate(envelope);
    const other = yield* phi.open(window, [1, 1.2, 1.1, 0.8]);
    yield* phi.merge(envelope, other);
    yield* phi.evaluate(other);
    yield* phi.close(other);
    yield* phi.project(yield* phi.kuramoto(window, { omega: OMEGA, couplings: [1, 2], steps: 200, initial: PHASES }));
    yield* phi.project(yield* phi.kuramoto(window, { omega: OMEGA, couplings: 1.5, steps: 200, noise: 0.1, stride: 1 }));
    yield* phi.project(yield* phi.ising(window, { couplings: petersen().couplings, restarts: 4, cut: true }));
    yield* phi.project(yield* phi.spectrum(window, Array.from({ length: 64 }, (_, at) => ((at * 7) % 16) - 8), { sampleRate: 64 }));
    return seen;
  },
});

let bytes = new Uint8Array();
beforeAll(async () => {
  const sink = createMemorySink();
  const { end } = await record({ program, out: sink, seed: "7", workers: 0 });
  expect(end.fault).toBeNull();
  bytes = Uint8Array.from(sink.bytes());
});

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const floats = (value: unknown): Float64Array => (value instanceof Float64Array ? value.slice() : new Float64Array());
const spins = (value: unknown): Int8Array => (value instanceof Int8Array ? value.slice() : new Int8Array());

/** The trace with one member of one job's outcome made another. */
function forged(kind: string, ordinal: number, change: (fields: Fields) => Fields): Uint8Array {
  let seen = 0;
  return withOutcomes(bytes, ({ body }) => {
    const fields = unpack(body);
    if (!isFields(fields) || fields["kind"] !== kind || seen++ !== ordinal) return body;
    return pack({ ...fields, ...change(fields) }).slice();
  });
}

async function what(trace: Uint8Array): Promise<string> {
  const report: unknown = await judgeTrace(trace).catch((error: unknown) => error);
  if (report instanceof Fault && report.fault === "OUTCOME_IMPOSSIBLE") return String(report.detail["what"]);
  return report instanceof Fault ? report.fault : "possible";
}

const raised = (name: string, at: number, by: number) => (fields: Fields): Fields => ({ [name]: floats(fields[name]).map((value, index) => (index === at ? value + by : value)) });

describe("the judge of Φ", () => {
  it("finds every honest projection possible, says what was looked at, and tests nothing by chance", async () => {
    const { jobs, p } = await judgeTrace(bytes);
    expect(jobs.map(({ kind, standing, note }) => [kind, standing, note])).toEqual([
      ["open", "possible", ""], ["shift", "possible", ""], ["align", "possible", ""], ["evaluate", "possible", "within its drift"],
      ["open", "possible", ""], ["merge", "possible", ""], ["evaluate", "possible", "ranges and tolerances"], ["close", "possible", ""],
      ["kuramoto", "possible", "computed again"], ["kuramoto", "possible", "ranges and sums"], ["ising", "possible", "counted again from its spins"],
      ["spectrum", "possible", "computed again"],
    ]);
    expect(p).toBeNull();
    expect(jobs.map(({ units }) => units)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 10, 4]);
  });
  it.each([
    ["an envelope that opens with drift", () => forged("report", 0, () => ({ drift: 5 })), "opens with noise"],
    ["stability and noise that are not 1 together", () => forged("report", 1, () => ({ stability: 900_000 })), "not 1 together"],
    ["drift beyond the tolerance without a breach", () => forged("report", 1, () => ({ drift: 300_000 })), "no breach"],
    ["a report of another tick", () => forged("report", 1, () => ({ tick: 0 })), "a report of tick"],
    ["R beyond what the drift allows", () => forged("evaluation", 0, (fields) => raised("projection", 0, -512 / 4_096)(fields)), "without noise"],
    ["ψ beyond what the drift allows", () => forged("evaluation", 0, (fields) => raised("projection", 1, 2 * Math.PI * 64 / 4_096)(fields)), "without noise"],
    ["R between two steps", () => forged("evaluation", 1, (fields) => raised("projection", 0, 1e-5)(fields)), "no multiple"],
    ["an energy its spins have not", () => forged("ising", 0, (fields) => ({ ...raised("energy", 0, -1)(fields), energies: floats(fields["energies"]).map((e) => e - 1) })), "energy"],
    ["a cut its spins have not", () => forged("ising", 0, raised("cut", 0, 1)), "cut"],
    ["a spin turned round", () => forged("ising", 0, (fields) => ({ spins: spins(fields["spins"]).map((s, at) => (at === 3 ? -s : s)) })), "energy"],
    ["a restart that was not the best", () => forged("ising", 0, (fields) => raised("energies", 0, -1)(fields)), "best restart"],
    ["an order that is not the mean of its series", () => forged("kuramoto", 1, raised("order", 0, 1e-6)), "mean order"],
    ["an order beyond 1", () => forged("kuramoto", 1, raised("order", 0, 1)), "beyond 0 to 1"],
    ["a frequency determined oscillators do not have", () => forged("kuramoto", 0, raised("collectiveFrequency", 1, 1e-6)), "not what the oscillators do"],
    ["couplings nobody asked for", () => forged("kuramoto", 0, raised("couplings", 0, 1)), "not asked for"],
    ["a peak that is elsewhere", () => forged("spectrum", 0, raised("frequencies", 0, 0.01)), "frequency of peak 0"],
    ["a peak less", () => forged("spectrum", 0, (fields) => Object.fromEntries(["frequencies", "amplitudes", "shares"].map((name) => [name, floats(fields[name]).slice(1)]))), "peaks"],
    ["an outcome of another call", () => withOutcomes(bytes, ({ job, body }) => (job === 8 ? pack({ kind: "report", stability: 1_000_000, noise: 0, drift: 0, tick: 9 }) : body)), "a report for a call of close"],
    ["no outcome at all", () => withOutcomes(bytes, ({ job, body }) => (job === 9 ? Uint8Array.of(0xc1) : body)), "no outcome of such a job"],
  ])("refuses %s", async (_, trace, expected) => {
    expect(await what(trace())).toContain(expected);
  });

  it("refuses a fault with a result beside it, and a breach within the tolerance; believes one beyond it", async () => {
    const said = (verdict: number, body: Uint8Array): Uint8Array => withVerdicts(bytes, (outcome) => (outcome.job === 7 ? { verdict, body } : outcome));
    const report = { stability: 1_000_000, noise: 0, drift: 0, tick: 9 };
    expect(await what(said(2_005, pack({ kind: "report", ...report })))).toBe("a result beside a fault");
    expect(await what(said(2_002, pack({ stability: 999_999, noise: 1, drift: 1 })))).toContain("within the tolerance");
    expect(await judgeTrace(said(2_002, pack({ stability: 0, noise: 1_000_000, drift: 3_000_000 })), {})).toMatchObject({ failed: [7], unexplained: [7] });
  });
});
