// The Φ provider port (XDV-061) and the simulated provider behind it. Owns the states of open envelopes.
//   1  An envelope's state goes to the transform kernel and back, and nowhere else (A4).
//   2  Transforms of one envelope run one after the other, in the order they were invoked.
//   3  A breach leaves no projection, and none of the envelopes it touched survives it.
//   4  An envelope's noise is keyed by the job that opened it, and by its ordinal and component: what else runs changes nothing.
import { Fault } from "../../kernel-abi/fault.ts";
import type { ProviderDeclaration } from "../../kernel-abi/header.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import type { JobRunner, JobStart, KernelTask } from "../../kernel-abi/ports.ts";
import type { Terms } from "../../kernel-abi/contract.ts";
import { decodeTransformOutput, encodeTransformJob } from "../kernels/phase/jobs.ts";
import type { EnvelopeResult, TransformJob } from "../kernels/phase/jobs.ts";
import { transformKernel } from "../kernels/phase/transform.ts";
import type { EnvelopeCall, OpenCall, PhiCall } from "./call.ts";
import { OSCILLATORS, figures } from "./declared.ts";
import type { PhiResult, Scores } from "./outcome.ts";
import { shard } from "./shards.ts";

export interface PhiProvider {
  /** Register, attest and declare: the declaration carries the attestation and the digests of the binaries. */
  readonly declaration: ProviderDeclaration;
  /**
   * Invoke: the structured output and stability of one call.
   * @throws Fault PHI_ERR_STABILITY_BREACH | PHI_ERR_ENVELOPE_INVALID | PHI_ERR_HARDWARE_FAILURE, or the kernel's own
   */
  invoke(call: PhiCall, job: JobStart): Promise<PhiResult>;
  /** Release: every envelope of the contract is gone. */
  release(contract: number): void;
}

interface HeldEnvelope {
  readonly contract: number;
  /** First tick at which the contract's window is over. */
  readonly end: number;
  readonly key: Uint32Array;
  state: Uint8Array | undefined;
  /** Settles when the last transform invoked so far is over. */
  tail: Promise<void>;
}

const millionths = (value: number): number => Math.floor(value * 1_000_000 + 0.5);
/** Terms are in whole millionths, and so are reports: a report may show the bound itself and be no breach. */
const toleranceOf = ({ errorPpm, noisePpm }: Terms): TransformJob["tolerance"] =>
  ({ errorBound: Math.min(Math.PI, (errorPpm + 0.5) / 1_000_000), noiseThreshold: Math.min(1, (noisePpm + 0.5) / 1_000_000) });

/** A number of its own for each envelope, from its opening key: 53 bits. */
const numberOf = ([high = 0, low = 0]: Uint32Array): number => low * 2_097_152 + (high >>> 11);

const SIGMA: Readonly<Record<EnvelopeCall["op"], number>> = Object.freeze({
  align: figures.sigmaAlign, shift: figures.sigmaShift, merge: figures.sigmaMerge, split: figures.sigmaSplit, evaluate: 0, close: 0,
});

function transformJob(call: EnvelopeCall, held: readonly HeldEnvelope[], terms: Terms): TransformJob {
  const [first, second] = held.map(({ key, state }) => ({ envelope: numberOf(key), state: state ?? gone() }));
  if (first === undefined) return gone();
  const common = { noise: { sigma: SIGMA[call.op] / 1_000_000, key: held[0]?.key ?? new Uint32Array(2) }, tolerance: toleranceOf(terms), project: call.op === "evaluate" };
  switch (call.op) {
    case "shift": return { op: "shift", subjects: [first], delta: call.delta, ...common };
    case "align": return { op: "align", subjects: [first], kappa: call.kappa, ...common };
    case "merge": case "split": return { op: call.op, subjects: [first, second ?? gone()], ...common };
    default: return { op: "evaluate", subjects: [first], ...common };
  }
}

const gone = (): never => {
  throw new Fault("PHI_ERR_ENVELOPE_INVALID", { what: "the envelope is no more" });
};

/** The worse of each score. */
const scoresOf = (results: readonly EnvelopeResult[]): Scores => ({
  stability: Math.min(...results.map(({ stability }) => millionths(stability))),
  noise: Math.max(...results.map(({ noise }) => millionths(noise))),
  drift: Math.max(...results.map(({ drift }) => millionths(drift))),
});

