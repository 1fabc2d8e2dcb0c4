// What can be said exactly of Φ's dynamics without their noise: results that hang together, lie in their ranges, and, where nothing
// random enters, are what the kernel gives. Each check returns what is wrong, or undefined.
//   ising      energy, best restart and cut follow from the spins; a polished result has no flip that lowers its energy; no energy
//              is beyond ±(Σ|J| + Σ|h|)
//   kuramoto   shapes, ranges, r(0) of given phases; without gaps in the series, mean and deviation follow from it; without noise
//              and with given phases, everything
//   spectrum   everything
import { kuramotoKernel } from "../kernels/phase/kuramoto.ts";
import { cosOfLast, sinCos, sinOfLast } from "../kernels/libm/portable.ts";
import { decodeKuramotoOutput, decodeSpectrumOutput, encodeKuramotoJob, encodeSpectrumJob, nodesOf } from "../kernels/phase/jobs.ts";
import type { CsrGraph, IsingJob, IsingOutput, KuramotoJob, KuramotoOutput, SpectrumJob, SpectrumOutput } from "../kernels/phase/jobs.ts";
import { seriesPoints } from "../kernels/phase/kuramoto-job.ts";
import { spectrumKernel } from "../kernels/phase/spectrum.ts";

/** Relative to the sizes that enter a sum, or 1. */
export const TOLERANCE = 1e-9;

const near = (a: number, b: number, scale = 1): boolean => Math.abs(a - b) <= TOLERANCE * Math.max(1, scale);
const within = (value: number, least: number, most: number): boolean => value >= least - TOLERANCE && value <= most + TOLERANCE;
const differs = (name: string, recorded: number, exact: number): string => `${name} ${recorded}, where ${exact} follows`;

/** Σ_j J_ij s_j of each spin. */
function pulls({ offsets, targets, weights }: CsrGraph, spins: Int8Array): Float64Array {
  return Float64Array.from(spins, (_, i) => {
    let sum = 0;
    for (let entry = offsets[i] ?? 0; entry < (offsets[i + 1] ?? 0); entry++) sum += (weights[entry] ?? 0) * (spins[targets[entry] ?? 0] ?? 0);
    return sum;
  });
}

export function ising({ couplings, fields, restarts, polish, cut }: IsingJob, output: IsingOutput): string | undefined {
  const { spins, energies } = output;
  if (spins.length !== nodesOf(couplings)) return `${spins.length} spins of ${nodesOf(couplings)}`;
  if (energies.length !== restarts) return `${energies.length} energies of ${restarts} restarts`;
  if ((output.cut === undefined) === cut) return cut ? "no cut" : "a cut nobody asked for";
  const pull = pulls(couplings, spins);
  const field = (i: number): number => fields?.[i] ?? 0;
  const ordered = spins.reduce((sum, s, i) => sum + s * ((pull[i] ?? 0) / 2 + field(i)), 0);
  const size = couplings.weights.reduce((sum, w) => sum + Math.abs(w) / 2, 0) + spins.reduce((sum, _, i) => sum + Math.abs(field(i)), 0);
  if (!near(output.energy, ordered, size)) return differs("energy", output.energy, ordered);
  const best = energies.reduce((least, energy) => Math.min(least, energy), Infinity);
  if (output.energy !== best || energies[output.restart] !== best || energies.indexOf(best) !== output.restart) return "the best restart is another";
  if (!energies.every((energy) => Math.abs(energy) <= size * (1 + TOLERANCE) + TOLERANCE)) return `an energy beyond ±${size}`;
  const unsettled = polish ? spins.findIndex((s, i) => s * ((pull[i] ?? 0) + field(i)) > TOLERANCE * Math.max(1, size)) : -1;
  if (unsettled >= 0) return `a polished result whose spin ${unsettled} would lower the energy`;
  const between = couplings.weights.reduce((sum, w) => sum + w / 2, 0);
  const exactCut = (between - spins.reduce((sum, s, i) => sum + (s * (pull[i] ?? 0)) / 2, 0)) / 2;
  return output.cut === undefined || near(output.cut, exactCut, size) ? undefined : differs("cut", output.cut, exactCut);
}

