// The end of ONE process: what it held goes back, and whoever has to do with it is told, one tick later. Committed at once, in a
// kernel frame of its own.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { DELIVERY, WAIT, type Envelope } from "../../kernel-abi/envelope.ts";
import { Fault, FAULTS, type FaultJson } from "../../kernel-abi/fault.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { processId, type ProcessId } from "../../kernel-abi/ids.ts";
import type { Resumption } from "../../kernel-abi/operation.ts";
import { pack } from "../../kernel-abi/packer.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { PlaceAnswer, type Process } from "../process/process.ts";
import { armOf } from "../process/wait.ts";
import { step, stepBinding } from "./calls-process.ts";
import { dropped } from "./calls-place.ts";
import { notice } from "./calls-wait.ts";
import { endContract } from "./contracts.ts";
import { post, type KernelState } from "./state.ts";
import { emptyRow, NO_BYTES, type Transaction } from "./transaction.ts";

/** How a process ends, and what joining it will give. */
export type Ending =
  | { readonly how: "finished"; readonly result: Uint8Array }
  | { readonly how: "failed"; readonly fault: FaultJson }
  | { readonly how: "stopped"; readonly reason: string }
  | { readonly how: "linked"; readonly with: ProcessId }
  | { readonly how: "run-end" };

/** As PROC_EXIT records it. */
const CAUSE = Object.freeze({ finished: "exit", failed: "fault", stopped: "stopped", linked: "linked", "run-end": "run-end" } as const);

/** Marks an exit notice that ends its receiver. */
export const LINKED = Symbol("linked");

export function release(state: KernelState, process: Process, ending: Ending, tx: Transaction): void {
  const { how } = ending;
  tx.event(SYSCALL.PROC_EXIT, DOMAIN_RANK.K, { subject: process.id, body: exitBody(process, ending) });
  state.deferrals.drop(process.id);
  step(process, { type: "TERMINATE", cause: CAUSE[how], rolledBack: false }, tx);
  for (const contract of state.contracts.ownedBy(process.id)) endContract(state, contract, how === "finished" ? "completed" : "revoked", tx);
  for (const domain of process.boundDomains) {
    stepBinding(process, domain, { type: "TERMINATE" }, tx);
    stepBinding(process, domain, { type: "RELEASE", freed: true }, tx);
    tx.event(SYSCALL.UNBIND, DOMAIN_RANK[domain], { subject: process.id });
  }
  step(process, { type: "RELEASE", freed: state.contracts.ownedBy(process.id).length === 0 }, tx);
  process.exit = {
    tick: state.clock.now, how, result: how === "finished" ? ending.result : NO_BYTES, fault: how === "failed" ? ending.fault : undefined,
    reason: how === "stopped" ? ending.reason : "", with: how === "linked" ? ending.with : undefined,
  };
  if (how !== "run-end") tell(state, process, tx);
  state.capabilities.retire(process.held);
  process.clear();
  state.processes.ended(process);
  state.tallies?.ended(process.id);
}

function exitBody(process: Process, ending: Ending): Uint8Array {
  const { depth } = process.inbox;
  const about = ending.how === "stopped" ? { reason: ending.reason } : ending.how === "linked" ? { with: ending.with } : {};
  return pack({ cause: CAUSE[ending.how], unread: depth, ...about });
}

function tell(state: KernelState, process: Process, tx: Transaction): void {
  const parent = state.processes.living(process.parent);
  parent?.anyTies?.children.delete(process.id);
  if (parent?.wait.on === DELIVERY.EXIT && parent.wait.subject === process.id) {
    tx.envelopes.push(post(state, process, parent.id, DELIVERY.EXIT, 1, process.id, undefined));
  }
  for (const id of new Set([process.parent, ...process.anyTies?.watchers ?? []])) {
    const watcher = state.processes.living(id);
    if (watcher !== undefined && selects(watcher, process)) notice(state, process, id, tx);
  }
  if (process.exit?.how !== "finished") for (const id of process.anyTies?.dependents ?? []) signal(state, process, id, tx);
  withdrawPlaces(state, process, tx);
  turnAway(state, process, tx);
  withdraw(state, process, tx);
}

const selects = (watcher: Process, ended: Process): boolean =>
  watcher.wait.on === WAIT.SELECT && armOf(watcher.wait, { kind: DELIVERY.EXIT, seq: 0, subject: ended.id }) >= 0;

/** Ends a process linked to this one, one tick later. */
function signal(state: KernelState, ended: Process, id: ProcessId, tx: Transaction): void {
  if (state.processes.living(id) === undefined) return;
  tx.event(EVENT.EXIT_NOTICED, DOMAIN_RANK.K, { subject: ended.id, body: pack({ to: id, linked: true }) });
  tx.envelopes.push(post(state, ended, id, DELIVERY.EXIT, 1, ended.id, LINKED));
}

/** Senders that wait for a place in its mailbox are told that there will be none. */
function turnAway(state: KernelState, process: Process, tx: Transaction): void {
  const parked = process.anyParked;
  for (let message = parked?.shift(); message !== undefined; message = parked?.shift()) {
    tx.record(EVENT.ROOM_MADE, FAULTS.PROCESS_UNKNOWN.code, DOMAIN_RANK.K, { ...emptyRow(), subject: message.from });
    tx.envelopes.push(roomFor(state, process, message, { kind: "fault", fault: new Fault("PROCESS_UNKNOWN", { process: process.id, name: process.name, state: process.state }) }));
  }
}

/** Its messages that hold places go with it, those to itself too. */
function withdrawPlaces(state: KernelState, process: Process, tx: Transaction): void {
  for (const [seq, { of }] of process.anyPlaces ?? []) {
    const receiver = of === process.id ? process : state.processes.living(of);
    if (receiver?.anyParked?.remove((message) => message.from === process.id && message.seq === seq) !== undefined) dropped(of, process.id, seq, tx);
  }
}

/** Its own message that waits for a place goes with it. */
function withdraw(state: KernelState, process: Process, tx: Transaction): void {
  if (process.wait.on !== DELIVERY.ROOM) return;
  const withdrawn = state.processes.living(process.wait.subject)?.anyParked?.remove(({ from }) => from === process.id);
  if (withdrawn !== undefined) dropped(withdrawn.to, withdrawn.from, withdrawn.seq, tx);
}

/** What the sender of a message that waited is told: the whole process, or whichever strand of it holds the place. */
function roomFor(state: KernelState, receiver: Process, { from, seq }: Envelope, answer: Resumption): Envelope {
  const to = processId(from);
  if (state.processes.living(to)?.anyPlaces?.has(seq) === true) return post(state, receiver, to, DELIVERY.ROOM, 1, seq, new PlaceAnswer(answer));
  return post(state, receiver, to, DELIVERY.ROOM, 1, receiver.id, answer.kind === "fault" ? answer.fault : answer.value);
}

/** A place became free: the first message that waits for one gets it, and its sender goes on. */
export function makeRoom(state: KernelState, receiver: Process, tx: Transaction): void {
  const parked = receiver.anyParked;
  while (parked !== undefined && parked.length > 0 && receiver.inbox.claim()) {
    const message = parked.shift() as Envelope;
    tx.event(EVENT.ROOM_MADE, DOMAIN_RANK.K, { subject: message.from });
    const due = roomFor(state, receiver, message, { kind: "value", value: undefined });
    tx.envelopes.push({ ...message, due: due.due });
    tx.envelopes.push(due);
  }
}
