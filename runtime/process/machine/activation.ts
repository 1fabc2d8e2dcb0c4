// Activation: a machine as the kernel steps it. One envelope is one event is one macrostep; what the step asks for is done in the same
// turn, in XState's order; what the machine waits for (mail, timers, programs, children) is one `select`, or `receive` when it is mail alone.
//   X3  Nothing the machine does not take is lost in silence: a message without a transition is recorded as refused, or a fault when strict.
//   X4  What an operation of an action's is refused with is an event, `triad.fault`; a machine that does not take it fails with it.
//   X5  Events of its own (ends of children, events to itself) are taken in order, each a macrostep, before anything else comes.
//   X6  Between two turns a machine at rest is data (`save`), unless a program runs inside its process; what is made of that goes on as it would have.
import { Fault } from "../../../kernel-abi/fault.ts";
import { processId, type ProcessId } from "../../../kernel-abi/ids.ts";
import type { Activation, Arm, ExitReason, Message, Operation, Resumption, Selected, Step } from "../../../kernel-abi/operation.ts";
import { checkpointOf, doReturned, type Checkpoint } from "./actions.ts";
import type { MachineDefinition } from "./definition.ts";
import { isEarly, reaching, unreached, type Effect } from "./effects.ts";
import { endless, GuardFailure } from "./instructions.ts";
import { mailOf } from "./mail.ts";
import { doneEnding, endingOf, errorEnding, exitEnding, type Ending, type Running, type StrandOf } from "./running.ts";
import { Address } from "./scope.ts";
import { isRecord, type ChildShape, type EventObject } from "./shape.ts";
import { flattened, isMachineState, parseState, STATE_SCHEMA, type MachineState, type RunningState, type StepState, type TimerState } from "./state.ts";
import type { Stepper } from "./stepper.ts";

export interface ActivationOptions {
  readonly definition: MachineDefinition;
  readonly name: string;
  /** A message without a transition is a fault instead of a line in the log. */
  readonly strict: boolean;
  readonly strandOf: StrandOf;
}

interface Timer {
  readonly number: number;
  readonly due: number;
  readonly id: string | undefined;
  readonly to: unknown;
  readonly event: EventObject;
}

/** What winning an arm means. */
type Place =
  | { readonly kind: "mail" }
  | { readonly kind: "timer"; readonly timer: Timer }
  | { readonly kind: "exit"; readonly running: Running }
  | { readonly kind: "strand"; readonly running: Running; readonly arm: number };

/** What `save` gives: `timers` and `children` in their order. */
interface Saved {
  readonly schema: typeof SAVED_SCHEMA;
  readonly step: StepState;
  readonly timers: readonly (Omit<Timer, "id"> & { readonly id: string | null })[];
  readonly children: readonly Omit<RunningState, "inbox">[];
}
const SAVED_SCHEMA = "triad.activation/1";
const isSaved = (value: unknown): value is Saved => isRecord(value) && value["schema"] === SAVED_SCHEMA;

type Calls<R = void> = Generator<Operation, R, unknown>;

const RECEIVE: Step = Object.freeze({ kind: "operation", operation: Object.freeze({ domain: "K", op: "receive", within: undefined }) });
const MAIL: Arm = Object.freeze({ on: "message" });
const MAIL_PLACE: Place = Object.freeze({ kind: "mail" });
const NOTHING: Resumption = Object.freeze({ kind: "value", value: undefined });

export class MachineActivation implements Activation {
  readonly #options: ActivationOptions;
  readonly #stepper: Stepper;
  readonly #input: unknown;
  /** What is being done; undefined while waiting. */
  #work: Calls | undefined;
  #started = false;
  /** A lone send is out; its answer ends the turn. */
  #sending = false;
  /** What the arms of the select are for; undefined when mail alone is awaited. */
  #places: readonly Place[] | undefined;
  readonly #timers: Timer[] = [];
  readonly #children = new Map<string, Running>();
  readonly #pending: Ending[] = [];
  readonly #checkpoints: Checkpoint[] = [];

