// A correction from grown clusters (Delfosse and Zémor, arXiv:1703.01517): every leaf of a forest is cut off, and an event on it passes along its
// edge to the next site; the site that is left keeps none, or sends the last one to the boundary.
import { maskOf, Node, nodeAt, weightOf } from "./graph";
import { active, clearSites, firstSite, nodeOf, openClusters, pastSites, plant, schedule, settleGrounded, settlePair, Site, siteOf, visit } from "./clusters";
import { item, pop, restart } from "./queue";
import { clearMarks, firstFound, foundMask, foundWeight, isFree, matchAtOnce, pastFound } from "./start";

/** Observables flipped by the correction of the last shot, and its weight. */
export let prediction: u64 = 0;
export let weight: i64 = 0;

export function openUnionFind(): void { openClusters(); }

/** From a leaf inwards, as long as there are leaves. */
function peelFrom(leaf: Site): void {
  let site = leaf;
  while (site.degree === 1 && !site.exit) {
    const edge = site.edges;
    const other = changetype<Site>(site.sites);
    site.degree = 0;
    other.degree--;
    other.edges ^= edge;
    other.sites ^= changetype<usize>(site);
    if (site.event) {
      site.event = false;
      other.event = !other.event;
      prediction ^= maskOf(edge);
      weight += weightOf(edge);
    }
    site = other;
  }
}

function peel(): void {
  const past = pastSites();
  for (let at = firstSite(); at < past; at += 4) peelFrom(changetype<Site>(load<usize>(at)));
  for (let at = firstSite(); at < past; at += 4) {
    const site = changetype<Site>(load<usize>(at));
    if (!site.exit || !site.event) continue;
    prediction ^= nodeOf(site).boundaryMask;
    weight += nodeOf(site).boundary;
  }
}

/** Clusters of what was matched at once, which rest, and of the events left over, which grow. */
function begin(events: usize, past: usize): void {
  for (let at = firstFound(), end = pastFound(); at < end; at += 8) {
    const node = changetype<Node>(load<usize>(at));
    const edge = load<usize>(at, 4);
    if (edge === 0) settleGrounded(siteOf(node), node.boundary);
    else settlePair(siteOf(node), edge);
  }
  for (let at = events; at < past; at += 4) if (isFree(load<u32>(at))) plant(siteOf(nodeAt(load<u32>(at))));
  for (let at = events; at < past; at += 4) if (isFree(load<u32>(at))) schedule(siteOf(nodeAt(load<u32>(at))));
}

function grow(events: usize, past: usize): bool {
  begin(events, past);
  while (active > 0 && pop()) visit(changetype<Site>(item));
  const solved = active === 0;
  if (solved) peel();
  restart();
  clearSites();
  return solved;
}

/** Decodes the `count` events listed at `events` (u32); leaves `prediction` and `weight`. False when some cluster can never become even. */
export function uniteEvents(events: usize, count: u32): bool {
  const past = events + (<usize>count << 2);
  prediction = 0;
  weight = 0;
  let solved = true;
  if (matchAtOnce(events, past) === 0) {
    prediction = foundMask;
    weight = foundWeight;
  } else solved = grow(events, past);
  clearMarks(events, past);
  return solved;
}
