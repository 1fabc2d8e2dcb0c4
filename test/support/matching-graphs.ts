// Matching graphs for tests: random ones from a few numbers, and the space-time lattice of a distance-d code with faulty measurements.
import fc from "fast-check";
import { BOUNDARY, bytesOf, type MatchingGraph } from "../../domains/kernels/decoder/graph.ts";

export interface Edge { readonly a: number; readonly b: number; readonly weight: number; readonly mask: bigint }

export const graphOf = (detectors: number, observables: number, edges: readonly Edge[]): MatchingGraph => ({
  detectors, observables,
  ends: Int32Array.from(edges.flatMap(({ a, b }) => [a, b])),
  weights: Int32Array.from(edges, ({ weight }) => weight),
  masks: Uint32Array.from(edges.flatMap(({ mask }) => [Number(mask & 0xffff_ffffn), Number(mask >> 32n)])),
});

export interface GraphShape {
  readonly detectors: number;
  readonly edges: number;
  /** Half-weights are in [least, most]. */
  readonly least: number;
  readonly most: number;
  /** One edge in so many goes to the boundary; 0 for none. */
  readonly boundaryOneIn: number;
}

/** Random graphs: parallel edges, isolated detectors and ties are common. */
export const randomGraph = ({ detectors, edges, least, most, boundaryOneIn }: GraphShape, observables = 3): fc.Arbitrary<MatchingGraph> =>
  fc.array(fc.record({
    a: fc.nat(detectors - 1), step: fc.integer({ min: 1, max: Math.max(1, detectors - 1) }), half: fc.integer({ min: least, max: most }),
    mask: fc.bigInt(0n, (1n << BigInt(observables)) - 1n), boundary: fc.nat(Math.max(0, boundaryOneIn - 1)),
  }), { maxLength: edges, minLength: 1, size: "max" }).map((drawn) => graphOf(detectors, observables, drawn.flatMap(({ a, step, half, mask, boundary }) => {
    const b = boundaryOneIn > 0 && boundary === 0 ? BOUNDARY : (a + step) % detectors;
    return a === b ? [] : [{ a, b, weight: 2 * half, mask }];
  })));

/** Rows of events. */
export function rowsOf(detectors: number, shots: readonly (readonly number[])[]): { readonly events: Uint8Array; readonly rowBytes: number; readonly shots: number } {
  const rowBytes = bytesOf(detectors);
  const events = new Uint8Array(rowBytes * shots.length);
  shots.forEach((shot, at) => { for (const event of shot) events[at * rowBytes + (event >> 3)]! |= 1 << (event & 7); });
  return { events, rowBytes, shots: shots.length };
}

/** A small generator for what needs no more: xorshift on 32 bits. */
export function below(seed: number): (limit: number) => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13; state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5; state >>>= 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
}

/** Detectors of a cube of `across` × `across` × `rounds`: data errors join neighbours in a layer, both ends of each row meet the boundary; one observable, crossed on one side. */
export function cube(across: number, rounds: number, halfWeight: (kind: number, at: number) => number): MatchingGraph {
  const edges: Edge[] = [];
  const at = (x: number, y: number, t: number): number => (t * across + y) * across + x;
  for (let t = 0; t < rounds; t++) for (let y = 0; y < across; y++) for (let x = 0; x < across; x++) {
    const a = at(x, y, t);
    const join = (b: number, kind: number, mask: bigint): void => { edges.push({ a, b, weight: 2 * halfWeight(kind, a), mask }); };
    if (x === 0) join(BOUNDARY, 0, 1n);
    if (x === across - 1) join(BOUNDARY, 1, 0n); else join(at(x + 1, y, t), 2, 0n);
    if (y < across - 1) join(at(x, y + 1, t), 3, 0n);
    if (t < rounds - 1) join(at(x, y, t + 1), 4, 0n);
    if (t < rounds - 1 && x < across - 1) join(at(x + 1, y, t + 1), 5, 0n);
    if (t < rounds - 1 && y < across - 1) join(at(x, y + 1, t + 1), 6, 0n);
  }
  return graphOf(across * across * rounds, 1, edges);
}

/** Errors on random edges: the events and what is flipped in fact. */
export function sampled(graph: MatchingGraph, oneIn: number, draw: (limit: number) => number): { readonly events: readonly number[]; readonly flipped: bigint } {
  const odd = new Set<number>();
  let flipped = 0n;
  for (let edge = 0; edge < graph.weights.length; edge++) {
    if (draw(oneIn) !== 0) continue;
    for (const end of graph.ends.subarray(2 * edge, 2 * edge + 2)) if (end !== BOUNDARY && !odd.delete(end)) odd.add(end);
    flipped ^= BigInt(graph.masks[2 * edge] ?? 0) | (BigInt(graph.masks[2 * edge + 1] ?? 0) << 32n);
  }
  return { events: [...odd].sort((a, b) => a - b), flipped };
}