  constructor(options: ActivationOptions, input: unknown) {
    this.#options = options;
    this.#input = input;
    this.#stepper = options.definition.stepper();
  }

  resume(input: Resumption): Step {
    try {
      return this.#resumed(input);
    } catch (error) {
      if (!(error instanceof GuardFailure)) throw error;
      return this.#run(guardFailed(error));
    }
  }

  #resumed(input: Resumption): Step {
    if (this.#work !== undefined) return this.#proceed(input);
    if (this.#sending) return this.#sent(input);
    if (!this.#started) {
      this.#started = true;
      return this.#run(this.#begin());
    }
    if (input.kind === "fault") throw input.fault;
    if (this.#places !== undefined) return this.#run(this.#won(input.value as Selected, this.#places)); // what select answers
    return this.#mail(input.value as Message); // what receive answers
  }

  /** One that goes on where another, whose `save` gave this, stood. @throws Fault INPUT_INVALID */
  static reactivated(options: ActivationOptions, saved: unknown): MachineActivation {
    if (!isSaved(saved)) throw new Fault("INPUT_INVALID", { at: "saved.schema", allowed: SAVED_SCHEMA });
    const activation = new MachineActivation(options, undefined);
    activation.#goOnFrom(saved);
    return activation;
  }

  save(): Saved | undefined {
    const children = [...this.#children.values()];
    const resting = this.#started && this.#work === undefined && !this.#sending && this.#pending.length === 0 && this.#checkpoints.length === 0 && this.#stepper.status === "active";
    const kept = children.every(({ child, strand, ended, inbox }) => (strand === undefined || ended) && inbox.length === 0 && this.#stepper.child(child.id) === child);
    if (!resting || !kept) return undefined;
    return {
      schema: SAVED_SCHEMA, step: this.#stepper.state(),
      timers: this.#timers.map(({ number, due, id, to, event }) => ({ number, due, id: id ?? null, to: flattened(to), event: apart(flattened(event) as EventObject) })),
      children: children.map(({ child, input, process, ended }) => ({ id: child.id, input, process: process ?? null, ended })),
    };
  }

  #goOnFrom({ step, timers, children }: Saved): void {
    this.#started = true;
    this.#stepper.restore(step);
    for (const { id, input, process, ended } of children) {
      const child = this.#stepper.child(id);
      if (child === undefined) throw new Fault("INPUT_INVALID", { at: "saved.children", child: id, allowed: "the children of the state" });
      this.#children.set(id, { child, input, strand: undefined, process: process === null ? undefined : processId(process), ended, inbox: [] });
    }
    for (const { number, due, id, to, event } of timers) this.#timers.push({ number, due, id: id ?? undefined, to: this.#revived(to), event: this.#revived(event) as EventObject });
    this.#awaited();
  }

  stop(): void {
    for (const { strand } of this.#children.values()) {
      const cancelling = strand?.cancel();
      let left = STOP_YIELDS_MAX;
      try {
        for (let step = cancelling?.next(); step?.done === false && left > 0; left--) {
          step = cancelling?.throw(new Fault("LIFECYCLE_REFUSED", { machine: "process", state: "terminated", event: "operation" }));
        }
      } catch { /* its own cleanup failed: it has ended all the same */ }
    }
  }

  /** The commonest turn of all: a message, taken without anything left to do. */
  #mail(message: Message): Step {
    const mail = mailOf(message);
    if (mail.kind === "refused") return this.#run(this.#refused(mail.type, mail.why, message.from));
    const { event } = mail;
    if (!this.#stepper.step(event)) return this.#run(this.#refused(event.type, this.#stepper.why(event), message.from));
    const { effects, status } = this.#stepper;
    if (status !== "active" || effects.length > 1) return this.#run(this.#settle());
    const [effect] = effects;
    if (effect === undefined) return RECEIVE;
    if (effect.kind !== "send" || !(effect.to instanceof Address) || effect.to.process === undefined) return this.#run(this.#settle());
    effects.length = 0;
    this.#sending = true;
    return { kind: "operation", operation: { domain: "K", op: "send", to: effect.to.process, body: flattened(effect.event) } };
  }

  #sent(input: Resumption): Step {
    this.#sending = false;
    if (input.kind === "value") return RECEIVE;
    this.#pending.push(faultEvent("sendTo", input.fault));
    return this.#run(this.#settle());
  }

  get #failed(): boolean { return this.#stepper.status === "error"; }

  #run(work: Calls): Step {
    this.#work = work;
    return this.#proceed(NOTHING);
  }

  #proceed(input: Resumption): Step {
    const work = this.#work as Calls; // set by whoever comes here
    const step = input.kind === "value" ? work.next(input.value) : work.throw(input.fault);
    if (step.done !== true) return { kind: "operation", operation: step.value };
    this.#work = undefined;
    return this.#rest();
  }

