// Capability table: who may do what. Owns every grant; processes hold indices (A3), programs hold handles to them. What a living
// process holds is a record; of what an ended one held there are its verb, whether it is revoked, and its place in the tree, because
// whoever granted it may still take it back.
//   A3  A derived grant is contained in the one it was derived from.
//   C1  Revoking reaches every descendant at once; a revoked or expired grant permits nothing.
import { capabilitySet, type CapabilitySet } from "../../kernel-abi/capability-set.ts";
import { attenuate, contains, VERBS, type Grant, type Scope, type VerbName } from "../../kernel-abi/capability.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { capabilityId, processId, tick, type CapabilityId, type ProcessId, type Tick } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { Column, Pages, type ColumnState } from "./pages.ts";

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
}

/** What one call asks of a capability. */
export interface Demand {
  readonly units: number;
  readonly target: ProcessId | null;
  /** The tick from which on it is to be in force, beside now. */
  readonly begins?: Tick;
}
export const NO_DEMAND: Demand = Object.freeze({ units: 0, target: null });

type RecordState = readonly [id: number, holder: number, parent: number, verb: number, from: number, until: number | null, uses: number | null, units: number | null, target: number | null, usesLeft: number | null, marks: number];
const METERED = 1;
const REVOKED = 2;

const recordState = ({ id, holder, parent, grant: { verb, scope }, usesLeft, metered, revoked }: CapabilityRecord): RecordState =>
  [id, holder, parent, VERBS.indexOf(verb), scope.from, scope.until, scope.uses, scope.units, scope.target, usesLeft, (metered ? METERED : 0) + (revoked ? REVOKED : 0)];

function recordOf([id, holder, parent, place, from, until, uses, units, target, usesLeft, marks]: RecordState): CapabilityRecord {
  const verb = VERBS[place];
  invariant(verb !== undefined, "A3", "verb", place);
  const scope = { from: tick(from), until: until === null ? null : tick(until), uses, units, target: target === null ? null : processId(target) };
  return {
    id: capabilityId(id), holder: processId(holder), parent: capabilityId(parent), grant: Object.freeze({ verb, scope: Object.freeze(scope) }), usesLeft,
    metered: (marks & METERED) !== 0, revoked: (marks & REVOKED) !== 0,
  };
}

/** Records as they stand; the tree and what is packed as columns. */
export interface CapabilityTableState {
  readonly length: number;
  readonly records: readonly RecordState[];
  readonly parent: ColumnState;
  readonly youngest: ColumnState;
  readonly elder: ColumnState;
  readonly packed: ColumnState;
  readonly left: readonly (readonly [capability: number, uses: number])[];
}

export class CapabilityTable {
  readonly #records = new Pages<CapabilityRecord>();
  /** The tree: above, last derived from it, derived from the same one before it. */
  readonly #parent = new Column();
  readonly #youngest = new Column();
  readonly #elder = new Column();
  /** Of those without a record, twice the verb and 1 when revoked; and what is left of their uses, if they are counted and others descend from them. */
  readonly #packed = new Column();
  readonly #left = new Map<CapabilityId, number>();
  #length = 0;
  readonly #none = capabilityId(0);
  readonly #limit: number;

  constructor(limit: number = LIMITS.capabilities_max) {
    this.#limit = limit;
  }

  /** Of a living holder. */
  get(id: CapabilityId): CapabilityRecord {
    const record = this.#records.get(id);
    invariant(record !== undefined, "A3", "capability", id);
    return record;
  }

  saved(): CapabilityTableState {
    return {
      length: this.#length, records: Array.from(this.#records, recordState), parent: this.#parent.saved(), youngest: this.#youngest.saved(), elder: this.#elder.saved(),
      packed: this.#packed.saved(), left: [...this.#left],
    };
  }

  /** Into an empty one. */
  restore({ length, records, parent, youngest, elder, packed, left }: CapabilityTableState): void {
    this.#length = length;
    for (const record of records) this.#records.set(record[0], recordOf(record));
    this.#parent.restore(parent);
    this.#youngest.restore(youngest);
    this.#elder.restore(elder);
    this.#packed.restore(packed);
    for (const [id, uses] of left) this.#left.set(capabilityId(id), uses);
  }

