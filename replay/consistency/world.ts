// The world as a trace tells it: what entries have said so far about processes, capabilities, contracts and jobs. Rules in the
// files beside this one read and advance it; nothing here executes anything.
//   J21  State is what is alive; what is over is packed (rows.ts), and messages and turns leave nothing.
import type { Grant } from "../../kernel-abi/capability.ts";
import type { ContractState, Terms } from "../../kernel-abi/contract.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { Fault, type FaultDetail } from "../../kernel-abi/fault.ts";
import type { Header } from "../../kernel-abi/header.ts";
import { bodyOf, field } from "../entry/body.ts";
import { faultRows } from "./fault-rows.ts";
import { deferralRows } from "./deferral-rows.ts";
import { Descent } from "./descent.ts";
import { DueTicks } from "./due-ticks.ts";
import type { Inbox } from "./inbox.ts";
import type { Rows } from "./rows.ts";
import type { Timers } from "./timers.ts";

export interface ProcessRow {
  readonly id: number;
  readonly name: string;
  readonly parent: number;
  /** Next number of what this process causes to be delivered (frame.ts, sequence numbers). */
  seq: number;
  live: boolean;
  /** Its last turn was its last: it finished or was aborted. */
  over: boolean;
  finished: boolean;
  /** Tick of its exit; -1 while it has none. */
  exit: number;
  /** Number of the notice to its parent, who waits in a join; -1 while there is none. */
  joinSeq: number;
  /** DELIVERY kind awaited, and of what. */
  on: number;
  subject: number;
  /** Of a SELECT: [kind, subject] each. */
  arms: readonly (readonly [number, number])[];
  /** Sequence number and tick of its start notice. */
  start: { readonly from: number; readonly seq: number; readonly tick: number };
  readonly inbox: Inbox;
  /** The last timer it set, while it waits since: no other can go off, for setting one ends the turn. */
  timer: { readonly seq: number; readonly due: number } | undefined;
  /** Timers by sequence number, with their ticks, for those it selects from. */
  readonly timers: Timers;
  /** What is on its way to it beside messages: exits it selects from, a place in a mailbox, the rest of a time slice. */
  notices: Notice[];
  /** Its message that waits for a place in somebody's mailbox. */
  parked: { readonly to: number; readonly seq: number } | undefined;
  /** Its messages that hold places: those that wait, in the order sent, and those let in at `tick`, whose notice has number `notice`. */
  places: readonly { readonly to: number; readonly seq: number }[];
  admitted: readonly { readonly to: number; readonly seq: number; readonly tick: number; readonly notice: number }[];
  /** Its parent has stopped it. */
  stopping: boolean;
  /** Its contracts that ended since it was suspended at `away`, and whether it was told whose calibration did. */
  lost: readonly number[];
  away: number;
  toldCalibrations: boolean;
  /** Its last suspension; `to` is -1 while it lasts. Suspensions without a tick between them count as one. */
  suspension: { readonly from: number; readonly to: number } | undefined;
}

/** A delivery on its way: its kind, whose number it has, and when it is due. `linked`: it ends its receiver. */
export interface Notice {
  readonly kind: number;
  readonly from: number;
  readonly seq: number;
  readonly due: number;
  readonly linked: boolean;
  /** Of ROOM: the place it answers, when the process went on meanwhile. */
  readonly place?: number;
}

/** A message (`to` its receiver) or a request (`to` 0) that its process does not wait for any more. */
export interface GivenUp {
  readonly from: number;
  readonly to: number;
  readonly seq: number;
}

export interface CapabilityRow {
  readonly id: number;
  readonly holder: number;
  /** 0 for a root capability. */
  readonly parent: number;
  readonly grant: Grant;
  uses: number | null;
  revoked: boolean;
}

export interface ContractRow {
  readonly id: number;
  readonly owner: number;
  /** It was issued under. */
  readonly capability: number;
  readonly terms: Terms;
  state: ContractState;
  budget: number;
  shots: number;
  jobs: number;
}

export interface JobRow {
  readonly id: number;
  readonly owner: number;
  readonly contract: number;
  readonly capability: number;
  readonly domain: number;
  readonly due: number;
  /** The job its owner called, when this one was called again in its place; else itself. */
  readonly origin: number;
  state: "called" | "intended" | "delivered" | "abandoned";
}

/** Where the entry under examination stands; filled in by the driver. */
export interface Moment {
  offset: number;
  index: number;
  event: number;
  tick: number;
  actor: number;
}

/** What is known by id, empty at first (forms.ts makes them). */
export interface Tables {
  /** From the root on: 0 to 2 are the kernel and the domain services. */
  readonly processes: Rows<ProcessRow>;
  readonly capabilities: Rows<CapabilityRow>;
  readonly contracts: Rows<ContractRow>;
  readonly jobs: Rows<JobRow>;
}

/** What the next entry must be: one of these, about this subject, and of this domain, contract and capability where they are known. */
export interface Expected {
  readonly codes: readonly number[];
  readonly subject: number;
  readonly domain?: number;
  readonly contract?: number;
  readonly capability?: number;
}

/** What a granted call says of the events behind it: capability and first contract of a request, the child of a spawn. */
export interface Call {
  readonly asked?: { readonly contract: number; readonly capability: number };
  readonly spawned?: number;
}
export const NO_CALL: Call = Object.freeze({});

