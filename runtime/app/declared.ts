// Declared: what is wrong with a declaration, told by the declaration, the argument, what came and what is taken.
import { malformed } from "../../kernel-abi/calls.ts";
import { Fault } from "../../kernel-abi/fault.ts";
import { retold } from "../kernel/refusals.ts";

/** What `make` makes of a declaration, a record. `form`: how it is written. @throws Fault, whatever `make` throws */
export function declared<R>(form: string, given: unknown, make: () => R): R {
  if (typeof given !== "object" || given === null) throw malformed(form, { argument: "declaration", given: [given], allowed: "a record, as it is written here" });
  try {
    return make();
  } catch (error) {
    if (error instanceof Fault) throw retold(form, given, error, false);
    throw malformed(form, { argument: "declaration", given: [given], allowed: "a record that can be read, as it is written here" }, {}, error);
  }
}
