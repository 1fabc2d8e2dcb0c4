// Oracle of phi.ising in plain TypeScript: the equations of ising-job.ts in the order of evaluation of
// assembly/ising.ts, so that results are equal bit for bit. Not for production.
import { cosOfLast, sinCos, sinOfLast } from "../libm/portable.ts";
import { philoxBlock, philoxUniform, word0, word1, word2, word3 } from "../philox/portable.ts";
import type { CsrGraph } from "./graph.ts";
import { nodesOf } from "./graph.ts";
import { chosen } from "./ising.ts";
import type { IsingJob, IsingOutput, IsingSchedule } from "./ising-job.ts";
import { TWO_PI, wrapped } from "./portable.ts";

const UNIT_DEVIATION = 0.00005285799583645255;
const SWEEPS_MAX = 1000;
const ITERATIONS = 64;
const STABLE = 1.9;

interface Neighbour { readonly node: number; readonly weight: number }
type Rows = readonly (readonly Neighbour[])[];

const rowsOf = ({ offsets, targets, weights }: CsrGraph): Rows => Array.from({ length: offsets.length - 1 }, (_, i) =>
  Array.from(targets.subarray(offsets[i], offsets[i + 1]), (node, at) => ({ node, weight: weights[(offsets[i] ?? 0) + at] ?? 0 })));

/** Σ J_ij x_j in four interleaved parts, whole groups of four first (I1). */
function interleaved(row: readonly Neighbour[], x: Float64Array): number {
  const parts = [0, 0, 0, 0];
  const whole = row.length - (row.length % 4);
  row.forEach(({ node, weight }, at) => {
    const part = at < whole ? at % 4 : 0;
    parts[part] = (parts[part] ?? 0) + weight * (x[node] ?? 0);
  });
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = parts;
  return (p0 + p1) + (p2 + p3);
}

const coupled = (row: readonly Neighbour[], spins: Float64Array): number =>
  row.reduce((sum, { node, weight }) => sum + weight * (spins[node] ?? 0), 0);

function kicks(nodes: number, key0: number, key1: number, restart: number, first: number): Float64Array {
  const numbers = new Float64Array(8 * Math.ceil(nodes / 8));
  for (let i = 0; i < nodes; i += 8) {
    const draw = first + i / 8;
    const high = Math.floor(draw / 4294967296);
    philoxBlock(draw - high * 4294967296, high, restart, 0, key0, key1);
    [word0, word1, word2, word3].forEach((word, at) => {
      numbers[i + 2 * at] = ((word & 0xffff) - 32767.5) * UNIT_DEVIATION;
      numbers[i + 2 * at + 1] = ((word >>> 16) - 32767.5) * UNIT_DEVIATION;
    });
  }
  return numbers;
}

function energyOf(rows: Rows, fields: Float64Array, spins: Float64Array): number {
  let [doubled, linear] = [0, 0];
  rows.forEach((row, i) => {
    doubled += (spins[i] ?? 0) * coupled(row, spins);
    linear += (spins[i] ?? 0) * (fields[i] ?? 0);
  });
  return 0.5 * doubled + linear;
}

function descend(rows: Rows, fields: Float64Array, spins: Float64Array): void {
  const local = Float64Array.from(rows, (row, i) => coupled(row, spins) + (fields[i] ?? 0));
  let flipped = true;
  for (let sweep = 0; sweep < SWEEPS_MAX && flipped; sweep++) {
    flipped = false;
    rows.forEach((row, i) => {
      const s = spins[i] ?? 0;
      if (!(s * (local[i] ?? 0) > 0)) return;
      spins[i] = -s;
      for (const { node, weight } of row) local[node] = (local[node] ?? 0) - 2 * s * weight;
      flipped = true;
    });
  }
}

interface Problem { readonly rows: Rows; readonly fields: Float64Array; readonly scale: number; readonly curvature: number }

/** Largest |eigenvalue| of J from below, by power iteration. */
function spectralRadius(rows: Rows): number {
  let vector = Float64Array.from(rows, (_, i) => 1 + 0.125 * (i % 7));
  let size = 0;
  for (let turn = 0; turn <= ITERATIONS; turn++) {
    const image: Float64Array = turn === 0 ? vector : Float64Array.from(rows, (row) => coupled(row, vector));
    size = Math.sqrt(image.reduce((sum, y) => sum + y * y, 0));
    if (size === 0) return 0;
    vector = image.map((y) => y / size);
  }
  return size;
}