export class World {
  readonly header: Header;
  readonly moment: Moment = { offset: 0, index: 0, event: 0, tick: 0, actor: 0 };
  readonly processes: Tables["processes"];
  readonly capabilities: Tables["capabilities"];
  readonly contracts: Tables["contracts"];
  readonly jobs: Tables["jobs"];
  /** Capabilities of live processes, by holder. */
  readonly held = new Map<number, CapabilityRow[]>();
  readonly descent = new Descent();
  /** Jobs of the last turn whose intents have not been seen yet, in order. */
  readonly called: JobRow[] = [];
  /** Tick of the last call. */
  calledAt = 0;
  /** Had their last turn, were stopped or halted: each exits before anybody takes a turn. */
  readonly ending: ProcessRow[] = [];
  /** Jobs cancelled in the last turn that had not been abandoned yet. */
  readonly cancelled = new Set<number>();
  /** Ticks at which contracts start, and at which those that started end. */
  readonly turnings = new DueTicks();
  readonly due = new DueTicks();
  readonly faults = faultRows();
  readonly deferrals = deferralRows();
  /** What was given up in the last turn, and has not been taken back yet: messages, and requests by number. */
  readonly givenUp: GivenUp[] = [];
  /** Processes that ended with messages on their way: each must be reported lost at the next tick. */
  readonly bereft: ProcessRow[] = [];
  /** States of lifecycles by `machine subject`. */
  readonly lifecycles = new Map<string, string>();
  readonly attested: Record<BoundDomain, { units: number; providers: number; allocated: number }> = {
    Q: { units: 0, providers: 0, allocated: 0 },
    PHI: { units: 0, providers: 0, allocated: 0 },
  };
  /** Whom contracts were shared with, and whether each may measure. */
  readonly partners = new Map<number, Map<number, boolean>>();
  /** Contracts that live, by owner. */
  readonly #live = new Map<number, Set<number>>();
  /** What the next entry must be. */
  expected: Expected | undefined;
  /** The call whose events stand behind it. */
  calling: Call = NO_CALL;
  /** Body with which the root's last turn ended. */
  said: Uint8Array = new Uint8Array(0);
  /** Who took the last turn. */
  acted = 0;
  booted = false;
  /** A process was let go because the run ends. */
  closing = false;
  ended = false;
  turns = 0;
  messages = 0;
  shots = 0;
  /** Of bodies. */
  bytes = 0;

  constructor(header: Header, { processes, capabilities, contracts, jobs }: Tables) {
    this.header = header;
    this.processes = processes;
    this.capabilities = capabilities;
    this.contracts = contracts;
    this.jobs = jobs;
  }

  /** @throws Fault TRACE_INCONSISTENT at the current moment. */
  refuse(rule: string, detail: FaultDetail = {}): never {
    const { offset, index, event, tick, actor } = this.moment;
    throw new Fault("TRACE_INCONSISTENT", { offset, unit: "block", index, event, tick, actor: this.nameOf(actor), rule, ...detail });
  }

  require(holds: boolean, rule: string, detail?: FaultDetail): asserts holds {
    if (!holds) this.refuse(rule, detail);
  }

  nameOf(process: number): string { return this.processes.get(process)?.name ?? `#${process}`; }

  process(id: number, rule = "processes are declared before they are named"): ProcessRow {
    return this.processes.get(id) ?? this.refuse(rule, { process: id });
  }
  contract(id: number): ContractRow { return this.contracts.get(id) ?? this.refuse("contracts are issued before they are named", { contract: id }); }
  job(id: number): JobRow { return this.jobs.get(id) ?? this.refuse("jobs are called before they are named", { job: id }); }
  capability(id: number): CapabilityRow { return this.capabilities.get(id) ?? this.refuse("capabilities are issued before they are named", { capability: id }); }

  begun({ id, owner }: ContractRow): void {
    const live = this.#live.get(owner);
    if (live === undefined) this.#live.set(owner, new Set([id]));
    else live.add(id);
  }
  done({ id, owner }: ContractRow): void {
    const live = this.#live.get(owner);
    live?.delete(id);
    if (live?.size === 0) this.#live.delete(owner);
  }
  liveContractsOf(owner: number): readonly number[] { return [...this.#live.get(owner) ?? []]; }

  /** Packs what is over: when time goes on. */
  tidy(): void {
    this.processes.tidy();
    this.capabilities.tidy();
    this.contracts.tidy();
    this.jobs.tidy();
  }

  /** Decoded body of the entry; it must be a record. */
  body(bytes: Uint8Array): Record<string, unknown> {
    const value = bodyOf(bytes);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.refuse("the body says what the event needs");
    return value as Record<string, unknown>;
  }

  integer(body: unknown, name: string): number {
    const value = field(body, name);
    return typeof value === "number" && Number.isSafeInteger(value) ? value : this.refuse("the body says what the event needs", { missing: name });
  }

  ids(body: unknown, name: string): readonly number[] {
    const list = field(body, name);
    return Array.isArray(list) && list.every((id): id is number => Number.isSafeInteger(id)) ? list : this.refuse("the body says what the event needs", { missing: name });
  }

  text(body: unknown, name: string): string {
    const value = field(body, name);
    return typeof value === "string" ? value : this.refuse("the body says what the event needs", { missing: name });
  }
}
