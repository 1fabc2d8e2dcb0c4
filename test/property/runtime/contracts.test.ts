// Contracts under random programs, faults and policies: what is lent never exceeds what is declared, at every commit; everything
// comes back; nobody waits for ever; the same run comes again; verify agrees with all of it (run.ts).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { k, reserveAllWithin } from "../../../domains/k/api/operations.ts";
import { EVENT, type Frame } from "../../../kernel-abi/frame.ts";
import type { Contract, Job } from "../../../kernel-abi/handle.ts";
import type { Injection, Recovery } from "../../../kernel-abi/injection.ts";
import type { Operation } from "../../../kernel-abi/operation.ts";
import { unpack } from "../../../kernel-abi/packer.ts";
import { run, TOY_UNITS, toyOutcomes } from "../../support/run.ts";
import { ask, codeOf, collect, reserve, submit, toy } from "../../support/toy.ts";

type Domain = "Q" | "PHI";
const domain = fc.constantFrom<Domain>("Q", "PHI");
const act = fc.oneof(
  fc.record({ do: fc.constant("reserve" as const), domain, units: fc.integer({ min: 1, max: 11 }), ends: fc.integer({ min: 1, max: 40 }), budget: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: fc.constant("wait" as const), domain, units: fc.integer({ min: 1, max: 11 }), within: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ do: fc.constant("both" as const), units: fc.integer({ min: 1, max: 9 }), within: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ do: fc.constant("submit" as const), at: fc.nat(5), cost: fc.integer({ min: 1, max: 8 }), charge: fc.nat(6), fail: fc.constantFrom([0, 0], [0, 0], [1004, 2005], [1006, 2002]) }),
  fc.record({ do: fc.constant("collect" as const), at: fc.nat(5) }),
  fc.record({ do: fc.constant("release" as const), at: fc.nat(5) }),
  fc.record({ do: fc.constant("share" as const), at: fc.nat(5) }),
  fc.record({ do: fc.constant("sleep" as const), ticks: fc.integer({ min: 1, max: 9 }) }),
);
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

/** Does all of it, whatever is refused. */
const worker = (acts: readonly Act[]) => toy("worker", ["Q", "PHI"], function* () {
  const contracts: { readonly domain: Domain; readonly contract: Contract }[] = [];
  const jobs: { readonly domain: Domain; readonly job: Job }[] = [];
  const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
  function* one(step: Act): Generator<Operation, void, unknown> {
    switch (step.do) {
      case "reserve": contracts.push({ domain: step.domain, contract: yield* reserve(step.domain, { units: step.units, end: (yield* k.now()) + step.ends, budget: step.budget }) }); return;
      case "wait": contracts.push({ domain: step.domain, contract: yield* ask<Contract>({ domain: step.domain, op: "reserve", request: { units: step.units }, within: step.within } as Operation) }); return;
      case "both": {
        const [q, phi] = yield* reserveAllWithin(step.within, { domain: "Q", request: { units: step.units } }, { domain: "PHI", request: { units: step.units } }) as unknown as Generator<Operation, [Contract, Contract], unknown>;
        contracts.push({ domain: "Q", contract: q }, { domain: "PHI", contract: phi });
        return;
      }
      case "submit": {
        const held = pick(contracts, step.at);
        if (held !== undefined) jobs.push({ domain: held.domain, job: yield* submit(held.domain, held.contract, { cost: step.cost, charge: step.charge, fail: step.fail[held.domain === "Q" ? 0 : 1] ?? 0 }) });
        return;
      }
      case "collect": {
        const job = pick(jobs, step.at);
        if (job !== undefined) yield* collect(job.domain, job.job);
        return;
      }
      case "release": {
        const held = pick(contracts, step.at);
        if (held !== undefined) yield* ask({ domain: held.domain, op: "release", contract: held.contract } as Operation);
        return;
      }
      case "share": {
        const held = pick(contracts, step.at);
        if (held !== undefined) yield* ask({ domain: held.domain, op: "share", contract: held.contract, to: yield* k.parent(), measures: true } as Operation);
        return;
      }
      case "sleep": yield* k.sleep(step.ticks);
    }
  }
  for (const step of acts) yield* codeOf(one(step));
  return "done";
});