function problemOf(job: IsingJob): Problem {
  const rows = rowsOf(job.couplings);
  const fields = job.fields ?? new Float64Array(rows.length);
  const norms = rows.map((row) => row.reduce((sum, { weight }) => sum + weight * weight, 0));
  const squares = norms.reduce((sum, own, i) => sum + (own + (fields[i] ?? 0) * (fields[i] ?? 0)), 0);
  return {
    rows, fields, scale: squares > 0 ? 1 / Math.sqrt(squares / rows.length) : 1,
    curvature: 2 * Math.sqrt(Math.max(...norms)) + Math.max(...fields.map(Math.abs)) + spectralRadius(rows),
  };
}

/** The schedule with the longest stable step (I3). */
function stable(schedule: IsingSchedule, { scale, curvature }: Problem): IsingSchedule {
  const stiffness = schedule.coupling * scale * curvature + 2 * Math.max(schedule.injectionStart, schedule.injectionEnd);
  if (stiffness <= 0) return schedule;
  return { ...schedule, dt: Math.min(schedule.dt, STABLE / (schedule.dynamics === "inertial" ? Math.sqrt(stiffness) : stiffness)) };
}

interface ReadOut { readonly energy: number; readonly spins: Float64Array }

function readOut(rows: Rows, fields: Float64Array, cos: Float64Array, polish: boolean): ReadOut {
  const spins = cos.map((c) => (c >= 0 ? 1 : -1));
  if (polish) descend(rows, fields, spins);
  return { energy: energyOf(rows, fields, spins), spins };
}

function restartOf(job: IsingJob, problem: Problem, restart: number): ReadOut {
  const { rows, fields } = problem;
  const schedule = stable(job.schedule, problem);
  const nodes = rows.length;
  const [key0 = 0, key1 = 0] = job.key;
  const coupling = schedule.coupling * problem.scale;
  const theta = Float64Array.from(rows, (_, i) => wrapped(TWO_PI * philoxUniform(key0, key1, restart, i)));
  const velocity = new Float64Array(nodes);
  const [cos, sin] = [new Float64Array(nodes), new Float64Array(nodes)];
  const observe = (): void => theta.forEach((phase, i) => {
    sinCos(phase);
    cos[i] = cosOfLast;
    sin[i] = sinOfLast;
  });
  let best: ReadOut | undefined;
  observe();
  for (let step = 0; step < schedule.steps; step++) {
    const x = (step + 0.5) / schedule.steps;
    const injection = schedule.injectionStart + (schedule.injectionEnd - schedule.injectionStart) * x;
    const amplitude = (schedule.noiseStart + (schedule.noiseEnd - schedule.noiseStart) * x) * Math.sqrt(schedule.dt);
    const keep = 1 - schedule.damping * schedule.dt;
    const noise = kicks(nodes, key0, key1, restart, nodes + step * Math.ceil(nodes / 8));
    rows.forEach((row, i) => {
      const [c, s] = [cos[i] ?? 0, sin[i] ?? 0];
      const pull = s * (interleaved(row, cos) + (fields[i] ?? 0)) - c * interleaved(row, sin);
      const force = coupling * pull - 2 * injection * s * c;
      const kick = amplitude * (noise[i] ?? 0);
      const inertial = schedule.dynamics === "inertial";
      velocity[i] = (velocity[i] ?? 0) * keep + schedule.dt * force + kick;
      theta[i] = wrapped(inertial ? (theta[i] ?? 0) + schedule.dt * (velocity[i] ?? 0) : (theta[i] ?? 0) + schedule.dt * force + kick);
    });
    observe();
    const due = schedule.readEvery > 0 && step >= schedule.readFrom && (step - schedule.readFrom) % schedule.readEvery === 0;
    if (!due && step + 1 < schedule.steps) continue;
    const found = readOut(rows, fields, cos, job.polish);
    if (best === undefined || found.energy < best.energy) best = found;
  }
  return best ?? readOut(rows, fields, cos, job.polish);
}

export function isingReference(job: IsingJob): IsingOutput {
  const problem = problemOf(job);
  const found = Array.from({ length: job.restarts }, (_, at) => restartOf(job, problem, job.firstRestart + at));
  return chosen(job, Float64Array.from(found, (one) => one.energy), found.map((one) => one.spins));
}

/** Every energy of a small problem, for exact minima: index bit i set means s_i = -1. At most 20 spins. */
export function isingEnergies(couplings: CsrGraph, fields = new Float64Array(nodesOf(couplings))): Float64Array {
  const rows = rowsOf(couplings);
  return Float64Array.from({ length: 1 << rows.length }, (_, word) =>
    energyOf(rows, fields, Float64Array.from(rows, (__, i) => ((word >> i) & 1) === 1 ? -1 : 1)));
}
