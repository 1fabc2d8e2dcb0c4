// What a Φ call costs: work units charged to the contract, and ticks. Both follow from the call's shape alone (T3); the
// tables are digested into the header. Work of the dynamics is domains/kernels/phase/cost.ts.
import { isingCost, kuramotoCost, spectrumCost } from "../kernels/phase/cost.ts";
import { nodesOf } from "../kernels/phase/jobs.ts";
import type { PhiCall } from "./call.ts";

/** One unit stands for one multiply-and-add of a coupling. */
export const WORK_TABLE = Object.freeze({
  /** Per component of every envelope an envelope call works on: operation, kick and measures of z and of z*. */
  transform: 64,
  /** Per oscillator, stage and step; a stored coupling is one unit. */
  sine: 32,
  kuramoto_stages: 4,
  ising_read_out: 2,
  spectrum_butterfly: 4,
});
export const TICK_TABLE = Object.freeze({
  /** Ticks every call takes. */
  base: 1,
  /** Work units one further tick stands for. */
  work_per_tick: 100_000_000,
  /** No call takes longer; run bounds are far below. */
  ticks_max: 1_000_000_000_000,
});
export const PHI_WORK = Object.freeze({ name: "phi.work", version: 1, table: WORK_TABLE });
export const PHI_TICKS = Object.freeze({ name: "phi.ticks", version: 1, table: TICK_TABLE });

/** Samples of a spectrum that count as one component: a sample is a number, not an oscillator. */
const SAMPLES_PER_COMPONENT = 16;

/** Phase components a call takes; `width` is that of the envelopes it works on. */
export function componentsOf(call: PhiCall, width: number): number {
  switch (call.op) {
    case "open": return call.phases.length;
    case "kuramoto": return call.job.omega.length;
    case "ising": return nodesOf(call.job.couplings);
    case "spectrum": return Math.ceil(call.job.real.length / SAMPLES_PER_COMPONENT);
    default: return width;
  }
}

/** Work units of a call; an integer of at least 1. */
export function workOf(call: PhiCall, width: number): number {
  switch (call.op) {
    case "kuramoto": return kuramotoCost(call.job);
    case "ising": return isingCost(call.job);
    case "spectrum": return spectrumCost(call.job);
    case "open": return WORK_TABLE.transform * call.phases.length;
    default: return WORK_TABLE.transform * width * call.envelopes.length;
  }
}

/** At least 1, an integer, never dependent on an outcome. */
export const ticksOf = (work: number): number =>
  Math.min(TICK_TABLE.ticks_max, TICK_TABLE.base + Math.floor(work / TICK_TABLE.work_per_tick));
