// The machine: one run, stepped synchronously. Owns the tick loop: open a tick, take turns until nobody is ready, advance.
//   T3  A tick at which outcomes are due is opened only when all of them are in; they enter in job order.
//   T4  L always advances; when nothing is due and somebody waits, the run is stuck.
//   E1  A turn's frame, its effects and its jobs are one commit.
import { CONTRACT_STATE } from "../../kernel-abi/contract.ts";
import { UNLIMITED, type VerbName } from "../../kernel-abi/capability.ts";
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { DELIVERY, type Envelope } from "../../kernel-abi/envelope.ts";
import { Fault, type FaultJson } from "../../kernel-abi/fault.ts";
import { EVENT, type EndStatus, type Entry, type Frame } from "../../kernel-abi/frame.ts";
import type { Bounds, Reseed } from "../../kernel-abi/header.ts";
import { KERNEL, processName, ROOT, tick, type JobId, type ProcessId, type Tick } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Injection, Recovery, Strike } from "../../kernel-abi/injection.ts";
import type { Behaviour } from "../../kernel-abi/operation.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { grantedPriority } from "../../kernel-abi/priority.ts";
import type { Admission, AmbientGuard, Journal, Observer, Keeper, Outcome, RandomSource, RunEnd, RunPause, Sha256, TakenUp, Watchdog } from "../../kernel-abi/ports.ts";
import { compareStamps } from "../../kernel-abi/stamp.ts";
import { CURRENT_OFFER, negotiate } from "../../kernel-abi/version.ts";
import { Calendar } from "../clock/calendar.ts";
import { Clock } from "../clock/clock.ts";
import { Unkeepable } from "../process/exact.ts";
import type { Process } from "../process/process.ts";
import { awaits } from "../process/wait.ts";
import { Delivery, type Arrival } from "./delivery.ts";
import { schedulerWith, type PolicyChoice } from "../scheduler/policies.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import { admitProcess, bringUp, declaration } from "./calls-process.ts";
import { makeRoom, release, type Ending } from "./release.ts";
import { AnswerLogs } from "./answers.ts";
import { hold } from "./authority.ts";
import { rootInput, type RootInput } from "./root-input.ts";
import { giveUp } from "./calls-place.ts";
import { arbitrate } from "./calls-reserve.ts";
import { CapabilityTable } from "./capability-table.ts";
import { ContractTable } from "./contract-table.ts";
import { Copies, type CopyStage } from "./copies.ts";
import { activateContract, appoint, endContract } from "./contracts.ts";
import { DeferralQueue } from "./deferral-queue.ts";
import { faultState } from "./fault-state.ts";
import { nextStrike, strike } from "./faults.ts";
import { contain, endOverused, punish, type Containment } from "./recovery.ts";
import { Flights } from "./flights.ts";
import { JobTable, type JobRecord } from "./job-table.ts";
import { ProcessTable } from "./process-table.ts";
import { serviceOf, Services } from "./services.ts";
import { Seeds } from "./seeds.ts";
import { obstacle, parseSnapshot, putDown, takeUp } from "./snapshot.ts";
import { Tallies } from "./tallies.ts";
import { tidy } from "./tidy.ts";
import { waitEdges, waitName } from "./waits.ts";
import { knownProcess, post, type Appointment, type KernelState } from "./state.ts";
import { BoundReached, emptyRow, Transaction, type Intent } from "./transaction.ts";
import { failureOf } from "./failure.ts";
import { isDenial, stepProcess, stopProcess, turnEnd, type TurnResult } from "./turn.ts";

