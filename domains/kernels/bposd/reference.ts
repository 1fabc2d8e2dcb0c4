// The oracle of this room: the same decoder as plainly as it can be said, one shot at a time, with sets and bigints. Propagation gives the same
// bits as the kernel, for both round to 32-bit floats in the same places; the solution is found by plain elimination.
import { log } from "../libm/portable.ts";
import { BPOSD_DEFAULTS, type BpOsdOptions, type DecodingProblem } from "./problem.ts";

export interface Decoded {
  /** Observables, bit k for observable k. */
  readonly mask: bigint;
  readonly weight: number;
  readonly stage: 0 | 1 | 2;
  /** The mechanisms that were chosen, rising. */
  readonly chosen: readonly number[];
}

interface Plain {
  readonly columns: readonly (readonly number[])[];
  readonly checks: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly masks: readonly bigint[];
}

const f32 = Math.fround;
const BOUNDLESS = f32(1e30);
/** 2^-k, for k up to 40. */
const halved = (k: number): number => 1 / (k < 31 ? 1 << k : 1073741824 * (1 << Math.min(k, 40) - 30));
const negative = (x: number): boolean => x < 0 || Object.is(x, -0);

function plainly({ detectors, columns, rows, probabilities, masks }: DecodingProblem): Plain {
  const lists = Array.from(probabilities, (_, j) => Array.from(rows.subarray(columns[j], columns[j + 1])));
  return {
    columns: lists,
    checks: Array.from({ length: detectors }, (_, d) => lists.flatMap((list, j) => (list.includes(d) ? [j] : []))),
    weights: Array.from(probabilities, (p) => log((1 - p) / p)),
    masks: lists.map((_, j) => BigInt(masks[2 * j] ?? 0) | (BigInt(masks[2 * j + 1] ?? 0) << 32n)),
  };
}

/** Decodes one set of events. */
export function decodePlainly(problem: DecodingProblem, events: ReadonlySet<number>, options: Partial<BpOsdOptions> = {}): Decoded {
  const { iterations, scale, order } = { ...BPOSD_DEFAULTS, ...options };
  const plain = plainly(problem);
  let totals = plain.weights.map(f32);
  const messages = plain.checks.map((members) => members.map(() => 0));
  for (let k = 1; ; k++) {
    const chosen = totals.flatMap((total, j) => (negative(total) ? [j] : []));
    if (explains(plain, chosen, events)) return told(plain, chosen, 0);
    if (k > iterations) break;
    totals = iterated(plain, messages, totals, events, scale === "adaptive" ? f32(1 - halved(k)) : f32(scale));
  }
  const solved = leastWeight(plain, totals, events, order);
  return solved === undefined ? { mask: 0n, weight: Infinity, stage: 2, chosen: [] } : told(plain, solved, 1);
}

function told({ weights, masks }: Plain, chosen: readonly number[], stage: 0 | 1): Decoded {
  return {
    mask: chosen.reduce((mask, j) => mask ^ (masks[j] ?? 0n), 0n),
    weight: chosen.reduce((sum, j) => sum + (weights[j] ?? 0), 0),
    stage,
    chosen,
  };
}

const explains = ({ checks }: Plain, chosen: readonly number[], events: ReadonlySet<number>): boolean =>
  checks.every((members, d) => (members.filter((j) => chosen.includes(j)).length % 2 === 1) === events.has(d));

/** One iteration: new messages of every check, and the totals they make. */
function iterated(plain: Plain, messages: number[][], totals: readonly number[], events: ReadonlySet<number>, scale: number): number[] {
  const next = plain.weights.map(f32);
  for (const [d, members] of plain.checks.entries()) {
    const answers = messages[d] ?? [];
    const said = members.map((j, e) => f32((totals[j] ?? 0) - (answers[e] ?? 0)));
    const odd = said.filter(negative).length % 2 === 1;
    for (const [e, j] of members.entries()) {
      const others = said.filter((_, at) => at !== e).map(Math.abs);
      const size = f32(Math.min(BOUNDLESS, ...others) * scale);
      const answer = (odd !== events.has(d)) !== negative(said[e] ?? 0) ? -size : size;
      answers[e] = answer;
      next[j] = f32((next[j] ?? 0) + answer);
    }
  }
  return next;
}

/** The pivots' solution, or a lighter one of the sweep; undefined when the events cannot be explained. */
function leastWeight(plain: Plain, totals: readonly number[], events: ReadonlySet<number>, combined: number): readonly number[] | undefined {
  const order = totals.map((_, j) => j).toSorted((a, b) => ordered(totals[a] ?? 0) - ordered(totals[b] ?? 0) || a - b);
  const span = new Span();
  const outside = order.filter((j) => !span.add(j, plain.columns[j] ?? []));
  const base = span.solve([...events]);
  if (base === undefined) return undefined;
  const tried = [
    ...(combined === 0 ? [] : outside.map((j) => [j])),
    ...outside.slice(0, combined).flatMap((a, i) => outside.slice(i + 1, combined).map((b) => [a, b])),
  ];
  const weigh = (chosen: readonly number[]): number => chosen.reduce((sum, j) => sum + (plain.weights[j] ?? 0), 0);
  let best = base;
  for (const extra of tried) {
    const made = [...extra, ...(span.solve([...events, ...extra.flatMap((j) => plain.columns[j] ?? [])]) ?? [])];
    if (weigh(made) < weigh(best) - 1e-9) best = made;
  }
  return best.toSorted((a, b) => a - b);
}

/** Zeros of either sign apart, as integers order floats. */
const ordered = (x: number): number => (Object.is(x, -0) ? -1e-300 : x);

/** Columns that are independent, and how any vector they span is made of them. */
class Span {
  readonly #rows: { readonly vector: bigint; readonly of: ReadonlySet<number> }[] = [];

  add(j: number, detectors: readonly number[]): boolean {
    const { vector, of } = this.#reduced(vectorOf(detectors));
    if (vector === 0n) return false;
    this.#rows.push({ vector, of: new Set([...of, j]) });
    return true;
  }

  /** Which columns add up to these detectors (those named an odd number of times). */
  solve(detectors: readonly number[]): readonly number[] | undefined {
    const { vector, of } = this.#reduced(vectorOf(detectors));
    return vector === 0n ? [...of] : undefined;
  }

  #reduced(given: bigint): { vector: bigint; of: ReadonlySet<number> } {
    let vector = given;
    const of = new Set<number>();
    for (const row of this.#rows) {
      if ((vector & (row.vector & -row.vector)) === 0n) continue;
      vector ^= row.vector;
      for (const j of row.of) if (!of.delete(j)) of.add(j);
    }
    return { vector, of };
  }
}

const vectorOf = (detectors: readonly number[]): bigint => detectors.reduce((vector, d) => vector ^ (1n << BigInt(d)), 0n);
