// What is done to all the nodes a region covers, those of the blossoms inside it included, and the changes of rate that call for it.
import { schedule, scheduleShrinking } from "./due";
import { NEVER, Region, is } from "./graph";
import { radiusOf, setSlope } from "./regions";

/** The region after `region` in the order parent before children within `root`; 0 after the last. */
function following(region: Region, root: Region): Region {
  if (is(region.child)) return region.child;
  let at = region;
  while (at !== root) {
    const parent = at.parent;
    if (at.next !== parent.child) return at.next;
    at = parent;
  }
  return changetype<Region>(0);
}

/** Every node is to say anew when something happens at it. */
export function scheduleAll(root: Region): void {
  for (let region = root; is(region); region = following(region, root)) {
    for (let node = region.shell; is(node); node = node.below) schedule(node);
  }
}

function forgetAll(root: Region): void {
  for (let region = root; is(region); region = following(region, root)) {
    for (let node = region.shell; is(node); node = node.below) node.desired = NEVER;
  }
}

/** `top` covers the nodes of `root` from now on; what lies between is `more` wider than before. */
export function coverAll(root: Region, top: Region, more: i64): void {
  for (let region = root; is(region); region = following(region, root)) {
    for (let node = region.shell; is(node); node = node.below) {
      node.top = top;
      node.wrapped += more;
    }
  }
}

export function grow(region: Region): void {
  setSlope(region, 1);
  region.desired = NEVER;
  scheduleAll(region);
}

/** Regions that shrank had told nobody when they would be met. */
export function freeze(region: Region): void {
  const shrank = region.slope < 0;
  setSlope(region, 0);
  region.desired = NEVER;
  if (shrank) scheduleAll(region);
}

export function shrink(region: Region): void {
  setSlope(region, -1);
  forgetAll(region);
  scheduleShrinking(region);
}

/** Region `child` of a blossom stands alone again. */
export function uncover(child: Region): void {
  coverAll(child, child, -radiusOf(child));
}
