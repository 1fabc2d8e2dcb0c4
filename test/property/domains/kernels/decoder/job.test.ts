// Bytes that are nearly a job of q.decode: answered or refused with a fault of the registry, and the kernel goes on as before.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeDecodeJob } from "../../../../../domains/kernels/decoder/job.ts";
import { DECODERS } from "../../../../../domains/kernels/decoder/decoder.ts";
import { runKernel } from "../../../../../domains/kernels/registry.ts";
import { Fault } from "../../../../../kernel-abi/fault.ts";
import { randomGraph, rowsOf } from "../../../../support/matching-graphs.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 600 : 60_000;

describe("jobs of q.decode, altered", () => {
  it("are answered or refused, never anything else", () => {
    const verdicts = new Set<string>();
    const altered = fc.tuple(randomGraph({ detectors: 6, edges: 9, least: -2, most: 3, boundaryOneIn: 4 }), fc.array(fc.nat(63), { maxLength: 4 }), fc.constantFrom(...DECODERS),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(400));
    fc.assert(fc.property(altered, ([graph, states, decoder, changes, cut]) => {
      const { events, shots } = rowsOf(6, states.map((state) => [0, 1, 2, 3, 4, 5].filter((at) => (state >> at) & 1)));
      const good = encodeDecodeJob({ graph, decoder, shots, events, weighed: true });
      const answer = runKernel("q.decode", good);
      const bytes = good.slice(0, cut < 20 ? cut : undefined);
      for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
      try {
        runKernel("q.decode", bytes);
        verdicts.add("answered");
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        verdicts.add(error.fault);
      }
      expect(runKernel("q.decode", good)).toEqual(answer);
    }), { numRuns: RUNS });
    expect([...verdicts].sort()).toEqual(["ABI_UNDECODABLE", "KERNEL_REFUSED", "answered"]);
  });
});
