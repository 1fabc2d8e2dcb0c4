// defineMachine: from an XState machine to the ProcessDefinition the kernel steps. The machine stays what XState and Stately's tools know:
// `setup({ … }).createMachine({ … })`. What it invokes is made by fromProgram and fromProcess, as others are by fromPromise.
import type { AnyActorRef, AnyStateMachine, EventFromLogic, InputFrom, OutputFrom } from "xstate";
import { Strand } from "../../domains/k/api/strands.ts";
import { k, kBefore, kNarrower, type Address as To } from "../../domains/k/api/operations.ts";
import { phi, phiBefore, phiNarrower } from "../../domains/phi/api/operations.ts";
import { q, qBefore, qNarrower } from "../../domains/q/api/operations.ts";
import type { BoundDomain } from "../../kernel-abi/domain.ts";
import { malformed } from "../../kernel-abi/calls.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { label, type ProcessId } from "../../kernel-abi/ids.ts";
import { mailboxTerms } from "../../kernel-abi/mailbox-terms.ts";
import type { Behaviour, MailboxTerms, Operation, ProcessDefinition, Program, Wish } from "../../kernel-abi/operation.ts";
import { AT_ONCE, GUARDED } from "../../kernel-abi/reading.ts";
import { CURRENT_OFFER } from "../../kernel-abi/version.ts";
import { checkpointAction, type CheckpointInfo } from "../process/machine/actions.ts";
import { MachineActivation } from "../process/machine/activation.ts";
import { defineBehaviour, explained, type Explanation, type MachineDefinition as Prepared } from "../process/machine/definition.ts";
import { Address } from "../process/machine/scope.ts";
import { shapeOf } from "../process/machine/shape.ts";
import { isMachine, logicFor, type InvokedLogic } from "../process/machine/sources.ts";
import { isMachineState, parseState, type MachineState } from "../process/machine/state.ts";
import { pluginOf, type PolicyPlugin } from "../scheduler/plugin.ts";
import type { Apis } from "./define.ts";
import { declared } from "./declared.ts";
import { noted, took } from "./definitions.ts";
import { apisFor } from "./sites.ts";

export type { Explanation, MachineState };

/** A machine's behaviour with the types of its input, output and events; it also starts from a state of its own kept earlier. */
export interface MachineDefinition<I, R, E> extends ProcessDefinition<I | MachineState, R> {
  readonly machine: AnyStateMachine;
  readonly [eventSignature]?: (event: E) => void;
}
declare const eventSignature: unique symbol;

/** The events a machine's process takes: `const go: EventOf<typeof light> = { type: "GO" }`. */
export type EventOf<D> = D extends MachineDefinition<infer _I, infer _R, infer E> ? E : never;

/** An event as it arrives from another process: the kernel says who sent it. */
export type Sent<E> = E & { readonly sender: ProcessId };

type MachineInput<M extends AnyStateMachine> = unknown extends InputFrom<M> ? undefined : InputFrom<M>;

interface Spec<M extends AnyStateMachine> {
  /** A letter, then letters, digits, `_`, `.`, `-`; the last segment of the process's name. */
  readonly name: string;
  readonly machine: M;
  /** Domains beside K; those of its programs and children are known without saying. */
  readonly domains?: readonly BoundDomain[];
  /** A message the current state has no transition for is a fault. Otherwise it is a line in the log, `event.refused`, recorded as a refused call. */
  readonly strict?: boolean;
  readonly mailbox?: MailboxTerms;
  /** Order of the ready processes of runs of which this is the root. */
  readonly policy?: PolicyPlugin;
}

const DOMAINS: readonly BoundDomain[] = ["Q", "PHI"];

type Define = typeof defineMachine;

/** Machines among the sources become child processes, defined as the one they are sources of; a source that is ours already stays. */
function ownSources(machine: AnyStateMachine, define: Define): AnyStateMachine {
  const actors: Readonly<Record<string, unknown>> = shapeOf(machine).implementations.actors;
  const children = Object.entries(actors).flatMap(([name, logic]) => (isMachine(logic) ? [[name, fromProcess(define({ name: sourceName(name), machine: logic as AnyStateMachine }))] as const] : []));
  // Always a machine of our own: its limits are ours to set. The types of its sources were checked where it was made.
  return machine.provide({ actors: Object.fromEntries(children) } as never);
}

const sourceName = (name: string): string => `m.${name.replaceAll(/[^A-Za-z0-9_.-]/g, "-")}`.slice(0, 64);

