// Process creation and release: the lifecycle Created → Initialized → DomainBound → Active, each transition guarded and
// logged, and the way out. A child's authority is cut out of its parent's (A3).
import { VERBS, K_VERBS, DOMAIN_VERBS, type VerbName } from "../../kernel-abi/capability.ts";
import { DOMAIN_RANK, DOMAINS, type BoundDomain } from "../../kernel-abi/domain.ts";
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { label, processId, processName, type ProcessId, type ProcessName } from "../../kernel-abi/ids.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import { mailboxTerms } from "../../kernel-abi/mailbox-terms.ts";
import type { Behaviour, KOperation, Wish } from "../../kernel-abi/operation.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { grantedPriority, priority as priorityOf, type Priority } from "../../kernel-abi/priority.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { negotiate, refusedInFull } from "../../kernel-abi/version.ts";
import { bindingLifecycle, type BindingEvent, type ProcessEvent } from "../process/lifecycles.ts";
import { Process } from "../process/process.ts";
import type { CapabilityRecord } from "./capability-table.ts";
import { checkFreeze, hold } from "./authority.ts";
import { checkScope } from "./calls-capability.ts";
import { encode } from "./calls-k.ts";
import { value, type Reply } from "./replies.ts";
import { admitted, authorise, post, transitionBody, type KernelState } from "./state.ts";
import { judged, type Transaction } from "./transaction.ts";

/** @throws Fault LIFECYCLE_REFUSED */
export function step(process: Process, event: ProcessEvent, tx: Transaction): void {
  const before = process.state;
  const { from, to } = process.transition(event);
  tx.undo.push(() => { process.state = before; });
  tx.event(EVENT.TRANSITION, DOMAIN_RANK.K, { subject: process.id, body: transitionBody("process", from, to) });
}

export function stepBinding(process: Process, domain: BoundDomain, event: BindingEvent, tx: Transaction): void {
  const from = process.binding(domain);
  const to = bindingLifecycle.next(from, event);
  process.bind(domain, to);
  tx.undo.push(() => process.bind(domain, from));
  tx.event(EVENT.TRANSITION, DOMAIN_RANK[domain], { subject: process.id, body: transitionBody(`binding.${domain}`, from, to) });
}

export const capable = (state: KernelState, process: Process, domain: BoundDomain): boolean =>
  DOMAIN_VERBS[domain].every((verb) => process.held.some((id) => {
    const record = state.capabilities.get(id);
    return record.grant.verb === verb && !record.revoked;
  }));

/** Binds one declared domain: capability, attested provider, resources to draw on (011, 062: attestation before binding). */
function bind(state: KernelState, process: Process, domain: BoundDomain, tx: Transaction): void {
  const { providers } = state.admissions[domain];
  stepBinding(process, domain, { type: "BIND", capable: capable(state, process, domain) }, tx);
  stepBinding(process, domain, { type: "INIT", attested: providers.length > 0 && providers.every((provider) => provider.attestation === "simulated") }, tx);
  stepBinding(process, domain, { type: "START", resources: providers.some((provider) => provider.units > 0) }, tx);
  tx.event(SYSCALL.BIND, DOMAIN_RANK[domain], { subject: process.id });
}

/**
 * Takes a new process to Active. Contracts for work are requested by the program itself: binding needs the right to ask.
 * @throws Fault LIFECYCLE_REFUSED | DOMAIN_UNAUTHORIZED
 */
export function bringUp(state: KernelState, process: Process, tx: Transaction): void {
  const { domains } = process.behaviour;
  step(process, { type: "CREATE", unique: state.processes.get(process.id) === process, declared: domains.every((domain) => DOMAINS.includes(domain)) }, tx);
  step(process, { type: "INITIALIZE", tables: process.held.length > 0 }, tx);
  const missing = domains.find((domain) => !capable(state, process, domain));
  if (missing !== undefined) throw new Fault("DOMAIN_UNAUTHORIZED", { process: process.name, domain: missing, why: "declared but not granted" });
  for (const domain of domains) bind(state, process, domain, tx);
  const active = domains.every((domain) => process.binding(domain) === "active");
  step(process, { type: "BIND", capable: true, attested: active, approved: true }, tx);
  step(process, { type: "ACTIVATE", bindings: active }, tx);
}

export interface Declared {
  readonly name: ProcessName;
  readonly parent: ProcessId;
  readonly behaviour: Behaviour;
  readonly input: unknown;
  readonly priority: Priority;
}

/** Enters a process into the table; nothing of it has run. */
export function admitProcess(state: KernelState, declared: Declared, tx: Transaction): Process {
  if (state.processes.length >= LIMITS.processes_max) throw new Fault("ABI_LIMIT", { limit: "processes_max", value: LIMITS.processes_max });
  const process = new Process({ ...declared, id: processId(state.processes.length), mailboxBound: state.mailboxBound });
  state.processes.add(process);
  tx.undo.push(() => { state.processes.undoLast(); });
  return process;
}

/** Body of PROC_SPAWN and PROCESS_DECLARED. `input` is the encoded, admitted input. */
export const declaration = (state: KernelState, { name, parent, behaviour }: Omit<Declared, "input" | "priority">, input: Uint8Array): Uint8Array =>
  pack({ name, parent, definition: behaviour.name, domains: [...behaviour.domains], vhm: state.vhm, node: state.node, input });

