// Syscalls of K: log, metrics, time, messages, joining. Each in check order A2: shape, then capability, then what it needs.
import { awaited } from "../../kernel-abi/cause.ts";
import { label } from "../../kernel-abi/ids.ts";
import { DELIVERY, type Envelope } from "../../kernel-abi/envelope.ts";
import { EVENT } from "../../kernel-abi/frame.ts";
import { Fault, FAULTS } from "../../kernel-abi/fault.ts";
import { LIMITS } from "../../kernel-abi/limits.ts";
import type { KOperation, LogLevel } from "../../kernel-abi/operation.ts";
import { LOG_LEVELS } from "../../kernel-abi/operation.ts";
import { pack, packShared, unpack } from "../../kernel-abi/packer.ts";
import { streamKey } from "../../kernel-abi/streams.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { toHex } from "../../kernel-abi/canonical.ts";
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { refusedInFull } from "../../kernel-abi/version.ts";
import type { Process } from "../process/process.ts";
import { messageWithin, waitFor, WAIT_MESSAGE } from "../process/wait.ts";
import { mayHold, take } from "./calls-place.ts";
import { DONE, value, waiting, type Reply } from "./replies.ts";
import { authorise, post, processOf, type KernelState } from "./state.ts";
import { BoundReached, draft, judged, refused, type Row, type Transaction } from "./transaction.ts";

type Of<O extends KOperation["op"]> = Extract<KOperation, { readonly op: O }>;

const IN_FORCE: Reply = Object.freeze(value(true));
/** What is not in force was not asked for when the run was recorded either: whoever asks is answered aside, at no operation of its slice. */
export const NOT_IN_FORCE: Reply = Object.freeze(value(false));
const RECEIVING: Reply = Object.freeze(waiting(WAIT_MESSAGE));

/** Pure reads are not recorded: replay re-derives them (SYSCALL.ABI_QUERY). Still typed refusals. */
export function query(state: KernelState, caller: Process, op: Of<"now" | "self" | "parent" | "file" | "random" | "in-force" | "lost" | "uncalibrated">, tx: Transaction): Reply {
  try {
    switch (op.op) {
      case "now": return value(state.clock.now);
      case "self": return value(caller.id);
      case "parent": return value(caller.parent);
      case "file": return value(file(state, op.name));
      case "random": return value(draw(state, caller, op));
      case "lost": return value(caller.absence.lost);
      case "uncalibrated": return value(caller.absence.uncalibrated);
      case "in-force": return state.flags.has(op.flag) ? IN_FORCE : NOT_IN_FORCE;
    }
  } catch (error) {
    if (error instanceof Fault) return { kind: "fault", fault: tx.told(error) };
    throw error;
  }
}

/** Anything else was answered like the second. */
const DRAWS: readonly unknown[] = ["uniform", "uint32"] satisfies readonly Of<"random">["draw"][];

function file(state: KernelState, name: string): string {
  const text = Object.hasOwn(state.files, name) ? state.files[name] : undefined;
  if (text === undefined) throw new Fault("INPUT_INVALID", { file: String(name), known: Object.keys(state.files).join(", ") || "none" });
  return text;
}

function draw(state: KernelState, caller: Process, op: Of<"random">): number {
  if (refusedInFull(state.flags) && !DRAWS.includes(op.draw)) throw new Fault("ABI_MALFORMED", { argument: "draw", allowed: DRAWS.join(", ") });
  const { root, generation } = state.seeds;
  const stream = caller.stream(`${generation} ${label(op.stream)}`,
    () => state.random.stream(toHex(streamKey(state.sha256, root, caller.name, `k/${op.stream}`))));
  return op.draw === "uniform" ? stream.uniform() : stream.uint32();
}

/** A line of the log; what tells of a refused event is recorded as refused itself, with the same body, and answered like any other. */
export function log(state: KernelState, caller: Process, op: Of<"log">, tx: Transaction): Reply {
  const reply = written(state, caller, op, tx);
  const row = tx.entries.at(-1);
  if (op.refused === true && reply.kind === "value" && row !== undefined && state.flags.has("eventsAreRefused")) tx.entries[tx.entries.length - 1] = { ...row, verdict: FAULTS.LIFECYCLE_REFUSED.code };
  return reply;
}

