// Consistency: whether a trace's entries can all be true together. A reducer over frames in order; rules are in the files beside.
//   J22  Entries of an aborted turn are evidence of what was tried and change nothing (E1).
//   J23  Refused calls (verdict other than 0) change nothing.
import { END_STATUSES, EVENT, TURN_END, type EndStatus, type Entry, type Frame, type KernelFrame, type TurnFrame } from "../../kernel-abi/frame.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import type { Header } from "../../kernel-abi/header.ts";
import { KERNEL, ROOT } from "../../kernel-abi/ids.ts";
import { sameBytes } from "../../kernel-abi/canonical.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Place } from "../units.ts";
import * as authority from "./authority.ts";
import * as bounds from "./bounds.ts";
import * as capabilities from "./capabilities.ts";
import * as contracts from "./contracts.ts";
import * as deferrals from "./deferrals.ts";
import * as deliveries from "./deliveries.ts";
import * as faults from "./faults.ts";
import * as fields from "./fields.ts";
import { emptyTables } from "./forms.ts";
import * as jobs from "./jobs.ts";
import * as suspensions from "./suspensions.ts";
import * as recovery from "./recovery.ts";
import * as sequence from "./sequence.ts";
import * as places from "./places.ts";
import * as processes from "./processes.ts";
import { NO_CALL, World, type ProcessRow } from "./world.ts";

/** By code: 1 for those named. */
function byCode(...codes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const code of codes) table[code] = 1;
  return table;
}

/** Events of which each stands only in kernel frames. */
const KERNEL_ONLY = byCode(EVENT.PROCESS_DECLARED, EVENT.PROVIDER_ATTESTED, EVENT.JOB_INTENT, EVENT.JOB_OUTCOME, EVENT.JOB_ABANDONED,
  EVENT.CONTRACT_EXPIRED, EVENT.FAULT, EVENT.ROOM_MADE, EVENT.MESSAGE_DROPPED, EVENT.RUN_END,
  EVENT.FAULT_INJECTED, EVENT.JOB_RETRIED, EVENT.FAULT_CONTAINED, EVENT.DOMAIN_FROZEN, EVENT.DOMAIN_THAWED, EVENT.CALIBRATION_EXPIRED, EVENT.PROCESS_HALTED, EVENT.REQUEST_GRANTED, EVENT.REQUEST_LAPSED, SYSCALL.PROC_EXIT, SYSCALL.UNBIND);
/** Syscalls that the kernel makes on a process's behalf. */
const KERNEL_SYSCALLS = byCode(SYSCALL.PROC_EXIT, SYSCALL.BIND, SYSCALL.UNBIND);
const FIRST_EVENT = 128;
/** Whether a frame that begins so is of the kernel itself. */
const isKernels = ({ code, verdict }: Entry): boolean =>
  code === EVENT.CONTRACT_ACTIVATED || code === EVENT.FAULT_INJECTED || code === EVENT.FAULT_CONTAINED || (code === EVENT.FAULT && verdict === FAULTS.PROCESS_UNKNOWN.code);
const NO_CLONE = FAULTS.Q_ERR_NO_CLONE_VIOLATION.code;

