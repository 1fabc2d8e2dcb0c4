// Generations: what a program imports, by the flags of the run it is loaded for. A program that was recorded finds what it was recorded with.
import * as domains from "../../../domains/index.ts";
import { kBefore, kNarrower } from "../../../domains/k/api/operations.ts";
import { phiBefore, phiNarrower } from "../../../domains/phi/api/operations.ts";
import { qBefore, qNarrower } from "../../../domains/q/api/operations.ts";
import { declarationsChecked, refusedInFull, widerProviders } from "../../../kernel-abi/version.ts";
import { defineProcessBefore, defineProcessNarrower, defineProcessUnchecked } from "../define.ts";
import { defineMachineBefore, defineMachineUnchecked, fromProcessBefore, fromProgramBefore, fromProgramNarrower, processRefBefore } from "../define-machine.ts";
import { definePolicyBefore } from "../../scheduler/plugin.ts";
import { watchable } from "../sites.ts";
import * as surface from "./surface.ts";
import * as xstate from "./xstate-surface.ts";

/** Exports by the name a module is imported under. */
export type Modules = Readonly<Record<string, object>>;

/** Places are found of what is called by those who import `k` too. */
const CALLS = { k: watchable(domains.k), q: watchable(domains.q), phi: watchable(domains.phi) };
const MODULES: Modules = Object.freeze({ "triad-runtime": { ...surface, ...CALLS }, "triad-runtime/domains": { ...domains, ...CALLS }, xstate });

/** Before `widerProviders`: Q's operations do not look at options that came with it, and no call at options it does not have. */
const CALLS_NARROWER = { k: watchable(kNarrower), q: watchable(qNarrower), phi: watchable(phiNarrower) };
const NARROWER = { ...CALLS_NARROWER, defineProcess: defineProcessNarrower, fromProgram: fromProgramNarrower };
const MODULES_NARROWER: Modules = Object.freeze({ ...MODULES, "triad-runtime": Object.freeze({ ...surface, ...NARROWER }), "triad-runtime/domains": Object.freeze({ ...domains, ...CALLS_NARROWER }) });

/** Before `refusalsInFull`: what is given to a call is read at once, and what is wrong with a declaration told in fewer words. */
const CALLS_BEFORE = { k: watchable(kBefore), q: watchable(qBefore), phi: watchable(phiBefore) };
const BEFORE = { ...CALLS_BEFORE, defineProcess: defineProcessBefore, defineMachine: defineMachineBefore, fromProgram: fromProgramBefore, fromProcess: fromProcessBefore, processRef: processRefBefore, definePolicy: definePolicyBefore };
const MODULES_BEFORE: Modules = Object.freeze({ ...MODULES, "triad-runtime": Object.freeze({ ...surface, ...BEFORE }), "triad-runtime/domains": Object.freeze({ ...domains, ...CALLS_BEFORE }) });

/** Before `declarationsChecked`. */
const UNCHECKED = { defineProcess: defineProcessUnchecked, defineMachine: defineMachineUnchecked };
const MODULES_UNCHECKED: Modules = Object.freeze({ ...MODULES_BEFORE, "triad-runtime": Object.freeze({ ...surface, ...BEFORE, ...UNCHECKED }) });

/** What stands behind these and is given to programs too: the modules as they are, and what programs are handed when they are activated. */
export const BEHIND: readonly object[] = Object.freeze([surface, domains, domains.k, domains.q, domains.phi, kBefore, kNarrower, qBefore, qNarrower, phiBefore, phiNarrower]);

/** All there are. */
export const GENERATIONS: readonly Modules[] = Object.freeze([MODULES, MODULES_NARROWER, MODULES_BEFORE, MODULES_UNCHECKED]);

/** What a program of a run with these flags imports; of this version when absent. */
export function modulesFor(flags: readonly string[] | undefined): Modules {
  const set = flags && new Set(flags);
  if (!declarationsChecked(set)) return MODULES_UNCHECKED;
  if (!refusedInFull(set)) return MODULES_BEFORE;
  return widerProviders(set) ? MODULES : MODULES_NARROWER;
}
