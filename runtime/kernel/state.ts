// Kernel state: the tables of ONE run and the ports they lean on. Owned by the machine; syscalls work on it.
import type { VerbName } from "../../kernel-abi/capability.ts";
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import type { DeliveryKind, Envelope } from "../../kernel-abi/envelope.ts";
import type { Bounds } from "../../kernel-abi/header.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { tick, type CapabilityId, type ProcessId, type ProcessName, type Tick } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import { pack } from "../../kernel-abi/packer.ts";
import type { Admission, RandomSource, Sha256 } from "../../kernel-abi/ports.ts";
import type { Calendar } from "../clock/calendar.ts";
import type { Clock } from "../clock/clock.ts";
import type { Process } from "../process/process.ts";
import { NO_DEMAND, type CapabilityTable, type Demand } from "./capability-table.ts";
import type { AnswerLogs } from "./answers.ts";
import type { DeferralQueue } from "./deferral-queue.ts";
import type { Copies } from "./copies.ts";
import type { FaultState } from "./fault-state.ts";
import type { ContractTable } from "./contract-table.ts";
import type { JobTable } from "./job-table.ts";
import type { ProcessTable } from "./process-table.ts";
import type { Seeds } from "./seeds.ts";
import type { Tallies } from "./tallies.ts";
import type { Transaction } from "./transaction.ts";

/** A contract's start or end falling due: the kernel's own appointments, which wake nobody. */
export interface Appointment {
  readonly due: Tick;
  readonly contract: number;
  readonly what: "activate" | "expire";
}

export interface KernelState {
  readonly clock: Clock;
  readonly calendar: Calendar<Envelope>;
  readonly appointments: Calendar<Appointment>;
  /** 0 to 2 are the kernel and the domain services, which have no record. */
  readonly processes: ProcessTable;
  /** Definitions spawned so far, as they were then. */
  readonly behaviours: WeakMap<Behaviour, Behaviour>;
  readonly capabilities: CapabilityTable;
  readonly contracts: ContractTable;
  readonly jobs: JobTable;
  readonly faults: FaultState;
  readonly copies: Copies;
  readonly deferrals: DeferralQueue;
  readonly admissions: Readonly<Record<BoundDomain, Admission>>;
  /** What the root was granted, and is again at a thaw. */
  readonly allow: readonly VerbName[];
  readonly bounds: Bounds;
  /** Flags of the ABI this run goes by (version.ts). */
  readonly flags: ReadonlySet<string>;
  /** By process; only where somebody may ask (READ_TRACE). */
  readonly tallies: Tallies | undefined;
  readonly used: { turns: number; messages: number; shots: number; bytes: number };
  readonly sha256: Sha256;
  readonly seeds: Seeds;
  readonly random: RandomSource;
  readonly files: Readonly<Record<string, string>>;
  readonly mailboxBound: number;
  /** Operations a turn may make before it is cut; -1 without time slices. */
  readonly slice: number;
  readonly node: number;
  readonly vhm: number;
  /** The run's root, and its other definitions by name: those by which a process can be known again. */
  readonly definitions: { readonly root: Behaviour; readonly named: ReadonlyMap<string, Behaviour> };
  /** In a run that puts itself down. */
  readonly answers: AnswerLogs | undefined;
}

/** @throws Fault PROCESS_UNKNOWN */
export function processOf(state: KernelState, id: number): Process {
  const process = state.processes.get(id);
  if (process === undefined) throw new Fault("PROCESS_UNKNOWN", { process: id });
  return process;
}

/** @throws Fault ABI_MALFORMED for what is no number of a process */
export function checkProcess(argument: string, id: unknown): void {
  if (!Number.isSafeInteger(id) || (id as number) < 0) throw new Fault("ABI_MALFORMED", { argument, allowed: "a process id, or what spawn returned" });
}

/** A child of the caller's, dead or alive. @throws Fault PROCESS_UNKNOWN */
export function childOf(state: KernelState, caller: Process, id: number): Process {
  const child = processOf(state, id);
  if (child.parent !== caller.id) throw new Fault("PROCESS_UNKNOWN", { process: id, name: child.name, why: "not a child of the caller" });
  return child;
}

export function knownProcess(state: KernelState, id: ProcessId): Process {
  const process = state.processes.get(id);
  invariant(process !== undefined, "P1", "process", id);
  return process;
}

/** The input of a process to be, or of a fresh body, as its definition has it. @throws Fault INPUT_INVALID */
export const admitted = ({ flags }: Pick<KernelState, "flags">, { complete, admit }: Behaviour, input: unknown): unknown =>
  admit(complete === undefined || !flags.has("inputsTakeDefaults") ? input : complete(input));

/** Shows one of the caller's capabilities for `verb` and charges a use. @throws Fault DOMAIN_UNAUTHORIZED */
export const authorise = (state: KernelState, caller: Process, verb: VerbName, tx: Transaction, demand: Demand = NO_DEMAND): CapabilityId =>
  state.capabilities.use(caller.held, verb, demand, state.clock.now, tx.undo);

/** Envelope from `caller` due `delay` ticks from now (T4: at least one). */
export function post(state: KernelState, from: { readonly id: ProcessId; seq: number }, to: ProcessId, kind: DeliveryKind, delay: number,
  subject: number, value: unknown): Envelope {
  invariant(delay >= 1, "T4");
  const seq = from.seq;
  from.seq += 1;
  return { due: tick(state.clock.now + delay), rank: DOMAIN_RANK.K, from: from.id, seq, to, kind, subject, value };
}

/** By machine, the state it leaves and the one it comes to. */
const TRANSITIONS = new Map<string, Map<string, Map<string, Uint8Array>>>();

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) map.set(key, found = make());
  return found;
}

/** Body of a TRANSITION entry; the same few are used over and over. */
export function transitionBody(machine: string, from: string, to: string): Uint8Array {
  const known = TRANSITIONS.get(machine)?.get(from)?.get(to);
  return known ?? within(within(within(TRANSITIONS, machine, () => new Map<string, Map<string, Uint8Array>>()), from, () => new Map<string, Uint8Array>()), to, () => pack({ machine, from, to }));
}

export const nameOf = (state: KernelState, id: number): ProcessName | null => state.processes.get(id)?.name ?? null;
