// Active ⇄ Suspended, by the parent's decision (081): windows and budgets keep running meanwhile. Resuming looks at the child's
// capabilities again, and records and tells it what of its own ended while it was away: contracts, which are released by then, and
// the calibrations of contracts that still run.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import type { ProcessId } from "../../kernel-abi/ids.ts";
import type { KOperation } from "../../kernel-abi/operation.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Absence, Process } from "../process/process.ts";
import { capable, step, stepBinding } from "./calls-process.ts";
import { calibrationEnd } from "./faults.ts";
import { DONE, type Reply } from "./replies.ts";
import { authorise, processOf, type KernelState } from "./state.ts";
import { judged, type Transaction } from "./transaction.ts";

/** @throws Fault PROCESS_UNKNOWN */
function liveChildOf(state: KernelState, caller: Process, id: ProcessId): Process {
  const child = processOf(state, id);
  if (child.parent !== caller.id || !child.live) throw new Fault("PROCESS_UNKNOWN", { process: id, name: child.name, why: child.live ? "not a child of the caller" : "it has ended" });
  return child;
}

function keep(child: Process, absence: Absence, tx: Transaction): void {
  const before = child.absence;
  child.absence = Object.freeze(absence);
  tx.undo.push(() => { child.absence = before; });
}

const NONE: readonly number[] = Object.freeze([]);

function leave(state: KernelState, child: Process, tx: Transaction): void {
  step(child, { type: "SUSPEND", decided: true }, tx);
  keep(child, { since: state.clock.now, lost: NONE, uncalibrated: NONE }, tx);
}

function comeBack(state: KernelState, child: Process, tx: Transaction): void {
  if (child.state === "suspended") tellLosses(state, child, tx);
  step(child, { type: "RESUME", revalidated: child.behaviour.domains.every((domain) => capable(state, child, domain)) }, tx);
  tx.resumed.push(child.id);
}

function tellLosses(state: KernelState, child: Process, tx: Transaction): void {
  const { absence } = child;
  const tell = (code: number, contracts: readonly number[]): void => tx.event(code, DOMAIN_RANK.K, { subject: child.id, body: pack({ contracts }) });
  if (absence.lost.length > 0 && state.flags.has("resumeTellsLost")) tell(EVENT.CONTRACTS_LOST, absence.lost);
  const uncalibrated = state.flags.has("resumeTellsCalibrations") ? uncalibratedSince(state, child, absence.since) : NONE;
  if (uncalibrated.length === 0) return;
  tell(EVENT.CALIBRATIONS_LOST, uncalibrated);
  keep(child, { ...absence, uncalibrated: Object.freeze(uncalibrated) }, tx);
}

/** Its contracts that run, under which calls were taken at `since` for all the calibration was concerned, and are not now. */
const uncalibratedSince = (state: KernelState, { id }: Process, since: number): readonly number[] =>
  state.contracts.ownedBy(id).filter((contract) => {
    const end = calibrationEnd(contract);
    return since < end && end <= state.clock.now;
  }).map((contract) => contract.id);

export const suspendOrResume = (state: KernelState, caller: Process, op: Extract<KOperation, { readonly op: "suspend" | "resume" }>, tx: Transaction): Reply =>
  judged(tx, SYSCALL.PROC_TRANSITION, DOMAIN_RANK.K, (row) => {
    if (!Number.isSafeInteger(op.child) || op.child < 0) throw new Fault("ABI_MALFORMED", { argument: "child", allowed: "what spawn returned" });
    row.capability = authorise(state, caller, "SPAWN", tx);
    const child = liveChildOf(state, caller, op.child);
    row.subject = child.id;
    if (op.op === "suspend") leave(state, child, tx);
    else comeBack(state, child, tx);
    for (const domain of child.behaviour.domains) stepBinding(child, domain, { type: op.op === "suspend" ? "SUSPEND" : "RESUME" }, tx);
    return DONE;
  });
