// Rules of authority that is taken back and given afresh. What is revoked takes along all that descends from it, at once. In runs that
// go by the flag, a contract ends with the capability it was issued under, a freeze takes what permits work in its domain, and only a
// thaw gives it to the root again, as the header allows.
import { boundDomainOf, VERBS, type VerbName } from "../../kernel-abi/capability.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import type { FlagName } from "../../kernel-abi/version.ts";
import type { CapabilityRow, ContractRow, World } from "./world.ts";

const FLAG: FlagName = "authorityAfterFaults";
/** Whether the run goes by these rules. */
export const goesBy = ({ header: { abi } }: World): boolean => abi.flags.includes(FLAG);

const EXPIRY: FlagName = "contractsEndWithAuthority";
/** Whether contracts end with the capability they are issued under when that expires, and are given back without any. */
export const endsContracts = ({ header: { abi } }: World): boolean => abi.flags.includes(EXPIRY);

function* live(world: World): Generator<CapabilityRow, void, undefined> {
  for (const rows of world.held.values()) yield* rows;
}

/** CAP_REVOKE, granted: what had not been revoked before goes behind it. */
export function asked(world: World, row: CapabilityRow): void {
  if (!row.revoked) world.faults.authority.falling.add(row.id);
}

/** CAPABILITY_REVOKED. A freeze takes what is held, by number; all else takes along what descends from it. The contracts under it end in the same frame. */
export function revoked(world: World, row: CapabilityRow, inTurn: boolean): void {
  const { taking, withdrawn } = world.faults.authority;
  if (taking.at(-1) === row.id) taking.pop();
  else fall(world, row, inTurn);
  if (goesBy(world)) for (const id of world.liveContractsOf(row.holder)) if (world.contract(id).capability === row.id) withdrawn.add(id);
}

function fall(world: World, row: CapabilityRow, inTurn: boolean): void {
  const { falling, aimed: at } = world.faults.authority;
  const falls = falling.delete(row.id);
  if (inTurn) world.require(falls, "a turn revokes what it asks for, with all that descends from it", { capability: row.id });
  else world.require(falls || !goesBy(world) || (at?.holder === row.holder && at.verb === row.grant.verb), "the kernel revokes what a freeze or a strike takes", { capability: row.id });
  for (const id of world.descent.of(row.id)) if (!world.capability(id).revoked) falling.add(id);
}

/** Before anything else is called, and at the end of a frame. */
export function fallen(world: World): void {
  for (const capability of world.faults.authority.falling) world.refuse("a capability is revoked with all that descends from it", { capability });
}

/** A strike that revokes: whose, and which. */
export function aimed(world: World, process: string, verb: string): void {
  if (!goesBy(world)) return;
  whole(world);
  const row = world.processes.rows().find(({ name, live: lives }) => lives && name === process);
  if (row !== undefined) world.faults.authority.aimed = { holder: row.id, verb };
}

/** CONTRACT_COMPLETED, CONTRACT_EXPIRED, CONTRACT_REVOKED. */
export function contractEnded(world: World, { id }: ContractRow, code: number): void {
  const { withdrawn, ended } = world.faults.authority;
  if (!withdrawn.delete(id)) return;
  world.require(code === EVENT.CONTRACT_REVOKED, "a contract is revoked with the capability it was issued under", { contract: id });
  ended.add(id);
}

/** DOMAIN_FROZEN: every capability of the domain that lives goes, by number. */
export function frozen(world: World, domain: BoundDomain): void {
  if (!goesBy(world)) return;
  whole(world);
  const ids = Array.from(live(world)).filter(({ revoked: gone, grant: { verb } }) => !gone && boundDomainOf(verb) === domain).map(({ id }) => id);
  world.faults.authority.taking = ids.sort((a, b) => b - a);
}

/** DOMAIN_THAWED: what the header allows there is the root's again, in its order. */
export function thawed(world: World, domain: BoundDomain): void {
  if (goesBy(world)) world.faults.authority.giving = world.header.allow.flatMap((name) => VERBS.filter((verb) => verb === name && boundDomainOf(verb) === domain));
}

/** CAPABILITY_ISSUED that descends from none, behind the boot. */
export function given(world: World, verb: VerbName): boolean {
  const { giving } = world.faults.authority;
  return giving.length > 0 && giving.shift() === verb;
}

/** A frame is over, or another strike or domain has its turn: what takes or gives authority has done so whole. */
export function whole(world: World): void {
  fallen(world);
  const { authority } = world.faults;
  const { withdrawn, ended, taking, giving } = authority;
  for (const contract of withdrawn) world.refuse("a contract ends with the capability it was issued under", { contract });
  for (const capability of taking) world.refuse("a freeze revokes every capability of its domain, by number", { capability });
  for (const verb of giving) world.refuse("a thaw issues to the root what the header allows", { verb });
  if (ended.size > 0) doom(world, ended);
  if (authority.aimed !== undefined) aimedWhole(world, authority.aimed);
  authority.aimed = undefined;
}

/** Work under way under them ends with them. */
function doom(world: World, contracts: Set<number>): void {
  const { doomed } = world.faults;
  for (const { id, contract, state } of world.jobs.rows()) {
    if (contracts.has(contract) && (state === "called" || state === "intended") && !doomed.has(id)) doomed.set(id, FAULTS.CONTRACT_INVALID.code);
  }
  contracts.clear();
}

function aimedWhole(world: World, { holder, verb }: { readonly holder: number; readonly verb: string }): void {
  for (const row of live(world)) world.require(row.holder !== holder || row.grant.verb !== verb || row.revoked, "a strike revokes what it names", { capability: row.id });
}
