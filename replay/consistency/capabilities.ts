// Rules of capabilities: no syscall without one that was issued, is held by the caller, is in force and fits (A1, A3).
import { contains, UNLIMITED, VERBS, type Grant, type Scope, type VerbName } from "../../kernel-abi/capability.ts";
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import type { Terms } from "../../kernel-abi/contract.ts";
import type { Entry } from "../../kernel-abi/frame.ts";
import { ROOT } from "../../kernel-abi/ids.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { field } from "../entry/body.ts";
import * as authority from "./authority.ts";
import type { CapabilityRow, World } from "./world.ts";

const { Q } = DOMAIN_RANK;
const allocate = (domain: number): VerbName => (domain === Q ? "ALLOCATE_Q" : "ALLOCATE_PHI");

/** The verb a syscall needs; undefined where any the caller holds will do. */
function verbFor({ code, domain }: Entry): VerbName | undefined {
  switch (code) {
    case SYSCALL.LOG: case SYSCALL.METRIC_EMIT: case SYSCALL.TIMER_SET: case SYSCALL.TIMER_CANCEL: case SYSCALL.SELECT: case SYSCALL.PLACE_WITHDRAW:
    case SYSCALL.PROC_JOIN: case SYSCALL.PROC_LINK: case SYSCALL.PROC_UNLINK: case SYSCALL.PROC_MONITOR: case SYSCALL.PROC_CONTINUE: return "EXECUTE_K";
    case SYSCALL.IPC_SEND: return "IPC_SEND";
    case SYSCALL.PROC_SPAWN: case SYSCALL.PROC_STOP: case SYSCALL.PROC_TRANSITION: return "SPAWN";
    case SYSCALL.FAULT_INJECT: return "ADMIN_FAULT";
    case SYSCALL.TRACE_READ: return "READ_TRACE";
    case SYSCALL.TELEMETRY_READ: return "READ_TELEMETRY";
    case SYSCALL.CONTRACT_RELEASE: case SYSCALL.CONTRACT_QUERY: case SYSCALL.CONTRACT_SHARE: return allocate(domain);
    case SYSCALL.XDV_CALL: case SYSCALL.CONTRACT_ATTACH: case SYSCALL.JOB_CANCEL: return domain === Q ? "EXECUTE_Q" : "TRANSFORM_PHI";
    case SYSCALL.MEASURE: return "MEASURE_Q";
    case SYSCALL.PROJECT: return "PROJECT_PHI";
    default: return undefined;
  }
}

/** Syscalls that need none: what a process may see of itself, and what the kernel does as part of others. */
const FREE: ReadonlySet<number> = new Set([SYSCALL.CAP_REQUEST, SYSCALL.BIND, SYSCALL.UNBIND, SYSCALL.PROC_EXIT]);

/** One use, along the line of descent. */
function charge(world: World, row: CapabilityRow): void {
  for (let at: CapabilityRow | undefined = row; at !== undefined; at = at.parent === 0 ? undefined : world.capability(at.parent)) {
    if (at.uses === null) continue;
    world.require(at.uses > 0, "a capability is used no more often than granted", { capability: at.id });
    at.uses -= 1;
  }
}

function inForce(world: World, id: number, holder: number): CapabilityRow {
  const row = world.capability(id);
  const { from, until } = row.grant.scope;
  const { tick } = world.moment;
  if (row.holder !== holder) world.refuse("a capability is used by its holder", { capability: id, holder: world.nameOf(row.holder) });
  if (row.revoked || tick < from || (until !== null && tick >= until)) world.refuse("a capability is used while it is in force", { capability: id });
  return row;
}

/** A message goes to the target; who looks sees the target or what is below it. Other calls are aimed at nobody. */
function aimed(world: World, { code, subject }: Entry, target: number): boolean {
  if (code === SYSCALL.IPC_SEND) return subject === target;
  const looks = code === SYSCALL.TRACE_READ || code === SYSCALL.TELEMETRY_READ;
  for (let at = looks ? subject : 0; at >= ROOT; at = world.process(at).parent) if (at === target) return true;
  return false;
}

