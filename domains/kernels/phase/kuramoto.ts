// The phi.kuramoto kernel: one Kuramoto network at each coupling strength of a sweep. Owns the sweep; numbers come from
// the binary.
import { sha256 } from "../build/phase.ts";
import type { Kernel } from "../job.ts";
import { withBinary } from "./binary.ts";
import { decodeKuramotoJob, encodeKuramotoOutput, seriesPoints } from "./kuramoto-job.ts";
import type { KuramotoJob, KuramotoOutput } from "./kuramoto-job.ts";

/** A job that `decodeKuramotoJob` accepts. @throws Fault KERNEL_REFUSED when memory is short. */
export function runKuramoto(job: KuramotoJob): KuramotoOutput {
  const { omega, couplings, graph, initial, key, firstRun, steps, stride } = job;
  const nodes = omega.length;
  const [key0 = 0, key1 = 0] = key;
  const points = seriesPoints(job);
  const perRun = (): Float64Array => new Float64Array(couplings.length);
  const output = {
    order: perRun(), orderDeviation: perRun(), collectiveFrequency: perRun(), frequencySpread: perRun(), lockedFraction: perRun(),
    series: new Float64Array(couplings.length * points), points,
  };
  return withBinary(({ exports, place, reserve, read }) => {
    exports.kuramotoOpen(nodes, place(omega), place(graph?.offsets), place(graph?.targets), place(graph?.weights));
    const initialAt = initial === undefined ? reserve(nodes) : place(initial);
    if (initial === undefined) exports.kuramotoSeed(initialAt, key0, key1);
    const seriesAt = reserve(points);
    couplings.forEach((coupling, run) => {
      exports.kuramotoRun(coupling, job.dt, job.noise, job.lockTolerance, steps, job.transient, stride,
        initialAt, seriesAt, key0, key1, firstRun + run + 1);
      output.order[run] = exports.meanOrder.value;
      output.orderDeviation[run] = exports.orderDeviation.value;
      output.collectiveFrequency[run] = exports.collectiveFrequency.value;
      output.frequencySpread[run] = exports.frequencySpread.value;
      output.lockedFraction[run] = exports.lockedFraction.value;
      output.series.set(read(seriesAt, points), run * points);
    });
    return output;
  });
}

export const kuramotoKernel: Kernel = Object.freeze({
  name: "phi.kuramoto",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array): Uint8Array => encodeKuramotoOutput(runKuramoto(decodeKuramotoJob(input))),
});
