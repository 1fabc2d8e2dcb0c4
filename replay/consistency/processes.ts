// Rules of processes: declared once, in order, by their parent; lifecycles step by step; nothing after the exit.
import { DOMAIN_RANK, type BoundDomain } from "../../kernel-abi/domain.ts";
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { FAULTS } from "../../kernel-abi/fault.ts";
import { EVENT, type Entry } from "../../kernel-abi/frame.ts";
import { canonicalJson, sameBytes } from "../../kernel-abi/canonical.ts";
import { KERNEL, PHI_SERVICE, Q_SERVICE, ROOT } from "../../kernel-abi/ids.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { bodyOf, field } from "../entry/body.ts";
import { Inbox } from "./inbox.ts";
import * as places from "./places.ts";
import { copiesTold } from "./recovery.ts";
import { suspension } from "./suspensions.ts";
import { Timers } from "./timers.ts";
import { NO_CALL, type ProcessRow, type World } from "./world.ts";

/** Edges of the lifecycles (hybrid-runtime section 2), as `from>to`, and where each begins. */
const LIFECYCLES: ReadonlyMap<string, { readonly initial: string; readonly edges: ReadonlySet<string> }> = new Map(Object.entries({
  process: {
    initial: "unborn",
    edges: new Set(["unborn>created", "created>initialized", "initialized>domainBound", "domainBound>active", "active>suspended", "suspended>active",
      "created>terminated", "initialized>terminated", "domainBound>terminated", "active>terminated", "suspended>terminated", "terminated>released"]),
  },
  service: {
    initial: "unregistered",
    edges: new Set(["unregistered>registered", "registered>attested", "attested>serving", "registered>closed", "attested>closed", "serving>closed"]),
  },
  binding: {
    initial: "unbound",
    edges: new Set(["unbound>bound", "bound>initialized", "initialized>active", "active>suspended", "suspended>active",
      "active>terminated", "suspended>terminated", "terminated>released"]),
  },
}));

const newcomer = (id: number, name: string, parent: number, start: ProcessRow["start"]): ProcessRow => ({
  id, name, parent, start, seq: 0, live: true, over: false, finished: false, exit: -1, joinSeq: -1, on: DELIVERY.START, subject: 0, arms: [], inbox: new Inbox(),
  timer: undefined, timers: new Timers(), notices: [], parked: undefined, places: [], admitted: [], lost: [], away: -1, toldCalibrations: false, stopping: false, suspension: undefined,
});

const SERVICE: ReadonlyMap<number, BoundDomain> = new Map([[Q_SERVICE, "Q"], [PHI_SERVICE, "PHI"]]);

const isHere = ({ header }: World, body: unknown): boolean => field(body, "vhm") === header.vhm && field(body, "node") === header.node;

function serviceOf({ header: { vhm, node } }: World, domain: BoundDomain): object {
  const name = `service.${domain.toLowerCase()}`;
  return { name, parent: KERNEL, definition: name, domains: [domain], vhm, node, input: null };
}

/** PROCESS_DECLARED: the services and the root, at boot. */
export function declared(world: World, entry: Entry): void {
  world.require(!world.booted && world.moment.actor === KERNEL, "the kernel declares processes at boot alone");
  const body = world.body(entry.body);
  const name = world.text(body, "name");
  world.require(world.integer(body, "parent") === KERNEL && isHere(world, body), "the kernel declares processes of this machine", { name });
  const domain = SERVICE.get(entry.subject);
  if (domain !== undefined) {
    world.require(sameJson(serviceOf(world, domain), body) && entry.domain === DOMAIN_RANK[domain], "each service is declared by its name", { name });
    world.expected = { codes: [EVENT.TRANSITION], subject: entry.subject };
    return;
  }
  world.require(entry.subject === ROOT && world.processes.next === ROOT && name === "root" && entry.domain === DOMAIN_RANK.K, "the first process is the root");
  world.processes.add(newcomer(ROOT, name, KERNEL, { from: KERNEL, seq: 0, tick: world.moment.tick }));
}

