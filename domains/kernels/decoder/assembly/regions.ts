// Regions: their arena, their radii, the nodes they cover.
//   R1  A shot of k events has at most k regions around events and k / 2 blossoms at any time, so the arena is sized before the shot.
//   R2  Radii change at the rate 1 (outer), -1 (inner) or 0 (matched, or inside a blossom), and are at least 0.
import { NEVER, Node, REGION_BYTES, Region, endOf, is, nothing, touch, weightOf } from "./graph";
import { now, push } from "./queue";

let arena: usize = 0;
let arenaCount: u32 = 0;
let used: u32 = 0;
let free: Region = changetype<Region>(0);

/** Room for the regions of a shot of so many events. */
export function reserve(events: u32): void {
  used = 0;
  free = nothing<Region>();
  const wanted = events + (events >> 1) + 1;
  if (wanted <= arenaCount) return;
  arenaCount = max<u32>(wanted, max<u32>(arenaCount << 1, 64));
  arena = heap.alloc(<usize>arenaCount * REGION_BYTES);
}

/** A region of radius `radius`. */
export function create(radius: i64, slope: i64): Region {
  let region = free;
  if (is(region)) free = region.next;
  else region = changetype<Region>(arena + <usize>(used++) * REGION_BYTES);
  region.base = radius - slope * now;
  region.slope = slope;
  region.parent = nothing<Region>();
  region.tree = nothing<Region>();
  region.shell = nothing<Node>();
  region.match = nothing<Region>();
  region.desired = NEVER;
  region.queued = NEVER;
  region.child = nothing<Region>();
  region.inner = nothing<Region>();
  region.above = nothing<Region>();
  region.firstBelow = nothing<Region>();
  region.nextBelow = nothing<Region>();
  region.mark = 0;
  region.done = false;
  return region;
}

export function discard(region: Region): void {
  region.next = free;
  free = region;
}

/** The region around one event. */
export function createAround(node: Node, radius: i64, slope: i64): Region {
  const region = create(radius, slope);
  touch(node);
  node.region = region;
  node.top = region;
  node.wrapped = 0;
  node.arrival = 0;
  node.mask = 0;
  node.source = node;
  node.below = nothing<Node>();
  region.shell = node;
  return region;
}

// @ts-ignore: decorator
@inline export function radiusOf(region: Region): i64 { return region.base + region.slope * now; }
// @ts-ignore: decorator
@inline export function reachOf(node: Node): i64 { return radiusOf(node.top) + node.wrapped; }

// @ts-ignore: decorator
@inline export function setSlope(region: Region, slope: i64): void {
  region.base = radiusOf(region) - slope * now;
  region.slope = slope;
}

/** The child of a blossom that covers an event. */
export function childCovering(blossom: Region, event: Node): Region {
  let region = event.region;
  while (region.parent !== blossom) region = region.parent;
  return region;
}

// ---- What is due when: a node or a region is in the queue once, at a time no later than the one desired. Items are addresses, bit 0 set for regions.

// @ts-ignore: decorator
@inline export function wantNode(node: Node, time: i64): void {
  node.desired = time;
  if (time < node.queued) {
    node.queued = time;
    push(time, changetype<usize>(node));
  }
}

// @ts-ignore: decorator
@inline export function wantRegion(region: Region, time: i64): void {
  region.desired = time;
  if (time < region.queued) {
    region.queued = time;
    push(time, changetype<usize>(region) | 1);
  }
}

/** Whether what was popped for a node is what it wants now; if it wants something later, that is queued. */
export function isDueNode(node: Node): bool {
  if (node.queued !== now) return false;
  node.queued = NEVER;
  const time = node.desired;
  if (time === now) { node.desired = NEVER; return true; }
  if (time !== NEVER) wantNode(node, time);
  return false;
}

export function isDueRegion(region: Region): bool {
  if (region.queued !== now) return false;
  region.queued = NEVER;
  const time = region.desired;
  if (time === now) { region.desired = NEVER; return true; }
  if (time !== NEVER) wantRegion(region, time);
  return false;
}

// ---- The next meeting at a node.

/** The edge along which the meeting found last happens; 0 for the boundary. */
export let edgeFound: usize = 0;

/** When the reach of a node of a growing region is next stopped: at an empty node, another region or the boundary. */
function nextFromGrowing(node: Node): i64 {
  const top = node.top;
  const reach = reachOf(node);
  let soonest: i64 = NEVER;
  let found: usize = 0;
  if (node.boundary !== NEVER) soonest = node.boundary - reach;
  const past = node.edgesEnd;
  for (let edge = node.edges; edge < past; edge += 8) {
    const other = endOf(edge);
    const otherTop = other.top;
    if (otherTop === top) continue;
    let gap = weightOf(edge) - reach;
    if (is(otherTop)) {
      const slope = otherTop.slope;
      if (slope < 0) continue;
      gap -= otherTop.base + slope * now + other.wrapped;
      if (slope > 0) gap >>= 1;
    }
    if (gap < soonest) { soonest = gap; found = edge; }
  }
  edgeFound = found;
  return soonest === NEVER ? NEVER : now + soonest;
}

/** When a region that grows next reaches a node that is empty or covered by a region that does not grow. */
function nextFromResting(node: Node): i64 {
  const reach: i64 = is(node.top) ? reachOf(node) : 0;
  let soonest: i64 = NEVER;
  const past = node.edgesEnd;
  for (let edge = node.edges; edge < past; edge += 8) {
    const otherTop = endOf(edge).top;
    if (!is(otherTop) || otherTop.slope <= 0 || otherTop === node.top) continue;
    const gap = weightOf(edge) - reach - reachOf(endOf(edge));
    if (gap < soonest) { soonest = gap; edgeFound = edge; }
  }
  return soonest === NEVER ? NEVER : now + soonest;
}

/** When something happens at a node, as things stand; `edgeFound` says where. Nothing happens to a region that shrinks. */
export function nextAt(node: Node): i64 {
  const top = node.top;
  if (!is(top)) return nextFromResting(node);
  if (top.slope > 0) return nextFromGrowing(node);
  return top.slope === 0 ? nextFromResting(node) : NEVER;
}

export function schedule(node: Node): void { wantNode(node, nextAt(node)); }

/** When a region that shrinks next loses a node, or itself. */
export function scheduleShrinking(region: Region): void {
  const last = region.shell;
  wantRegion(region, now + radiusOf(region) - (is(last) ? last.arrival : 0));
}
