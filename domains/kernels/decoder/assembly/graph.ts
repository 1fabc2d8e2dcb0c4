// The matching graph in memory, and what a shot writes onto it. Written by layout.ts once; read by every decoder of this binary.
//   G1  Node k stands at nodes + k * NODE_BYTES; its edges are consecutive, lightest first: in `ends` a pair (node, weight), in `masks` the observables.
//   G2  Weights are even, at least 0 and below 2^31: two regions that grow towards each other meet at a whole time.
//   G3  Between shots every node is as `clear` leaves it; what a shot touched is in `touched`.

/** No time: later than all. */
export const NEVER: i64 = i64.MAX_VALUE;

/** One detector. The first 16 bytes are what its neighbours look at. */
@unmanaged
export class Node {
  /** The outermost region that covers it; 0 when none does. */
  top: Region;
  /** The region that arrived at it. */
  region: Region;
  /** Reach beyond this node = radius of `top` + this: the radii of the regions in between less that of the arrival. */
  wrapped: i64;
  edges: usize;
  edgesEnd: usize;
  /** Weight of the edge to the boundary; NEVER when there is none. */
  boundary: i64;
  boundaryMask: u64;
  /** Weight of the lightest edge, that to the boundary included. */
  lightest: i64;
  desired: i64;
  queued: i64;
  /** Radius of `region` when it came here. */
  arrival: i64;
  /** Observables between the event the region came from and this node. */
  mask: u64;
  source: Node;
  /** The node its region came to before this one. */
  below: Node;
  touched: bool;
}

/** A region around one event, or a blossom of an odd number of regions. */
@unmanaged
export class Region {
  /** Radius at time t = base + slope * t. */
  base: i64;
  slope: i64;
  parent: Region;
  /** Of its node in an alternating tree: the outer region. 0 outside trees. */
  tree: Region;
  /** The last node it came to; a region around one event ends its list with that event. */
  shell: Node;
  /** BOUNDARY, another region or 0. The edge runs from an event inside to one of the other's. */
  match: Region;
  matchFrom: Node;
  matchTo: Node;
  matchMask: u64;
  desired: i64;
  queued: i64;
  /** One child of a blossom; 0 for a region around an event. */
  child: Region;
  /** Around the blossom it is a child of; the edge leads to `next`. */
  next: Region;
  prev: Region;
  nextFrom: Node;
  nextTo: Node;
  nextMask: u64;
  /** As a tree node: the inner region below which this outer one hangs (0 at the root), and the edge between them. */
  inner: Region;
  innerFrom: Node;
  innerTo: Node;
  innerMask: u64;
  /** The outer region that `inner` hangs below, and the edge from `inner` to it. */
  above: Region;
  aboveFrom: Node;
  aboveTo: Node;
  aboveMask: u64;
  firstBelow: Region;
  nextBelow: Region;
  prevBelow: Region;
  mark: u32;
  done: bool;
}

/** A power of two, so that the index of a node is a shift away. */
const NODE_SHIFT: usize = 7;
export const NODE_BYTES: usize = 1 << NODE_SHIFT;
export const REGION_BYTES: usize = (offsetof<Region>() + 15) & ~15;

/** What a region is matched to when it is the boundary. */
export const BOUNDARY: usize = 1;

// @ts-ignore: decorator
@inline export function is<T>(reference: T): bool { return changetype<usize>(reference) !== 0; }
// @ts-ignore: decorator
@inline export function nothing<T>(): T { return changetype<T>(0); }

export let nodes: usize = 0;
export let nodeCount: i32 = 0;
/** A byte a node, 0 between shots: what start.ts knows of it. */
export let marks: usize = 0;
/** From the address of an entry of `ends` (8 bytes) to its mask (8 bytes). */
export let masksFromEnds: usize = 0;

// @ts-ignore: decorator
@inline export function nodeAt(index: u32): Node { return changetype<Node>(nodes + <usize>index * NODE_BYTES); }
// @ts-ignore: decorator
@inline export function nodeIndex(node: Node): usize { return (changetype<usize>(node) - nodes) >> NODE_SHIFT; }
// @ts-ignore: decorator
@inline export function endOf(edge: usize): Node { return changetype<Node>(load<usize>(edge)); }
// @ts-ignore: decorator
@inline export function weightOf(edge: usize): i64 { return <i64>load<u32>(edge, 4); }
// @ts-ignore: decorator
@inline export function maskOf(edge: usize): u64 { return load<u64>(edge + masksFromEnds); }

function clear(node: Node): void {
  node.top = nothing<Region>();
  node.region = nothing<Region>();
  node.desired = NEVER;
  node.queued = NEVER;
  node.touched = false;
}

/**
 * Makes the graph of `count` nodes from: for each node the number of its edges; for each of these (index of the other end u32,
 * weight u32, mask u64) in order; for each node the weight of its boundary edge (i64, NEVER for none) and its mask.
 */
export function open(count: i32, degrees: usize, records: usize, boundaries: usize): void {
  nodeCount = count;
  let edges = 0;
  for (let at = 0; at < count; at++) edges += load<i32>(degrees + (<usize>at << 2));
  nodes = (heap.alloc(<usize>count * NODE_BYTES + 64) + 63) & ~63;
  let end: usize = heap.alloc(<usize>edges * 16 + 16);
  masksFromEnds = (<usize>edges << 3) + 8;
  let record = records;
  for (let at = 0; at < count; at++) {
    const node = nodeAt(at);
    memory.fill(changetype<usize>(node), 0, NODE_BYTES);
    clear(node);
    node.edges = end;
    const past = end + (<usize>load<i32>(degrees + (<usize>at << 2)) << 3);
    node.boundary = load<i64>(boundaries + (<usize>at << 4));
    node.boundaryMask = load<u64>(boundaries + (<usize>at << 4), 8);
    node.lightest = node.boundary;
    for (; end < past; end += 8, record += 16) {
      store<usize>(end, changetype<usize>(nodeAt(load<u32>(record))));
      store<u32>(end, load<u32>(record, 4), 4);
      store<u64>(end + masksFromEnds, load<u64>(record, 8));
      if (weightOf(end) < node.lightest) node.lightest = weightOf(end);
    }
    node.edgesEnd = past;
  }
  marks = heap.alloc(<usize>count + 8);
  memory.fill(marks, 0, <usize>count);
  touchedList = heap.alloc(<usize>count * sizeof<usize>() + 8);
}

let touchedList: usize = 0;
let touchedCount: usize = 0;

/** Every node a shot writes to goes through here, once. */
// @ts-ignore: decorator
@inline export function touch(node: Node): void {
  if (node.touched) return;
  node.touched = true;
  store<usize>(touchedList + (touchedCount << 2), changetype<usize>(node));
  touchedCount++;
}

/** Puts what the shot touched back. */
export function clearTouched(): void {
  for (let at: usize = 0; at < touchedCount; at++) clear(changetype<Node>(load<usize>(touchedList + (at << 2))));
  touchedCount = 0;
}
