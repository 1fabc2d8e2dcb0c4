// Whatever stands where an outcome or a descriptor should, the judges answer with a verdict or a typed refusal.
import process from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bell, circuit, pauliSum } from "../../../domains/index.ts";
import { createPhiJudge } from "../../../domains/phi/judge.ts";
import { encodeDescriptor as encodePhi } from "../../../domains/phi/descriptor.ts";
import { parseCall } from "../../../domains/phi/call.ts";
import { termsOf as phiTerms } from "../../../domains/phi/request.ts";
import { createQJudge } from "../../../domains/q/judge/judge.ts";
import { encodeDescriptor } from "../../../domains/q/job.ts";
import { termsOf } from "../../../domains/q/request.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { jobId, tick } from "../../../kernel-abi/ids.ts";
import type { DomainJudge, JobVerdict, JudgedJob } from "../../../kernel-abi/judgement.ts";
import { pack } from "../../../kernel-abi/packer.ts";
import { bitsJob, countsJob, honest, valueJob } from "../../support/judged.ts";

const RUNS = process.env["TRIAD_LONG"] === undefined ? 300 : 100_000;

const jobs = [
  countsJob(bell().measureAll().lower(), 10), bitsJob(circuit(3).h(0).cx(0, 1).t(2).measureAll().lower()),
  valueJob(circuit(2).ry(0.3, 0).lower(), pauliSum(2, [[1, "Z0"]])),
];
const q = (descriptor: Uint8Array, body: Uint8Array): JudgedJob =>
  ({ job: jobId(1), domain: "Q", terms: termsOf({ qubits: 3, budget: 10 }, tick(0)), descriptor, outcome: { verdict: 0, body }, due: tick(1) });
const calls = [
  parseCall({ op: "open", phases: Float64Array.of(0.1, 0.2) }, []), parseCall({ op: "shift", delta: Float64Array.of(1) }, [jobId(7)]), parseCall({ op: "evaluate" }, [jobId(7)]),
  parseCall({ op: "spectrum", real: Float64Array.of(1, 2, 3, 4), sampleRate: 4, window: "none", padding: 1, top: 2 }, []),
];
const phi = (descriptor: Uint8Array, body: Uint8Array): JudgedJob =>
  ({ job: jobId(1), domain: "PHI", terms: phiTerms({ components: 4, duration: 10 }, tick(0)), descriptor, outcome: { verdict: 0, body }, due: tick(1) });

function verdictOf(judge: DomainJudge, job: JudgedJob): JobVerdict | undefined {
  judge.take(job);
  return judge.finish().jobs[0];
}

/** Bytes with some of them changed, cut short or added to. */
const spoiled = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 4 }), fc.nat(bytes.length), fc.uint8Array({ maxLength: 3 })).map(([changes, length, more]) => {
    const changed = bytes.slice();
    for (const [at, byte] of changes) changed[at] = byte;
    return Uint8Array.from([...changed.subarray(0, length % 5 === 0 ? length : bytes.length), ...more]);
  });
const anything = fc.oneof(fc.uint8Array({ maxLength: 40 }),
  fc.record({ kind: fc.constantFrom("bits", "counts", "value", "report", "evaluation", "spectrum", "ising", "kuramoto", "closed"), keys: fc.array(fc.string()), counts: fc.array(fc.double()), bits: fc.uint8Array(), value: fc.float64Array({ maxLength: 2 }), stability: fc.nat(), projection: fc.float64Array({ maxLength: 3 }) }, { requiredKeys: ["kind"] })
    .map((value) => pack(value).slice()));

describe("the judges, given anything", () => {
  it("call every body an outcome that can be, or one that cannot", () => {
    fc.assert(fc.property(fc.constantFrom(...jobs).chain((job) => fc.tuple(fc.constant(job), fc.oneof(spoiled(honest(job, 3)), anything))), ([job, body]) => {
      const verdict = verdictOf(createQJudge(), q(encodeDescriptor(job), body));
      expect(["possible", "impossible"]).toContain(verdict?.standing);
      expect(verdict?.standing === "impossible").toBe(verdict?.impossible !== undefined);
    }), { numRuns: RUNS });
    fc.assert(fc.property(fc.constantFrom(...calls), anything, (call, body) => {
      expect(["possible", "impossible"]).toContain(verdictOf(createPhiJudge(), phi(encodePhi(call), body))?.standing);
    }), { numRuns: RUNS });
  });
  it("refuse every descriptor that describes no job, and judge every other", () => {
    const take = (judge: DomainJudge, job: JudgedJob): void => {
      try {
        expect(verdictOf(judge, job)).toBeDefined();
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
        expect((error as Fault).fault).toBe("TRACE_INCONSISTENT");
      }
    };
    fc.assert(fc.property(fc.constantFrom(...jobs).chain((job) => fc.tuple(spoiled(encodeDescriptor(job)), fc.constant(honest(job, 3)))), ([descriptor, body]) => {
      take(createQJudge(), q(descriptor, body));
    }), { numRuns: RUNS });
    fc.assert(fc.property(fc.constantFrom(...calls).chain((call) => spoiled(encodePhi(call))), anything, (descriptor, body) => {
      take(createPhiJudge(), phi(descriptor, body));
    }), { numRuns: RUNS });
  });
});