  /** Ends, fails or waits. */
  #rest(): Step {
    const { status } = this.#stepper;
    if (status === "done") return { kind: "done", result: this.#stepper.output };
    if (status === "error") throw asError(this.#stepper.error);
    const arms = this.#awaited();
    return arms.length === 0 ? RECEIVE : { kind: "operation", operation: { domain: "K", op: "select", arms: [...arms, MAIL] } };
  }

  /** What is waited for beside mail; notes what winning each arm means. */
  #awaited(): readonly Arm[] {
    const places: Place[] = [];
    const arms: Arm[] = [];
    for (const timer of this.#timers) {
      places.push({ kind: "timer", timer });
      arms.push({ on: "timer", timer: timer.number });
    }
    for (const running of this.#children.values()) this.#armsOf(running, places, arms);
    this.#places = arms.length === 0 ? undefined : [...places, MAIL_PLACE];
    return arms;
  }

  #armsOf(running: Running, places: Place[], arms: Arm[]): void {
    if (running.ended) return;
    if (running.process !== undefined) {
      places.push({ kind: "exit", running });
      arms.push({ on: "exit", process: running.process });
    }
    running.strand?.arms.forEach((arm, at) => {
      if (arm.on === "message") return; // the mail is the machine's; a program's own comes by sendTo
      places.push({ kind: "strand", running, arm: at });
      arms.push(arm);
    });
  }

