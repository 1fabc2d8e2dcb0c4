// Rules of how a turn ends: what it waits for is what its last call asked for, and each kind of end says what it needs, no more.
import { DOMAIN_RANK } from "../../kernel-abi/domain.ts";
import { WAIT } from "../../kernel-abi/envelope.ts";
import { EVENT, TURN_END, type Entry, type TurnEnd, type TurnFrame } from "../../kernel-abi/frame.ts";
import { PHI_SERVICE, Q_SERVICE } from "../../kernel-abi/ids.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import { bodyOf, field } from "../entry/body.ts";
import type { ProcessRow, World } from "./world.ts";

export function check(world: World, row: ProcessRow, { end, entries }: TurnFrame): void {
  const says = end.body.length > 0;
  switch (end.kind) {
    case TURN_END.FINISHED:
      world.require(says && end.on === 0 && end.subject === 0, "a turn that finishes says its result");
      return;
    case TURN_END.ABORTED:
      world.require(says && end.on === 0 && field(bodyOf(end.body), "code") === end.subject, "a turn that is aborted says its fault");
      return;
    case TURN_END.WAITING:
      world.require(says === (end.on === WAIT.SELECT) && asked(world, row, end, entries), "a turn waits for what its last call asked for", { waits: end.on, subject: end.subject });
  }
}

function asked(world: World, row: ProcessRow, { on, subject }: TurnEnd, entries: readonly Entry[]): boolean {
  const last = entries.at(-1);
  const granted = last?.verdict === 0 ? last : undefined;
  switch (on) {
    case WAIT.TIMER: return granted?.code === SYSCALL.TIMER_SET && row.timer?.seq === subject;
    // A job that was called again is waited for by the number its owner knows.
    case WAIT.OUTCOME: return (granted?.code === SYSCALL.MEASURE || granted?.code === SYSCALL.PROJECT) && world.job(granted.subject).origin === subject;
    case WAIT.EXIT: return granted?.code === SYSCALL.PROC_JOIN && granted.subject === subject;
    case WAIT.ROOM: return (granted?.code === SYSCALL.IPC_SEND && granted.subject === subject) || (granted?.code === SYSCALL.CONTRACT_REQUEST && waitsWhole(granted, subject));
    case WAIT.START: return subject === 0 && entries.findIndex(({ code, verdict }) => code === SYSCALL.PROC_CONTINUE && verdict === 0) === entries.length - 1 && entries.length > 0;
    case WAIT.SELECT: return subject === 0 && entries[entries.findLastIndex(({ code }) => code !== EVENT.EXIT_NOTICED)]?.code === SYSCALL.SELECT;
    default: return subject === 0;
  }
}

/** A request that holds no place has its process wait for its domain's service. */
const waitsWhole = ({ domain, body }: Entry, service: number): boolean =>
  service === (domain === DOMAIN_RANK.Q ? Q_SERVICE : PHI_SERVICE) && field(bodyOf(body), "place") !== true;
