// The one MessagePack packer. Owns the options that keep data intact; nothing else may import msgpackr
// (lint says so): without `moreTypes` a Float64Array comes back corrupted.
//   The entry `msgpackr/pack` is the decoder in plain JavaScript: the optional native one reads some texts otherwise, and what a
//   message says must not depend on whether a host has it.
//   Numbers that must survive bit for bit travel inside a typed array: as a scalar, -0 becomes 0 for sender and receiver alike.
//   A NaN has one form wherever it stands (nan.ts): its bits are the processor's, not the program's.
import type { Packr as PackrClass } from "msgpackr";
import { Packr, RESET_BUFFER_MODE, REUSE_BUFFER_MODE } from "msgpackr/pack";
import { Fault } from "./fault.ts";
import type { CopyWay } from "./handle.ts";
import { LIMITS } from "./limits.ts";
import { holdsNaN, settleNaNs } from "./nan.ts";
import { isProgram } from "./shown.ts";

// The entry's own declarations do not resolve; the class is the one the main entry declares.
// Bytes are copied out of what is decoded: a view of it would show its reader what stands beside it, and let it write there. References
// within a message are refused: pack makes none, and whoever walks what they make would never come to an end.
const packr = new (Packr as typeof PackrClass)({ useRecords: false, moreTypes: true, copyBuffers: true, structuredClone: false });

/** Where the packer left its result, in a buffer of its own that it fills anew each time. */
interface Filled extends Uint8Array {
  readonly start: number;
  readonly end: number;
}
const IN_PLACE = REUSE_BUFFER_MODE | RESET_BUFFER_MODE;

function encoded(value: unknown): Uint8Array {
  const filled = packr.pack(value, IN_PLACE) as unknown as Filled;
  return copyOf(filled, filled.start, new Uint8Array(filled.end - filled.start));
}

/** Shorter ones are copied faster byte by byte. */
const SHORT = 32;

function copyOf(from: Uint8Array, start: number, to: Uint8Array): Uint8Array {
  const size = to.length;
  if (size <= SHORT) for (let at = 0; at < size; at++) to[at] = from[start + at] as number;
  else to.set(from.subarray(start, start + size));
  return to;
}

/** By length: what is decoded stands here meanwhile, because the decoder hangs a DataView, dear to make, on whatever it is given. */
const DESKS: Uint8Array[] = [];
const DESK_BYTES_MAX = 256;
const deskFor = (bytes: Uint8Array): Uint8Array =>
  (bytes.length > DESK_BYTES_MAX ? bytes.subarray() : copyOf(bytes, 0, DESKS[bytes.length] ??= new Uint8Array(bytes.length)));

/** Nesting a payload may have; also what ends a cycle. */
const DEPTH_MAX = 128;

const refuse = (path: string, what: string): never => {
  throw new Fault("ABI_UNENCODABLE", { at: path, what });
};

/** Refusals of programs: what they say depends on what the run says of them (unrunRefused), which is nothing a packer knows. */
const OF_PROGRAMS = new WeakSet<Fault>();
export const isOfProgram = (fault: Fault): boolean => OF_PROGRAMS.has(fault);

function refuseInstance(value: object, path: string): never {
  const fault = new Fault("ABI_UNENCODABLE", { at: path, what: value.constructor?.name ?? "an object with a prototype of its own" });
  if (isProgram(value)) OF_PROGRAMS.add(fault);
  throw fault;
}

/** Handles refuse by themselves: their `toJSON` throws (handle.ts). */
const isHandle = (value: object): value is { toJSON(key: string, way: CopyWay): unknown } => "handle" in value && "toJSON" in value && typeof value.toJSON === "function";

/** Of the value that is being looked at: the least its encoding takes, how much that may be, and whether it holds a NaN. */
let weight = 0;
let allowed = Infinity;
let nans = false;

/** A value may be small and yet without end to whoever walks it: one that holds another twice, again and again, or an array of holes. */
function weigh(bytes: number): void {
  weight += bytes;
  if (weight > allowed) throw new Fault("ABI_LIMIT", { limit: "payload_bytes_max", value: LIMITS.payload_bytes_max, atLeast: weight });
}

