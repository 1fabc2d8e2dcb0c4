// Gradients through the whole runtime: charged, sealed, verified, replayed, reproduced and judged; nothing else leaves the provider.
import { beforeAll, describe, expect, it } from "vitest";
import { EVENT } from "../../../../kernel-abi/frame.ts";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { unpack } from "../../../../kernel-abi/packer.ts";
import { circuit, defineProcess, judgeTrace, parameters, pauliSum, replayTrace, reproduceTrace, verifyTrace, type Gradient } from "../../../../runtime/app/index.ts";
import { memorySource } from "../../../../runtime/adapters/memory.ts";
import { encodeResult, parseResult } from "../../../../domains/q/outcome.ts";
import { walk } from "../../../../replay/bundle.ts";
import { chained, recordInMemory, type MemoryRun } from "../../../support/examples.ts";
import { withOutcomes } from "../../../support/forge.ts";

const theta = parameters("theta", 3);
const ansatz = circuit(2).ry(theta[0]!, 0).cx(0, 1).ry(theta[1]!, 0, 1).cp(theta[2]!.times(0.5), 0, 1);
const energy = pauliSum(2, [[1, "Z0 Z1"], [0.5, "X0"], [-0.25, "Y0 X1"], [2, "I"]]);

const program = defineProcess({
  name: "gradients", domains: ["Q"],
  *run({ q }) {
    const contract = yield* q.reserve({ qubits: 2, budget: 1_000_000, shots: 100_000 });
    const found: Gradient[] = [];
    for (const method of ["adjoint", "shift"] as const) found.push(yield* q.measure(yield* q.gradient(contract, ansatz.bind([0.3, -1.1, 0.7]), energy, { method, shots: 10 })));
    const plain = yield* q.measure(yield* q.gradient(contract, circuit(2).ry(0, 0).cx(0, 1), energy));
    const value = yield* q.measure(yield* q.estimate(contract, ansatz.bind([0.3, -1.1, 0.7]), energy, { shots: 10 }));
    const { budget, shots } = yield* q.ledger(contract);
    return { found, plain, value, budget, shots };
  },
});

let run: MemoryRun;
interface Result { readonly found: readonly Gradient[]; readonly plain: Gradient; readonly value: number; readonly budget: number; readonly shots: number }
const result = (): Result => run.report.end.result as Result;
beforeAll(async () => { run = await recordInMemory({ program }); });

/** ⟨energy⟩ in closed form is not needed: derivatives are differences of values the same run estimates. */
describe("a gradient", () => {
  it("is the same by either method, and so is the value, which is the estimate's", () => {
    const { found: [adjoint, shift], value } = result();
    expect(adjoint!.gradient).toHaveLength(3);
    adjoint!.gradient.forEach((slope, at) => { expect(Math.abs(slope - shift!.gradient[at]!)).toBeLessThan(1e-10); });
    expect([adjoint!.value, shift!.value]).toEqual([value, value]);
  });

  it("of a circuit without names has one derivative a rotation, also where the circuit is a Clifford's", () => {
    const { plain } = result();
    expect(plain.gradient).toHaveLength(1);
    expect(plain.gradient[0]).toBeCloseTo(0, 12); // Z0 Z1 is 1 whatever the angle; X0 becomes X0 X1
    expect(plain.value).toBeCloseTo(3, 12);
  });

  it("is charged as parameter shift: shots of 1 + 2 × (gates a parameter moves) circuits", () => {
    const { shots, budget } = result();
    const cost = 1 + 2 + 2 + 2;
    expect(shots).toBe(2 * 10 * 9 + 1_000 * 3 + 10);
    expect(budget).toBe(cost * (2 * 10 * 9 + 10) + 3 * 1_000 * 3);
  });

  it("is sealed: the trace verifies, replays, and reproduces with other workers", async () => {
    expect(await verifyTrace(run.bytes)).toMatchObject({ ok: true, digest: run.report.digest });
    expect(await replayTrace(run.bytes, { program })).toMatchObject({ complete: true, digest: run.report.digest });
    expect(await reproduceTrace(run.bytes, { program, workers: 1 })).toMatchObject({ complete: true, confirmed: 4, unconfirmed: 0 });
    expect(chained(await recordInMemory({ program }, { workers: 2 })).equals(chained(run))).toBe(true);
  });

  it("leaves the provider as value and derivatives, one a parameter, and no more (A4)", () => {
    const bodies = [...walk(memorySource(run.bytes))].flatMap(({ frame }) => frame.entries).filter(({ code }) => code === EVENT.JOB_OUTCOME).map(({ body }) => parseResult(unpack(body)));
    expect(bodies.map((body) => [body.kind, Object.keys(body).sort()])).toEqual([
      ["gradient", ["gradient", "kind", "value"]], ["gradient", ["gradient", "kind", "value"]], ["gradient", ["gradient", "kind", "value"]], ["value", ["kind", "value"]]]);
    expect(bodies.map((body) => (body.kind === "gradient" ? [body.value.length, body.gradient.length] : []))).toEqual([[1, 3], [1, 3], [1, 1], []]);
  });
});

