// Exact copies: values put down so that what is taken up again cannot be told from them. MessagePack says what a value means; what a
// program could see beside that (-0, what is frozen, two names of one object, a prototype) is kept too, or the value is not put down.
//   E8  `taken(kept(value))` is `value` to whatever a program can ask of it, but for its identity; or `kept` throws Unkeepable.
import { Fault, FAULTS } from "../../kernel-abi/fault.ts";
import type { Resumption } from "../../kernel-abi/operation.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";

/** What stands in the way of putting something down. No fault: whoever asked does without. */
export class Unkeepable extends Error {
  override readonly name = "Unkeepable";
}

/** A primitive as it is; anything else as its bytes, with a mark for every object in it, in the order they are met, where any is frozen. */
export type Exact = string | number | boolean | null | readonly [] | readonly [bytes: Uint8Array, frozen: string];

const NOTHING: Exact = Object.freeze([] as const);
const LOOSE = "0";
const FROZEN = "1";

const refuse = (what: string): never => { throw new Unkeepable(what); };

/** @throws Unkeepable */
export function kept(value: unknown): Exact {
  switch (typeof value) {
    case "undefined": return NOTHING;
    case "boolean": return value;
    case "number":
      if (!Object.is(value, -0)) return value;
      break;
    case "string":
      if (value.isWellFormed() && value.charCodeAt(0) !== 0xfeff) return value;
      break;
    default: if (value === null) return null;
  }
  const bytes = packed(value);
  const seen = new Set<object>();
  if (!same(value, unpack(bytes), seen)) refuse("a value that does not come back as it was");
  return [bytes, marks(seen)];
}

/** As `kept`, for what was decoded and is as it was then: encoding it again tells all of it. @throws Unkeepable */
export const keptDecoded = (value: unknown): Exact => (typeof value === "object" && value !== null ? [packed(value), ""] : kept(value));

/** Its encoding. @throws Unkeepable where it has none */
export function packed(value: unknown): Uint8Array {
  try {
    return pack(value);
  } catch (error) {
    if (error instanceof Fault) throw new Unkeepable(error.message, { cause: error });
    throw error;
  }
}

/** A fresh one. */
export function taken(exact: Exact): unknown {
  if (typeof exact !== "object" || exact === null) return exact;
  if (exact.length === 0) return undefined;
  const [bytes, frozen] = exact;
  const value = unpack(bytes);
  if (frozen.includes(FROZEN)) freeze(value, frozen);
  return value;
}

/** Whether two values are the same in every respect but identity. Objects of the first are noted in the order they are met; none is met twice. */
function same(a: unknown, b: unknown, seen: Set<object>): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b);
  if (seen.has(a) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  seen.add(a);
  if (ArrayBuffer.isView(a)) return ArrayBuffer.isView(b) && sameView(a, b);
  if (a instanceof Set) return b instanceof Set && sameMembers([...a], [...b], seen);
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (Object.getOwnPropertyNames(a).length !== Object.getOwnPropertyNames(b).length || keys.length !== others.length) return false;
  return keys.every((key, at) => key === others[at] && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], seen));
}

const sameMembers = (a: readonly unknown[], b: readonly unknown[], seen: Set<object>): boolean =>
  a.length === b.length && a.every((member, at) => same(member, b[at], seen));

/** Of arrays of numbers: their bytes, which tell -0 and every NaN apart; and nothing else on them. */
function sameView(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength || Object.keys(a).length !== Object.keys(b).length) return false;
  const [left, right] = [bytesOf(a), bytesOf(b)];
  return left.every((byte, at) => byte === right[at]);
}
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

/** @throws Unkeepable for what is neither frozen nor open */
function marks(objects: Iterable<object>): string {
  let frozen = "";
  for (const object of objects) {
    if (Object.isExtensible(object)) frozen += LOOSE;
    else frozen += Object.isFrozen(object) ? FROZEN : refuse("an object that takes no more members and is not frozen");
  }
  return frozen;
}

function freeze(value: unknown, frozen: string): void {
  let at = 0;
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    const mark = frozen[at++];
    if (part instanceof Set) part.forEach(visit);
    else if (!ArrayBuffer.isView(part)) Object.values(part).forEach(visit);
    if (mark === FROZEN) Object.freeze(part);
  };
  visit(value);
}

/** A fault's name and its details; its next step where that is not the registry's. */
export type ExactFault = readonly [fault: string, detail: Exact, next?: string];
/** What a program is told next. */
export type ExactResumption = readonly [value: Exact] | ExactFault;

/** @throws Unkeepable */
export function keptResumption(resumption: Resumption): ExactResumption {
  return resumption.kind === "value" ? [kept(resumption.value)] : keptFault(resumption.fault);
}

/** @throws Unkeepable for one with a cause, which only whoever made it knows */
export function keptFault(fault: Fault): ExactFault {
  const own = Object.getOwnPropertyNames(fault);
  if (own.includes("cause") || !own.every((name) => FAULT_MEMBERS.has(name)) || Object.getPrototypeOf(fault) !== Fault.prototype) refuse("a fault with more to it than its details");
  const { next } = fault;
  return next === FAULTS[fault.fault].next ? [fault.fault, kept(fault.detail)] : [fault.fault, kept(fault.detail), next];
}
const FAULT_MEMBERS: ReadonlySet<string> = new Set(["stack", "message", "name", "fault", "code", "detail"]);

export const takenFault = ([name, detail, next]: ExactFault): Fault =>
  new Fault(name as Fault["fault"], taken(detail) as Fault["detail"], next === undefined ? undefined : { next });

export const takenResumption = (exact: ExactResumption): Resumption =>
  (exact.length === 1 ? { kind: "value", value: taken(exact[0]) } : { kind: "fault", fault: takenFault(exact) });
