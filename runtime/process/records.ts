// What a process's handles stand for: the records of its contracts and jobs. They live as long as they are at work (the kernel's
// tables) or somebody has the handle (runtime/process/process.ts).
import type { ContractState, Ledger, Terms } from "../../kernel-abi/contract.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import type { CapabilityId, ContractId, JobId, ProcessId, Tick } from "../../kernel-abi/ids.ts";
import type { Admitted, Outcome } from "../../kernel-abi/ports.ts";
import { jobLifecycle, type JobState } from "./lifecycles.ts";

export interface ContractRecord {
  readonly id: ContractId;
  readonly owner: ProcessId;
  readonly capability: CapabilityId;
  readonly terms: Terms;
  ledger: Ledger;
  state: ContractState;
  /** How it ended, once it has. */
  ended: "completed" | "expired" | "revoked" | undefined;
  /** Processes it is shared with, and whether each may measure what it does. */
  partners: Map<ProcessId, boolean> | undefined;
  /** More was asked of it than was left, under a policy that then revokes: it ends behind this turn and serves no more in it. */
  overused: boolean;
  /** Its calibration gave out early, at this tick. */
  calibratedUntil: Tick | undefined;
}

export interface JobDescription {
  readonly domain: BoundDomain;
  readonly owner: ProcessId;
  readonly contract: number;
  readonly due: Tick;
}

export interface Work {
  readonly descriptor: Uint8Array;
  readonly cost: number;
  readonly charge: Admitted["charge"];
  readonly capability: number;
}

export class JobRecord implements JobDescription {
  readonly id: JobId;
  readonly domain: BoundDomain;
  readonly owner: ProcessId;
  readonly contract: number;
  readonly due: Tick;
  state: JobState = jobLifecycle.initial;
  outcome: Outcome | undefined;
  /** How it is going to end, whatever its provider finds: a fault hit it. */
  doom: Outcome | undefined;
  /** What hit it was a strike on work, rather than the end of its contract or its domain. */
  struck = false;
  /** The job its owner called: itself, unless it is called again in that one's place; and how often it has been. */
  origin: JobId;
  attempt = 0;
  successor: JobRecord | undefined;
  /** Called under a contract shared without the right to measure: its outcome is told to nobody. */
  sealed = false;
  /** What calling it again takes, where a policy may. */
  work: Work | undefined;

  constructor(id: JobId, { domain, owner, contract, due }: JobDescription) {
    this.id = id;
    this.origin = id;
    this.domain = domain;
    this.owner = owner;
    this.contract = contract;
    this.due = due;
  }

  /** The job that stands for this one today. */
  get latest(): JobRecord {
    let record: JobRecord = this;
    while (record.successor !== undefined) record = record.successor;
    return record;
  }
}
