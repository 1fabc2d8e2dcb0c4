// Snapshots: a run between two ticks as bytes, and back. What is made of them goes on with the same frames (the one promise there is),
// so that taking a run up again need not go through its past. Each table says what it holds; here is what stands between them:
// envelopes, processes, the bodies of processes.
//   P7  Between two ticks nobody is ready, and everything of the tick is committed. A run can be put down there when no contract is
//       live, no job flies and no request waits, and every living process is known by its definition's name and has a body that is
//       yet to start, says itself what it is (`save`), or was told little enough to be told it again (answers.ts).
//   P8  Never a wrong one: whatever has no exact copy refuses the whole, and nothing changes by asking.
import { toHex } from "../../kernel-abi/canonical.ts";
import type { Envelope } from "../../kernel-abi/envelope.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { capabilityId, contractId, processId, tick, type ProcessName } from "../../kernel-abi/ids.ts";
import { invariant } from "../../kernel-abi/invariant.ts";
import type { Activation, Behaviour } from "../../kernel-abi/operation.ts";
import { unpack } from "../../kernel-abi/packer.ts";
import type { AmbientGuard } from "../../kernel-abi/ports.ts";
import type { Priority } from "../../kernel-abi/priority.ts";
import { streamKey } from "../../kernel-abi/streams.ts";
import type { CalendarState } from "../clock/calendar.ts";
import { Answers, told, type AnswersState } from "../process/answers.ts";
import { kept, keptFault, keptResumption, packed, taken, takenFault, takenResumption, Unkeepable, type Exact, type ExactFault, type ExactResumption } from "../process/exact.ts";
import type { ProcessState } from "../process/lifecycles.ts";
import { PlaceAnswer, Process, type OwnState } from "../process/process.ts";
import type { Wait, WaitArm } from "../process/wait.ts";
import type { Scheduler, SchedulerSnapshot } from "../scheduler/scheduler.ts";
import { ownBehaviour } from "./calls-process.ts";
import type { CapabilityTableState } from "./capability-table.ts";
import type { Flights } from "./flights.ts";
import type { JobTableState } from "./job-table.ts";
import type { ProcessTableState } from "./process-table.ts";
import { LINKED } from "./release.ts";
import type { Services } from "./services.ts";
import type { Appointment, KernelState } from "./state.ts";
import type { TalliesState } from "./tallies.ts";

/** Raised whenever what stands in a snapshot changes: one of another form is of no use. */
export const SNAPSHOT_SCHEMA = "triad.kernel/1";

/** What a machine is made of. */
export interface Parts {
  readonly state: KernelState;
  readonly flights: Flights;
  readonly services: Services;
}

/** An envelope's eight numbers and what it carries: a value, the mark of a link, a fault, or the answer for a place. */
type EnvelopeState = readonly [due: number, rank: number, from: number, seq: number, to: number, kind: number, subject: number, ...carries: Carried];
type Carried = readonly [value: Exact] | readonly ["linked", 0] | readonly ["fault", ExactFault] | readonly ["answer", ExactResumption];

type BodyState =
  /** Yet to start. */
  | { readonly kind: "fresh"; readonly input: Exact }
  | { readonly kind: "told"; readonly answers: AnswersState }
  /** What its activation said of itself. */
  | { readonly kind: "saved"; readonly saved: Exact };

interface LivingState extends OwnState<EnvelopeState> {
  readonly id: number;
  readonly name: string;
  readonly parent: number;
  /** By name; null for the root's. */
  readonly definition: string | null;
  readonly priority: Priority;
  readonly state: ProcessState;
  readonly wait: readonly [on: number, subject: number, deadline: number, ...arms: WaitArm[]];
  readonly pending: ExactResumption | null;
  readonly seq: number;
  readonly jobs: number;
  readonly absence: readonly [since: number, lost: readonly number[], uncalibrated: readonly number[]];
  readonly held: readonly number[];
  readonly signal: EnvelopeState | null;
  readonly body: BodyState;
}

interface KernelSnapshot {
  readonly schema: typeof SNAPSHOT_SCHEMA;
  readonly now: number;
  readonly calendar: CalendarState<EnvelopeState>;
  readonly appointments: CalendarState<readonly [due: number, contract: number, what: Appointment["what"]]>;
  readonly processes: ProcessTableState;
  readonly living: readonly LivingState[];
  readonly capabilities: CapabilityTableState;
  readonly contracts: number;
  readonly jobs: JobTableState;
  readonly flights: readonly number[];
  readonly deferrals: number;
  readonly faults: { readonly next: number; readonly frozen: readonly ("Q" | "PHI")[]; readonly failures: Readonly<Record<"Q" | "PHI", readonly number[]>>; readonly freezes: number };
  readonly copies: readonly (readonly [process: number, attempts: number])[];
  readonly used: KernelState["used"];
  readonly tallies: TalliesState | null;
  readonly seeds: number;
  readonly services: ReturnType<Services["saved"]>;
  readonly scheduler: SchedulerSnapshot;
}

