// Rules of what an outcome says: a result with verdict 0, or a fault that work of its domain can end with, and of that nothing but the
// detail. What a result must be of which job, the domains' judges know (replay/judge.ts).
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { DOMAINS } from "../../kernel-abi/domain.ts";
import { faultByCode, type FaultName } from "../../kernel-abi/fault.ts";
import type { Entry } from "../../kernel-abi/frame.ts";
import { INJECTION_KINDS } from "../../kernel-abi/injection.ts";
import { bodyOf, field } from "../entry/body.ts";
import type { World } from "./world.ts";

/** Faults with which work of either domain can end: what its contract, its domain, its form, its kernel or its host was short of. */
const EITHER: readonly FaultName[] = [
  "CONTRACT_INVALID", "RESOURCE_EXHAUSTED", "DECOHERENCE_EXCEEDED", "COHERENCE_VIOLATION", "DOMAIN_PANIC", "ABI_MALFORMED", "ABI_UNENCODABLE", "ABI_UNDECODABLE",
  "ABI_LIMIT", "KERNEL_REFUSED", "WORKER_LOST", "ENVIRONMENT", "RUNTIME_DEFECT",
];
/** Beside the domain's own. */
const OWN: Readonly<Record<BoundDomain, string>> = { Q: "Q_ERR_", PHI: "PHI_ERR_" };

const canEndWith = (domain: BoundDomain, fault: FaultName): boolean =>
  EITHER.includes(fault) || fault.startsWith(OWN[domain]);

/** What a detail of work whose end was decided before it was due says it was ended by, beside the kinds of strikes. */
const DECIDED: ReadonlySet<unknown> = new Set(["rollback", "revocation", ...INJECTION_KINDS]);

const isPlain = (value: unknown): boolean => value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** A fault's detail: a record of plain members, which no list of bits or counts is. */
const isDetail = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && Object.values(value).every(isPlain);

/** JOB_OUTCOME; `decided`: its end had been decided before, by what is on record. */
export function said(world: World, { subject: job, verdict, domain, body }: Entry, decided: boolean): void {
  const value = bodyOf(body);
  if (verdict === 0) {
    world.require(value !== undefined, "an outcome says what was found", { job });
    return;
  }
  const fault = faultByCode(verdict);
  world.require(fault !== undefined && canEndWith(DOMAINS[domain] as BoundDomain, fault), "work ends with a fault of its own domain", { job, verdict });
  world.require(isDetail(value), "work that failed has no result, only the detail of its fault", { job, verdict });
  const names = field(value, "job") === job && Object.keys(value as object).length === 2;
  const what = field(value, "what");
  if (decided) world.require(names && typeof what === "string", "work that was hit ends with the strike's fault", { job, verdict });
  else world.require(!names || !DECIDED.has(what), "work that says it was hit was hit", { job, verdict });
}
