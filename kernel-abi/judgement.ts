// Judgement: what `judge` asks of a domain, as types. A judge is handed every job that has an outcome on record, in the order of
// the outcomes, and says of each how probable its outcome is under the job as described: no seed, no key and no program is used.
import type { BoundDomain } from "./domain.ts";
import type { JobId, Tick } from "./ids.ts";
import type { Terms } from "./contract.ts";
import type { Outcome } from "./ports.ts";

/** A job as the trace records it. */
export interface JudgedJob {
  readonly job: JobId;
  readonly domain: BoundDomain;
  /** Terms of its contract. */
  readonly terms: Terms;
  readonly descriptor: Uint8Array;
  readonly outcome: Outcome;
  /** Tick of the outcome. */
  readonly due: Tick;
}

/**
 * How an outcome stands.
 *   possible    its probability is above the floor its judge states
 *   impossible  it is not, or the body is no outcome of such a job
 *   unjudged    this judge can say nothing exact about it; `note` says why
 *   failed      a provider fault is on record: nothing was measured
 */
export type Standing = "possible" | "impossible" | "unjudged" | "failed";

/** The first recorded outcome of a job that cannot be. */
export interface Impossibility {
  /** As recorded, shortened. */
  readonly outcome: string;
  /** Of this outcome, as computed. */
  readonly probability: number;
  readonly what: string;
}

/**
 * How p-values are come by (domains/q/judge).
 *   fit     how shots fall into bins of outcomes
 *   bets    fair games against the circuit's odds
 *   counts  scatter over jobs, too small or too large
 *   serial  how single shots follow one another
 *   events  detection events of an error-correction experiment, in all
 *   mean    how far the mean of noisy runs is from the exact one
 */
export type TestName = "fit" | "bets" | "counts" | "serial" | "events" | "mean";

/** A p-value, and which of the tests it stands for was the smallest. */
export interface Tested {
  readonly p: number;
  readonly test: TestName;
}

export interface JobVerdict {
  readonly job: JobId;
  readonly domain: BoundDomain;
  /** What was asked for: bits, counts, expectation, gradient, events, logical; or the transform. */
  readonly kind: string;
  /** Qubits, or phase components. */
  readonly units: number;
  /** Shots; 1 where there are none. */
  readonly shots: number;
  readonly standing: Standing;
  /** Natural logarithm of the probability of all its shots in the order they came; null where nothing is random or known. */
  readonly logLikelihood: number | null;
  /** Probability that an honest run looks at least as odd; null where nothing can be tested. */
  readonly p: number | null;
  /** What `p` comes from; null with it. */
  readonly test: TestName | null;
  readonly impossible?: Impossibility;
  readonly note: string;
}

/** Jobs of the same circuit, tested as one experiment: what each alone is too small to show. */
export interface ExperimentVerdict {
  readonly jobs: readonly JobId[];
  readonly shots: number;
  readonly p: number | null;
  readonly test: TestName | null;
}

export interface DomainVerdict {
  readonly jobs: readonly JobVerdict[];
  /** Of at least two jobs each. */
  readonly experiments: readonly ExperimentVerdict[];
}

/** One judge serves one trace. */
export interface DomainJudge {
  /** @throws Fault TRACE_INCONSISTENT when the descriptor describes no job of the domain. */
  take(job: JudgedJob): void;
  finish(): DomainVerdict;
}

/** By domain; wired in runtime/app. */
export type Judges = Readonly<Record<BoundDomain, DomainJudge>>;