describe("judging", () => {
  const kinds = async (bytes: Uint8Array): Promise<unknown> => judgeTrace(bytes).then(({ jobs }) => jobs.map(({ kind, standing }) => [kind, standing]), (error: unknown) => (error instanceof Fault ? [error.fault, error.detail["job"], error.detail["what"] ?? error.detail["why"]] : error));
  const forged = (change: (value: Float64Array, gradient: Float64Array) => void, extra = 0): Uint8Array => withOutcomes(run.bytes, ({ job, body }) => {
    const parsed = parseResult(body);
    if (job !== 2 || parsed.kind !== "gradient") return body;
    const [value, gradient] = [parsed.value.slice(), Float64Array.of(...parsed.gradient, ...new Array<number>(extra).fill(0))];
    change(value, gradient);
    return encodeResult({ kind: "gradient", value, gradient });
  });
  it("finds honest gradients possible", async () => {
    expect(await kinds(run.bytes)).toEqual([["gradient", "possible"], ["gradient", "possible"], ["gradient", "possible"], ["expectation", "possible"]]);
  });
  it.each([
    ["another value", forged.bind(null, (value) => { value[0] = (value[0] ?? 0) + 1e-6; }), /exact value/],
    ["another derivative", forged.bind(null, (_, gradient) => { gradient[2] = (gradient[2] ?? 0) + 1e-6; }), /derivative by parameter 2/],
    ["no number", forged.bind(null, (_, gradient) => { gradient[0] = NaN; }), /no outcome/],
    ["one derivative too many", forged.bind(null, () => undefined, 1), /no outcome/],
  ])("refuses %s", async (_, make, what) => {
    expect(await kinds(make())).toEqual(["OUTCOME_IMPOSSIBLE", 2, expect.stringMatching(what) as unknown]);
  });
});

describe("refusals, in the order of the stages", () => {
  it("of what a gradient cannot be taken of", async () => {
    const measured = circuit(1, 1).ry(0.1, 0).measure(0, 0);
    const refused = defineProcess({
      name: "refused", domains: ["Q"],
      *run({ q }) {
        const contract = yield* q.reserve({ qubits: 30, budget: 1_000 });
        const z = (n: number) => pauliSum(n, [[1, "Z0"]]);
        const told: unknown[] = [];
        for (const call of [
          q.gradient(contract, measured, z(1)), q.gradient(contract, circuit(27).t(0).ry(0.1, 0), z(27)), q.gradient(contract, circuit(1).ry(0.1, 0), z(2)),
          q.gradient(contract, circuit(1).ry(0.1, 0), z(1), { method: "guess" as never }), q.gradient(contract, circuit(1).ry(0.1, 0), z(1), { shots: 334 }),
        ]) {
          try {
            yield* call;
          } catch (fault) {
            told.push(fault instanceof Fault ? [fault.fault, fault.detail["what"] ?? fault.detail["allowed"] ?? fault.detail["charge"]] : fault);
          }
        }
        return told;
      },
    });
    const { report } = await recordInMemory({ program: refused });
    expect(report.end.result).toEqual([
      ["Q_ERR_MEASUREMENT_FAILURE", "a gradient needs a circuit without MEASURE and RESET"], ["Q_ERR_GATE_UNSUPPORTED", 26], ["ABI_MALFORMED", "one letter per term and qubit"],
      ["ABI_MALFORMED", "one of adjoint, shift"], ["Q_ERR_DECOHERENCE_EXCEEDED", 1_002]]);
  });
});
