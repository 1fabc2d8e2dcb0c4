// Rules of places: a message that waits while its sender goes on was just sent; it is let in in order, or taken back before it falls due;
// whoever gave it up gets it back at once; and what was done about a place goes before anything else that comes.
import { DELIVERY, WAIT } from "../../kernel-abi/envelope.ts";
import type { Entry, TurnFrame } from "../../kernel-abi/frame.ts";
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { FlagName } from "../../kernel-abi/version.ts";
import type { GivenUp, Notice, ProcessRow, World } from "./world.ts";

const FLAG: FlagName = "placesForStrands";

/** Places came with a flag of the ABI. */
export function known(world: World): void {
  world.require(world.header.abi.flags.includes(FLAG), "a run goes by the flags of its header", { flag: FLAG });
}

/** MESSAGE_PARKED, behind the send. */
export function parked(world: World, row: ProcessRow, entry: Entry, before: Entry | undefined): void {
  known(world);
  const seq = row.seq - 1;
  const sent = before?.code === SYSCALL.IPC_SEND && before.verdict === 0 && before.subject === entry.subject;
  world.require(sent && world.process(entry.subject).inbox.park({ from: row.id, seq }), "a message that waits for room is the last one sent", { to: entry.subject });
  row.places = [...row.places, { to: entry.subject, seq }];
}

/** PLACE_WITHDRAW, granted: what still can be is taken back behind the turn. What was answered before is only forgotten. */
export function withdrawn(world: World, row: ProcessRow, { domain, subject }: Entry): void {
  known(world);
  const { deferrals, moment: { tick } } = world;
  if (domain !== DOMAIN_RANK.K) {
    if (deferrals.waiting.some(({ id, process, placed }) => id === subject && process === row.id && placed)) world.givenUp.push({ from: row.id, to: 0, seq: subject });
    return;
  }
  const held = row.places.find(({ seq }) => seq === subject) ?? row.admitted.find(({ seq, tick: at }) => seq === subject && at === tick);
  if (held !== undefined && world.process(held.to).live) world.givenUp.push({ from: row.id, to: held.to, seq: subject });
}

/** A fresh body waits for nothing the old one waited for. */
export function renewed(world: World, row: ProcessRow): void {
  const requests = world.deferrals.waiting.filter(({ process }) => process === row.id).map(({ id }) => ({ to: 0, seq: id }));
  for (const { to, seq } of [...row.places, ...requests]) {
    if (!world.givenUp.some((one) => one.from === row.id && one.to === to && one.seq === seq)) world.givenUp.push({ from: row.id, to, seq });
  }
}

/** Strikes off what was given up; false when it was not. */
export function takenBack(world: World, { from, to, seq }: GivenUp): boolean {
  const at = world.givenUp.findIndex((one) => one.from === from && one.to === to && one.seq === seq);
  if (at >= 0) world.givenUp.splice(at, 1);
  return at >= 0;
}

/** Before the next turn, and before time goes on. */
export function settled(world: World): void {
  world.require(world.givenUp.length === 0, "what is given up is taken back at once", { process: world.givenUp[0]?.from ?? 0 });
}

/** ROOM_MADE for a place; false when the sender waits as a whole. */
export function room(world: World, entry: Entry, receiver: ProcessRow, sender: ProcessRow): boolean {
  const held = sender.places.find(({ to }) => to === receiver.id);
  if (held === undefined) return false;
  const { tick } = world.moment;
  world.require(sender.live, "room is made for a message that waits for it", { sender: sender.name });
  sender.places = sender.places.filter((place) => place !== held);
  const number = numbered(world, receiver);
  if (entry.verdict === 0) {
    receiver.inbox.add({ from: sender.id, seq: held.seq }, tick);
    sender.admitted = [...sender.admitted.filter(({ tick: at }) => at === tick), { ...held, tick, notice: number }];
  }
  tell(world, sender, { kind: DELIVERY.ROOM, from: receiver.id, seq: number, due: tick + 1, linked: false, place: held.seq });
  return true;
}

/** The number of a ROOM_MADE, of the receiver's. Behind its own turn it comes before the start of a fresh body. */
export function numbered(world: World, receiver: ProcessRow): number {
  const { start, on, id, seq } = receiver;
  receiver.seq += 1;
  if (on !== WAIT.START || start.from !== id || start.tick !== world.moment.tick || world.acted !== id) return seq;
  receiver.start = { ...start, seq: start.seq + 1 };
  return start.seq;
}

/** A notice about a place. Older ones that came while something else was selected are only looked up, never delivered. */
export function tell(world: World, row: ProcessRow, notice: Notice): void {
  const past = Math.min(world.moment.tick, row.suspension?.from ?? world.moment.tick);
  row.notices = [...row.notices.filter(({ place, due }) => place === undefined || due >= past), notice];
}

/** MESSAGE_DROPPED: taken back by its sender, or with a sender that ended while it waited. False when it was neither. */
export function dropped(world: World, sender: ProcessRow, receiver: ProcessRow, seq: number): boolean {
  const held = sender.places.find((place) => place.to === receiver.id && place.seq === seq);
  const asked = takenBack(world, { from: sender.id, to: receiver.id, seq });
  if (held !== undefined) {
    world.require(asked || !sender.live, "a message is taken back by whoever sent it", { sender: sender.name });
    sender.places = sender.places.filter((place) => place !== held);
    return true;
  }
  if (!asked) return false;
  const admitted = sender.admitted.find((one) => one.to === receiver.id && one.seq === seq && one.tick === world.moment.tick);
  world.require(admitted !== undefined && receiver.inbox.withdraw({ from: sender.id, seq }, world.moment.tick), "a message is taken back before it falls due", { sender: sender.name });
  sender.notices = sender.notices.filter(({ kind, from, seq: number }) => kind !== DELIVERY.ROOM || from !== receiver.id || number !== admitted.notice);
  return true;
}

const answers = ({ arms }: ProcessRow, { kind, place }: Notice): boolean => kind === DELIVERY.ROOM && place !== undefined && arms.some(([of, about]) => of === DELIVERY.ROOM && about === place);

/** Whether a notice of ROOM is for the process as it waits: as a whole, or selecting the place. */
export const serves = (row: ProcessRow, notice: Notice): boolean => (row.on === WAIT.SELECT ? answers(row, notice) : notice.place === undefined);

/** Nothing is delivered while what was done about a place that is selected is there. */
export function goFirst(world: World, row: ProcessRow, { kind }: TurnFrame["delivery"]): void {
  if (row.on !== WAIT.SELECT || kind === DELIVERY.ROOM) return;
  world.require(!row.notices.some((notice) => notice.due <= world.moment.tick && answers(row, notice)), "what was done about a place goes before what else comes", { process: row.name });
}
