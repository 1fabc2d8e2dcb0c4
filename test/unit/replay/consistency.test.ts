import { describe, expect, it } from "vitest";
import { EXIT, Fault, FAULTS } from "../../../kernel-abi/fault.ts";
import { EVENT, type Entry, type Frame } from "../../../kernel-abi/frame.ts";
import { PHI_SERVICE, processId, Q_SERVICE, ROOT, tick } from "../../../kernel-abi/ids.ts";
import { pack, unpack } from "../../../kernel-abi/packer.ts";
import type { VerbName } from "../../../kernel-abi/capability.ts";
import { SYSCALL } from "../../../kernel-abi/syscall.ts";
import { DELIVERY, WAIT } from "../../../kernel-abi/envelope.ts";
import { entry, kernelFrame, NO_BODY, record, turnFrame } from "../../support/recordings.ts";
import { refusalOf, unitOffsets, verified } from "../../support/refusals.ts";
import { Consistency } from "../../../replay/consistency/consistency.ts";
import * as fields from "../../../replay/consistency/fields.ts";
import { boot, ABORTED, bringUp, CAP, capability, CHILD, declaration, end, exit, FAULT, FINISHED, PHI, PROVIDER, Q, runRecording, smallRun, TERMS, waits } from "../../support/runs.ts";

const RUN: readonly Frame[] = smallRun().filter((frame) => frame !== null);
type Edit = (frames: Frame[]) => void;

/** Frames of the small run by what they are. */
const AT = { boot: 0, root: 1, intent: 2, start: 3, heard: 4, childExit: 5, outcome: 6, measured: 7, rootExit: 8, end: 9 } as const;
/** Entries of the root's first turn. */
const IN = { log: 0, spawn: 1, cut: 3, request: 8, issued: 9, activated: 10, call: 11, send: 12, measure: 13 } as const;

const swap = (a: number, b: number): Edit => (frames) => { [frames[a], frames[b]] = [frames[b] as Frame, frames[a] as Frame]; };
const drop = (at: number): Edit => (frames) => { frames.splice(at, 1); };
const insert = (at: number, frame: Frame): Edit => (frames) => { frames.splice(at, 0, frame); };
const again = (at: number): Edit => (frames) => { frames.splice(at, 0, frames[at] as Frame); };
const frame = (at: number, change: object): Edit => (frames) => { frames[at] = { ...frames[at] as Frame, ...change }; };
const set = (at: number, index: number, change: Partial<Entry>): Edit => (frames) => {
  const was = frames[at] as Frame;
  frames[at] = { ...was, entries: was.entries.map((one, place) => (place === index ? { ...one, ...change } : one)) };
};
const without = (at: number, index: number): Edit => (frames) => {
  const was = frames[at] as Frame;
  frames[at] = { ...was, entries: was.entries.filter((_, place) => place !== index) };
};
const add = (at: number, index: number, ...more: Entry[]): Edit => (frames) => {
  const was = frames[at] as Frame;
  frames[at] = { ...was, entries: [...was.entries.slice(0, index), ...more, ...was.entries.slice(index)] };
};
/** Changes members of a record body; dots reach into it. */
const say = (at: number, index: number, changes: Readonly<Record<string, unknown>>): Edit => (frames) => {
  const body = unpack((frames[at] as Frame).entries[index]?.body ?? new Uint8Array(0)) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    (keys.reduce((of, key) => of[key] as Record<string, unknown>, body))[last] = value;
  }
  set(at, index, { body: pack(body) })(frames);
};
const both = (...edits: Edit[]): Edit => (frames) => { for (const edit of edits) edit(frames); };

function forged(edit: Edit, header = {}): Uint8Array {
  const frames = [...RUN];
  edit(frames);
  return record(frames, { recording: runRecording(header) }).file;
}

const second = (over: object, capability: number = CAP.ALLOCATE_Q): Entry[] => [
  entry(EVENT.CONTRACT_ISSUED, { domain: Q, capability, contract: 2, subject: 2, body: pack({ owner: ROOT, terms: { ...TERMS, ...over } }) }),
];
/** A capability cut down, with a call of its own. */
const cut = (id: number, from: number, verb: VerbName, scope: object = {}): Entry[] => [entry(SYSCALL.CAP_ATTENUATE, { capability: from, subject: id }), capability(id, ROOT, verb, from, scope)];
const log = (capability: number): Entry => entry(SYSCALL.LOG, { capability, body: pack({ level: "info", label: "hello" }) });
const SELECT = entry(SYSCALL.SELECT, { capability: 7 });
const grandchild = (capability: number): Entry => entry(SYSCALL.PROC_SPAWN, { capability, subject: 5, body: declaration("root/echo#1/echo#1", CHILD) });
const step = (from: string, to: string): Entry => entry(EVENT.TRANSITION, { subject: CHILD, body: pack({ machine: "process", from, to }) });
const noticed = entry(EVENT.EXIT_NOTICED, { subject: CHILD, body: pack({ to: ROOT }) });
const timer = entry(SYSCALL.TIMER_SET, { capability: 7, subject: 9 });
const onward = entry(SYSCALL.PROC_CONTINUE, { capability: 7, body: pack({ state: 0 }) });
/** The root's last turn is aborted; the root never takes it. */
const ABORT: readonly Edit[] = [frame(AT.measured, { end: ABORTED }), say(AT.rootExit, 0, { cause: "fault" })];
const CUT_OFF: readonly Edit[] = [say(AT.rootExit, 0, { cause: "run-end" }), say(AT.end, 2, { turns: 3 })];
/** The contract starts at 3, nothing is done under it, and it is revoked. */
const revokedAt = (at: number): Edit => both(say(AT.root, IN.issued, { "terms.start": 3 }), without(AT.root, IN.activated), without(AT.root, IN.call - 1), without(AT.root, IN.measure - 2),
  frame(AT.root, { end: waits(DELIVERY.MESSAGE) }), drop(AT.intent), insert(AT.outcome - 1, kernelFrame(at, [entry(EVENT.CONTRACT_REVOKED, { domain: Q, contract: 1, subject: 1 })])));
const FIELDS = "an entry uses the fields of its code";
const STANDS = "what follows at once stands beside it";
const SAID = "a process is suspended, resumed and ended where that is said";
const ENDED = "a process exits as its last turn ended";
const FINISHES = "a turn that finishes says its result";
const ABORTS = "a turn that is aborted says its fault";
const WAITS = "a turn waits for what its last call asked for";
const BECAME = "the end says what became of the root";
const NOBODYS = "what happens to nobody in particular is the kernel's";
const job = (id: number, due: number, cost: number): Entry =>
  entry(SYSCALL.XDV_CALL, { domain: Q, capability: CAP.EXECUTE_Q, contract: 1, subject: id, body: pack({ due, cost, charge: { budget: 1, shots: 0 } }) });
/** A capability asked back with one the caller holds, and it and `more` revoked. */
const revoked = (id: number, held: number, ...more: number[]): Entry[] =>
  [entry(SYSCALL.CAP_REVOKE, { capability: held, subject: id }), ...[id, ...more].map((subject) => entry(EVENT.CAPABILITY_REVOKED, { subject }))];
const intent = (id: number, due: number): Frame => kernelFrame(1, [entry(EVENT.JOB_INTENT, { domain: Q, capability: CAP.EXECUTE_Q, contract: 1, subject: id, body: pack({ actor: "root", due }) })], ROOT);
const outcomeOf = (id: number, at: number): Frame => kernelFrame(at, [entry(EVENT.JOB_OUTCOME, { domain: Q, contract: 1, subject: id, body: pack(0) })], Q_SERVICE);

