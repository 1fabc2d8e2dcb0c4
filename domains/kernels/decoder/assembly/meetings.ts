// What becomes of regions that meet: trees augmented, pairs adopted, blossoms made.
import { blossom } from "./blossoms";
import { BOUNDARY, Node, Region, is, nothing } from "./graph";
import { adopt, dissolve, pair } from "./trees";

let stamp: u32 = 0;

/** Marks are new with every shot's regions. */
export function noMarks(): void { stamp = 0; }

/** The lowest outer region above both or equal to one; 0 when they are of two trees. */
function commonAbove(a: Region, b: Region): Region {
  stamp++;
  while (is(a) || is(b)) {
    if (is(a)) {
      if (a.mark === stamp) return a;
      a.mark = stamp;
      a = a.above;
    }
    if (is(b)) {
      if (b.mark === stamp) return b;
      b.mark = stamp;
      b = b.above;
    }
  }
  return nothing<Region>();
}

/** A growing region meets the boundary. */
export function meetBoundary(region: Region, from: Node, mask: u64): void {
  dissolve(region);
  region.match = changetype<Region>(BOUNDARY);
  region.matchFrom = from;
  region.matchMask = mask;
}

/** Two regions of which one at least grows meet along an edge from an event of `a` to one of `b`. */
export function meet(a: Region, b: Region, from: Node, to: Node, mask: u64): void {
  if (!is(a.tree)) return meet(b, a, to, from, mask);
  if (is(b.tree)) {
    const top = commonAbove(a, b);
    if (is(top)) return blossom(a, b, top, from, to, mask);
    dissolve(a);
    dissolve(b);
    pair(a, b, from, to, mask);
  } else if (changetype<usize>(b.match) === BOUNDARY) {
    dissolve(a);
    pair(a, b, from, to, mask);
  } else adopt(a, b, from, to, mask);
}

/** An inner region around one event has shrunk to nothing: its two neighbours in the tree meet there. */
export function vanish(region: Region): void {
  const outer = region.tree;
  meet(outer.above, outer, outer.aboveTo, outer.innerTo, outer.aboveMask ^ outer.innerMask);
}