export interface MachineConfig {
  readonly seed: string;
  readonly bounds: Bounds;
  readonly policy: PolicyChoice;
  /** Operations a turn may make before its process goes on at the next tick; undefined: as many as the ABI allows. */
  readonly slice?: number | undefined;
  /** What the root is granted; nothing in a program can add to it (A3). */
  readonly allow: readonly VerbName[];
  readonly admissions: Readonly<Record<BoundDomain, Admission>>;
  readonly root: Behaviour;
  readonly input: unknown;
  /** What the root is given of it, where that was found before, for many runs (rootInput). */
  readonly given?: RootInput | undefined;
  readonly files: Readonly<Record<string, string>>;
  /** Flags of the ABI the run goes by, as its header says; undefined: all there are. */
  readonly flags?: readonly string[] | undefined;
  readonly mailboxBound: number;
  readonly node: number;
  readonly vhm: number;
  /** What befalls the run, in the order of its ticks, and what is done about faults. */
  readonly faults?: readonly Injection[] | undefined;
  readonly recovery?: Recovery | undefined;
  /** Definitions beside the root's by which processes are known again, by name; without, none is. */
  readonly definitions?: ReadonlyMap<string, Behaviour> | undefined;
  /** Seeds that take over on the way, by event. */
  readonly reseeds?: readonly Reseed[] | undefined;
}

export interface MachinePorts {
  readonly sha256: Sha256;
  readonly random: RandomSource;
  readonly journal: Journal;
  readonly guard: AmbientGuard;
  readonly observer: Observer;
  /** For policies that are not built in. */
  readonly watchdog?: Watchdog | undefined;
  /** Hands a committed job to whoever finds its outcome. */
  readonly start: (intent: Intent["start"]) => void;
  readonly abandon: (job: JobId) => void;
  /** Who keeps what the run has come to, if anybody does. */
  readonly keeper?: Keeper | undefined;
}

export type Progress =
  /** Call `settle` for each of these, then `advance` again. */
  | { readonly kind: "outcomes"; readonly tick: Tick; readonly jobs: readonly JobId[] }
  | { readonly kind: "paused" }
  | { readonly kind: "until"; readonly pause: RunPause }
  | { readonly kind: "ended"; readonly end: RunEnd };


const ONE_TURN = Object.freeze({ turns: 1 });

const BOUND = ["Q", "PHI"] as const;
const unitsOf = ({ providers }: Admission): number => providers.reduce((sum, { units }) => sum + units, 0);
const byDueThenContract = (a: Appointment, b: Appointment): number =>
  a.due - b.due || a.contract - b.contract || (a.what === b.what ? 0 : a.what === "activate" ? -1 : 1);

export class Machine {
  readonly #state: KernelState;
  readonly #config: MachineConfig;
  readonly #ports: MachinePorts;
  /** Around a program's own code that runs outside of a turn. */
  readonly #guard: AmbientGuard;
  readonly #scheduler: Scheduler;
  readonly #delivery: Delivery;
  /** Of the turn being taken. */
  readonly #tx: Transaction;
  readonly #flights = new Flights();
  readonly #services = new Services();
  #end: RunEnd | undefined;
  #booted = false;

  /**
   * With `from`, what a machine of the same configuration was when it was put down (snapshot.ts): this one goes on where that one stood.
   * @throws whatever is wrong with it
   */
  constructor(config: MachineConfig, ports: MachinePorts, from?: TakenUp) {
    const snapshot = from === undefined ? undefined : parseSnapshot(from.state);
    const copies = new Copies(config.recovery);
    const processes = new ProcessTable();
    this.#config = config;
    this.#ports = ports;
    this.#guard = copies.watching(ports.guard);
    this.#scheduler = schedulerWith(config.policy, ports, snapshot?.scheduler);
    this.#state = {
      clock: new Clock(), calendar: new Calendar<Envelope>(compareStamps), appointments: new Calendar<Appointment>(byDueThenContract),
      processes, tallies: config.allow.includes("READ_TRACE") ? new Tallies(processes) : undefined,
      behaviours: new WeakMap(),
      capabilities: new CapabilityTable(),
      contracts: new ContractTable({ Q: unitsOf(config.admissions.Q), PHI: unitsOf(config.admissions.PHI) }),
      jobs: new JobTable(), faults: faultState(config.faults, config.recovery), copies, deferrals: new DeferralQueue(), admissions: config.admissions, allow: config.allow, bounds: config.bounds,
      flags: new Set(config.flags ?? CURRENT_OFFER.flags),
      used: { turns: 0, messages: 0, shots: 0, bytes: 0 },
      sha256: ports.sha256, seeds: new Seeds(ports.sha256, config.seed, config.reseeds), random: ports.random, files: config.files,
      mailboxBound: config.mailboxBound, slice: config.slice ?? -1, node: config.node, vhm: config.vhm,
      definitions: { root: config.root, named: config.definitions ?? new Map() }, answers: ports.keeper === undefined ? undefined : new AnswerLogs(ports.keeper.answers),
    };
    this.#tx = new Transaction(this.#state.flags);
    this.#delivery = new Delivery(this.#state, this.#scheduler);
    if (snapshot === undefined || from === undefined) return;
    takeUp({ state: this.#state, flights: this.#flights, services: this.#services }, this.#guard, snapshot);
    this.#booted = true;
    this.#tellTakenUp(from.event);
  }

  #tellTakenUp(event: number): void {
    const { processes, clock: { now }, vhm, node } = this.#state;
    this.#ports.observer.takenUp?.({ tick: now, event, processes: Array.from(processes.alive(), ({ id, name }) => ({ id, name, vhm, node })) });
  }

