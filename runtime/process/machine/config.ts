// Config: a machine's configuration as JSON, for Stately's tools and for people. Names stay names; functions, which JSON has no form for,
// become names: their own, or that of the built-in action they are. `createMachine` takes the result again, with the same states.
import type { AnyStateMachine } from "xstate";
import { isBuiltin, isRecord } from "./shape.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Where a function means nothing to a picture, and a name in its place would mean something else. */
const LEFT_OUT: ReadonlySet<string> = new Set(["context", "output", "input", "types", "schemas", "options"]);

const nameOf = (made: { readonly name: string }): string => (isBuiltin(made) ? made.type : made.name === "" ? "(inline)" : made.name);

function flat(value: unknown, key: string): Json | undefined {
  if (typeof value === "function") return nameOf(value);
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map((member) => flat(member, key) ?? null);
  if (!isRecord(value)) return undefined;
  if (key === "src") return "(inline)";
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => {
    const json = LEFT_OUT.has(name) && typeof member === "function" ? undefined : flat(member, name);
    return json === undefined ? [] : [[name, json] as const];
  }));
}

/** The configuration as it was given to `createMachine`, with functions named. */
export const machineConfig = (machine: AnyStateMachine): Json => flat(machine.config, "") ?? null;
