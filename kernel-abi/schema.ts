// Schemas: TypeBox, for every room, from one place. It is several hundred modules, which take a command longer to load than most
// commands run; the build makes one module of it (bundle.mjs), and that module stands here in the package.
import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";

export { Type, type Static, type TProperties, type TSchema } from "typebox";
export { Compile };

/** A schema's validator, compiled when it is first asked for: a command that reads no such thing does not pay for it. */
export function compiled<const S extends TSchema>(schema: S): () => Validator<Record<never, never>, S> {
  let validator: Validator<Record<never, never>, S> | undefined;
  return () => (validator ??= Compile(schema));
}

/** Where a value does not fit, and how. */
export interface Blame {
  readonly at: string;
  readonly what: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** The words a schema of words allows. */
function wordsOf(schema: unknown): readonly unknown[] {
  if (!isRecord(schema)) return [];
  return "const" in schema ? [schema["const"]] : Array.isArray(schema["anyOf"]) ? schema["anyOf"].flatMap(wordsOf) : [];
}

/** The first thing wrong with a value, as the validator has it. */
export function blame(schema: TSchema, value: unknown, otherwise = ""): Blame {
  const [first] = Compile(schema).Errors(value);
  return { at: first?.instancePath ?? "", what: first?.message ?? otherwise };
}

/** What is there and should not be is named. */
function blameOfForm(schema: TSchema, value: unknown): Blame {
  const [first] = Compile(schema).Errors(value);
  return first?.keyword === "boolean" ? { at: first.instancePath, what: "no field of this" } : blame(schema, value);
}

/**
 * What is wrong with a value of a union whose members differ in the words of one field: of the member that field names, not of whichever
 * member is looked at first. Called for what does not fit.
 */
export function blameByTag(union: { readonly anyOf: readonly TSchema[] }, tag: string, value: unknown): Blame {
  const words = (member: TSchema): readonly unknown[] => ("properties" in member && isRecord(member["properties"]) ? wordsOf(member["properties"][tag]) : []);
  const given = isRecord(value) ? value[tag] : undefined;
  const meant = union.anyOf.find((member) => words(member).includes(given));
  return meant === undefined ? { at: `/${tag}`, what: `one of ${union.anyOf.flatMap(words).join(", ")}` } : blameOfForm(meant, value);
}
