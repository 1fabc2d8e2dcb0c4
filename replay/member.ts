// Members: what differs inside two bodies, by path and value (R1). Whoever asks decides who may see it: values are a program's own
// data, and stand in no fault, message or stack by themselves (divergence.ts).
//   J55  Nothing found here is longer than a line: texts are cut around the place where they part, lists and records that do not fit are sizes.
//   J56  The walk ends after a fixed number of values, whatever a body refers to.
import type { Json } from "../kernel-abi/canonical.ts";
import { EVENT, type Entry } from "../kernel-abi/frame.ts";
import { unpack } from "../kernel-abi/packer.ts";
import { SYSCALL } from "../kernel-abi/syscall.ts";
import type { Member } from "./diverged.ts";
import { plain } from "./entry/body.ts";

/** Members told of one body. */
const TOLD = 5;
const SHOWN_CHARACTERS = 160;
/** Of a long text, shown before the first character that differs. */
const BEFORE_CHARACTERS = 40;
const SHOWN_BYTES = 32;
const KEY_CHARACTERS = 80;
const DEPTH_MAX = 64;
const VALUES_MAX = 1_000_000;
/** Values looked at to see whether a record fits. */
const SHOWN_VALUES = 64;

// ---- values in short ----------------------------------------------------------------------------------------------------

type List = readonly unknown[] | ArrayLike<number | bigint>;
const isTyped = (value: unknown): value is ArrayLike<number | bigint> & ArrayBufferView => ArrayBuffer.isView(value) && !(value instanceof DataView);
const isList = (value: unknown): value is List => Array.isArray(value) || isTyped(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !isList(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/** How many values one holds, itself included; stops counting at the limit, and so ends on what refers to itself. */
function holds(value: unknown, limit: number): number {
  if (typeof value !== "object" || value === null) return 1;
  if (isTyped(value)) return 1 + value.length;
  let sum = 1;
  for (const member of Array.isArray(value) ? value as readonly unknown[] : Object.values(value)) {
    if (sum >= limit) break;
    sum += holds(member, limit - sum);
  }
  return sum;
}

const sizeOf = (value: object): Json => (isList(value) ? { items: value.length } : { members: Object.keys(value).length });
const clipped = (text: string, from = 0): string =>
  (text.length <= SHOWN_CHARACTERS ? text : `${from === 0 ? "" : "…"}${text.slice(from, from + SHOWN_CHARACTERS)}${from + SHOWN_CHARACTERS < text.length ? "…" : ""}`);

/** A value as it is where it fits on a line, as its size where it does not. Bytes begin as hex. */
export function brief(value: unknown): Json {
  if (typeof value === "string") return clipped(value);
  if (typeof value !== "object" || value === null) return plain(value);
  if (value instanceof Uint8Array) return { ...plain(value.subarray(0, SHOWN_BYTES)) as { readonly hex: Json }, bytes: value.length };
  if (holds(value, SHOWN_VALUES) >= SHOWN_VALUES) return sizeOf(value);
  const shown = plain(value);
  return JSON.stringify(shown).length <= SHOWN_CHARACTERS ? shown : sizeOf(value);
}

/** First index at which two lists differ; the shorter one's length when it begins the longer one. */
function partAt(a: string | List, b: string | List): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && Object.is(a[at], b[at])) at += 1;
  return at;
}

function told(field: string, a: unknown, b: unknown): Member {
  if (typeof a === "string" && typeof b === "string") {
    const from = Math.max(0, partAt(a, b) - BEFORE_CHARACTERS);
    return { field, expected: clipped(a, from), actual: clipped(b, from) };
  }
  const only = a === undefined ? { only: "actual" } as const : b === undefined ? { only: "expected" } as const : {};
  return { field, expected: brief(a), actual: brief(b), ...only };
}

// ---- the walk -----------------------------------------------------------------------------------------------------------

const NAME = /^[A-Za-z_$][\w$]*$/;
const below = (field: string, key: string): string => (NAME.test(key) && key.length <= KEY_CHARACTERS ? `${field}.${key}` : `${field}[${JSON.stringify(key.length <= KEY_CHARACTERS ? key : `${key.slice(0, KEY_CHARACTERS)}…`)}]`);

