// Alternating trees of regions (Edmonds 1965; on detector graphs, Higgott and Gidney, arXiv:2303.15933): planted, grown by a pair, dissolved.
//   T1  A tree node is an outer region, which grows, and above it the inner region it is matched to, which shrinks; a root has no inner one.
//   T2  Every region is in a tree, matched to a region or the boundary, or inside a blossom. `growing` counts the trees.
//   T3  An edge between regions is a path of the graph between two events, tight as long as it matters: its length is the sum of the radii it crosses.
import { freeze, grow, shrink } from "./areas";
import { Node, Region, is, nothing } from "./graph";

/** Trees there are; at none the matching is perfect. */
export let growing: i32 = 0;

export function noTrees(): void { growing = 0; }

/** A region that is alone becomes a tree. */
export function plant(region: Region): void {
  region.tree = region;
  growing++;
}

export function hang(child: Region, parent: Region): void {
  const first = parent.firstBelow;
  child.above = parent;
  child.prevBelow = nothing<Region>();
  child.nextBelow = first;
  if (is(first)) first.prevBelow = child;
  parent.firstBelow = child;
}

export function unhang(child: Region): void {
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
export function dissolve(free: Region): void {
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

export function forgetTree(region: Region): void {
  region.inner = nothing<Region>();
  region.above = nothing<Region>();
  region.firstBelow = nothing<Region>();
  region.nextBelow = nothing<Region>();
}

/** A matched pair joins a tree below `outer`: the region that was met becomes inner, its mate outer. */
export function adopt(outer: Region, met: Region, from: Node, to: Node, mask: u64): void {
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
