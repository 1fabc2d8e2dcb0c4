// Rules of what stands together: a contract's issue and its start, an end and its release, a call and what it does at once. The
// kernel writes each of them in one go, so nothing comes between.
import { EVENT, type Entry } from "../../kernel-abi/frame.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { World } from "./world.ts";

/** The one entry that may come next. `contract` is 0 where `subject` says whom it is about. */
export interface Expected {
  readonly code: number;
  readonly contract: number;
  readonly subject: number;
}

/** Events that tell of something refused or lost; all others tell of what was done. */
const TELLS: ReadonlySet<number> = new Set([EVENT.JOB_OUTCOME, EVENT.FAULT, EVENT.FAULT_INJECTED, EVENT.FAULT_CONTAINED, EVENT.ROOM_MADE, EVENT.REQUEST_LAPSED]);

/** What only comes as part of something else: everywhere, and in a turn. */
const PART: ReadonlySet<number> = new Set([EVENT.CONTRACT_RELEASED, EVENT.WINDOW_START, EVENT.WINDOW_STOP, SYSCALL.BIND, SYSCALL.UNBIND]);
const PART_OF_A_CALL: ReadonlySet<number> = new Set([EVENT.CONTRACT_ACTIVATED, EVENT.CONTRACT_COMPLETED]);

/** Behind the rules of the entry itself: `before` is what had to come. */
export function came(world: World, before: Expected | undefined, { code, verdict, contract, subject }: Entry, inTurn: boolean): void {
  world.require(verdict === 0 || code < EVENT.PROCESS_DECLARED || TELLS.has(code), "an event tells of what was done, with verdict 0", { code, verdict });
  if (before === undefined) {
    world.require(!PART.has(code) && !(inTurn && PART_OF_A_CALL.has(code)), "what follows at once follows something", { code, contract });
    return;
  }
  world.require(code === before.code && verdict === 0 && contract === before.contract && subject === before.subject, "what follows at once stands beside it", { code, expected: before.code, contract: before.contract });
}

/** The next entry must be this one, about a contract. */
export function follows(world: World, code: number, contract: number): void { world.expected = { code, contract, subject: contract }; }

/** A frame, or a turn, is over. */
export function whole(world: World): void {
  const { expected } = world;
  if (expected !== undefined) world.refuse("what follows at once stands beside it", { expected: expected.code, contract: expected.contract });
}
