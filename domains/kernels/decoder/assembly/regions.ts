// Regions: their arena, their radii, the nodes they cover.
//   R1  A shot of k events has at most k regions around events and k / 2 blossoms at any time, so the arena is sized before the shot.
//   R2  Radii change at the rate 1 (outer), -1 (inner) or 0 (matched, or inside a blossom), and are at least 0.
import { NEVER, Node, REGION_BYTES, Region, is, nothing, touch } from "./graph";
import { now } from "./queue";

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
