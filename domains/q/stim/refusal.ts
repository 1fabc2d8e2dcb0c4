// How what was parsed is refused later on: with the line and column it stood at, if it came from a file.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { TextFault } from "./lines.ts";

/** Where an instruction began; line 0 for one that was made in memory. */
export interface Place {
  readonly line: number;
  readonly column?: number;
}

/** The place as a fault's detail has it; nothing where there is none. */
export const placeOf = ({ line, column }: Place): { readonly line?: number; readonly column?: number } =>
  (line === 0 ? {} : { line, ...(column === undefined ? {} : { column }) });

/** `next`: what to write instead. @throws Fault with `what`, and the place when it is known */
export function refuseAt(fault: TextFault, place: Place, what: string, next: string): never {
  throw new Fault(fault, { ...placeOf(place), what }, { next });
}