  *#won({ arm, value }: Selected, places: readonly Place[]): Calls {
    const place = places[arm] ?? MAIL_PLACE;
    switch (place.kind) {
      case "mail": return yield* this.#message(value as Message);
      case "timer": return yield* this.#fired(place.timer);
      case "exit":
        place.running.ended = true;
        this.#pending.push(yield* exitEnding(place.running.child.id, value as ExitReason));
        return yield* this.#settle();
      case "strand":
        yield* place.running.strand?.win(place.arm, value) ?? [];
        yield* this.#look(place.running);
        return yield* this.#settle();
    }
  }

  *#message(message: Message): Calls {
    const mail = mailOf(message);
    if (mail.kind === "refused") return yield* this.#refused(mail.type, mail.why, message.from);
    if (!this.#stepper.step(mail.event)) return yield* this.#refused(mail.event.type, this.#stepper.why(mail.event), message.from);
    yield* this.#settle();
  }

  *#fired(timer: Timer): Calls {
    this.#timers.splice(this.#timers.indexOf(timer), 1);
    if (isSelf(timer.to)) this.#stepper.step(timer.event);
    else yield* this.#send(timer.to, timer.event);
    yield* this.#settle();
  }

  *#refused(type: string, why: string, from: ProcessId): Calls {
    const { value } = this.#stepper;
    if (this.#options.strict) throw new Fault("LIFECYCLE_REFUSED", { machine: this.#options.name, state: JSON.stringify(value), event: type, guards: why, from });
    yield { domain: "K", op: "log", level: "warn", label: "event.refused", data: { event: type, why, from, state: value }, refused: true };
  }

  /** Does what the last step asked for and takes the machine's own events, until there are none. */
  *#settle(): Calls {
    const { maxIterations } = this.#options.definition.machine.options;
    for (let steps = 0; ; steps++) {
      if (steps > maxIterations) throw endless(maxIterations);
      for (const effect of yield* addressed(this.#stepper.effects.splice(0))) yield* this.#perform(effect);
      if (this.#stepper.status !== "active") break;
      const own = this.#pending.shift();
      if (own === undefined) break;
      const taken = this.#stepper.step(own.event);
      if (own.error !== undefined && (!taken || this.#failed)) throw asError(own.error);
    }
    for (const checkpoint of this.#checkpoints.splice(0)) yield* this.#checkpoint(checkpoint);
  }

  *#perform(effect: Effect): Calls {
    switch (effect.kind) {
      case "send": return yield* this.#send(effect.to, effect.event);
      case "delayed": return yield* this.#delay(effect.to, effect.event, effect.ticks, effect.id);
      case "cancel": return yield* this.#cancel(effect.id);
      case "log": return yield* this.#attempt({ domain: "K", op: "log", level: "info", label: effect.label ?? this.#options.name, data: flattened(effect.value) ?? null });
      case "emit": return yield* this.#attempt({ domain: "K", op: "log", level: "info", label: "event.emitted", data: flattened(effect.event) ?? null });
      case "spawn": return yield* this.#spawn(effect.child, effect.input, effect.mail);
      case "stop": return yield* this.#stop(effect.child);
      case "call": return yield* this.#call(effect);
    }
  }

  *#call({ type, exec, info, params }: Extract<Effect, { readonly kind: "call" }>): Calls {
    const checkpoint = checkpointOf(exec, info);
    if (checkpoint !== undefined) this.#checkpoints.push(checkpoint);
    else yield* this.#guarded(doReturned(exec(info, params), type), type);
  }

  /** X4: a fault is an event. */
  *#guarded(calls: Calls<unknown>, action: string): Calls {
    try {
      yield* calls;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#pending.push(faultEvent(action, error));
    }
  }

  #attempt(operation: Operation): Calls { return this.#guarded(once(operation), operation.op); }

  *#send(to: unknown, event: EventObject): Calls {
    if (isSelf(to)) this.#pending.push({ event, error: undefined });
    else if (to instanceof Address) yield* this.#guarded(sendTo(to, event), "sendTo");
    else yield* this.#sendToChild(to, event);
  }

  *#sendToChild(to: unknown, event: EventObject): Calls {
    const running = isRecord(to) ? this.#children.get(String(to["id"])) : undefined;
    if (running === undefined || running.child !== to || (running.ended && running.process === undefined)) {
      this.#pending.push(faultEvent("sendTo", new Fault("PROCESS_UNKNOWN", { child: isRecord(to) ? String(to["id"]) : String(to), why: "no living child" })));
    } else if (running.process !== undefined) {
      yield* this.#attempt({ domain: "K", op: "send", to: running.process, body: flattened(event) });
    } else {
      running.inbox.push(event);
      yield* this.#look(running);
    }
  }

  *#delay(to: unknown, event: EventObject, ticks: number, id: string | undefined): Calls {
    yield* this.#guarded(this.#set({ to, event, id }, ticks), "timer");
  }

  *#set(timer: Pick<Timer, "to" | "event" | "id">, ticks: number): Calls {
    const number = (yield { domain: "K", op: "timer", ticks }) as number;
    const due = (yield { domain: "K", op: "now" }) as number + ticks;
    const before = this.#timers.findLastIndex((other) => other.due <= due);
    this.#timers.splice(before + 1, 0, { ...timer, number, due });
  }

  /** The last timer set under this id, as XState has it. */
  *#cancel(id: string): Calls {
    const timer = this.#timers.filter((other) => other.id === id).sort((a, b) => b.number - a.number)[0];
    if (timer === undefined) return;
    this.#timers.splice(this.#timers.indexOf(timer), 1);
    yield* this.#attempt({ domain: "K", op: "cancel-timer", timer: timer.number });
  }

  *#spawn(child: ChildShape, input: unknown, mail: readonly EventObject[] = []): Calls {
    const source = this.#options.definition.sources.get(String(child.src));
    if (source === undefined) throw new Fault("MACHINE_INVALID", { machine: this.#options.name, source: String(child.src), allowed: [...this.#options.definition.sources.keys()].join(", ") || "none" });
    if (source.kind === "program") {
      const running: Running = { child, input, strand: this.#options.strandOf(source.start(input)), process: undefined, ended: false, inbox: [...mail] };
      this.#children.set(child.id, running);
      yield* running.strand?.start() ?? [];
      return yield* this.#look(running);
    }
    try {
      const { process } = (yield { domain: "K", op: "spawn", behaviour: source.behaviour, input, grants: source.grants }) as { readonly process: ProcessId };
      this.#children.set(child.id, { child, input, strand: undefined, process, ended: false, inbox: [] });
      yield { domain: "K", op: "link", to: process, ends: "other" };
      for (const event of mail) yield* this.#sendToChild(child, event);
    } catch (fault) {
      this.#children.set(child.id, { child, input, strand: undefined, process: undefined, ended: true, inbox: [] });
      this.#pending.push(errorEnding(child.id, fault));
    }
  }

  *#stop(child: ChildShape): Calls {
    const running = this.#children.get(child.id);
    if (running?.child !== child) return;
    this.#children.delete(child.id);
    yield* this.#orphan(child);
    const own = this.#pending.findIndex(({ event }) => event["actorId"] === child.id);
    if (own >= 0) this.#pending.splice(own, 1);
    yield* running.strand?.cancel() ?? [];
    if (running.process !== undefined && !running.ended) yield* this.#attempt({ domain: "K", op: "stop", child: running.process, reason: "stopped by its machine" });
  }

  /** What is to be sent to a child that is stopped is for nobody: in a kept state its name would be another's who came after it. */
  *#orphan(child: ChildShape): Calls {
    if (!this.#timers.some(({ to }) => to === child) || !(yield* reachesInvoked())) return;
    const nobody = new Address("stopped", undefined, child.id);
    this.#timers.forEach((timer, at) => { if (timer.to === child) this.#timers[at] = { ...timer, to: nobody }; });
  }

  /** After a program has run: its end becomes an event, mail that waits for it is handed over. */
  *#look(running: Running): Calls {
    const { strand, inbox, child } = running;
    while (strand !== undefined && !running.ended) {
      if (strand.end !== undefined) {
        running.ended = true;
        this.#pending.push(strand.end.kind === "done" ? doneEnding(child.id, strand.end.result) : errorEnding(child.id, strand.end.error));
        return;
      }
      const arm = strand.arms.findIndex(({ on }) => on === "message");
      const event = arm < 0 ? undefined : inbox.shift();
      if (event === undefined) return;
      yield* strand.win(arm, { from: yield { domain: "K", op: "self" }, body: event });
    }
  }

  *#checkpoint({ info, use }: Checkpoint): Calls {
    const state = yield* this.persist();
    yield* doReturned(use({ context: info.context, event: info.event, state }), "checkpoint", true);
  }

  /** The whole process as data, for a machine at rest. Programs are kept by their input: they start anew. */
  *persist(): Calls<MachineState> {
    const process = (yield { domain: "K", op: "self" }) as number;
    const tick = (yield { domain: "K", op: "now" }) as number;
    return {
      schema: STATE_SCHEMA, machine: this.#options.definition.machine.id, process, tick, ...this.#stepper.state(),
      timers: this.#timers.map(({ id, event, to, due }): TimerState => ({ id: id ?? null, event: flattened(event) as EventObject, to: flattened(to), ticks: Math.max(1, due - tick) })),
      pending: this.#pending.map(({ event }) => flattened(event) as EventObject),
      running: [...this.#children.values()].map(({ child, input, process: id, ended, inbox }): RunningState => ({ id: child.id, input, process: id ?? null, ended, inbox: [...inbox] })),
    };
  }

  *#begin(): Calls {
    if (isMachineState(this.#input)) return yield* this.#restore(parseState(this.#input, this.#options.definition.machine.id));
    this.#stepper.start(this.#input);
    yield* this.#settle();
  }

  *#restore(state: MachineState): Calls {
    this.#stepper.restore(state);
    const same = state.process === ((yield { domain: "K", op: "self" }) as number);
    const passed = same ? ((yield { domain: "K", op: "now" }) as number) - state.tick : 0;
    for (const { id, input, process, ended, inbox } of state.running) yield* this.#revive({ id, input, process: same ? process : null, ended, inbox });
    for (const { id, event, to, ticks } of state.timers) {
      yield* this.#set({ id: id ?? undefined, event: this.#revived(event) as EventObject, to: this.#revived(to) }, Math.max(1, ticks - passed));
    }
    for (const event of state.pending) this.#pending.push(endingOf(this.#revived(event) as EventObject));
    yield* this.#settle();
  }

  *#revive({ id, input, process, ended, inbox }: RunningState): Calls {
    const child = this.#stepper.child(id);
    if (child === undefined) throw new Fault("INPUT_INVALID", { at: "state.running", child: id, allowed: "the children of state.children" });
    if (ended || process !== null) {
      this.#children.set(id, { child, input, strand: undefined, process: process === null ? undefined : processId(process), ended, inbox: [] });
      return;
    }
    yield* this.#spawn(child, input, inbox as readonly EventObject[]);
  }

  #revived(to: unknown): unknown {
    return this.#stepper.revived(to);
  }
}

