// Oracle of phi.transform in plain TypeScript: the definitions, in the order of evaluation of assembly/envelope.ts, so
// that results are equal bit for bit. Not for production.
import { atan2, cosOfLast, sinCos, sinOfLast } from "../libm/portable.ts";
import { componentsOf } from "./envelope-state.ts";
import { gaussianEven, gaussianOdd, gaussianPair } from "./portable.ts";
import { judged } from "./transform.ts";
import type { Measured } from "./transform.ts";
import { PROJECTION_STEPS, SHARE_MAX } from "./transform-job.ts";
import type { CheckedTransform, EnvelopeProjection, TransformOutput } from "./transform-job.ts";

const FLOOR = 9.5367431640625e-7;
const PAIRS_PER_ORDINAL = 2048;
const PHASE_STEP = (2 * Math.PI) / PROJECTION_STEPS;
type Components = Float64Array;

const re = (z: Components, j: number): number => z[2 * j] ?? 0;
const im = (z: Components, j: number): number => z[2 * j + 1] ?? 0;
function put(z: Components, j: number, x: number, y: number): void {
  z[2 * j] = x;
  z[2 * j + 1] = y;
}
const size = (z: Components): number => z.length / 2;

/** z_j · e^{i·angle}. */
function turn(z: Components, j: number, angle: number): void {
  sinCos(angle);
  const [x, y, c, s] = [re(z, j), im(z, j), cosOfLast, sinOfLast];
  put(z, j, x * c - y * s, x * s + y * c);
}

function prepared(phases: Float64Array, magnitudes: Float64Array): Components {
  const norm = Math.sqrt(magnitudes.reduce((sum, r) => sum + r * r, 0));
  const z = new Float64Array(2 * phases.length);
  phases.forEach((phase, j) => {
    const r = (magnitudes[j] ?? 0) / norm;
    sinCos(phase);
    put(z, j, r * cosOfLast, r * sinOfLast);
  });
  return z;
}

interface Mean { readonly x: number; readonly y: number; readonly weight: number; readonly heaviest: number; readonly size: number }

function mean(z: Components): Mean {
  let x = 0;
  let y = 0;
  let weight = 0;
  let heaviest = 0;
  for (let j = 0; j < size(z); j++) {
    const square = re(z, j) * re(z, j) + im(z, j) * im(z, j);
    const r = Math.sqrt(square);
    x += r * re(z, j);
    y += r * im(z, j);
    weight += square;
    heaviest = Math.max(heaviest, square);
  }
  return { x, y, weight, heaviest, size: Math.sqrt(x * x + y * y) };
}

function align(z: Components, kappa: number): void {
  const { x, y, weight, size: length } = mean(z);
  if (length <= FLOOR * weight || weight <= FLOOR * FLOOR) return;
  const [cosPsi, sinPsi] = [x / length, y / length];
  for (let j = 0; j < size(z); j++) {
    const r = Math.sqrt(re(z, j) * re(z, j) + im(z, j) * im(z, j));
    if (r >= FLOOR) turn(z, j, kappa * (sinPsi * (re(z, j) / r) - cosPsi * (im(z, j) / r)));
  }
}

function mix(a: Components, b: Components, sign: number): void {
  const rootHalf = 0.7071067811865476;
  for (let j = 0; j < size(a); j++) {
    const [ax, ay, bx, by] = [re(a, j), im(a, j), re(b, j), im(b, j)];
    put(a, j, (ax - sign * by) * rootHalf, (ay + sign * bx) * rootHalf);
    put(b, j, (bx - sign * ay) * rootHalf, (by + sign * ax) * rootHalf);
  }
}

function kick(z: Components, sigma: number, key: Uint32Array, envelope: number, ordinal: number): void {
  for (let j = 0; j < size(z); j++) {
    gaussianPair(key[0] ?? 0, key[1] ?? 0, envelope, ordinal * PAIRS_PER_ORDINAL + (j >> 1));
    turn(z, j, sigma * (j % 2 === 0 ? gaussianEven : gaussianOdd));
  }
}

function overlap(length: number, own: number, other: number): number {
  const dark = own < FLOOR * FLOOR;
  const darkOther = other < FLOOR * FLOOR;
  if (dark || darkOther) return dark === darkOther ? 1 : 0;
  return Math.min(1, length / Math.sqrt(own * other));
}

function projected({ x, y, weight, heaviest, size: length }: Mean): EnvelopeProjection {
  if (weight < FLOOR * FLOOR) return { orderParameter: 0, collectivePhase: null };
  const orderParameter = Math.floor(Math.min(1, length / weight) * PROJECTION_STEPS + 0.5) / PROJECTION_STEPS;
  if (heaviest > SHARE_MAX * length) return { orderParameter, collectivePhase: null };
  const steps = Math.floor(atan2(y, x) / PHASE_STEP + 0.5);
  return { orderParameter, collectivePhase: (steps <= -PROJECTION_STEPS / 2 ? PROJECTION_STEPS / 2 : steps) * PHASE_STEP };
}

function measured(ordinal: number, z: Components, reference: Components): Measured {
  let [dotRe, dotIm, own, other, drift] = [0, 0, 0, 0, 0];
  for (let j = 0; j < size(z); j++) {
    const [a, b, c, d] = [re(z, j), im(z, j), re(reference, j), im(reference, j)];
    const [x, y, square, squareOther] = [c * a + d * b, c * b - d * a, a * a + b * b, c * c + d * d];
    dotRe += x;
    dotIm += y;
    own += square;
    other += squareOther;
    if (square >= FLOOR * FLOOR && squareOther >= FLOOR * FLOOR) drift = Math.max(drift, Math.abs(atan2(y, x)));
  }
  return {
    state: { ordinal, z, reference }, drift, stability: overlap(Math.sqrt(dotRe * dotRe + dotIm * dotIm), own, other),
    projection: projected(mean(z)),
  };
}

export function transformReference(job: CheckedTransform): TransformOutput {
  if (job.op === "init") {
    const { phases, magnitudes } = job;
    return judged([measured(0, prepared(phases, magnitudes), prepared(phases, magnitudes))], job.tolerance, job.project);
  }
  const states = job.states.map(({ ordinal, z, reference }) => ({ ordinal: ordinal + 1, z: z.slice(), reference: reference.slice() }));
  const [first, second] = states;
  if (first === undefined || job.op === "evaluate") {
    return judged(job.states.map((state) => measured(state.ordinal, state.z, state.reference)), job.tolerance, job.project);
  }
  if (second !== undefined) {
    mix(first.z, second.z, job.op === "merge" ? 1 : -1);
    mix(first.reference, second.reference, job.op === "merge" ? 1 : -1);
  }
  for (const z of [first.z, first.reference]) {
    if (job.op === "align") align(z, job.kappa);
    if (job.op === "shift") for (let j = 0; j < componentsOf(first); j++) turn(z, j, job.delta[job.delta.length === 1 ? 0 : j] ?? 0);
  }
  states.forEach((state, at) => {
    if (job.noise.sigma > 0) kick(state.z, job.noise.sigma, job.noise.key, job.envelopes[at] ?? 0, state.ordinal);
  });
  return judged(states.map(({ ordinal, z, reference }) => measured(ordinal, z, reference)), job.tolerance, job.project);
}
