// Φ envelopes as their public reports show them (XDV-072): stability, noise and its gradient, drift, what transforms did.
//   V1  An envelope is named by the job that opened it, as descriptors name it.
//   V2  A report of two envelopes gives the worse of each score; it stands for both, because no other is public (A4).
//   V3  Scores are taken as recorded, in millionths; a breach's are in its fault's detail.
import { countIn, fieldsOf, type Fields } from "./body.ts";
import type { OpenContract } from "./open-contracts.ts";

export interface Scores {
  readonly stability: number;
  readonly noise: number;
  readonly drift: number;
}

/** What one report says of one envelope, with what was known before. */
export interface EnvelopeReport {
  readonly envelope: number;
  readonly contract: number;
  readonly owner: number;
  readonly tick: number;
  readonly scores: Scores;
  readonly noiseChange: number;
  readonly ticks: number;
  /** trunc(ΔN·10⁶/ΔL); 0 without a report before, or within one tick. */
  readonly gradient: number;
  /** Share of the tolerance that is left, in millionths; below 0 after a breach. */
  readonly headroom: number;
  readonly transform: string | undefined;
  /** S_after - S_before of a transform; 0 for anything else. */
  readonly impact: number;
  readonly before: number;
}

/** The job's part: what was asked of which envelopes. */
export interface EnvelopeJob {
  readonly job: number;
  readonly op: string;
  readonly envelopes: readonly number[];
  readonly contract: number;
  readonly owner: number;
}

export interface Envelopes {
  /** An outcome's body, whatever its verdict. Answers a report for each envelope it tells of. */
  outcome(job: EnvelopeJob, verdict: number, body: Uint8Array, tick: number, contract: OpenContract | undefined): readonly EnvelopeReport[];
  /** A contract is over, and its envelopes with it. */
  ended(contract: number): void;
  /** Latest report of every open envelope, in order of their numbers. */
  open(): readonly EnvelopeReport[];
  readonly latest: EnvelopeReport | undefined;
  readonly opened: number;
}

/** Names of the transforms of envelopes by the operation of a call. */
const TRANSFORMS: Readonly<Record<string, string>> = Object.freeze({ align: "PHASE_ALIGN", shift: "PHASE_SHIFT", merge: "PHASE_MERGE", split: "PHASE_SPLIT" });
const DYNAMICS: ReadonlySet<string> = new Set(["kuramoto", "ising", "spectrum"]);
export const isTransform = (op: string): boolean => Object.hasOwn(TRANSFORMS, op) || DYNAMICS.has(op);

function scoresIn(fields: Fields): Scores | undefined {
  if (!("stability" in fields && "noise" in fields && "drift" in fields)) return undefined;
  return { stability: countIn(fields, "stability"), noise: countIn(fields, "noise"), drift: countIn(fields, "drift") };
}

/** What is left of a tolerance of `bound`, in millionths of it. */
const left = (bound: number, value: number): number => (bound === 0 ? (value === 0 ? 1_000_000 : 0) : Math.floor(((bound - value) * 1_000_000) / bound));

const headroomOf = ({ noise, drift }: Scores, contract: OpenContract | undefined): number =>
  (contract === undefined ? 0 : Math.min(left(contract.noisePpm, noise), left(contract.errorPpm, drift)));

export function createEnvelopes(): Envelopes {
  const open = new Map<number, EnvelopeReport>();
  let latest: EnvelopeReport | undefined;
  let opened = 0;

  function reportOn(envelope: number, { op, contract, owner }: EnvelopeJob, scores: Scores, tick: number, terms: OpenContract | undefined): EnvelopeReport {
    const past = open.get(envelope);
    const ticks = past === undefined ? 0 : tick - past.tick;
    const noiseChange = past === undefined ? 0 : scores.noise - past.scores.noise;
    const before = past?.scores.stability ?? scores.stability;
    const transform = TRANSFORMS[op];
    return Object.freeze({
      envelope, contract, owner, tick, scores, noiseChange, ticks, before, transform,
      gradient: ticks === 0 ? 0 : Math.trunc((noiseChange * 1_000_000) / ticks) + 0,
      headroom: headroomOf(scores, terms),
      impact: transform === undefined ? 0 : scores.stability - before,
    });
  }

  return {
    outcome(job, verdict, body, tick, contract) {
      const fields = fieldsOf(body);
      const subjects = job.op === "open" ? [job.job] : job.envelopes;
      if (verdict === 0 && job.op === "close") for (const envelope of subjects) open.delete(envelope);
      const scores = scoresIn(fields);
      if (scores === undefined) return [];
      if (verdict === 0 && job.op === "open") opened += 1;
      const reports = subjects.map((envelope) => reportOn(envelope, job, scores, tick, contract));
      for (const report of reports) {
        if (verdict === 0) open.set(report.envelope, report);
        else open.delete(report.envelope);
        latest = report;
      }
      return reports;
    },
    ended(contract) {
      for (const [envelope, report] of open) if (report.contract === contract) open.delete(envelope);
    },
    open: () => [...open.values()].sort((a, b) => a.envelope - b.envelope),
    get latest() { return latest; },
    get opened() { return opened; },
  };
}
