// Alternating trees: what becomes of regions that meet (Edmonds 1965; on detector graphs, Higgott and Gidney, arXiv:2303.15933).
//   T1  A tree node is an outer region, which grows, and above it the inner region it is matched to, which shrinks; a root has no inner one.
//   T2  Every region is in a tree, matched to a region or the boundary, or inside a blossom. `growing` counts the trees.
//   T3  An edge between regions is a path of the graph between two events, tight as long as it matters: its length is the sum of the radii it crosses.
import { BOUNDARY, NEVER, Node, Region, is, nothing } from "./graph";
import { coverAll, freeze, grow, scheduleAll, shrink, uncover } from "./areas";
import { childCovering, create, discard, radiusOf } from "./regions";

/** Trees there are; at none the matching is perfect. */
export let growing: i32 = 0;
let stamp: u32 = 0;

export function noTrees(): void { growing = 0; stamp = 0; }

/** A region that is alone becomes a tree. */
export function plant(region: Region): void {
  region.tree = region;
  growing++;
}

function hang(child: Region, parent: Region): void {
  const first = parent.firstBelow;
  child.above = parent;
  child.prevBelow = nothing<Region>();
  child.nextBelow = first;
  if (is(first)) first.prevBelow = child;
  parent.firstBelow = child;
}

function unhang(child: Region): void {
  const parent = child.above;
  if (!is(parent)) return;
  if (is(child.prevBelow)) child.prevBelow.nextBelow = child.nextBelow;
  else parent.firstBelow = child.nextBelow;
  if (is(child.nextBelow)) child.nextBelow.prevBelow = child.prevBelow;
}

export function pair(a: Region, b: Region, from: Node, to: Node, mask: u64): void {
  a.match = b; a.matchFrom = from; a.matchTo = to; a.matchMask = mask;
  b.match = a; b.matchFrom = to; b.matchTo = from; b.matchMask = mask;
}

// ---- A tree that found a mate for one of its outer regions.

/** The tree node after `outer`, parent before children; 0 after the last. */
function followingBelow(outer: Region): Region {
  if (is(outer.firstBelow)) return outer.firstBelow;
  let at = outer;
  while (is(at) && !is(at.nextBelow)) at = at.above;
  return is(at) ? at.nextBelow : at;
}

function rootOf(outer: Region): Region {
  let at = outer;
  while (is(at.above)) at = at.above;
  return at;
}

/** Every region of the tree is matched and rests, but for `free`, which the caller matches. */
function dissolve(free: Region): void {
  const root = rootOf(free);
  for (let outer = root; is(outer); outer = followingBelow(outer)) {
    const inner = outer.inner;
    if (is(inner)) pair(inner, outer, outer.innerFrom, outer.innerTo, outer.innerMask);
  }
  for (let outer = free; is(outer.inner); outer = outer.above) {
    pair(outer.inner, outer.above, outer.aboveFrom, outer.aboveTo, outer.aboveMask);
  }
  for (let outer = root; is(outer);) {
    const after = followingBelow(outer);
    outer.tree = nothing<Region>();
    if (is(outer.inner)) { outer.inner.tree = nothing<Region>(); freeze(outer.inner); }
    freeze(outer);
    outer = after;
  }
  growing--;
}

export function meetBoundary(region: Region, from: Node, mask: u64): void {
  dissolve(region);
  region.match = changetype<Region>(BOUNDARY);
  region.matchFrom = from;
  region.matchMask = mask;
}

function forgetTree(region: Region): void {
  region.inner = nothing<Region>();
  region.above = nothing<Region>();
  region.firstBelow = nothing<Region>();
  region.nextBelow = nothing<Region>();
}

/** A matched pair joins a tree below `outer`: the region that was met becomes inner, its mate outer. */
function adopt(outer: Region, met: Region, from: Node, to: Node, mask: u64): void {
  const mate = met.match;
  forgetTree(met);
  forgetTree(mate);
  mate.inner = met;
  mate.innerFrom = met.matchFrom;
  mate.innerTo = met.matchTo;
  mate.innerMask = met.matchMask;
  mate.aboveFrom = to;
  mate.aboveTo = from;
  mate.aboveMask = mask;
  met.match = nothing<Region>();
  mate.match = nothing<Region>();
  met.tree = mate;
  mate.tree = mate;
  hang(mate, outer);
  shrink(met);
  grow(mate);
}

// ---- A tree that met itself.

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
function blossom(a: Region, b: Region, top: Region, from: Node, to: Node, mask: u64): void {
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

// ---- An inner blossom that has shrunk to nothing.

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
