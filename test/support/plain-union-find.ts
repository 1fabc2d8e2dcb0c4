// Union-find decoding, plainly: every growth of every detector is a number, every edge is looked at in every step, and what was grown is peeled by
// recursion. For graphs of weights at least 0; where two things happen at one time it says so, for then their order is the kernel's own.
import { BOUNDARY, type MatchingGraph } from "../../domains/kernels/decoder/graph.ts";

interface PlainEdge { readonly a: number; readonly b: number; readonly weight: number; readonly mask: bigint }
export interface PlainAnswer { readonly mask: bigint; readonly weight: number }

class Growth {
  readonly edges: readonly PlainEdge[];
  readonly grown: number[];
  /** Which cluster a detector is of; its own number while it is in none. */
  readonly cluster: number[];
  readonly events: ReadonlySet<number>;
  readonly forest: PlainEdge[] = [];
  readonly exits = new Map<number, PlainEdge>();
  tied = false;

  constructor({ detectors, ends, weights, masks }: MatchingGraph, events: readonly number[]) {
    this.edges = Array.from(weights, (weight, at) => ({
      a: ends[2 * at] ?? 0, b: ends[2 * at + 1] ?? 0, weight, mask: BigInt(masks[2 * at] ?? 0) | (BigInt(masks[2 * at + 1] ?? 0) << 32n),
    }));
    this.grown = Array.from({ length: detectors }, () => 0);
    this.cluster = Array.from({ length: detectors }, (_, at) => at);
    this.events = new Set(events);
  }

  members(cluster: number): readonly number[] { return [...this.cluster.keys()].filter((at) => this.cluster[at] === cluster); }
  grows(detector: number): boolean {
    const members = this.members(this.cluster[detector] ?? -1);
    return members.filter((at) => this.events.has(at)).length % 2 === 1 && !members.some((at) => this.exits.has(at));
  }
  unite(edge: PlainEdge): void {
    this.forest.push(edge);
    const [from = 0, to = 0] = [this.cluster[edge.a], this.cluster[edge.b]];
    this.cluster.forEach((of, at) => { if (of === from) this.cluster[at] = to; });
  }

  /** Pairs that can only gain by each other, and events beside the boundary. */
  begin(): void {
    const taken = new Set<number>();
    const around = (v: number): readonly PlainEdge[] => this.edges.filter(({ a, b }) => a === v || b === v).toSorted((one, other) => one.weight - other.weight);
    const other = (v: number, { a, b }: PlainEdge): number => (a === v ? b : a);
    const nearest = (v: number): PlainEdge | undefined => around(v).find((edge) => this.events.has(other(v, edge)));
    for (const v of [...this.events].toSorted((a, b) => a - b)) {
      const [lightest, edge] = [around(v)[0], nearest(v)];
      if (taken.has(v) || lightest === undefined) continue;
      const half = edge === undefined ? Infinity : edge.weight / 2;
      if (other(v, lightest) === BOUNDARY && lightest.weight <= half) {
        taken.add(v);
        this.grown[v] = lightest.weight;
        this.exits.set(v, lightest);
      } else if (edge !== undefined && half <= lightest.weight) {
        const mate = other(v, edge);
        if (taken.has(mate) || half > (around(mate)[0]?.weight ?? 0) || nearest(mate) !== edge) continue;
        taken.add(v).add(mate);
        this.grown[v] = this.grown[mate] = half;
        this.unite(edge);
      }
    }
  }

  /** One thing that happens next; false when nothing does. */
  step(): boolean {
    const growing = this.grown.map((_, at) => this.grows(at));
    const speed = (at: number): number => (growing[at] === true ? 1 : 0);
    const due = this.edges.flatMap((edge) => {
      const { a, b, weight } = edge;
      const rate = speed(a) + (b === BOUNDARY ? 0 : speed(b));
      if (rate === 0 || (b !== BOUNDARY && this.cluster[a] === this.cluster[b])) return [];
      return [{ edge, time: Math.max(0, Math.ceil((weight - (this.grown[a] ?? 0) - (b === BOUNDARY ? 0 : this.grown[b] ?? 0)) / rate)) }];
    }).toSorted((one, other) => one.time - other.time);
    const [first, second] = due;
    if (first === undefined) return false;
    this.tied ||= second?.time === first.time;
    growing.forEach((is, at) => { if (is) this.grown[at] = (this.grown[at] ?? 0) + first.time; });
    if (first.edge.b === BOUNDARY) this.exits.set(first.edge.a, first.edge);
    else this.unite(first.edge);
    return true;
  }

  /** What is left of the events at `from` once all behind it are matched along the forest. */
  peel(from: number, behind: PlainEdge | undefined, used: PlainEdge[]): boolean {
    let odd = this.events.has(from);
    for (const edge of this.forest) {
      if (edge === behind || (edge.a !== from && edge.b !== from)) continue;
      if (!this.peel(edge.a === from ? edge.b : edge.a, edge, used)) continue;
      used.push(edge);
      odd = !odd;
    }
    return odd;
  }
}

/** Undefined when nothing explains the events, "tied" when two things happened at one time. */
export function plainUnionFind(graph: MatchingGraph, events: readonly number[]): PlainAnswer | "tied" | undefined {
  const growth = new Growth(graph, events);
  growth.begin();
  const unfinished = (): boolean => events.some((event) => growth.grows(event));
  while (unfinished()) if (!growth.step()) return undefined;
  if (growth.tied) return "tied";
  const used: PlainEdge[] = [];
  for (const cluster of new Set(growth.cluster)) {
    const members = growth.members(cluster);
    const root = members.find((at) => growth.exits.has(at)) ?? members[0] ?? 0;
    const exit = growth.exits.get(root);
    if (growth.peel(root, undefined, used) && exit !== undefined) used.push(exit);
  }
  return { mask: used.reduce((mask, edge) => mask ^ edge.mask, 0n), weight: used.reduce((sum, { weight }) => sum + weight, 0) };
}