/** A syscall of a turn, granted. */
export function used(world: World, entry: Entry): void {
  if (entry.capability === 0) {
    world.require(FREE.has(entry.code), "no syscall without a capability");
    return;
  }
  const { actor } = world.moment;
  // Cutting down and taking back work on the grant itself, whether or not it is in force today.
  if (entry.code === SYSCALL.CAP_ATTENUATE || entry.code === SYSCALL.CAP_REVOKE) {
    world.require(world.capability(entry.capability).holder === actor, "a capability is used by its holder", { capability: entry.capability });
    return;
  }
  if (entry.code === SYSCALL.CONTRACT_RELEASE && authority.endsContracts(world)) {
    world.require(world.contract(entry.contract).capability === entry.capability, "a contract is given back under the capability it was issued under", { contract: entry.contract });
    return;
  }
  const row = inForce(world, entry.capability, actor);
  const verb = verbFor(entry);
  if (verb !== undefined && row.grant.verb !== verb) world.refuse("a capability permits its own verb", { capability: row.id, verb: row.grant.verb });
  const { target } = row.grant.scope;
  if (target !== null && !aimed(world, entry, target)) world.refuse("a capability is aimed at its target", { capability: row.id });
  // A request is charged with each contract it issues.
  if (entry.code !== SYSCALL.CONTRACT_REQUEST) charge(world, row);
}

/** The capability a contract was requested with. */
export function usedForContract(world: World, id: number, holder: number, domain: number, { units, end }: Pick<Terms, "units" | "end">): void {
  const row = inForce(world, id, holder);
  const { scope, verb } = row.grant;
  world.require(verb === allocate(domain) && (scope.units === null || units <= scope.units), "a contract stays within the capability it was requested with", { capability: id });
  world.require(scope.until === null || end <= scope.until || !authority.endsContracts(world), "a contract ends at the latest with the capability it is issued under", { capability: id, until: scope.until, end });
  charge(world, row);
}

const SCOPE: readonly (keyof Scope)[] = ["from", "until", "uses", "units", "target"];
const limit = (world: World, scope: unknown, name: keyof Scope): number | null =>
  (field(scope, name) === null ? null : world.integer(scope, name));

function grantOf(world: World, body: unknown): Grant {
  const verb = VERBS.find((known) => known === field(body, "verb"));
  const scope = field(body, "scope");
  if (verb === undefined) return world.refuse("the body says what the event needs", { missing: "verb" });
  return { verb, scope: {
    from: world.integer(scope, "from"), until: limit(world, scope, "until"), uses: limit(world, scope, "uses"),
    units: limit(world, scope, "units"), target: limit(world, scope, "target"),
  } };
}

/** CAPABILITY_ISSUED: at boot, and at a thaw, what the header allows; later only less than what the caller holds. */
export function issued(world: World, entry: Entry, awaited: boolean): void {
  const body = world.body(entry.body);
  const holder = world.integer(body, "holder");
  const parent = world.integer(body, "parent");
  const grant = grantOf(world, body);
  world.require(entry.subject === world.capabilities.next, "capabilities are numbered in the order of their issue", { capability: entry.subject });
  world.require(entry.capability === parent && world.process(holder).live, "a capability is issued to a live process", { holder });
  if (parent === 0) {
    const due = world.booted ? authority.given(world, grant.verb) : world.header.allow.includes(grant.verb);
    world.require(due && holder === ROOT && SCOPE.every((part) => grant.scope[part] === UNLIMITED[part]), "root capabilities are those the header allows", { verb: grant.verb });
  } else {
    const from = world.capability(parent);
    world.require(awaited || holder === world.calling.spawned, "a capability is handed on by a call", { capability: entry.subject });
    world.require(from.holder === world.moment.actor && !from.revoked && contains(from.grant, grant), "a grant only shrinks", { capability: entry.subject, parent });
  }
  const row: CapabilityRow = { id: entry.subject, holder, parent, grant, uses: grant.scope.uses, revoked: false };
  world.capabilities.add(row);
  if (parent !== 0) world.descent.add(row.id, parent);
  const held = world.held.get(holder);
  if (held === undefined) world.held.set(holder, [row]);
  else held.push(row);
}

/** CAP_REVOKE, granted: to who holds it or what it was derived from. */
export function askedBack(world: World, entry: Entry): void {
  const row = world.capability(entry.subject);
  world.require(heldAlong(world, row, world.moment.actor) && descends(world, row, entry.capability), "a capability is revoked by those it comes from", { capability: row.id });
  authority.asked(world, row);
}

/** CAPABILITY_REVOKED. */
export function revoked(world: World, entry: Entry, inTurn: boolean): void {
  const row = world.capability(entry.subject);
  world.require(!row.revoked, "a capability is revoked once", { capability: row.id });
  row.revoked = true;
  authority.revoked(world, row, inTurn);
}

function descends(world: World, row: CapabilityRow, from: number): boolean {
  for (let at = row; at.id !== from; at = world.capability(at.parent)) if (at.parent === 0) return false;
  return true;
}

function heldAlong(world: World, row: CapabilityRow, actor: number): boolean {
  for (let at = row; ; at = world.capability(at.parent)) {
    if (at.holder === actor) return true;
    if (at.parent === 0) return false;
  }
}
