// Authority that is handed on only shrinks: chains of tokens and trees of delegations, against models that follow each link by itself.
// TRIAD_LONG=1: 100,000 chains.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fault } from "../../../../kernel-abi/fault.ts";
import { ALL_CAPS } from "../../../../runtime/kernel/tenancy/caps.ts";
import { Delegations, type Delegation } from "../../../../runtime/kernel/tenancy/delegations.ts";
import { Tenants } from "../../../../runtime/kernel/tenancy/tenants.ts";
import { Tokens, type SignedToken } from "../../../../runtime/kernel/tenancy/tokens.ts";
import { tenancyPorts } from "../../../support/tenancy.ts";

const LONG = process.env["TRIAD_LONG"] !== undefined;
const CHAINS = LONG ? 100_000 : 1_000;
const TREES = LONG ? 20_000 : 300;
const caps = fc.uniqueArray(fc.constantFrom(...ALL_CAPS), { maxLength: 5 });
const ticks = fc.integer({ min: 0, max: 12 });
const tried = <T>(act: () => T): T | undefined => {
  try {
    return act();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
};

type TokenStep =
  | { readonly kind: "attenuate"; readonly of: number; readonly caps: readonly string[]; readonly ttlMs: number | null; readonly maxUses: number | null }
  | { readonly kind: "use"; readonly of: number }
  | { readonly kind: "revoke"; readonly of: number }
  | { readonly kind: "wait"; readonly ms: number };
const tokenStep: fc.Arbitrary<TokenStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("attenuate" as const), of: fc.nat(9), caps, ttlMs: fc.option(ticks), maxUses: fc.option(fc.nat(4)) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("use" as const), of: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("revoke" as const), of: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(3) }) },
);

interface Link { readonly token: SignedToken; readonly up: Link | null; used: number; revoked: boolean }
const above = (link: Link | null): readonly Link[] => (link === null ? [] : [link, ...above(link.up)]);

describe("tokens", () => {
  it("made from tokens permit what every link above permits, and no more often, no longer, no deeper", () => {
    fc.assert(fc.property(caps, ticks, fc.option(fc.nat(4)), fc.array(tokenStep, { maxLength: 24 }), (first, ttlMs, maxUses, steps) => {
      const ports = tenancyPorts();
      const tokens = new Tokens(ports);
      const links: Link[] = [{ token: tokens.issue("a", { caps: first, ttlMs, maxUses }), up: null, used: 0, revoked: false }];
      const alive = (link: Link): boolean => above(link).every((one) => !one.revoked
        && (one.token.expires === null || ports.now() < one.token.expires) && (one.token.max_uses === null || one.used < one.token.max_uses));
      for (const step of steps) {
        if (step.kind === "wait") { ports.clock.ms += step.ms; continue; }
        const link = links[step.of % links.length] as Link;
        if (step.kind === "revoke") {
          tokens.revoke(link.token.id);
          link.revoked = true;
        } else if (step.kind === "use") {
          const may = alive(link);
          const used = tried(() => tokens.use(link.token, { tenant: "a", session: null }));
          expect(used !== undefined).toBe(may);
          if (may) for (const one of above(link)) one.used += 1;
        } else {
          const may = alive(link) && step.caps.every((cap) => link.token.caps.includes(cap)) && link.token.depth < 3;
          const child = tried(() => tokens.attenuate(link.token, step));
          expect(child !== undefined).toBe(may);
          if (child === undefined) continue;
          expect(child.caps.every((cap) => above(link).every(({ token }) => token.caps.includes(cap)))).toBe(true);
          expect(child.expires ?? Infinity).toBeLessThanOrEqual(link.token.expires ?? Infinity);
          expect(child.max_uses ?? Infinity).toBeLessThanOrEqual(link.token.max_uses ?? Infinity);
          links.push({ token: child, up: link, used: 0, revoked: false });
        }
      }
      for (const { token, used } of links) expect(used).toBeLessThanOrEqual(token.max_uses ?? Infinity);
    }), { numRuns: CHAINS });
  }, 3_600_000);
});

const TENANTS = ["a", "b", "c", "d"] as const;
type LoanStep =
  | { readonly kind: "delegate"; readonly from: number; readonly to: number; readonly caps: readonly string[]; readonly ttlMs: number | null; readonly source: number | null }
  | { readonly kind: "revoke"; readonly of: number; readonly by: number }
  | { readonly kind: "lose"; readonly of: number; readonly caps: readonly string[] }
  | { readonly kind: "suspend"; readonly of: number }
  | { readonly kind: "resume"; readonly of: number }
  | { readonly kind: "wait"; readonly ms: number };
