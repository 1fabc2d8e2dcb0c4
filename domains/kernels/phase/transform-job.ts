// phi.transform: what one envelope transform takes and gives. Owns the job's shape, limits and bytes; the arithmetic is in
// assembly/envelope.ts.
import { pack } from "../../../kernel-abi/packer.ts";
import { ANGLE_LIMIT } from "../libm/portable.ts";
import { COMPONENTS_MAX, ORDINAL_MAX, componentsOf, decodeEnvelope } from "./envelope-state.ts";
import type { EnvelopeState } from "./envelope-state.ts";
import { readBytes, readCount, readFields, readFlag, readFloats, readKey, readOptional, readRate, readRecord, readWord, refuse } from "../wire.ts";
import type { Fields } from "../wire.ts";

/** Limits of κ (radians), of the noise width σ (radians) and of a relative magnitude. */
const KAPPA_MAX = 1_048_576;
const SIGMA_MAX = 1000;
const MAGNITUDE_MAX = 1_048_576;
/** Envelope ids key the noise: whole numbers below 2^53. */
const ENVELOPE_MAX = Number.MAX_SAFE_INTEGER;

/** A phase kick σ·normal on every component of z, keyed by (key, envelope id, ordinal, component). */
export interface TransformNoise {
  /** Radians; 0 for none. */
  readonly sigma: number;
  /** Two 32-bit words. */
  readonly key: Uint32Array;
}

/** Breach iff 1 - S > noiseThreshold or D > errorBound (radians). */
export interface StabilityTolerance {
  readonly errorBound: number;
  readonly noiseThreshold: number;
}

export interface EnvelopeSubject {
  readonly envelope: number;
  /** Bytes an earlier transform returned. */
  readonly state: Uint8Array;
}

interface TransformTerms {
  readonly noise: TransformNoise;
  readonly tolerance: StabilityTolerance;
  /** Ask for (R, ψ). */
  readonly project: boolean;
}

/**
 * One transform. `init` prepares z = z* with phases θ (radians) and relative magnitudes r (default: equal), Σr² = 1, without
 * noise and at ordinal 0. `shift` takes one δ for all components or one each. `merge` and `split` take two envelopes of one
 * size. `evaluate` changes nothing and draws no noise.
 */
export type TransformJob = TransformTerms & (
  | { readonly op: "init"; readonly phases: Float64Array; readonly magnitudes?: Float64Array }
  | { readonly op: "shift"; readonly subjects: readonly [EnvelopeSubject]; readonly delta: Float64Array }
  | { readonly op: "align"; readonly subjects: readonly [EnvelopeSubject]; readonly kappa: number }
  | { readonly op: "merge" | "split"; readonly subjects: readonly [EnvelopeSubject, EnvelopeSubject] }
  | { readonly op: "evaluate"; readonly subjects: readonly [EnvelopeSubject] });

/** Steps R and a turn of ψ are projected in: a step of ψ is about as wide as the kick one transform leaves. */
export const PROJECTION_STEPS = 4_096;
/** Largest part of the collective vector Σr²e^{iθ} one component may carry where ψ is projected. */
export const SHARE_MAX = 0.75;

/**
 * A structured evaluation, never a raw phase (A4). ψ is given only where r_j² ≤ SHARE_MAX·|Σr²e^{iθ}| for every j: then no
 * component turns ψ by more than three quarters of its own turn, whether by its weight or because the others cancel.
 */
export interface EnvelopeProjection {
  /** R in [0, 1], a multiple of 1/PROJECTION_STEPS. */
  readonly orderParameter: number;
  /** ψ in (-π, π], a multiple of 2π/PROJECTION_STEPS; null where one component would show through, and in the dark. */
  readonly collectivePhase: number | null;
}

export interface EnvelopeResult {
  readonly state: Uint8Array;
  /** S in [0, 1]. */
  readonly stability: number;
  /** 1 - S. */
  readonly noise: number;
  /** D in [0, π]. */
  readonly drift: number;
  readonly breached: boolean;
  /** Only when asked for and no envelope of the job is breached. */
  readonly projection?: EnvelopeProjection;
}

export interface TransformOutput { readonly results: readonly EnvelopeResult[] }

const OPS = ["init", "shift", "align", "merge", "split", "evaluate"] as const;

/** A job with its states read; what the kernel and its reference work on. */
export type CheckedTransform = TransformTerms & (
  | { readonly op: "init"; readonly phases: Float64Array; readonly magnitudes: Float64Array }
  | { readonly op: Exclude<TransformJob["op"], "init">; readonly envelopes: readonly number[]; readonly states: readonly EnvelopeState[]; readonly delta: Float64Array; readonly kappa: number });

export const encodeTransformJob = (job: TransformJob): Uint8Array => {
  const { op, noise, tolerance, project } = job;
  return pack({
    op, project, key: noise.key, rates: Float64Array.of(noise.sigma, tolerance.errorBound, tolerance.noiseThreshold),
    ...(job.op === "init" ? { phases: job.phases, magnitudes: job.magnitudes } : { subjects: job.subjects }),
    ...(job.op === "shift" ? { delta: job.delta } : {}),
    ...(job.op === "align" ? { kappa: Float64Array.of(job.kappa) } : {}),
  });
};

