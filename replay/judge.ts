// Judge: every recorded outcome against the job it is said to come from (E4). Verifies first; then reads the trace once, hands
// jobs with their outcomes to their domain's judge, and weighs the verdicts. Executes nothing of the program and draws nothing.
//   J40  One impossible outcome refuses the trace, with the event, the job and the outcome.
//   J41  Plausibility is a matter of a threshold: the run's p-value is the smallest of all its tests after Holm's correction
//        (Scand. J. Statist. 6, 1979), so the chance that an honest run is flagged stays below the threshold, however many jobs
//        it has. Sums of logarithms (Fisher) are not used: over many jobs they add up the smallest inaccuracy of each.
//   J42  A job that failed is counted as not judged; where nothing on record ended it, it is named: only `reproduce` can tell whether
//        a provider lost it or somebody hid what it gave.
import { DOMAINS, type BoundDomain } from "../kernel-abi/domain.ts";
import type { Terms } from "../kernel-abi/contract.ts";
import { Fault } from "../kernel-abi/fault.ts";
import { EVENT, TURN_END, type Entry, type Frame } from "../kernel-abi/frame.ts";
import { jobId, type JobId, type Tick } from "../kernel-abi/ids.ts";
import type { ExperimentVerdict, JobVerdict, Judges, TestName } from "../kernel-abi/judgement.ts";
import type { ByteSource } from "../kernel-abi/ports.ts";
import { framesOf, openUnits } from "./bundle.ts";
import { bodyOf, field } from "./entry/body.ts";
import { ProcessNames } from "./entry/names.ts";
import { verify, type VerifyOptions, type VerifyReport } from "./verify.ts";

/** Runs whose p-value is below this are flagged. */
export const THRESHOLD = 1e-6;

export interface JudgeOptions extends VerifyOptions {
  /** Above 0, at most 1. Default 1e-6. */
  readonly threshold?: number;
  /** Refuse an implausible run. */
  readonly strict?: boolean;
}

/** A verdict, and where the outcome stands. */
export interface JudgedOutcome extends JobVerdict {
  readonly actor: string;
  readonly event: number;
  readonly tick: Tick;
}

export interface JudgeReport {
  readonly ok: true;
  readonly verified: VerifyReport;
  readonly jobs: readonly JudgedOutcome[];
  readonly experiments: readonly ExperimentVerdict[];
  readonly threshold: number;
  /** Of the run as a whole; null when nothing in it can be tested. */
  readonly p: number | null;
  readonly implausible: boolean;
  /** Jobs of the tests that are below the threshold. */
  readonly flagged: readonly JobId[];
  /** The tests that are below the threshold, most telling first. */
  readonly flags: readonly Flag[];
  /** Jobs with a fault on record instead of a result: nothing is measured, so there is nothing to judge. */
  readonly failed: readonly JobId[];
  /** Those of them for which there is the provider's word alone: no strike, no end of a contract and no freeze on record ended them. */
  readonly unexplained: readonly JobId[];
}

/** A test that flagged: one job's, or one of several jobs together. */
export interface Flag {
  readonly test: TestName;
  /** Of the test. */
  readonly p: number;
  /** After Holm's correction over all tests of the run. */
  readonly adjusted: number;
  readonly jobs: readonly JobId[];
}

/** Where an outcome was found. */
interface Found {
  readonly actor: string;
  readonly event: number;
  readonly tick: Tick;
  readonly offset: number;
  readonly block: number;
}

interface Intent {
  readonly actor: string;
  readonly contract: number;
  readonly descriptor: Uint8Array;
}

/** Its numbers were verified before (consistency/contracts.ts). */
function termsIn(body: Uint8Array, contract: number): Terms {
  const terms = field(bodyOf(body), "terms");
  const permitted = field(terms, "permitted");
  if (Array.isArray(permitted) && permitted.every((name) => typeof name === "string")) return terms as Terms;
  throw new Fault("TRACE_INCONSISTENT", { rule: "terms name what they permit", contract });
}

