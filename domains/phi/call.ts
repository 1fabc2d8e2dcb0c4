// Φ calls: the plain data `submit` carries, its checks, and the public descriptor recorded with the intent.
//   1  A call is checked whole before anything else looks at it; what passes is a private copy.
//   2  The descriptor is canonical and holds no key and no envelope state (A4): the same call gives the same bytes.
import { byForm } from "../../kernel-abi/version.ts";
import { blame, blameByTag, compiled, Type } from "../../kernel-abi/schema.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import { ANGLE_LIMIT } from "../kernels/libm/portable.ts";
import {
  COMPONENTS_MAX, SHARE_MAX, decodeIsingJob, decodeKuramotoJob, decodeSpectrumJob, decodeTransformJob, encodeIsingJob, encodeKuramotoJob,
  encodeSpectrumJob, encodeTransformJob,
} from "../kernels/phase/jobs.ts";
import type { IsingJob, KuramotoJob, SpectrumJob } from "../kernels/phase/jobs.ts";

/** An envelope has at least two components: the collective phase of one alone would be its raw phase (A4). */
export const ENVELOPE_COMPONENTS_MIN = 2;
/** Alignment strength, radians. */
const KAPPA_MAX = 1_048_576;

const exact = { additionalProperties: false } as const;
const floats = (description: string) => Type.Unknown({ description: `Float64Array: ${description}`, "x-typed-array": "Float64Array" });
const Graph = Type.Object({
  offsets: Type.Unknown({ description: "Int32Array: row i holds entries offsets[i] to offsets[i+1]-1", "x-typed-array": "Int32Array" }),
  targets: Type.Unknown({ description: "Int32Array: neighbours, strictly ascending in each row", "x-typed-array": "Int32Array" }),
  weights: floats("one weight an entry"),
}, exact);
const Schedule = Type.Object({
  dynamics: Type.Union([Type.Literal("inertial"), Type.Literal("overdamped")]), steps: Type.Integer(), dt: Type.Number(), damping: Type.Number(),
  coupling: Type.Number(), injectionStart: Type.Number(), injectionEnd: Type.Number(), noiseStart: Type.Number(), noiseEnd: Type.Number(),
  readEvery: Type.Integer(), readFrom: Type.Integer(),
}, exact);

/** Typed arrays and ranges are checked by the kernels' own decoders; JSON Schema can only name them. */
export const PhiCallSchema = Type.Union([
  Type.Object({ op: Type.Literal("open"), phases: floats("radians"), magnitudes: Type.Optional(floats("relative, default equal")) }, exact),
  Type.Object({ op: Type.Literal("shift"), delta: floats("radians, one for all components or one each") }, exact),
  Type.Object({ op: Type.Literal("align"), kappa: Type.Number({ minimum: -KAPPA_MAX, maximum: KAPPA_MAX }) }, exact),
  Type.Object({ op: Type.Union([Type.Literal("merge"), Type.Literal("split"), Type.Literal("evaluate"), Type.Literal("close")]) }, exact),
  Type.Object({
    op: Type.Literal("kuramoto"), omega: floats("natural frequencies"), couplings: floats("strengths of the sweep"), graph: Type.Optional(Graph),
    initial: Type.Optional(floats("phases, radians; default drawn")), dt: Type.Number(), noise: Type.Number(), steps: Type.Integer(),
    transient: Type.Integer(), stride: Type.Integer(), lockTolerance: Type.Number(),
  }, exact),
  Type.Object({
    op: Type.Literal("ising"), couplings: Graph, fields: Type.Optional(floats("one a spin")), schedule: Schedule, restarts: Type.Integer(),
    polish: Type.Boolean(), cut: Type.Boolean(),
  }, exact),
  Type.Object({
    op: Type.Literal("spectrum"), real: floats("samples"), imaginary: Type.Optional(floats("of the same length")), sampleRate: Type.Number(),
    window: Type.Union([Type.Literal("none"), Type.Literal("hann")]), padding: Type.Integer(), top: Type.Integer(),
  }, exact),
], { $id: "triad/phi/call" });

export interface OpenCall {
  readonly op: "open";
  readonly phases: Float64Array;
  readonly magnitudes: Float64Array;
}
/** A call on envelopes that are open, each named by the job that opened it. */
export type EnvelopeCall = { readonly envelopes: readonly JobId[] } & (
  | { readonly op: "shift"; readonly delta: Float64Array }
  | { readonly op: "align"; readonly kappa: number }
  | { readonly op: "merge" | "split" | "evaluate" | "close" });
