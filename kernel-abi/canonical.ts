// Canonical encodings. JSON by RFC 8785, base64 strict: one value has one form, any other form is refused.
import canonicalize from "canonicalize";
import { Fault } from "./fault.ts";

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A value JSON can carry without loss; -0, NaN and infinities cannot be carried. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

function refuseLoss(value: unknown, path: string): void {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    throw new Fault("ABI_UNENCODABLE", { path, value: Object.is(value, -0) ? "-0" : String(value) });
  }
  if (value === undefined || typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    throw new Fault("ABI_UNENCODABLE", { path, value: typeof value });
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) refuseLoss(member, `${path}.${key}`);
  }
}

/**
 * UTF-8 bytes of the RFC 8785 form.
 * @throws Fault ABI_UNENCODABLE for anything JSON would lose or change.
 */
export function canonicalJson(value: unknown): Uint8Array {
  refuseLoss(value, "$");
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) { // half a surrogate pair
    throw new Fault("ABI_UNENCODABLE", { path: "$", what: cause instanceof Error ? cause.message : "" }, { cause });
  }
  if (text === undefined) throw new Fault("ABI_UNENCODABLE", { path: "$" });
  return utf8.encode(text);
}

/**
 * Parses bytes that must already be in RFC 8785 form.
 * @throws Fault ABI_UNDECODABLE when they are not UTF-8, not JSON, or not canonical.
 */
export function parseCanonicalJson(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(strictUtf8.decode(bytes));
  } catch (cause) {
    throw new Fault("ABI_UNDECODABLE", { expected: "canonical JSON" }, { cause });
  }
  let again: Uint8Array;
  try {
    again = canonicalJson(value);
  } catch (cause) {
    throw new Fault("ABI_UNDECODABLE", { expected: "canonical JSON" }, { cause });
  }
  if (!sameBytes(again, bytes)) throw new Fault("ABI_UNDECODABLE", { expected: "canonical JSON" });
  return value;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");

/**
 * RFC 4648 section 4, padded, no white space, no spare bits.
 * @throws Fault ABI_UNDECODABLE
 */
export function fromBase64(text: string): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(text, "base64"));
  if (toBase64(bytes) !== text) throw new Fault("ABI_UNDECODABLE", { expected: "strict base64" });
  return bytes;
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");

/** @throws Fault ABI_UNDECODABLE */
export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Fault("ABI_UNDECODABLE", { expected: "lower-case hex" });
  return Uint8Array.from(Buffer.from(text, "hex"));
}
