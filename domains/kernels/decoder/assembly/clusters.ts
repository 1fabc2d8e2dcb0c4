// Union-find with weighted growth (Delfosse and Nickerson, arXiv:1709.06218; growth by weight: Huang, Newman and Brown, arXiv:2004.04693): odd
// clusters grow along half-edges at one speed until each is even or at the boundary. What was grown whole is a forest, which peel.ts reads.
//   C1  A cluster is a tree of sites under its leader. Growth of a site at time t = radius of the leader + the offsets on the way to it:
//       what a cluster grew before it joined another stays.
//   C2  A cluster grows as long as it has an odd number of events and no site of it has reached the boundary. `active` counts these.
//   C3  Each union adds the one edge that brought it about, so a cluster of n sites has n - 1 of them.
//   C4  What was matched at once (start.ts) are clusters that rest, grown as far as they would have on their own by then.
import { NEVER, Node, endOf, is, nodeCount, nodes, nothing, weightOf } from "./graph";
import { now, push } from "./queue";

/** What a shot writes about a node; at the same distance from every node. */
@unmanaged
export class Site {
  /** Towards the leader, which leads itself; 0 for a node no cluster has come to. */
  leader: Site;
  size: u32;
  offset: i64;
  /** Of a leader: radius at time t = base + slope * t. */
  base: i64;
  slope: i64;
  desired: i64;
  queued: i64;
  /** Which edge is to be whole at `desired`; 0 for that to the boundary. */
  due: usize;
  /** Members of a cluster that have others around them are a list from its leader, which always is, to `last`. */
  next: Site;
  last: Site;
  /** Edges of the forest at this site, and the exclusive or of their addresses and of those of the sites behind them. */
  degree: u32;
  edges: usize;
  sites: usize;
  odd: bool;
  grounded: bool;
  /** An event, while the forest is peeled. */
  event: bool;
  /** Where its cluster goes to the boundary. */
  exit: bool;
  /** Of a leader: that site. */
  way: Site;
}

/** Clusters that grow. */
export let active: i32 = 0;

let siteFromNode: usize = 0;
let list: usize = 0;
let listEnd: usize = 0;

/** Sites take memory from the first shot on. */
export function openClusters(): void {
  if (list !== 0) return;
  const bytes = <usize>nodeCount << 7;
  siteFromNode = ((heap.alloc(bytes + 64) + 63) & ~63) - nodes;
  memory.fill(nodes + siteFromNode, 0, bytes);
  list = heap.alloc(<usize>nodeCount * 4 + 4);
  listEnd = list;
}

// @ts-ignore: decorator
@inline export function siteOf(node: Node): Site { return changetype<Site>(changetype<usize>(node) + siteFromNode); }
// @ts-ignore: decorator
@inline export function nodeOf(site: Site): Node { return changetype<Node>(changetype<usize>(site) - siteFromNode); }

/** Sites of the shot are a list of addresses. */
// @ts-ignore: decorator
@inline export function firstSite(): usize { return list; }
// @ts-ignore: decorator
@inline export function pastSites(): usize { return listEnd; }

export function clearSites(): void {
  for (let at = list; at < listEnd; at += 4) changetype<Site>(load<usize>(at)).leader = nothing<Site>();
  listEnd = list;
  active = 0;
}

/** A cluster of one site of some radius, which rests. */
export function settle(site: Site, event: bool, radius: i64): void {
  store<usize>(listEnd, changetype<usize>(site));
  listEnd += 4;
  site.leader = site;
  site.size = 1;
  site.offset = 0;
  site.base = radius;
  site.slope = 0;
  site.desired = NEVER;
  site.queued = NEVER;
  site.next = nothing<Site>();
  site.last = site;
  site.degree = 0;
  site.edges = 0;
  site.sites = 0;
  site.odd = event;
  site.grounded = false;
  site.event = event;
  site.exit = false;
}

/** An event on its own, at the beginning. */
export function plant(site: Site): void {
  settle(site, true, 0);
  site.slope = 1;
  active++;
}

/** Two events whose edge was grown whole at once: a cluster that rests. */
export function settlePair(one: Site, edge: usize): void {
  const two = siteOf(endOf(edge));
  const half = weightOf(edge) >> 1;
  settle(one, true, half);
  settle(two, true, half);
  tie(one, two, edge);
  tie(two, one, edge);
  two.leader = one;
  two.offset = 0;
  one.size = 2;
  one.next = two;
  one.last = two;
  one.odd = false;
}

/** An event that was grown to the boundary at once. */
export function settleGrounded(site: Site, radius: i64): void {
  settle(site, true, radius);
  site.grounded = true;
  site.way = site;
  site.exit = true;
}

/** Of the site last looked up: the sum of offsets on the way to its leader. */
let offset: i64 = 0;

/** The leader; halves the way there. Leaves `offset`. */
export function leaderOf(site: Site): Site {
  let at = site;
  let sum: i64 = 0;
  for (;;) {
    const up = at.leader;
    if (up === at) break;
    const above = up.leader;
    if (above !== up) {
      at.offset += up.offset;
      at.leader = above;
    }
    sum += at.offset;
    at = at.leader;
  }
  offset = sum;
  return at;
}

