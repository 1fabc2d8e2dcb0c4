// How what was parsed is refused later on: with the line it stood in, if it came from a file.
import { Fault } from "../../../kernel-abi/fault.ts";
import type { TextFault } from "./lines.ts";

/** `next`: what to write instead. @throws Fault with `what`, and `line` when it is known */
export function refuseAt(fault: TextFault, { line }: { readonly line: number }, what: string, next: string): never {
  throw new Fault(fault, line === 0 ? { what } : { line, what }, { next });
}
