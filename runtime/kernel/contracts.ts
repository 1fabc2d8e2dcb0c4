// What the kernel records when a contract moves: issue, activation (a window starts), end (a window stops), release.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { tick } from "../../kernel-abi/ids.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { ContractView } from "../../kernel-abi/ports.ts";
import type { ContractRecord } from "./contract-table.ts";
import type { KernelState } from "./state.ts";
import type { Transaction } from "./transaction.ts";

export const viewOf = (record: ContractRecord): ContractView =>
  Object.freeze({ id: record.id, owner: record.owner, terms: record.terms, ledger: record.ledger });

/** Records the issue, makes the appointments for start and end, and activates at once when the start is now. */
export function enterContract(state: KernelState, record: ContractRecord, tx: Transaction): void {
  const { terms, id, owner, capability } = record;
  const domain = DOMAIN_RANK[terms.domain];
  tx.event(EVENT.CONTRACT_ISSUED, domain, { capability, contract: id, subject: id, body: pack({ owner, terms }) });
  if (terms.start <= state.clock.now) activateContract(state, record, tx);
}

export function activateContract(state: KernelState, record: ContractRecord, tx: Transaction): void {
  const domain = DOMAIN_RANK[record.terms.domain];
  state.contracts.activate(record, state.clock.now, tx.undo);
  tx.event(EVENT.CONTRACT_ACTIVATED, domain, { contract: record.id, subject: record.id });
  if (record.terms.domain === "PHI") tx.event(EVENT.WINDOW_START, domain, { contract: record.id, subject: record.id });
}

const ENDED = Object.freeze({ completed: EVENT.CONTRACT_COMPLETED, expired: EVENT.CONTRACT_EXPIRED, revoked: EVENT.CONTRACT_REVOKED });

export function endContract(state: KernelState, record: ContractRecord, how: "completed" | "expired" | "revoked", tx: Transaction): void {
  const domain = DOMAIN_RANK[record.terms.domain];
  // A contract whose window has not opened was never in use: it can only be taken back.
  const ended = record.state === "issued" ? "revoked" : how;
  const wasOpen = record.state === "active" && record.terms.domain === "PHI";
  state.contracts.end(record, ended, state.clock.now, tx.undo);
  noteLoss(state, record, tx);
  tx.event(ENDED[ended], domain, { contract: record.id, subject: record.id });
  if (wasOpen) tx.event(EVENT.WINDOW_STOP, domain, { contract: record.id, subject: record.id });
  tx.event(EVENT.CONTRACT_RELEASED, domain, { contract: record.id, subject: record.id, body: pack(record.ledger) });
}

/** A suspended owner is told when it is resumed. */
function noteLoss(state: KernelState, { owner, id }: ContractRecord, tx: Transaction): void {
  const process = state.processes.living(owner);
  if (process?.state !== "suspended") return;
  const { absence } = process;
  process.absence = Object.freeze({ ...absence, lost: Object.freeze([...absence.lost, id]) });
  tx.undo.push(() => { process.absence = absence; });
}

/** Appointments are made at commit: an aborted turn leaves none. */
export function appoint(state: KernelState, id: number): void {
  const record = state.contracts.find(id);
  if (record === undefined) return; // it has ended in the turn that asked for it
  const { start, end } = record.terms;
  if (record.state === "issued") state.appointments.add({ due: tick(start), contract: record.id, what: "activate" });
  state.appointments.add({ due: tick(end), contract: record.id, what: "expire" });
}
