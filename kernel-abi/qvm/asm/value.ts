// Values of the macro language: numbers, texts, truth, nothing, lists and records. What they weigh, how they read, what equals what.
//   V1  A value knows its size and depth, so that no small text unfolds into a large graph unseen, and readers may recurse.
import { refuse, type Budget, type Place } from "./place.ts";

export interface Extent { readonly size: number; readonly depth: number }
export interface ListValue extends Extent { readonly kind: "list"; readonly items: readonly Value[] }
export interface RecordValue extends Extent { readonly kind: "record"; readonly entries: readonly (readonly [string, Value])[] }
export type Value = number | string | boolean | null | ListValue | RecordValue;

export const isList = (value: Value): value is ListValue => typeof value === "object" && value !== null && value.kind === "list";
const isRecord = (value: Value): value is RecordValue => typeof value === "object" && value !== null && value.kind === "record";

/** Elements and, by sixteens, characters. */
export const sizeOf = (value: Value): number => (typeof value === "string" ? 1 + (value.length >> 4) : typeof value === "object" && value !== null ? value.size : 1);

const depthOf = (value: Value): number => (typeof value === "object" && value !== null ? value.depth : 0);
const DEPTH_MOST = 64;

function extent(values: readonly Value[], keys: number): Extent {
  let [size, depth] = [1 + keys, 0];
  for (const value of values) {
    size += sizeOf(value);
    depth = Math.max(depth, depthOf(value));
  }
  return { size, depth: depth + 1 };
}
export const listOf = (items: readonly Value[]): ListValue => ({ kind: "list", items, ...extent(items, 0) });
export const recordOf = (entries: RecordValue["entries"]): RecordValue =>
  ({ kind: "record", entries, ...extent(entries.map(([, value]) => value), entries.reduce((sum, [key]) => sum + 1 + (key.length >> 4), 0)) });

/** Not too large and not too deep, or refused. */
export function weighed<T extends Value>(value: T, at: Place, budget: Budget): T {
  budget.size(sizeOf(value), at);
  if (depthOf(value) > DEPTH_MOST) refuse("QVM_ASM_LIMIT", at, `lists deeper than ${DEPTH_MOST}`, "Nest lists and records less.");
  return value;
}

/** Plain data, as a graph holds it. */
export function plain(value: Value): unknown {
  if (isList(value)) return value.items.map(plain);
  return isRecord(value) ? Object.fromEntries(value.entries.map(([key, inner]) => [key, plain(inner)])) : value;
}

export const kindOf = (value: Value): string => (value === null ? "null" : typeof value === "object" ? `a ${value.kind}` : { number: "a number", string: "a text", boolean: "a truth value" }[typeof value as "number"]);

/** As it reads in an error. */
export function shown(value: Value): string {
  if (isList(value)) return `[${value.items.slice(0, 8).map(shown).join(", ")}${value.items.length > 8 ? ", …" : ""}]`;
  return isRecord(value) ? "{…}" : typeof value === "string" ? `"${value.slice(0, 40)}"` : String(value);
}

/** As it reads inside a name or a text. */
export function spelled(value: Value, at: Place): string {
  if (typeof value === "string") return value;
  if (typeof value === "object") return refuse("QVM_ASM_VALUE", at, `${kindOf(value)} cannot stand inside a name or text: ${shown(value)}`, "Take an element of it, as in {qubits[i]}, or join it.");
  return String(value);
}

export function sameValue(left: Value, right: Value): boolean {
  if (isList(left) && isList(right)) return left.items.length === right.items.length && left.items.every((item, at) => sameValue(item, right.items[at] ?? null));
  if (isRecord(left) && isRecord(right)) {
    const other = new Map(right.entries);
    return left.entries.length === right.entries.length && left.entries.every(([key, value]) => other.has(key) && sameValue(value, other.get(key) ?? null));
  }
  return left === right;
}

export function numberOf(value: Value, at: Place, use: string): number {
  return typeof value === "number" ? value : refuse("QVM_ASM_VALUE", at, `${use} takes a number, not ${shown(value)}`, "Define the name with .set or .param, or write a number.");
}

export function integerOf(value: Value, at: Place, use: string): number {
  const number = numberOf(value, at, use);
  return Number.isSafeInteger(number) ? number : refuse("QVM_ASM_VALUE", at, `${use} takes an integer, not ${String(number)}`, "Divide with // where a whole number is needed.");
}

/** A truth value, or a number that is 0 or not. */
export function truthOf(value: Value, at: Place): boolean {
  if (typeof value === "boolean") return value;
  return typeof value === "number" ? value !== 0 : refuse("QVM_ASM_VALUE", at, `a condition is true or false, not ${shown(value)}`, "Compare it with something, as in name == \"text\" or len(list) > 0.");
}

/** A finite number; -0 is 0. */
export const finite = (value: number, at: Place, what: string): number =>
  (Number.isFinite(value) ? value + 0 : refuse("QVM_ASM_VALUE", at, `${what} is no finite number`, "Check for a division by zero or an overflow."));
