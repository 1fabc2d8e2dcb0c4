// Values as text: a program's result and a trace's bodies as JSON, for machines on one line, for people within the width they have.
//   V1  Text from a trace or a program is data: control and direction-changing characters are shown, never sent to a terminal.
import type { Json } from "../../../kernel-abi/canonical.ts";

const DEPTH_MAX = 64;

const ofNumber = (value: number): Json => (Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value));

const isNumbers = (value: object): value is Iterable<number | bigint> => ArrayBuffer.isView(value) && !(value instanceof DataView);

const ofMap = (map: ReadonlyMap<unknown, unknown>, depth: number): Json =>
  ([...map.keys()].every((key) => typeof key === "string")
    ? ofEntries([...map].map(([key, member]) => [String(key), member]), depth)
    : [...map].map((entry) => toJson(entry, depth)));

/** fromEntries defines members, so that `__proto__` is a key like any other. */
const ofEntries = (entries: readonly (readonly [string, unknown])[], depth: number): Json =>
  Object.fromEntries(entries.filter(([, member]) => member !== undefined).map(([key, member]) => [key, toJson(member, depth)]));

function ofObject(value: object, depth: number): Json {
  if (Array.isArray(value)) return value.map((member) => toJson(member, depth));
  if (isNumbers(value)) return Array.from(value, (member) => toJson(member, depth));
  if (value instanceof Map) return ofMap(value, depth);
  if (value instanceof Set) return [...value].map((member) => toJson(member, depth));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return ofEntries(Object.entries(value), depth);
}

/**
 * Any value as JSON: typed arrays and sets as arrays, maps as records (as pairs when a key is no text), what JSON has no
 * number for as text ("NaN", "Infinity", "-0", integers beyond 2^53).
 */
export function toJson(value: unknown, depth = 0): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return ofNumber(value);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object" || depth >= DEPTH_MAX) return typeof value === "object" ? "…" : String(value);
  return ofObject(value, depth + 1);
}

/** C0, DEL, C1, and the marks that change the direction of text. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const SHORT: Readonly<Record<string, string>> = Object.freeze({ "\n": "\\n", "\r": "\\r", "\t": "\\t" });
const escaped = (character: string): string => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Text that a terminal shows as it stands. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, escaped);

/** `1 turn`, `2 turns`. */
export const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** `--fits-csv`, of `fitsCsv`. */
export const optionOf = (flag: string): string => `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A word to paste into a shell. */
export const shellWord = (word: string): string =>
  (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${printable(word).replaceAll("'", "'\\''")}'`);

/** One line of JSON. */
export const jsonText = (value: Json): string => printable(JSON.stringify(value));

/** The members of a record; of anything else none. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : {});

/** `a=1 b=[2]`: the members of a record, and any other value as JSON. */
export function pairsText(value: unknown): string {
  const json = toJson(value);
  if (typeof json !== "object" || json === null || Array.isArray(json)) return jsonText(json);
  return Object.entries(json).map(([name, member]) => `${printable(name)}=${typeof member === "string" ? printable(member) : jsonText(member as Json)}`).join(" ");
}

const COMPACT_CHARACTERS = 76;

function compact(value: Json): string {
  if (typeof value !== "object" || value === null) return jsonText(value);
  if (Array.isArray(value)) return `[${value.map(compact).join(", ")}]`;
  return `{${Object.entries(value).map(([key, member]) => `${jsonText(key)}: ${compact(member as Json)}`).join(", ")}}`;
}

/** JSON for people: on one line where it fits, otherwise a member a line. */
export function prettyJson(value: Json, indent = ""): string {
  const line = compact(value);
  if (typeof value !== "object" || value === null || line.length + indent.length <= COMPACT_CHARACTERS) return line;
  const inner = `${indent}  `;
  const [open, close, members] = Array.isArray(value)
    ? ["[", "]", value.map((member: Json) => prettyJson(member, inner))]
    : ["{", "}", Object.entries(value).map(([key, member]) => `${jsonText(key)}: ${prettyJson(member as Json, inner)}`)];
  return `${open}\n${members.map((member) => inner + member).join(",\n")}\n${indent}${close}`;
}