  /** Whoever holds it and lives. */
  holderOf(id: CapabilityId): ProcessId | undefined { return this.#records.get(id)?.holder; }

  /** Records there are. */
  get records(): number { return this.#records.size; }

  /** Whoever its holder is or was. */
  verbOf(id: CapabilityId): VerbName {
    const verb = this.#records.get(id)?.grant.verb ?? VERBS[this.#packed.get(id) >> 1];
    invariant(verb !== undefined, "A3", "capability", id);
    return verb;
  }

  /** Their holder has ended: nobody uses them any more. */
  retire(held: readonly CapabilityId[]): void {
    for (const id of held) {
      const { grant, usesLeft, revoked } = this.get(id);
      this.#packed.set(id, 2 * VERBS.indexOf(grant.verb) + (revoked ? 1 : 0));
      if (usesLeft !== null && this.#youngest.get(id) !== 0) this.#left.set(id, usesLeft);
      this.#records.delete(id);
    }
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
    return this.#add(holder, parent.id, grant);
  }

  /** Takes back the newest record: the turn that made it was aborted. */
  undoLast(): void {
    const id = capabilityId(this.#length);
    const record = this.#records.get(id);
    invariant(record !== undefined, "A3", "no capability to take back");
    if (record.parent !== 0) this.#youngest.set(record.parent, this.#elder.get(id));
    this.#elder.set(id, 0);
    this.#records.delete(id);
    this.#length -= 1;
  }

  #add(holder: ProcessId, parent: CapabilityId, grant: Grant): CapabilityRecord {
    if (this.#length >= this.#limit) throw new Fault("ABI_LIMIT", { limit: "capabilities_max", value: this.#limit });
    const id = capabilityId(this.#length + 1);
    const record: CapabilityRecord = { id, holder, parent, grant, usesLeft: grant.scope.uses, metered: grant.scope.uses !== null || (parent !== 0 && this.get(parent).metered), revoked: false };
    this.#length += 1;
    this.#records.set(id, record);
    this.#parent.set(id, parent);
    if (parent !== 0) {
      this.#elder.set(id, this.#youngest.get(parent));
      this.#youngest.set(parent, id);
    }
    return record;
  }

  /** Why `record` does not permit this now; undefined when it does. Uses are shared with ancestors: a derived grant never outlives them. */
  refusal(record: CapabilityRecord, demand: Demand, now: Tick): string | undefined {
    const { scope } = record.grant;
    if (record.revoked) return "revoked";
    if (now < scope.from) return "not yet valid";
    if (scope.until !== null && now >= scope.until) return "expired";
    if (scope.until !== null && demand.begins !== undefined && demand.begins >= scope.until) return "expired when that begins";
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
    for (let at = id; at !== 0; at = this.#above(at)) {
      const left = this.#leftOf(at);
      if (left !== null && (least === null || left < least)) least = left;
    }
    return least;
  }

  #usesExhausted(record: CapabilityRecord): boolean {
    for (let at = record.id; at !== 0; at = this.#above(at)) {
      const left = this.#leftOf(at);
      if (left !== null && left <= 0) return true;
    }
    return false;
  }

  #above(id: CapabilityId): CapabilityId { return capabilityId(this.#parent.get(id)); }

  #leftOf(id: CapabilityId): number | null {
    const record = this.#records.get(id);
    return record === undefined ? this.#left.get(id) ?? null : record.usesLeft;
  }

  #leave(id: CapabilityId, left: number): void {
    const record = this.#records.get(id);
    if (record === undefined) this.#left.set(id, left);
    else record.usesLeft = left;
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
    for (let at = record.id; at !== 0; at = this.#above(at)) {
      const left = this.#leftOf(at);
      if (left === null) continue;
      const charged = at;
      this.#leave(charged, left - 1);
      undo.push(() => { this.#leave(charged, left); });
    }
  }

  /** Revokes a record and everything derived from it; returns what was revoked, ancestors first. */
  revoke(id: CapabilityId, undo: (() => void)[]): readonly CapabilityId[] {
    const revoked: CapabilityId[] = [];
    const pending: CapabilityId[] = [id];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const elder = this.#elder.get(next);
      if (elder !== 0 && next !== id) pending.push(capabilityId(elder));
      if (!this.#mark(next, true)) continue; // and with it, when it was, everything below it
      const marked = next;
      revoked.push(marked);
      undo.push(() => { this.#mark(marked, false); });
      const youngest = this.#youngest.get(next);
      if (youngest !== 0) pending.push(capabilityId(youngest));
    }
    return revoked;
  }

  /** Revokes all that the living hold of these verbs, by number, so that nothing of them is left in force. */
  revokeVerbs(verbs: readonly VerbName[], undo: (() => void)[]): readonly CapabilityId[] {
    const revoked: CapabilityId[] = [];
    for (const record of this.#records) {
      if (record.revoked || !verbs.includes(record.grant.verb)) continue;
      record.revoked = true;
      revoked.push(record.id);
      undo.push(() => { record.revoked = false; });
    }
    return revoked;
  }

  /** Whether that changed anything. */
  #mark(id: CapabilityId, revoked: boolean): boolean {
    const record = this.#records.get(id);
    if (record !== undefined) {
      const changed = record.revoked !== revoked;
      record.revoked = revoked;
      return changed;
    }
    const packed = this.#packed.get(id);
    const marked = packed - (packed & 1) + (revoked ? 1 : 0);
    this.#packed.set(id, marked);
    return marked !== packed;
  }

  /** Whether `ancestor` is `id` or stands above it. */
  descends(id: CapabilityId, ancestor: CapabilityId): boolean {
    for (let at = id; at !== 0; at = this.#above(at)) if (at === ancestor) return true;
    return false;
  }
}