const sameKind = (a: List, b: List): boolean => Array.isArray(a) ? Array.isArray(b) : a.constructor === b.constructor;
/** Sets are decoded in the order in which they were encoded. */
const ordered = (value: unknown): unknown => (value instanceof Set ? [...value as ReadonlySet<unknown>] : value);

class Walk {
  #left = VALUES_MAX;

  /** Members that differ, in the recording's order; of a list the first element that differs, then its length. */
  *between(field: string, one: unknown, other: unknown, depth = 0): Generator<Member> {
    if (Object.is(one, other) || --this.#left < 0) return;
    const [a, b] = [ordered(one), ordered(other)];
    if (depth < DEPTH_MAX && isList(a) && isList(b) && sameKind(a, b)) yield* this.#lists(field, a, b, depth + 1);
    else if (depth < DEPTH_MAX && isRecord(a) && isRecord(b)) yield* this.#records(field, a, b, depth + 1);
    else if (this.#differ(a, b)) yield told(field, a, b);
  }

  *#lists(field: string, a: List, b: List, depth: number): Generator<Member> {
    const first = isTyped(a) ? partAt(a, b) : 0;
    for (let at = first, found = false; at < Math.max(a.length, b.length) && !found; at++) {
      for (const member of this.between(`${field}[${at}]`, a[at], b[at], depth)) {
        found = true;
        yield member;
      }
    }
    if (a.length !== b.length) yield { field: `${field}.length`, expected: a.length, actual: b.length };
  }

  *#records(field: string, a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>, depth: number): Generator<Member> {
    const [left, right] = [Object.keys(a), Object.keys(b)];
    for (const key of new Set([...left, ...right])) {
      if (Object.hasOwn(a, key) && Object.hasOwn(b, key)) yield* this.between(below(field, key), a[key], b[key], depth);
      else yield told(below(field, key), Object.hasOwn(a, key) ? a[key] ?? null : undefined, Object.hasOwn(b, key) ? b[key] ?? null : undefined);
    }
    if (left.length === right.length && left.every((key) => Object.hasOwn(b, key)) && partAt(left, right) < left.length) {
      yield { field: `${field} (order)`, expected: brief(left), actual: brief(right) };
    }
  }

  /** Values without members: dates, numbers too large for a double, what is nested too deep to be walked. */
  #differ(a: unknown, b: unknown): boolean {
    return typeof a !== "object" || typeof b !== "object" || a === null || b === null || isList(a) !== isList(b) || isRecord(a) !== isRecord(b) || String(a) !== String(b) || (isList(a) && isList(b) && !sameKind(a, b));
  }
}

// ---- bodies -------------------------------------------------------------------------------------------------------------

interface Decoded { readonly value: unknown }

function decoded(bytes: Uint8Array): Decoded | undefined {
  try {
    return { value: unpack(bytes) };
  } catch {
    return undefined;
  }
}

/** Members that are encoded themselves. */
const NESTED: ReadonlyMap<number, string> = new Map([[SYSCALL.PROC_SPAWN, "input"], [EVENT.PROCESS_DECLARED, "input"], [EVENT.JOB_INTENT, "descriptor"]]);

function opened({ code, verdict, body }: Entry): unknown {
  if (body.length === 0) return undefined;
  const outer = decoded(body);
  if (outer === undefined) return body;
  const name = verdict === 0 ? NESTED.get(code) : undefined;
  if (name === undefined || !isRecord(outer.value)) return outer.value;
  const nested = outer.value[name];
  const inner = nested instanceof Uint8Array ? decoded(nested) : undefined;
  return inner === undefined ? outer.value : { ...outer.value, [name]: inner.value };
}

function first(members: Generator<Member>): readonly Member[] {
  const found: Member[] = [];
  for (const member of members) if (found.push(member) === TOLD) break;
  return found;
}

/**
 * The first members in which the bodies of two entries of one code differ, the inputs of processes and the descriptors of jobs decoded
 * with them; empty where the same values are encoded in other bytes.
 */
export const membersOf = (field: string, expected: Entry, actual: Entry): readonly Member[] => first(new Walk().between(field, opened(expected), opened(actual)));

const bare = (body: Uint8Array): unknown => (body.length === 0 ? undefined : (decoded(body) ?? { value: body }).value);

/** The same of two encoded values. */
export const membersOfBodies = (field: string, expected: Uint8Array, actual: Uint8Array): readonly Member[] => first(new Walk().between(field, bare(expected), bare(actual)));
