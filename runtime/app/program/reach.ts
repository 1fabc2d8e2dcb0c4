// Reach: what hangs on a value, one step on. Runs nothing of the program's: accessors are members like others, and no method is called
// that a program could have put there.
import { types } from "node:util";
import { sha256 } from "../../adapters/sha256.ts";
import { toHex } from "../../../kernel-abi/canonical.ts";

export type Part = readonly [name: string, part: unknown];

/** Larger typed arrays are not asked for members beside their elements, which takes all their indices: who meets one gives up. */
const ELEMENTS_MAX = 4_000_000;

export class TooMuch extends Error {}

// Taken before any program runs.
type Getter = (this: unknown) => unknown;
const getterOf = (owner: object, key: string): Getter => Object.getOwnPropertyDescriptor(owner, key)?.get as Getter;
const typed: object = Object.getPrototypeOf(Uint8Array.prototype) as object;
const partsOf = (owner: object): readonly Getter[] => ["buffer", "byteOffset", "byteLength"].map((key) => getterOf(owner, key));
const [OF_TYPED, OF_DATA] = [partsOf(typed), partsOf(DataView.prototype)];
const [source, flags] = [getterOf(RegExp.prototype, "source"), getterOf(RegExp.prototype, "flags")];
const { getTime } = Date.prototype;
const { entries } = Map.prototype;
const { values } = Set.prototype;
const { getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;

/** What stands in no property. */
function* inside(value: object): Generator<Part> {
  if (types.isDate(value)) yield ["time", getTime.call(value)];
  else if (types.isRegExp(value)) yield ["pattern", `${String(source.call(value))}/${String(flags.call(value))}`];
  else if (types.isMap(value)) for (const [key, member] of entries.call(value) as Iterable<Part>) yield* [["key", key], ["member", member]] as const;
  else if (types.isSet(value)) for (const member of values.call(value)) yield ["member", member];
  else if (types.isAnyArrayBuffer(value)) yield ["bytes", toHex(sha256(new Uint8Array(value)))];
  else if (ArrayBuffer.isView(value)) for (const get of types.isDataView(value) ? OF_DATA : OF_TYPED) yield ["view", get.call(value)];
}

function keysOf(value: object): readonly (string | symbol)[] {
  if (!types.isTypedArray(value)) return ownKeys(value);
  if (value.length > ELEMENTS_MAX) throw new TooMuch();
  return ownKeys(value).slice(value.length);
}

/** Each in an order that follows from the value. @throws TooMuch */
export function* partsFrom(value: object): Generator<Part> {
  if (types.isProxy(value)) return;
  yield* inside(value);
  for (const key of keysOf(value)) {
    if (key === "stack" && types.isNativeError(value)) continue; // looking at it is what fixes its text
    const property = getOwnPropertyDescriptor(value, key);
    if (property === undefined) continue;
    if ("value" in property) yield [String(key), property.value];
    else yield* [[`get ${String(key)}`, property.get], [`set ${String(key)}`, property.set]] as const;
  }
  yield ["prototype of", getPrototypeOf(value)];
}
