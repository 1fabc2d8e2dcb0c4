// Grants by themselves: the numbers and lists that stand in traces, and attenuation at its edges. The algebra is property tests.
import { describe, expect, it } from "vitest";
import { attenuate, AUTHORITIES, boundDomainOf, contains, DOMAIN_VERBS, isVoid, K_VERBS, meet, OPERATOR_VERBS, UNLIMITED, VERB, VERBS, type Grant, type Scope } from "../../../kernel-abi/capability.ts";
import { ALL_CAPABILITIES, capabilitySet, containsSet, demandOf, NO_CAPABILITIES, permits } from "../../../kernel-abi/capability-set.ts";
import { tick } from "../../../kernel-abi/ids.ts";
import { faultOf } from "../../support/refusals.ts";

const grant = (scope: Partial<Scope> = {}): Grant => ({ verb: "IPC_SEND", scope: { ...UNLIMITED, ...scope } });

describe("verbs", () => {
  it("have numbers that stand in traces", () => {
    expect(VERB).toEqual({
      EXECUTE_K: 1, IPC_SEND: 2, SPAWN: 3, ALLOCATE_Q: 4, EXECUTE_Q: 5, MEASURE_Q: 6, ALLOCATE_PHI: 7, TRANSFORM_PHI: 8, PROJECT_PHI: 9, READ_TELEMETRY: 10, READ_TRACE: 11,
      ADMIN_FAULT: 12, SPAWN_VHM: 13,
    });
    expect(VERBS).toEqual(Object.keys(VERB));
    expect(K_VERBS).toEqual(["EXECUTE_K", "IPC_SEND", "SPAWN"]);
    expect(DOMAIN_VERBS).toEqual({ Q: ["ALLOCATE_Q", "EXECUTE_Q", "MEASURE_Q"], PHI: ["ALLOCATE_PHI", "TRANSFORM_PHI", "PROJECT_PHI"] });
    expect(OPERATOR_VERBS).toEqual(["READ_TRACE", "READ_TELEMETRY", "ADMIN_FAULT"]);
    expect(AUTHORITIES).toEqual(["Q", "PHI", "READ_TRACE", "READ_TELEMETRY", "ADMIN_FAULT"]);
    expect(UNLIMITED).toEqual({ from: 0, until: null, uses: null, units: null, target: null });
    for (const table of [VERB, VERBS, K_VERBS, DOMAIN_VERBS, DOMAIN_VERBS.Q, DOMAIN_VERBS.PHI, OPERATOR_VERBS, AUTHORITIES, UNLIMITED]) expect(Object.isFrozen(table)).toBe(true);
  });
});

describe("the domain of a verb", () => {
  it("is Q or Φ for what works there, none for K's and the operator's", () => {
    expect(VERBS.map(boundDomainOf)).toEqual([undefined, undefined, undefined, "Q", "Q", "Q", "PHI", "PHI", "PHI", undefined, undefined, undefined, undefined]);
  });
});

describe("attenuation", () => {
  it("takes the narrower of every two limits", () => {
    const parent = grant({ from: 3, until: 9, uses: 4, units: 5, target: 7 });
    expect(attenuate(parent, { from: 5, until: 8, uses: 3, units: 4, target: 7 }).scope).toEqual({ from: 5, until: 8, uses: 3, units: 4, target: 7 });
    expect(attenuate(parent, { from: 1, until: 10, uses: 5, units: 6 }).scope).toEqual(parent.scope);
    expect(attenuate(parent, { from: null, until: null, uses: null, units: null, target: null } as unknown as Partial<Scope>).scope).toEqual(parent.scope);
    expect(attenuate(parent, {}).scope).toEqual(parent.scope);
    const free = attenuate(grant(), { from: 2, until: 4, uses: 0, units: 0, target: 3 });
    expect(free).toEqual({ verb: "IPC_SEND", scope: { from: 2, until: 4, uses: 0, units: 0, target: 3 } });
    expect(Object.isFrozen(free) && Object.isFrozen(free.scope)).toBe(true);
  });

  it("that takes nothing away gives the very grant: a thousand children hold one", () => {
    const parent = grant({ from: 3, until: 9, uses: 4, units: 5, target: 7 });
    for (const wish of [{}, { from: 1 }, { until: 10 }, { uses: 5 }, { units: 6 }, { target: 7 }]) expect(attenuate(parent, wish)).toBe(parent);
    for (const wish of [{ from: 4 }, { until: 8 }, { uses: 3 }, { units: 4 }]) expect(attenuate(parent, wish)).not.toBe(parent);
    expect(attenuate(grant(), { target: 7 }).scope.target).toBe(7);
  });

  it("aimed elsewhere leaves nothing, and says what was allowed", () => {
    const fault = faultOf(() => attenuate(grant({ target: 7 }), { target: 8 }));
    expect([fault.fault, fault.detail]).toEqual(["DOMAIN_UNAUTHORIZED", { verb: "IPC_SEND", target: 8, allowed: 7 }]);
  });

  it("to ticks or uses that are over leaves what permits nothing", () => {
    expect([grant(), grant({ from: 4, until: 5 }), grant({ uses: 1 }), grant({ units: 0 })].map(isVoid)).toEqual([false, false, false, false]);
    expect([grant({ from: 5, until: 5 }), grant({ from: 6, until: 5 }), grant({ uses: 0 }), grant({ until: 0 })].map(isVoid)).toEqual([true, true, true, true]);
    expect(isVoid(attenuate(grant({ until: 5 }), { from: 5 }))).toBe(true);
  });
});