const loanStep: fc.Arbitrary<LoanStep> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("delegate" as const), from: fc.nat(3), to: fc.nat(3), caps, ttlMs: fc.option(ticks), source: fc.option(fc.nat(9), { nil: null }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("revoke" as const), of: fc.nat(9), by: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), of: fc.nat(3), caps }) },
  { weight: 1, arbitrary: fc.oneof(fc.record({ kind: fc.constant("suspend" as const), of: fc.nat(3) }), fc.record({ kind: fc.constant("resume" as const), of: fc.nat(3) })) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(3) }) },
);

describe("delegations", () => {
  it("give what each link above still gives; an end anywhere takes exactly what came from there", () => {
    fc.assert(fc.property(fc.tuple(caps, caps, caps, caps), fc.array(loanStep, { maxLength: 24 }), (own, steps) => {
      const ports = tenancyPorts();
      const tenants = new Tenants(ports.sha256);
      const held = new Map<string, ReadonlySet<string>>(TENANTS.map((name, at) => [name, new Set(own[at])]));
      const active = new Set<string>(TENANTS);
      for (const name of TENANTS) tenants.register(name, held.get(name) ?? []);
      const delegations = new Delegations(tenants, ports);
      const loans: { readonly loan: Delegation; readonly up: number | null; ended: boolean }[] = [];
      const lineOf = (at: number | null): readonly (typeof loans)[number][] => { const one = at === null ? undefined : loans[at]; return one === undefined ? [] : [one, ...lineOf(one.up)]; };
      /** Follows the line from the top, link by link. */
      const gives = (at: number): ReadonlySet<string> => {
        const line = lineOf(at);
        const top = line.at(-1)?.loan.from ?? "";
        if (!active.has(top) || line.some(({ loan, ended }) => ended || (loan.expires !== null && ports.now() >= loan.expires))) return new Set();
        return new Set([...held.get(top) ?? []].filter((cap) => line.every(({ loan }) => loan.caps.includes(cap))));
      };
      const holds = (name: string): readonly string[] => (active.has(name)
        ? [...new Set([...held.get(name) ?? [], ...loans.flatMap(({ loan }, at) => (loan.to === name ? [...gives(at)] : []))])].sort() : []);
      for (const step of steps) {
        if (step.kind === "wait") ports.clock.ms += step.ms;
        else if (step.kind === "lose") {
          const name = TENANTS[step.of] as string;
          const left = [...held.get(name) ?? []].filter((cap) => !step.caps.includes(cap));
          held.set(name, new Set(left));
          tenants.setCaps(name, left);
        } else if (step.kind === "suspend" || step.kind === "resume") {
          const name = TENANTS[step.of] as string;
          tenants[step.kind](name);
          if (step.kind === "suspend") active.delete(name);
          else active.add(name);
        } else if (step.kind === "revoke") {
          const at = step.of % Math.max(1, loans.length);
          const by = TENANTS[step.by] as string;
          const known = loans[at];
          const may = known !== undefined && !lineOf(at).some(({ ended }) => ended) && lineOf(at).some(({ loan }) => loan.from === by);
          expect(tried(() => delegations.revoke(known?.loan.id ?? "", by)) !== undefined).toBe(may);
          if (may && known !== undefined) known.ended = true;
        } else {
          const [from, to] = [TENANTS[step.from] as string, TENANTS[step.to] as string];
          const at = step.source === null || loans.length === 0 ? null : step.source % loans.length;
          const source = at === null ? undefined : loans[at];
          const basis = at === null ? held.get(from) ?? new Set() : source?.loan.to === from ? gives(at) : new Set<string>();
          const may = from !== to && active.has(from) && active.has(to) && step.caps.length > 0 && step.caps.every((cap) => basis.has(cap)) && (source?.loan.depth ?? 0) < 3;
          const loan = tried(() => delegations.delegate({ from, to, caps: step.caps, ...(step.ttlMs === null ? {} : { ttlMs: step.ttlMs }), ...(source === undefined ? {} : { source: source.loan.id }) }));
          expect(loan !== undefined).toBe(may);
          if (loan === undefined) continue;
          expect(loan.expires ?? Infinity).toBeLessThanOrEqual(source?.loan.expires ?? Infinity);
          loans.push({ loan, up: at, ended: false });
        }
        for (const name of TENANTS) expect([...delegations.holds(name)].sort()).toEqual(holds(name));
      }
      delegations.sweep();
      for (const name of TENANTS) expect([...delegations.holds(name)].sort()).toEqual(holds(name));
      const again = new Delegations(tenants, ports);
      again.restore(JSON.parse(JSON.stringify(delegations.saved())));
      for (const name of TENANTS) expect([...again.holds(name)].sort()).toEqual(holds(name));
    }), { numRuns: TREES });
  }, 3_600_000);
});