const CASES: [what: string, edit: Edit, rule: string][] = [
  // order
  ["a tick that goes back", frame(AT.rootExit, { tick: tick(4) }), "ticks never go back"],
  ["a run that does not begin with the kernel", drop(AT.boot), "every call's intent stands before the next turn"],
  ["a run that begins later than tick 0", frame(AT.boot, { tick: tick(1) }), "a run begins with the kernel, at tick 0"],
  ["a second boot", again(AT.boot), "the kernel declares processes at boot alone"],
  ["a frame after the end", both(insert(AT.end + 1, RUN[AT.rootExit] as Frame), insert(AT.end + 2, RUN[AT.end] as Frame)), "nothing follows RUN_END"],
  ["two ends", again(AT.end), "nothing follows RUN_END"],
  ["an end among other entries", add(AT.end, 2, RUN[AT.end]?.entries[2] as Entry, entry(EVENT.FAULT)), "nothing follows RUN_END"],
  ["an end in a turn", frame(AT.end, { ...turnFrame(5, ROOT), entries: RUN[AT.end]?.entries }), "a process that ended takes no turn"],
  ["an end in a turn that is due", frame(AT.measured, { entries: RUN[AT.end]?.entries.slice(2) }), "what the kernel does alone does not stand in a turn"],
  ["an end of no kind", say(AT.end, 2, { status: "exploded" }), "a run ends in one of six ways"],
  ["an end that says nothing", set(AT.end, 2, { body: pack(0) }), "the body says what the event needs"],
  ["other totals", say(AT.end, 2, { messages: 2 }), "the end states what the frames add up to"],
  ["a run completed without its root", both(frame(AT.measured, { end: ABORTED }), say(AT.rootExit, 0, { cause: "fault" })), "a run is completed when its root has finished"],
  ["an end before the processes are released", drop(AT.rootExit), "every process is released before the end"],
  // processes and deliveries
  ["a turn of nobody", frame(AT.start, { actor: processId(9) }), "turns are taken by declared processes"],
  ["a turn after the exit", insert(AT.childExit + 1, RUN[AT.heard] as Frame), "a process that ended takes no turn"],
  ["a turn after the last turn", insert(AT.childExit, turnFrame(2, CHILD, { end: FINISHED })), "who had its last turn, or was stopped, exits before anybody takes a turn"],
  ["a turn taken twice", again(AT.start), "a process is given what it waits for"],
  ["a message before the start", swap(AT.start, AT.heard), "a process is given what it waits for"],
  ["a start at the tick of its spawn", frame(AT.start, { tick: tick(1) }), "a start follows its spawn"],
  ["a start of another cause", frame(AT.start, { delivery: { kind: DELIVERY.START, from: ROOT, seq: 5 } }), "a start follows its spawn"],
  ["a message nobody sent", frame(AT.heard, { delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: 0 } }), "messages were sent before, are taken once and in order"],
  ["a message of another sender", frame(AT.heard, { delivery: { kind: DELIVERY.MESSAGE, from: CHILD, seq: 1 } }), "messages were sent before, are taken once and in order"],
  ["a message at the tick it was sent", both(frame(AT.root, { tick: tick(1) }), frame(AT.start, { tick: tick(2) }), without(AT.root, IN.send)), "messages were sent before, are taken once and in order"],
  ["a timer nobody set", frame(AT.heard, { delivery: { kind: DELIVERY.TIMER, from: CHILD, seq: 0 } }), "a timer was set and goes off when it is due"],
  ["an outcome at another tick", both(frame(AT.measured, { tick: tick(6) }), frame(AT.rootExit, { tick: tick(6) }), frame(AT.end, { tick: tick(6) })), "an outcome is delivered to its owner when it is due"],
  ["an outcome of the other service", frame(AT.measured, { delivery: { kind: DELIVERY.OUTCOME, from: processId(2), seq: 1 } }), "an outcome is delivered to its owner when it is due"],
  ["an exit nobody waits for", frame(AT.measured, { delivery: { kind: DELIVERY.EXIT, from: CHILD, seq: 0 } }), "a process is given what it waits for"],
  ["a process that ends twice", again(AT.childExit), "a process ends once"],
  ["a child numbered out of turn", set(AT.root, IN.spawn, { subject: 5 }), "processes are numbered in the order of their spawns"],
  ["a child under another parent", say(AT.root, IN.spawn, { name: "root2/echo#1" }), "a child stands under its parent"],
  ["a message to a dead process", frame(AT.measured, { entries: [entry(SYSCALL.IPC_SEND, { capability: CAP.IPC_SEND, subject: CHILD })] }), "messages go to live processes"],
  ["a message to nobody", set(AT.root, IN.send, { subject: 77 }), "messages go to declared processes"],
  ["a dead letter nobody wrote", insert(AT.outcome, kernelFrame(3, [entry(EVENT.FAULT, { verdict: FAULTS.PROCESS_UNKNOWN.code, subject: CHILD, body: pack({ from: 3, seq: 8 }) })])), "a dead letter was sent, and fell due after its receiver's end"],
  ["a lifecycle that skips a state", without(AT.boot, 15), "lifecycles go along their edges"],
  ["a lifecycle along no edge", say(AT.rootExit, 1, { to: "released" }), "lifecycles go along their edges"],
  ["a syscall in a kernel frame", insert(AT.intent, kernelFrame(1, [RUN[AT.root]?.entries[IN.log] as Entry], ROOT)), "syscalls stand in turns"],
  ["a kernel event in a turn", add(AT.start, 0, entry(EVENT.JOB_ABANDONED, { subject: 1 })), "what the kernel does alone does not stand in a turn"],
  ["a second root", add(AT.boot, 8, RUN[AT.boot]?.entries[7] as Entry), "the first process is the root"],
  ["a root of another name", say(AT.boot, 7, { name: "toor" }), "the first process is the root"],
  ["a root of another number", set(AT.boot, 7, { subject: 4 }), "the first process is the root"],
  ["a provider that is not the header's", say(AT.boot, 2, { units: 9 }), "attested providers are those of the header, in its order"],
  ["a provider whose attestation JSON cannot carry", say(AT.boot, 2, { extra: Float64Array.of(Number.NaN), figures: null }), "attested providers are those of the header, in its order"],
  ["an attestation after boot", insert(AT.start, kernelFrame(2, [RUN[0]?.entries[2] as Entry])), "providers attest themselves at boot"],
  ["a provider of no domain", say(AT.boot, 2, { domain: "K" }), "attested providers are those of the header, in its order"],
  ["a lifecycle left out", frame(AT.measured, { entries: [entry(EVENT.TRANSITION, { subject: ROOT, body: pack({ machine: "process", from: "active", to: "active" }) })] }), "lifecycles go along their edges"],
  ["a selection from nothing that can be read", frame(AT.start, { entries: [SELECT], end: { ...waits(WAIT.SELECT), body: pack(0) } }), "a turn that selects says from what"],
  ["a selection from something that is no arm", frame(AT.start, { entries: [SELECT], end: { ...waits(WAIT.SELECT), body: pack([[1, 2, 3]]) } }), "a turn that selects says from what"],
  ["a selection from a kind that is no number", frame(AT.start, { entries: [SELECT], end: { ...waits(WAIT.SELECT), body: pack([[1, "2"]]) } }), "a turn that selects says from what"],
  ["a number that is none", say(AT.root, IN.call, { cost: 1.5 }), "the body says what the event needs"],
  ["a name that is none", say(AT.boot, 7, { name: 7 }), "the body says what the event needs"],
  ["a list of numbers that holds none", add(AT.start, 0, entry(EVENT.CONTRACTS_LOST, { subject: CHILD, body: pack({ contracts: [0.5] }) })), "the body says what the event needs"],
  ["a capability of no verb", say(AT.root, IN.cut, { verb: "FLY" }), "the body says what the event needs"],
  ["a job called again in a run without a policy", insert(AT.outcome + 1, kernelFrame(5, [entry(EVENT.JOB_RETRIED, { domain: Q, capability: CAP.EXECUTE_Q, contract: 1, subject: 2, body: pack({ of: 1, attempt: 1, due: 9, cost: 4, charge: { budget: 1, shots: 0 } }) })])), "jobs are called again as often as the header's policy says"],
  ["a body that says nothing", set(AT.root, IN.spawn, { body: pack(7) }), "the body says what the event needs"],
  ["a body that is a list", set(AT.end, 2, { body: pack([1]) }), "the body says what the event needs"],
  ["a body that is no value", set(AT.root, IN.call, { body: Uint8Array.of(0xc1, 0xc1) }), "the body says what the event needs"],
  // capabilities
  ["a call without a capability", set(AT.root, IN.log, { code: SYSCALL.ABI_QUERY, capability: 0 }), "no syscall without a capability"],
  ["a capability never issued", set(AT.root, IN.log, { capability: 40 }), "capabilities are issued before they are named"],
  ["somebody else's capability", frame(AT.heard, { entries: [log(CAP.EXECUTE_K)] }), "a capability is used by its holder"],
  ["a capability of another verb", set(AT.root, IN.log, { capability: CAP.IPC_SEND }), "a capability permits its own verb"],
  ["a capability aimed elsewhere", frame(AT.heard, { entries: [entry(SYSCALL.IPC_SEND, { capability: 8, subject: CHILD })] }), "a capability is aimed at its target"],
  ["a capability used up", frame(AT.heard, { entries: Array.from({ length: 3 }, () => entry(SYSCALL.IPC_SEND, { capability: 8, subject: ROOT })) }), "a capability is used no more often than granted"],
  ["a capability out of its time", both(say(AT.root, IN.cut - 1, { "scope.until": 2 }), frame(AT.start, { entries: [log(7)] })), "a capability is used while it is in force"],
  ["a capability revoked", both(add(AT.root, IN.measure, ...revoked(7, 1)), frame(AT.start, { entries: [log(7)] })), "a capability is used while it is in force"],
  ["a capability revoked twice", add(AT.root, IN.measure, ...revoked(7, 1, 7)), "a capability is revoked once"],
  ["a capability asked back twice, and revoked twice", add(AT.root, IN.measure, ...revoked(7, 1), ...revoked(7, 1)), "a capability is revoked once"],
  ["a capability asked back and not revoked", add(AT.root, IN.measure, ...revoked(7, 1).slice(0, 1)), "a capability is revoked with all that descends from it"],
  ["a capability asked back and revoked behind another call", add(AT.root, IN.measure, revoked(7, 1)[0] as Entry, RUN[AT.root]?.entries[IN.send] as Entry, revoked(7, 1)[1] as Entry), "a capability is revoked with all that descends from it"],
  ["a capability whose descendant stays", add(AT.root, IN.measure, ...revoked(CAP.EXECUTE_K, CAP.EXECUTE_K)), "a capability is revoked with all that descends from it"],
  ["a capability whose descendant goes in a later turn", both(add(AT.root, IN.measure, ...revoked(CAP.EXECUTE_K, CAP.EXECUTE_K)), frame(AT.start, { entries: [entry(EVENT.CAPABILITY_REVOKED, { subject: 7 })] })), "a capability is revoked with all that descends from it"],
  ["a capability revoked that nobody asked back", add(AT.root, IN.measure, entry(EVENT.CAPABILITY_REVOKED, { subject: 7 })), "a turn revokes what it asks for, with all that descends from it"],
  ["a capability revoked with another that does not descend from it", add(AT.root, IN.measure, ...revoked(7, 1, 8)), "a turn revokes what it asks for, with all that descends from it"],
  ["a capability revoked by the kernel without a reason", insert(AT.start, kernelFrame(2, [entry(EVENT.CAPABILITY_REVOKED, { subject: 7 })])), "the kernel revokes what a freeze or a strike takes"],
  ["a contract that outlives its capability", add(AT.root, IN.measure, ...revoked(CAP.ALLOCATE_Q, CAP.ALLOCATE_Q)), "a contract ends with the capability it was issued under"],
  ["a capability revoked by a stranger", frame(AT.start, { entries: [entry(SYSCALL.CAP_REVOKE, { capability: 7, subject: 1 })] }), "a capability is revoked by those it comes from"],
  ["a capability asked back with one of another", add(AT.root, IN.measure, entry(SYSCALL.CAP_REVOKE, { capability: 7, subject: 7 })), "a capability is used by its holder"],
  ["a root capability the header does not allow", set(AT.boot, 8, { body: capability(1, ROOT, "READ_TRACE").body }), "root capabilities are those the header allows"],
  ["a root capability for a child", say(AT.root, IN.cut, { parent: 0 }), "a capability is issued to a live process"],
  ["a root capability after boot", both(say(AT.root, IN.cut, { parent: 0 }), set(AT.root, IN.cut, { capability: 0 })), "root capabilities are those the header allows"],
  ["a grant that grows", add(AT.root, IN.measure, ...cut(9, CAP.IPC_SEND, "IPC_SEND", { uses: 5 }), ...cut(10, 9, "IPC_SEND", { uses: 6 })), "a grant only shrinks"],
  ["a grant of another verb", say(AT.root, IN.cut, { verb: "SPAWN" }), "a grant only shrinks"],
  ["a grant out of what another holds", both(add(AT.root, IN.cut + 1, capability(9, CHILD, "SPAWN", CAP.SPAWN)), frame(AT.heard, { entries: [grandchild(9), capability(10, 5, "IPC_SEND", CAP.IPC_SEND)] })), "a grant only shrinks"],
  ["a capability numbered out of turn", set(AT.root, IN.cut, { subject: 12 }), "capabilities are numbered in the order of their issue"],
  // contracts
  ["a contract numbered out of turn", set(AT.root, IN.issued, { subject: 2, contract: 2 }), "contracts are numbered in the order of their issue"],
  ["a contract for somebody else", say(AT.root, IN.issued, { owner: CHILD }), "a contract is issued to its requester"],
  ["a contract with the wrong capability", set(AT.root, IN.issued, { capability: CAP.EXECUTE_Q }), "a contract stays within the capability it was requested with"],
  ["a contract of more units than its capability", both(set(AT.root, IN.request, { capability: 9 }), set(AT.root, IN.issued, { capability: 9 }), add(AT.root, IN.request, ...cut(9, CAP.ALLOCATE_Q, "ALLOCATE_Q", { units: 1 }))), "a contract stays within the capability it was requested with"],
  ["two contracts under a capability for one", both(...[IN.request, IN.issued].map((at) => set(AT.root, at, { capability: 9 })), add(AT.root, IN.activated + 1, entry(SYSCALL.CONTRACT_REQUEST, { domain: Q, capability: 9, contract: 2, subject: 2 }), ...second({}, 9)),
    add(AT.root, IN.request, ...cut(9, CAP.ALLOCATE_Q, "ALLOCATE_Q", { uses: 1 }))), "a capability is used no more often than granted"],
  ["more units than the provider declared", say(AT.root, IN.issued, { "terms.units": 9 }), "contracts share no more than providers declared"],
  ["two contracts that share too much", add(AT.root, IN.activated, ...second({ units: 7 })), "contracts share no more than providers declared"],
  ["a contract without a window", say(AT.root, IN.issued, { "terms.end": 1 }), "a contract has units and a window"],
  ["a contract of no domain", say(AT.root, IN.issued, { "terms.domain": "K" }), "a contract is of a domain"],
  ["terms below zero", say(AT.root, IN.issued, { "terms.budget": -1 }), "terms are counted from zero"],
  ["a contract active before its start", say(AT.root, IN.issued, { "terms.start": 3 }), "a contract is active from its start"],
  ["a contract activated twice", add(AT.root, IN.activated, RUN[AT.root]?.entries[IN.activated] as Entry), "contracts go from issued to active to an end, and are then released"],
  ["work on a contract that is not active", without(AT.root, IN.activated), "work is done while its contract is active"],
  ["a contract completed before it was active", set(AT.root, IN.activated, { code: EVENT.CONTRACT_COMPLETED }), "contracts go from issued to active to an end, and are then released"],
  ["a contract expired before its end", set(AT.rootExit, 2, { code: EVENT.CONTRACT_EXPIRED }), "a contract expires at its end"],
  ["a contract released without an end", without(AT.rootExit, 2), "contracts go from issued to active to an end, and are then released"],
  ["a contract revoked that should have been active", both(without(AT.root, IN.activated), without(AT.root, IN.call - 1), without(AT.root, IN.measure - 2),
    drop(AT.intent), insert(AT.start - 1, kernelFrame(1, [entry(EVENT.CONTRACT_REVOKED, { domain: Q, contract: 1, subject: 1 })]))), "what follows at once stands beside it"],
  ["a contract revoked at its start without a strike", revokedAt(3), "contracts start and end when they said they would"],
  ["a contract revoked behind its start that was never active", revokedAt(4), "contracts start and end when they said they would"],
  ["a contract completed after its end", both(say(AT.root, IN.issued, { "terms.end": 5 })), "contracts start and end when they said they would"],
  ["another ledger", say(AT.rootExit, 3, { budget: 6 }), "the ledger is what was charged"],
  ["a charge above the budget", say(AT.root, IN.call, { "charge.budget": 41 }), "charges stay within the terms"],
  ["more shots than the terms", say(AT.root, IN.call, { "charge.shots": 11 }), "charges stay within the terms"],
  ["a charge below zero", say(AT.root, IN.call, { "charge.budget": -1 }), "charges are counted from zero"],
  ["an outcome due after the contract's end", say(AT.root, IN.issued, { "terms.end": 4 }), "work is done while its contract is active"],
  ["a contract used by another", both(add(AT.root, IN.cut + 1, capability(9, CHILD, "ALLOCATE_Q", CAP.ALLOCATE_Q)),
    frame(AT.heard, { entries: [entry(SYSCALL.CONTRACT_QUERY, { domain: Q, capability: 9, contract: 1, subject: 1 })] })), "a contract is used by its owner"],
  ["a contract event of another domain", set(AT.root, IN.activated, { domain: 2 }), "a contract event is of its contract's domain"],
  ["a window without its contract", insert(AT.outcome, kernelFrame(3, [entry(EVENT.WINDOW_STOP, { domain: Q, contract: 1, subject: 1 })])), "windows open and close with their contract"],
  // jobs
  ["a job numbered out of turn", set(AT.root, IN.call, { subject: 2 }), "jobs are numbered in the order of their calls"],
  ["an outcome due at another tick than the cost says", say(AT.root, IN.call, { due: 6 }), "an outcome is due at the call's tick plus its cost"],
  ["a job that costs nothing", say(AT.root, IN.call, { due: 1, cost: 0 }), "an outcome is due at the call's tick plus its cost"],
  ["a call without its intent", drop(AT.intent), "every call's intent stands before the next turn"],
  ["an intent twice", again(AT.intent), "intents follow their calls in order"],
  ["an intent of another job", set(AT.intent, 0, { subject: 2 }), "intents follow their calls in order"],
  ["an intent that says another tick", say(AT.intent, 0, { due: 9 }), "intents follow their calls in order"],
  ["an intent of another actor", say(AT.intent, 0, { actor: "root/echo#1" }), "intents follow their calls in order"],
  ["an outcome that never came", drop(AT.outcome), "an outcome is delivered to its owner when it is due"],
  ["an outcome twice", again(AT.outcome), "an outcome has an intent before it and comes once"],
  ["an outcome before it is due", frame(AT.outcome, { tick: tick(4) }), "an outcome comes when it is due"],
  ["an outcome of another contract", set(AT.outcome, 0, { contract: 2 }), "an outcome comes when it is due"],
  ["an outcome of nothing", set(AT.outcome, 0, { subject: 9 }), "jobs are called before they are named"],
  ["a tick that passes an outcome", both(frame(AT.outcome, { tick: tick(6) }), frame(AT.measured, { tick: tick(6) }), frame(AT.rootExit, { tick: tick(6) })), "no tick passes before the outcomes due at it are in"],
  ["outcomes of a tick out of order", both(add(AT.root, IN.send, job(2, 5, 4)), insert(AT.intent + 1, intent(2, 5)), insert(AT.outcome + 1, outcomeOf(2, 5))), "outcomes of a tick come in the order of their jobs"],
  ["a job abandoned by another", insert(AT.outcome, kernelFrame(3, [entry(EVENT.JOB_ABANDONED, { domain: Q, contract: 1, subject: 1 })], CHILD)), "a job is abandoned with its owner, before its outcome"],
  ["a job without an outcome at the end", both(add(AT.root, IN.send, job(2, 7, 6)), insert(AT.intent + 1, intent(2, 7)), say(AT.rootExit + 1, 3, { budget: 8, jobs: 2 })), "every job has an outcome or was abandoned"],
  ["an outcome collected by another", both(add(AT.root, IN.cut + 1, capability(9, CHILD, "MEASURE_Q", CAP.MEASURE_Q)),
    frame(AT.heard, { entries: [entry(SYSCALL.MEASURE, { domain: Q, capability: 9, contract: 1, subject: 1 })] })), "an outcome is collected by its owner"],
  ["a measurement of another domain", set(AT.root, IN.measure, { domain: 2 }), "a measurement is of Q and a projection of PHI"],
  // fields
  ["a call that uses a field that is not its own", set(AT.root, IN.log, { contract: 1 }), FIELDS],
  ["a call without a field of its own", set(AT.root, IN.call, { contract: 0 }), FIELDS],
  ["a refused call that names more than it could", set(AT.heard, 0, { contract: 1 }), FIELDS],
  ["a refused call that does not say why", set(AT.heard, 0, { code: SYSCALL.LOG, subject: 0, body: NO_BODY }), FIELDS],
  ["an event that names another's field", set(AT.boot, 14, { capability: 1 }), FIELDS],
  ["an aborted turn whose entry uses another's field", frame(AT.measured, { entries: [entry(SYSCALL.LOG, { capability: 1 })], end: ABORTED }), FIELDS],
  // services and the machine
  ["a service of another definition", say(AT.boot, 0, { definition: "service.phi" }), "each service is declared by its name"],
  ["a service of the other's domain", set(AT.boot, 0, { domain: PHI }), "each service is declared by its name"],
  ["a service that is declared and does nothing", without(AT.boot, 6), STANDS],
  ["a service registered that nobody declared", without(AT.boot, 5), "a service is declared before it is registered"],
  ["a service that a turn closes", add(AT.start, 0, RUN[AT.end]?.entries[0] as Entry), "services are the kernel's"],
  ["a service left open", without(AT.end, 0), "every service is closed before the end"],
  ["a root of another machine", say(AT.boot, 7, { vhm: 1 }), "the kernel declares processes of this machine"],
  ["a root on another node", say(AT.boot, 7, { node: 1 }), "the kernel declares processes of this machine"],
  ["a root below somebody", say(AT.boot, 7, { parent: ROOT }), "the kernel declares processes of this machine"],
  ["a root of a domain", set(AT.boot, 7, { domain: Q }), "the first process is the root"],
  ["a child on another node", say(AT.root, IN.spawn, { node: 1 }), "a child stands under its parent"],
  ["a child of another", say(AT.root, IN.spawn, { parent: CHILD }), "a child stands under its parent"],
  ["a provider of the other domain", set(AT.boot, 2, { domain: PHI }), "attested providers are those of the header, in its order"],
  ["a provider of the other service", set(AT.boot, 2, { subject: PHI_SERVICE }), "attested providers are those of the header, in its order"],
  ["a step in another domain", set(AT.boot, 14, { domain: Q }), "a step is of its machine's domain"],
  ["a service's step in the other's domain", set(AT.boot, 6, { domain: Q }), "a step is of its machine's domain"],
  ["a binding of no domain", add(AT.start, 0, entry(EVENT.TRANSITION, { domain: Q, subject: CHILD, body: pack({ machine: "binding.K", from: "unbound", to: "bound" }) })), "a step is of its machine's domain"],
  ["a child suspended that nobody suspends", add(AT.root, IN.measure, step("active", "suspended")), SAID],
  ["a process that ends without an exit", add(AT.heard, 0, step("active", "terminated")), SAID],
  ["an exit that suspends", set(AT.childExit, 1, { body: step("active", "suspended").body }), SAID],
  ["an exit and no end", frame(AT.childExit, { entries: RUN[AT.childExit]?.entries.slice(0, 1) }), STANDS],
  ["a process told what it lost by the kernel", insert(AT.outcome, kernelFrame(3, [entry(EVENT.CONTRACTS_LOST, { subject: CHILD, body: pack({ contracts: [1] }) })])), "who resumes a process is told what it has lost"],
  ["a place held by the kernel", insert(AT.outcome, kernelFrame(3, [entry(EVENT.MESSAGE_PARKED, { subject: ROOT })])), "nobody but a sender holds a place"],
  ["a contract started by its owner", insert(AT.outcome, kernelFrame(3, [RUN[AT.root]?.entries[IN.activated] as Entry], ROOT)), NOBODYS],
  ["a strike of a process", insert(AT.outcome, kernelFrame(3, [entry(EVENT.FAULT_INJECTED, { body: pack({}) })], ROOT)), NOBODYS],
  ["a fault contained by a process", insert(AT.outcome, kernelFrame(3, [entry(EVENT.FAULT_CONTAINED, { body: pack({}) })], ROOT)), NOBODYS],
  ["a dead letter of a process", insert(AT.outcome, kernelFrame(3, [entry(EVENT.FAULT, { verdict: FAULTS.PROCESS_UNKNOWN.code, subject: CHILD, body: pack({ from: 3, seq: 8 }) })], ROOT)), NOBODYS],
  // exits and ends
  ["an exit in another's frame", frame(AT.childExit, { actor: ROOT }), "a process ends once"],
  ["an exit for another reason", say(AT.childExit, 0, { cause: "stopped" }), ENDED],
  ["an exit as if its turn had finished", frame(AT.heard, { end: waits(DELIVERY.MESSAGE) }), ENDED],
  ["an exit for a fault nobody saw", both(frame(AT.heard, { end: waits(DELIVERY.MESSAGE) }), say(AT.childExit, 0, { cause: "fault" })), ENDED],
  ["an exit that waits for the next tick", drop(AT.childExit), "who had its last turn, or was stopped, exits before anybody takes a turn"],
  ["an exit that counts another mailbox", say(AT.childExit, 0, { unread: 1 }), "an exit says how much was not read"],
  ["an exit told twice", add(AT.childExit, 3, noticed, noticed), "an exit is told once"],
  ["a turn that finishes with nothing", frame(AT.measured, { end: { ...FINISHED, body: NO_BODY } }), FINISHES],
  ["a turn that finishes and waits", frame(AT.measured, { end: { ...FINISHED, on: DELIVERY.MESSAGE } }), FINISHES],
  ["a turn that finishes with somebody", frame(AT.measured, { end: { ...FINISHED, subject: 1 } }), FINISHES],
  ["a turn aborted with nothing", frame(AT.measured, { end: { ...ABORTED, body: NO_BODY } }), ABORTS],
  ["a turn aborted that waits", frame(AT.measured, { end: { ...ABORTED, on: DELIVERY.MESSAGE } }), ABORTS],
  ["a turn aborted for another fault than it says", frame(AT.measured, { end: { ...ABORTED, subject: FAULTS.CANCELLED.code } }), ABORTS],
  ["a wait for messages that says something", frame(AT.start, { end: { ...waits(DELIVERY.MESSAGE), body: pack(1) } }), WAITS],
  ["a wait for messages of somebody", frame(AT.start, { end: waits(DELIVERY.MESSAGE, ROOT) }), WAITS],
  ["a wait for a timer nobody set", frame(AT.start, { end: waits(WAIT.TIMER) }), WAITS],
  ["a wait for another timer than was set", frame(AT.start, { entries: [timer], end: waits(WAIT.TIMER, 1) }), WAITS],
  ["a wait for an outcome nobody collects", frame(AT.start, { end: waits(WAIT.OUTCOME, 1) }), WAITS],
  ["a wait for another outcome", frame(AT.root, { end: waits(WAIT.OUTCOME, 2) }), WAITS],
  ["a wait behind a refused call", set(AT.root, IN.measure, { verdict: FAULTS.CANCELLED.code, body: pack({}) }), WAITS],
  ["a wait for an exit nobody joins", frame(AT.root, { end: waits(WAIT.EXIT, CHILD) }), WAITS],
  ["a wait for another's exit", both(set(AT.root, IN.measure, entry(SYSCALL.PROC_JOIN, { capability: CAP.EXECUTE_K, subject: CHILD })), frame(AT.root, { end: waits(WAIT.EXIT, 5) })), WAITS],
  ["a wait for room behind no send", frame(AT.start, { end: waits(WAIT.ROOM, ROOT) }), WAITS],
  ["a wait for room of another receiver", frame(AT.start, { entries: [entry(SYSCALL.IPC_SEND, { capability: 8, subject: ROOT, body: pack(1) })], end: waits(WAIT.ROOM, CHILD) }), WAITS],
  ["a start anew without a state", frame(AT.start, { end: waits(WAIT.START) }), WAITS],
  ["a start anew of another", frame(AT.start, { entries: [onward], end: waits(WAIT.START, CHILD) }), WAITS],
  ["a start anew behind two states", frame(AT.start, { entries: [onward, onward], end: waits(WAIT.START) }), WAITS],
  ["a selection that nobody asked for", frame(AT.start, { end: { ...waits(WAIT.SELECT), body: pack([[1, 0]]) } }), WAITS],
  ["a selection of somebody", frame(AT.start, { entries: [SELECT], end: { ...waits(WAIT.SELECT, 1), body: pack([[1, 0]]) } }), WAITS],
  ["a selection from nothing", frame(AT.start, { entries: [SELECT], end: waits(WAIT.SELECT) }), WAITS],
  ["an end that says its status last", set(AT.end, 2, { body: pack(Object.fromEntries(Object.entries(unpack(RUN[AT.end]?.entries[2]?.body as Uint8Array) as object).reverse())) }), "the end says its status first"],
  ["an end by another than the kernel", both(frame(AT.end, { entries: RUN[AT.end]?.entries.slice(0, 2) }), insert(AT.end + 1, kernelFrame(5, RUN[AT.end]?.entries.slice(2) as Entry[], ROOT))), "the kernel ends the run"],
  ["an end with another result", say(AT.end, 2, { result: pack("gone") }), BECAME],
  ["an end with a result that is no bytes", say(AT.end, 2, { result: "done" }), BECAME],
  ["an end that is completed and a fault", say(AT.end, 2, { fault: FAULT }), BECAME],
  ["an end that is completed and waits", say(AT.end, 2, { waits: [{}] }), BECAME],
  ["an end whose waits are no list", say(AT.end, 2, { waits: null }), BECAME],
  ["an end with another fault than the root's", both(...ABORT, say(AT.end, 2, { status: "faulted", result: null, fault: new Fault("CANCELLED", {}).toJSON() })), BECAME],
  ["an end in a fault with a result", both(...ABORT, say(AT.end, 2, { status: "faulted", fault: FAULT })), BECAME],
  ["an end without the root and without a fault", both(...CUT_OFF, say(AT.end, 2, { status: "faulted", result: null, fault: null }), drop(AT.measured)), BECAME],
  ["an end without the root and with a fault that says nothing", both(...CUT_OFF, say(AT.end, 2, { status: "faulted", result: null, fault: 7 }), drop(AT.measured)), BECAME],
  // whose call it is
  ["a capability handed on without a call", add(AT.root, IN.measure, capability(9, CHILD, "EXECUTE_K", CAP.EXECUTE_K)), "a capability is handed on by a call"],
  ["a capability handed on behind a spawn, not to the child", add(AT.root, IN.cut + 1, capability(9, ROOT, "EXECUTE_K", CAP.EXECUTE_K)), "a capability is handed on by a call"],
  ["a capability cut down that is not issued", add(AT.root, IN.measure, ...cut(9, CAP.IPC_SEND, "IPC_SEND").slice(0, 1)), STANDS],
  ["a root capability that is limited", say(AT.boot, 9, { "scope.uses": 5 }), "root capabilities are those the header allows"],
  ["a capability asked back with one it does not descend from", add(AT.root, IN.measure, entry(SYSCALL.CAP_REVOKE, { capability: CAP.SPAWN, subject: 7 })), "a capability is revoked by those it comes from"],
  ["a wait for who is no child", frame(AT.heard, { entries: [entry(SYSCALL.PROC_JOIN, { capability: 7, subject: ROOT })] }), "a process waits for its children"],
  ["a process linked to itself", add(AT.root, IN.measure, entry(SYSCALL.PROC_LINK, { capability: CAP.EXECUTE_K, subject: ROOT, body: pack({}) })), "a process is tied to others"],
  ["a process unlinked from itself", add(AT.root, IN.measure, entry(SYSCALL.PROC_UNLINK, { capability: CAP.EXECUTE_K, subject: ROOT })), "a process is tied to others"],
  ["a process that watches itself", add(AT.root, IN.measure, entry(SYSCALL.PROC_MONITOR, { capability: CAP.EXECUTE_K, subject: ROOT })), "a process is tied to others"],
  ["a job cancelled by another", both(add(AT.root, IN.cut + 1, capability(9, CHILD, "EXECUTE_Q", CAP.EXECUTE_Q)), frame(AT.heard, { entries: [entry(SYSCALL.JOB_CANCEL, { domain: Q, capability: 9, contract: 1, subject: 1 })] })), "a job is cancelled by its owner"],
  ["a job cancelled under another contract", add(AT.root, IN.measure, entry(SYSCALL.JOB_CANCEL, { domain: Q, capability: CAP.EXECUTE_Q, contract: 2, subject: 1 })), "a job is cancelled by its owner"],
  ["a process let go as if the run ended", frame(AT.childExit, { entries: exit(2, CHILD, [], { cause: "run-end" }).entries }), "a process exits as its last turn ended"],
  ["a turn behind processes that were let go", both(frame(AT.heard, { end: waits(DELIVERY.MESSAGE) }), frame(AT.childExit, { entries: exit(2, CHILD, [], { cause: "run-end" }).entries })), "a run that ends takes no more turns"],
  ["a job cancelled and not given up", add(AT.root, IN.measure, entry(SYSCALL.JOB_CANCEL, { domain: Q, capability: CAP.EXECUTE_Q, contract: 1, subject: 1 })), "a job that was cancelled is abandoned at once"],
  ["an intent in another's frame", frame(AT.intent, { actor: CHILD }), "intents follow their calls in order"],
  ["an intent in another tick", frame(AT.intent, { tick: tick(2) }), "intents follow their calls in order"],
  ["an intent under another capability", set(AT.intent, 0, { capability: CAP.MEASURE_Q }), "intents follow their calls in order"],
  ["an intent of another domain", set(AT.intent, 0, { domain: PHI }), "intents follow their calls in order"],
  ["an intent under another contract", set(AT.intent, 0, { contract: 2 }), "intents follow their calls in order"],
  ["an outcome of another domain", set(AT.outcome, 0, { domain: PHI }), "an outcome comes when it is due"],
  ["an outcome by the other service", frame(AT.outcome, { actor: PHI_SERVICE }), "an outcome comes when it is due"],
  ["a contract completed by another", insert(AT.outcome, kernelFrame(3, RUN[AT.rootExit]?.entries.slice(2, 4) as Entry[], CHILD)), "contracts start and end when they said they would"],
  ["a contract that its owner lets expire", both(say(AT.root, IN.issued, { "terms.end": 5 }), set(AT.rootExit, 2, { code: EVENT.CONTRACT_EXPIRED })), "contracts start and end when they said they would"],
];