  /** Runs until an outcome is needed, `turns` turns were taken, the tick after `until` would open, or the run has ended. */
  advance(turns: number, until?: Tick): Progress {
    if (!this.#booted) this.#boot();
    for (let taken = 0; this.#end === undefined; taken++) {
      if (taken >= turns) return { kind: "paused" };
      const ready = this.#scheduler.length;
      if (ready > 0) {
        const actor = this.#pick();
        if (actor !== -1) this.#turn(actor, ready);
      } else {
        if (this.#ports.keeper?.due === true) this.#keep(this.#ports.keeper);
        const halt = this.#openNext(until);
        if (halt !== undefined) return halt;
      }
    }
    return { kind: "ended", end: this.#end };
  }

  /** The outcome of a job that `advance` asked for. */
  settle(job: JobId, outcome: Outcome): void {
    this.#flights.arrive(job, outcome);
  }

  get now(): Tick { return this.#state.clock.now; }
  get turns(): number { return this.#state.used.turns; }

  /** Between two ticks: has the run kept as it stands, if it can be put down. */
  #keep(keeper: Keeper): void {
    const state = this.#state;
    const why = obstacle(state);
    if (why !== undefined) return keeper.cannot(why);
    try {
      const bytes = putDown({ state, flights: this.#flights, services: this.#services }, this.#scheduler);
      keeper.keep({ state: bytes, tick: state.clock.now, turns: state.used.turns, jobs: state.jobs.length });
    } catch (error) {
      if (!(error instanceof Unkeepable)) throw error;
      keeper.cannot(error.message);
    }
  }

  // ---- boot (062: core, root capability, attestation, then the root process) -------------------------------------------

  #boot(): void {
    this.#booted = true;
    const { root: behaviour, admissions } = this.#config;
    const state = this.#state;
    const tx = new Transaction();
    let failure: unknown;
    try {
      for (const domain of BOUND) this.#services.open(admissions[domain], { vhm: state.vhm, node: state.node }, tx);
      negotiate(behaviour.abi);
      const { body, input } = this.#config.given ?? rootInput(state, behaviour, this.#config.input);
      const root = admitProcess(state, { name: processName("root"), parent: KERNEL, behaviour, input, priority: grantedPriority(undefined, behaviour.priority) }, tx);
      invariant(root.id === ROOT, "P1");
      tx.event(EVENT.PROCESS_DECLARED, DOMAIN_RANK.K, { subject: root.id, body: declaration(state, root, body) });
      for (const verb of this.#config.allow) hold(state, state.capabilities.issueRoot(root.id, { verb, scope: UNLIMITED }), root, tx);
      bringUp(state, root, tx);
      state.calendar.add({ due: tick(1), rank: DOMAIN_RANK.K, from: KERNEL, seq: 0, to: root.id, kind: DELIVERY.START, subject: 0, value: undefined });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      failure = error;
    }
    this.#append({ kind: "kernel", tick: state.clock.now, actor: KERNEL, entries: tx.entries });
    if (failure !== undefined) this.#finish(this.#failedStatus(failureOf(failure, "root", this.#state.flags)), undefined, failureOf(failure, "root", this.#state.flags));
  }

  // ---- time -----------------------------------------------------------------------------------------------------------

  /** Opens the next tick with anything due. Returns why it could not. */
  #openNext(until: Tick | undefined): Progress | undefined {
    const { calendar, bounds } = this.#state;
    const wake = this.#arbitrate();
    const next = least(calendar.next(), this.#flights.next());
    if (wake !== undefined && this.#goOnTo(wake, next, until)) return undefined;
    if (this.#befall(next, until)) return undefined;
    const due = least(next, wake);
    if (due === undefined) {
      this.#finish("stuck", undefined, new Fault("RUN_STUCK", { waiting: waitEdges(this.#state).length }).toJSON());
      return undefined;
    }
    if (due > bounds.ticks) {
      this.#finish("bounded", undefined, new BoundReached("ticks", bounds.ticks).fault.toJSON());
      return undefined;
    }
    if (until !== undefined && due > until) return { kind: "until", pause: this.#pause() };
    const missing = this.#flights.missing(due);
    if (missing.length > 0) {
      this.#ports.journal.barrier();
      return { kind: "outcomes", tick: due, jobs: missing };
    }
    this.#keepAppointments(tick(due - 1));
    this.#state.clock.advance(due);
    tidy(this.#state);
    const contained: Containment[] = [];
    for (const { job, outcome } of this.#flights.land(due)) this.#deliverOutcome(job, outcome, contained);
    for (const { doomed, halted, end } of contained) this.#settleFault(doomed, halted, end, "a fault of its job");
    if (this.#end !== undefined) return undefined;
    this.#keepAppointments(due);
    this.#deliver(calendar.open(due));
    return undefined;
  }

  /** Requests that wait for contracts: answers those it can; gives the next tick at which it might answer others. */
  #arbitrate(): Tick | undefined {
    const state = this.#state;
    if (state.deferrals.length === 0) return undefined;
    for (const { process, tx, envelope } of arbitrate(state)) {
      this.#append({ kind: "kernel", tick: state.clock.now, actor: process, entries: tx.entries });
      state.calendar.add(envelope);
      state.contracts.assertConservation();
    }
    return state.deferrals.length === 0 ? undefined : least(state.deferrals.until(), state.appointments.next());
  }

  /** Only contracts start or end at `at`, or somebody has waited long enough. False when something else comes first. */
  #goOnTo(at: Tick, due: Tick | undefined, until: Tick | undefined): boolean {
    const { bounds, clock } = this.#state;
    const strike = nextStrike(this.#state);
    if ((due !== undefined && at >= due) || at > bounds.ticks || (until !== undefined && at > until) || (strike !== undefined && strike < at)) return false;
    this.#keepAppointments(at);
    if (at > clock.now) clock.advance(at);
    return true;
  }

  // ---- faults (024) -----------------------------------------------------------------------------------------------------

  /** The next of the script, if its tick comes before `due`: behind the turns of that tick. False when there is none. */
  #befall(due: Tick | undefined, until: Tick | undefined): boolean {
    const { faults, clock } = this.#state;
    const at = nextStrike(this.#state);
    if (at === undefined || (due !== undefined && at >= due) || (until !== undefined && at > until)) return false;
    this.#keepAppointments(at);
    if (at > clock.now) clock.advance(at);
    faults.next += 1;
    this.#strike(faults.script[faults.next - 1] as Injection, faults.next);
    return true;
  }

  #strike(struck: Strike, place: number): void {
    const state = this.#state;
    const tx = new Transaction();
    const { doomed, halted, end } = strike(state, struck, place, this.#flights.all(), tx);
    this.#append({ kind: "kernel", tick: state.clock.now, actor: KERNEL, entries: tx.entries });
    state.contracts.assertConservation();
    this.#settleFault(doomed, halted, end, struck.kind);
  }

  /** What a fault's frame announced: work nobody goes on with, a process that ends, the end of the run. */
  #settleFault(doomed: readonly JobRecord[], halted: Process | undefined, end: Fault | undefined, reason: string): void {
    for (const job of doomed) this.#ports.abandon(job.id);
    if (halted !== undefined && this.#end === undefined) this.#endEarly(halted, { how: "stopped", reason });
    if (end !== undefined && this.#end === undefined) this.#finish("enforced", undefined, end.toJSON());
  }

  /** Behind the frame of the turn that tried to copy handles. */
  #tellCopies(process: Process, refusals: number): CopyStage {
    const tx = new Transaction();
    const stage = this.#state.copies.tell(process, refusals, tx);
    if (tx.entries.length > 0) this.#append({ kind: "kernel", tick: this.#state.clock.now, actor: KERNEL, entries: tx.entries });
    return stage;
  }

  /** Contracts the turn asked more of than was left. */
  #endOverused(): void {
    const { contracts, faults: { overused } } = this.#state;
    for (const { contract: record, verdict } of overused.splice(0)) {
      if (this.#end !== undefined || record.state !== "active") continue;
      const tx = new Transaction();
      const { doomed } = endOverused(this.#state, record, verdict, this.#flights.all(), tx);
      this.#append({ kind: "kernel", tick: this.#state.clock.now, actor: KERNEL, entries: tx.entries });
      contracts.assertConservation();
      this.#settleFault(doomed, undefined, undefined, "");
    }
  }

  #punishCopies(process: Process, stage: CopyStage): void {
    if (!process.live) return;
    const tx = new Transaction();
    const { doomed, halted, end } = punish(this.#state, process, stage, this.#flights.all(), tx);
    this.#append({ kind: "kernel", tick: this.#state.clock.now, actor: KERNEL, entries: tx.entries });
    this.#state.contracts.assertConservation();
    this.#settleFault(doomed, halted, end, "copies of handles");
  }

  /** What an operator's program asked for in the turn just taken. */
  #befallRequested(): void {
    const { requested } = this.#state.faults;
    for (let struck = requested.shift(); struck !== undefined && this.#end === undefined; struck = requested.shift()) this.#strike(struck, 0);
    requested.length = 0;
  }

  /** Contract starts and ends up to `now`, each in a kernel frame at its own tick, so that windows are half-open to the tick. */
  #keepAppointments(now: Tick): void {
    const { appointments, contracts, clock } = this.#state;
    for (let due = appointments.next(); due !== undefined && due <= now; due = appointments.next()) {
      if (due > clock.now) clock.advance(due);
      const tx = new Transaction();
      for (const { contract, what } of appointments.open(due)) {
        const record = contracts.find(contract);
        if (record === undefined) continue; // it has ended before
        if (what === "activate" && record.state === "issued") activateContract(this.#state, record, tx);
        if (what === "expire" && CONTRACT_STATE[record.state] <= CONTRACT_STATE.active) endContract(this.#state, record, "expired", tx);
      }
      if (tx.entries.length > 0) this.#append({ kind: "kernel", tick: clock.now, actor: KERNEL, entries: tx.entries });
      contracts.assertConservation();
    }
  }

  // ---- outcomes ---------------------------------------------------------------------------------------------------------

  #deliverOutcome(job: JobRecord, outcome: Outcome, contained: Containment[]): void {
    const state = this.#state;
    state.jobs.deliver(job, outcome);
    const tx = new Transaction();
    tx.record(EVENT.JOB_OUTCOME, outcome.verdict, DOMAIN_RANK[job.domain], { ...emptyRow(), contract: job.contract, subject: job.id, body: outcome.body });
    const containment = outcome.verdict === 0 ? undefined : contain(state, job, outcome.verdict, this.#flights.all(), tx);
    if (containment?.again === undefined) job.work = undefined;
    this.#append({ kind: "kernel", tick: state.clock.now, actor: serviceOf(job.domain), entries: tx.entries });
    state.contracts.assertConservation();
    if (containment !== undefined) contained.push(containment);
    if (containment?.again !== undefined) {
      this.#launch(containment.again);
      return;
    }
    const owner = state.processes.living(job.owner);
    const envelope: Envelope = { due: job.due, rank: DOMAIN_RANK[job.domain], from: serviceOf(job.domain), seq: job.id, to: job.owner, kind: DELIVERY.OUTCOME, subject: job.origin, value: job };
    if (owner !== undefined && awaits(owner.wait, envelope)) state.calendar.add(envelope);
  }

  /** -1 when the policy failed, which ends the run. @throws Fault POLICY_ENDLESS, which breaks it off */
  #pick(): number {
    try {
      return this.#scheduler.pickActor();
    } catch (error) {
      if (!(error instanceof Fault) || error.fault === "POLICY_ENDLESS") throw error;
      this.#finish("faulted", undefined, failureOf(error, "root", this.#state.flags));
      return -1;
    }
  }

  /** Everything due arrives before anybody linked to somebody gone ends: whatever order they come in, mail is mail. */
  #deliver(due: readonly Envelope[]): void {
    let endings: Extract<Arrival, { readonly kind: "end" }>[] | undefined;
    for (const envelope of due) {
      const arrival = this.#delivery.arrive(envelope);
      if (arrival === undefined) continue;
      if (arrival.kind === "end") (endings ??= []).push(arrival);
      else this.#append({ kind: "kernel", tick: this.#state.clock.now, actor: KERNEL, entries: arrival.tx.entries });
    }
    for (const { process, with: other } of endings ?? []) this.#endEarly(process, { how: "linked", with: other });
  }

  // ---- turns ------------------------------------------------------------------------------------------------------------

  #turn(actor: number, ready: number): void {
    const state = this.#state;
    const process = state.processes.get(actor);
    invariant(process !== undefined, "S1", "process", actor);
    if (process.state !== "active") { // suspended, or ended, after it was queued: what came for it stays
      process.queued = false;
      return;
    }
    const spent = this.#spent();
    if (spent !== undefined) {
      this.#finish("bounded", undefined, spent.fault.toJSON());
      return;
    }
    const envelope = this.#delivery.take(process);
    invariant(envelope !== undefined, "S1", process.name);
    state.used.turns += 1;
    state.tallies?.count(actor, ONE_TURN);
    const tx = this.#tx.begin(process);
    const result = stepProcess(state, process, envelope, tx, this.#ports.guard);
    if (result.kind === "aborted") tx.abort();
    this.#append({
      kind: "turn", tick: state.clock.now, actor: process.id, ready,
      delivery: { kind: envelope.kind, from: envelope.from, seq: envelope.seq },
      entries: tx.entries, end: turnEnd(result, process),
    });
    const due = tx.clones > 0 || state.copies.any ? this.#tellCopies(process, tx.clones) : "none";
    this.#conclude(process, result, tx);
    if (state.faults.overused.length > 0) this.#endOverused();
    if (due !== "none" && this.#end === undefined) this.#punishCopies(process, due);
    if (state.faults.requested.length > 0) this.#befallRequested();
  }

  /** A bound that allows no further turn. */
  #spent(): BoundReached | undefined {
    const { used, bounds } = this.#state;
    if (used.turns >= bounds.turns) return new BoundReached("turns", bounds.turns);
    if (used.bytes >= bounds.bytes) return new BoundReached("bytes", bounds.bytes);
    return undefined;
  }

  #conclude(process: Process, result: TurnResult, tx: Transaction): void {
    if (result.kind !== "aborted") this.#commit(process, tx);
    if (process.anyParked !== undefined) this.#makeRoom(process);
    this.#state.contracts.assertConservation();
    switch (result.kind) {
      case "waiting":
        if (tx.fresh !== undefined) this.#renew(process, tx.fresh.input);
        this.#delivery.queueIfReceiving(process);
        return;
      case "finished":
        this.#release(process, { how: "finished", result: result.result });
        if (process.id === ROOT) this.#finish("completed", result.result, undefined);
        return;
      case "aborted":
        if (result.bound !== undefined) {
          this.#finish("bounded", undefined, result.fault);
          return;
        }
        this.#ports.observer.failure?.({ process: process.name, error: result.error });
        this.#release(process, { how: "failed", fault: result.fault });
        if (process.id === ROOT) this.#finish(this.#failedStatus(result.fault), undefined, result.fault);
    }
  }

  /** A root that was refused something ends the run `enforced`; any other failure ends it `faulted`. */
  #failedStatus(fault: FaultJson): EndStatus {
    return isDenial(fault) ? "enforced" : "faulted";
  }

  #commit(process: Process, tx: Transaction): void {
    const state = this.#state;
    for (let at = 0; at < tx.envelopes.length; at++) state.calendar.add(tx.envelopes.at(at));
    state.used.messages += tx.messages;
    state.used.shots += tx.shots;
    state.tallies?.count(process.id, { messages: tx.messages, shots: tx.shots });
    for (const id of tx.resumed) this.#delivery.wake(knownProcess(state, id));
    for (const id of tx.issued) appoint(state, id);
    for (const intent of tx.intents) this.#launch(intent);
    for (const message of tx.placed) knownProcess(state, message.to).parked.push(message);
    if (tx.withdrawn.length > 0) this.#withdraw(process, tx.withdrawn);
    if (tx.parked !== undefined) knownProcess(state, tx.parked.to).parked.push(tx.parked);
    for (const job of tx.doomed) this.#ports.abandon(job.id);
    if (tx.cancelled.length > 0) this.#giveUp(tx.cancelled);
    for (const { process: stopped, reason } of tx.stopped) this.#endEarly(knownProcess(state, stopped), { how: "stopped", reason });
  }

  /** Places given up, in a frame of their own; where a message had been let in already, the next one gets its room. */
  #withdraw(process: Process, places: Transaction["withdrawn"]): void {
    const tx = new Transaction();
    const freed = places.map(({ place, of }) => giveUp(this.#state, process, place, of, tx));
    if (tx.entries.length > 0) this.#append({ kind: "kernel", tick: this.#state.clock.now, actor: process.id, entries: tx.entries });
    for (const receiver of freed) if (receiver !== undefined) this.#makeRoom(receiver);
  }

  #makeRoom(receiver: Process): void {
    const tx = new Transaction();
    makeRoom(this.#state, receiver, tx);
    if (tx.entries.length === 0) return;
    this.#append({ kind: "kernel", tick: this.#state.clock.now, actor: receiver.id, entries: tx.entries });
    for (const envelope of tx.envelopes) this.#state.calendar.add(envelope);
  }

  #giveUp(jobs: readonly JobId[]): void {
    const state = this.#state;
    const tx = new Transaction();
    let owner: ProcessId = KERNEL;
    for (const id of new Set(jobs)) {
      const job = state.jobs.find(id);
      if (job === undefined) continue; // given up before
      owner = job.owner;
      this.#abandon(job, tx);
    }
    if (tx.entries.length > 0) this.#append({ kind: "kernel", tick: state.clock.now, actor: owner, entries: tx.entries });
  }

  /** Ends a process and everything below it, the youngest first. */
  #endEarly(process: Process, ending: Ending): void {
    if (!process.live) return;
    for (const child of [...process.anyTies?.children ?? []].toReversed()) this.#endEarly(knownProcess(this.#state, child), { how: "stopped", reason: "with its parent" });
    this.#release(process, ending);
    if (process.id === ROOT) this.#finish("faulted", undefined, new Fault("PROCESS_STOPPED", { process: process.name }).toJSON());
  }

  /** The body has handed its state on: the old one ends, a fresh one starts one tick later. */
  #renew(process: Process, input: unknown): void {
    const state = this.#state;
    const tx = new Transaction();
    for (const job of process.jobs === 0 ? [] : this.#flights.of(process.id)) this.#abandon(job, tx);
    for (const contract of state.contracts.ownedBy(process.id)) endContract(state, contract, "completed", tx);
    const due = this.#stopBody(process, tx);
    for (const [place, { of, answer }] of process.anyPlaces ?? []) if (answer === undefined) giveUp(state, process, place, of, tx);
    state.answers?.forget(process);
    process.renew(input);
    state.calendar.add(post(state, process, process.id, DELIVERY.START, 1, 0, undefined));
    if (tx.entries.length > 0) this.#append({ kind: "kernel", tick: state.clock.now, actor: process.id, entries: tx.entries });
    state.contracts.assertConservation();
    if (due !== "none") this.#punishCopies(process, due);
  }

  /** Intent first, then the job: what was asked is on record before anyone starts on it. */
  #launch({ start, contract, capability }: Intent): void {
    const state = this.#state;
    const job = state.jobs.get(start.job);
    const tx = new Transaction();
    tx.event(EVENT.JOB_INTENT, DOMAIN_RANK[start.domain], {
      capability, contract, subject: start.job, body: pack({ actor: start.owner, due: start.due, descriptor: start.descriptor }),
    });
    this.#append({ kind: "kernel", tick: state.clock.now, actor: job.owner, entries: tx.entries });
    this.#flights.add(job);
    this.#ports.start(start);
  }

  #release(process: Process, ending: Ending): void {
    const tx = new Transaction();
    for (const job of process.jobs === 0 ? [] : this.#flights.of(process.id)) this.#abandon(job, tx);
    this.#stopBody(process, tx);
    this.#state.answers?.forget(process);
    release(this.#state, process, ending, tx);
    this.#append({ kind: "kernel", tick: this.#state.clock.now, actor: process.id, entries: tx.entries });
    for (const envelope of tx.envelopes) this.#state.calendar.add(envelope);
    this.#state.contracts.assertConservation();
  }

  /** Its `finally` blocks run, and may try to copy what it held. */
  #stopBody(process: Process, tx: Transaction): CopyStage {
    stopProcess(process, this.#guard);
    return this.#state.copies.any ? this.#state.copies.tell(process, 0, tx) : "none";
  }

  #abandon(job: JobRecord, tx: Transaction): void {
    this.#state.jobs.abandon(job);
    tx.event(EVENT.JOB_ABANDONED, DOMAIN_RANK[job.domain], { contract: job.contract, subject: job.id });
    this.#ports.abandon(job.id);
  }

  // ---- the end (E5) -----------------------------------------------------------------------------------------------------

  #finish(status: EndStatus, result: Uint8Array | undefined, fault: FaultJson | undefined): void {
    const state = this.#state;
    const waits = status === "stuck" ? waitEdges(state) : [];
    const failures = state.processes.failures();
    for (const process of [...state.processes.alive()]) this.#release(process, { how: "run-end" });
    this.#closeServices();
    const { turns, messages, shots } = state.used;
    const body = { status, fault: fault ?? null, tick: state.clock.now, turns, messages, shots, waits, failures };
    const tx = new Transaction();
    tx.event(EVENT.RUN_END, DOMAIN_RANK.K, { body: pack({ ...body, result: result ?? null }) });
    this.#ports.journal.append({ kind: "kernel", tick: state.clock.now, actor: KERNEL, entries: tx.entries });
    this.#end = { ...body, result: result === undefined ? null : unpack(result) };
  }

  #closeServices(): void {
    const tx = new Transaction();
    for (const domain of BOUND) this.#services.close(domain, tx);
    if (tx.entries.length > 0) this.#append({ kind: "kernel", tick: this.#state.clock.now, actor: KERNEL, entries: tx.entries });
  }

  #append(frame: Frame): void {
    const { entries } = frame;
    let bytes = 0;
    for (let at = 0; at < entries.length; at++) bytes += (entries[at] as Entry).body.length;
    this.#state.used.bytes += bytes;
    this.#state.tallies?.count(frame.actor, { bytes });
    this.#state.seeds.passed(frame);
    this.#ports.journal.append(frame);
    this.#ports.observer.frame?.(frame);
  }

  #pause(): RunPause {
    const { processes, clock, used } = this.#state;
    return {
      status: "paused", tick: clock.now, turns: used.turns,
      processes: [...processes.standings()].map(({ process: { name, state, live, wait }, inbox }) => ({ name, state, waitsFor: live ? waitName(wait) : null, inbox })),
    };
  }
}

const least = (a: Tick | undefined, b: Tick | undefined): Tick | undefined =>
  (a === undefined ? b : b === undefined ? a : a < b ? a : b);