const fault = fc.oneof(
  fc.record({ at: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom("decoherence-spike", "calibration-expiry" as const), domain: fc.constant<Domain>("Q") }),
  fc.record({ at: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom("hardware-failure", "contract-invalidation", "domain-freeze", "domain-thaw"), domain }),
  fc.record({ at: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom("vhm-freeze") }),
  fc.record({ at: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom("process-kill"), process: fc.constantFrom("root/worker#1", "root/worker#2") }),
);
const recovery = fc.option(fc.record({
  version: fc.constant(1 as const),
  rules: fc.uniqueArray(fc.oneof(
    fc.record({ fault: fc.constantFrom("Q_ERR_HARDWARE_FAILURE", "PHI_ERR_HARDWARE_FAILURE"), action: fc.constantFrom("rollback", "continue") }),
    fc.record({ fault: fc.constantFrom("Q_ERR_MEASUREMENT_FAILURE"), action: fc.constant("retry"), limit: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ fault: fc.constantFrom("PHI_ERR_STABILITY_BREACH"), action: fc.constant("halt"), level: fc.constantFrom(0, 1, 2) }),
  ), { selector: ({ fault: of }) => of, maxLength: 4 }),
  overuse: fc.constantFrom("refuse" as const, "revoke" as const),
  escalate: fc.constantFrom({ failures: 3, within: 9 }, { failures: 9, within: 2, freezes: 1 }),
}), { nil: undefined });

/** Units lent at every commit, out of what the trace says alone. */
function checkConserved(frames: readonly Frame[]): void {
  const lent = { Q: 0, PHI: 0 };
  const units = new Map<number, { readonly domain: Domain; readonly units: number }>();
  for (const frame of frames) {
    const aborted = frame.kind === "turn" && frame.end.kind === 2;
    for (const { code, contract, body } of aborted ? [] : frame.entries) {
      if (code === EVENT.CONTRACT_ISSUED) units.set(contract, (unpack(body) as { terms: { domain: Domain; units: number } }).terms);
      const terms = units.get(contract);
      if (terms !== undefined && code === EVENT.CONTRACT_ISSUED) lent[terms.domain] += terms.units;
      if (terms !== undefined && code === EVENT.CONTRACT_RELEASED) lent[terms.domain] -= terms.units;
    }
    for (const of of ["Q", "PHI"] as const) expect(lent[of] >= 0 && lent[of] <= TOY_UNITS).toBe(true);
  }
  expect(lent).toEqual({ Q: 0, PHI: 0 });
}

describe("contracts", () => {
  it("053/C3 are conserved at every commit, and nobody waits for ever, whatever programs, faults and policies do", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(act, { maxLength: 14 }), { minLength: 1, maxLength: 4 }), fc.array(fault, { maxLength: 4 }), recovery, async (workers, script, policy) => {
      const root = toy("root", ["Q", "PHI"], function* () {
        const children = [];
        for (const acts of workers) children.push(yield* k.spawn(worker(acts) as never));
        const said: unknown[] = [];
        for (const child of children) said.push(yield* codeOf(k.join(child)));
        return said;
      });
      const options = { ...(script.length === 0 ? {} : { faults: [...script].sort((a, b) => a.at - b.at) as unknown as Injection[] }), ...(policy === undefined ? {} : { recovery: policy as Recovery }) };
      const ran = await run(root, options);
      expect(["completed", "enforced"]).toContain(ran.end.status);
      checkConserved(ran.frames);
      expect((await run(root, { ...options, outcomes: toyOutcomes((job) => (job * 7) % 5) })).trace).toBe(ran.trace);
    }), { numRuns: process.env["TRIAD_LONG"] === undefined ? 60 : 5_000 });
  });
});
