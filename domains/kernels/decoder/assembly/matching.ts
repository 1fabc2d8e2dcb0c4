// One shot by exact minimum-weight perfect matching: regions grow around events over the graph until each is matched to another or the boundary.
import { shatter } from "./blossoms";
import { edgeFound, isDueNode, isDueRegion, nextAt, schedule, scheduleShrinking, wantNode } from "./due";
import { NEVER, Node, Region, clearTouched, endOf, is, maskOf, nodeAt, nothing, touch } from "./graph";
import { meet, meetBoundary, noMarks, vanish } from "./meetings";
import { item, now, pop, restart } from "./queue";
import { radiusOf, reserve } from "./regions";
import { collect, mask, total } from "./result";
import { clearMarks, foundMask, foundWeight, matchAtOnce, regionsFromStart } from "./start";
import { growing, noTrees } from "./trees";

/** A region that grows comes to an empty node. */
function arrive(node: Node, from: Node, edge: usize): void {
  const region = from.top;
  const radius = radiusOf(region);
  touch(node);
  node.top = region;
  node.region = region;
  node.wrapped = -radius;
  node.arrival = radius;
  node.mask = from.mask ^ maskOf(edge);
  node.source = from.source;
  node.below = region.shell;
  region.shell = node;
}

/** Everything that happens at a node now. */
function visit(node: Node): void {
  while (growing > 0) {
    const time = nextAt(node);
    if (time > now) { wantNode(node, time); return; }
    const edge = edgeFound;
    if (edge === 0) { meetBoundary(node.top, node.source, node.mask ^ node.boundaryMask); continue; }
    const other = endOf(edge);
    if (!is(node.top)) arrive(node, other, edge);
    else if (!is(other.top)) { arrive(other, node, edge); schedule(other); }
    else meet(node.top, other.top, node.source, other.source, node.mask ^ maskOf(edge) ^ other.mask);
  }
}

/** The last node of a region that shrinks is empty again. */
function leave(region: Region, node: Node): void {
  region.shell = node.below;
  node.region = nothing<Region>();
  node.top = nothing<Region>();
  node.desired = NEVER;
  schedule(node);
  scheduleShrinking(region);
}

function recede(region: Region): void {
  const last = region.shell;
  if (is(region.child)) {
    if (is(last)) leave(region, last);
    else shatter(region);
  } else if (is(last.below)) leave(region, last);
  else vanish(region);
}

/** Grows regions until every event is matched. False when there is no perfect matching. */
function search(events: usize, past: usize): bool {
  const count = <u32>((past - events) >> 2);
  reserve(count);
  noTrees();
  noMarks();
  regionsFromStart(events, past);
  for (let at = events; at < past; at += 4) {
    const node = nodeAt(load<u32>(at));
    if (node.top.slope > 0) schedule(node);
  }
  while (growing > 0 && pop()) {
    if ((item & 1) === 0) {
      const node = changetype<Node>(item);
      if (isDueNode(node)) visit(node);
    } else {
      const region = changetype<Region>(item ^ 1);
      if (isDueRegion(region) && region.slope < 0) recede(region);
    }
  }
  const perfect = growing === 0;
  if (perfect) collect(events, count);
  restart();
  clearTouched();
  return perfect;
}

/** Observables flipped by the least matching of the last shot, and its weight. */
export let prediction: u64 = 0;
export let weight: i64 = 0;

/** Decodes the `count` events listed at `events` (u32); leaves `prediction` and `weight`. False when there is no perfect matching. */
export function matchEvents(events: usize, count: u32): bool {
  const past = events + (<usize>count << 2);
  let perfect = true;
  if (matchAtOnce(events, past) === 0) {
    prediction = foundMask;
    weight = foundWeight;
  } else {
    perfect = search(events, past);
    prediction = mask;
    weight = total;
  }
  clearMarks(events, past);
  return perfect;
}
