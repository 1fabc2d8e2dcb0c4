// Canonical encodings. JSON by RFC 8785, base64 strict: one value has one form, any other form is refused.
import { Fault } from "./fault.ts";

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A value JSON can carry without loss; -0, NaN and infinities cannot be carried. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const refuseValue = (path: Path, value: string): never => {
  throw new Fault("ABI_UNENCODABLE", { path: pathText(path), value });
};

/** From the value outwards: made into text only for somebody who is told of it. */
interface Path { readonly key: string | number; readonly outside: Path | undefined }
function pathText(path: Path): string {
  const keys: (string | number)[] = [];
  for (let at: Path | undefined = path; at !== undefined; at = at.outside) keys.push(at.key);
  return keys.toReversed().join(".");
}

/** What JSON writes as it stands: told apart sooner than V8's own JSON begins. */
const PLAIN = /^[ !#-[\]-~]*$/;

function textOf(text: string, key: Path["key"], outside: Path | undefined): string {
  if (PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new Fault("ABI_UNENCODABLE", { path: pathText({ key, outside }), what: "half a surrogate pair" });
  return JSON.stringify(text);
}

/** Keys in the order of their UTF-16 code units; as a rule they are given so. */
function sortedKeys(value: object): readonly string[] {
  const keys = Object.keys(value);
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] as string) > (keys[at] as string)) return keys.sort();
  return keys;
}

/** The value under `key` of what is outside of it. */
function written(value: unknown, key: Path["key"], outside: Path | undefined): string {
  switch (typeof value) {
    case "string": return textOf(value, key, outside);
    case "number": return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : refuseValue({ key, outside }, Object.is(value, -0) ? "-0" : String(value));
    case "boolean": return value ? "true" : "false";
    case "object": break;
    default: return refuseValue({ key, outside }, typeof value);
  }
  if (value === null) return "null";
  if ("toJSON" in value && typeof value.toJSON === "function") return written((value.toJSON as () => unknown)(), key, outside);
  const path = { key, outside };
  let text = "";
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) text += (at === 0 ? "" : ",") + written(value[at], at, path);
    return `[${text}]`;
  }
  for (const name of sortedKeys(value)) text += `${text === "" ? "" : ","}${textOf(name, key, outside)}:${written((value as Readonly<Record<string, unknown>>)[name], name, path)}`;
  return `{${text}}`;
}

/**
 * UTF-8 bytes of the RFC 8785 form.
 * @throws Fault ABI_UNENCODABLE for anything JSON would lose or change.
 */
export function canonicalJson(value: unknown): Uint8Array {
  return utf8.encode(canonicalText(value));
}

/** As text. @throws as `canonicalJson` */
export const canonicalText = (value: unknown): string => written(value, "$", undefined);

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

/** Where short bytes stand while they are made into text: to ask for their buffer would have V8 move them out of its heap first. */
const desk = Buffer.alloc(64);

export function toHex(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length > desk.length) return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("hex");
  for (let at = 0; at < length; at++) desk[at] = bytes[at] as number;
  return desk.toString("hex", 0, length);
}

/** Of a text of one byte a character, as hosts give digests: for so few V8 makes this sooner than it takes a Buffer, and the collector has nothing of it. */
export function fromBinary(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** @throws Fault ABI_UNDECODABLE */
export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Fault("ABI_UNDECODABLE", { expected: "lower-case hex" });
  return Uint8Array.from(Buffer.from(text, "hex"));
}