describe("consistency: a run that could not have happened is refused, however well it is chained and sealed", () => {
  it("starts from one that could", () => { expect(verified(forged(() => undefined)).frames).toBe(10); });

  it.each(CASES)("%s", (_, edit, rule) => {
    const bytes = forged(edit);
    const fault = refusalOf(bytes);
    expect([fault.fault, fault.exitCode, fault.detail["rule"]]).toEqual(["TRACE_INCONSISTENT", EXIT.tamper, rule]);
    expect(fault.detail).toMatchObject({ unit: "block", index: 0, offset: unitOffsets(bytes)[4] });
  });

  it("what is not accounted for is no contradiction", () => {
    const silent = [entry(EVENT.TRANSITION, { subject: 1, body: pack({ machine: "session.q", from: "open", to: "closed" }) }), entry(EVENT.CALIBRATION_ISSUED)];
    expect(verified(forged(add(AT.root, IN.measure, ...silent)))).toMatchObject({ frames: 10, events: 56 });
  });

  it("a contract may take all the units its capability is for", () => {
    const whole = (units: number): Uint8Array => forged(both(set(AT.root, IN.request, { capability: 9 }), set(AT.root, IN.issued, { capability: 9 }), add(AT.root, IN.request, ...cut(9, CAP.ALLOCATE_Q, "ALLOCATE_Q", { units }))));
    expect(verified(whole(TERMS.units)).frames).toBe(10);
  });

  it("a job that is cancelled is abandoned at once, not with the run", () => {
    const cancelled = entry(SYSCALL.JOB_CANCEL, { domain: Q, capability: CAP.EXECUTE_Q, contract: 1, subject: 1 });
    const over = (at: number): Uint8Array => record([
      boot(),
      turnFrame(1, ROOT, {
        delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 },
        entries: [...([IN.request, IN.issued, IN.activated] as const).map((one) => RUN[AT.root]?.entries[one] as Entry), job(1, 5, 4), cancelled], end: waits(DELIVERY.MESSAGE),
      }),
      intent(1, 5),
      kernelFrame(at, [entry(EVENT.JOB_ABANDONED, { domain: Q, contract: 1, subject: 1 })], ROOT),
      exit(3, ROOT, [entry(EVENT.CONTRACT_REVOKED, { domain: Q, contract: 1, subject: 1 }), entry(EVENT.CONTRACT_RELEASED, { domain: Q, contract: 1, subject: 1, body: pack({ budget: 1, shots: 0, jobs: 1 }) })], { cause: "run-end" }),
      end(3, { turns: 1, messages: 0, shots: 0 }, "stuck"),
    ], { recording: runRecording(), status: "stuck" }).file;
    expect(verified(over(1)).status).toBe("stuck");
    expect(refusalOf(over(3)).detail["rule"]).toBe("a job that was cancelled is abandoned at once");
  });

  it("who has ended may be stopped", () => {
    expect(verified(forged(frame(AT.measured, { entries: [entry(SYSCALL.PROC_STOP, { capability: CAP.SPAWN, subject: CHILD, body: pack("late") })] }))).frames).toBe(10);
  });

  it("what was revoked may be asked back again, and is not revoked again", () => {
    expect(verified(forged(add(AT.root, IN.measure, ...revoked(CAP.SPAWN, CAP.SPAWN), revoked(CAP.SPAWN, CAP.SPAWN)[0] as Entry))).frames).toBe(10);
    expect(verified(forged(add(AT.root, IN.measure, ...revoked(CAP.EXECUTE_K, CAP.EXECUTE_K, 7)))).frames).toBe(10);
  });

  it("shows how things stand at any frame", () => {
    const rules = new Consistency(runRecording().header);
    for (const [index, one] of RUN.slice(0, AT.childExit).entries()) rules.frame(one, { offset: 0, unit: "block", index });
    const { world, frames, events, status } = rules;
    expect([frames, events, status, world.turns, world.messages, world.shots, world.processes.get(CHILD)?.over]).toEqual([5, 40, null, 3, 1, 10, true]);
    const last = RUN[AT.intent] as Frame;
    expect(() => { rules.frame(last, { offset: 700, unit: "block", index: 7 }); }).toThrow(expect.objectContaining({ detail: expect.objectContaining({ rule: "ticks never go back", offset: 700, index: 7, last: 2 }) }));
  });

  it("knows of every code which fields it uses, but for those that nothing writes", () => {
    const { world } = new Consistency(runRecording().header);
    const fits = (code: number, mask: number): boolean => {
      const [domain = 0, capability = 0, contract = 0, subject = 0, body = 0] = Array.from({ length: 5 }, (_, at) => (mask >> at) & 1);
      try {
        fields.check(world, entry(code, { domain, capability, contract, subject, body: new Uint8Array(body) }));
        return true;
      } catch {
        return false;
      }
    };
    const free = Object.entries({ ...SYSCALL, ...EVENT }).filter(([, code]) => Array.from({ length: 32 }, (_, mask) => fits(code, mask)).every((one) => one));
    expect(free.map(([name]) => name)).toEqual(["ABI_QUERY", "IPC_RECEIVE", "CALIBRATION_ISSUED"]);
  });

  it("names the event and the actor", () => {
    const { detail } = refusalOf(forged(set(AT.root, IN.log, { capability: CAP.IPC_SEND })));
    expect(detail).toMatchObject({ event: 20, tick: 1, actor: "root", capability: 2, verb: "IPC_SEND" });
    expect(refusalOf(forged(say(AT.rootExit, 3, { budget: 6 }))).detail["event"]).toBe(50);
    const early = refusalOf(forged(frame(AT.heard, { delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: 0 } })));
    expect(early.detail).toMatchObject({ from: ROOT, seq: 0, expected: "3:1" });
  });

  it("knows the ends of a root that never was", () => {
    const frames = [kernelFrame(0, boot().entries.slice(0, 7)), end(0, { turns: 0, messages: 0, shots: 0 }, "faulted")];
    expect(verified(record(frames, { recording: runRecording(), status: "faulted" }).file).status).toBe("faulted");
  });
});

