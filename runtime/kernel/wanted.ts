// Wanted: a handle, and what came in its place (unrunRefused). A program that was not run is malformed, whatever call it is given to, and no
// copy of anything; what else the tables do not know keeps its fault, whose words say whether it is a handle at all.
import { Fault } from "../../kernel-abi/fault.ts";
import { isHandle, type HandleKind } from "../../kernel-abi/handle.ts";
import { isProgram, tried } from "../../kernel-abi/shown.ts";
import { tellsUnrun } from "../../kernel-abi/version.ts";
import type { KernelState } from "./state.ts";

/** First stage, of every call that takes a handle. @throws Fault ABI_MALFORMED */
export function checkRun({ flags }: KernelState, argument: string, given: unknown, kind: HandleKind): void {
  if (isProgram(given) && tellsUnrun(flags)) throw new Fault("ABI_MALFORMED", { argument, allowed: `a ${kind}` });
}

/** A handle as the kernel makes them: one that was spread lies open. */
const isWhole = (given: unknown): boolean => typeof given === "object" && given !== null && tried(() => isHandle(given) && Object.isFrozen(given), false);

/** What the tables of a process do not know. */
export const unknown = ({ flags }: KernelState, given: unknown): { readonly why: string } =>
  ({ why: isWhole(given) || !tellsUnrun(flags) ? "dead or foreign handle" : "a copy of a handle, or another object" });