function domainsOf(name: string, machineDomains: readonly BoundDomain[], declared: readonly BoundDomain[] = []): readonly BoundDomain[] {
  const strange = declared.find((domain) => !DOMAINS.includes(domain));
  if (strange !== undefined) throw new Fault("MACHINE_INVALID", { machine: name, at: "domains", what: String(strange), allowed: DOMAINS.join(", ") });
  return DOMAINS.filter((domain) => declared.includes(domain) || machineDomains.includes(domain));
}

const definitions = new WeakMap<object, Prepared>();

/**
 * Defines a process whose behaviour is an XState machine. Messages `{ type, … }` from other processes are its events, with `sender` set by
 * the kernel; delays are ticks; reaching a final state ends the process with the machine's output.
 * @throws Fault MACHINE_INVALID naming the place in the configuration; ABI_MALFORMED for a bad name or mailbox
 */
export const defineMachine = <M extends AnyStateMachine>(spec: Spec<M>): MachineDefinition<MachineInput<M>, OutputFrom<M>, EventFromLogic<M>> =>
  declared(MACHINE_FORM, spec, () => {
    checkShape(spec);
    return defined(spec, mailboxTerms, defineMachine);
  });

/** `defineMachine` for the program of a run from before `refusalsInFull`: what is wrong is told as it was then. */
export const defineMachineBefore: Define = (spec) => defined(spec, mailboxTerms, defineMachineBefore);

/** `defineMachine` for the program of a run from before `declarationsChecked`: its mailbox is what was declared, whatever that is. */
export const defineMachineUnchecked: Define = (spec) => defined(spec, (terms) => terms, defineMachineBefore);

const MACHINE_FORM = "defineMachine({ name, machine, domains?, strict?, mailbox?, policy? })";

/** What nothing looked at before `refusalsInFull`. @throws Fault ABI_MALFORMED */
function checkShape({ machine, domains, strict }: Readonly<Record<keyof Pick<Spec<AnyStateMachine>, "machine" | "domains" | "strict">, unknown>> | Spec<AnyStateMachine>): void {
  const refuse = (argument: string, given: unknown, allowed: string): never => { throw malformed(MACHINE_FORM, { argument, given: [given], allowed }); };
  if (!isMachine(machine)) refuse("machine", machine, "what createMachine gives, of xstate or of setup({ … })");
  if (domains !== undefined && !Array.isArray(domains)) refuse("domains", domains, 'a list of "Q" and "PHI"');
  if (strict !== undefined && typeof strict !== "boolean") refuse("strict", strict, "true or false");
}

function defined<M extends AnyStateMachine>(spec: Spec<M>, termsOf: (terms: MailboxTerms) => MailboxTerms, define: Define): MachineDefinition<MachineInput<M>, OutputFrom<M>, EventFromLogic<M>> {
  const { name, strict = false } = spec;
  label(name);
  const machine = ownSources(spec.machine, define);
  const prepared = defineBehaviour(shapeOf(machine));
  const options = { definition: prepared, name, strict, strandOf: (program: Generator<Operation, unknown, unknown>) => new Strand(program) };
  const mailbox = spec.mailbox === undefined ? undefined : termsOf(spec.mailbox);
  const definition = Object.freeze({
    name,
    machine,
    domains: Object.freeze(domainsOf(name, prepared.domains, spec.domains)),
    abi: CURRENT_OFFER,
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(spec.policy === undefined ? {} : { policy: pluginOf(spec.policy) }),
    admit: (input: unknown) => (isMachineState(input) ? parseState(input, machine.id) : input),
    activate: (input: unknown) => new MachineActivation(options, input),
    reactivate: (saved: unknown) => MachineActivation.reactivated(options, saved),
  });
  definitions.set(definition, prepared);
  return noted(definition, [spec, definition]);
}

const APIS = Object.freeze({ k, q, phi });
const APIS_NARROWER = Object.freeze({ k: kNarrower, q: qNarrower, phi: phiNarrower });
const APIS_BEFORE = Object.freeze({ k: kBefore, q: qBefore, phi: phiBefore });

interface ProgramSpec<D extends readonly BoundDomain[], I, R> {
  /** Domains beside K. */
  readonly domains?: D;
  readonly run: (apis: Apis<D[number]>, input: I) => Program<R, "K" | D[number]>;
}

/**
 * A source to invoke: a program that runs inside the machine's process, beside the machine. Its result comes back as `onDone`, what it
 * throws as `onError`. It may wait for anything; `k.receive` gives it what the machine sends it (`sendTo("its id", event)`).
 * Leaving the state ends it: its `finally` blocks run.
 */
