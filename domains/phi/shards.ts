// How one dynamics job becomes kernel tasks, and how their outputs become one. Sizes follow from the job alone, and
// outputs are joined in task order, so the result is the same whichever task ends first and however many workers there are.
import type { KernelTask } from "../../kernel-abi/ports.ts";
import { isingKernel } from "../kernels/phase/ising.ts";
import { decodeIsingOutput, decodeKuramotoOutput, decodeSpectrumOutput, encodeIsingJob, encodeKuramotoJob, encodeSpectrumJob } from "../kernels/phase/jobs.ts";
import type { IsingJob, IsingOutput, KuramotoJob, KuramotoOutput } from "../kernels/phase/jobs.ts";
import { kuramotoKernel } from "../kernels/phase/kuramoto.ts";
import { spectrumKernel } from "../kernels/phase/spectrum.ts";
import type { DynamicsCall } from "./call.ts";
import type { PhiResult } from "./outcome.ts";

/** Tasks one job is cut into at most, and pieces a task has at least: each task carries the whole problem. */
const TASKS_MAX = 16;
const RESTARTS_PER_TASK = 4;
const RUNS_PER_TASK = 2;

export interface Sharded {
  readonly tasks: readonly KernelTask[];
  /** The outputs of the tasks, in their order. @throws Fault KERNEL_REFUSED when one is no output of the kernel. */
  readonly join: (outputs: readonly Uint8Array[]) => PhiResult;
}

/** [first, count] of each piece of `total`. */
function pieces(total: number, least: number): readonly (readonly [first: number, count: number])[] {
  const size = Math.max(least, Math.ceil(total / TASKS_MAX));
  return Array.from({ length: Math.ceil(total / size) }, (_, at) => [at * size, Math.min(size, total - at * size)] as const);
}

function concatenated(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The lowest energy; of equals, the one of the lowest restart, which stands first. */
export function bestOf(outputs: readonly [IsingOutput, ...IsingOutput[]]): IsingOutput {
  const best = outputs.reduce((lowest, output) => (output.energy < lowest.energy ? output : lowest));
  return { ...best, energies: concatenated(outputs.map(({ energies }) => energies)) };
}

function joinRuns(outputs: readonly [KuramotoOutput, ...KuramotoOutput[]]): KuramotoOutput {
  const column = (name: "order" | "orderDeviation" | "collectiveFrequency" | "frequencySpread" | "lockedFraction" | "series"): Float64Array =>
    concatenated(outputs.map((output) => output[name]));
  return {
    order: column("order"), orderDeviation: column("orderDeviation"), collectiveFrequency: column("collectiveFrequency"),
    frequencySpread: column("frequencySpread"), lockedFraction: column("lockedFraction"), series: column("series"), points: outputs[0].points,
  };
}

/** At least one output, as every job has at least one task. */
function decoded<T>(outputs: readonly Uint8Array[], decode: (bytes: Uint8Array) => T): readonly [T, ...T[]] {
  const [first = new Uint8Array(0), ...rest] = outputs;
  return [decode(first), ...rest.map(decode)];
}

const shardIsing = (job: IsingJob, key: Uint32Array): Sharded => ({
  tasks: pieces(job.restarts, RESTARTS_PER_TASK).map(([first, restarts]) =>
    ({ kernel: isingKernel.name, input: encodeIsingJob({ ...job, key, firstRestart: job.firstRestart + first, restarts }) })),
  join: (outputs) => ({ kind: "ising", output: bestOf(decoded(outputs, decodeIsingOutput)) }),
});

const shardKuramoto = (job: KuramotoJob, key: Uint32Array): Sharded => ({
  tasks: pieces(job.couplings.length, RUNS_PER_TASK).map(([first, runs]) =>
    ({ kernel: kuramotoKernel.name, input: encodeKuramotoJob({ ...job, key, firstRun: job.firstRun + first, couplings: job.couplings.slice(first, first + runs) }) })),
  join: (outputs) => ({ kind: "kuramoto", couplings: job.couplings, output: joinRuns(decoded(outputs, decodeKuramotoOutput)) }),
});

export function shard(call: DynamicsCall, key: Uint32Array): Sharded {
  switch (call.op) {
    case "ising": return shardIsing(call.job, key);
    case "kuramoto": return shardKuramoto(call.job, key);
    case "spectrum": return {
      tasks: [{ kernel: spectrumKernel.name, input: encodeSpectrumJob(call.job) }],
      join: (outputs) => ({ kind: "spectrum", output: decoded(outputs, decodeSpectrumOutput)[0] }),
    };
  }
}