/** MessagePack would carry functions as nothing, instances and Maps as bare records: what would come back as something else is refused. */
function checkPlain(value: unknown, path: string, depth: number): void {
  if (holdsNaN(value)) nans = true;
  if (typeof value === "string") {
    weigh(value.length);
    if (!isSound(value)) checkText(value, path);
  }
  if (typeof value === "function" || typeof value === "symbol") refuse(path, typeof value);
  if (typeof value !== "object" || value === null) return;
  if (ArrayBuffer.isView(value)) return weigh(value.byteLength);
  if (depth === DEPTH_MAX) refuse(path, `nested deeper than ${DEPTH_MAX}, or cyclic`);
  if (Array.isArray(value)) {
    weigh(value.length);
    for (let at = 0; at < value.length; at++) if (needsLook(value[at])) checkPlain(value[at], `${path}[${at}]`, depth + 1);
    return;
  }
  if (value instanceof Set) {
    weigh(value.size);
    for (const member of value) checkPlain(member, `${path}.member`, depth + 1);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (isHandle(value)) value.toJSON("", "pack");
  if (prototype !== Object.prototype && prototype !== null && value.constructor?.name !== "Object") refuseInstance(value, path);
  if (Object.getOwnPropertySymbols(value).length > 0) refuse(path, "a key that is a symbol");
  for (const key of Object.getOwnPropertyNames(value)) checkMember(value, key, path, depth); // both cost less than Reflect.ownKeys
}

function checkMember(value: object, key: string, path: string, depth: number): void {
  weigh(key.length + 1);
  if (key === "__proto__") refuse(path, "a key named __proto__");
  if (!isPlainKey(key)) checkText(key, `${path} key`);
  const member = Object.getOwnPropertyDescriptor(value, key);
  if (member?.get !== undefined) refuse(`${path}.${key}`, "a getter: code of the sender's own would run while the kernel encodes");
  if (needsLook(member?.value)) checkPlain(member?.value, `${path}.${key}`, depth + 1);
}

/** Numbers, booleans, nothing at all and short sound text are plain; a path to them need not be made. */
function needsLook(value: unknown): boolean {
  switch (typeof value) {
    case "string": return value.length > SHORT || !isSound(value);
    case "number": return Number.isNaN(value);
    case "boolean":
    case "undefined": return false;
    default: return value !== null;
  }
}

const PLAIN_KEY = /^[\w$-]*$/;
/** Keys repeat. */
const PLAIN_KEYS = new Set<string>();
const PLAIN_KEYS_MAX = 4_096;

function isPlainKey(key: string): boolean {
  if (PLAIN_KEYS.has(key)) return true;
  if (!PLAIN_KEY.test(key)) return false;
  if (PLAIN_KEYS.size === PLAIN_KEYS_MAX) PLAIN_KEYS.clear();
  PLAIN_KEYS.add(key);
  return true;
}

const MARK = 0xfeff;
/** Text that comes back from UTF-8 as it was: no half surrogate pair, no byte order mark at its start. */
const isSound = (text: string): boolean => text.charCodeAt(0) !== MARK && text.isWellFormed();

function checkText(text: string, path: string): void {
  if (!text.isWellFormed()) refuse(path, "half a surrogate pair");
  if (!isSound(text)) refuse(path, "text that begins with a byte order mark");
}

/** Small integers, by value: the commonest payloads, encoded once. Whoever is given one must not write to it. */
const SMALL_INTEGERS: readonly Uint8Array[] = Array.from({ length: 128 }, (_, value) => encoded(value));

/** As `packWithin`, for the per-message path: equal small integers share one array, which nobody may write to. */
export function packShared(value: unknown, most: number): Uint8Array {
  return typeof value === "number" && (value & 0x7f) === value ? SMALL_INTEGERS[value] as Uint8Array : packWithin(value, most);
}

/**
 * Encodes one value. The result is a private copy, safe to keep and to transfer.
 * @throws Fault ABI_UNENCODABLE when the value holds a function, symbol, class instance or anything else that is not plain data;
 * Q_ERR_NO_CLONE_VIOLATION when it holds a handle.
 */
export const pack = (value: unknown): Uint8Array => packWithin(value, Infinity);

/** As `pack`; what would surely take more than `most` bytes is refused before it is encoded. @throws Fault ABI_LIMIT and as `pack` */
export function packWithin(value: unknown, most: number): Uint8Array {
  weight = 0;
  allowed = most;
  nans = false;
  try {
    checkPlain(value, "value", 0);
    const bytes = encoded(value);
    if (nans) settleNaNs(bytes);
    return bytes;
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    // Never the engine's own words: they would bind a record to one V8.
    throw new Fault("ABI_UNENCODABLE", { at: "value", what: "it cannot be read as plain data" }, { cause });
  }
}

/** What V8 says when the host has no memory: nothing about the bytes. */
const isShortage = (cause: unknown): boolean => cause instanceof RangeError && cause.message === "Array buffer allocation failed";

/**
 * Decodes one value.
 * @throws Fault ABI_UNDECODABLE when the bytes are not exactly one MessagePack value; RangeError when the host has no memory for it
 */
export function unpack(bytes: Uint8Array): unknown {
  try {
    return packr.unpack(deskFor(bytes));
  } catch (cause) {
    if (isShortage(cause)) throw cause;
    throw new Fault("ABI_UNDECODABLE", { bytes: bytes.length, what: "not exactly one value" }, { cause });
  }
}
