import { describe, expect, it } from "vitest";
import { contractId, jobId, processId, processName, tick } from "../../../../kernel-abi/ids.ts";
import { pack } from "../../../../kernel-abi/packer.ts";
import type { JobStart } from "../../../../kernel-abi/ports.ts";
import { Lineage } from "../../../../domains/phi/lineage.ts";
import { bench } from "./fixtures.ts";

const { terms } = bench().view();

const job = (id: number, call: Readonly<Record<string, unknown>>, { end = 1_000, issued = id } = {}): JobStart => ({
  job: jobId(id), domain: "PHI", owner: processName("root"), descriptor: pack(call), key: Uint32Array.of(1, 2), issued: tick(issued), due: tick(issued + 1),
  contract: { id: contractId(1), owner: processId(3), terms: { ...terms, end }, ledger: { budget: 0, shots: 0, jobs: 0 } },
});
const open = (id: number, more = {}): JobStart => job(id, { op: "open", phases: Float64Array.of(1, 2), magnitudes: Float64Array.of(1, 1) }, more);
const on = (id: number, op: string, ...envelopes: readonly number[]): JobStart => job(id, { op, envelopes });
const ids = (jobs: readonly JobStart[]): readonly number[] => jobs.map((one) => one.job);

describe("a lineage", () => {
  it("has a wanted job follow those that made its envelope, in order, once", () => {
    const lineage = new Lineage();
    for (const past of [open(1), open(2), on(3, "shift", 1), on(4, "align", 2), on(5, "evaluate", 1)]) expect(lineage.recorded(past)).toEqual([]);
    expect(ids(lineage.wanted(on(6, "shift", 1)))).toEqual([1, 3, 5, 6]);
    expect(ids(lineage.wanted(on(7, "shift", 1)))).toEqual([7]);
    expect(ids(lineage.wanted(on(8, "evaluate", 2)))).toEqual([2, 4, 8]);
  });

  it("joins envelopes that were transformed together", () => {
    const lineage = new Lineage();
    for (const past of [open(1), open(2), open(3), on(4, "shift", 2), on(5, "merge", 1, 2)]) lineage.recorded(past);
    expect(ids(lineage.wanted(on(6, "align", 2)))).toEqual([1, 2, 4, 5, 6]);
    expect(ids(lineage.wanted(on(7, "merge", 1, 3)))).toEqual([3, 7]);
    expect(ids(lineage.wanted(on(8, "split", 2, 3)))).toEqual([8]);
  });

  it("does a recorded job again when the provider already has the envelope it is about", () => {
    const lineage = new Lineage();
    lineage.recorded(open(1));
    lineage.recorded(open(2));
    expect(ids(lineage.wanted(on(3, "shift", 1)))).toEqual([1, 3]);
    expect(ids(lineage.recorded(on(4, "merge", 1, 2)))).toEqual([2, 4]);
  });

  it("forgets what is closed and whose window is over, and calls that keep nothing", () => {
    const lineage = new Lineage();
    for (const past of [open(1), on(2, "shift", 1), on(3, "close", 1), open(4, { end: 50 }), job(5, { op: "kuramoto" }), open(6, { issued: 50 })]) expect(lineage.recorded(past)).toEqual([]);
    expect(ids(lineage.wanted(on(7, "shift", 1)))).toEqual([7]);
    expect(ids(lineage.wanted(on(8, "shift", 4)))).toEqual([8]);
    expect(ids(lineage.wanted(on(9, "shift", 6)))).toEqual([6, 9]);
    expect(ids(lineage.wanted(job(10, { op: "ising" })))).toEqual([10]);
  });

  it("keeps a family whose other envelope was closed", () => {
    const lineage = new Lineage();
    for (const past of [open(1), open(2), on(3, "merge", 1, 2), on(4, "close", 1)]) lineage.recorded(past);
    expect(ids(lineage.wanted(on(5, "evaluate", 2)))).toEqual([1, 2, 3, 4, 5]);
  });
});
