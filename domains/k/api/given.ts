// Given: what programs give to `race`, `all`, `within`, `until`, `scope` and `supervise`, looked at before anything is made of it. Nothing of it is called.
//   A run recorded before `refusalsInFull` goes on with whatever it was given, to what came of it then: it is asked only where something is wrong.
import { malformed } from "../../../kernel-abi/calls.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import type { Operation, Program } from "../../../kernel-abi/operation.ts";
import { isProgram as isGenerator, tried } from "../../../kernel-abi/shown.ts";
import type { FlagName } from "../../../kernel-abi/version.ts";

/** Whether this run goes by a flag. */
export function* inForce(flag: FlagName): Program<boolean> {
  return (yield { domain: "K", op: "in-force", flag }) === true;
}

/** What a check threw: a refusal, or that there is something that cannot be read. */
export const unreadable = (form: string, error: unknown): Fault =>
  (error instanceof Fault ? error : malformed(form, { argument: "arguments", allowed: "what can be read" }, {}, error));

/** Runs the checks of a call, which is written as `form` says. @throws Fault ABI_MALFORMED */
export function* checked(form: string, check: () => void): Program<void> {
  try {
    check();
  } catch (error) {
    if (yield* inForce("refusalsInFull")) throw unreadable(form, error);
  }
}

export const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isProgram = (value: unknown): boolean => isObject(value) && ["next", "throw", "return"].every((name) => typeof Reflect.get(value, name) === "function");

const PROGRAM = "a program: what a generator function gives when it is called, such as k.sleep(5)";

/** @throws Fault ABI_MALFORMED */
export function checkProgram(form: string, argument: string, given: unknown): void {
  if (!isProgram(given)) throw malformed(form, { argument, given: [given], allowed: PROGRAM });
}

/** @throws Fault ABI_MALFORMED */
export function checkPrograms(form: string, given: unknown): void {
  if (!Array.isArray(given)) throw malformed(form, { argument: "programs", given: [given], allowed: "a list of programs" });
  for (let at = 0; at < given.length; at++) checkProgram(form, `programs[${at}]`, given[at]);
  checkOnce(form, given, (at) => `programs[${at}]`);
}

/** A program goes on where it stands: given twice, it would be done half by one and half by the other. @throws Fault ABI_MALFORMED */
function checkOnce(form: string, programs: readonly unknown[], placeOf: (at: number) => string): void {
  const again = programs.findIndex((program, at) => programs.indexOf(program) < at);
  if (again >= 0) throw malformed(form, { argument: placeOf(again), given: [programs[again]], allowed: `a program of its own, not the one that is ${placeOf(programs.indexOf(programs[again]))} already` });
}

/** @throws Fault ABI_MALFORMED */
export function checkNamed(form: string, given: unknown): void {
  const names = isObject(given) && !Array.isArray(given) ? Object.keys(given) : [];
  if (names.length === 0) throw malformed(form, { argument: "programs", given: [given], allowed: "a record of at least one program, each under a name" });
  const placeOf = (at: number): string => `programs.${(names[at] ?? "").slice(0, 60)}`;
  const programs = names.map((name): unknown => Reflect.get(given as object, name));
  programs.forEach((program, at) => { checkProgram(form, placeOf(at), program); });
  checkOnce(form, programs, placeOf);
}

const isCount = (value: unknown, least: number): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= least;

/** @throws Fault ABI_MALFORMED */
export function checkTicks(form: string, argument: string, given: unknown, least: number): void {
  if (!isCount(given, least)) throw malformed(form, { argument, given: [given], allowed: `an integer of at least ${least}` });
}

/** @throws Fault ABI_MALFORMED */
export function checkBody(form: string, given: unknown): void {
  if (typeof given !== "function") throw malformed(form, { argument: "body", given: [given], allowed: "a function that gives a program" });
}

/** A program of somebody's own making gave no step. @throws Fault ABI_MALFORMED */
export function* refuseStep(step: unknown): Program<void> {
  if (yield* inForce("refusalsInFull")) throw malformed("yield* program", { argument: "what its next() gives", given: [step], allowed: "{ done, value }, as a generator's" });
}

/** Whether what a call waits for can be made arms of; what cannot is for the kernel to refuse, as that call's and no other's. */
export function isSound(operation: Operation): boolean {
  try {
    switch (operation.op) {
      case "sleep": return isCount(operation.ticks, 1);
      case "receive": return operation.within === undefined || isCount(operation.within, 1);
      case "join": return isCount(operation.child, 0);
      case "collect": return isObject(operation.job);
      case "select": return Array.isArray(operation.arms) && operation.arms.length > 0 && Array.from(operation.arms).every(isObject);
      default: return true;
    }
  } catch {
    return !isObject(operation);
  }
}

/** Whether a call waits for the outcome of a program that was not run: that, too, is for the kernel to refuse. No getter is asked. */
export function waitsForUnrun(operation: Operation): boolean {
  const isUnrun = (waits: object): boolean => isGenerator(Object.getOwnPropertyDescriptor(waits, "job")?.value);
  return tried(() => (operation.op === "collect" ? isUnrun(operation) : operation.op === "select" && operation.arms.some(isUnrun)), false);
}
