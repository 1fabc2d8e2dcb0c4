// What is due when. A node or a region is in the queue at a time no later than the one it desires; what comes too early is put off.
//   U1  Items are addresses, bit 0 set for regions. An entry counts only if its time is `queued`: an older one was overtaken.
//   U2  Of two nodes that will meet at least one desires a time no later than the meeting: what makes it earlier schedules anew.
import { NEVER, Node, Region, endOf, is, weightOf } from "./graph";
import { now, push } from "./queue";
import { radiusOf, reachOf } from "./regions";

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
