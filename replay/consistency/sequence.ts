// Rules of what stands together: a contract's issue and its start, an end and its release, a call and what it does at once. The
// kernel writes each of them in one go, so nothing comes between.
import { EVENT, type Entry } from "../../kernel-abi/frame.ts";
import { SYSCALL } from "../../kernel-abi/syscall.ts";
import type { Expected, World } from "./world.ts";

/** Events that tell of something refused or lost; all others tell of what was done. */
const TELLS: ReadonlySet<number> = new Set([EVENT.JOB_OUTCOME, EVENT.FAULT, EVENT.FAULT_INJECTED, EVENT.FAULT_CONTAINED, EVENT.ROOM_MADE, EVENT.REQUEST_LAPSED]);

/** What only comes as part of something else: everywhere, and in a turn. */
const PART: ReadonlySet<number> = new Set([EVENT.CONTRACT_RELEASED, EVENT.WINDOW_START, EVENT.WINDOW_STOP, EVENT.CONTRACTS_LOST, EVENT.CALIBRATIONS_LOST, SYSCALL.BIND, SYSCALL.UNBIND]);
const PART_OF_A_CALL: ReadonlySet<number> = new Set([EVENT.CONTRACT_ACTIVATED, EVENT.CONTRACT_COMPLETED]);

/** Before the rules of the entry itself, which may say what comes next: what had to come now. */
export function before(world: World): Expected | undefined {
  const { expected } = world;
  world.expected = undefined;
  return expected;
}

/** Behind them. */
export function came(world: World, awaited: Expected | undefined, { code, verdict, domain, capability, contract, subject }: Entry, inTurn: boolean): void {
  world.require(verdict === 0 || code < EVENT.PROCESS_DECLARED || TELLS.has(code), "an event tells of what was done, with verdict 0", { code, verdict });
  if (awaited === undefined) {
    world.require(!PART.has(code) && !(inTurn && PART_OF_A_CALL.has(code)), "what follows at once follows something", { code, contract });
    return;
  }
  const same = awaited.codes.includes(code) && verdict === 0 && subject === awaited.subject && domain === (awaited.domain ?? domain)
    && contract === (awaited.contract ?? contract) && capability === (awaited.capability ?? capability);
  world.require(same, "what follows at once stands beside it", { code, expected: awaited.codes.join(), subject: awaited.subject });
}

/** The next entry must be this one, about a contract. */
export function follows(world: World, code: number, contract: number): void { world.expected = { codes: [code], contract, subject: contract }; }

const ABOUT_A_RETURN: readonly number[] = [EVENT.CONTRACTS_LOST, EVENT.CALIBRATIONS_LOST, EVENT.TRANSITION];

/** PROC_TRANSITION, granted, and what is told to who is resumed: the step itself comes, for what has not been told before it. */
export function steps(world: World, { code, subject }: Pick<Entry, "code" | "subject">): void {
  world.expected = { codes: ABOUT_A_RETURN.slice(ABOUT_A_RETURN.indexOf(code) + 1), subject };
}

/** A frame, or a turn, is over. */
export function whole(world: World): void {
  const { expected } = world;
  if (expected !== undefined) world.refuse("what follows at once stands beside it", { expected: expected.codes.join(), subject: expected.subject });
}