describe("consistency: a root that cannot be bound", () => {
  const bound = (domain: "Q" | "PHI", ...states: string[]): Entry[] => states.slice(1).map((to, at) =>
    entry(EVENT.TRANSITION, { domain: domain === "Q" ? Q : PHI, subject: ROOT, body: pack({ machine: `binding.${domain}`, from: states[at], to }) }));
  it("stays where it was, as do its bindings", () => {
    const frames = [
      kernelFrame(0, [...boot().entries.slice(0, 16), ...bound("Q", "unbound", "bound", "initialized", "active"), entry(SYSCALL.BIND, { domain: Q, subject: ROOT }), ...bound("PHI", "unbound", "bound")]),
      end(0, { turns: 0, messages: 0, shots: 0 }, "enforced"),
    ];
    expect(verified(record(frames, { recording: runRecording(), status: "enforced" }).file).status).toBe("enforced");
    const after = turnFrame(1, ROOT, { delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 }, end: FINISHED });
    const rules = new Consistency(runRecording().header);
    const all = [...frames, after];
    expect(() => { all.forEach((one, index) => { rules.frame(one, { offset: 0, unit: "block", index }); }); }).toThrow(expect.objectContaining({ detail: expect.objectContaining({ index: 2, rule: "nothing follows RUN_END" }) }));
  });
});