// ---- putting down -------------------------------------------------------------------------------------------------------

/** What stands in the way that can be told without looking through anything; undefined for nothing. */
export function obstacle({ contracts, jobs, deferrals, faults, copies, answers }: KernelState): string | undefined {
  if (answers === undefined) return "no log of answers";
  if (answers.opaque > 0) return "a body that was told too much, or what has no copy";
  if (contracts.live.size > 0) return "a live contract";
  if (jobs.records > 0) return "a job in flight";
  if (deferrals.length > 0) return "a request that waits";
  return copies.any || faults.requested.length > 0 || faults.overused.length > 0 ? "a turn that is not over" : undefined;
}

/** Nobody is ready. @throws Unkeepable */
export function putDown({ state, flights, services }: Parts, scheduler: Scheduler): Uint8Array {
  const stops = flights.saved();
  const why = obstacle(state) ?? (stops === undefined ? "a job in flight" : undefined);
  if (why !== undefined || stops === undefined) throw new Unkeepable(why);
  const { faults } = state;
  const snapshot: KernelSnapshot = {
    schema: SNAPSHOT_SCHEMA,
    now: state.clock.now,
    calendar: state.calendar.saved(envelopeState),
    appointments: state.appointments.saved(({ due, contract, what }) => [due, contract, what]),
    living: Array.from(state.processes.alive(), (process) => livingState(state, process)),
    capabilities: state.capabilities.saved(),
    contracts: state.contracts.saved(),
    jobs: state.jobs.saved(),
    flights: stops,
    deferrals: state.deferrals.next,
    faults: { next: faults.next, frozen: [...faults.frozen], failures: { Q: [...faults.failures.Q], PHI: [...faults.failures.PHI] }, freezes: faults.freezes },
    copies: state.copies.saved(),
    used: { ...state.used },
    tallies: state.tallies?.saved() ?? null, // before the processes: who ended is still among them
    processes: state.processes.saved(),
    seeds: state.seeds.saved(),
    services: services.saved(),
    scheduler: scheduler.snapshot(),
  };
  return packed(snapshot);
}

const envelopeState = ({ due, rank, from, seq, to, kind, subject, value }: Envelope): EnvelopeState => [due, rank, from, seq, to, kind, subject, ...carried(value)];

function carried(value: unknown): Carried {
  if (value === LINKED) return ["linked", 0];
  if (value instanceof Fault) return ["fault", keptFault(value)];
  return value instanceof PlaceAnswer ? ["answer", keptResumption(value.answer)] : [kept(value)];
}

function livingState(state: KernelState, process: Process): LivingState {
  const { id, name, parent, priority, wait, pending, seq, jobs, absence: { since, lost, uncalibrated }, held, signal } = process;
  return {
    ...process.saved(envelopeState), id, name, parent, definition: definitionOf(state, process), priority, state: process.state,
    wait: [wait.on, wait.subject, wait.deadline, ...wait.arms.map(({ on, subject }) => ({ on, subject }))],
    pending: pending === undefined ? null : keptResumption(pending), seq, jobs, absence: [since, [...lost], [...uncalibrated]], held: [...held],
    signal: signal === undefined ? null : envelopeState(signal), body: bodyState(process),
  };
}

/** The name by which its definition will be found. @throws Unkeepable */
function definitionOf({ definitions: { root, named }, behaviours }: KernelState, { behaviour, name }: Process): string | null {
  if (behaviour === root) return null;
  const known = named.get(behaviour.name);
  if (known === undefined || behaviours.get(known) !== behaviour) throw new Unkeepable(`${name}: its definition was not made while the program loaded, or another has its name`);
  return behaviour.name;
}

function bodyState({ activation, answers, input, name }: Process): BodyState {
  if (activation === undefined) return { kind: "fresh", input: kept(input) };
  if (answers !== undefined) return { kind: "told", answers: { input: answers.input, told: [...answers.told] } };
  const saved = activation.save?.();
  if (saved === undefined) throw new Unkeepable(`${name}: its body cannot be brought back as it stands`);
  return { kind: "saved", saved: kept(saved) };
}

// ---- taking up ----------------------------------------------------------------------------------------------------------

/** Reads a snapshot as far as its form goes. @throws Fault ABI_UNDECODABLE */
export function parseSnapshot(bytes: Uint8Array): KernelSnapshot {
  const found = unpack(bytes);
  if (typeof found !== "object" || found === null || !("schema" in found) || found.schema !== SNAPSHOT_SCHEMA) throw new Fault("ABI_UNDECODABLE", { bytes: bytes.length, what: `not a snapshot of form ${SNAPSHOT_SCHEMA}` });
  return found as KernelSnapshot; // whoever hands it over has checked that it is what was put down (replay/snapshot.ts)
}