const boundDomain = (domain: string): BoundDomain | undefined => (domain === "Q" || domain === "PHI" ? domain : undefined);

/** Whether a decoded body says what canonical JSON says; a body JSON cannot carry does not. */
function sameJson(value: unknown, body: unknown): boolean {
  try {
    return sameBytes(canonicalJson(value), canonicalJson(body));
  } catch {
    return false;
  }
}

/** PROVIDER_ATTESTED: what stands in the header, before anything may be bound to it (062). */
export function attested(world: World, entry: Entry): void {
  world.require(!world.booted, "providers attest themselves at boot");
  const body = world.body(entry.body);
  const domain = boundDomain(world.text(body, "domain"));
  const place = world.attested.Q.providers + world.attested.PHI.providers;
  world.require(domain !== undefined && entry.domain === DOMAIN_RANK[domain] && SERVICE.get(entry.subject) === domain && sameJson(world.header.providers[place], body),
    "attested providers are those of the header, in its order", { provider: world.text(body, "provider") });
  world.attested[domain].units += world.integer(body, "units");
  world.attested[domain].providers += 1;
}

/** Before the first turn. */
export function allAttested(world: World): void {
  const { header, attested: { Q, PHI } } = world;
  world.require(Q.providers + PHI.providers === header.providers.length, "every provider of the header is attested", { attested: Q.providers + PHI.providers });
}

/** PROC_SPAWN with verdict 0: the next process, named under its parent. */
export function spawned(world: World, entry: Entry, seq: number): void {
  const { actor, tick } = world.moment;
  world.require(entry.subject === world.processes.next, "processes are numbered in the order of their spawns", { process: entry.subject });
  const body = world.body(entry.body);
  const name = world.text(body, "name");
  world.require(world.integer(body, "parent") === actor && isHere(world, body) && name.startsWith(`${world.nameOf(actor)}/`), "a child stands under its parent", { name });
  world.processes.add(newcomer(entry.subject, name, actor, { from: actor, seq, tick }));
}

/** Steps of a binding behind which the call stands that they were made for. */
const BINDING: ReadonlyMap<string, number> = new Map([["initialized>active", SYSCALL.BIND], ["terminated>released", SYSCALL.UNBIND]]);

/** Of a step: a binding has it in its name, a service is one, and processes are of K. */
function domainOf(machine: string, subject: number): number | undefined {
  if (machine === "process") return DOMAIN_RANK.K;
  if (machine === "service") return subject === Q_SERVICE ? DOMAIN_RANK.Q : DOMAIN_RANK.PHI;
  return machine === "binding.Q" ? DOMAIN_RANK.Q : machine === "binding.PHI" ? DOMAIN_RANK.PHI : undefined;
}

/** TRANSITION: from where the lifecycle stood, along one of its edges. */
export function transition(world: World, entry: Entry, awaited: boolean): void {
  const body = world.body(entry.body);
  const machine = world.text(body, "machine");
  const from = world.text(body, "from");
  const to = world.text(body, "to");
  const lifecycle = LIFECYCLES.get(machine.replace(/\..*$/s, ""));
  if (lifecycle === undefined) return;
  const key = `${machine} ${entry.subject}`;
  const stood = world.lifecycles.get(key) ?? lifecycle.initial;
  world.require(entry.domain === domainOf(machine, entry.subject), "a step is of its machine's domain", { machine, subject: entry.subject });
  world.require(from === stood && lifecycle.edges.has(`${from}>${to}`), "lifecycles go along their edges", { machine, subject: entry.subject, stood, from, to });
  world.require(machine !== "service" || world.moment.actor === KERNEL, "services are the kernel's", { subject: entry.subject });
  world.require(awaited || from !== "unregistered", "a service is declared before it is registered", { subject: entry.subject });
  if (to === "released") world.lifecycles.delete(key);
  else world.lifecycles.set(key, to);
  if (entry.subject === world.calling.spawned) world.calling = NO_CALL; // it was given all it is given
  if (machine === "process") stepped(world, entry.subject, { from, to, awaited });
  const bound = machine.startsWith("binding.") ? BINDING.get(`${from}>${to}`) : undefined;
  if (bound !== undefined) world.expected = { codes: [bound], subject: entry.subject, domain: entry.domain };
}

