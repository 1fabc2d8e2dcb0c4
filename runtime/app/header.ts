// The header of a run: everything that decides what it does, gathered from the rooms that own it.
import { canonicalJson, sameBytes, toHex } from "../../kernel-abi/canonical.ts";
import type { VerbName } from "../../kernel-abi/capability.ts";
import { DOMAIN_VERBS, K_VERBS, OPERATOR_VERBS, type Authority } from "../../kernel-abi/capability.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { Injection, Recovery } from "../../kernel-abi/injection.ts";
import type { Bounds, Header, ProgramSection, ProviderDeclaration } from "../../kernel-abi/header.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import type { Admission } from "../../kernel-abi/ports.ts";
import { ABI_VERSION, CURRENT_OFFER, executes, FORMAT_VERSION, SEMANTICS_VERSION } from "../../kernel-abi/version.ts";
import { createPhiAdmission } from "../../domains/phi/admission.ts";
import { createQAdmission } from "../../domains/q/admission.ts";
import { sha256 } from "../adapters/sha256.ts";
import type { PolicyChoice } from "../scheduler/policies.ts";
import { policyHeader } from "./policy.ts";
import { programDigest } from "./program/load.ts";

export type Admissions = Readonly<Record<BoundDomain, Admission>>;

/** Admissions of a run with these flags, all of this version when absent; they keep bookkeeping of one run: make them anew for each. */
export const createAdmissions = (flags?: readonly string[]): Admissions =>
  Object.freeze({ Q: createQAdmission(flags === undefined ? undefined : new Set(flags)), PHI: createPhiAdmission() });

const digestOf = (value: unknown): string => toHex(sha256(canonicalJson(value)));

/** What the root may do: K, and what it declares, unless the operator says otherwise. */
export function allowed(root: Behaviour, given: readonly Authority[] = root.domains): readonly VerbName[] {
  return [...K_VERBS, ...(["Q", "PHI"] as const).filter((domain) => given.includes(domain)).flatMap((domain) => DOMAIN_VERBS[domain]), ...OPERATOR_VERBS.filter((verb) => given.includes(verb))];
}

/** The part of a header that this version of the runtime decides. */
function runtimeFacts(admissions: Admissions, policy: PolicyChoice): Pick<Header, "format" | "semantics" | "abi" | "policy" | "costTables" | "providers"> {
  return {
    format: FORMAT_VERSION,
    semantics: SEMANTICS_VERSION,
    abi: { ...ABI_VERSION, flags: [...CURRENT_OFFER.flags] },
    policy: policyHeader(policy),
    costTables: [admissions.Q, admissions.PHI].flatMap(({ costTables }) =>
      costTables.map(({ name: table, version: of, table: rows }) => ({ name: table, version: of, digest: digestOf(rows) }))),
    providers: [...admissions.Q.providers, ...admissions.PHI.providers],
  };
}

export interface RunDescription {
  readonly seed: string;
  readonly bounds: Bounds;
  readonly policy: PolicyChoice;
  /** Operations a turn may make; undefined: as many as the ABI allows. */
  readonly slice?: number | undefined;
  readonly allow: readonly VerbName[];
  readonly program: ProgramSection;
  readonly root: Behaviour;
  readonly faults?: readonly Injection[] | undefined;
  readonly recovery?: Recovery | undefined;
}

export const headerFor = ({ seed, bounds, policy, slice, allow, program, root, faults, recovery }: RunDescription, admissions: Admissions): Header => ({
  ...runtimeFacts(admissions, policy),
  channel: "deterministic",
  seed, bounds, allow: [...allow],
  ...(slice === undefined ? {} : { slice }),
  program: { name: root.name, digest: programDigest(program) },
  node: 0,
  vhm: 0,
  ...(faults === undefined ? {} : { faults: [...faults] }),
  ...(recovery === undefined ? {} : { recovery }),
});

type Decided = "semantics" | "abi" | "policy" | "costTables" | "providers";

/** Providers without the digests of their kernels' binaries: a kernel of the same version gives the same bytes, and reproduction compares them. */
const comparable = (key: Decided, facts: Pick<Header, Decided>): unknown =>
  (key === "providers" ? facts.providers.map((provider) => ({ ...provider, kernels: provider.kernels.map(({ name, version }) => ({ name, version })) })) : facts[key]);

/**
 * A recorded run is re-executed only by a runtime that decides everything as the recording one did; that also goes for one that goes on and is
 * sealed, whose header keeps the binaries it names: another of the same version gives the bytes they would have given.
 * @throws Fault TRACE_VERSION
 */
export function checkRuntime(header: Header, admissions: Admissions, policy: PolicyChoice): void {
  const facts = runtimeFacts(admissions, policy);
  const { flags } = header.abi;
  const ours = { ...facts, abi: executes(flags) ? { ...facts.abi, flags } : facts.abi };
  for (const key of ["semantics", "abi", "policy", "costTables", "providers"] as const) {
    if (!sameBytes(canonicalJson(comparable(key, ours)), canonicalJson(comparable(key, header)))) throw new Fault("TRACE_VERSION", { differs: key });
  }
}

/** These admissions with their kernels as a header that `checkRuntime` accepts names them: so they are attested in the run's first frame. */
export function builtAs({ providers }: Pick<Header, "providers">, { Q, PHI }: Admissions): Admissions {
  const built = (one: ProviderDeclaration): ProviderDeclaration => {
    const { kernels } = providers.find(({ provider, domain }) => provider === one.provider && domain === one.domain) ?? one;
    return { ...one, kernels: kernels.map(({ name, version, binary }) => ({ name, version, binary })) }; // in this order they are recorded
  };
  const attested = (admission: Admission): Admission => Object.freeze({ ...admission, providers: Object.freeze(admission.providers.map(built)) });
  return Object.freeze({ Q: attested(Q), PHI: attested(PHI) });
}
