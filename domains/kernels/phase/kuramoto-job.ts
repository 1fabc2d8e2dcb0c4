// phi.kuramoto: what a Kuramoto sweep takes and gives. Owns the job's shape, limits and bytes; the arithmetic is in
// assembly/kuramoto.ts.
//   all to all   θ̇_i = ω_i + (K/N) Σ_j sin(θ_j - θ_i) + σ ξ_i
//   on a graph   θ̇_i = ω_i + K Σ_j w_ij sin(θ_j - θ_i) + σ ξ_i
import { pack } from "../../../kernel-abi/packer.ts";
import { ANGLE_LIMIT } from "../libm/portable.ts";
import { entriesOf, nodesOf, readGraph } from "./graph.ts";
import type { CsrGraph } from "./graph.ts";
import { readCount, readFields, readFloats, readKey, readOptional, readRate, readRecord, refuse } from "../wire.ts";
import type { Fields } from "../wire.ts";

export const KURAMOTO_NODES_MAX = 65_536;
/** Stored entries of the coupling graph (an undirected edge is two). */
export const KURAMOTO_ENTRIES_MAX = 8_388_608;
/** Coupling strengths in one job. */
export const SWEEP_MAX = 1024;
export const KURAMOTO_STEPS_MAX = 16_777_216;
/** Numbers of the r(t) series in one job. */
export const SERIES_MAX = 4_194_304;
/** Couplings, frequencies and noise widths. */
const RATE_MAX = 1e6;
const DT_MAX = 1000;
/** Radians a phase may go in one step, so that every angle stays where sin and cos answer. */
const STRIDE_MAX = ANGLE_LIMIT / 4;

/** Time is in the unit whose inverse the frequencies are given in. */
export interface KuramotoJob {
  /** ω_i, radians per unit time; its length is N. */
  readonly omega: Float64Array;
  /** K of every run of the sweep; each run starts from the same phases, so a sweep equals its runs. */
  readonly couplings: Float64Array;
  /** Absent: all to all. */
  readonly graph?: CsrGraph;
  /** Initial phases, radians; absent: 2π·u(key, shot 0, draw i). */
  readonly initial?: Float64Array;
  /** Two Philox words. */
  readonly key: Uint32Array;
  /** Number of the first run: run c draws its noise from shot c + 1, so a sweep may be cut into jobs anywhere. */
  readonly firstRun: number;
  readonly dt: number;
  /** σ, radians per √time; 0 for none. */
  readonly noise: number;
  readonly steps: number;
  /** Steps left out of the statistics, fewer than `steps`. */
  readonly transient: number;
  /** The series keeps r of every stride-th step, from step 0 on. */
  readonly stride: number;
  /** Ω_i counts as locked when it is this close to the collective frequency, radians per unit time. */
  readonly lockTolerance: number;
}

/** One number per coupling strength, in the order of `couplings`. Phases are not part of it. */
export interface KuramotoOutput {
  /** Time mean and standard deviation of r = |Σe^{iθ}|/N after the transient. */
  readonly order: Float64Array;
  readonly orderDeviation: Float64Array;
  /** Mean velocity of the collective phase after the transient. */
  readonly collectiveFrequency: Float64Array;
  /** Standard deviation over oscillators of the effective frequency Ω_i. */
  readonly frequencySpread: Float64Array;
  /** Share of oscillators that keep to the collective frequency. */
  readonly lockedFraction: Float64Array;
  /** r(t), `points` numbers per coupling strength, one after the other. */
  readonly series: Float64Array;
  readonly points: number;
}

export const seriesPoints = ({ steps, stride }: Pick<KuramotoJob, "steps" | "stride">): number => Math.ceil(steps / stride);

export const encodeKuramotoJob = (job: KuramotoJob): Uint8Array => {
  const { dt, noise, lockTolerance, ...rest } = job;
  return pack({ ...rest, rates: Float64Array.of(dt, noise, lockTolerance) });
};