/** How often a program that is stopped with its process may still try to call from its `finally` blocks. */
const STOP_YIELDS_MAX = 64;

/** Whatever was thrown is thrown on as it is when it is an error; anything else becomes one. */
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(typeof error === "string" ? error : "a machine ended with an error that is none"));

const faultEvent = (action: string, error: Fault): Ending => ({ event: { type: "triad.fault", action, fault: error.toJSON() }, error });

/** One of its own: timers set by one action share the event its configuration holds. */
const apart = (event: EventObject): EventObject => (Object.isFrozen(event) ? Object.freeze({ ...event }) : { ...event });

const isSelf = (to: unknown): boolean => to instanceof Address && to.kind === "self";

/** What a guard threw is thrown on as it is; in a run recorded before that, as it was told then. */
function* guardFailed(failure: GuardFailure): Calls {
  throw (yield { domain: "K", op: "in-force", flag: "guardsFailAsThrown" }) === true ? failure.cause : new Fault(failure.fault, failure.detail);
}

/** What a step asks for, as this run sends early (effects.ts). */
function* addressed(effects: readonly Effect[]): Calls<readonly Effect[]> {
  if (!effects.some(isEarly)) return effects;
  return (yield* reachesInvoked()) ? reaching(effects) : unreached(effects);
}

function* reachesInvoked(): Calls<boolean> { return (yield { domain: "K", op: "in-force", flag: "entriesReachInvoked" }) === true; }

function* once(operation: Operation): Calls { yield operation; }

function* sendTo({ kind, process, id }: Address, event: EventObject): Calls {
  if (kind === "gone" || kind === "stopped") throw new Fault("PROCESS_UNKNOWN", { child: id, why: "no living child" });
  const to = process ?? (yield { domain: "K", op: "parent" }) as ProcessId;
  if (kind === "parent" && to === (yield { domain: "K", op: "self" })) throw new Fault("PROCESS_UNKNOWN", { process: to, why: "the root has no parent" });
  yield { domain: "K", op: "send", to, body: flattened(event) };
}
