// The judge of Φ: recorded projections against what follows from their calls without any noise drawn (E4).
//   X4  An envelope's twin, evolved without noise from the recorded calls, is what its drift is measured against. While only shifts
//       and alignments have touched it, no weight has moved, so Σr²e^{iθ} is at most the drift away from the twin's: (R, ψ) beyond
//       that are impossible. A merge or split moves weights; after one, ranges and tolerances alone are checked.
//   X5  Nothing here has a p-value: noise is sealed by seed, and `reproduce` compares it bit for bit.
import { sameBytes } from "../../kernel-abi/canonical.ts";
import { Fault, faultByCode, FAULTS } from "../../kernel-abi/fault.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import type { DomainJudge, DomainVerdict, JobVerdict, JudgedJob } from "../../kernel-abi/judgement.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { PROJECTION_STEPS, decodeIsingOutput, decodeKuramotoOutput, decodeSpectrumOutput, decodeTransformOutput, encodeTransformJob } from "../kernels/phase/jobs.ts";
import type { EnvelopeProjection, KuramotoOutput, TransformJob } from "../kernels/phase/jobs.ts";
import { atan2 } from "../kernels/libm/portable.ts";
import { transformKernel } from "../kernels/phase/transform.ts";
import type { EnvelopeCall, OpenCall, PhiCall } from "./call.ts";
import { decodeDescriptor } from "./descriptor.ts";
import * as dynamics from "./judge-dynamics.ts";
import { encodeResult, type PhiResult } from "./outcome.ts";
import { componentsOf } from "./work.ts";

/** An envelope's noise-free twin. */
interface Twin {
  state: Uint8Array;
  readonly width: number;
  /** No weight has moved. */
  rigid: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const NO_NOISE = Object.freeze({ sigma: 0, key: new Uint32Array(2) });
const ANY = Object.freeze({ errorBound: Math.PI, noiseThreshold: 1 });
const STEP = (2 * Math.PI) / PROJECTION_STEPS;
const MILLION = 1_000_000;

function callOf({ job, descriptor }: JudgedJob): PhiCall {
  try {
    return decodeDescriptor(descriptor);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new Fault("TRACE_INCONSISTENT", { rule: "an intent describes a job of its domain", job, what: cause.message }, { cause });
  }
}

const run = (job: TransformJob): { readonly states: readonly Uint8Array[]; readonly projection: EnvelopeProjection | undefined } => {
  const { results } = decodeTransformOutput(transformKernel.run(encodeTransformJob(job)));
  return { states: results.map(({ state }) => state), projection: results[0]?.projection };
};

function fieldsOf(body: Uint8Array): Fields {
  const value = unpack(body);
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value) ? { ...value } : {};
}

const integer = (value: unknown): number => (typeof value === "number" && Number.isSafeInteger(value) ? value : NaN);

/** A body as the result it encodes; undefined when it encodes none, or not in these bytes. */
function resultIn(body: Uint8Array): PhiResult | undefined {
  try {
    const result = readResult(fieldsOf(body));
    return result !== undefined && sameBytes(encodeResult(result), body) ? result : undefined;
  } catch (cause) {
    if (cause instanceof Fault) return undefined;
    throw cause;
  }
}

function readResult({ kind, couplings, projection, ...fields }: Fields): PhiResult | undefined {
  const scores = { stability: integer(fields["stability"]), noise: integer(fields["noise"]), drift: integer(fields["drift"]) };
  const tick = integer(fields["tick"]);
  switch (kind) {
    case "closed": return { kind };
    case "report": return { kind, scores, tick };
    case "evaluation": return projection instanceof Float64Array ? { kind, scores, tick, order: projection[0] ?? NaN, phase: projection[1] ?? null } : undefined;
    case "ising": return { kind, output: decodeIsingOutput(pack(fields)) };
    case "kuramoto": return couplings instanceof Float64Array ? { kind, couplings, output: inColumns(decodeKuramotoOutput(pack(fields))) } : undefined;
    case "spectrum": return { kind, output: decodeSpectrumOutput(pack(fields)) };
    default: return undefined;
  }
}

/** In the order in which the provider joins sweeps, which is that of the bytes. */
const inColumns = ({ order, orderDeviation, collectiveFrequency, frequencySpread, lockedFraction, series, points }: KuramotoOutput): KuramotoOutput =>
  ({ order, orderDeviation, collectiveFrequency, frequencySpread, lockedFraction, series, points });

class PhiJudge implements DomainJudge {
  readonly #twins = new Map<JobId, Twin>();
  readonly #verdicts: JobVerdict[] = [];