/** @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeKuramotoJob(bytes: Uint8Array): KuramotoJob {
  const fields = readFields(bytes, "job");
  const omega = readFloats(fields, "omega", 1, KURAMOTO_NODES_MAX);
  const nodes = omega.length;
  const graph = readOptional(fields, "graph", () => readGraph(readRecord(fields, "graph"), nodes, KURAMOTO_ENTRIES_MAX));
  const initial = readOptional(fields, "initial", () => readFloats(fields, "initial", nodes, nodes));
  if (initial?.some((phase) => Math.abs(phase) > ANGLE_LIMIT / 4) === true) refuse("initial", `radians within ±${ANGLE_LIMIT / 4}`);
  const job: KuramotoJob = {
    omega, couplings: readFloats(fields, "couplings", 1, SWEEP_MAX),
    ...(graph === undefined ? {} : { graph }), ...(initial === undefined ? {} : { initial }),
    key: readKey(fields), firstRun: readCount(fields, "firstRun", 0, 0xffffffff), ...readSteps(fields),
  };
  if (seriesPoints(job) * job.couplings.length > SERIES_MAX) refuse("stride", `at most ${SERIES_MAX} numbers of series`);
  checkStride(job);
  return job;
}

function readSteps(fields: Fields): Pick<KuramotoJob, "dt" | "noise" | "lockTolerance" | "steps" | "transient" | "stride"> {
  const rates = readFloats(fields, "rates", 3, 3);
  const steps = readCount(fields, "steps", 1, KURAMOTO_STEPS_MAX);
  return {
    dt: readRate(rates, 0, "dt", 1e-9, DT_MAX), noise: readRate(rates, 1, "noise", 0, RATE_MAX),
    lockTolerance: readRate(rates, 2, "lockTolerance", 0, RATE_MAX),
    steps, transient: readCount(fields, "transient", 0, steps - 1), stride: readCount(fields, "stride", 1, KURAMOTO_STEPS_MAX),
  };
}

/** Bounds dt·(|ω| + |K|·Σ|w|) plus ten noise deviations. */
function checkStride({ omega, couplings, graph, dt, noise }: KuramotoJob): void {
  const largest = (numbers: Float64Array): number => numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const pull = graph === undefined ? 1 : heaviestRow(graph);
  if (largest(couplings) > RATE_MAX) refuse("couplings", `within ±${RATE_MAX}`);
  const stride = dt * (largest(omega) + largest(couplings) * pull) + 10 * noise * Math.sqrt(dt);
  if (!(stride <= STRIDE_MAX)) refuse("dt", `small enough that no phase goes ${STRIDE_MAX} radians in a step`);
}

function heaviestRow(graph: CsrGraph): number {
  let heaviest = 0;
  for (let node = 0; node < nodesOf(graph); node++) {
    let sum = 0;
    for (let entry = graph.offsets[node] ?? 0; entry < (graph.offsets[node + 1] ?? entriesOf(graph)); entry++) sum += Math.abs(graph.weights[entry] ?? 0);
    heaviest = Math.max(heaviest, sum);
  }
  return heaviest;
}

export const encodeKuramotoOutput = (output: KuramotoOutput): Uint8Array => pack(output);

/** For the provider. @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE when the bytes are no output of this kernel. */
export function decodeKuramotoOutput(bytes: Uint8Array): KuramotoOutput {
  const fields = readFields(bytes, "output");
  const order = readFloats(fields, "order", 1, SWEEP_MAX);
  const runs = order.length;
  const points = readCount(fields, "points", 1, SERIES_MAX);
  return {
    order, points,
    orderDeviation: readFloats(fields, "orderDeviation", runs, runs),
    collectiveFrequency: readFloats(fields, "collectiveFrequency", runs, runs),
    frequencySpread: readFloats(fields, "frequencySpread", runs, runs),
    lockedFraction: readFloats(fields, "lockedFraction", runs, runs),
    series: readFloats(fields, "series", points * runs, points * runs),
  };
}
