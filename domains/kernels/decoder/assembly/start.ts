// A first matching, before anything grows: neighbours that can only gain by each other, and events beside the boundary.
//   S1  An event of a pair gets half the weight of their edge as its radius, one at the boundary the whole of it. That is a matching of tight
//       edges under feasible radii, from which the search for the least one may begin as well as from nothing:
//       no radius exceeds the lightest edge of its node, so regions cover one node each and meet beyond one edge at most by touching;
//       no radius exceeds half the weight of an edge to another event, so neighbours touch at most.
//   S2  Union-find begins with the same: most shots end there, and clusters that rest are less to grow around.
import { BOUNDARY, NEVER, Node, Region, endOf, marks, maskOf, nodeAt, nodeIndex, weightOf } from "./graph";
import { createAround } from "./regions";
import { pair, plant } from "./trees";

const FREE: u32 = 1;
const TAKEN: u32 = 2;

/** Observables and weight of the pairs found. */
export let foundMask: u64 = 0;
export let foundWeight: i64 = 0;

/** What was found: pairs of (node, edge); edge 0 is that to the boundary. */
let found: usize = 0;
let foundEnd: usize = 0;

// @ts-ignore: decorator
@inline export function firstFound(): usize { return found; }
// @ts-ignore: decorator
@inline export function pastFound(): usize { return foundEnd; }
/** Whether an event was left over. */
// @ts-ignore: decorator
@inline export function isFree(index: u32): bool { return load<u8>(marks + <usize>index) === FREE; }

export function openStart(count: i32): void { found = heap.alloc(<usize>count * 8 + 8); }

// @ts-ignore: decorator
@inline function markOf(node: Node): usize { return marks + nodeIndex(node); }

/** The lightest edge to another event; 0 for none. */
// @ts-ignore: decorator
@inline function nearest(node: Node): usize {
  const past = node.edgesEnd;
  for (let edge = node.edges; edge < past; edge += 8) if (load<u8>(markOf(endOf(edge))) !== 0) return edge;
  return 0;
}

// @ts-ignore: decorator
@inline function note(node: Node, edge: usize, weight: i64, mask: u64): void {
  store<usize>(foundEnd, changetype<usize>(node));
  store<usize>(foundEnd, edge, 4);
  foundEnd += 8;
  foundWeight += weight;
  foundMask ^= mask;
}

/** How many of the events are matched at once; at all of them nothing is left to do. */
export function matchAtOnce(events: usize, past: usize): u32 {
  for (let at = events; at < past; at += 4) store<u8>(marks + <usize>load<u32>(at), FREE);
  foundEnd = found;
  foundMask = 0;
  foundWeight = 0;
  let left = <u32>((past - events) >> 2);
  for (let at = events; at < past; at += 4) {
    const index = <usize>load<u32>(at);
    if (load<u8>(marks + index) === TAKEN) continue;
    const node = nodeAt(<u32>index);
    const edge = nearest(node);
    const lightest = node.lightest;
    const half: i64 = edge === 0 ? NEVER : weightOf(edge) >> 1;
    if (node.boundary === lightest && lightest <= half && lightest !== NEVER) {
      store<u8>(marks + index, TAKEN);
      note(node, 0, lightest, node.boundaryMask);
      left--;
      continue;
    }
    if (edge === 0 || half > lightest) continue;
    const other = endOf(edge);
    if (load<u8>(markOf(other)) !== FREE || half > other.lightest || weightOf(nearest(other)) !== weightOf(edge)) continue;
    store<u8>(marks + index, TAKEN);
    store<u8>(markOf(other), TAKEN);
    note(node, edge, weightOf(edge), maskOf(edge));
    left -= 2;
  }
  return left;
}

/** Regions for what was found, and trees for the events left over. */
export function regionsFromStart(events: usize, past: usize): void {
  for (let at = found; at < foundEnd; at += 8) {
    const node = changetype<Node>(load<usize>(at));
    const edge = load<usize>(at, 4);
    const region = createAround(node, edge === 0 ? node.boundary : weightOf(edge) >> 1, 0);
    if (edge === 0) {
      region.match = changetype<Region>(BOUNDARY);
      region.matchFrom = node;
      region.matchMask = node.boundaryMask;
    } else {
      const other = endOf(edge);
      pair(region, createAround(other, weightOf(edge) >> 1, 0), node, other, maskOf(edge));
    }
  }
  for (let at = events; at < past; at += 4) {
    const index = load<u32>(at);
    if (load<u8>(marks + <usize>index) === FREE) plant(createAround(nodeAt(index), 0, 1));
  }
}

export function clearMarks(events: usize, past: usize): void {
  for (let at = events; at < past; at += 4) store<u8>(marks + <usize>load<u32>(at), 0);
}
