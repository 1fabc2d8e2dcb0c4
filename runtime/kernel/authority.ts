// Authority that is given, that is taken back by who gave it, by a strike or by a freeze, and what is given afresh at a thaw (015, 023,
// 024). F8 to F10 hold where the run's flags say so; before, a revocation left contracts as they were and a freeze left capabilities.
//   F8  A contract ends with the capability it was issued under, in the same frame, and work under way under it ends with it.
//   F10 It ends at the latest when that capability expires, which is when the first of its line of descent does (A3): so its terms say
//       from the beginning. Giving back what is one's own needs no capability, and counts as no use of any.
//   F9  A freeze revokes what permits work in its domain, whoever holds it, by number. A thaw issues to the root what the run allows
//       there, in the order of its header; nobody else has anything until it is granted again.
import { boundDomainOf, DOMAIN_VERBS, UNLIMITED, type VerbName } from "../../kernel-abi/capability.ts";
import type { Terms } from "../../kernel-abi/contract.ts";
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { ROOT, type CapabilityId } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { FlagName } from "../../kernel-abi/version.ts";
import type { Process } from "../process/process.ts";
import type { CapabilityRecord } from "./capability-table.ts";
import { endContract } from "./contracts.ts";
import { doom, WITH_ITS_CONTRACT } from "./doom.ts";
import { knownProcess, type KernelState } from "./state.ts";
import type { Transaction } from "./transaction.ts";

export const AUTHORITY: FlagName = "authorityAfterFaults";
export const ENDS_WITH_AUTHORITY: FlagName = "contractsEndWithAuthority";

const bodyOf = ({ holder, parent, grant: { verb, scope } }: CapabilityRecord): Uint8Array => pack({ holder, parent, verb, scope });

/** Of the root's, as every run begins with them; nobody writes to what stands in an entry. */
const OF_ROOT = new Map<VerbName, Uint8Array>();

function capabilityBody(record: CapabilityRecord): Uint8Array {
  const { holder, parent, grant: { verb, scope } } = record;
  if (holder !== ROOT || parent !== 0 || scope !== UNLIMITED) return bodyOf(record);
  let body = OF_ROOT.get(verb);
  if (body === undefined) OF_ROOT.set(verb, body = bodyOf(record));
  return body;
}

/** Records the issue of a capability and gives it to its holder. */
export function hold(state: KernelState, record: CapabilityRecord, holder: Process, tx: Transaction): void {
  holder.hold(record.id);
  tx.undo.push(() => {
    holder.unhold();
    state.capabilities.undoLast();
  });
  tx.event(EVENT.CAPABILITY_ISSUED, DOMAIN_RANK.K, { capability: record.parent, subject: record.id, body: capabilityBody(record) });
}

function revoked(capabilities: readonly CapabilityId[], tx: Transaction): void {
  for (const subject of capabilities) tx.event(EVENT.CAPABILITY_REVOKED, DOMAIN_RANK.K, { subject });
}

/** Revokes a capability with everything derived from it, and what stands on any of them (F8). */
export function withdraw(state: KernelState, id: CapabilityId, tx: Transaction): void {
  const gone = state.capabilities.revoke(id, tx.undo);
  revoked(gone, tx);
  if (state.flags.has(AUTHORITY) && state.contracts.live.size > 0) endContractsUnder(state, gone, tx);
}

function endContractsUnder(state: KernelState, capabilities: readonly CapabilityId[], tx: Transaction): void {
  const contracts = capabilities.flatMap((id) => {
    const holder = state.capabilities.holderOf(id);
    return holder === undefined ? [] : state.contracts.ownedBy(holder).filter(({ capability }) => capability === id);
  }).sort((a, b) => a.id - b.id);
  if (contracts.length === 0) return;
  const doomed = state.jobs.under(new Set(contracts.map(({ id }) => id))).filter((job) => doom(job, WITH_ITS_CONTRACT, "revocation"));
  tx.doomed.push(...doomed);
  tx.undo.push(() => {
    tx.doomed.length -= doomed.length;
    for (const job of doomed) job.doom = undefined;
  });
  for (const contract of contracts) endContract(state, contract, "revoked", tx);
}

/** Terms of a contract to be issued under a capability that may expire (F10). */
export function cappedBy(state: KernelState, id: CapabilityId, terms: Terms): Terms {
  const { until } = state.capabilities.get(id).grant.scope;
  return !state.flags.has(ENDS_WITH_AUTHORITY) || until === null || terms.end <= until ? terms : { ...terms, end: until };
}

/** At a freeze, whose contracts have ended before (F9). */
export function takeAll(state: KernelState, domain: BoundDomain, tx: Transaction): void {
  if (state.flags.has(AUTHORITY)) revoked(state.capabilities.revokeVerbs(DOMAIN_VERBS[domain], tx.undo), tx);
}

/** At a thaw (F9). @throws Fault ABI_LIMIT */
export function giveAnew(state: KernelState, domain: BoundDomain, tx: Transaction): void {
  if (!state.flags.has(AUTHORITY)) return;
  const root = knownProcess(state, ROOT);
  for (const verb of state.allow) {
    if (boundDomainOf(verb) === domain) hold(state, state.capabilities.issueRoot(root.id, { verb, scope: UNLIMITED }), root, tx);
  }
}

/** @throws Fault DOMAIN_FROZEN */
export function checkThawed({ faults }: KernelState, domain: BoundDomain): void {
  if (faults.frozen.has(domain)) throw new Fault("DOMAIN_FROZEN", { domain });
}

/** Whoever was given a verb of a frozen domain is told of the freeze, rather than that it took the grant with all others. @throws Fault DOMAIN_FROZEN */
export function checkFreeze(state: KernelState, { held }: Process, verb: VerbName): void {
  if (state.faults.frozen.size === 0 || !state.flags.has(AUTHORITY)) return;
  const domain = boundDomainOf(verb);
  if (domain !== undefined && held.some((id) => state.capabilities.get(id).grant.verb === verb)) checkThawed(state, domain);
}