const isBehaviour = (candidate: unknown): candidate is Behaviour =>
  typeof candidate === "object" && candidate !== null && "activate" in candidate && typeof candidate.activate === "function"
  && "admit" in candidate && "abi" in candidate && "name" in candidate && "domains" in candidate;

/** What a definition was when this run first spawned it: read once, and one copy for all its processes. @throws Fault ABI_MALFORMED */
export function ownBehaviour(state: KernelState, given: Behaviour): Behaviour {
  let own = state.behaviours.get(given);
  if (own === undefined) state.behaviours.set(given, own = ownCopyOf(given));
  return own;
}

/** Its members read and checked. @throws Fault ABI_MALFORMED */
function ownCopyOf({ name, domains, abi, complete, admit, activate, reactivate, mailbox, priority }: Behaviour): Behaviour {
  const sound = typeof admit === "function" && (complete === undefined || typeof complete === "function") && typeof activate === "function" && (reactivate === undefined || typeof reactivate === "function") && isList(domains) && domains.every((domain) => domain === "Q" || domain === "PHI")
    && typeof abi === "object" && abi !== null && isList(abi.flags);
  if (!sound) throw new Fault("ABI_MALFORMED", { argument: "definition", allowed: "what defineProcess returns" });
  return Object.freeze({
    name: label(name), domains: Object.freeze([...domains]), abi, admit, activate, ...(complete === undefined ? {} : { complete }),
    ...(reactivate === undefined ? {} : { reactivate }), ...(mailbox === undefined ? {} : { mailbox: mailboxTerms(mailbox) }), ...(priority === undefined ? {} : { priority: priorityOf(priority) }),
  });
}

const isList = (value: unknown): boolean => Array.isArray(value);
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

const GRANTS = "at least one { verb, scope? }; leave grants out to give the child what it declares";

/** What a child is given: its wishes, or everything it declares that its parent can give. */
function wishesFor({ flags }: KernelState, behaviour: Behaviour, grants: readonly Wish[] | undefined): readonly Wish[] {
  if (grants === undefined) return [...K_VERBS, ...behaviour.domains.flatMap((domain) => DOMAIN_VERBS[domain])].map((verb) => ({ verb }));
  if (!isList(grants) || !grants.every(isObject)) throw new Fault("ABI_MALFORMED", { argument: "grants", allowed: "a list of { verb, scope }" });
  if (grants.length === 0 && refusedInFull(flags)) throw new Fault("ABI_MALFORMED", { argument: "grants", allowed: GRANTS });
  const wishes = grants.map(({ verb, scope = {} }) => ({ verb, scope: { ...scope } }));
  for (const [at, { verb, scope }] of wishes.entries()) {
    if (!VERBS.includes(verb)) throw new Fault("ABI_MALFORMED", { argument: refusedInFull(flags) ? `grants[${at}].verb` : "grants", allowed: VERBS.join(", ") });
    checkScope(scope);
  }
  return wishes;
}

function parentCapability(state: KernelState, parent: Process, verb: VerbName): CapabilityRecord {
  return state.capabilities.find(parent.held, verb, { units: 0, target: null }, state.clock.now);
}

/** K verbs a parent lacks are simply not passed on; a declared domain it lacks is a refusal (in bringUp). */
function endow(state: KernelState, parent: Process, child: Process, wishes: readonly Wish[], implicit: boolean, tx: Transaction): void {
  for (const wish of wishes) {
    const implied = implicit && !parent.held.some((id) => state.capabilities.get(id).grant.verb === wish.verb);
    if (implied) continue;
    checkFreeze(state, parent, wish.verb);
    hold(state, state.capabilities.derive(parentCapability(state, parent, wish.verb), child.id, wish.scope ?? {}), child, tx);
  }
}

export const spawn = (state: KernelState, caller: Process, op: Extract<KOperation, { readonly op: "spawn" }>, tx: Transaction): Reply =>
  judged(tx, SYSCALL.PROC_SPAWN, DOMAIN_RANK.K, (row) => {
    if (!isBehaviour(op.behaviour)) throw new Fault("ABI_MALFORMED", { argument: "definition", allowed: "what defineProcess returns" });
    const behaviour = ownBehaviour(state, op.behaviour);
    const wishes = wishesFor(state, behaviour, op.grants);
    negotiate(behaviour.abi);
    const asked = op.priority === undefined ? undefined : priorityOf(op.priority);
    const input = encode(admitted(state, behaviour, op.input));
    row.capability = authorise(state, caller, "SPAWN", tx);
    const name = processName(`${caller.name}/${caller.nextChildSegment(label(behaviour.name))}`);
    const child = admitProcess(state, { name, parent: caller.id, behaviour, input: unpack(input), priority: grantedPriority(asked, behaviour.priority, caller.priority) }, tx);
    row.subject = child.id;
    row.body = declaration(state, child, input);
    endow(state, caller, child, wishes, op.grants === undefined, tx);
    bringUp(state, child, tx);
    tx.envelopes.push(post(state, caller, child.id, DELIVERY.START, 1, 0, undefined));
    caller.ties.children.add(child.id);
    tx.undo.push(() => { caller.ties.children.delete(child.id); });
    return value(Object.freeze({ process: child.id }));
  });