/** Events whose bodies name the work they end. */
const DECIDES: ReadonlySet<number> = new Set([EVENT.FAULT_INJECTED, EVENT.FAULT_CONTAINED, EVENT.DOMAIN_FROZEN]);

/** They were verified before (consistency/faults.ts). */
function jobsIn(body: Uint8Array): readonly number[] {
  const jobs = field(bodyOf(body), "jobs");
  return Array.isArray(jobs) ? jobs.filter((job) => typeof job === "number") : [];
}

/** Pairs intents with outcomes. */
class Pairing {
  readonly found = new Map<number, Found>();
  /** Jobs that what is on record ended before they were due. */
  readonly decided = new Set<number>();
  readonly #judges: Judges;
  readonly #names: ProcessNames;
  readonly #intents = new Map<number, Intent>();
  readonly #terms = new Map<number, Terms>();
  #events = 0;
  constructor(judges: Judges, names: ProcessNames) {
    this.#judges = judges;
    this.#names = names;
  }

  frame(frame: Frame, place: { readonly offset: number; readonly index: number }): void {
    const turn = frame.kind === "turn";
    this.#events += turn ? 1 : 0;
    this.#names.learn(frame);
    const aborted = turn && frame.end.kind === TURN_END.ABORTED;
    for (const entry of frame.entries) {
      this.#events += 1;
      if (!aborted) this.#entry(entry, frame, place);
    }
    this.#events += turn ? 1 : 0;
  }

  /** Work under way under a contract that is taken back ends with it. */
  #withdrawn(contract: number): void {
    for (const [job, intent] of this.#intents) if (intent.contract === contract) this.decided.add(job);
  }

  #entry(entry: Entry, { tick, actor }: Frame, { offset, index }: { readonly offset: number; readonly index: number }): void {
    const { code, contract, subject, body } = entry;
    if (DECIDES.has(code)) for (const job of jobsIn(body)) this.decided.add(job);
    if (code === EVENT.CONTRACT_ISSUED) this.#terms.set(subject, termsIn(body, subject));
    else if (code === EVENT.CONTRACT_REVOKED) this.#withdrawn(subject);
    else if (code === EVENT.JOB_ABANDONED) this.#intents.delete(subject);
    else if (code === EVENT.JOB_INTENT) {
      const descriptor = field(bodyOf(body), "descriptor");
      const bytes = descriptor instanceof Uint8Array ? Uint8Array.from(descriptor) : new Uint8Array();
      this.#intents.set(subject, { actor: this.#names.of(actor).name, descriptor: bytes, contract });
    } else if (code === EVENT.JOB_OUTCOME) {
      const intent = this.#intents.get(subject);
      this.#intents.delete(subject);
      if (intent === undefined) return;
      this.found.set(subject, { actor: intent.actor, event: this.#events, tick, offset, block: index });
      this.#outcome(entry, intent, tick);
    }
  }

  #outcome({ subject, contract, domain: rank, verdict, body }: Entry, { descriptor }: Intent, due: Tick): void {
    const domain = DOMAINS[rank];
    const terms = this.#terms.get(contract);
    if ((domain !== "Q" && domain !== "PHI") || terms === undefined) throw new Fault("TRACE_INCONSISTENT", { rule: "an outcome belongs to a contract of its domain", job: subject });
    this.#judges[domain].take({ job: jobId(subject), domain, terms, descriptor, outcome: { verdict, body: Uint8Array.from(body) }, due });
  }
}

const DOMAINS_JUDGED: readonly BoundDomain[] = ["Q", "PHI"];

/** Each p-value times how many tests there are that are no smaller, never falling: below α only if Holm rejects at α. */
function holm(tests: readonly Omit<Flag, "adjusted">[]): readonly Flag[] {
  let least = 0;
  return tests.toSorted((a, b) => a.p - b.p).map((test, rank, all) => {
    least = Math.max(least, Math.min(1, test.p * (all.length - rank)));
    return { ...test, adjusted: least };
  });
}