describe("consistency: an exit", () => {
  const spawn = (child: number, cap: number): Entry[] => [
    entry(SYSCALL.PROC_SPAWN, { capability: CAP.SPAWN, subject: child, body: declaration(`root/echo#${child - 3}`, ROOT) }),
    capability(cap, child, "IPC_SEND", CAP.IPC_SEND), ...bringUp(child),
  ];
  const OTHER = processId(5);
  const started = (child: number, seq: number, entries: Entry[] = []): Frame => turnFrame(2, child, { delivery: { kind: DELIVERY.START, from: ROOT, seq }, entries, end: FINISHED });
  /** The root joins the first of two children; both end at tick 2, the first after it has sent a message. */
  const joined = (told: Partial<{ tick: number; from: number; seq: number }> = {}): Uint8Array => record([
    boot(),
    turnFrame(1, ROOT, { delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 }, entries: [...spawn(CHILD, 7), ...spawn(OTHER, 8), entry(SYSCALL.PROC_JOIN, { capability: CAP.EXECUTE_K, subject: CHILD })], end: waits(DELIVERY.EXIT, CHILD) }),
    started(CHILD, 0, [entry(SYSCALL.IPC_SEND, { capability: 7, subject: ROOT, body: pack(1) })]), exit(2, CHILD), started(OTHER, 1), exit(2, OTHER),
    turnFrame(told.tick ?? 3, ROOT, { delivery: { kind: DELIVERY.EXIT, from: processId(told.from ?? CHILD), seq: told.seq ?? 1 }, end: FINISHED }),
    exit(told.tick ?? 3, ROOT, [], { unread: 1 }), end(told.tick ?? 3, { turns: 4, messages: 1, shots: 0 }),
  ], { recording: runRecording() }).file;
  const RULE = "an exit is told to the parent that waits, one tick after it";

  it("is told to the parent one tick later, under the child's next number", () => { expect(verified(joined()).frames).toBe(9); });
  it.each([
    ["two ticks later", { tick: 4 }], ["at the tick of the exit", { tick: 2 }], ["of another child", { from: OTHER, seq: 0 }],
    ["under a number the child has used", { seq: 0 }], ["of the root itself", { from: ROOT }],
  ])("is refused %s", (_, told) => { expect(refusalOf(joined(told)).detail["rule"]).toBe(RULE); });
});

