// Whatever a program yields to Φ, admission answers with an admitted call or a typed fault; the service answers any descriptor.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../kernel-abi/fault.ts";
import { jobId, tick } from "../../../kernel-abi/ids.ts";
import type { JobId } from "../../../kernel-abi/ids.ts";
import { createPhiAdmission } from "../../../domains/phi/admission.ts";
import { bench } from "../../unit/domains/phi/fixtures.ts";

/** Runs an action; a typed fault gives undefined, anything else is a failure of the test. */
function answered<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

const anything = fc.anything({ withTypedArray: true, withBigInt: true, withMap: true });
const floats = fc.array(fc.double({ min: -4, max: 4 }), { maxLength: 6 }).map((list) => Float64Array.from(list));
const ints = fc.array(fc.integer({ min: -1, max: 4 }), { maxLength: 6 }).map((list) => Int32Array.from(list));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 5, arbitrary: value as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: anything });
const graph = fc.record({ offsets: maybe(ints), targets: maybe(ints), weights: maybe(floats) });
const small = fc.integer({ min: -1, max: 9 });
const call = fc.oneof(
  anything,
  fc.record({ op: fc.constant("open"), phases: maybe(floats), magnitudes: maybe(floats) }, { requiredKeys: ["op"] }),
  fc.record({ op: fc.constantFrom("shift", "align", "merge", "split", "evaluate", "close"), delta: maybe(floats), kappa: maybe(fc.double()) }, { requiredKeys: ["op"] }),
  fc.record({ op: fc.constant("shift"), delta: floats }),
  fc.record({ op: fc.constantFrom("merge", "split", "evaluate", "close") }),
  fc.record({
    op: fc.constant("kuramoto"), omega: maybe(floats), couplings: maybe(floats), graph: maybe(graph), initial: maybe(floats), dt: maybe(fc.double({ min: 0, max: 1 })),
    noise: maybe(fc.double()), steps: maybe(small), transient: maybe(small), stride: maybe(small), lockTolerance: maybe(fc.double()),
  }, { requiredKeys: ["op", "omega", "couplings", "dt", "noise", "steps", "transient", "stride", "lockTolerance"] }),
  fc.record({ op: fc.constant("spectrum"), real: maybe(floats), sampleRate: maybe(fc.double()), window: fc.constantFrom("none", "hann", "x"), padding: maybe(small), top: maybe(small) }),
  fc.record({
    op: fc.constant("ising"), couplings: graph, restarts: maybe(small), polish: maybe(fc.boolean()), cut: maybe(fc.boolean()),
    schedule: fc.record({
      dynamics: fc.constantFrom("inertial", "overdamped"), steps: small, dt: fc.double(), damping: fc.double(), coupling: fc.double(), injectionStart: fc.double(),
      injectionEnd: fc.double(), noiseStart: fc.double(), noiseEnd: fc.double(), readEvery: small, readFrom: small,
    }),
  }),
);
/** A changed count of steps could ask these for hours of work. */
const endless = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "op" in value && (value.op === "kuramoto" || value.op === "ising");
const refs = fc.oneof(fc.constant([]), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 })).map((ids): readonly JobId[] => ids.map(jobId));

describe("admission", () => {
  it("answers any sequence of calls, with integers", () => {
    fc.assert(fc.property(fc.array(fc.tuple(call, refs, fc.integer({ min: 0, max: 2 })), { maxLength: 12 }), (calls) => {
      const at = bench({ components: 5, envelopes: 2, duration: 12 });
      for (const [value, envelopes, pause] of calls) {
        at.now += pause;
        const before = at.view().ledger;
        const start = answered(() => at.start(value, envelopes));
        const { ledger } = at.view();
        if (start === undefined) {
          expect(ledger).toEqual(before);
          continue;
        }
        expect(Number.isSafeInteger(start.due) && start.due > start.issued && start.due <= 12).toBe(true);
        expect(Number.isSafeInteger(ledger.budget) && ledger.budget > before.budget).toBe(true);
        at.service.abandon(start.job);
      }
    }), { numRuns: 300 });
  });
  it("answers any request", () => {
    const admission = createPhiAdmission();
    const request = fc.oneof(anything, fc.record({
      components: maybe(fc.integer({ min: 0, max: 70_000 })), duration: maybe(fc.nat()), start: maybe(fc.nat()), transforms: maybe(fc.constantFrom("BASE", "FULL", "ISING")),
      tolerance: maybe(fc.record({ error: fc.double({ min: 0, max: 4 }), noise: fc.double({ min: 0, max: 2 }) })),
    }, { requiredKeys: [] }));
    fc.assert(fc.property(request, fc.nat({ max: 100 }), (value, now) => {
      const terms = answered(() => admission.request(value, tick(now)));
      if (terms === undefined) return;
      const { units, start, end, budget, channels, errorPpm, noisePpm } = terms;
      expect([units, start, end, budget, channels, errorPpm, noisePpm].every(Number.isSafeInteger)).toBe(true);
      expect(start >= now && end > start).toBe(true);
    }), { numRuns: 500 });
  });
});

describe("service", () => {
  it("answers any call that was admitted, and any descriptor", async () => {
    await fc.assert(fc.asyncProperty(call, fc.nat(), fc.nat(255), async (value, place, byte) => {
      const at = bench({ components: 5 });
      const start = answered(() => at.start(value, []));
      if (start === undefined) return;
      const { verdict } = await at.service.outcome(start.job);
      expect(verdict).toBe(0);
      const descriptor = Uint8Array.from(start.descriptor);
      descriptor[place % descriptor.length] = byte;
      if (endless(value)) return;
      at.service.start({ ...start, descriptor });
      expect(Number.isInteger((await at.service.outcome(start.job)).verdict)).toBe(true);
    }), { numRuns: 150 });
  });
});
