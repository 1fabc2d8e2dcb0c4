// Fused plans through the whole runtime: asked for in the call, named in the outcome, and a build that plans otherwise says so.
import { beforeAll, describe, expect, it } from "vitest";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { stagedPlan } from "../../../../domains/kernels/statevector/stages.ts";
import { planDigest } from "../../../../domains/kernels/statevector/plan-digest.ts";
import { encodeDescriptor, parseCall } from "../../../../domains/q/job.ts";
import { encodeResult, parseResult } from "../../../../domains/q/outcome.ts";
import { walk } from "../../../../replay/bundle.ts";
import { circuit, defineProcess, judgeTrace, pauliSum, replayTrace, reproduceTrace, verifyTrace, type Circuit } from "../../../../runtime/app/index.ts";
import { memorySource } from "../../../../runtime/adapters/memory.ts";
import { chained, recordInMemory, type MemoryRun } from "../../../support/examples.ts";
import { withOutcomes } from "../../../support/forge.ts";
import { faultOf } from "../../../support/refusals.ts";

const layered = (layers: number): Circuit => {
  let made = circuit(11);
  for (let layer = 0; layer < layers; layer++) for (let at = 0; at < 11; at++) made = made.ry(0.3 + at + layer, at).cp(0.2, at, (at + 1) % 11);
  return made;
};
const body = layered(4);
const fused = { fusion: "fused" } as const;

const program = defineProcess({
  name: "fused", domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: 11, budget: 1_000_000, shots: 100_000 });
    const counts = yield* q.measure(yield* q.sample(contract, body.measureAll(), 50, fused));
    const bits = yield* q.measure(yield* q.submit(contract, body.measureAll(), fused));
    const value = yield* q.measure(yield* q.estimate(contract, body, pauliSum(11, [[1, "Z0"]]), { shots: 10, ...fused }));
    const clifford = yield* q.measure(yield* q.sample(contract, circuit(2).h(0).cx(0, 1).measureAll(), 20, fused));
    const exact = yield* q.measure(yield* q.estimate(contract, body, pauliSum(11, [[1, "Z0"]]), { shots: 10, fusion: "exact" }));
    return { counts, bits, value, clifford, exact };
  },
});

let run: MemoryRun;
beforeAll(async () => { run = await recordInMemory({ program }); });
const entries = (code: number) => [...walk(memorySource(run.bytes))].flatMap(({ frame }) => frame.entries).filter((entry) => entry.code === code);

describe("a fused call", () => {
  it("says so in its descriptor; an exact one is the call it was", () => {
    const described = entries(EVENT.JOB_INTENT).map(({ body: intent }) => unpack((unpack(intent) as { readonly descriptor: Uint8Array }).descriptor) as Readonly<Record<string, unknown>>);
    expect(described.map(({ fusion }) => fusion)).toEqual(["fused", "fused", "fused", "fused", undefined]);
    const call = { mode: "counts", circuit: body.measureAll().lower(), shots: 3 };
    expect(encodeDescriptor(parseCall({ ...call, fusion: "exact" }))).toEqual(encodeDescriptor(parseCall(call)));
  });
  it("gives the exact value up to rounding", () => {
    const { value, exact } = run.report.end.result as { readonly value: number; readonly exact: number };
    expect(Math.abs(value - exact)).toBeLessThan(1e-12);
  });
  it("has the plan's digest in its outcome, and an exact one none", () => {
    const plans = entries(EVENT.JOB_OUTCOME).map(({ body: outcome }) => parseResult(unpack(outcome))).map((result) => ("plan" in result ? result.plan : undefined));
    const planOf = (made: Circuit) => planDigest(stagedPlan(made.lower(), { fusion: "fused" }));
    expect(plans).toEqual([planOf(body.measureAll()), planOf(body), planOf(body), planOf(circuit(2).h(0).cx(0, 1)), undefined]);
    expect(planOf(layered(5))).not.toEqual(planOf(body));
    expect(planOf(body)).toHaveLength(32);
    expect(planDigest(stagedPlan(body.lower(), { fusion: "exact" }))).not.toEqual(planOf(body));
  });
  it("is sealed: verifies, replays, reproduces, is judged; one digest for any number of workers", async () => {
    expect(await verifyTrace(run.bytes)).toMatchObject({ ok: true, digest: run.report.digest });
    expect(await replayTrace(run.bytes, { program })).toMatchObject({ complete: true, digest: run.report.digest });
    expect(await reproduceTrace(run.bytes, { program, workers: 1 })).toMatchObject({ complete: true, confirmed: 5 });
    expect((await judgeTrace(run.bytes)).jobs.map(({ standing }) => standing)).toEqual(Array<string>(5).fill("possible"));
    for (const workers of [1, 2, 4]) expect(chained(await recordInMemory({ program }, { workers, delayMs: (job) => (job * 7) % 5 })).equals(chained(run))).toBe(true);
  });
});

