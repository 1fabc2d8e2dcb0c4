// Contract table: who has reserved what. Owns allocations and ledgers; terms are frozen, consumption stands beside them. It holds
// what lives; a contract that ended is known to whoever has its handle.
//   C2  All-or-nothing: a request that cannot be met in full allocates nothing (053 §3.3).
//   C3  Conservation: the units of live contracts sum to what is allocated, and never exceed the providers' declared total.
//   C4  A ledger never exceeds its terms.
import type { Ledger, Terms } from "../../kernel-abi/contract.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { CapabilityId, ProcessId, Tick } from "../../kernel-abi/ids.ts";
import { contractId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { contractLifecycle, type ContractEvent } from "../process/lifecycles.ts";
import type { ContractRecord } from "../process/records.ts";

export type { ContractRecord } from "../process/records.ts";

const RECOUNT_LIVE = 64;
const RECOUNT_EVERY = 1_024;
const EMPTY_LEDGER: Ledger = Object.freeze({ budget: 0, shots: 0, jobs: 0 });
const freezeTerms = (terms: Terms): Terms =>
  Object.freeze({ ...terms, calibration: Object.freeze({ ...terms.calibration }), permitted: Object.freeze([...terms.permitted]) });

export class ContractTable {
  readonly #capacity: Readonly<Record<BoundDomain, number>>;
  readonly #allocated: Record<BoundDomain, number> = { Q: 0, PHI: 0 };
  readonly #records = new Map<number, ContractRecord>();
  readonly #live = new Set<ContractRecord>();
  #length = 0;
  readonly #byOwner = new Map<ProcessId, Set<ContractRecord>>();
  /** Touched since the last assertion, once or more. */
  readonly #touched: ContractRecord[] = [];
  readonly #limit: number;
  #assertions = 0;

  constructor(capacity: Readonly<Record<BoundDomain, number>>, limit: number = LIMITS.contracts_max) {
    this.#capacity = Object.freeze({ ...capacity });
    this.#limit = limit;
  }

  /** A live one. */
  get(id: number): ContractRecord {
    const record = this.#records.get(id);
    invariant(record !== undefined, "C3", "contract", id);
    return record;
  }
  /** Undefined once it has ended. */
  find(id: number): ContractRecord | undefined { return this.#records.get(id); }

  total(domain: BoundDomain): number { return this.#capacity[domain]; }
  free(domain: BoundDomain): number { return this.#capacity[domain] - this.#allocated[domain]; }
  get live(): ReadonlySet<ContractRecord> { return this.#live; }

  /** Of a table in which none is live: how many there have been. */
  saved(): number { return this.#length; }
  /** Into an empty one. */
  restore(length: number): void { this.#length = length; }

  /** Live contracts of one process, oldest first. */
  ownedBy(owner: ProcessId): readonly ContractRecord[] {
    return [...this.#byOwner.get(owner) ?? []].sort((a, b) => a.id - b.id);
  }

  /**
   * Issues every one of the terms or none (C2).
   * @throws Fault Q_ERR_RESOURCE_UNAVAILABLE | RESOURCE_EXHAUSTED | ABI_LIMIT
   */
  issue(owner: ProcessId, wanted: readonly { readonly terms: Terms; readonly capability: CapabilityId }[], undo: (() => void)[]): readonly ContractRecord[] {
    for (const domain of ["Q", "PHI"] as const) {
      const units = wanted.reduce((sum, { terms }) => sum + (terms.domain === domain ? terms.units : 0), 0);
      if (units > this.free(domain)) {
        throw new Fault(domain === "Q" ? "Q_ERR_RESOURCE_UNAVAILABLE" : "RESOURCE_EXHAUSTED", { domain, asked: units, free: this.free(domain) });
      }
    }
    if (this.#length + wanted.length > this.#limit) throw new Fault("ABI_LIMIT", { limit: "contracts_max", value: this.#limit });
    return wanted.map(({ terms, capability }) => this.#add(owner, terms, capability, undo));
  }

  #add(owner: ProcessId, terms: Terms, capability: CapabilityId, undo: (() => void)[]): ContractRecord {
    const record: ContractRecord = {
      id: contractId(this.#length + 1), owner, capability, terms: freezeTerms(terms), ledger: EMPTY_LEDGER,
      state: contractLifecycle.initial, ended: undefined, partners: undefined, overused: false, calibratedUntil: undefined,
    };
    this.#length += 1;
    this.#allocate(record);
    undo.push(() => {
      this.#length -= 1;
      if (this.#live.has(record)) this.#free(record);
    });
    return record;
  }

  #allocate(record: ContractRecord): void {
    this.#live.add(record);
    this.#records.set(record.id, record);
    const owned = this.#byOwner.get(record.owner);
    if (owned === undefined) this.#byOwner.set(record.owner, new Set([record]));
    else owned.add(record);
    this.#allocated[record.terms.domain] += record.terms.units;
    this.#touched.push(record);
  }

  #free(record: ContractRecord): void {
    this.#live.delete(record);
    this.#records.delete(record.id);
    const owned = this.#byOwner.get(record.owner);
    owned?.delete(record);
    if (owned?.size === 0) this.#byOwner.delete(record.owner);
    this.#allocated[record.terms.domain] -= record.terms.units;
    this.#touched.push(record);
  }

  /** @throws Fault LIFECYCLE_REFUSED */
  #transition(record: ContractRecord, event: ContractEvent, undo: (() => void)[]): void {
    const { state, ended } = record;
    record.state = contractLifecycle.next(state, event);
    this.#touched.push(record);
    undo.push(() => { record.state = state; record.ended = ended; });
  }

  activate(record: ContractRecord, now: Tick, undo: (() => void)[]): void {
    this.#transition(record, { type: "ACTIVATE", started: now >= record.terms.start }, undo);
  }

  /** Ends a contract and gives its units back; terms and ledger stay readable. */
  end(record: ContractRecord, how: "completed" | "expired" | "revoked", now: Tick, undo: (() => void)[]): void {
    const event: ContractEvent = how === "completed" ? { type: "COMPLETE" }
      : how === "revoked" ? { type: "REVOKE" } : { type: "EXPIRE", ended: now >= record.terms.end };
    this.#transition(record, event, undo);
    record.ended = how;
    this.#transition(record, { type: "RELEASE" }, undo);
    this.#free(record);
    undo.push(() => this.#allocate(record));
  }

  /** Enters a consumption; what is charged is never refunded, except with the turn that charged it. */
  charge(record: ContractRecord, charge: { readonly budget: number; readonly shots: number }, undo: (() => void)[]): void {
    const before = record.ledger;
    record.ledger = Object.freeze({ budget: before.budget + charge.budget, shots: before.shots + charge.shots, jobs: before.jobs + 1 });
    this.#touched.push(record);
    undo.push(() => { record.ledger = before; });
  }

  /**
   * Asserted at every commit: the contracts touched since the last one, and the totals. All live contracts are counted anew while
   * they are few, and every so often when they are many, so that many contracts do not make every commit slow.
   */
  assertConservation(): void {
    if (this.#touched.length === 0) return;
    for (const record of this.#touched) this.#assertSound(record);
    this.#touched.length = 0;
    this.#assertions += 1;
    for (const domain of ["Q", "PHI"] as const) invariant(this.#allocated[domain] >= 0 && this.#allocated[domain] <= this.#capacity[domain], "C3", domain);
    if (this.#live.size <= RECOUNT_LIVE || this.#assertions % RECOUNT_EVERY === 0) this.#recount();
  }

  #assertSound(record: ContractRecord): void {
    const { terms, ledger, state } = record;
    invariant(ledger.budget <= terms.budget && ledger.shots <= terms.shots, "C4");
    invariant(!this.#live.has(record) || state === "issued" || state === "active", "C3", state);
  }

  #recount(): void {
    const sums: Record<BoundDomain, number> = { Q: 0, PHI: 0 };
    for (const record of this.#live) {
      sums[record.terms.domain] += record.terms.units;
      this.#assertSound(record);
    }
    for (const domain of ["Q", "PHI"] as const) invariant(sums[domain] === this.#allocated[domain], "C3", domain);
  }
}