function refuseImpossible(jobs: readonly JudgedOutcome[], found: ReadonlyMap<number, Found>): void {
  const impossible = jobs.filter(({ standing }) => standing === "impossible");
  const [first] = impossible.toSorted((a, b) => a.event - b.event);
  if (first === undefined) return;
  const { offset = 0, block = 0 } = found.get(first.job) ?? {};
  throw new Fault("OUTCOME_IMPOSSIBLE", {
    offset, unit: "block", index: block,
    event: first.event, tick: first.tick, job: first.job, actor: first.actor, kind: first.kind,
    outcome: first.impossible?.outcome ?? "", probability: first.impossible?.probability ?? 0, what: first.impossible?.what ?? "",
    jobs: impossible.length,
  });
}

/**
 * Verifies, then judges.
 * @throws Fault OUTCOME_IMPOSSIBLE; OUTCOME_IMPLAUSIBLE with `strict`; USAGE for a threshold that is no probability; whatever `verify` throws
 */
export function judge(source: ByteSource, judges: Judges, options: JudgeOptions = {}): JudgeReport {
  const threshold = options.threshold ?? THRESHOLD;
  if (!(threshold > 0 && threshold <= 1)) throw new Fault("USAGE", { option: "threshold", value: threshold, allowed: "a probability above 0, at most 1" });
  const verified = verify(source, options);
  const { units, recording } = openUnits(source);
  const found = new Map<number, Found>();
  const decided = new Set<number>();
  if (recording !== undefined) {
    const pairing = new Pairing(judges, new ProcessNames(recording.header));
    for (let block = units.next(); block !== undefined; block = units.next()) {
      for (const { frame } of framesOf(block)) pairing.frame(frame, block);
    }
    for (const [job, place] of pairing.found) found.set(job, place);
    for (const job of pairing.decided) decided.add(job);
  }
  return weighed(judges, found, { verified, decided, threshold, strict: options.strict === true });
}

interface Weighing {
  readonly verified: VerifyReport;
  readonly decided: ReadonlySet<number>;
  readonly threshold: number;
  readonly strict: boolean;
}

function weighed(judges: Judges, found: ReadonlyMap<number, Found>, { verified, decided, threshold, strict }: Weighing): JudgeReport {
  const verdicts = DOMAINS_JUDGED.map((domain) => judges[domain].finish());
  const experiments = verdicts.flatMap((verdict) => verdict.experiments);
  const jobs = verdicts.flatMap((verdict) => verdict.jobs).map((verdict): JudgedOutcome => {
    const { actor = "", event = 0, tick = 0 as Tick } = found.get(verdict.job) ?? {};
    return { ...verdict, actor, event, tick };
  }).toSorted((a, b) => a.job - b.job);
  refuseImpossible(jobs, found);
  const tests = holm([...jobs.map(({ p, test, job }) => ({ p, test, jobs: [job] })), ...experiments].flatMap(({ p, test, jobs: of }) => (p === null || test === null ? [] : [{ test, p, jobs: of }])));
  const p = tests[0]?.adjusted ?? null;
  const flags = tests.filter(({ adjusted }) => adjusted < threshold);
  const flagged = [...new Set(flags.flatMap((test) => test.jobs))].sort((a, b) => a - b);
  const [first] = flags;
  if (first !== undefined && strict) throw new Fault("OUTCOME_IMPLAUSIBLE", { p, threshold, test: first.test, jobs: flagged.slice(0, 20).join(", ") });
  const failed = jobs.filter(({ standing }) => standing === "failed").map(({ job }) => job);
  const unexplained = failed.filter((job) => !decided.has(job));
  return { ok: true, verified, jobs, experiments, threshold, p, implausible: first !== undefined, flagged, flags, failed, unexplained };
}