// @ts-ignore: decorator
@inline function want(site: Site, time: i64): void {
  site.desired = time;
  site.due = edgeFound;
  if (time < site.queued) {
    site.queued = time;
    push(time, changetype<usize>(site));
  }
}

/** The edge that is whole next; 0 for that to the boundary. */
let edgeFound: usize = 0;
/** Whether all around the site last looked at are of its own cluster, as they will be for good. */
let enclosed: bool = false;

/** Whether what was to be due at a site is: what became of the clusters since may have put it off. */
// @ts-ignore: decorator
@inline function isWhole(site: Site, edge: usize): bool {
  const leader = leaderOf(site);
  const slope = leader.slope;
  const growth = leader.base + slope * now + offset;
  if (edge === 0) return slope !== 0 && growth >= nodeOf(site).boundary;
  const other = siteOf(endOf(edge));
  if (!is(other.leader)) return slope !== 0 && growth >= weightOf(edge);
  const theirs = leaderOf(other);
  return theirs !== leader && slope + theirs.slope !== 0 && growth + theirs.base + theirs.slope * now + offset >= weightOf(edge);
}

/** When an edge of a site is next grown whole, as things stand. */
function nextAt(site: Site): i64 {
  const node = nodeOf(site);
  const leader = leaderOf(site);
  const slope = leader.slope;
  const growth = leader.base + slope * now + offset;
  let soonest: i64 = NEVER;
  edgeFound = 0;
  enclosed = node.boundary === NEVER;
  if (slope !== 0 && node.boundary !== NEVER) soonest = max<i64>(node.boundary - growth, 0);
  const past = node.edgesEnd;
  for (let edge = node.edges; edge < past; edge += 8) {
    const other = siteOf(endOf(edge));
    let gap = weightOf(edge) - growth;
    let speed = slope;
    if (is(other.leader)) {
      const theirs = leaderOf(other);
      if (theirs === leader) continue;
      gap -= theirs.base + theirs.slope * now + offset;
      speed += theirs.slope;
    }
    enclosed = false;
    if (speed === 0) continue;
    if (speed === 2) gap = (gap + 1) >> 1;
    if (gap < 0) gap = 0;
    if (gap < soonest) { soonest = gap; edgeFound = edge; }
  }
  return soonest === NEVER ? NEVER : now + soonest;
}

export function schedule(site: Site): void { want(site, nextAt(site)); }

function setSlope(leader: Site, slope: i64): void {
  leader.base += (leader.slope - slope) * now;
  leader.slope = slope;
}

function ground(site: Site): void {
  const leader = leaderOf(site);
  setSlope(leader, 0);
  leader.grounded = true;
  leader.way = site;
  site.exit = true;
  active--;
}

// @ts-ignore: decorator
@inline function tie(site: Site, other: Site, edge: usize): void {
  site.degree++;
  site.edges ^= edge;
  site.sites ^= changetype<usize>(other);
}

/** The clusters of the two ends of an edge that is whole become one. */
function unite(one: Site, edge: usize): void {
  const two = siteOf(endOf(edge));
  if (!is(two.leader)) settle(two, false, 0);
  tie(one, two, edge);
  tie(two, one, edge);
  let large = leaderOf(one), small = leaderOf(two);
  if (large.size < small.size) { const held = large; large = small; small = held; }
  const grew = <i32>large.slope + <i32>small.slope;
  const wakes = large.slope === 0 ? large : small; // one of the two grows
  const wakesLast = wakes.last;
  small.offset = (small.base + small.slope * now) - (large.base + large.slope * now);
  small.leader = large;
  large.size += small.size;
  large.last.next = small;
  large.last = small.last;
  if (small.grounded) {
    if (large.grounded) small.way.exit = false;
    else large.way = small.way;
  }
  large.odd = large.odd !== small.odd;
  large.grounded = large.grounded || small.grounded;
  const grows = large.odd && !large.grounded;
  setSlope(large, grows ? 1 : 0);
  active += (grows ? 1 : 0) - grew;
  if (!grows || grew === 2) return;
  wake(large, wakes, wakesLast);
}

/** Members that rested look again at what is around them; those that have nothing left there are members no more. */
function wake(leader: Site, first: Site, last: Site): void {
  let before = first;
  for (let site = first; ; site = site.next) {
    schedule(site);
    if (!enclosed || site === first) before = site;
    else {
      before.next = site.next;
      if (site === leader.last) leader.last = before;
    }
    if (site === last) break;
  }
}

/** What was popped from the queue for a site. */
export function visit(site: Site): void {
  if (site.queued !== now) return;
  site.queued = NEVER;
  if (site.desired !== now) {
    if (site.desired !== NEVER) push(site.queued = site.desired, changetype<usize>(site));
    return;
  }
  if (isWhole(site, site.due)) {
    if (site.due === 0) ground(site);
    else unite(site, site.due);
  }
  while (active > 0) {
    const time = nextAt(site);
    if (time > now) { want(site, time); return; }
    if (edgeFound === 0) ground(site);
    else unite(site, edgeFound);
  }
}
