// Scripted faults and what is done about faults, as data (XDV-024, 084/10). A script says what befalls a run and at which tick; a
// recovery policy says how far each fault reaches. Both stand in the header, so a replay meets the same faults and does the same.
import { compiled, Type, type Static } from "./schema.ts";
import { VERBS } from "./capability.ts";
import type { BoundDomain } from "./domain.ts";
import { Fault, FAULTS, type FaultName } from "./fault.ts";

const exact = { additionalProperties: false } as const;

/** How far a fault reaches (024): it is contained at the least level that can. Numbers stand in traces. */
export const FAULT_LEVEL = Object.freeze({ process: 0, domain: 1, vhm: 2, system: 3 } as const);
export type FaultLevel = (typeof FAULT_LEVEL)[keyof typeof FAULT_LEVEL];

/** Whom a kind of fault needs: `work` one contract, job, process or domain; `process` a process; `verb` a process and a verb. */
type Needs = "work" | "domain" | "process" | "verb" | "nothing";

export interface InjectionKindRow {
  readonly level: FaultLevel;
  readonly needs: Needs;
  /** Domains it can befall. */
  readonly domains: readonly BoundDomain[];
  /** How work in flight that it hits ends, by domain, at the tick it was due. */
  readonly outcome: Readonly<Partial<Record<BoundDomain, FaultName>>>;
  /** Domains in which the contract goes with it (Q: container, Φ: envelopes). */
  readonly revokes: readonly BoundDomain[];
}

const Q = Object.freeze(["Q"] as const);
const PHI = Object.freeze(["PHI"] as const);
const BOTH = Object.freeze(["Q", "PHI"] as const);
const NONE = Object.freeze([]);
const row = (level: FaultLevel, needs: Needs, domains: readonly BoundDomain[], outcome: InjectionKindRow["outcome"] = {}, revokes: readonly BoundDomain[] = NONE): InjectionKindRow =>
  Object.freeze({ level, needs, domains, outcome: Object.freeze(outcome), revokes });

/** What can befall a run. A lost transform leaves no state to go on from, so every Φ fault takes its window with it; Q starts afresh with each job. */
export const INJECTIONS = Object.freeze({
  "decoherence-spike": row(0, "work", Q, { Q: "Q_ERR_DECOHERENCE_EXCEEDED" }, Q),
  "measurement-timeout": row(0, "work", Q, { Q: "Q_ERR_MEASUREMENT_FAILURE" }),
  "invalid-result": row(0, "work", Q, { Q: "Q_ERR_MEASUREMENT_FAILURE" }),
  "hardware-failure": row(0, "work", BOTH, { Q: "Q_ERR_HARDWARE_FAILURE", PHI: "PHI_ERR_HARDWARE_FAILURE" }, PHI),
  "worker-loss": row(0, "work", BOTH, { Q: "Q_ERR_HARDWARE_FAILURE", PHI: "PHI_ERR_HARDWARE_FAILURE" }, PHI),
  "coherence-timeout": row(0, "work", PHI, { PHI: "PHI_ERR_COHERENCE_TIMEOUT" }, PHI),
  instability: row(0, "work", PHI, { PHI: "PHI_ERR_STABILITY_BREACH" }, PHI),
  "integrity-failure": row(0, "work", PHI, { PHI: "PHI_ERR_ENVELOPE_INVALID" }, PHI),
  "envelope-collision": row(0, "work", PHI, { PHI: "PHI_ERR_ENVELOPE_INVALID" }, PHI),
  "contract-invalidation": row(0, "work", BOTH, { Q: "CONTRACT_INVALID", PHI: "CONTRACT_INVALID" }, BOTH),
  /** Of the contracts hit: what they bound is valid until now, and for the grace they declared. */
  "calibration-expiry": row(0, "work", Q),
  /** Of the process: what it holds of the verb and what descends from that, with the contracts issued under any of it. */
  "capability-revocation": row(0, "verb", NONE),
  "process-kill": row(0, "process", NONE),
  /** Contracts, work in flight and capabilities of the domain go, whoever has them. */
  "domain-freeze": row(1, "domain", BOTH, { Q: "DOMAIN_PANIC", PHI: "DOMAIN_PANIC" }, BOTH),
  /** The root is issued what the run allows in the domain; others have to be granted it again. */
  "domain-thaw": row(1, "domain", BOTH),
  "vhm-freeze": row(2, "nothing", BOTH, { Q: "DOMAIN_PANIC", PHI: "DOMAIN_PANIC" }, BOTH),
  "system-halt": row(3, "nothing", NONE),
} satisfies Record<string, InjectionKindRow>);
export type InjectionKind = keyof typeof INJECTIONS;
export const INJECTION_KINDS = Object.freeze(Object.keys(INJECTIONS) as InjectionKind[]);
export const injectionRow = (kind: InjectionKind): InjectionKindRow => INJECTIONS[kind];

