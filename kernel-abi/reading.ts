// Reading: how the calls of k, q and phi read what programs give them. It may be anything, and nothing it does may reach the program as
// an error of the engine's: what cannot be read is handed on as it is, for the kernel to refuse, or refused at the call that was given it.
import { malformed, membersOf } from "./calls.ts";
import { Fault } from "./fault.ts";
import type { ProcessId } from "./ids.ts";
import type { Child } from "./operation.ts";
import { shown, tried } from "./shown.ts";

/** Where a message goes: a process id (as `receive` gives in `from`) or a child. */
export type Address = ProcessId | Child<unknown>;

export interface Reading {
  address(to: Address): ProcessId;
  child(child: Child<unknown>): ProcessId;
  /** Of `exitOf`, which makes an arm of it. @throws Fault ABI_MALFORMED */
  exit(process: Address): ProcessId;
  /** What `take` makes of a record, options as a rule. `form`: how the call is written. @throws Fault ABI_MALFORMED */
  record<T, R>(form: string, argument: string, given: T, take: (given: T) => R, allowed?: string): R;
  /** What `take` makes of an argument, or that argument, for the kernel to refuse. @throws Fault what `take` throws, if that is one */
  argument<T, R>(given: T, take: (given: T) => R): R;
}

/** As it was before `refusalsInFull`: whatever comes of it is thrown. */
export const AT_ONCE: Reading = Object.freeze({
  address: (to: Address) => (typeof to === "object" ? to.process : to),
  child: ({ process }: Child<unknown>) => process,
  exit: (to: Address) => (typeof to === "object" ? to.process : to),
  record: <T, R>(_form: string, _argument: string, given: T, take: (given: T) => R) => take(given),
  argument: <T, R>(given: T, take: (given: T) => R) => take(given),
});

/** What names no process is handed on: the kernel says what it is. */
function address(to: Address): ProcessId {
  if (typeof to === "number") return to;
  const process = tried(() => to.process, undefined);
  return typeof process === "number" ? process : to as unknown as ProcessId;
}

/** A number is no child: boxed, it is refused as what it is. */
const child = (given: Child<unknown>): ProcessId => (typeof given === "number" ? Object(given) as ProcessId : address(given));

function exit(given: Address): ProcessId {
  const process = address(given);
  if (typeof process !== "number") throw malformed("k.exitOf(process)", { argument: "process", given: [given], allowed: "a process id, or what spawn returned" });
  return process;
}

function record<T, R>(form: string, argument: string, given: T, take: (given: T) => R, allowed = "a record that can be read, as it is written here"): R {
  const wrong = (cause?: unknown): Fault => malformed(form, { argument, given: [given], allowed }, {}, cause);
  if (typeof given !== "object" || given === null || tried(() => Array.isArray(given), true)) throw wrong();
  try {
    return take(given);
  } catch (error) {
    throw error instanceof Fault ? error : wrong(error);
  }
}

function argument<T, R>(given: T, take: (given: T) => R): R {
  try {
    return take(given);
  } catch (error) {
    if (error instanceof Fault) throw error;
    return given as unknown as R;
  }
}

/** As it was before `widerProviders`: members that a call does not read are not looked at. */
export const GUARDED: Reading = Object.freeze({ address, child, exit, record, argument });

/** A record with a member that the call does not read would be run without what was asked for. @throws Fault ABI_MALFORMED */
function checkMembers(form: string, name: string, given: object): void {
  const members = membersOf(form);
  const odd = Object.keys(given).find((member) => !members.includes(member));
  if (odd !== undefined) throw malformed(form, { argument: name, given: [given], allowed: `${members.join(", ")} and nothing else (${shown(odd)} is no ${name === "options" ? "option" : "member"} of this call)` });
}

const WRITTEN = ["options", "problem"];

export const STRICT: Reading = Object.freeze({
  ...GUARDED,
  record: <T, R>(form: string, name: string, given: T, take: (given: T) => R, allowed?: string) => record(form, name, given, (of) => {
    if (WRITTEN.includes(name)) checkMembers(form, name, of as object);
    return take(of);
  }, allowed),
});