describe("consistency: a suspended child", () => {
  const FROM = 4;
  const TO = 8;
  const timer = (due: number, cap: number): Entry => entry(SYSCALL.TIMER_SET, { capability: cap, subject: due });
  const decided = (from: string, to: string): Entry[] => [
    entry(SYSCALL.PROC_TRANSITION, { capability: CAP.SPAWN, subject: CHILD }),
    ...steps(from, to),
  ];
  const steps = (...states: string[]): Entry[] => states.slice(1).map((to, at) => entry(EVENT.TRANSITION, { subject: CHILD, body: pack({ machine: "process", from: states[at], to }) }));
  const suspend = decided("active", "suspended");
  const resume = decided("suspended", "active");
  const woken = (at: number, seq: number, entries: Entry[]): Frame =>
    turnFrame(at, ROOT, { delivery: { kind: DELIVERY.TIMER, from: ROOT, seq }, entries, end: entries.length === 0 ? FINISHED : waits(DELIVERY.TIMER, seq + 1) });
  /** The child sleeps until `due` and is told at `told`; the root suspends it from 4 to 8, or at 8 again until 12. */
  const slept = (due: number, told: number, again = false): Uint8Array => {
    const frames = [
      boot(),
      turnFrame(1, ROOT, {
        delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 },
        entries: [entry(SYSCALL.PROC_SPAWN, { capability: CAP.SPAWN, subject: CHILD, body: declaration("root/echo#1", ROOT) }),
          capability(7, CHILD, "EXECUTE_K", CAP.EXECUTE_K), ...bringUp(CHILD), timer(FROM, CAP.EXECUTE_K)],
        end: waits(DELIVERY.TIMER, 1),
      }),
      turnFrame(2, CHILD, { delivery: { kind: DELIVERY.START, from: ROOT, seq: 0 }, entries: [timer(due, 7)], end: waits(DELIVERY.TIMER, 0) }),
      woken(FROM, 1, [...suspend, timer(TO, CAP.EXECUTE_K)]),
      woken(TO, 2, [...resume, ...(again ? suspend : []), timer(12, CAP.EXECUTE_K)]),
      woken(12, 3, [...(again ? resume : []), timer(20, CAP.EXECUTE_K)]),
      turnFrame(told, CHILD, { delivery: { kind: DELIVERY.TIMER, from: CHILD, seq: 0 }, end: FINISHED }), exit(told, CHILD),
      woken(20, 4, []), exit(20, ROOT), end(20, { turns: 7, messages: 0, shots: 0 }),
    ];
    return record(frames.sort((a, b) => a.tick - b.tick), { recording: runRecording() }).file;
  };

  it.each([[FROM, TO, false], [6, TO, false], [TO, TO, false], [10, 10, false], [6, 12, true], [10, 12, true]])(
    "hears at once, or when it is resumed, what was due at %i: at %i", (due, told, again) => { expect(verified(slept(due, told, again)).frames).toBe(11); });
  it.each([
    [3, TO, false], [6, 9, false], [6, 12, false], [10, TO, false], [10, 12, false], [3, 12, true], [13, 12, true],
  ])("does not hear what was due at %i at %i", (due, told, again) => {
    expect(refusalOf(slept(due, told, again)).detail["rule"]).toBe("a timer was set and goes off when it is due");
  });
  it("is not resumed once it ended, however long ago, and is not left suspended at the end", () => {
    const stopped = entry(SYSCALL.PROC_STOP, { capability: CAP.SPAWN, subject: CHILD, body: pack("enough") });
    const ending = (more: readonly Frame[]): Uint8Array => record([
      boot(),
      turnFrame(1, ROOT, {
        delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 },
        entries: [entry(SYSCALL.PROC_SPAWN, { capability: CAP.SPAWN, subject: CHILD, body: declaration("root/echo#1", ROOT) }), ...bringUp(CHILD), ...suspend, ...more.length > 0 ? [stopped] : [], timer(5, CAP.EXECUTE_K)],
        end: waits(DELIVERY.TIMER, 1),
      }),
      ...more, turnFrame(5, ROOT, { delivery: { kind: DELIVERY.TIMER, from: ROOT, seq: 1 }, entries: more.length > 0 ? resume : [], end: FINISHED }), exit(5, ROOT), end(5, { turns: 2, messages: 0, shots: 0 }),
    ], { recording: runRecording() }).file;
    expect(refusalOf(ending([])).detail["rule"]).toBe("every process is released before the end");
    const stop = kernelFrame(1, [entry(SYSCALL.PROC_EXIT, { subject: CHILD, body: pack({ cause: "stopped", unread: 0, reason: "enough" }) }), resume[1] as Entry], CHILD);
    expect(refusalOf(ending([stop])).detail["rule"]).toBe("a process is suspended, resumed and ended where that is said");
    const over = kernelFrame(1, [stop.entries[0] as Entry, ...steps("suspended", "terminated", "released")], CHILD);
    expect(refusalOf(ending([over])).detail["rule"]).toBe("lifecycles go along their edges");
  });
  it("takes no turn", () => { expect(refusalOf(slept(6, 6)).detail["rule"]).toBe("a suspended process takes no turn"); });
});