/** |Σe^{iθ}|/N. */
function orderOf(phases: Float64Array): number {
  let [x, y] = [0, 0];
  for (const phase of phases) {
    sinCos(phase);
    x += cosOfLast;
    y += sinOfLast;
  }
  return Math.sqrt(x * x + y * y) / phases.length;
}

function inRange({ order, orderDeviation, lockedFraction, frequencySpread, collectiveFrequency, series }: KuramotoOutput, nodes: number): string | undefined {
  const shares = lockedFraction.every((share) => within(share, 0, 1) && near(share * nodes, Math.floor(share * nodes + 0.5), nodes));
  if (!order.every((r) => within(r, 0, 1)) || !series.every((r) => within(r, 0, 1))) return "an order parameter beyond 0 to 1";
  if (!orderDeviation.every((value) => within(value, 0, 0.5))) return "a deviation beyond 0 to 1/2";
  if (!shares) return "a locked share that is no share of the oscillators";
  if (!frequencySpread.every((value) => value >= 0 && value < Infinity) || !collectiveFrequency.every(Number.isFinite)) return "a frequency that is no number";
  return undefined;
}

/** Mean and deviation of one run against its series, which has every step. */
function averaged({ transient, steps }: KuramotoJob, { series, order, orderDeviation }: KuramotoOutput, run: number): string | undefined {
  const counted = series.subarray(run * steps + transient, (run + 1) * steps);
  const mean = counted.reduce((sum, r) => sum + r, 0) / counted.length;
  const deviation = Math.sqrt(counted.reduce((sum, r) => sum + (r - mean) * (r - mean), 0) / counted.length);
  if (!near(order[run] ?? NaN, mean)) return differs("mean order", order[run] ?? NaN, mean);
  // The square root of a difference near 0 keeps half its digits.
  return Math.abs((orderDeviation[run] ?? NaN) - deviation) <= 1e-7 ? undefined : differs("deviation", orderDeviation[run] ?? NaN, deviation);
}

const COLUMNS = ["order", "orderDeviation", "collectiveFrequency", "frequencySpread", "lockedFraction", "series"] as const;

function same(recorded: KuramotoOutput, exact: KuramotoOutput): string | undefined {
  const column = COLUMNS.find((name) => !recorded[name].every((value, at) => near(value, exact[name][at] ?? NaN, Math.abs(value))));
  return column === undefined ? undefined : `${column} is not what the oscillators do`;
}

/** Whether nothing random enters. */
export const isDetermined = ({ noise, initial }: KuramotoJob): boolean => noise === 0 && initial !== undefined;

export function kuramoto(job: KuramotoJob, couplings: Float64Array, output: KuramotoOutput): string | undefined {
  const points = seriesPoints(job);
  if (couplings.length !== job.couplings.length || !couplings.every((k, at) => Object.is(k, job.couplings[at]))) return "couplings that were not asked for";
  if (output.order.length !== couplings.length || output.points !== points) return "a sweep of another size";
  const wrong = inRange(output, job.omega.length);
  if (wrong !== undefined) return wrong;
  for (let run = 0; run < couplings.length; run++) {
    const first = output.series[run * points] ?? NaN;
    if (job.initial !== undefined && !near(first, orderOf(job.initial))) return differs("r(0)", first, orderOf(job.initial));
    const off = job.stride === 1 ? averaged(job, output, run) : undefined;
    if (off !== undefined) return off;
  }
  return isDetermined(job) ? same(output, decodeKuramotoOutput(kuramotoKernel.run(encodeKuramotoJob(job)))) : undefined;
}

export function spectrum(job: SpectrumJob, { peaks }: SpectrumOutput): string | undefined {
  const exact = decodeSpectrumOutput(spectrumKernel.run(encodeSpectrumJob(job))).peaks;
  if (peaks.length !== exact.length) return `${peaks.length} peaks, where ${exact.length} follow`;
  for (const [at, peak] of peaks.entries()) {
    for (const name of ["frequency", "amplitude", "share"] as const) {
      const value = exact[at]?.[name] ?? NaN;
      if (!(Math.abs(peak[name] - value) <= TOLERANCE * Math.max(Math.abs(value), 1e-300))) return differs(`${name} of peak ${at}`, peak[name], value);
    }
  }
  return undefined;
}
