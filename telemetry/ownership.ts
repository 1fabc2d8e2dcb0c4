// Whom an entry concerns: the process that made the call, holds the contract, waits for the job. What a scope goes by.
//   W1  In a turn everything is the actor's, but contracts and windows, which are their holder's.
//   W2  What the kernel and the domain services do is done for the process that is named; 0 when nobody is.
import { FAULTS } from "../kernel-abi/fault.ts";
import { EVENT, type Entry, type Frame } from "../kernel-abi/frame.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import { countIn, fieldsOf } from "./body.ts";
import { isProcess } from "./processes.ts";

export interface Ownership {
  /** The process an entry of this frame concerns; 0: the run. Call it for every entry in order: it learns as it goes. */
  of(frame: Frame, entry: Entry): number;
}

const isContractEvent = (code: number): boolean => code >= EVENT.CONTRACT_ACTIVATED && code <= EVENT.WINDOW_STOP;
const isJobEvent = (code: number): boolean => code >= EVENT.JOB_INTENT && code <= EVENT.JOB_ABANDONED;

export function createOwnership(): Ownership {
  const contracts = new Map<number, number>();
  const jobs = new Map<number, number>();
  const actorOf = ({ actor }: Frame): number => (isProcess(actor) ? actor : 0);

  function issued({ contract, body }: Entry, frame: Frame): number {
    const owner = countIn(fieldsOf(body), "owner") || actorOf(frame);
    contracts.set(contract, owner);
    return owner;
  }

  function contractEvent({ code, contract }: Entry, frame: Frame): number {
    const owner = contracts.get(contract) ?? actorOf(frame);
    if (code === EVENT.CONTRACT_RELEASED) contracts.delete(contract);
    return owner;
  }

  function jobEvent({ code, subject }: Entry, frame: Frame): number {
    if (code === EVENT.JOB_INTENT) jobs.set(subject, actorOf(frame));
    const owner = jobs.get(subject) ?? actorOf(frame);
    if (code !== EVENT.JOB_INTENT) jobs.delete(subject);
    return owner;
  }

  return {
    of(frame, entry) {
      const { code, verdict, subject, body } = entry;
      if (code === EVENT.CONTRACT_ISSUED) return issued(entry, frame);
      if (isContractEvent(code)) return contractEvent(entry, frame);
      if (isJobEvent(code)) return jobEvent(entry, frame);
      if (code === EVENT.ROOM_MADE) return subject; // whose message waited
      if (frame.kind === "turn") return frame.actor;
      if (code === EVENT.FAULT_CONTAINED && entry.contract !== 0) return contracts.get(entry.contract) ?? 0;
      if (code === EVENT.PROCESS_DECLARED || code === SYSCALL.PROC_EXIT || code === EVENT.MESSAGE_DROPPED) return isProcess(subject) ? subject : 0;
      if (code === EVENT.FAULT && verdict === FAULTS.Q_ERR_NO_CLONE_VIOLATION.code) return isProcess(subject) ? subject : 0;
      if (code === EVENT.FAULT && verdict !== 0) return countIn(fieldsOf(body), "from"); // a dead letter is its sender's
      return actorOf(frame);
    },
  };
}
