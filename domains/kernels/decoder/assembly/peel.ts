// A correction from grown clusters (Delfosse and Zémor, arXiv:1703.01517): every leaf of a forest is cut off, and an event on it passes along its
// edge to the next site; the site that is left keeps none, or sends the last one to the boundary.
import { maskOf, nodeAt, weightOf } from "./graph";
import { active, clearSites, firstSite, nodeOf, openClusters, pastSites, schedule, settle, Site, siteOf, visit } from "./clusters";
import { item, pop, restart } from "./queue";

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

/** Decodes the `count` events listed at `events` (u32); leaves `prediction` and `weight`. False when some cluster can never become even. */
export function uniteEvents(events: usize, count: u32): bool {
  const past = events + (<usize>count << 2);
  prediction = 0;
  weight = 0;
  for (let at = events; at < past; at += 4) settle(siteOf(nodeAt(load<u32>(at))), true);
  for (let at = events; at < past; at += 4) schedule(siteOf(nodeAt(load<u32>(at))));
  while (active > 0 && pop()) visit(changetype<Site>(item));
  const solved = active === 0;
  if (solved) peel();
  restart();
  clearSites();
  return solved;
}
