// What a perfect matching of regions says: the observables it flips and what it weighs.
//   X1  Every radius counts once: the weight of a least matching is the sum of all radii (duality).
import { BOUNDARY, Node, Region, is, nodeAt } from "./graph";
import { childCovering } from "./regions";

/** Observables flipped by the matching. */
export let mask: u64 = 0;
/** Its weight. */
export let total: i64 = 0;

/** Within a region that is left from `event`: a blossom's other children are matched in pairs around its cycle. */
function open(region: Region, event: Node): void {
  total += region.base;
  if (!is(region.child)) return;
  const used = childCovering(region, event);
  open(used, event);
  for (let one = used.next; one !== used; one = one.next.next) {
    mask ^= one.nextMask;
    open(one, one.nextFrom);
    open(one.next, one.nextTo);
  }
}

/** All radii rest: `base` is the radius. */
export function collect(events: usize, count: u32): void {
  mask = 0;
  total = 0;
  for (let at: u32 = 0; at < count; at++) {
    const region = nodeAt(load<u32>(events + (<usize>at << 2))).top;
    if (region.done) continue;
    region.done = true;
    mask ^= region.matchMask;
    open(region, region.matchFrom);
    const mate = region.match;
    if (changetype<usize>(mate) === BOUNDARY) continue;
    mate.done = true;
    open(mate, mate.matchFrom);
  }
}
