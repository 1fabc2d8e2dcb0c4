// The kernel of error-correction experiments: counting, tables, and jobs that are none.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pack, unpack } from "../../../../../kernel-abi/packer.ts";
import { countDifferences, cutBits, populationOf, populationOfBits } from "../../../../../domains/kernels/qec/count.ts";
import { encodeQecJob, type QecCounts, type QecKernelJob } from "../../../../../domains/kernels/qec/job.ts";
import { qecKernel } from "../../../../../domains/kernels/qec/kernel.ts";
import { compileFrames } from "../../../../../domains/q/stim/compile.ts";
import { parseStim } from "../../../../../domains/q/stim/parse.ts";
import { faultName } from "../../../../support/refusals.ts";

/** Two data qubits, one check: D0 is their parity, the observable is qubit 1. */
const circuit = (p: number, q: number): string => `R 0 1\nX_ERROR(${p}) 0\nX_ERROR(${q}) 1\nM 0 1\nDETECTOR rec[-1] rec[-2]\nOBSERVABLE_INCLUDE(0) rec[-1]\n`;
const job = (p: number, q: number, decoder: QecKernelJob["decoder"], shots = 2_000): QecKernelJob => ({ program: compileFrames(parseStim(circuit(p, q))), decoder, shots, key: Uint32Array.of(3, 4) });
const counts = (of: QecKernelJob): QecCounts => unpack(qecKernel.run(encodeQecJob(of))) as QecCounts;

describe("counting", () => {
  it("finds every bit wherever its bytes begin, of more rows than are cut at once too", () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, at) => (at * 167 + 29) & 0xff);
    const plain = (part: Uint8Array): number => [...part].reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
    for (let from = 0; from < 9; from++) for (let to = from; to < 24; to++) expect(populationOf(bytes.subarray(from, to))).toBe(plain(bytes.subarray(from, to)));
    const many = Uint8Array.from({ length: 3 * 140_000 }, (_, at) => (at * 31 + (at >> 8)) & 0xff);
    let wanted = 0;
    for (let at = 0; at < many.length; at += 3) wanted += (((many[at] ?? 0) >> 6) & 1) + (((many[at] ?? 0) >> 7) & 1) + ((many[at + 1] ?? 0) & 1);
    expect(populationOfBits(many, 3, 6, 3)).toBe(wanted);
    expect(populationOfBits(new Uint8Array(0), 0, 0, 0)).toBe(0);
  });

  it("finds observables wherever they stand in a row, and what differs", () => {
    fc.assert(fc.property(fc.nat(20), fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), (detectors, observables, seeds) => {
      const bits = seeds.map((seed) => Array.from({ length: detectors + observables }, (_, at) => ((seed * 2654435761 + at * 40503) >>> 7) & 1));
      const rowBytes = (detectors + observables + 7) >> 3, width = (observables + 7) >> 3;
      const packedRow = (row: readonly number[], bytes: number) => Array.from({ length: bytes }, (_, byte) => row.slice(8 * byte, 8 * byte + 8).reduce((sum, bit, at) => sum | (bit << at), 0));
      const rows = Uint8Array.from(bits.flatMap((row) => packedRow(row, rowBytes)));
      const into = new Uint8Array(bits.length * width);
      cutBits(rows, rowBytes, detectors, observables, into);
      expect([...into]).toEqual(bits.flatMap((row) => packedRow(row.slice(detectors), width)));
      expect(populationOf(rows)).toBe(bits.flat().filter((bit) => bit === 1).length);
      expect(populationOfBits(rows, rowBytes, detectors, observables)).toBe(bits.flatMap((row) => row.slice(detectors)).filter((bit) => bit === 1).length);
      const flips = Array.from({ length: observables }, () => 0);
      const wrong = countDifferences(into, new Uint8Array(into.length), bits.length, width, flips);
      expect(wrong).toBe(bits.filter((row) => row.slice(detectors).includes(1)).length);
      expect(flips).toEqual(Array.from({ length: observables }, (_, at) => bits.filter((row) => row[detectors + at] === 1).length));
    }));
  });

  it("a table decodes as it says", () => {
    const [p, q] = [0.25, 0.125];
    const never = counts(job(p, q, { name: "table", table: Uint8Array.of(0, 0) }));
    const always = counts(job(p, q, { name: "table", table: Uint8Array.of(1, 1) }));
    const onEvent = counts(job(p, q, { name: "table", table: Uint8Array.of(0, 1) }));
    expect(never.errors + always.errors).toBe(2_000);
    expect(Math.abs(never.errors / 2_000 - q)).toBeLessThan(0.037); // five standard deviations
    expect(Math.abs(onEvent.errors / 2_000 - p)).toBeLessThan(0.049); // wrong exactly when the other qubit flipped
    expect(never.events).toBe(onEvent.events);
  });

  it("a range of blocks is counted to the shot", () => {
    const whole = (shots: number) => counts(job(0.25, 0.125, { name: "table", table: Uint8Array.of(0, 0) }, shots)).errors;
    const rows = (unpack(qecKernel.run(encodeQecJob(job(0.25, 0.125, null, 3_000)))) as { readonly rows: Uint8Array }).rows;
    for (const shots of [1, 1_023, 1_024, 1_025, 3_000]) expect(whole(shots)).toBe(rows.subarray(0, shots).filter((row) => (row & 2) !== 0).length);
  });
});

describe("jobs that are none", () => {
  const good = job(0.1, 0.1, null);
  it.each<[string, unknown]>([
    ["nothing", null], ["no program", { ...good, program: 7 }], ["no shots", { ...good, shots: 0 }], ["half a shot", { ...good, shots: 1.5 }], ["no key", { ...good, key: Uint32Array.of(1) }],
    ["a decoder of no name", { ...good, decoder: { name: "guess" } }], ["a table of another size", { ...good, decoder: { name: "table", table: new Uint8Array(3) } }],
    ["a graph of another size", { ...good, decoder: { name: "matching", graph: { detectors: 2, observables: 1, ends: Int32Array.of(), weights: Int32Array.of(), masks: Uint32Array.of() } } }],
    ["events of another length", { decoder: { name: "table", table: Uint8Array.of(0, 1) }, detectors: 1, observables: 1, shots: 3, events: new Uint8Array(2) }],
    ["events without a decoder", { decoder: null, detectors: 1, observables: 1, shots: 1, events: new Uint8Array(1) }],
    ["no graph", { ...good, decoder: { name: "matching" } }], ["rows beyond the limit", { ...good, shots: 100_000_000 }],
  ])("refuses %s", (_, value) => {
    expect(faultName(() => qecKernel.run(pack(value)))).toBe("KERNEL_REFUSED");
  });
  it("refuses bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(["KERNEL_REFUSED", "ABI_UNDECODABLE"]).toContain(faultName(() => qecKernel.run(bytes)));
    }));
  });
});