const written = (state: KernelState, caller: Process, op: Of<"log">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.LOG, DOMAIN_RANK.K, (row) => {
    if (typeof op.label !== "string" || op.label.length > LIMITS.log_label_max) throw new Fault("ABI_MALFORMED", { argument: "label", allowed: `text of at most ${LIMITS.log_label_max} characters` });
    if (!LOG_LEVELS.includes(op.level)) throw new Fault("ABI_MALFORMED", { argument: "level", allowed: LOG_LEVELS.join(", ") });
    row.body = encode({ level: op.level satisfies LogLevel, label: op.label, data: op.data ?? null });
    row.capability = authorise(state, caller, "EXECUTE_K", tx);
    return DONE;
  });

export const metric = (state: KernelState, caller: Process, op: Of<"metric">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.METRIC_EMIT, DOMAIN_RANK.K, (row) => {
    if (typeof op.value !== "number" || !Number.isFinite(op.value)) throw new Fault("ABI_MALFORMED", { argument: "value", allowed: "a finite number" });
    row.body = pack({ name: label(op.name), value: Float64Array.of(op.value), unit: String(op.unit) });
    row.capability = authorise(state, caller, "EXECUTE_K", tx);
    return DONE;
  });

/** What would surely take this much is not even encoded to say how much it is. */
const WALK_MAX = 2 * LIMITS.payload_bytes_max;

/** Bytes of a payload, within the limit. @throws Fault ABI_UNENCODABLE | ABI_LIMIT */
export function encode(payload: unknown): Uint8Array {
  const body = packShared(payload, WALK_MAX);
  if (body.length > LIMITS.payload_bytes_max) throw new Fault("ABI_LIMIT", { limit: "payload_bytes_max", value: LIMITS.payload_bytes_max, bytes: body.length });
  return body;
}

/** What a receiver is given: primitives as they are, everything else decoded anew, so that no object is shared (rule 8). */
export function delivered(payload: unknown, body: Uint8Array): unknown {
  switch (typeof payload) {
    case "string":
    case "boolean": return payload;
    case "number": return payload === 0 ? 0 : Number.isFinite(payload) ? payload : unpack(body);
    default: return payload === null ? null : unpack(body);
  }
}

/**
 * The commonest call of all: judged like any other, with its effects after the last check instead of an undo for each.
 * Its fields are read once.
 */
export function send(state: KernelState, caller: Process, op: Of<"send">, tx: Transaction): Reply {
  const entry = draft(SYSCALL.IPC_SEND, DOMAIN_RANK.K);
  const undo = tx.undo.length;
  try {
    const { to, body: payload, place } = op;
    tx.checkLength();
    if (!Number.isSafeInteger(to) || to < 0) throw new Fault("ABI_MALFORMED", { argument: "to", allowed: "a process id" });
    entry.subject = to;
    entry.body = encode(payload);
    entry.capability = authorise(state, caller, "IPC_SEND", tx, { units: 0, target: to });
    const receiver = processOf(state, to);
    if (!receiver.live) throw new Fault("PROCESS_UNKNOWN", { process: to, name: receiver.name, state: receiver.state });
    if (state.used.messages + tx.messages >= state.bounds.messages) throw new BoundReached("messages", state.bounds.messages);
    tx.weigh(entry.body.length);
    const claimed = receiver.inbox.claim();
    if (!claimed && receiver.inbox.overflow !== "block") throw new Fault("MAILBOX_FULL", { process: to, name: receiver.name, depth: receiver.inbox.depth });
    const placed = !claimed && place === true && mayHold(state, caller);
    const message = post(state, caller, to, DELIVERY.MESSAGE, 1, 0, delivered(payload, entry.body));
    tx.add(entry);
    if (placed) return parkAside(caller, message, tx);
    if (!claimed) return park(message, tx);
    tx.post(message, receiver);
    return DONE;
  } catch (error) {
    return refused(tx, { ...tx.mark(), undo }, entry.code, entry.domain, entry, error);
  }
}

