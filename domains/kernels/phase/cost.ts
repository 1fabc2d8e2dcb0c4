// Work units of phase jobs, for the tick cost of a call: whole numbers from sizes and steps alone, never measured (T3).
// One unit stands for one multiply-and-add of a coupling; a sine with a cosine, and its noise, stand for SINE units.
// Ticks per unit come from a versioned table of domains/phi.
import { entriesOf, nodesOf } from "./graph.ts";
import type { IsingJob } from "./ising-job.ts";
import type { KuramotoJob } from "./kuramoto-job.ts";
import { transformSize } from "./spectrum-job.ts";
import type { SpectrumJob } from "./spectrum-job.ts";
import type { TransformJob } from "./transform-job.ts";

const SINE = 32;
/** Header and bytes a component of an envelope's state (envelope-state.ts). */
const STATE_HEADER = 16;
const STATE_COMPONENT = 32;

/** At least 1; jobs beyond 2^53 units count as that many, no run can wait for them. */
const units = (work: number): number => Math.max(1, Math.min(work, Number.MAX_SAFE_INTEGER));

const componentsIn = (state: Uint8Array): number => Math.max(0, Math.floor((state.length - STATE_HEADER) / STATE_COMPONENT));

/** Each component of z and of z*: operation, kick, measures. */
export function transformCost(job: TransformJob): number {
  const components = job.op === "init" ? job.phases.length : job.subjects.reduce((sum, { state }) => sum + componentsIn(state), 0);
  return units(2 * components * SINE);
}

/** Four evaluations a step. */
export function kuramotoCost({ omega, couplings, graph, steps }: KuramotoJob): number {
  const entries = graph === undefined ? 0 : entriesOf(graph);
  return units(4 * steps * couplings.length * (omega.length * SINE + entries));
}

/** One evaluation a step; a read-out is about two more evaluations of every coupling. */
export function isingCost({ couplings, schedule, restarts }: IsingJob): number {
  const { steps, readEvery, readFrom } = schedule;
  const readOuts = 1 + (readEvery > 0 && steps > readFrom ? Math.ceil((steps - readFrom) / readEvery) : 0);
  return units(restarts * (steps * (nodesOf(couplings) * SINE + entriesOf(couplings)) + 2 * readOuts * entriesOf(couplings)));
}

/** Twiddles, then log₂ size passes of size/2 butterflies of four products each. */
export function spectrumCost({ real, padding }: SpectrumJob): number {
  const size = transformSize(real.length, padding);
  return units(size * SINE + 2 * size * (31 - Math.clz32(size)));
}
