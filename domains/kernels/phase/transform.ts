// The phi.transform kernel: one transform of one or two envelopes beside their noise-free references. Owns the order of
// a transform (operation, then noise, then measures, then projection); numbers come from the binary.
//   E1  Noise touches z alone; z and z* go through the same operation.
//   E2  A breach of any envelope of the job leaves no projection in the output.
//   E3  What is projected is collective and coarse: R and ψ in 4,096ths, and no ψ that one component carries (A4).
import { sha256 } from "../build/phase.ts";
import type { Kernel } from "../job.ts";
import { withBinary } from "./binary.ts";
import type { PhaseBinary } from "./binary.ts";
import { componentsOf, encodeEnvelope } from "./envelope-state.ts";
import type { EnvelopeState } from "./envelope-state.ts";
import { decodeTransformJob, encodeTransformOutput } from "./transform-job.ts";
import type { CheckedTransform, EnvelopeProjection, EnvelopeResult, StabilityTolerance, TransformOutput } from "./transform-job.ts";

/** What a transform made of one envelope, before tolerances are applied. */
export interface Measured {
  readonly state: EnvelopeState;
  readonly stability: number;
  readonly drift: number;
  readonly projection: EnvelopeProjection;
}

const isBreached = ({ stability, drift }: Measured, { errorBound, noiseThreshold }: StabilityTolerance): boolean =>
  1 - stability > noiseThreshold || drift > errorBound;

/** Tolerances decide what of the measured envelopes may be shown. */
export function judged(measured: readonly Measured[], tolerance: StabilityTolerance, project: boolean): TransformOutput {
  const shown = project && !measured.some((one) => isBreached(one, tolerance));
  return {
    results: measured.map((one): EnvelopeResult => ({
      state: encodeEnvelope(one.state), stability: one.stability, noise: 1 - one.stability, drift: one.drift,
      breached: isBreached(one, tolerance), ...(shown ? { projection: one.projection } : {}),
    })),
  };
}

/** Addresses of one envelope in the binary. */
interface Placed { readonly n: number; readonly ordinal: number; readonly z: number; readonly reference: number }

const placeState = (binary: PhaseBinary, state: EnvelopeState): Placed =>
  ({ n: componentsOf(state), ordinal: state.ordinal, z: binary.place(state.z), reference: binary.place(state.reference) });

function prepare(binary: PhaseBinary, phases: Float64Array, magnitudes: Float64Array): Placed {
  const n = phases.length;
  const placed = { n, ordinal: 0, z: binary.reserve(2 * n), reference: binary.reserve(2 * n) };
  const [phasesAt, magnitudesAt] = [binary.place(phases), binary.place(magnitudes)];
  binary.exports.envelopeInit(n, phasesAt, magnitudesAt, placed.z);
  binary.exports.envelopeInit(n, phasesAt, magnitudesAt, placed.reference);
  return placed;
}

function operate(binary: PhaseBinary, job: Exclude<CheckedTransform, { readonly op: "init" }>, placed: readonly Placed[]): void {
  const { exports } = binary;
  const [first, second] = placed;
  if (first === undefined) return;
  if (job.op === "merge" || job.op === "split") {
    if (second === undefined) return;
    const sign = job.op === "merge" ? 1 : -1;
    exports.envelopeMix(first.n, first.z, second.z, sign);
    exports.envelopeMix(first.n, first.reference, second.reference, sign);
    return;
  }
  if (job.op === "align") for (const z of [first.z, first.reference]) exports.envelopeAlign(first.n, z, job.kappa);
  if (job.op === "shift") {
    const deltaAt = binary.place(job.delta);
    for (const z of [first.z, first.reference]) exports.envelopeShift(first.n, z, deltaAt, job.delta.length === 1 ? 0 : 1);
  }
}

function transformed(binary: PhaseBinary, job: Exclude<CheckedTransform, { readonly op: "init" }>): readonly Placed[] {
  const placed = job.states.map((state) => placeState(binary, state));
  if (job.op === "evaluate") return placed;
  operate(binary, job, placed);
  const [key0 = 0, key1 = 0] = job.noise.key;
  return placed.map((one, at) => {
    const ordinal = one.ordinal + 1;
    if (job.noise.sigma > 0) binary.exports.envelopeKick(one.n, one.z, job.noise.sigma, key0, key1, job.envelopes[at] ?? 0, ordinal);
    return { ...one, ordinal };
  });
}

function measure({ exports, read }: PhaseBinary, { n, ordinal, z, reference }: Placed): Measured {
  exports.envelopeMeasure(n, z, reference);
  exports.envelopeOrder(n, z);
  return {
    state: { ordinal, z: read(z, 2 * n), reference: read(reference, 2 * n) },
    stability: exports.stability.value, drift: exports.drift.value,
    projection: { orderParameter: exports.orderParameter.value, collectivePhase: exports.isCollective.value === 1 ? exports.collectivePhase.value : null },
  };
}

/** One checked job. @throws Fault KERNEL_REFUSED when memory is short. */
export function runTransform(job: CheckedTransform): TransformOutput {
  return withBinary((binary) => {
    const placed = job.op === "init" ? [prepare(binary, job.phases, job.magnitudes)] : transformed(binary, job);
    return judged(placed.map((one) => measure(binary, one)), job.tolerance, job.project);
  });
}

export const transformKernel: Kernel = Object.freeze({
  name: "phi.transform",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array): Uint8Array => encodeTransformOutput(runTransform(decodeTransformJob(input))),
});