describe("containment", () => {
  it("is decided by each limit alone", () => {
    const inner = grant({ from: 3, until: 9, uses: 4, units: 5, target: 7 });
    for (const wider of [{ from: 2 }, { until: 10 }, { until: null }, { uses: 5 }, { uses: null }, { units: 6 }, { units: null }, { target: null }]) {
      const outer = grant({ ...inner.scope, ...wider });
      expect([wider, contains(outer, inner), contains(inner, outer)]).toEqual([wider, true, false]);
    }
    expect([contains(inner, inner), contains(inner, grant({ ...inner.scope, target: 8 })), contains({ ...inner, verb: "SPAWN" }, inner)]).toEqual([true, false, false]);
  });

  it("is what meeting keeps to: other verbs and other targets share nothing", () => {
    expect([meet(grant(), { ...grant(), verb: "SPAWN" }), meet(grant({ target: 3 }), grant({ target: 4 })), meet(grant({ until: 3 }), grant({ from: 3 }))]).toEqual([undefined, undefined, undefined]);
    expect(meet(grant({ target: 3 }), grant({ units: 1 }))).toEqual(grant({ target: 3, units: 1 }));
  });
});

describe("the least and the greatest set", () => {
  it("permit nothing and everything", () => {
    const demand = demandOf("SPAWN_VHM", tick(7), { units: 3, target: 9 });
    expect(demand).toEqual({ verb: "SPAWN_VHM", scope: { from: 7, until: 8, uses: 1, units: 3, target: 9 } });
    expect(demandOf("LOG" as never, tick(0)).scope).toEqual({ from: 0, until: 1, uses: 1, units: 0, target: null });
    for (const part of [demand, demand.scope, NO_CAPABILITIES, ALL_CAPABILITIES, ALL_CAPABILITIES[0]]) expect(Object.isFrozen(part)).toBe(true);
    expect([permits(NO_CAPABILITIES, demand), permits(ALL_CAPABILITIES, demand), NO_CAPABILITIES.length, ALL_CAPABILITIES.map(({ verb }) => verb)]).toEqual([false, true, 0, [...VERBS]]);
    expect([containsSet(ALL_CAPABILITIES, NO_CAPABILITIES), containsSet(NO_CAPABILITIES, ALL_CAPABILITIES), containsSet(NO_CAPABILITIES, NO_CAPABILITIES)]).toEqual([true, false, true]);
  });

  it("a set is ordered by verb, then limit by limit, no limit last", () => {
    const ordered = [
      grant({ from: 1, target: 5, uses: 1 }), grant({ from: 1, target: 6, uses: 1 }), grant({ from: 2, until: 4 }), grant({ from: 3, until: 5, uses: 1 }), grant({ from: 3, until: 5, units: 0, uses: 2 }),
      grant({ from: 3, until: 6, uses: 1, units: 0, target: 9 }), grant({ from: 4, units: 1, until: 9 }), grant({ from: 4, units: 0 }), { ...grant(), verb: "SPAWN" as const },
    ];
    const shuffled = [8, 3, 0, 5, 7, 1, 2, 6, 4].map((at) => ordered[at]!);
    expect(capabilitySet(shuffled)).toEqual(ordered);
  });
});
