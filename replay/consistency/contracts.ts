// Rules of contracts: lifecycle in order, windows half-open, charges within terms, Σ units within what providers declared.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { EVENT, type Entry } from "../../kernel-abi/frame.ts";
import type { ContractState, Terms } from "../../kernel-abi/contract.ts";
import { KERNEL } from "../../kernel-abi/ids.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { field } from "../entry/body.ts";
import * as authority from "./authority.ts";
import { usedForContract } from "./capabilities.ts";
import * as deferrals from "./deferrals.ts";
import { contractEnded } from "./recovery.ts";
import { follows } from "./sequence.ts";
import type { ContractRow, World } from "./world.ts";

const NUMBERS = ["units", "start", "end", "budget", "shots", "channels", "errorPpm", "noisePpm"] as const;

function termsOf(world: World, body: unknown): Terms {
  const terms = field(body, "terms");
  const domain = field(terms, "domain");
  world.require(domain === "Q" || domain === "PHI", "a contract is of a domain");
  for (const name of NUMBERS) world.require(world.integer(terms, name) >= 0, "terms are counted from zero", { term: name });
  // Every number was looked at; the rest of the terms is not read here.
  const read = terms as Terms;
  world.require(read.end > read.start && read.units >= 1, "a contract has units and a window");
  return read;
}

/** CONTRACT_ISSUED: to the caller, out of what providers have left. */
export function issued(world: World, entry: Entry, inTurn: boolean): void {
  const body = world.body(entry.body);
  const owner = world.integer(body, "owner");
  const terms = termsOf(world, body);
  const { actor } = world.moment;
  world.require(entry.subject === world.contracts.next && entry.contract === entry.subject, "contracts are numbered in the order of their issue", { contract: entry.subject });
  world.require(owner === actor && entry.domain === DOMAIN_RANK[terms.domain], "a contract is issued to its requester", { contract: entry.subject });
  usedForContract(world, entry.capability, owner, entry.domain, terms);
  const pool = world.attested[terms.domain];
  pool.allocated += terms.units;
  world.require(pool.allocated <= pool.units, "contracts share no more than providers declared",
    { contract: entry.subject, allocated: pool.allocated, declared: pool.units });
  const row: ContractRow = { id: entry.subject, owner, capability: entry.capability, terms, state: "issued", budget: 0, shots: 0, jobs: 0 };
  deferrals.issued(world, row, inTurn);
  const { calling: { asked } } = world;
  if (inTurn) world.require(asked !== undefined && (asked.contract !== row.id || asked.capability === row.capability), "a contract is issued to who asked for it", { contract: row.id });
  if (terms.start <= world.moment.tick) follows(world, EVENT.CONTRACT_ACTIVATED, row.id);
  world.contracts.add(row);
  world.turnings.add(terms.start);
  world.begun(row);
}

function move(world: World, row: ContractRow, from: readonly ContractState[], to: ContractState): void {
  world.require(from.includes(row.state), "contracts go from issued to active to an end, and are then released", { contract: row.id, state: row.state, to });
  row.state = to;
}

/** The contract an event names, in both its fields. */
function named(world: World, entry: Entry): ContractRow {
  world.require(entry.contract === entry.subject, "a contract event names one contract");
  const row = world.contract(entry.contract);
  world.require(entry.domain === DOMAIN_RANK[row.terms.domain], "a contract event is of its contract's domain", { contract: row.id });
  return row;
}

export function activated(world: World, entry: Entry): void {
  const row = named(world, entry);
  world.require(world.moment.tick >= row.terms.start, "a contract is active from its start", { contract: row.id, start: row.terms.start });
  move(world, row, ["issued"], "active");
  world.turnings.remove(row.terms.start);
  world.turnings.add(row.terms.end);
  if (row.terms.domain === "PHI") follows(world, EVENT.WINDOW_START, row.id);
}

/**
 * CONTRACT_COMPLETED, CONTRACT_EXPIRED, CONTRACT_REVOKED. Starts and ends are kept to the tick, before the turns of that tick and
 * after its outcomes: a contract is not issued any more at its start, nor completed at its end; an outcome may still revoke it there, and a fault
 * that reaches further one that was about to start.
 */