/** Fills the tables of a machine that has not begun. Bodies run to where they stood, under the guard; what they ask for was done before. @throws whatever is wrong with it */
export function takeUp({ state, flights, services }: Parts, guard: AmbientGuard, from: KernelSnapshot): void {
  if (from.now > 0) state.clock.advance(tick(from.now));
  state.calendar.restore(from.calendar, envelopeOf);
  state.appointments.restore(from.appointments, ([due, contract, what]) => ({ due: tick(due), contract: contractId(contract), what }));
  state.capabilities.restore(from.capabilities);
  state.contracts.restore(from.contracts);
  state.jobs.restore(from.jobs);
  flights.restore(from.flights);
  state.deferrals.restore(from.deferrals);
  state.copies.restore(from.copies);
  services.restore(from.services);
  Object.assign(state.used, from.used);
  state.tallies?.restore(from.tallies ?? []);
  state.seeds.restore(from.seeds);
  const { faults } = state;
  faults.next = from.faults.next;
  faults.freezes = from.faults.freezes;
  for (const domain of from.faults.frozen) faults.frozen.add(domain);
  for (const domain of ["Q", "PHI"] as const) faults.failures[domain].push(...from.faults.failures[domain].map(tick));
  state.processes.restore(from.processes, from.living.map((living) => processOf(state, living)));
  for (const { id, body } of from.living) bringBack(state, processId(id), body, guard);
}

function envelopeOf([due, rank, from, seq, to, kind, subject, ...carries]: EnvelopeState): Envelope {
  return { due: tick(due), rank, from: processId(from), seq, to: processId(to), kind: kind as Envelope["kind"], subject, value: carriedBy(carries) };
}

function carriedBy(carries: Carried): unknown {
  if (carries.length === 1) return taken(carries[0]);
  switch (carries[0]) {
    case "linked": return LINKED;
    case "fault": return takenFault(carries[1]);
    case "answer": return new PlaceAnswer(takenResumption(carries[1]));
  }
}

const waitOf = ([on, subject, deadline, ...arms]: LivingState["wait"]): Wait =>
  Object.freeze({ on: on as Wait["on"], subject, deadline, arms: Object.freeze(arms) });

function behaviourNamed(state: KernelState, definition: string | null): Behaviour {
  if (definition === null) return state.definitions.root;
  const known = state.definitions.named.get(definition);
  invariant(known !== undefined, "P7", definition);
  return ownBehaviour(state, known);
}

function processOf(state: KernelState, living: LivingState): Process {
  const { id, name, parent, definition, priority, wait, pending, seq, jobs, absence: [since, lost, uncalibrated], held, signal } = living;
  const process = new Process({ id: processId(id), name: name as ProcessName, parent: processId(parent), behaviour: behaviourNamed(state, definition), input: undefined, priority, mailboxBound: state.mailboxBound });
  process.restore(living, envelopeOf, (stream, position) => state.random.stream(toHex(streamKey(state.sha256, state.seeds.root, process.name, `k/${stream}`)), position));
  process.state = living.state;
  process.wait = waitOf(wait);
  process.pending = pending === null ? undefined : takenResumption(pending);
  process.seq = seq;
  process.jobs = jobs;
  process.absence = Object.freeze({ since: tick(since), lost: Object.freeze([...lost]), uncalibrated: Object.freeze([...uncalibrated]) });
  for (const capability of held) process.hold(capabilityId(capability));
  process.signal = signal === null ? undefined : envelopeOf(signal);
  return process;
}

function bringBack(state: KernelState, id: Process["id"], body: BodyState, guard: AmbientGuard): void {
  const process = state.processes.get(id);
  invariant(process !== undefined, "P7", "process", id);
  if (body.kind === "fresh") process.input = taken(body.input);
  else process.activation = underGuard(guard, () => (body.kind === "saved" ? reactivated(process, body.saved) : toldAgain(process, body.answers)));
  if (body.kind !== "told" || state.answers === undefined) return;
  process.answers = Answers.restored(body.answers);
  state.answers.adopt(process);
}

function underGuard<T>(guard: AmbientGuard, act: () => T): T {
  guard.enter();
  try {
    return act();
  } finally {
    guard.leave();
  }
}

function reactivated({ behaviour, name }: Process, saved: Exact): Activation {
  const activation = behaviour.reactivate?.(taken(saved));
  invariant(activation !== undefined, "P7", name);
  return activation;
}

function toldAgain(process: Process, { input, told: answers }: AnswersState): Activation {
  process.input = taken(input);
  const activation = process.behaviour.activate(process.input);
  for (const answer of answers) invariant(activation.resume(told(answer)).kind === "operation", "P7", process.name);
  return activation;
}