/** A process goes away and comes back when its parent says so, and ends behind its exit. */
function stepped(world: World, process: number, { from, to, awaited }: { readonly from: string; readonly to: string; readonly awaited: boolean }): void {
  const row = world.process(process);
  const away = to === "suspended" || (from === "suspended" && to === "active");
  const over = to === "terminated" || to === "released";
  world.require(awaited === (away || to === "terminated") && row.live !== over, "a process is suspended, resumed and ended where that is said", { process: row.name, from, to });
  if (away) suspension(world, row, to);
}

/** PROC_EXIT. */
export function exited(world: World, entry: Entry): void {
  const { tick } = world.moment;
  const row = world.process(entry.subject);
  world.require(row.live && world.moment.actor === row.id, "a process ends once", { process: row.name });
  const body = bodyOf(entry.body);
  checkCause(world, row, field(body, "cause"), field(body, "with"));
  world.require(world.integer(body, "unread") === row.inbox.messages().length, "an exit says how much was not read", { process: row.name, counted: row.inbox.messages().length });
  if (field(body, "cause") === "run-end") world.closing = true;
  row.live = false;
  row.exit = tick;
  world.expected = { codes: [EVENT.TRANSITION], subject: row.id };
  const parent = world.processes.get(row.parent);
  if (parent?.live === true && parent.on === DELIVERY.EXIT && parent.subject === row.id) joined(row);
  world.require(row.inbox.close(tick), "a message that was dropped had been sent", { receiver: row.name });
  row.timer = undefined;
  row.timers.clear();
  row.notices = [];
  if (row.inbox.left > 0) world.bereft.push(row);
  world.processes.retire(row);
  for (const capability of world.held.get(row.id) ?? []) world.capabilities.retire(capability);
  world.held.delete(row.id);
}

/** PROC_JOIN, granted. */
export function waitedFor(world: World, { subject }: Entry): void {
  world.require(world.process(subject).parent === world.moment.actor, "a process waits for its children", { process: world.nameOf(subject) });
}

/** PROC_LINK, PROC_UNLINK, PROC_MONITOR, granted. */
export function tied(world: World, { subject }: Entry): void {
  world.require(world.process(subject).id !== world.moment.actor, "a process is tied to others", { process: world.nameOf(subject) });
}

/** Who ends early was stopped, is below somebody who is, or was linked to somebody who ended the tick before. */
function checkCause(world: World, row: ProcessRow, cause: unknown, by: unknown): void {
  world.require(row.finished === (cause === "exit") && (row.over || cause !== "fault"), "a process exits as its last turn ended", { process: row.name });
  if (cause === "linked") world.require(isLinked(world, row) && row.notices.some(({ linked, from }) => linked && from === by), "a linked process ends one tick after the one it is linked to", { process: row.name });
  if (cause !== "stopped") return;
  for (let above: ProcessRow | undefined = row; above !== undefined; above = world.processes.get(above.parent)) {
    if (above.stopping || isLinked(world, above)) return;
  }
  world.refuse("a process is stopped by its parent, or with it", { process: row.name });
}

const isLinked = (world: World, { notices }: ProcessRow): boolean => notices.some(({ linked, due }) => linked && due === world.moment.tick);

/** Its parent waits for its end: the notice takes the next number. */
export function joined(row: ProcessRow): void {
  row.joinSeq = row.seq;
  row.seq += 1;
}

/** EXIT_NOTICED: takes the next number of the process that ended. */
export function noticed(world: World, entry: Entry, inTurn: boolean): void {
  const { tick } = world.moment;
  const ended = world.process(entry.subject);
  const body = world.body(entry.body);
  const to = world.process(world.integer(body, "to"));
  world.require(ended.exit === tick && to.live, "an exit is told in the tick it happens, to the living", { process: ended.name });
  world.require(inTurn || !to.notices.some(({ kind, from, due }) => kind === DELIVERY.EXIT && from === ended.id && due === tick + 1), "an exit is told once", { process: ended.name });
  to.notices.push({ kind: DELIVERY.EXIT, from: ended.id, seq: ended.seq, due: tick + 1, linked: field(body, "linked") === true });
  ended.seq += 1;
}

