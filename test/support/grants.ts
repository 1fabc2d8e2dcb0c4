// Arbitrary grants, wishes and sets over a small world, so that limits meet, touch and miss each other often.
import fc from "fast-check";
import type { Grant, Scope, VerbName } from "../../kernel-abi/capability.ts";
import { capabilitySet, type CapabilitySet } from "../../kernel-abi/capability-set.ts";

/** Every limit and every amount in this world is below it. */
export const HORIZON = 8;
export const TARGETS = [3, 4] as const;
const VERBS_HERE: readonly VerbName[] = ["IPC_SEND", "EXECUTE_Q"];

const limit = fc.option(fc.nat(HORIZON - 1), { nil: null });
export const scope: fc.Arbitrary<Scope> = fc.record({
  from: fc.nat(HORIZON - 1), until: limit, uses: limit, units: limit, target: fc.option(fc.constantFrom(...TARGETS), { nil: null }),
});
const verb = fc.constantFrom(...VERBS_HERE);
export const grant: fc.Arbitrary<Grant> = fc.record({ verb, scope });
export const grants: fc.Arbitrary<Grant[]> = fc.array(grant, { maxLength: 5 });
export const set: fc.Arbitrary<CapabilitySet> = grants.map(capabilitySet);
export const wish: fc.Arbitrary<Partial<Scope>> = scope.chain((full) =>
  fc.subarray(["from", "until", "uses", "units", "target"] as const).map((keys) => Object.fromEntries(keys.map((key) => [key, full[key]]))));

/** A demand is a finite tuple: some ticks, some uses, an amount, perhaps a target. Those for nothing are among them. */
export const demand: fc.Arbitrary<Grant> = fc.record({
  verb,
  scope: fc.record({
    from: fc.nat(HORIZON), until: fc.nat(HORIZON + 1), uses: fc.nat(HORIZON), units: fc.nat(HORIZON), target: fc.option(fc.constantFrom(...TARGETS, 5), { nil: null }),
  }),
});
