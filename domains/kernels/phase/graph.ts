// Weighted sparse graphs as kernels take them: compressed sparse rows. Owns the shape check; builders and file formats
// live in domains/phi/api.
import { readFloats, refuse } from "../wire.ts";
import type { Fields } from "../wire.ts";

/**
 * Row i holds the entries offsets[i] … offsets[i+1]-1: neighbour targets[e], weight weights[e]. Neighbours of a row ascend
 * strictly, so there is one order of summation and no parallel edge. `offsets` has one number more than there are nodes.
 */
export interface CsrGraph {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float64Array;
}

export const nodesOf = (graph: CsrGraph): number => graph.offsets.length - 1;
export const entriesOf = (graph: CsrGraph): number => graph.targets.length;

/** @throws Fault KERNEL_REFUSED unless `fields` is a graph of `nodes` nodes with at most `entriesMax` stored entries. */
export function readGraph(fields: Fields, nodes: number, entriesMax: number): CsrGraph {
  const { offsets, targets } = fields;
  if (!(offsets instanceof Int32Array) || offsets.length !== nodes + 1) return refuse("offsets", `an Int32Array of ${nodes + 1}`);
  if (!(targets instanceof Int32Array) || targets.length > entriesMax) return refuse("targets", `an Int32Array of at most ${entriesMax}`);
  const graph = { offsets, targets, weights: readFloats(fields, "weights", targets.length, targets.length) };
  if (offsets[0] !== 0 || offsets[nodes] !== targets.length) refuse("offsets", "from 0 to the number of targets");
  for (let node = 0; node < nodes; node++) checkRow(graph, node);
  return graph;
}

function checkRow({ offsets, targets }: CsrGraph, node: number): void {
  const from = offsets[node] ?? 0;
  const to = offsets[node + 1] ?? 0;
  if (to < from || to > targets.length) refuse("offsets", "ascending");
  let before = -1;
  for (let entry = from; entry < to; entry++) {
    const target = targets[entry] ?? -1;
    if (target <= before || target >= offsets.length - 1) refuse("targets", "strictly ascending nodes in each row");
    before = target;
  }
}

/** @throws Fault KERNEL_REFUSED unless J_ij = J_ji and J_ii is absent: anything else is not an energy of pairs. */
export function checkSymmetric({ offsets, targets, weights }: CsrGraph): void {
  const next = offsets.slice();
  for (let node = 0; node + 1 < offsets.length; node++) {
    for (let entry = offsets[node] ?? 0; entry < (offsets[node + 1] ?? 0); entry++) {
      const other = targets[entry] ?? 0;
      const mirror = next[other] ?? 0;
      // Rows ascend, so the mirror entries of each row are met in order.
      if (other === node || mirror >= (offsets[other + 1] ?? 0) || targets[mirror] !== node || weights[mirror] !== weights[entry]) {
        refuse("couplings", "symmetric, without self-coupling");
      }
      next[other] = mirror + 1;
    }
  }
}
