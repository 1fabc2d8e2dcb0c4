// Rules of requests that wait for contracts: in one order, all or nothing, never beyond their time, and never past what could be had.
import { FAULTS } from "../../kernel-abi/fault.ts";
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { EVENT, type Entry } from "../../kernel-abi/frame.ts";
import { KERNEL } from "../../kernel-abi/ids.ts";
import { field } from "../entry/body.ts";
import * as places from "./places.ts";
import type { FlagName } from "../../kernel-abi/version.ts";
import type { DeferralRow, Units } from "./deferral-rows.ts";
import type { ContractRow, World } from "./world.ts";

const BOUND = ["Q", "PHI"] as const;
const SUSPENDED_WAIT: FlagName = "suspendedRequestsWait";
const before = (a: DeferralRow, b: DeferralRow): number => b.priority - a.priority || a.since - b.since || a.process - b.process;
const share = (a: Units, b: Units): boolean => BOUND.some((domain) => a[domain] > 0 && b[domain] > 0);
const fits = ({ attested }: World, units: Units): boolean => BOUND.every((domain) => units[domain] <= attested[domain].units - attested[domain].allocated);

/** Its process is suspended, in a run in which it is passed over then. */
const isAway = (world: World, { process }: DeferralRow): boolean =>
  world.header.abi.flags.includes(SUSPENDED_WAIT) && world.process(process).suspension?.to === -1;
const isBehind = (world: World, request: DeferralRow): boolean =>
  world.deferrals.waiting.some((other) => before(other, request) < 0 && share(other.units, request.units) && !isAway(world, other));

/** CONTRACT_REQUEST, granted; with a body it was put off. */
export function requested(world: World, entry: Entry): void {
  if (entry.body.length === 0) {
    const { contract, subject, capability } = entry;
    world.require(contract === subject, "a contract event names one contract");
    world.calling = { asked: { contract, capability } };
    world.expected = { codes: [EVENT.CONTRACT_ISSUED], contract, subject };
    return;
  }
  const { deferrals, attested, moment: { tick, actor } } = world;
  const body = world.body(entry.body);
  const asked = field(body, "units");
  const units = { Q: world.integer(asked, "Q"), PHI: world.integer(asked, "PHI") };
  const request: DeferralRow = { id: world.integer(body, "deferred"), process: actor, domain: entry.domain, priority: world.integer(body, "priority"), since: tick, until: world.integer(body, "until"), units, placed: field(body, "place") === true };
  if (request.placed) places.known(world);
  world.require(request.id === deferrals.next && request.until > tick && !deferrals.waiting.some(({ process }) => process === actor), "requests that wait are numbered in order, one a process, and name their last tick", { request: request.id });
  world.require(BOUND.every((domain) => units[domain] >= 0 && units[domain] <= attested[domain].units) && units.Q + units.PHI > 0, "a request waits for what there is", { request: request.id });
  world.require(world.liveContractsOf(actor).length === 0, "who waits holds no contract", { request: request.id });
  deferrals.next += 1;
  deferrals.waiting = [...deferrals.waiting, request].sort(before);
}

/** Takes the request an event is about off the list, and has its process told. */
function taken(world: World, entry: Entry, told = true): DeferralRow {
  const { deferrals, moment: { tick, actor } } = world;
  const request = deferrals.waiting.find(({ id }) => id === entry.subject);
  world.require(request !== undefined && request.process === actor && request.domain === entry.domain, "a request that is answered was waiting", { request: entry.subject });
  deferrals.waiting = deferrals.waiting.filter((other) => other !== request);
  const row = world.process(request.process);
  const notice = { kind: DELIVERY.ROOM, from: KERNEL, seq: request.id, due: tick + 1, linked: false };
  if (told && request.placed) places.tell(world, row, { ...notice, place: -request.id });
  else if (told) row.notices.push(notice);
  return request;
}

/** REQUEST_GRANTED: nobody before it waits for the same; its contracts follow. */
export function granted(world: World, entry: Entry): void {
  const request = taken(world, entry);
  world.require(!isAway(world, request), "nothing is granted to a process while it is suspended", { request: request.id });
  world.require(!isBehind(world, request), "requests are granted in their order", { request: request.id });
  world.require(world.integer(world.body(entry.body), "since") === request.since && world.moment.tick <= request.until, "a request is granted in its time", { request: request.id });
  world.deferrals.granting = { request, left: { ...request.units } };
}

/** REQUEST_LAPSED: its time is up, or a check refused it when its turn came. */
export function lapsed(world: World, entry: Entry): void {
  if (entry.verdict === FAULTS.CANCELLED.code) {
    const { process, id } = taken(world, entry, false);
    world.require(places.takenBack(world, { from: process, to: 0, seq: id }), "a request is given up by whoever made it", { request: id });
    return;
  }
  const request = taken(world, entry);
  const turn = !isAway(world, request) && !isBehind(world, request);
  world.require(entry.verdict !== 0 && (request.until === world.moment.tick || (turn && fits(world, request.units))), "a request waits until its last tick, or is refused at its turn", { request: request.id });
}

/** CONTRACT_ISSUED outside a turn: part of what is being granted. */
export function issued(world: World, { owner, terms }: Pick<ContractRow, "owner" | "terms">, inTurn: boolean): void {
  if (inTurn) {
    world.require(!world.deferrals.waiting.some(({ process }) => process === owner), "who waits holds no contract");
    return;
  }
  const { granting } = world.deferrals;
  world.require(granting?.request.process === owner && granting.left[terms.domain] >= terms.units, "the kernel issues contracts to those who waited for them");
  granting.left[terms.domain] -= terms.units;
}

/** A frame is over: what was granted was granted whole. */
export function whole(world: World): void {
  const { granting } = world.deferrals;
  if (granting === undefined) return;
  world.require(granting.left.Q === 0 && granting.left.PHI === 0, "a request is granted whole or not at all", { request: granting.request.id });
  world.deferrals.granting = undefined;
}

export function exited(world: World, process: number): void {
  const { deferrals } = world;
  if (deferrals.waiting.length > 0) deferrals.waiting = deferrals.waiting.filter((request) => request.process !== process);
}

/** Time goes on to `tick`: nobody is left waiting past his last tick, nor for what he could have had. */
export function checkWaiting(world: World, tick: number): void {
  const ahead: DeferralRow[] = [];
  for (const request of world.deferrals.waiting) {
    world.require(request.until >= tick, "a request waits no longer than it said", { request: request.id, until: request.until });
    if (isAway(world, request)) continue;
    const behind = ahead.some((other) => share(other.units, request.units));
    world.require(behind || !fits(world, request.units), "what can be granted is granted before time goes on", { request: request.id });
    ahead.push(request);
  }
}
