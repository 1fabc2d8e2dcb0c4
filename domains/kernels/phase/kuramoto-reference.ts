// Oracle of phi.kuramoto in plain TypeScript: textbook Runge-Kutta in the order of evaluation of assembly/kuramoto.ts,
// so that results are equal bit for bit. Not for production.
import { atan2, cosOfLast, sinCos, sinOfLast } from "../libm/portable.ts";
import { philoxUniform } from "../philox/portable.ts";
import type { KuramotoJob, KuramotoOutput } from "./kuramoto-job.ts";
import { seriesPoints } from "./kuramoto-job.ts";
import { TWO_PI, gaussianEven, gaussianOdd, gaussianPair, wrapped } from "./portable.ts";

interface Circle { readonly cos: Float64Array; readonly sin: Float64Array; readonly meanCos: number; readonly meanSin: number }

function circleOf(theta: Float64Array): Circle {
  const cos = new Float64Array(theta.length);
  const sin = new Float64Array(theta.length);
  let [sumCos, sumSin] = [0, 0];
  theta.forEach((phase, i) => {
    sinCos(phase);
    cos[i] = cosOfLast;
    sin[i] = sinOfLast;
    sumCos += cosOfLast;
    sumSin += sinOfLast;
  });
  return { cos, sin, meanCos: sumCos / theta.length, meanSin: sumSin / theta.length };
}

/** θ̇ at phases whose cosines and sines are given. */
function slopes(graph: KuramotoJob["graph"], rates: Float64Array, k: number, { cos, sin, meanCos, meanSin }: Circle): Float64Array {
  if (graph === undefined) return rates.map((w, i) => w + k * (meanSin * (cos[i] ?? 0) - meanCos * (sin[i] ?? 0)));
  return rates.map((w, i) => {
    let [fieldCos, fieldSin] = [0, 0];
    for (let e = graph.offsets[i] ?? 0; e < (graph.offsets[i + 1] ?? 0); e++) {
      const j = graph.targets[e] ?? 0;
      fieldCos += (graph.weights[e] ?? 0) * (cos[j] ?? 0);
      fieldSin += (graph.weights[e] ?? 0) * (sin[j] ?? 0);
    }
    return w + k * ((cos[i] ?? 0) * fieldSin - (sin[i] ?? 0) * fieldCos);
  });
}

const moved = (theta: Float64Array, factor: number, slope: Float64Array): Float64Array =>
  theta.map((phase, i) => phase + factor * (slope[i] ?? 0));

/** What one step adds to each phase. */
function increment({ graph, dt }: KuramotoJob, rates: Float64Array, k: number, theta: Float64Array, circle: Circle): Float64Array {
  const half = 0.5 * dt;
  const k1 = slopes(graph, rates, k, circle);
  const k2 = slopes(graph, rates, k, circleOf(moved(theta, half, k1)));
  const k3 = slopes(graph, rates, k, circleOf(moved(theta, half, k2)));
  const k4 = slopes(graph, rates, k, circleOf(moved(theta, dt, k3)));
  const sixth = dt / 6;
  return k1.map((v, i) => sixth * (v + 2 * (k2[i] ?? 0) + 2 * (k3[i] ?? 0) + (k4[i] ?? 0)));
}

/** ω_i plus the noise force of one step. */
function driven({ omega, key, noise, dt }: KuramotoJob, shot: number, step: number): Float64Array {
  if (noise === 0) return omega;
  return omega.map((w, i) => {
    gaussianPair(key[0] ?? 0, key[1] ?? 0, shot, step * ((omega.length + 1) >> 1) + (i >> 1));
    return w + (noise / Math.sqrt(dt)) * (i % 2 === 0 ? gaussianEven : gaussianOdd);
  });
}

const seeded = ({ omega, key }: KuramotoJob): Float64Array =>
  omega.map((_, i) => TWO_PI * philoxUniform(key[0] ?? 0, key[1] ?? 0, 0, i));

interface Run { readonly order: number; readonly deviation: number; readonly frequency: number; readonly spread: number; readonly locked: number; readonly series: number[] }

function run(job: KuramotoJob, k: number, shot: number): Run {
  let theta = job.initial ?? seeded(job);
  const nodes = theta.length;
  const advance = new Float64Array(nodes);
  const series: number[] = [];
  let [mean, squares, count, turned] = [0, 0, 0, 0];
  let circle = circleOf(theta);
  for (let step = 0; step < job.steps; step++) {
    const { meanCos: c, meanSin: s } = circle;
    const r = Math.min(1, Math.sqrt(c * c + s * s));
    if (step % job.stride === 0) series.push(r);
    const total = increment(job, driven(job, shot, step), k, theta, circle);
    theta = theta.map((phase, i) => wrapped(phase + (total[i] ?? 0)));
    circle = circleOf(theta);
    if (step < job.transient) continue;
    count += 1;
    const off = r - mean;
    mean += off / count;
    squares += off * (r - mean);
    advance.forEach((sum, i) => { advance[i] = sum + (total[i] ?? 0); });
    turned += atan2(c * circle.meanSin - s * circle.meanCos, c * circle.meanCos + s * circle.meanSin);
  }
  const window = count * job.dt;
  const frequency = turned / window;
  const own = advance.map((sum) => sum / window);
  const average = own.reduce((sum, f) => sum + f, 0) / nodes;
  return {
    order: mean, deviation: Math.sqrt(squares / count), frequency, series,
    spread: Math.sqrt(own.reduce((sum, f) => sum + (f - average) * (f - average), 0) / nodes),
    locked: own.filter((f) => Math.abs(f - frequency) <= job.lockTolerance).length / nodes,
  };
}

export function kuramotoReference(job: KuramotoJob): KuramotoOutput {
  const runs = Array.from(job.couplings, (k, at) => run(job, k, job.firstRun + at + 1));
  return {
    order: Float64Array.from(runs, (one) => one.order), orderDeviation: Float64Array.from(runs, (one) => one.deviation),
    collectiveFrequency: Float64Array.from(runs, (one) => one.frequency), frequencySpread: Float64Array.from(runs, (one) => one.spread),
    lockedFraction: Float64Array.from(runs, (one) => one.locked),
    series: Float64Array.from(runs.flatMap((one) => one.series)), points: seriesPoints(job),
  };
}