describe("consistency: a contract's domain", () => {
  it("is that of every call on it, whatever else the caller holds", () => {
    const queried = (domain: number, cap: number): Uint8Array => record([
      { ...boot(), entries: [...boot().entries, capability(7, ROOT, "ALLOCATE_PHI")] },
      turnFrame(1, ROOT, {
        delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 },
        entries: [...([IN.request, IN.issued, IN.activated] as const).map((at) => RUN[AT.root]?.entries[at] as Entry),
          entry(SYSCALL.CONTRACT_QUERY, { domain, capability: cap, contract: 1, subject: 1 })],
        end: FINISHED,
      }),
      exit(1, ROOT, [entry(EVENT.CONTRACT_COMPLETED, { domain: Q, contract: 1, subject: 1 }),
        entry(EVENT.CONTRACT_RELEASED, { domain: Q, contract: 1, subject: 1, body: pack({ budget: 0, shots: 0, jobs: 0 }) })]),
      end(1, { turns: 1, messages: 0, shots: 0 }),
    ], { recording: runRecording({ allow: [...runRecording().header.allow, "ALLOCATE_PHI"] }) }).file;
    expect(verified(queried(Q, CAP.ALLOCATE_Q)).frames).toBe(4);
    expect(refusalOf(queried(2, 7)).detail["rule"]).toBe("a contract is used in its own domain");
  });
});

