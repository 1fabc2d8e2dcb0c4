// Blossoms: an odd cycle of regions becomes one, and becomes a way through the tree again when it has shrunk to nothing.
//   B1  The children of a blossom are a cycle by `next`, each edge tight; their radii rest as long as they are inside.
//   B2  A blossom grows from radius 0 when it is made and is shattered only as an inner region at radius 0.
import { coverAll, grow, scheduleAll, shrink, uncover } from "./areas";
import { NEVER, Node, Region, is, nothing } from "./graph";
import { childCovering, create, discard, radiusOf } from "./regions";
import { forgetTree, hang, pair, unhang } from "./trees";

function join(region: Region, next: Region, from: Node, to: Node, mask: u64): void {
  region.next = next;
  region.nextFrom = from;
  region.nextTo = to;
  region.nextMask = mask;
  next.prev = region;
}

/** The subtrees below a region of the cycle hang below the blossom from now on; those on the cycle have `tree` = 0 by then. */
function handOver(outer: Region, blossom: Region): void {
  for (let child = outer.firstBelow; is(child);) {
    const after = child.nextBelow;
    if (is(child.tree)) hang(child, blossom);
    child = after;
  }
}

function enclose(child: Region, blossom: Region): void {
  const radius = radiusOf(child);
  child.done = child.slope < 0;
  child.base = radius;
  child.slope = 0;
  child.desired = NEVER;
  child.parent = blossom;
  coverAll(child, blossom, radius);
}

/** `whole` stands in the tree where `top` stood. */
function replace(top: Region, whole: Region): void {
  whole.tree = whole;
  const inner = top.inner;
  if (!is(inner)) return;
  whole.inner = inner;
  whole.innerFrom = top.innerFrom;
  whole.innerTo = top.innerTo;
  whole.innerMask = top.innerMask;
  whole.aboveFrom = top.aboveFrom;
  whole.aboveTo = top.aboveTo;
  whole.aboveMask = top.aboveMask;
  inner.tree = whole;
  const above = top.above;
  unhang(top);
  hang(whole, above);
}

/** The odd cycle through `a`, the region `top` above both, and `b` becomes one outer region in the place of `top`. */
export function blossom(a: Region, b: Region, top: Region, from: Node, to: Node, mask: u64): void {
  const whole = create(0, 1);
  for (let x = a; x !== top;) {
    const above = x.above;
    join(x, x.inner, x.innerTo, x.innerFrom, x.innerMask);
    join(x.inner, above, x.aboveFrom, x.aboveTo, x.aboveMask);
    x = above;
  }
  for (let x = b; x !== top;) {
    const above = x.above;
    join(above, x.inner, x.aboveTo, x.aboveFrom, x.aboveMask);
    join(x.inner, x, x.innerFrom, x.innerTo, x.innerMask);
    x = above;
  }
  join(b, a, to, from, mask);
  whole.child = a;
  replace(top, whole);
  let region = a;
  do { region.tree = nothing<Region>(); region = region.next; } while (region !== a);
  do { handOver(region, whole); region = region.next; } while (region !== a);
  do { enclose(region, whole); region = region.next; } while (region !== a);
  do {
    if (region.done) { region.done = false; scheduleAll(region); }
    region = region.next;
  } while (region !== a);
}

/** Its children become regions again: those on the even way between its two tree edges inner and outer in turn, the others matched in pairs. */
export function shatter(whole: Region): void {
  const outer = whole.tree;
  const first = childCovering(whole, outer.aboveFrom);
  const last = childCovering(whole, outer.innerFrom);
  let steps = 0;
  for (let region = first; region !== last; region = region.next) steps++;
  const forwards = (steps & 1) === 0;
  let region = first;
  do {
    region.parent = nothing<Region>();
    forgetTree(region);
    uncover(region);
    region = region.next;
  } while (region !== first);
  const start = forwards ? last.next : first.next;
  const end = forwards ? first : last;
  for (let one = start; one !== end; one = one.next.next) pair(one, one.next, one.nextFrom, one.nextTo, one.nextMask);
  thread(outer, first, last, forwards);
  for (let one = start; one !== end; one = one.next) scheduleAll(one);
  discard(whole);
}

/** The way from `first` to `last` takes the place of their blossom in the tree. */
function thread(outer: Region, first: Region, last: Region, forwards: bool): void {
  let above = outer.above, from = outer.aboveFrom, to = outer.aboveTo, mask = outer.aboveMask;
  if (first !== last) unhang(outer);
  for (let inner = first; inner !== last;) {
    const mate = forwards ? inner.next : inner.prev;
    const after = forwards ? mate.next : mate.prev;
    const held = forwards ? inner : mate; // whose edge joins inner and mate
    const next = forwards ? mate : after; // whose edge joins mate and after
    mate.inner = inner;
    mate.innerFrom = forwards ? held.nextFrom : held.nextTo;
    mate.innerTo = forwards ? held.nextTo : held.nextFrom;
    mate.innerMask = held.nextMask;
    mate.aboveFrom = from; mate.aboveTo = to; mate.aboveMask = mask;
    mate.tree = mate;
    inner.tree = mate;
    hang(mate, above);
    above = mate;
    from = forwards ? next.nextTo : next.nextFrom;
    to = forwards ? next.nextFrom : next.nextTo;
    mask = next.nextMask;
    shrink(inner);
    grow(mate);
    inner = after;
  }
  if (first !== last) {
    outer.aboveFrom = from; outer.aboveTo = to; outer.aboveMask = mask;
    hang(outer, above);
  }
  outer.inner = last;
  last.tree = outer;
  shrink(last);
}
