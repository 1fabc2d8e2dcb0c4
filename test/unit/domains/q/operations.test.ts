// The api yields exactly one operation a method, and turns the kernel's answers into typed values.
import { describe, expect, it } from "vitest";
import { makeContract, makeJob } from "../../../../kernel-abi/handle.ts";
import type { Operation } from "../../../../kernel-abi/operation.ts";
import { q, qBefore, qNarrower } from "../../../../domains/q/api/operations.ts";
import { faultName } from "../../../support/refusals.ts";
import { ghz } from "./fixtures.ts";

/** Steps a method: the operation it yields, then what it returns for `answer`. */
function step<R>(method: Generator<Operation<"Q">, R, unknown>, answer: unknown): readonly [Operation<"Q">, R] {
  const first = method.next();
  if (first.done === true) throw new Error("yielded nothing");
  const second = method.next(answer);
  if (second.done !== true) throw new Error("yielded twice");
  return [first.value, second.value];
}
const contract = makeContract("Q");
const job = makeJob("Q");

describe("q", () => {
  it("yields reserve, release, ledger, submit and collect", () => {
    expect(step(q.reserve({ qubits: 2, budget: 40 }), contract)).toEqual([{ domain: "Q", op: "reserve", request: { qubits: 2, budget: 40 } }, contract]);
    expect(step(q.release(contract), undefined)[0]).toMatchObject({ op: "release" });
    const ledger = { budget: 1, shots: 1, jobs: 1, free: { budget: 39, shots: 39 } };
    expect(step(q.ledger(contract), ledger)[1]).toBe(ledger);
    expect(step(q.submit(contract, ghz(2)), job)).toEqual([{ domain: "Q", op: "submit", contract, refs: [], call: { mode: "bits", circuit: ghz(2) } }, job]);
    expect(step(q.sample(contract, { lower: () => ghz(3) }, 5), job)[0]).toMatchObject({ call: { mode: "counts", shots: 5, circuit: { qubits: 3 } } });
    const z = { coefficients: Float64Array.of(1), paulis: Uint8Array.of(3) };
    expect(step(q.estimate(contract, ghz(1), z), job)[0]).toMatchObject({ call: { mode: "expectation", shots: 1000 } });
  });
  it("refuses options nobody reads, but in runs from before", () => {
    const slip = { nois: {} } as never;
    expect(faultName(() => q.sample(contract, ghz(2), 5, slip))).toBe("ABI_MALFORMED");
    for (const before of [qNarrower, qBefore]) {
      expect(step(before.sample(contract, ghz(2), 5, slip), job)[0]).toEqual({ domain: "Q", op: "submit", contract, refs: [], call: { mode: "counts", circuit: ghz(2), shots: 5 } });
      expect(step(before.reserve({ qubits: 1, budget: 1 }, slip), contract)[0]).toMatchObject({ op: "reserve" });
      expect(step(before.gradient(contract, ghz(1), { coefficients: Float64Array.of(1), paulis: Uint8Array.of(3) }, slip), job)[0]).toMatchObject({ call: { method: "adjoint" } });
    }
  });
  it("reads outcomes as plain frozen data", () => {
    const of = (answer: unknown) => step(q.measure(job), answer)[1];
    expect(of({ kind: "bits", bits: Uint8Array.of(1, 0) })).toEqual([1, 0]);
    expect(of({ kind: "counts", keys: ["01", "10"], counts: [3, 4] })).toEqual({ "01": 3, "10": 4 });
    expect(of({ kind: "value", value: Float64Array.of(-0) })).toBe(-0);
    expect(Object.isFrozen(of({ kind: "bits", bits: Uint8Array.of(1) }))).toBe(true);
  });
  it("refuses answers that are none, with a typed fault", () => {
    for (const answer of [undefined, null, 1, {}, { handle: "contract", domain: "PHI" }, makeJob("Q")]) {
      expect(faultName(() => step(q.reserve({ qubits: 1, budget: 1 }), answer))).toBe("ABI_MALFORMED");
    }
    expect(faultName(() => step(q.measure(job), { kind: "amplitudes" }))).toBe("ABI_MALFORMED");
    expect(faultName(() => step(q.submit(contract, ghz(1)), contract))).toBe("ABI_MALFORMED");
  });
});