export class Consistency {
  readonly #world: World;
  readonly #lastOutcome = { job: 0, tick: -1 };
  #events = 0;
  #frames = 0;
  #status: EndStatus | null = null;
  constructor(header: Header) { this.#world = new World(header, emptyTables()); }

  /** As the frames so far have left it; not to be changed. */
  get world(): World { return this.#world; }
  get frames(): number { return this.#frames; }
  get events(): number { return this.#events; }
  /** How the run ended; null while it has not. */
  get status(): EndStatus | null { return this.#status; }

  /** @throws Fault TRACE_INCONSISTENT */
  frame(frame: Frame, place: Place): void {
    const world: World = this.#world;
    const { moment } = world;
    const last = moment.tick;
    moment.offset = place.offset;
    moment.index = place.index;
    moment.event = this.#events + 1;
    moment.actor = frame.actor;
    world.require(!world.ended, "nothing follows RUN_END");
    if (frame.tick < last) world.refuse("ticks never go back", { last });
    if (frame.tick > last) {
      jobs.checkDue(world, frame.tick);
      processes.exitedAtOnce(world);
      jobs.givenUp(world);
      contracts.turned(world, frame.tick);
      processes.checkLost(world, frame.tick);
      faults.checkStruck(world, frame.tick);
      deferrals.checkWaiting(world, frame.tick);
      places.settled(world);
      world.tidy();
    }
    moment.tick = frame.tick;
    if (frame.kind === "turn") this.#turn(frame);
    else this.#kernel(frame);
    bounds.used(world, frame.entries);
    deferrals.whole(world);
    authority.whole(world);
    sequence.whole(world);
    world.calling = NO_CALL;
    world.booted = true;
    this.#frames += 1;
  }

  #turn(frame: TurnFrame): void {
    const world: World = this.#world;
    world.require(world.booted && world.called.length === 0, "every call's intent stands before the next turn");
    world.require(!world.closing, "a run that ends takes no more turns");
    faults.settled(world);
    processes.exitedAtOnce(world);
    jobs.givenUp(world);
    contracts.turned(world, frame.tick + 1);
    processes.checkLost(world, frame.tick + 1);
    if (world.turns === 0) processes.allAttested(world);
    places.settled(world);
    bounds.turn(world, frame);
    const row = deliveries.delivered(world, frame);
    world.turns += 1;
    const aborted = frame.end.kind === TURN_END.ABORTED;
    let copies = 0;
    for (const [at, entry] of frame.entries.entries()) {
      world.moment.event += 1;
      if (entry.verdict === NO_CLONE && entry.code < FIRST_EVENT) copies += 1;
      world.require(KERNEL_ONLY[entry.code] === 0, "what the kernel does alone does not stand in a turn");
      fields.check(world, entry);
      if (aborted) continue;
      const awaited = sequence.before(world);
      if (entry.code < FIRST_EVENT) world.calling = NO_CALL;
      if (entry.code === EVENT.MESSAGE_PARKED) places.parked(world, row, entry, frame.entries[at - 1]);
      else if (entry.code >= FIRST_EVENT) this.#event(entry, true, awaited !== undefined);
      else if (entry.verdict === 0) this.#syscall(entry, row);
      else recovery.refused(world, entry);
      sequence.came(world, awaited, entry, true);
    }
    world.acted = row.id;
    if (copies > 0) recovery.refusedCopies(world, row.id, copies);
    deliveries.completed(world, row, frame);
    this.#events += frame.entries.length + 2;
  }

  #kernel(frame: KernelFrame): void {
    const world: World = this.#world;
    world.require(world.booted || (frame.actor === KERNEL && frame.tick === 0), "a run begins with the kernel, at tick 0");
    world.moment.event -= 1;
    const [first] = frame.entries;
    world.require(frame.actor === KERNEL || first === undefined || !isKernels(first), "what happens to nobody in particular is the kernel's");
    for (const entry of frame.entries) {
      world.moment.event += 1;
      world.require(!world.ended, "nothing follows RUN_END");
      world.require(entry.code !== EVENT.MESSAGE_PARKED, "nobody but a sender holds a place");
      fields.check(world, entry);
      world.require(entry.code !== EVENT.CONTRACTS_LOST && entry.code !== EVENT.CALIBRATIONS_LOST, "who resumes a process is told what it has lost");
      const awaited = sequence.before(world);
      if (entry.code >= FIRST_EVENT) this.#event(entry, false, awaited !== undefined);
      else {
        world.require(KERNEL_SYSCALLS[entry.code] === 1 && entry.verdict === 0, "syscalls stand in turns");
        if (entry.code === SYSCALL.PROC_EXIT) {
          processes.exited(world, entry);
          recovery.exited(world, entry.subject);
          deferrals.exited(world, entry.subject);
        }
      }
      sequence.came(world, awaited, entry, false);
    }
    this.#events += frame.entries.length;
  }

  #syscall(entry: Entry, row: ProcessRow): void {
    const world: World = this.#world;
    authority.fallen(world);
    capabilities.used(world, entry);
    faults.granted(world, entry);
    switch (entry.code) {
      case SYSCALL.IPC_SEND: return deliveries.sent(world, row, entry);
      case SYSCALL.TIMER_SET: return deliveries.timed(world, row, entry);
      case SYSCALL.PROC_SPAWN:
        processes.spawned(world, entry, row.seq);
        world.calling = { spawned: entry.subject };
        row.seq += 1;
        return;
      case SYSCALL.TIMER_CANCEL:
        row.timers.delete(entry.subject);
        return;
      case SYSCALL.CAP_ATTENUATE:
        world.expected = { codes: [EVENT.CAPABILITY_ISSUED], subject: entry.subject, capability: entry.capability };
        return;
      case SYSCALL.PROC_TRANSITION: return sequence.steps(world, entry);
      case SYSCALL.CAP_REVOKE: return capabilities.askedBack(world, entry);
      case SYSCALL.PLACE_WITHDRAW: return places.withdrawn(world, row, entry);
      case SYSCALL.FAULT_INJECT: return faults.asked(world, entry);
      case SYSCALL.PROC_STOP: return processes.stopped(world, entry);
      case SYSCALL.CONTRACT_REQUEST: return deferrals.requested(world, entry);
      case SYSCALL.CONTRACT_SHARE: return contracts.shared(world, entry);
      case SYSCALL.CONTRACT_ATTACH: return contracts.attached(world, entry);
      case SYSCALL.CONTRACT_RELEASE: return contracts.givenBack(world, entry);
      case SYSCALL.CONTRACT_QUERY: return contracts.touched(world, entry);
      case SYSCALL.XDV_CALL:
        contracts.touched(world, entry);
        recovery.stillServes(world, entry.contract);
        return jobs.called(world, entry);
      case SYSCALL.PROC_JOIN: return processes.waitedFor(world, entry);
      case SYSCALL.PROC_LINK: case SYSCALL.PROC_UNLINK: case SYSCALL.PROC_MONITOR: return processes.tied(world, entry);
      case SYSCALL.JOB_CANCEL: return jobs.cancelled(world, entry);
      case SYSCALL.MEASURE:
      case SYSCALL.PROJECT: return jobs.collected(world, entry);
      default: return undefined;
    }
  }

  #event(entry: Entry, inTurn: boolean, awaited: boolean): void {
    const world: World = this.#world;
    switch (entry.code) {
      case EVENT.PROCESS_DECLARED: return processes.declared(world, entry);
      case EVENT.PROVIDER_ATTESTED: return processes.attested(world, entry);
      case EVENT.TRANSITION: return processes.transition(world, entry, awaited);
      case EVENT.CAPABILITY_ISSUED: return capabilities.issued(world, entry, awaited);
      case EVENT.CAPABILITY_REVOKED: return capabilities.revoked(world, entry, inTurn);
      case EVENT.CONTRACT_ISSUED: return contracts.issued(world, entry, inTurn);
      case EVENT.REQUEST_GRANTED: return deferrals.granted(world, entry);
      case EVENT.REQUEST_LAPSED: return deferrals.lapsed(world, entry);
      case EVENT.CONTRACT_ACTIVATED: return contracts.activated(world, entry);
      case EVENT.CONTRACT_COMPLETED: case EVENT.CONTRACT_EXPIRED: case EVENT.CONTRACT_REVOKED: return contracts.ended(world, entry);
      case EVENT.CONTRACT_RELEASED: return contracts.released(world, entry);
      case EVENT.WINDOW_START: case EVENT.WINDOW_STOP: return contracts.window(world, entry);
      case EVENT.JOB_INTENT: return jobs.intended(world, entry);
      case EVENT.JOB_OUTCOME:
        faults.ended(world, entry);
        recovery.failed(world, entry);
        return jobs.outcome(world, entry, this.#lastOutcome);
      case EVENT.JOB_ABANDONED: return jobs.abandoned(world, entry);
      case EVENT.EXIT_NOTICED: return processes.noticed(world, entry, inTurn);
      case EVENT.CONTRACTS_LOST:
        sequence.steps(world, entry);
        return suspensions.told(world, entry);
      case EVENT.CALIBRATIONS_LOST:
        sequence.steps(world, entry);
        return suspensions.toldCalibrations(world, entry);
      case EVENT.ROOM_MADE: return processes.room(world, entry);
      case EVENT.MESSAGE_DROPPED: return processes.dropped(world, entry);
      case EVENT.FAULT_INJECTED: return faults.injected(world, entry);
      case EVENT.FAULT_CONTAINED: return recovery.contained(world, entry);
      case EVENT.JOB_RETRIED: return jobs.retried(world, entry);
      case EVENT.DOMAIN_FROZEN: return faults.frozen(world, entry);
      case EVENT.DOMAIN_THAWED: return faults.thawed(world, entry);
      case EVENT.CALIBRATION_EXPIRED: return faults.uncalibrated(world, entry);
      case EVENT.PROCESS_HALTED: return faults.halted(world, entry);
      case EVENT.FAULT: return processes.fault(world, entry);
      case EVENT.RUN_END: return this.#end(entry);
      default: return undefined;
    }
  }

  /** RUN_END: every job accounted for, and the totals are those of the frames. */
  #end(entry: Entry): void {
    const world: World = this.#world;
    const body = world.body(entry.body);
    world.require(world.called.length === 0 && world.due.first === undefined, "every job has an outcome or was abandoned");
    for (const [name, counted] of [["tick", world.moment.tick], ["turns", world.turns], ["messages", world.messages], ["shots", world.shots]] as const) {
      world.require(world.integer(body, name) === counted, "the end states what the frames add up to", { total: name, counted });
    }
    processes.checkReleased(world);
    processes.checkLost(world, world.moment.tick + 1);
    world.require(world.moment.actor === KERNEL, "the kernel ends the run");
    places.settled(world);
    recovery.checkDone(world);
    const root = world.processes.get(ROOT);
    const finished = root?.finished === true;
    const status = world.text(body, "status");
    world.require(Object.keys(body)[0] === "status", "the end says its status first");
    this.#status = END_STATUSES.find((known) => known === status) ?? world.refuse("a run ends in one of six ways", { status });
    world.require((status === "completed") === finished, "a run is completed when its root has finished");
    if (status === "bounded") bounds.ended(world, body["fault"]);
    const { fault, result, waits } = body;
    const said = finished ? result instanceof Uint8Array && fault === null && sameBytes(result, world.said) : result === null && (root?.over === true ? sameBytes(pack(fault), world.said) : typeof fault === "object" && fault !== null);
    world.require(said && Array.isArray(waits) && (waits.length === 0 || status === "stuck"), "the end says what became of the root");
    world.ended = true;
  }
}
