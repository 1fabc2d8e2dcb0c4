// The phi.ising kernel: restarts of the oscillator Ising machine, best spins out. Owns the choice among restarts and the
// cut; numbers come from the binary.
import { sha256 } from "../build/phase.ts";
import type { Kernel } from "../job.ts";
import { withBinary } from "./binary.ts";
import { nodesOf } from "./graph.ts";
import type { CsrGraph } from "./graph.ts";
import { decodeIsingJob, encodeIsingOutput } from "./ising-job.ts";
import type { IsingJob, IsingOutput } from "./ising-job.ts";

/** Σ_{i<j} J_ij (1 - s_i s_j)/2: each coupling between unlike spins, once. Exact for whole weights. */
export function cutOf({ offsets, targets, weights }: CsrGraph, spins: Int8Array): number {
  let cut = 0;
  for (let node = 0; node + 1 < offsets.length; node++) {
    for (let entry = offsets[node] ?? 0; entry < (offsets[node + 1] ?? 0); entry++) {
      const other = targets[entry] ?? 0;
      if (other > node && spins[other] !== spins[node]) cut += weights[entry] ?? 0;
    }
  }
  return cut;
}

/** The outcome of a job from the energies and spins of its restarts; the earliest of equals wins. */
export function chosen(job: IsingJob, energies: Float64Array, spinsOf: readonly Float64Array[]): IsingOutput {
  let best = 0;
  energies.forEach((energy, at) => { if (energy < (energies[best] ?? energy)) best = at; });
  const spins = Int8Array.from(spinsOf[best] ?? []);
  return {
    spins, energy: energies[best] ?? 0, restart: job.firstRestart + best, energies,
    ...(job.cut ? { cut: cutOf(job.couplings, spins) } : {}),
  };
}

/** A job that `decodeIsingJob` accepts. @throws Fault KERNEL_REFUSED when memory is short. */
export function runIsing(job: IsingJob): IsingOutput {
  const { couplings, schedule, key, firstRestart, restarts } = job;
  const spins = nodesOf(couplings);
  const [key0 = 0, key1 = 0] = key;
  const energies = new Float64Array(restarts);
  return withBinary(({ exports, place, reserve, read }) => {
    const fieldsAt = job.fields === undefined ? reserve(spins) : place(job.fields);
    exports.isingOpen(spins, place(couplings.offsets), place(couplings.targets), place(couplings.weights), fieldsAt);
    const found = Array.from(energies, (_, at) => {
      exports.isingRestart(schedule.steps, schedule.dynamics === "inertial" ? 1 : 0, schedule.dt, schedule.damping, schedule.coupling,
        schedule.injectionStart, schedule.injectionEnd, schedule.noiseStart, schedule.noiseEnd, schedule.readEvery, schedule.readFrom,
        job.polish ? 1 : 0, key0, key1, firstRestart + at);
      energies[at] = exports.bestEnergy.value;
      return read(exports.isingBest(), spins);
    });
    return chosen(job, energies, found);
  });
}

export const isingKernel: Kernel = Object.freeze({
  name: "phi.ising",
  version: 1,
  binary: sha256,
  run: (input: Uint8Array): Uint8Array => encodeIsingOutput(runIsing(decodeIsingJob(input))),
});
