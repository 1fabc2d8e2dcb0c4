// Reading job bytes: typed checks that end in a KERNEL_REFUSED fault naming the field. Owns no limits; those stand in
// the job files. Floating-point values cross inside Float64Arrays only, so -0 and every bit survive the packer.
import { Fault } from "../../kernel-abi/fault.ts";
import { unpack } from "../../kernel-abi/packer.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** @throws Fault KERNEL_REFUSED, always. */
export const refuse = (argument: string, allowed: string): never => {
  throw new Fault("KERNEL_REFUSED", { argument, allowed });
};

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** @throws Fault ABI_UNDECODABLE when the bytes are no MessagePack, KERNEL_REFUSED when they are no record. */
export function readFields(bytes: Uint8Array, what: string): Fields {
  const value = unpack(bytes);
  return isRecord(value) ? value : refuse(what, "a record");
}

export function readRecord(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isRecord(value) ? value : refuse(name, "a record");
}

/** A whole number in [least, most]. */
export function readCount(fields: Fields, name: string, least: number, most: number): number {
  const value = fields[name];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most
    ? value : refuse(name, `an integer from ${least} to ${most}`);
}

export function readFlag(fields: Fields, name: string): boolean {
  const value = fields[name];
  return typeof value === "boolean" ? value : refuse(name, "true or false");
}

/** One of a closed set of words. */
export function readWord<const W extends string>(fields: Fields, name: string, words: readonly W[]): W {
  return words.find((word) => word === fields[name]) ?? refuse(name, words.join(", "));
}

/** Finite numbers, least ≤ length ≤ most. */
export function readFloats(fields: Fields, name: string, least: number, most: number): Float64Array {
  const value = fields[name];
  if (!(value instanceof Float64Array)) return refuse(name, "a Float64Array");
  if (value.length < least || value.length > most) return refuse(name, least === most ? `${least} numbers` : `${least} to ${most} numbers`);
  return value.every(Number.isFinite) ? value : refuse(name, "finite numbers");
}

/** A typed array of one kind. */
export function readArray<T>(fields: Fields, name: string, kind: new () => T): T {
  const value = fields[name];
  return value instanceof kind ? value : refuse(name, `a ${kind.name}`);
}

/** Number `at` of a list that `readFloats` has checked, within [least, most]. */
export function readRate(rates: Float64Array, at: number, name: string, least: number, most: number): number {
  const value = rates[at] ?? Number.NaN;
  return value >= least && value <= most ? value : refuse(name, `${least} to ${most}`);
}

/** The two words of a Philox key. */
export function readKey(fields: Fields): Uint32Array {
  const value = fields["key"];
  return value instanceof Uint32Array && value.length === 2 ? value : refuse("key", "two 32-bit words");
}

export function readBytes(value: unknown, name: string): Uint8Array {
  return value instanceof Uint8Array ? value : refuse(name, "bytes");
}

/** A field that may be absent. */
export function readOptional<T>(fields: Fields, name: string, read: () => T): T | undefined {
  return fields[name] === undefined || fields[name] === null ? undefined : read();
}