export function ended(world: World, entry: Entry): void {
  const row = named(world, entry);
  const { tick } = world.moment;
  const { start, end } = row.terms;
  if (row.state === "issued" || row.state === "active") world.turnings.remove(row.state === "active" ? end : start);
  contractEnded(world, row.id);
  authority.contractEnded(world, row, entry.code);
  follows(world, row.state === "active" && row.terms.domain === "PHI" ? EVENT.WINDOW_STOP : EVENT.CONTRACT_RELEASED, row.id);
  const owner = world.process(row.owner);
  if (owner.suspension?.to === -1 && owner.live) owner.lost = [...owner.lost, row.id];
  switch (entry.code) {
    case EVENT.CONTRACT_EXPIRED:
      world.require(tick >= end && world.moment.actor === KERNEL, "a contract expires at its end", { contract: row.id, end });
      return move(world, row, ["active"], "expired");
    case EVENT.CONTRACT_REVOKED:
      world.require(row.state === "issued" ? tick < start || (tick === start && world.faults.halting === tick) : tick <= end, "contracts start and end when they said they would", { contract: row.id, state: row.state, start, end });
      return move(world, row, ["issued", "active"], "revoked");
    default:
      world.require(tick < end && world.moment.actor === row.owner, "contracts start and end when they said they would", { contract: row.id, state: row.state, start, end });
      return move(world, row, ["active"], "completed");
  }
}

/** CONTRACT_RELEASED: the ledger is what was charged, and the units are free again. */
export function released(world: World, entry: Entry): void {
  const row = named(world, entry);
  move(world, row, ["completed", "expired", "revoked"], "released");
  const body = world.body(entry.body);
  for (const name of ["budget", "shots", "jobs"] as const) {
    world.require(world.integer(body, name) === row[name], "the ledger is what was charged", { contract: row.id, ledger: name, charged: row[name] });
  }
  world.attested[row.terms.domain].allocated -= row.terms.units;
  world.faults.uncalibrated.delete(row.id);
  world.done(row);
  world.contracts.retire(row);
}

/** WINDOW_START and WINDOW_STOP stand beside the contract's own event. */
export function window(world: World, entry: Entry): void {
  const row = named(world, entry);
  world.require((entry.code === EVENT.WINDOW_START) === (row.state === "active"), "windows open and close with their contract", { contract: row.id, state: row.state });
  if (entry.code === EVENT.WINDOW_STOP) follows(world, EVENT.CONTRACT_RELEASED, row.id);
}

/** CONTRACT_RELEASE, granted: it ends at once. */
export function givenBack(world: World, entry: Entry): void {
  touched(world, entry);
  world.require(entry.subject === entry.contract, "a contract is used by its owner", { contract: entry.contract });
  follows(world, world.contract(entry.contract).state === "issued" ? EVENT.CONTRACT_REVOKED : EVENT.CONTRACT_COMPLETED, entry.contract);
}

/** All that starts or ends before `tick` has. */
export function turned(world: World, tick: number): void {
  const { first } = world.turnings;
  world.require(first === undefined || first >= tick, "contracts start and end when they said they would", { due: first ?? 0 });
}

/** A syscall on a contract, granted: by its owner, or work by a process it is shared with; only work needs it active. */
export function touched(world: World, entry: Entry): void {
  const row = world.contract(entry.contract);
  const { actor } = world.moment;
  const shared = entry.code !== SYSCALL.CONTRACT_RELEASE && entry.code !== SYSCALL.CONTRACT_SHARE && world.partners.get(row.id)?.has(actor) === true;
  world.require(row.owner === actor || shared, "a contract is used by its owner", { contract: row.id });
  world.require(entry.domain === DOMAIN_RANK[row.terms.domain], "a contract is used in its own domain", { contract: row.id });
}

/** CONTRACT_SHARE, granted. */
export function shared(world: World, entry: Entry): void {
  touched(world, entry);
  const row = world.contract(entry.contract);
  const partner = world.process(entry.subject);
  const measures = field(world.body(entry.body), "measures");
  const partners = world.partners.get(row.id) ?? new Map<number, boolean>();
  world.require(row.state === "active" && partner.live && partner.id !== row.owner && !partners.has(partner.id) && typeof measures === "boolean", "an active contract is shared once with each process that lives", { contract: row.id });
  world.partners.set(row.id, partners.set(partner.id, measures));
}

/** CONTRACT_ATTACH, granted: by a partner, while the contract lives. */
export function attached(world: World, entry: Entry): void {
  touched(world, entry);
  const row = world.contract(entry.contract);
  world.require(row.owner !== world.moment.actor && (row.state === "issued" || row.state === "active"), "a partner attaches to a contract that lives", { contract: row.id });
}

export function charged(world: World, row: ContractRow, charge: { readonly budget: number; readonly shots: number }, due: number): void {
  const { terms } = row;
  const { tick } = world.moment;
  world.require(row.state === "active" && tick >= terms.start && tick < terms.end && due <= terms.end, "work is done while its contract is active", { contract: row.id, state: row.state, due });
  world.require(charge.budget >= 0 && charge.shots >= 0, "charges are counted from zero", { contract: row.id });
  row.budget += charge.budget;
  row.shots += charge.shots;
  row.jobs += 1;
  world.require(row.budget <= terms.budget && row.shots <= terms.shots, "charges stay within the terms", { contract: row.id, budget: row.budget, shots: row.shots });
  world.shots += charge.shots;
}