const Domain = Type.Union([Type.Literal("Q"), Type.Literal("PHI")]);
const Id = Type.Integer({ minimum: 1 });

export const InjectionSchema = Type.Object({
  /** Tick. */
  at: Type.Integer({ minimum: 1 }),
  kind: Type.String(),
  domain: Type.Optional(Domain),
  contract: Type.Optional(Id),
  job: Type.Optional(Id),
  /** By name, such as `root/solver#1`. */
  process: Type.Optional(Type.String({ minLength: 1 })),
  verb: Type.Optional(Type.String()),
}, exact);
export const FaultScriptSchema = Type.Array(InjectionSchema, { minItems: 1, maxItems: 4096 });

/** What befalls whom; when, a script says. */
export interface Strike {
  readonly kind: InjectionKind;
  readonly domain?: BoundDomain;
  readonly contract?: number;
  readonly job?: number;
  readonly process?: string;
  readonly verb?: string;
}
export interface Injection extends Strike {
  readonly at: number;
}

export const RecoverySchema = Type.Object({
  version: Type.Literal(1),
  /** By the fault an outcome has; at most one for each. */
  rules: Type.Array(Type.Object({
    fault: Type.String(),
    /**
     * continue: the process is told. retry: the job is called again under the same contract, charged anew; when it may not be, as
     * continue. rollback: the contract ends, work under way under it with CONTRACT_INVALID, and the process is told. halt: what `level` names ends: process, domain, VHM or run.
     */
    action: Type.Union([Type.Literal("continue"), Type.Literal("retry"), Type.Literal("rollback"), Type.Literal("halt")]),
    /** retry: times in all for one job. */
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    /** halt: FAULT_LEVEL. */
    level: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
  }, exact), { maxItems: 256 }),
  /**
   * So many failures (isFailure) of one domain's work within so many ticks freeze it: containment by job and contract has failed. So
   * many such freezes halt the run: containment by domain has failed too.
   */
  escalate: Type.Optional(Type.Object({ failures: Type.Integer({ minimum: 1 }), within: Type.Integer({ minimum: 1 }), freezes: Type.Optional(Type.Integer({ minimum: 1 })) }, exact)),
  /**
   * A call that asks for more than is left of its contract is refused; revoke: and the contract ends, as by a rollback. Absent: as
   * revoke in Q (084/5.2), as refuse in Φ, whose refusals do not tell work beyond the budget from an envelope too many.
   */
  overuse: Type.Optional(Type.Union([Type.Literal("refuse"), Type.Literal("revoke")])),
  /** Attempts of one process to copy handles: so many end its contracts, twice as many end it. Absent: COPIES_DEFAULT. */
  copies: Type.Optional(Type.Integer({ minimum: 1 })),
}, exact);
export type Recovery = Static<typeof RecoverySchema>;
export type RecoveryRule = Recovery["rules"][number];

export const COPIES_DEFAULT = 8;

/** What is done about outcomes where a header says nothing else: a breached window ends, everything else is the process's own affair. */
export const DEFAULT_RECOVERY: Recovery = Object.freeze({
  version: 1,
  rules: Object.freeze([
    Object.freeze({ fault: "PHI_ERR_COHERENCE_TIMEOUT", action: "rollback" }),
    Object.freeze({ fault: "PHI_ERR_STABILITY_BREACH", action: "rollback" }),
  ]) as Recovery["rules"],
});

/** What is done when an outcome has this fault. */
export function recoveryRule(recovery: Recovery | undefined, fault: string): RecoveryRule {
  const names = (rule: RecoveryRule): boolean => rule.fault === fault;
  return recovery?.rules.find(names) ?? DEFAULT_RECOVERY.rules.find(names) ?? CONTINUE;
}
const CONTINUE: RecoveryRule = Object.freeze({ fault: "", action: "continue" });

/** How far a rule lets a fault reach. */
export const levelOf = ({ action, level = 0 }: RecoveryRule): FaultLevel => (action === "halt" && (level === 1 || level === 2 || level === 3) ? level : 0);

/** Refused calls have these by their caller's doing, outcomes do not: what could not be done in the budget or the window was never taken on. */
const OF_WORK: ReadonlySet<FaultName> = new Set<FaultName>(["Q_ERR_MEASUREMENT_FAILURE", "Q_ERR_DECOHERENCE_EXCEEDED", "PHI_ERR_COHERENCE_TIMEOUT"]);

/**
 * Whether an outcome counts towards a freeze: its provider failed, or a strike `struck` the work. What a caller did to itself does
 * not, nor work that ended because its contract or its domain did.
 */
export const isFailure = (fault: FaultName, struck: boolean): boolean => struck || FAULTS[fault].blame === "provider" || OF_WORK.has(fault);