/** Back-pressure: the sender waits until the receiver has taken a message. */
function park(message: Envelope, tx: Transaction): Reply {
  tx.parked = message;
  tx.messages += 1;
  return waiting(waitFor(DELIVERY.ROOM, message.to));
}

/** The same, but only what holds the place waits: the sender goes on. */
function parkAside(caller: Process, message: Envelope, tx: Transaction): Reply {
  tx.event(EVENT.MESSAGE_PARKED, DOMAIN_RANK.K, { subject: message.to });
  tx.placed.push(message);
  tx.messages += 1;
  return take(caller, message.seq, message.to, tx);
}

/** Posts a timer of the caller's and returns its sequence number. @throws Fault ABI_MALFORMED | DOMAIN_UNAUTHORIZED */
export function setTimer(state: KernelState, caller: Process, ticks: number, row: Row, tx: Transaction): number {
  if (!Number.isSafeInteger(ticks) || ticks < 1 || state.clock.now + ticks > Number.MAX_SAFE_INTEGER) {
    throw new Fault("ABI_MALFORMED", { argument: "ticks", value: String(ticks), allowed: "an integer of at least 1" });
  }
  row.capability = authorise(state, caller, "EXECUTE_K", tx);
  const envelope = post(state, caller, caller.id, DELIVERY.TIMER, ticks, 0, undefined);
  row.subject = envelope.due;
  tx.envelopes.push(envelope);
  return envelope.seq;
}

export const sleep = (state: KernelState, caller: Process, op: Of<"sleep">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.TIMER_SET, DOMAIN_RANK.K, (row) =>
    waiting(waitFor(DELIVERY.TIMER, setTimer(state, caller, op.ticks, row, tx))));

/** Ends the turn: each message is a turn of its own. With `within`, a timer of the caller's ends the wait with `undefined`. */
export function receive(state: KernelState, caller: Process, op: Of<"receive">, tx: Transaction): Reply {
  const { within: ticks } = op;
  if (ticks === undefined) return RECEIVING;
  return judged(tx, SYSCALL.TIMER_SET, DOMAIN_RANK.K, (row) =>
    waiting(messageWithin(setTimer(state, caller, ticks, row, tx))));
}

export const join = (state: KernelState, caller: Process, op: Of<"join">, tx: Transaction): Reply =>
  judged(tx, SYSCALL.PROC_JOIN, DOMAIN_RANK.K, (row) => {
    if (!Number.isSafeInteger(op.child) || op.child < 0) throw new Fault("ABI_MALFORMED", { argument: "child", allowed: "what spawn returned" });
    row.subject = op.child;
    row.capability = authorise(state, caller, "EXECUTE_K", tx);
    const child = processOf(state, op.child);
    if (child.parent !== caller.id) throw new Fault("PROCESS_UNKNOWN", { process: op.child, why: "not a child of the caller" });
    if (child.exit !== undefined && child.exit.tick < state.clock.now) return collectExit(state, child);
    if (child.exit !== undefined) {
      tx.envelopes.push(post(state, child, caller.id, DELIVERY.EXIT, 1, child.id, undefined));
      tx.undo.push(() => { child.seq -= 1; });
    }
    return waiting(waitFor(DELIVERY.EXIT, child.id));
  });

/** A child's result, or why there is none as a fault. */
export function collectExit({ flags }: KernelState, child: Process): Reply {
  child.joined = true;
  const { exit } = child;
  if (exit?.fault !== undefined) {
    const { name, code, message } = exit.fault;
    return { kind: "fault", fault: new Fault("PROCESS_FAILED", refusedInFull(flags) ? awaited(child.name, exit.fault) : { process: child.name, cause: name, code, message }) };
  }
  if (exit?.how === "stopped") return { kind: "fault", fault: new Fault("PROCESS_STOPPED", { process: child.name, reason: exit.reason }) };
  if (exit?.how === "linked") return { kind: "fault", fault: new Fault("PROCESS_STOPPED", { process: child.name, linkedTo: exit.with ?? null }) };
  return value(exit === undefined ? undefined : unpack(exit.result));
}
