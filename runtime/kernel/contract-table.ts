// Contract table: who has reserved what. Owns allocations and ledgers; terms are frozen, consumption stands beside them.
//   C2  All-or-nothing: a request that cannot be met in full allocates nothing (053 §3.3).
//   C3  Conservation: the units of live contracts sum to what is allocated, and never exceed the providers' declared total.
//   C4  A ledger never exceeds its terms.
import type { ContractState, Ledger, Terms } from "../../kernel-abi/contract.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { CapabilityId, ProcessId, Tick } from "../../kernel-abi/ids.ts";
import { contractId, type ContractId } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { contractLifecycle, type ContractEvent } from "../process/lifecycles.ts";

export interface ContractRecord {
  readonly id: ContractId;
  readonly owner: ProcessId;
  readonly capability: CapabilityId;
  readonly terms: Terms;
  ledger: Ledger;
  state: ContractState;
  /** How it ended, once it has. */
  ended: "completed" | "expired" | "revoked" | undefined;
}

const EMPTY_LEDGER: Ledger = Object.freeze({ budget: 0, shots: 0, jobs: 0 });
const freezeTerms = (terms: Terms): Terms =>
  Object.freeze({ ...terms, calibration: Object.freeze({ ...terms.calibration }), permitted: Object.freeze([...terms.permitted]) });

export class ContractTable {
  readonly #capacity: Readonly<Record<BoundDomain, number>>;
  readonly #allocated: Record<BoundDomain, number> = { Q: 0, PHI: 0 };
  readonly #records: ContractRecord[] = [];
  readonly #live = new Set<ContractRecord>();
  #changed = false;

  constructor(capacity: Readonly<Record<BoundDomain, number>>) {
    this.#capacity = Object.freeze({ ...capacity });
  }

  get(id: number): ContractRecord {
    const record = this.#records[id - 1];
    invariant(record !== undefined, "C3", `contract ${id}`);
    return record;
  }

  free(domain: BoundDomain): number { return this.#capacity[domain] - this.#allocated[domain]; }
  get live(): ReadonlySet<ContractRecord> { return this.#live; }

  /** Live contracts of one process, oldest first. */
  ownedBy(owner: ProcessId): readonly ContractRecord[] {
    return [...this.#live].filter((record) => record.owner === owner);
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
    if (this.#records.length + wanted.length > LIMITS.contracts_max) throw new Fault("ABI_LIMIT", { limit: "contracts_max", value: LIMITS.contracts_max });
    return wanted.map(({ terms, capability }) => this.#add(owner, terms, capability, undo));
  }

  #add(owner: ProcessId, terms: Terms, capability: CapabilityId, undo: (() => void)[]): ContractRecord {
    const record: ContractRecord = {
      id: contractId(this.#records.length + 1), owner, capability, terms: freezeTerms(terms), ledger: EMPTY_LEDGER,
      state: contractLifecycle.initial, ended: undefined,
    };
    this.#records.push(record);
    this.#live.add(record);
    this.#allocated[terms.domain] += terms.units;
    this.#changed = true;
    undo.push(() => {
      this.#records.pop();
      if (this.#live.delete(record)) this.#allocated[terms.domain] -= terms.units;
      this.#changed = true;
    });
    return record;
  }

  /** @throws Fault LIFECYCLE_REFUSED */
  #transition(record: ContractRecord, event: ContractEvent, undo: (() => void)[]): void {
    const { state, ended } = record;
    record.state = contractLifecycle.next(state, event);
    this.#changed = true;
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
    this.#live.delete(record);
    this.#allocated[record.terms.domain] -= record.terms.units;
    undo.push(() => {
      this.#live.add(record);
      this.#allocated[record.terms.domain] += record.terms.units;
    });
  }

  /** Enters a consumption; what is charged is never refunded, except with the turn that charged it. */
  charge(record: ContractRecord, charge: { readonly budget: number; readonly shots: number }, undo: (() => void)[]): void {
    const before = record.ledger;
    record.ledger = Object.freeze({ budget: before.budget + charge.budget, shots: before.shots + charge.shots, jobs: before.jobs + 1 });
    this.#changed = true;
    undo.push(() => { record.ledger = before; });
  }

  /** Asserted at every commit; costs nothing when no contract changed since the last. */
  assertConservation(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const sums: Record<BoundDomain, number> = { Q: 0, PHI: 0 };
    for (const { terms, ledger, state } of this.#live) {
      sums[terms.domain] += terms.units;
      invariant(ledger.budget <= terms.budget && ledger.shots <= terms.shots, "C4");
      invariant(state === "issued" || state === "active", "C3", state);
    }
    for (const domain of ["Q", "PHI"] as const) {
      invariant(sums[domain] === this.#allocated[domain] && sums[domain] <= this.#capacity[domain], "C3", domain);
    }
  }
}
