// Bodies: what an entry says in MessagePack, decoded for people and for checks. Decoding never throws here: a body that is not
// one value is shown as bytes.
import { toHex } from "../../kernel-abi/canonical.ts";
import { unpack } from "../../kernel-abi/packer.ts";
import type { Json } from "../../kernel-abi/canonical.ts";
import { sha256 } from "../sha256.ts";

/** The decoded value; undefined when the body is empty or not one value. */
export function bodyOf(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  try {
    return unpack(body);
  } catch {
    return undefined;
  }
}

/** A member of a decoded record; undefined when there is none. */
export const field = (value: unknown, name: string): unknown =>
  (typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined);

/** A body by size and digest, where its content is not to be shown. */
export const digested = (body: Uint8Array): string =>
  (body.length === 0 ? "empty" : `${body.length} bytes sha256:${toHex(sha256(body)).slice(0, 16)}`);

const DEPTH_MAX = 32;

function plainNumber(value: number): Json {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? "-0" : String(value);
}

/** A decoded value as JSON: typed arrays under their type's name, what JSON cannot say as text. */
export function plain(value: unknown, depth = 0): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return plainNumber(value);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object" || depth >= DEPTH_MAX) return String(value);
  if (Array.isArray(value)) return value.map((member) => plain(member, depth + 1));
  if (value instanceof Uint8Array) return { bytes: value.length, hex: toHex(value.subarray(0, 256)) };
  if (ArrayBuffer.isView(value)) {
    const members = Array.from(value as unknown as ArrayLike<number | bigint>, (member) => (typeof member === "bigint" ? String(member) : plainNumber(member)));
    return { [value.constructor.name]: members };
  }
  if (value instanceof Map) return plain(Object.fromEntries(value), depth + 1);
  if (value instanceof Set) return plain([...value], depth + 1);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member, depth + 1)]));
}

/** A body as JSON: decoded, or as bytes when it is not one value. */
export function plainBody(body: Uint8Array): Json {
  if (body.length === 0) return null;
  const value = bodyOf(body);
  return value === undefined ? plain(body) : plain(value);
}