  finish(): DomainVerdict { return { jobs: this.#verdicts, experiments: [] }; }

  take(job: JudgedJob): void {
    const call = callOf(job);
    const { outcome } = job;
    const verdict = { job: job.job, domain: "PHI", kind: call.op, units: componentsOf(call, this.#width(call)), shots: 1, logLikelihood: null, p: null, test: null, note: "" } as const;
    if (outcome.verdict !== 0) {
      this.#forget(call);
      const wrong = notFailed(job);
      if (wrong === undefined) this.#verdicts.push({ ...verdict, standing: "failed", note: faultByCode(outcome.verdict) ?? `#${outcome.verdict}` });
      else this.#verdicts.push({ ...verdict, standing: "impossible", impossible: { what: wrong, outcome: shown(resultIn(outcome.body)), probability: 0 } });
      return;
    }
    const result = resultIn(outcome.body);
    const what = result === undefined ? "the body is no outcome of such a job" : this.#refused(() => this.#wrong(call, result, job));
    if (what === undefined) this.#verdicts.push({ ...verdict, standing: "possible", note: this.#note(call) });
    else this.#verdicts.push({ ...verdict, standing: "impossible", impossible: { what, outcome: shown(result), probability: 0 } });
  }

  /** What a kernel refuses has no outcome, as when two envelopes of different widths are said to have merged. */
  #refused(check: () => string | undefined): string | undefined {
    try {
      return check();
    } catch (cause) {
      if (cause instanceof Fault && cause.fault === "KERNEL_REFUSED") return `the kernel refuses such a call: ${cause.message}`;
      throw cause;
    }
  }

  #width(call: PhiCall): number {
    const [first] = "envelopes" in call ? call.envelopes : [];
    return (first === undefined ? undefined : this.#twins.get(first)?.width) ?? 0;
  }

  /** A transform that failed took its envelopes along. */
  #forget(call: PhiCall): void {
    if ("envelopes" in call) for (const envelope of call.envelopes) this.#twins.delete(envelope);
  }

  #note(call: PhiCall): string {
    if (call.op === "kuramoto") return dynamics.isDetermined(call.job) ? "computed again" : "ranges and sums";
    if (call.op === "ising") return "counted again from its spins";
    if (call.op === "spectrum") return "computed again";
    if (call.op !== "evaluate") return "";
    const [envelope] = call.envelopes;
    return envelope !== undefined && this.#twins.get(envelope)?.rigid === true ? "within its drift" : "ranges and tolerances";
  }

  #wrong(call: PhiCall, result: PhiResult, job: JudgedJob): string | undefined {
    const other = `a ${result.kind} for a call of ${call.op}`;
    switch (call.op) {
      case "ising": return result.kind === "ising" ? dynamics.ising(call.job, result.output) : other;
      case "kuramoto": return result.kind === "kuramoto" ? dynamics.kuramoto(call.job, result.couplings, result.output) : other;
      case "spectrum": return result.kind === "spectrum" ? dynamics.spectrum(call.job, result.output) : other;
      case "close":
        this.#forget(call);
        return result.kind === "closed" ? undefined : other;
      case "open": return result.kind === "report" ? this.#open(call, result, job) : other;
      case "evaluate": return result.kind === "evaluation" ? scored(result, job) ?? this.#evaluate(call, result) : other;
      default: return result.kind === "report" ? scored(result, job) ?? this.#transform(call) : other;
    }
  }

