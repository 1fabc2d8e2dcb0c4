// Rules of deliveries: each refers to a cause that happened, is due later than it, comes when it was awaited, once, in order T2.
//   J24  What is due comes at that tick; to a process suspended then, at the tick it is resumed.
import { DELIVERY, WAIT } from "../../kernel-abi/envelope.ts";
import { DOMAINS } from "../../kernel-abi/domain.ts";
import { PHI_SERVICE, Q_SERVICE, ROOT } from "../../kernel-abi/ids.ts";
import { TURN_END, type Entry, type TurnFrame } from "../../kernel-abi/frame.ts";
import { bodyOf } from "../entry/body.ts";
import * as places from "./places.ts";
import * as processes from "./processes.ts";
import * as turnEnds from "./turn-ends.ts";
import type { ProcessRow, World } from "./world.ts";

const awaited = ({ on, arms }: ProcessRow, kind: number): boolean =>
  on === kind || (on === DELIVERY.MESSAGE && kind === DELIVERY.TIMER) || (on === WAIT.SELECT && arms.some(([of]) => of === kind));

/** Whether a wait for `kind` is for this one. */
const about = ({ on, subject, arms }: ProcessRow, kind: number, of: number): boolean =>
  (on === WAIT.SELECT ? arms.some((arm) => arm[0] === kind && arm[1] === of) : subject === of);

/** Whether what fell due at `due` comes to the process when it must (J24). */
const timely = ({ suspension }: ProcessRow, due: number, now: number): boolean =>
  due === now || (suspension?.to === now && suspension.from <= due && due < now);

export function delivered(world: World, { actor, delivery }: TurnFrame): ProcessRow {
  const row = world.process(actor, "turns are taken by declared processes");
  world.require(row.live, "a process that ended takes no turn");
  world.require(row.suspension?.to !== -1, "a suspended process takes no turn");
  if (!awaited(row, delivery.kind)) world.refuse("a process is given what it waits for", { waits: row.on, given: delivery.kind });
  places.goFirst(world, row, delivery);
  switch (delivery.kind) {
    case DELIVERY.START: start(world, row, delivery); break;
    case DELIVERY.MESSAGE: message(world, row, delivery); break;
    case DELIVERY.TIMER: timer(world, row, delivery); break;
    case DELIVERY.OUTCOME: outcome(world, row, delivery); break;
    case DELIVERY.EXIT: exit(world, row, delivery); break;
    case DELIVERY.ROOM: case DELIVERY.SLICE: world.require(taken(world, row, delivery), "room and the rest of a slice come one tick after their cause", { from: delivery.from, seq: delivery.seq }); break;
  }
  row.timer = undefined;
  return row;
}

type Delivery = TurnFrame["delivery"];

/** Strikes off the notice that a delivery is; false when there is none. */
function taken(world: World, row: ProcessRow, { kind, from, seq }: Delivery): boolean {
  const at = row.notices.findIndex((notice) => notice.kind === kind && notice.from === from && notice.seq === seq && (kind !== DELIVERY.ROOM || places.serves(row, notice)) && timely(row, notice.due, world.moment.tick));
  if (at >= 0) row.notices.splice(at, 1);
  return at >= 0;
}

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
  const due = row.on === WAIT.SELECT ? row.timers.get(seq) : row.timer?.seq === seq ? row.timer.due : undefined;
  const waited = row.on === DELIVERY.MESSAGE || about(row, DELIVERY.TIMER, seq);
  world.require(from === row.id && due !== undefined && waited && timely(row, due, world.moment.tick), "a timer was set and goes off when it is due", { seq });
  row.timers.delete(seq);
}

function outcome(world: World, row: ProcessRow, { from, seq }: Delivery): void {
  const job = world.job(seq);
  const service = DOMAINS[job.domain] === "Q" ? Q_SERVICE : PHI_SERVICE;
  world.require(from === service && job.owner === row.id && about(row, DELIVERY.OUTCOME, job.origin) && job.state === "delivered" && timely(row, job.due, world.moment.tick),
    "an outcome is delivered to its owner when it is due", { job: seq });
}

function exit(world: World, row: ProcessRow, delivery: Delivery): void {
  const { from, seq } = delivery;
  const child = world.process(from);
  if (row.on === WAIT.SELECT) {
    world.require(about(row, DELIVERY.EXIT, from) && taken(world, row, delivery), "an exit is told to whoever selects it, one tick after it", { process: child.name });
    return;
  }
  const due = child.exit >= 0 && timely(row, child.exit + 1, world.moment.tick);
  // A notice sent while it still selected that exit serves as well.
  world.require(child.parent === row.id && row.subject === from && due && (seq === child.joinSeq || taken(world, row, delivery)),
    "an exit is told to the parent that waits, one tick after it", { child: child.name });
  child.joinSeq = -1;
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
  row.timers.set(row.seq, entry.subject, Math.min(tick, row.suspension?.from ?? tick));
  row.seq += 1;
}

/** How the turn ended decides what the process may be given next. */
export function completed(world: World, row: ProcessRow, frame: TurnFrame): void {
  const { end } = frame;
  turnEnds.check(world, row, frame);
  row.on = end.on;
  row.subject = end.subject;
  row.over = end.kind !== TURN_END.WAITING;
  row.finished = end.kind === TURN_END.FINISHED;
  if (row.over) world.ending.push(row);
  if (row.over && row.id === ROOT) world.said = end.body.slice();
  if (row.over) return;
  const { tick } = world.moment;
  switch (end.on) {
    case WAIT.START:
      row.start = { from: row.id, seq: row.seq, tick };
      row.seq += 1;
      row.timers.clear();
      places.renewed(world, row);
      return;
    case WAIT.EXIT: {
      const child = world.process(end.subject);
      if (child.exit === tick) processes.joined(child);
      return;
    }
    case WAIT.SLICE:
      row.notices.push({ kind: DELIVERY.SLICE, from: row.id, seq: row.seq, due: tick + 1, linked: false });
      row.seq += 1;
      return;
    case WAIT.ROOM:
      if (end.subject < ROOT) return; // for that of a service: what it asked for waits among the deferrals
      row.parked = { to: end.subject, seq: row.seq - 1 };
      world.process(end.subject).inbox.park({ from: row.id, seq: row.parked.seq });
      return;
    case WAIT.SELECT: row.arms = armsOf(world, end.body);
  }
}

function armsOf(world: World, body: Uint8Array): readonly (readonly [number, number])[] {
  const arms = bodyOf(body);
  const isArm = (arm: unknown): arm is [number, number] => Array.isArray(arm) && arm.length === 2 && arm.every((part) => Number.isSafeInteger(part));
  return Array.isArray(arms) && arms.every(isArm) ? arms : world.refuse("a turn that selects says from what");
}