describe("consistency: a capability aimed at somebody", () => {
  const OPERATOR = [...runRecording().header.allow, "READ_TRACE", "READ_TELEMETRY"] as const;
  /** The root holds `verb` for `target` alone; it has spawned a child, which is 4, and looks at `subject`, or does something else. */
  const looked = (verb: VerbName, code: number, subject: number, target: number): Uint8Array => record([
    { ...boot(), entries: [...boot().entries, capability(7, ROOT, "READ_TRACE"), capability(8, ROOT, "READ_TELEMETRY")] },
    turnFrame(1, ROOT, {
      delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 },
      entries: [entry(SYSCALL.PROC_SPAWN, { capability: CAP.SPAWN, subject: CHILD, body: declaration("root/echo#1", ROOT) }), ...bringUp(CHILD),
        ...cut(9, verb === "READ_TRACE" ? 7 : verb === "READ_TELEMETRY" ? 8 : CAP.EXECUTE_K, verb, { target }), entry(code, { capability: 9, subject })],
      end: FINISHED,
    }),
    exit(1, ROOT), exit(1, CHILD, [], { cause: "run-end" }), end(1, { turns: 1, messages: 0, shots: 0 }),
  ], { recording: runRecording({ allow: [...OPERATOR] }) }).file;

  it.each([["READ_TRACE", SYSCALL.TRACE_READ], ["READ_TELEMETRY", SYSCALL.TELEMETRY_READ]] as const)("%s shows it and what is below it", (verb, code) => {
    for (const [subject, target] of [[ROOT, ROOT], [CHILD, ROOT], [CHILD, CHILD]] as const) expect(verified(looked(verb, code, subject, target)).frames).toBe(5);
    for (const [subject, target] of [[ROOT, CHILD], [Q_SERVICE, ROOT], [1, 1]] as const) expect(refusalOf(looked(verb, code, subject, target)).detail["rule"]).toBe("a capability is aimed at its target");
    const other = verb === "READ_TRACE" ? SYSCALL.TELEMETRY_READ : SYSCALL.TRACE_READ;
    expect(refusalOf(looked(verb, other, CHILD, CHILD)).detail["rule"]).toBe("a capability permits its own verb");
  });

  it("permits nothing that is aimed at nobody", () => { expect(refusalOf(looked("EXECUTE_K", SYSCALL.TIMER_SET, ROOT, ROOT)).detail["rule"]).toBe("a capability is aimed at its target"); });
});

describe("consistency: a fault nobody has answered", () => {
  const recovery = { version: 1, rules: [] } as const;
  const failed = set(AT.outcome, 0, { verdict: FAULTS.Q_ERR_HARDWARE_FAILURE.code, body: pack({}) });
  const contained = (verdict: number): Frame => kernelFrame(5, [entry(EVENT.FAULT_CONTAINED, { domain: Q, contract: 1, subject: 1, verdict, body: pack({ level: 0, action: "continue", jobs: [] }) })]);
  it("is answered before a turn and before the end, as the fault it was", () => {
    expect(verified(forged(both(failed, insert(AT.measured, contained(FAULTS.Q_ERR_HARDWARE_FAILURE.code))), { recovery })).frames).toBe(11);
    expect(refusalOf(forged(failed, { recovery })).detail["rule"]).toBe("what a fault leads to comes before anybody takes a turn");
    expect(refusalOf(forged(both(failed, drop(AT.measured), say(AT.measured, 0, { cause: "run-end" }), frame(AT.measured + 1, { entries: end(5, { turns: 3, messages: 1, shots: 10 }, "faulted").entries })), { recovery })).detail["rule"]).toBe("what a fault leads to comes before the end");
    for (const other of [FAULTS.Q_ERR_MEASUREMENT_FAILURE.code, 0]) expect(refusalOf(forged(both(failed, insert(AT.measured, contained(other))), { recovery })).detail["rule"]).toBe("a fault is contained once");
  });
});

describe("consistency: what happens rarely is no contradiction", () => {
  it("an aborted turn changes nothing: its spawn, contract and job never were", () => {
    const first = RUN[AT.root] as Frame;
    const aborted = { ...first, end: ABORTED } as Frame;
    const frames = [boot(), aborted, exit(1, ROOT, [], { cause: "fault" }), end(1, { turns: 1, messages: 0, shots: 0 }, "faulted")];
    expect(verified(record(frames, { recording: runRecording(), status: "faulted" }).file)).toMatchObject({ status: "faulted", frames: 4 });
  });

  it("timers that pass unheard, dead letters, jobs abandoned, exits told", () => {
    const send = (subject: number): Entry => entry(SYSCALL.IPC_SEND, { capability: CAP.IPC_SEND, subject, body: pack(1) });
    const timer = (due: number): Entry => entry(SYSCALL.TIMER_SET, { capability: CAP.EXECUTE_K, subject: due });
    const frames: Frame[] = [
      boot(),
      turnFrame(1, ROOT, {
        delivery: { kind: DELIVERY.START, from: processId(0), seq: 0 },
        entries: [
          entry(SYSCALL.PROC_SPAWN, { capability: CAP.SPAWN, subject: CHILD, body: declaration("root/echo#1", ROOT) }), ...bringUp(CHILD),
          entry(SYSCALL.CONTRACT_REQUEST, { domain: Q, capability: CAP.ALLOCATE_Q, contract: 1, subject: 1 }),
          RUN[AT.root]?.entries[IN.issued] as Entry, RUN[AT.root]?.entries[IN.activated] as Entry, job(1, 20, 19),
          send(ROOT), timer(2),
        ],
        end: waits(DELIVERY.MESSAGE),
      }),
      intent(1, 20),
      turnFrame(2, ROOT, { delivery: { kind: DELIVERY.MESSAGE, from: ROOT, seq: 1 }, entries: [send(CHILD), send(CHILD), timer(3)], end: waits(DELIVERY.MESSAGE) }),
      turnFrame(2, CHILD, { delivery: { kind: DELIVERY.START, from: ROOT, seq: 0 }, end: FINISHED }),
      exit(2, CHILD, [], { unread: 2 }),
      ...[3, 4].map((seq) => kernelFrame(3, [entry(EVENT.FAULT, { verdict: FAULTS.PROCESS_UNKNOWN.code, subject: CHILD, body: pack({ from: ROOT, seq }) })])),
      turnFrame(3, ROOT, { delivery: { kind: DELIVERY.TIMER, from: ROOT, seq: 5 }, entries: [timer(9)], end: waits(DELIVERY.TIMER, 6) }),
      turnFrame(9, ROOT, { delivery: { kind: DELIVERY.TIMER, from: ROOT, seq: 6 }, end: FINISHED }),
      kernelFrame(9, [entry(EVENT.JOB_ABANDONED, { domain: Q, contract: 1, subject: 1 }), ...exit(9, ROOT, [
        entry(EVENT.CONTRACT_REVOKED, { domain: Q, contract: 1, subject: 1 }),
        entry(EVENT.CONTRACT_RELEASED, { domain: Q, contract: 1, subject: 1, body: pack({ budget: 1, shots: 0, jobs: 1 }) })]).entries], ROOT),
      end(9, { turns: 5, messages: 3, shots: 0 }),
    ];
    expect(verified(record(frames, { recording: runRecording() }).file).frames).toBe(frames.length);
    const swapped = [...frames.slice(0, 6), frames[7] as Frame, frames[6] as Frame, ...frames.slice(8)];
    expect(refusalOf(record(swapped, { recording: runRecording() }).file).detail["rule"]).toBe("a dead letter was sent, and fell due after its receiver's end");
    const late = [...frames.slice(0, 6), frames[8] as Frame, frames[6] as Frame, frames[7] as Frame, ...frames.slice(9)];
    expect(refusalOf(record(late, { recording: runRecording() }).file).detail["rule"]).toBe("a message whose receiver ended is reported lost");
    const silent = frames.filter((_, at) => at !== 7);
    expect(refusalOf(record(silent, { recording: runRecording() }).file).detail["rule"]).toBe("a message whose receiver ended is reported lost");
  });

  it("what providers the header declares, boot attests, one behind the other", () => {
    const two = { providers: [{ ...PROVIDER, provider: "first" }, PROVIDER] };
    expect(refusalOf(forged(() => undefined, two)).detail["rule"]).toBe("attested providers are those of the header, in its order");
    expect(refusalOf(forged(without(AT.boot, 2), { providers: [PROVIDER] })).detail["rule"]).toBe("every provider of the header is attested");
  });
});
