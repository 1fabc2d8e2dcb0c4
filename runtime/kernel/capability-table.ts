// Capability table: who may do what. Owns every grant; processes hold indices (A3), programs hold handles to them.
//   A3  A derived grant is contained in the one it was derived from.
//   C1  Revoking reaches every descendant at once; a revoked or expired grant permits nothing.
import { capabilitySet, type CapabilitySet } from "../../kernel-abi/capability-set.ts";
import { attenuate, contains, type Grant, type Scope, type VerbName } from "../../kernel-abi/capability.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { capabilityId, type CapabilityId, type ProcessId, type Tick } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";

export interface CapabilityRecord {
  readonly id: CapabilityId;
  readonly holder: ProcessId;
  /** 0 for a root capability. */
  readonly parent: CapabilityId;
  readonly grant: Grant;
  usesLeft: number | null;
  /** Its uses, or those of one it descends from, are counted. */
  readonly metered: boolean;
  revoked: boolean;
  /** Made with the first: most grants are never handed on. */
  children: CapabilityId[] | undefined;
}

/** What one call asks of a capability. */
export interface Demand {
  readonly units: number;
  readonly target: ProcessId | null;
}
export const NO_DEMAND: Demand = Object.freeze({ units: 0, target: null });

export class CapabilityTable {
  readonly #records: CapabilityRecord[] = [];
  readonly #none = capabilityId(0);
  readonly #limit: number;

  constructor(limit: number = LIMITS.capabilities_max) {
    this.#limit = limit;
  }

  get(id: CapabilityId): CapabilityRecord {
    const record = this.#records[id - 1];
    invariant(record !== undefined, "A3", "capability", id);
    return record;
  }

  issueRoot(holder: ProcessId, grant: Grant): CapabilityRecord {
    return this.#add(holder, this.#none, grant);
  }

  /**
   * A grant cut out of another one for `holder`.
   * @throws Fault DOMAIN_UNAUTHORIZED when the parent is revoked or nothing would be left.
   */
  derive(parent: CapabilityRecord, holder: ProcessId, wish: Partial<Scope>): CapabilityRecord {
    if (parent.revoked) throw new Fault("DOMAIN_UNAUTHORIZED", { verb: parent.grant.verb, why: "revoked" });
    const bounded = parent.usesLeft === null ? parent.grant
      : { verb: parent.grant.verb, scope: { ...parent.grant.scope, uses: parent.usesLeft } };
    const grant = attenuate(bounded, wish);
    invariant(contains(parent.grant, grant), "A3", grant.verb);
    const record = this.#add(holder, parent.id, grant);
    if (parent.children === undefined) parent.children = [record.id];
    else parent.children.push(record.id);
    return record;
  }

  /** Takes back the newest record: the turn that made it was aborted. */
  undoLast(): void {
    const record = this.#records.pop();
    invariant(record !== undefined, "A3", "no capability to take back");
    if (record.parent !== 0) this.get(record.parent).children?.pop();
  }

  #add(holder: ProcessId, parent: CapabilityId, grant: Grant): CapabilityRecord {
    if (this.#records.length >= this.#limit) throw new Fault("ABI_LIMIT", { limit: "capabilities_max", value: this.#limit });
    const id = capabilityId(this.#records.length + 1);
    const record: CapabilityRecord = { id, holder, parent, grant, usesLeft: grant.scope.uses, metered: grant.scope.uses !== null || (parent !== 0 && this.get(parent).metered), revoked: false, children: undefined };
    this.#records.push(record);
    return record;
  }

  /** Why `record` does not permit this now; undefined when it does. Uses are shared with ancestors: a derived grant never outlives them. */
  refusal(record: CapabilityRecord, demand: Demand, now: Tick): string | undefined {
    const { scope } = record.grant;
    if (record.revoked) return "revoked";
    if (now < scope.from) return "not yet valid";
    if (scope.until !== null && now >= scope.until) return "expired";
    if (record.metered && this.#usesExhausted(record)) return "used up";
    if (scope.units !== null && demand.units > scope.units) return `more than ${scope.units} units`;
    if (scope.target !== null && scope.target !== demand.target) return "another target";
    return undefined;
  }

  /** What these capabilities are worth together, as a value: nothing once revoked, else the grant with the uses its line of descent still has. */
  authority(held: readonly CapabilityId[]): CapabilitySet {
    return capabilitySet(held.flatMap((id) => {
      const { revoked, grant: { verb, scope } } = this.get(id);
      return revoked ? [] : [Object.freeze({ verb, scope: Object.freeze({ ...scope, uses: this.#usesLeft(id) }) })];
    }));
  }

  /** The least that is left along the line of descent; null when no use is counted there. */
  #usesLeft(id: CapabilityId): number | null {
    let least: number | null = null;
    for (let at = id; at !== 0; at = this.get(at).parent) {
      const { usesLeft } = this.get(at);
      if (usesLeft !== null && (least === null || usesLeft < least)) least = usesLeft;
    }
    return least;
  }

  #usesExhausted(record: CapabilityRecord): boolean {
    for (let at: CapabilityRecord | undefined = record; at !== undefined; at = at.parent === 0 ? undefined : this.get(at.parent)) {
      if (at.usesLeft !== null && at.usesLeft <= 0) return true;
    }
    return false;
  }

  /**
   * The first of the held capabilities with this verb that permits the demand, charged one use along its line of descent.
   * @throws Fault DOMAIN_UNAUTHORIZED
   */
  use(held: readonly CapabilityId[], verb: VerbName, demand: Demand, now: Tick, undo: (() => void)[]): CapabilityId {
    const record = this.find(held, verb, demand, now);
    if (record.metered) this.#charge(record, undo);
    return record.id;
  }

  /** As `use`, without charging. @throws Fault DOMAIN_UNAUTHORIZED */
  find(held: readonly CapabilityId[], verb: VerbName, demand: Demand, now: Tick): CapabilityRecord {
    let why = "not held";
    for (let at = 0; at < held.length; at++) {
      const record = this.get(held[at] as CapabilityId);
      if (record.grant.verb !== verb) continue;
      const refusal = this.refusal(record, demand, now);
      if (refusal === undefined) return record;
      why = refusal;
    }
    throw new Fault("DOMAIN_UNAUTHORIZED", { verb, why });
  }

  #charge(record: CapabilityRecord, undo: (() => void)[]): void {
    for (let at: CapabilityRecord | undefined = record; at !== undefined; at = at.parent === 0 ? undefined : this.get(at.parent)) {
      const charged = at;
      const left = at.usesLeft;
      if (left === null) continue;
      charged.usesLeft = left - 1;
      undo.push(() => { charged.usesLeft = left; });
    }
  }

  /** Revokes a record and everything derived from it; returns what was revoked, ancestors first. */
  revoke(id: CapabilityId, undo: (() => void)[]): readonly CapabilityId[] {
    const revoked: CapabilityId[] = [];
    const pending: CapabilityId[] = [id];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const record = this.get(next);
      if (record.revoked) continue; // and with it, when it was, everything below it
      record.revoked = true;
      revoked.push(next);
      undo.push(() => { record.revoked = false; });
      if (record.children !== undefined) for (const child of record.children) pending.push(child);
    }
    return revoked;
  }

  /** Whether `ancestor` is `id` or stands above it. */
  descends(id: CapabilityId, ancestor: CapabilityId): boolean {
    for (let at = id; at !== 0; at = this.get(at).parent) if (at === ancestor) return true;
    return false;
  }
}