/** PROC_STOP, granted. */
export function stopped(world: World, entry: Entry): void {
  const row = world.process(entry.subject);
  world.require(row.parent === world.moment.actor, "a process stops its children", { process: row.name });
  row.stopping = row.live;
  if (row.live) world.ending.push(row);
}

/** ROOM_MADE: the sender's message is on its way, or will never be. */
export function room(world: World, entry: Entry): void {
  const { tick, actor } = world.moment;
  const receiver = world.process(actor);
  const sender = world.process(entry.subject);
  if (places.room(world, entry, receiver, sender)) return;
  const { parked } = sender;
  const toItself = sender === receiver && entry.verdict !== 0; // it ended while it waited for room in its own mailbox
  world.require(parked?.to === receiver.id && (sender.live || toItself), "room is made for a message that waits for it", { sender: sender.name });
  if (entry.verdict === 0) receiver.inbox.add({ from: sender.id, seq: parked.seq }, tick);
  sender.parked = undefined;
  const number = places.numbered(world, receiver);
  if (sender.live) sender.notices.push({ kind: DELIVERY.ROOM, from: receiver.id, seq: number, due: tick + 1, linked: false });
}

/** MESSAGE_DROPPED: by a mailbox that drops, or with a sender that ends while its message waits. */
export function dropped(world: World, entry: Entry): void {
  const receiver = world.process(entry.subject);
  const body = world.body(entry.body);
  const from = world.integer(body, "from");
  const seq = world.integer(body, "seq");
  const sender = world.process(from);
  if (places.dropped(world, sender, receiver, seq)) return;
  if (sender.parked?.to === receiver.id && sender.parked.seq === seq) sender.parked = undefined;
  else receiver.inbox.drop({ from, seq });
}

/** FAULT: a message whose receiver had ended before it fell due. */
export function fault(world: World, entry: Entry): void {
  if (entry.verdict === FAULTS.Q_ERR_NO_CLONE_VIOLATION.code) return copiesTold(world, entry);
  world.require(entry.verdict === FAULTS.PROCESS_UNKNOWN.code, "a fault beside turns is a dead letter or a copied handle", { verdict: entry.verdict });
  const body = world.body(entry.body);
  const from = world.integer(body, "from");
  const seq = world.integer(body, "seq");
  const row = world.process(entry.subject);
  world.require(!row.live && row.inbox.lose({ from, seq }, world.moment.tick), "a dead letter was sent, and fell due after its receiver's end", { from, seq });
}

/** Time goes on to `tick`: messages to processes that had ended were reported lost when they fell due. */
export function checkLost(world: World, tick: number): void {
  for (let row = world.bereft[0]; row !== undefined && row.exit + 1 < tick; row = world.bereft[0]) {
    world.require(row.inbox.left === 0, "a message whose receiver ended is reported lost", { receiver: row.name });
    world.bereft.shift();
  }
}

/** Before the next turn, and before time goes on: who had its last turn, or was stopped, has ended. */
export function exitedAtOnce(world: World): void {
  const { ending } = world;
  if (ending.length === 0) return;
  const left = ending.find(({ live }) => live);
  world.require(left === undefined, "who had its last turn, or was stopped, exits before anybody takes a turn", { process: left?.name ?? "" });
  ending.length = 0;
}

/** At the end of a run nobody is left active, and the services are closed. */
export function checkReleased(world: World): void {
  for (const [key, state] of world.lifecycles) {
    if (key.startsWith("service ")) world.require(state === "closed", "every service is closed before the end", { service: key });
    else if (key.startsWith("process ")) world.require(state !== "active" && state !== "suspended", "every process is released before the end", { process: key });
  }
}