/** Faults of calls that asked for more than was left of their contract, by domain. */
export const OVERUSE: Readonly<Record<BoundDomain, FaultName>> = Object.freeze({ Q: "Q_ERR_DECOHERENCE_EXCEEDED", PHI: "RESOURCE_EXHAUSTED" });

/** Whether a refusal for overuse ends the contract; `ends`: the run goes by overuseEndsContracts. */
export const endsOverused = (recovery: Recovery | undefined, domain: BoundDomain, ends: boolean): boolean =>
  (recovery?.overuse === undefined ? ends && domain === "Q" : recovery.overuse === "revoke");

const scriptCheck = compiled(FaultScriptSchema);
const recoveryCheck = compiled(RecoverySchema);

const refuse = (at: string, what: string): never => {
  throw new Fault("FAULTS_INVALID", { at, what });
};

const isKind = (kind: unknown): kind is InjectionKind => typeof kind === "string" && Object.hasOwn(INJECTIONS, kind);

/** What a kind of fault needs to be told is there, and nothing else. @throws Fault FAULTS_INVALID */
export function checkStrike(strike: { readonly kind: string } & Omit<Strike, "kind">, at = ""): Strike {
  const { kind } = strike;
  if (kind === "partition" || kind === "node-loss") return refuse(at, `${kind}: a run of one node has no network to part`);
  if (!isKind(kind)) return refuse(at, `kind is one of ${INJECTION_KINDS.join(", ")}`);
  const { needs, domains } = INJECTIONS[kind] as InjectionKindRow;
  const given = (["domain", "contract", "job", "process", "verb"] as const).filter((name) => strike[name] !== undefined);
  const only = (...names: readonly string[]): boolean => given.length === names.length && names.every((name) => given.some((one) => one === name));
  switch (needs) {
    case "nothing": if (!only()) refuse(at, `${kind} names nobody`); break;
    case "process": if (!only("process")) refuse(at, `${kind} names a process`); break;
    case "verb": if (!only("process", "verb") || !VERBS.some((verb) => verb === strike.verb)) refuse(at, `${kind} names a process and a verb: ${VERBS.join(", ")}`); break;
    case "domain": if (!only("domain")) refuse(at, `${kind} names a domain`); break;
    case "work":
      if (given.includes("verb") || given.filter((name) => name !== "domain").length > 1 || (given.length === 0 && domains.length > 1)) refuse(at, `${kind} names one contract, job or process, or a domain`);
      if (strike.domain !== undefined && !domains.includes(strike.domain)) refuse(at, `${kind} befalls ${domains.join(", ")}`);
  }
  return strike as Strike;
}

/** A script in the order of its ticks; of those of one tick, as written. @throws Fault FAULTS_INVALID */
export function parseFaultScript(value: unknown): readonly Injection[] {
  if (!scriptCheck().Check(value)) {
    const [first] = scriptCheck().Errors(value);
    return refuse(first?.instancePath || "faults", first?.instancePath ? first.message : "a list of { at, kind, … }");
  }
  value.forEach((injection, at) => checkStrike(injection as Injection, `/${at}`));
  return value.map((injection, at) => ({ injection: injection as Injection, at })).sort((a, b) => a.injection.at - b.injection.at || a.at - b.at).map(({ injection }) => injection);
}

/** Faults whose jobs can be called again: those of a provider whose jobs each start afresh. */
const RETRIABLE: ReadonlySet<string> = new Set<FaultName>(["Q_ERR_HARDWARE_FAILURE", "Q_ERR_MEASUREMENT_FAILURE", "Q_ERR_RESOURCE_UNAVAILABLE", "Q_ERR_DECOHERENCE_EXCEEDED"]);

/** @throws Fault FAULTS_INVALID */
export function parseRecovery(value: unknown): Recovery {
  if (!recoveryCheck().Check(value)) {
    const [first] = recoveryCheck().Errors(value);
    return refuse(first?.instancePath || "recovery", first?.instancePath ? first.message : "{ version: 1, rules: [{ fault, action, … }] }");
  }
  const { rules } = value;
  rules.forEach(({ fault, action, limit, level }, at) => {
    const place = `/rules/${at}`;
    if (!Object.hasOwn(FAULTS, fault)) refuse(place, "fault is the name of a fault");
    if (rules.findIndex((other) => other.fault === fault) !== at) refuse(place, "one rule for each fault");
    if ((limit !== undefined) !== (action === "retry")) refuse(place, "retry has a limit, and nothing else has");
    if (level !== undefined && action !== "halt") refuse(place, "only halt has a level");
    if (action === "retry" && !RETRIABLE.has(fault)) refuse(place, `retry is for ${[...RETRIABLE].join(", ")}`);
  });
  return value;
}
