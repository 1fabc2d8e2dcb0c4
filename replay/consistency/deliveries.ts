// Rules of deliveries: each refers to a cause that happened, is due later than it, comes when it was awaited, once, in order T2.
//   J24  What is due comes at that tick; to a process suspended then, at the tick it is resumed.
import { DELIVERY } from "../../kernel-abi/envelope.ts";
import { DOMAINS } from "../../kernel-abi/domain.ts";
import { PHI_SERVICE, Q_SERVICE } from "../../kernel-abi/ids.ts";
import { TURN_END, type Entry, type TurnFrame } from "../../kernel-abi/frame.ts";
import type { ProcessRow, World } from "./world.ts";

const awaited = (row: ProcessRow, kind: number): boolean =>
  row.on === kind || (row.on === DELIVERY.MESSAGE && kind === DELIVERY.TIMER);

/** Whether what fell due at `due` comes to the process when it must (J24). */
const timely = ({ suspension }: ProcessRow, due: number, now: number): boolean =>
  due === now || (suspension?.to === now && suspension.from <= due && due < now);

export function delivered(world: World, { actor, delivery }: TurnFrame): ProcessRow {
  const row = world.process(actor, "turns are taken by declared processes");
  world.require(row.live && !row.over, "a process that ended takes no turn");
  world.require(row.suspension?.to !== -1, "a suspended process takes no turn");
  if (!awaited(row, delivery.kind)) world.refuse("a process is given what it waits for", { waits: row.on, given: delivery.kind });
  switch (delivery.kind) {
    case DELIVERY.START: start(world, row, delivery); break;
    case DELIVERY.MESSAGE: message(world, row, delivery); break;
    case DELIVERY.TIMER: timer(world, row, delivery); break;
    case DELIVERY.OUTCOME: outcome(world, row, delivery); break;
    case DELIVERY.EXIT: exit(world, row, delivery); break;
  }
  row.timer = undefined;
  return row;
}

type Delivery = TurnFrame["delivery"];

function start(world: World, row: ProcessRow, { from, seq }: Delivery): void {
  const { start: cause } = row;
  world.require(from === cause.from && seq === cause.seq && timely(row, cause.tick + 1, world.moment.tick), "a start follows its spawn", { from, seq });
}

function message(world: World, row: ProcessRow, { from, seq }: Delivery): void {
  const next = row.inbox.take(world.moment.tick);
  if (next?.from === from && next.seq === seq) return;
  const expected = next === undefined ? "none" : `${next.from}:${next.seq}`;
  world.refuse("messages were sent before, are taken once and in order", { from, seq, expected });
}

function timer(world: World, row: ProcessRow, { from, seq }: Delivery): void {
  const { timer: set } = row;
  const waited = row.on === DELIVERY.MESSAGE || row.subject === seq;
  world.require(from === row.id && set?.seq === seq && waited && timely(row, set.due, world.moment.tick), "a timer was set and goes off when it is due", { seq });
}

function outcome(world: World, row: ProcessRow, { from, seq }: Delivery): void {
  const job = world.job(seq);
  const service = DOMAINS[job.domain] === "Q" ? Q_SERVICE : PHI_SERVICE;
  world.require(from === service && job.owner === row.id && row.subject === seq && job.state === "delivered" && timely(row, job.due, world.moment.tick),
    "an outcome is delivered to its owner when it is due", { job: seq });
}

function exit(world: World, row: ProcessRow, { from, seq }: Delivery): void {
  const child = world.process(from);
  world.require(child.parent === row.id && row.subject === from && child.exit >= 0 && timely(row, child.exit + 1, world.moment.tick) && seq === child.seq && !child.told,
    "an exit is told to the parent that waits, one tick after it", { child: child.name });
  child.told = true;
}

/** What the turn's syscalls cause to be delivered takes the actor's next numbers; returns the number taken. */
export function sent(world: World, row: ProcessRow, entry: Entry): void {
  const { tick } = world.moment;
  const receiver = world.process(entry.subject, "messages go to declared processes");
  if (!receiver.live) world.refuse("messages go to live processes", { receiver: receiver.name });
  receiver.inbox.add({ from: row.id, seq: row.seq }, tick);
  row.seq += 1;
  world.messages += 1;
}

export function timed(world: World, row: ProcessRow, entry: Entry): void {
  const { tick } = world.moment;
  world.require(entry.subject > tick, "timers are due later than they are set", { due: entry.subject });
  row.timer = { seq: row.seq, due: entry.subject };
  row.seq += 1;
}

/** How the turn ended decides what the process may be given next. */
export function completed(row: ProcessRow, { end }: TurnFrame): void {
  row.on = end.on;
  row.subject = end.subject;
  row.over = end.kind !== TURN_END.WAITING;
  row.finished = end.kind === TURN_END.FINISHED;
}
