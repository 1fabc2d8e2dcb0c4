// Which envelopes exist and which are busy, as it follows from admitted calls alone: the same live and in a replay.
// Owns no physics: that an envelope broke its tolerance is an outcome, and the kernel then revokes the whole contract.
//   1  An envelope belongs to one contract and is named by the job that opened it.
//   2  One transform at a time: an envelope is busy until the tick its transform is due.
//   3  What an undone turn had opened is never found: its contract has had fewer calls than the entry says, and the next
//      call admitted to a contract of that number forgets it.
import { Fault } from "../../kernel-abi/fault.ts";
import type { JobId } from "../../kernel-abi/ids.ts";
import type { ContractView } from "../../kernel-abi/ports.ts";

export interface EnvelopeEntry {
  readonly contract: number;
  readonly components: number;
  /** First tick at which the next transform may be issued. */
  readonly free: number;
  /** Calls the contract had had when this one was judged. */
  readonly after: number;
  /** End of the contract's window. */
  readonly end: number;
}

export interface EnvelopeRegistry {
  /** Envelopes the contract has open. */
  open(contract: ContractView): number;
  /** @throws Fault PHI_ERR_ENVELOPE_INVALID: unknown, of another contract, closed or busy at `now`. */
  find(envelope: JobId, contract: ContractView, now: number): EnvelopeEntry;
  /** Components, whatever the envelope's state; undefined when no such envelope was ever admitted. */
  width(envelope: JobId): number | undefined;
  /** A call was admitted as the contract's call number `after`: nothing of that number or later can be older. */
  settle(contract: number, after: number): void;
  opened(envelope: JobId, entry: EnvelopeEntry): void;
  busy(envelope: JobId, due: number): void;
  closed(envelope: JobId): void;
}

const isLive = (entry: EnvelopeEntry, contract: ContractView): boolean => entry.contract === contract.id && entry.after < contract.ledger.jobs;

export function createEnvelopeRegistry(): EnvelopeRegistry {
  const entries = new Map<JobId, EnvelopeEntry>();

  const refuse = (envelope: JobId, what: string): never => {
    throw new Fault("PHI_ERR_ENVELOPE_INVALID", { envelope, what });
  };
  function forget(isOver: (entry: EnvelopeEntry) => boolean): void {
    for (const [job, entry] of entries) if (isOver(entry)) entries.delete(job);
  }

  return Object.freeze({
    open(contract: ContractView): number {
      let count = 0;
      for (const entry of entries.values()) if (isLive(entry, contract)) count += 1;
      return count;
    },
    find(envelope: JobId, contract: ContractView, now: number): EnvelopeEntry {
      const entry = entries.get(envelope);
      if (entry === undefined || !isLive(entry, contract)) return refuse(envelope, "no open envelope of this contract");
      return now < entry.free ? refuse(envelope, `busy until tick ${entry.free}`) : entry;
    },
    width: (envelope: JobId) => entries.get(envelope)?.components,
    settle: (contract: number, after: number) => { forget((entry) => entry.contract === contract && entry.after >= after); },
    opened(envelope: JobId, entry: EnvelopeEntry): void {
      forget(({ end }) => end <= entry.free);
      entries.set(envelope, Object.freeze(entry));
    },
    busy(envelope: JobId, due: number): void {
      const entry = entries.get(envelope);
      if (entry !== undefined) entries.set(envelope, Object.freeze({ ...entry, free: due }));
    },
    closed: (envelope: JobId) => { entries.delete(envelope); },
  });
}
