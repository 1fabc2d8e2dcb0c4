// Reading members of parsed JSON, each with the place it stands at: what is wrong is told there, as a JSON pointer (RFC 6901).
import type { Unreadable } from "./terms.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Members of one object of the file, and where it stands. */
export interface Place { readonly fields: Fields; readonly at: string }

export const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** What is wrong with a member; caught by `placed` alone. */
export class Refused extends Error {
  readonly at: string;
  constructor(at: string, reason: string) { super(reason); this.at = at; }
}

/** A member nobody reads is refused by name. @throws Refused */
export function onlyMembers({ fields, at }: Place, allowed: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !allowed.includes(name));
  if (unknown === undefined) return;
  const place = unknown.replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 80);
  throw new Refused(`${at}/${place}`, `there is no member ${unknown.slice(0, 80)} here; there are ${allowed.join(", ")}`);
}

/** A number in [from, to]; `absent` where the member is not there, which is refused without it. @throws Refused */
export function numberAt({ fields, at }: Place, key: string, range: { readonly from: number; readonly to: number; readonly absent?: number }): number {
  const value = Object.hasOwn(fields, key) ? fields[key] : range.absent;
  if (!isNumber(value) || value < range.from || value > range.to) {
    throw new Refused(`${at}/${key}`, `${key} is a number from ${String(range.from)} to ${String(range.to)}`);
  }
  return value;
}
/** A probability. @throws Refused */
export const rateAt = (place: Place, key: string, absent: number): number => numberAt(place, key, { from: 0, to: 1, absent });

/** A safe integer in the range. @throws Refused */
export function wholeAt(place: Place, key: string, range: { readonly from: number; readonly to: number; readonly absent: number }): number {
  const value = numberAt(place, key, range);
  if (!Number.isSafeInteger(value)) throw new Refused(`${place.at}/${key}`, `${key} is a whole number`);
  return value;
}

/** What is read, or why it is not. */
export function placed<T>(read: () => T): T | Unreadable {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return { reason: error.message, at: error.at };
    throw error;
  }
}