  #open({ phases, magnitudes }: OpenCall, result: PhiResult & { readonly kind: "report" }, job: JudgedJob): string | undefined {
    const { states: [state] } = run({ op: "init", phases, magnitudes, project: false, noise: NO_NOISE, tolerance: ANY });
    if (state !== undefined) this.#twins.set(job.job, { state, width: phases.length, rigid: true });
    const { stability, noise, drift } = result.scores;
    return scored(result, job) ?? (stability === MILLION && noise === 0 && drift === 0 ? undefined : "an envelope that opens with noise");
  }

  #transform(call: EnvelopeCall): undefined {
    const twins = call.envelopes.map((envelope) => this.#twins.get(envelope));
    const [first, second] = twins;
    if (first === undefined || call.op === "evaluate" || call.op === "close") return;
    const common = { project: false, noise: NO_NOISE, tolerance: ANY };
    const subject = { envelope: 0, state: first.state };
    if (call.op === "shift") [first.state = first.state] = run({ op: "shift", subjects: [subject], delta: call.delta, ...common }).states;
    else if (call.op === "align") [first.state = first.state] = run({ op: "align", subjects: [subject], kappa: call.kappa, ...common }).states;
    else if (second !== undefined) {
      [first.state = first.state, second.state = second.state] = run({ op: call.op, subjects: [subject, { envelope: 1, state: second.state }], ...common }).states;
      first.rigid = second.rigid = false;
    }
  }

  #evaluate({ envelopes }: EnvelopeCall, { order, phase, scores }: PhiResult & { readonly kind: "evaluation" }): string | undefined {
    const steps = order * PROJECTION_STEPS;
    const turns = (phase ?? 0) / STEP;
    if (!(order >= 0 && order <= 1 && Number.isInteger(steps))) return `R is ${order}, no multiple of 1/${PROJECTION_STEPS}`;
    if (phase !== null && !(phase > -Math.PI && phase <= Math.PI && Math.abs(turns - Math.floor(turns + 0.5)) < 1e-9)) return `ψ is ${phase}, no step of a turn`;
    const [envelope] = envelopes;
    const twin = envelope === undefined ? undefined : this.#twins.get(envelope);
    if (twin?.rigid !== true) return undefined;
    const { projection } = run({ op: "evaluate", subjects: [{ envelope: 0, state: twin.state }], project: true, noise: NO_NOISE, tolerance: ANY });
    return projection === undefined ? undefined : beyondDrift({ order, phase }, projection, (scores.drift + 1) / MILLION);
  }
}

/** Whether what is said to have failed cannot have: there is a result, or its scores are within the tolerance they are said to have breached. */
function notFailed({ outcome: { verdict, body }, terms }: JudgedJob): string | undefined {
  if (resultIn(body) !== undefined) return "a result beside a fault";
  const { noise, drift } = fieldsOf(body);
  const within = verdict === FAULTS.PHI_ERR_STABILITY_BREACH.code && integer(noise) < terms.noisePpm && integer(drift) < terms.errorPpm;
  return within ? `noise ${String(noise)} and drift ${String(drift)} are within the tolerance, and no breach` : undefined;
}

/** (R, ψ) against the twin's, at most `drift` away in the plane, each of the two rounded to its resolution. */
function beyondDrift({ order, phase }: { readonly order: number; readonly phase: number | null }, twin: EnvelopeProjection, drift: number): string | undefined {
  const rounding = 1 / PROJECTION_STEPS;
  if (Math.abs(order - twin.orderParameter) > drift + rounding) return `R is ${order}, ${twin.orderParameter} without noise, and the drift is ${drift}`;
  const least = twin.orderParameter - rounding / 2;
  if (phase === null || twin.collectivePhase === null || least <= drift) return undefined;
  const apart = Math.abs(phase - twin.collectivePhase);
  const between = Math.min(apart, 2 * Math.PI - apart);
  return between <= asin(drift / least) + STEP ? undefined : `ψ is ${phase}, ${twin.collectivePhase} without noise, and the drift is ${drift}`;
}

/** Scores in millionths hang together, are within the contract's tolerance, and carry the tick they came. */
function scored({ scores: { stability, noise, drift }, tick }: PhiResult & { readonly kind: "report" | "evaluation" }, { terms, due }: JudgedJob): string | undefined {
  if (tick !== due) return `a report of tick ${tick} at tick ${due}`;
  if (!(stability >= 0 && noise >= 0 && Math.abs(stability + noise - MILLION) <= 1)) return `stability ${stability} and noise ${noise} millionths are not 1 together`;
  if (!(drift >= 0 && drift <= 3_141_593)) return `a drift of ${drift} millionths`;
  if (noise > terms.noisePpm || drift > terms.errorPpm) return `noise ${noise} or drift ${drift} beyond the tolerance, and no breach`;
  return undefined;
}

/** For 0 to 1. */
const asin = (sine: number): number => atan2(sine, Math.sqrt(1 - sine * sine));

const SHOWN = 120;
function shown(result: PhiResult | undefined): string {
  if (result === undefined) return "no outcome";
  switch (result.kind) {
    case "ising": return `energy ${result.output.energy} of ${result.output.spins.length} spins`;
    case "kuramoto": return `order ${result.output.order.slice(0, 4).join(", ")}`.slice(0, SHOWN);
    case "spectrum": return `peaks at ${result.output.peaks.slice(0, 4).map(({ frequency }) => frequency).join(", ")}`.slice(0, SHOWN);
    case "evaluation": return `R ${result.order}, ψ ${result.phase ?? "none"}`;
    case "report": return `stability ${result.scores.stability}, noise ${result.scores.noise}, drift ${result.scores.drift}`;
    case "closed": return "closed";
  }
}

/** Serves one trace. */
export const createPhiJudge = (): DomainJudge => new PhiJudge();