function resultOf(results: readonly EnvelopeResult[], tick: number): PhiResult {
  const scores = scoresOf(results);
  const projection = results[0]?.projection;
  return projection === undefined ? { kind: "report", scores, tick }
    : { kind: "evaluation", scores, tick, order: projection.orderParameter, phase: projection.collectivePhase };
}

/** The provider's own words for what happened: a kernel's refusal keeps its code, all else is a lost transform. */
function providerFault(cause: unknown, kernel: string): Fault {
  if (cause instanceof Fault && cause.fault !== "WORKER_LOST") return cause;
  return new Fault("PHI_ERR_HARDWARE_FAILURE", { kernel, what: cause instanceof Fault ? cause.fault : "the kernel stopped" }, { cause });
}

export function simulatedProvider(runner: JobRunner): PhiProvider {
  const envelopes = new Map<JobId, HeldEnvelope>();

  async function run(task: KernelTask): Promise<Uint8Array> {
    try {
      return await runner.run(task);
    } catch (cause) {
      throw providerFault(cause, task.kernel);
    }
  }

  /** All of them, in order; of several failures, that of the first task. */
  async function runAll(tasks: readonly KernelTask[]): Promise<readonly Uint8Array[]> {
    const ends = await Promise.allSettled(tasks.map(run));
    return ends.map((end) => {
      if (end.status === "rejected") throw end.reason;
      return end.value;
    });
  }

  async function transform(job: TransformJob): Promise<readonly EnvelopeResult[]> {
    const { results } = decodeTransformOutput(await run({ kernel: transformKernel.name, input: encodeTransformJob(job) }));
    return results;
  }

  async function open({ phases, magnitudes }: OpenCall, job: JobStart, held: HeldEnvelope): Promise<PhiResult> {
    const { terms } = job.contract;
    const results = await transform({ op: "init", phases, magnitudes, project: false, noise: { sigma: 0, key: held.key }, tolerance: toleranceOf(terms) });
    held.state = results[0]?.state;
    return resultOf(results, job.due);
  }

  /** A transform that fails for whatever reason leaves none of its envelopes behind. */
  async function apply(call: EnvelopeCall, job: JobStart, held: readonly HeldEnvelope[]): Promise<PhiResult> {
    const work = transformJob(call, held, job.contract.terms);
    for (const one of held) one.state = undefined;
    const results = await transform(work);
    if (results.length !== held.length || results.some(({ breached }) => breached)) throw new Fault("PHI_ERR_STABILITY_BREACH", { ...scoresOf(results) });
    held.forEach((one, at) => { one.state = results[at]?.state; });
    return resultOf(results, job.due);
  }

  /** Runs `act` once what was invoked on these envelopes before is over. */
  async function inTurn(held: readonly HeldEnvelope[], act: () => Promise<PhiResult>): Promise<PhiResult> {
    const before = Promise.all(held.map(({ tail }) => tail));
    const result = before.then(act);
    const over = result.then(() => undefined, () => undefined);
    for (const one of held) one.tail = over;
    return result;
  }

  function admitEnvelope(job: JobStart): HeldEnvelope {
    for (const [id, { end }] of envelopes) if (end <= job.issued) envelopes.delete(id);
    const held: HeldEnvelope = { contract: job.contract.id, end: job.contract.terms.end, key: job.key, state: undefined, tail: Promise.resolve() };
    envelopes.set(job.job, held);
    return held;
  }

  async function onEnvelopes(call: EnvelopeCall, job: JobStart): Promise<PhiResult> {
    const held = call.envelopes.map((id) => envelopes.get(id) ?? gone());
    if (call.op !== "close") return inTurn(held, () => apply(call, job, held));
    for (const id of call.envelopes) envelopes.delete(id);
    return { kind: "closed" };
  }

  return Object.freeze({
    declaration: OSCILLATORS,
    async invoke(call: PhiCall, job: JobStart): Promise<PhiResult> {
      if (call.op === "open") {
        const held = admitEnvelope(job);
        return inTurn([held], () => open(call, job, held));
      }
      if ("envelopes" in call) return onEnvelopes(call, job);
      const { tasks, join } = shard(call, job.key);
      return join(await runAll(tasks));
    },
    release(contract: number): void {
      for (const [id, held] of envelopes) if (held.contract === contract) envelopes.delete(id);
    },
  });
}