/** A call that keeps nothing; `job` lacks the key only the service has: NO_KEY stands in its place. */
export type DynamicsCall =
  | { readonly op: "kuramoto"; readonly job: KuramotoJob }
  | { readonly op: "ising"; readonly job: IsingJob }
  | { readonly op: "spectrum"; readonly job: SpectrumJob };
export type PhiCall = OpenCall | EnvelopeCall | DynamicsCall;

const callCheck = compiled(PhiCallSchema);
const NO_KEY = new Uint32Array(2);

const refuse = (at: string, what: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: "phi.submit", at, what });
};

/** What a kernel's decoder refuses, as a malformed call. */
function checked<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.fault !== "KERNEL_REFUSED") throw cause;
    return refuse(`/${String(cause.detail["argument"] ?? "")}`, String(cause.detail["allowed"] ?? cause.message));
  }
}

/** Whether one component carries the collective vector however the others stand: its ψ would be that one's phase (A4). */
function isDominated(magnitudes: Float64Array): boolean {
  const most = magnitudes.reduce((largest, r) => Math.max(largest, r * r), 0);
  return most > SHARE_MAX * magnitudes.reduce((sum, r) => sum + r * r, 0);
}

function readOpen(phases: unknown, magnitudes: unknown): OpenCall {
  const job = checked(() => decodeTransformJob(encodeTransformJob({
    op: "init", project: false, noise: { sigma: 0, key: NO_KEY }, tolerance: { errorBound: 0, noiseThreshold: 0 },
    // The decoder sees to it that these are what it says.
    phases: phases as Float64Array, ...(magnitudes === undefined ? {} : { magnitudes: magnitudes as Float64Array }),
  })));
  if (job.op !== "init" || job.phases.length < ENVELOPE_COMPONENTS_MIN) return refuse("/phases", `${ENVELOPE_COMPONENTS_MIN} to ${COMPONENTS_MAX} numbers`);
  if (isDominated(job.magnitudes)) return refuse("/magnitudes", `no component with more than ${SHARE_MAX} of Σr²`);
  return { op: "open", phases: job.phases, magnitudes: job.magnitudes };
}

function readDelta(delta: unknown): Float64Array {
  if (!(delta instanceof Float64Array) || delta.length < 1 || delta.length > COMPONENTS_MAX) return refuse("/delta", `a Float64Array of 1 to ${COMPONENTS_MAX}`);
  return delta.every((angle) => Math.abs(angle) <= ANGLE_LIMIT) ? delta.slice() : refuse("/delta", `radians within ±${ANGLE_LIMIT}`);
}

const REFS: Readonly<Record<EnvelopeCall["op"], number>> = Object.freeze({ shift: 1, align: 1, merge: 2, split: 2, evaluate: 1, close: 1 });

function checkRefs(op: PhiCall["op"], refs: readonly JobId[]): void {
  const wanted = op in REFS ? REFS[op as EnvelopeCall["op"]] : 0;
  if (refs.length !== wanted) refuse("refs", `${wanted} envelopes`);
  if (new Set(refs).size !== refs.length) refuse("refs", "different envelopes");
}

/** @throws Fault ABI_MALFORMED naming the place in the call; Q_ERR_NO_CLONE_VIOLATION when a handle hides in it. */
export function parseCall(call: unknown, refs: readonly JobId[], flags?: ReadonlySet<string>): PhiCall {
  if (!callCheck().Check(call)) {
    const { at, what } = byForm(flags) ? blameByTag(PhiCallSchema, "op", call) : blame(PhiCallSchema, call, "no Φ call");
    return refuse(at, what);
  }
  checkRefs(call.op, refs);
  switch (call.op) {
    case "open": return readOpen(call.phases, call.magnitudes);
    case "shift": return { op: "shift", envelopes: [...refs], delta: readDelta(call.delta) };
    case "align": return { op: "align", envelopes: [...refs], kappa: call.kappa };
    // Seen by the decoders, which take nothing on trust.
    case "kuramoto": return { op: "kuramoto", job: checked(() => decodeKuramotoJob(encodeKuramotoJob({ ...(call as unknown as KuramotoJob), key: NO_KEY, firstRun: 0 }))) };
    case "ising": return { op: "ising", job: checked(() => decodeIsingJob(encodeIsingJob({ ...(call as unknown as IsingJob), key: NO_KEY, firstRestart: 0 }))) };
    case "spectrum": return { op: "spectrum", job: checked(() => decodeSpectrumJob(encodeSpectrumJob(call as SpectrumJob))) };
    default: return { op: call.op, envelopes: [...refs] };
  }
}
