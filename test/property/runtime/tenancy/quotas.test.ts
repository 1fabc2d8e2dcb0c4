// Quotas against a plain list of who holds what, and jobs that end in every way: no slot is ever lost or counted twice.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { Quotas, RESOURCES, type Amounts, type Holder, type Resource } from "../../../../runtime/kernel/tenancy/quotas.ts";
import { Rates } from "../../../../runtime/kernel/tenancy/rates.ts";
import { BELL, house } from "../../../support/tenancy.ts";

const LONG = process.env["TRIAD_LONG"] !== undefined;
const RUNS = LONG ? 20_000 : 400;
const TENANT = { sessions: 3, jobs_per_session: 4, concurrent_jobs: 5, logical_qubits: 20, physical_qubits: null, channels: 6, jobs_per_minute: null, calls_per_minute: null };
const SESSION = { max_logical_qubits: 9, max_channels: 4, max_jobs: 3, max_physical_qubits: 30 };
const tenantLimit: Readonly<Record<Resource, number>> = { sessions: 3, jobs: Infinity, running: 5, logical_qubits: 20, physical_qubits: Infinity, channels: 6 };
const sessionLimit: Readonly<Record<Resource, number>> = { sessions: Infinity, jobs: 4, running: 3, logical_qubits: 9, physical_qubits: 30, channels: 4 };

const holder: fc.Arbitrary<Holder> = fc.record({ tenant: fc.constantFrom("a", "b"), session: fc.option(fc.constantFrom("s", "t", "u")) });
const amounts: fc.Arbitrary<Amounts> = fc.dictionary(fc.constantFrom(...RESOURCES), fc.nat(7), { maxKeys: 4 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("reserve" as const), holder, amounts }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("release" as const), of: fc.nat(30) }) },
);

describe("quotas", () => {
  it("hold exactly what a plain list of the live reservations sums to, and refuse exactly what would not fit it", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let quotas = new Quotas(TENANT, SESSION);
      const live = new Map<string, { readonly holder: Holder; readonly amounts: Amounts }>();
      const sum = (of: (one: Holder) => boolean, resource: Resource): number => [...live.values()].reduce((total, one) => total + (of(one.holder) ? one.amounts[resource] ?? 0 : 0), 0);
      const fits = (who: Holder, wanted: Amounts): boolean => RESOURCES.every((resource) => {
        const asked = wanted[resource] ?? 0;
        const whole = sum(({ tenant }) => tenant === who.tenant, resource);
        const part = sum(({ tenant, session }) => tenant === who.tenant && session === who.session, resource);
        return asked === 0 || (whole + asked <= tenantLimit[resource] && (who.session === null || part + asked <= sessionLimit[resource]));
      });
      for (const [at, one] of steps.entries()) {
        if (one.kind === "release") {
          const id = `r${one.of}`;
          expect(quotas.release(id)).toBe(live.delete(id));
        } else {
          const may = fits(one.holder, one.amounts);
          let fault = "";
          try { quotas.reserve(`r${at}`, one.holder, one.amounts); } catch (error) { fault = error instanceof Fault ? error.fault : "?"; }
          expect(fault).toBe(may ? "" : "QUOTA_EXCEEDED");
          if (may) live.set(`r${at}`, one);
        }
        if (at % 7 === 6) {
          const saved: unknown = JSON.parse(JSON.stringify(quotas.saved()));
          quotas = new Quotas(TENANT, SESSION);
          quotas.restore(saved);
        }
        for (const tenant of ["a", "b"]) {
          const whole = quotas.usage({ tenant, session: null });
          for (const resource of RESOURCES) expect(whole[resource]).toBe(sum((who) => who.tenant === tenant, resource));
        }
        expect(quotas.size).toBe(live.size);
      }
      for (const id of live.keys()) expect([quotas.release(id), quotas.release(id)]).toEqual([true, false]);
      expect(quotas.saved()).toMatchObject({ reservations: [] });
      for (const tenant of ["a", "b"]) for (const session of [null, "s"]) expect(Object.values(quotas.usage({ tenant, session })).every((used) => used === 0)).toBe(true);
    }), { numRuns: RUNS });
  }, 3_600_000);

  it("come out empty of any storm of submits, starts, preemptions, cancels, closings, suspensions and expiries", () => {
    const act = fc.record({ what: fc.constantFrom("submit", "submit", "submit", "start", "start", "pause", "end", "cancel", "close", "suspend", "resume", "expire"), session: fc.nat(3), job: fc.nat(20), qubits: fc.nat(120) });
    fc.assert(fc.property(fc.array(act, { maxLength: 80 }), (acts) => {
      const { authority, ports, session, submit } = house({ sessionTtlMs: 1_000, tenantQuota: { ...TENANT, sessions: null, logical_qubits: 200 } });
      const sessions = ["a", "a", "b", "b"].map((tenant) => session(tenant));
      const jobs: string[] = [];
      for (const { what, session: at, job, qubits } of acts) {
        const own = sessions[at] as string;
        const some = jobs[job % Math.max(1, jobs.length)] ?? "job_none";
        if (what === "submit") {
          const answer = submit(own, BELL, { peakQubits: qubits });
          if (answer.allowed) jobs.push(answer.job);
        } else if (what === "start") {
          try { authority.start(some); } catch (error) { if (!(error instanceof Fault)) throw error; }
        } else if (what === "pause") authority.pause(some);
        else if (what === "end") authority.end(some, "COMPLETED");
        else if (what === "cancel") { authority.end(some, "CANCELLED"); authority.end(some, "CANCELLED"); }
        else if (what === "close") authority.closeSession(own);
        else if (what === "suspend") authority.suspend("b");
        else if (what === "resume") authority.tenants.resume("b");
        else { ports.clock.ms += 100; authority.sweep(); }
        for (const tenant of ["a", "b"]) expect(authority.quotas.usage({ tenant, session: null }).running).toBeLessThanOrEqual(5);
      }
      ports.clock.ms += 1_000;
      for (const { jobs: left } of authority.sweep()) for (const job of left) authority.end(job, "CANCELLED");
      for (const job of jobs) authority.end(job, "CANCELLED");
      expect([authority.quotas.size, authority.jobs.size, authority.sessions.size]).toEqual([0, 0, 0]);
    }), { numRuns: RUNS / 4 });
  }, 3_600_000);
});

describe("rates", () => {
  it("never let more than the limit through in any 60 seconds, and the wait told is the first moment that lets one through", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 40 }), (limit, pauses) => {
      const rates = new Rates();
      const passed: number[] = [];
      let now = 5_000_123;
      for (const pause of pauses) {
        now += pause;
        rates.sweep(now);
        const wait = rates.take("k", limit, now);
        if (wait > 0) {
          expect(rates.take("k", limit, now + wait - 1)).toBeGreaterThan(0);
          expect(passed.filter((at) => at > now - 60_000).length).toBeGreaterThanOrEqual(limit - passed.filter((at) => at > now - 61_000 && at <= now - 60_000).length);
          now += wait;
          expect(rates.take("k", limit, now)).toBe(0);
        }
        passed.push(now);
        expect(passed.filter((at) => at > now - 60_000).length).toBeLessThanOrEqual(limit);
      }
    }), { numRuns: RUNS });
    expect(new Rates().take("k", 0, 1)).toBeGreaterThan(0);
  });
});