export function fromProgram<const D extends readonly BoundDomain[] = readonly [], I = undefined, R = unknown>(spec: ProgramSpec<D, I, R>): InvokedLogic<I, R> {
  return programChecked(APIS, spec);
}

/** `fromProgram` for the program of a run from before `widerProviders`. */
export const fromProgramNarrower = (spec: ProgramSpec<readonly BoundDomain[], unknown, unknown>): InvokedLogic<unknown, unknown> => programChecked(APIS_NARROWER, spec);

function programChecked<const D extends readonly BoundDomain[], I, R>(apis: typeof APIS, spec: ProgramSpec<D, I, R>): InvokedLogic<I, R> {
  return declared(PROGRAM_FORM, spec, () => {
    if (typeof spec.run !== "function") throw malformed(PROGRAM_FORM, { argument: "run", given: [spec.run], allowed: "a generator function: *run({ k }, input) { … }" });
    return programWith(apis, spec);
  });
}

const PROGRAM_FORM = "fromProgram({ domains?, *run(apis, input) { … } })";

/** `fromProgram` for the program of a run from before `refusalsInFull`. */
export const fromProgramBefore = (spec: ProgramSpec<readonly BoundDomain[], unknown, unknown>): InvokedLogic<unknown, unknown> => programWith(APIS_BEFORE, spec);

function programWith<const D extends readonly BoundDomain[], I, R>(apis: typeof APIS, spec: ProgramSpec<D, I, R>): InvokedLogic<I, R> {
  took(spec);
  const start = spec.run as (apis: object, input: unknown) => Generator<Operation, unknown, unknown>;
  return logicFor({ kind: "program", domains: Object.freeze([...spec.domains ?? []]), start: (input) => start(apisFor(apis), input) });
}

/**
 * A source to invoke or spawn: a child process. Its result comes back as `onDone`, its failure as `onError`. It ends with the state that
 * invoked it, and with the machine's process.
 */
export function fromProcess<I, R>(definition: ProcessDefinition<I, R>, options: { readonly grants?: readonly Wish[] } = {}): InvokedLogic<I, R> {
  return declared("fromProcess(definition, { grants? })", options, () => fromProcessBefore(definition, options));
}

/** `fromProcess` for the program of a run from before `refusalsInFull`. */
export function fromProcessBefore<I, R>(definition: ProcessDefinition<I, R>, options: { readonly grants?: readonly Wish[] } = {}): InvokedLogic<I, R> {
  const behaviour: Behaviour = definition;
  return logicFor({ kind: "process", behaviour, grants: options.grants });
}

/** A process as a target of `sendTo`: `sendTo(({ event }) => processRef(event.sender), { type: "PONG" })`. @throws Fault ABI_MALFORMED */
export function processRef(to: To): AnyActorRef {
  const process: unknown = GUARDED.address(to);
  if (typeof process !== "number") throw malformed("processRef(to)", { argument: "to", given: [to], allowed: "a process id, or what spawn returned" });
  return processRefBefore(to);
}

/** `processRef` for the program of a run from before `refusalsInFull`. */
export const processRefBefore = (to: To): AnyActorRef => new Address("process", AT_ONCE.address(to)) as unknown as AnyActorRef;

/** What an action of the user's may give back: nothing, an operation, a program such as `k.log(…)`, or a list of those. */
export type ActionCalls = Program<unknown, "K" | BoundDomain> | Operation | readonly ActionCalls[] | undefined;

/**
 * An action that is given the machine's whole state as data when the turn has come to rest, and says what to do with it:
 * `checkpoint(({ state }) => k.send(keeper, { type: "KEEP", state }))`. A process of the same definition can be spawned from it.
 */
export const checkpoint = (use: (given: CheckpointInfo) => ActionCalls): (() => void) => checkpointAction(use) as () => void;

/**
 * An action that ends this body and goes on in a fresh one from the same state, so that a machine may run for ever on a journal that can
 * be cut. Timers go on; invoked programs start anew.
 */
export const continueAsNew = (): (() => void) => checkpoint(({ state }) => ({ domain: "K", op: "continue", state }));

/** How a machine's process is stepped and what stands in the way of tables. @throws Fault PROGRAM_INVALID for what defineMachine did not make */
export function explainMachine(definition: MachineDefinition<never, unknown, never>): Explanation {
  const prepared = definitions.get(definition);
  if (prepared === undefined) throw new Fault("PROGRAM_INVALID", { argument: "definition", allowed: "what defineMachine returns" });
  return explained(prepared);
}

export { machineConfig } from "../process/machine/config.ts";