/** As another build would have recorded it. */
const replanned = (change: (plan: Uint8Array) => Uint8Array | undefined): Uint8Array => withOutcomes(run.bytes, ({ job, body: outcome }) => {
  const { plan, ...result } = parseResult(outcome) as ReturnType<typeof parseResult> & { readonly kind: "value"; readonly plan: Uint8Array };
  if (Number(job) !== 3) return outcome;
  const other = change(plan);
  return encodeResult(other === undefined ? result : { ...result, plan: other });
});

describe("an outcome of another plan", () => {
  it("is told as that, with what to do, not as a forgery", async () => {
    const fault: unknown = await reproduceTrace(replanned((plan) => plan.map((byte) => 255 - byte)), { program }).catch((error: unknown) => error);
    expect(fault).toMatchObject({ fault: "REPRODUCE_PLAN_DIFFERS", code: 3323, exitCode: 3, detail: { job: 3, field: "body.plan", plan: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, planNow: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, at: expect.anything() as unknown } });
    expect((fault as Fault).next).toMatch(/version that recorded it/);
    expect((await judgeTrace(replanned((plan) => plan.map((byte) => 255 - byte)))).jobs[2]).toMatchObject({ standing: "possible" });
  });
  it("is a forgery where only the outcome is another", async () => {
    const other = withOutcomes(run.bytes, ({ job, body: outcome }) => {
      const result = parseResult(outcome);
      return Number(job) === 3 && result.kind === "value" ? encodeResult({ ...result, value: result.value.map((value) => value + 1e-13) }) : outcome;
    });
    await expect(reproduceTrace(other, { program })).rejects.toMatchObject({ fault: "REPRODUCE_DIFFERS" });
  });
  it.each<[string, () => Uint8Array]>([["no plan", () => replanned(() => undefined)], ["a short one", () => replanned((plan) => plan.slice(1))]])("with %s is impossible", async (_, make) => {
    await expect(judgeTrace(make())).rejects.toMatchObject({ fault: "OUTCOME_IMPOSSIBLE", detail: { job: 3 } });
  });
});

describe("refusals", () => {
  const lowered = circuit(1).h(0).measureAll().lower();
  it.each([
    ["fused with noise", { fusion: "fused", noise: {} }, "/fusion"], ["another word", { fusion: "quick" }, "/fusion"],
  ])("of %s", (_, asked, at) => {
    expect(faultOf(() => parseCall({ mode: "counts", circuit: lowered, shots: 1, ...asked }))).toMatchObject({ fault: "ABI_MALFORMED", detail: { at } });
  });
  it("of a Clifford circuit beyond the state vector", async () => {
    const wide = defineProcess({ name: "wide", domains: ["Q"], *run({ q }) { yield* q.sample(yield* q.reserve({ qubits: 28, budget: 1_000 }), circuit(28).h(0).measureAll(), 1, fused); } });
    expect((await recordInMemory({ program: wide })).report.end).toMatchObject({ status: "faulted", fault: { name: "Q_ERR_GATE_UNSUPPORTED" } });
  });
});