/** @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeTransformJob(bytes: Uint8Array): CheckedTransform {
  const fields = readFields(bytes, "job");
  const op = readWord(fields, "op", OPS);
  const rates = readFloats(fields, "rates", 3, 3);
  const terms: TransformTerms = {
    project: readFlag(fields, "project"),
    noise: { sigma: readRate(rates, 0, "sigma", 0, SIGMA_MAX), key: readKey(fields) },
    tolerance: { errorBound: readRate(rates, 1, "errorBound", 0, Math.PI), noiseThreshold: readRate(rates, 2, "noiseThreshold", 0, 1) },
  };
  if (op === "init") return { op, ...terms, ...readPreparation(fields) };
  const subjects = readSubjects(fields, op === "merge" || op === "split" ? 2 : 1, op === "evaluate" ? ORDINAL_MAX : ORDINAL_MAX - 1);
  const [first] = subjects.states;
  const components = first === undefined ? 0 : componentsOf(first);
  if (subjects.states.some((state) => componentsOf(state) !== components)) refuse("subjects", "envelopes of one size");
  return {
    op, ...terms, ...subjects,
    delta: op === "shift" ? readShift(fields, components) : new Float64Array(1),
    kappa: op === "align" ? readRate(readFloats(fields, "kappa", 1, 1), 0, "kappa", -KAPPA_MAX, KAPPA_MAX) : 0,
  };
}

function readPreparation(fields: Fields): { readonly phases: Float64Array; readonly magnitudes: Float64Array } {
  const phases = readFloats(fields, "phases", 1, COMPONENTS_MAX);
  if (!phases.every((phase) => Math.abs(phase) <= ANGLE_LIMIT)) refuse("phases", `radians within ±${ANGLE_LIMIT}`);
  const magnitudes = readOptional(fields, "magnitudes", () => readFloats(fields, "magnitudes", phases.length, phases.length))
    ?? new Float64Array(phases.length).fill(1);
  if (!magnitudes.every((r) => r >= 0 && r <= MAGNITUDE_MAX)) refuse("magnitudes", `0 to ${MAGNITUDE_MAX}`);
  if (!magnitudes.some((r) => r >= 1 / MAGNITUDE_MAX)) refuse("magnitudes", `at least one of 1/${MAGNITUDE_MAX} or more`);
  return { phases, magnitudes };
}

function readShift(fields: Fields, components: number): Float64Array {
  const delta = readFloats(fields, "delta", 1, components);
  if (delta.length !== 1 && delta.length !== components) refuse("delta", `1 or ${components} angles`);
  return delta.every((angle) => Math.abs(angle) <= ANGLE_LIMIT) ? delta : refuse("delta", `radians within ±${ANGLE_LIMIT}`);
}

function readSubjects(fields: Fields, count: number, ordinalMax: number): { readonly envelopes: readonly number[]; readonly states: readonly EnvelopeState[] } {
  const { subjects } = fields;
  if (!Array.isArray(subjects) || subjects.length !== count) return refuse("subjects", `${count} envelopes`);
  const envelopes: number[] = [];
  const states: EnvelopeState[] = [];
  for (const index of subjects.keys()) {
    const subject = readRecord({ subject: subjects[index] }, "subject");
    const state = decodeEnvelope(readBytes(subject["state"], "state"));
    if (state.ordinal > ordinalMax) refuse("state", `at most ${ORDINAL_MAX} transforms`);
    envelopes.push(readCount(subject, "envelope", 0, ENVELOPE_MAX));
    states.push(state);
  }
  return new Set(envelopes).size === count ? { envelopes, states } : refuse("subjects", "different envelopes");
}

export const encodeTransformOutput = ({ results }: TransformOutput): Uint8Array => pack({
  results: results.map(({ state, stability, noise, drift, breached, projection }) => ({
    state, breached, measures: Float64Array.of(stability, noise, drift),
    ...(projection === undefined ? {} : { projection: projectionFloats(projection) }),
  })),
});

/** R alone, or R and ψ. */
const projectionFloats = ({ orderParameter, collectivePhase }: EnvelopeProjection): Float64Array =>
  (collectivePhase === null ? Float64Array.of(orderParameter) : Float64Array.of(orderParameter, collectivePhase));

/** For the provider. @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE when the bytes are no output of this kernel. */
export function decodeTransformOutput(bytes: Uint8Array): TransformOutput {
  const { results } = readFields(bytes, "output");
  if (!Array.isArray(results)) return refuse("results", "a list");
  return { results: results.map((_, at) => readResult(readRecord({ result: results[at] }, "result"))) };
}

function readResult(fields: Fields): EnvelopeResult {
  const [stability = 0, noise = 0, drift = 0] = readFloats(fields, "measures", 3, 3);
  const projection = readOptional(fields, "projection", () => readFloats(fields, "projection", 1, 2));
  const [orderParameter = 0, collectivePhase = null] = projection ?? [];
  return {
    state: readBytes(fields["state"], "state"), stability, noise, drift, breached: readFlag(fields, "breached"),
    ...(projection === undefined ? {} : { projection: { orderParameter, collectivePhase } }),
  };
}
