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

const depthOf = (pointer: string): number => pointer.split("/").length;

/** What stands at a JSON pointer. */
const valueAt = (value: unknown, pointer: string): unknown =>
  pointer.split("/").slice(1).reduce<unknown>((held, name) => (isRecord(held) ? held[name.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined), value);

const membersOf = (schema: unknown): readonly unknown[] => (isRecord(schema) && Array.isArray(schema["anyOf"]) ? schema["anyOf"].flatMap(membersOf) : [schema]);

/** What may stand at a member of what `schema` describes. */
function schemasBelow(schema: unknown, name: string): readonly unknown[] {
  if (!isRecord(schema)) return [];
  const { properties, items } = schema;
  const below = Array.isArray(items) ? (items as readonly unknown[])[Number(name)] : items ?? (isRecord(properties) ? properties[name] : undefined);
  return below === undefined ? [] : membersOf(below);
}

/** The words that may stand at a JSON pointer, where nothing else may. */
function wordsAt(schema: TSchema, pointer: string): readonly unknown[] {
  const there = pointer.split("/").slice(1).reduce((schemas, name) => schemas.flatMap((one) => schemasBelow(one, name)), membersOf(schema));
  return there.every((one) => isRecord(one) && "const" in one) ? there.flatMap(wordsOf) : [];
}

/** The innermost place where a value does not fit, the first of these: what is wrong there, and the words that may stand there where there are some. */
export function misfit(schema: TSchema, value: unknown): Blame & { readonly value: unknown; readonly words: readonly unknown[] } {
  const errors = Compile(schema).Errors(value);
  const deepest = errors.reduce((depth, { instancePath }) => Math.max(depth, depthOf(instancePath)), 0);
  const first = errors.find(({ instancePath }) => depthOf(instancePath) === deepest);
  const at = first?.instancePath ?? "";
  const words = wordsAt(schema, at); // not from the errors: the validator stops at so many
  const what = first?.keyword === "boolean" ? "no field of this" : words.length > 0 ? "none of the words that may stand here" : first?.message ?? "";
  return { at, what, value: valueAt(value, at), words };
}

/** What is there and should not be is named, and where only some words may stand, those. */
function blameOfForm(schema: TSchema, value: unknown): Blame {
  const [first] = Compile(schema).Errors(value);
  if (first?.keyword === "boolean") return { at: first.instancePath, what: "no field of this" };
  const words = first === undefined ? [] : wordsAt(schema, first.instancePath);
  return first === undefined || words.length === 0 ? blame(schema, value) : { at: first.instancePath, what: `${words.length > 1 ? "one of " : ""}${words.join(", ")}` };
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
