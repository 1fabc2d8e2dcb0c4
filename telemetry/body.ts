// Bodies of entries as telemetry reads them: leniently. A body it cannot read is a gap in a metric, never an error of the run.
import { unpack } from "../kernel-abi/packer.ts";

export type Fields = Readonly<Record<string, unknown>>;
const NOTHING: Fields = Object.freeze({});

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);

/** The record a body holds; an empty record for anything else. */
export function fieldsOf(body: Uint8Array): Fields {
  if (body.length === 0) return NOTHING;
  try {
    const value = unpack(body);
    return isFields(value) ? value : NOTHING;
  } catch {
    return NOTHING;
  }
}

export const recordIn = (fields: Fields, name: string): Fields => {
  const value = fields[name];
  return isFields(value) ? value : NOTHING;
};
/** A finite number and never -0, which no record could carry; or 0. */
export const numberIn = (fields: Fields, name: string): number => {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? value + 0 : 0;
};
/** A count: a safe integer from 0; or 0. */
export const countIn = (fields: Fields, name: string): number => {
  const value = numberIn(fields, name);
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
};
/** Whole text, or the empty text. */
export const textIn = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === "string" ? value.toWellFormed() : "";
};
/** Bytes, or none. */
export const bytesIn = (fields: Fields, name: string): Uint8Array => {
  const value = fields[name];
  return value instanceof Uint8Array ? value : new Uint8Array(0);
};
/** The numbers of a list. */
export const numbersIn = (fields: Fields, name: string): readonly number[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((member): member is number => typeof member === "number") : [];
};
/** The texts of a list. */
export const textsIn = (fields: Fields, name: string): readonly string[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((member): member is string => typeof member === "string") : [];
};

/** floor(part · 10⁶ / whole); all of it when there is nothing to share. */
export const ppm = (part: number, whole: number): number => (whole === 0 ? 1_000_000 : Math.floor((part * 1_000_000) / whole));
