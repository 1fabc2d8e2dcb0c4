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
/** A finite number, or 0. */
export const numberIn = (fields: Fields, name: string): number => {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
};
/** Text, or the empty text. */
export const textIn = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === "string" ? value : "";
};
