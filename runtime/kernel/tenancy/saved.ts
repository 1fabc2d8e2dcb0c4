// Reading saved state back: every table's data is untrusted until each field has the shape it was saved with. One reader for all of them.
import { Fault } from "../../../kernel-abi/fault.ts";

/** The fields of one saved record; each getter refuses what is missing or of another shape. @throws Fault TENANCY_UNREADABLE */
export interface Fields {
  has(name: string): boolean;
  text(name: string): string;
  textOrNull(name: string): string | null;
  /** A safe integer of at least 0. */
  count(name: string): number;
  countOrNull(name: string): number | null;
  flag(name: string): boolean;
  texts(name: string): readonly string[];
  record(name: string): Fields;
  /** Itself, when every member is a text, a number, a flag or null. */
  scalars(): Readonly<Record<string, string | number | boolean | null>>;
  rows(name: string): readonly Fields[];
  /** A text that is one of these. */
  word<W extends string>(name: string, words: readonly W[]): W;
  refuse(name: string): never;
  /** As it came. */
  value(): unknown;
}

export function readRecord(data: unknown, place: string): Fields {
  if (!isRecord(data)) throw new Fault("TENANCY_UNREADABLE", { place });
  const refuse = (name: string): never => { throw new Fault("TENANCY_UNREADABLE", { place: `${place}.${name}` }); };
  const get = <T>(name: string, is: (value: unknown) => value is T): T => {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    return is(value) ? value : refuse(name);
  };
  return {
    has: (name) => Object.hasOwn(data, name),
    text: (name) => get(name, isText),
    textOrNull: (name) => (data[name] === null ? null : get(name, isText)),
    count: (name) => get(name, isCount),
    countOrNull: (name) => (data[name] === null ? null : get(name, isCount)),
    flag: (name) => get(name, isFlag),
    texts: (name) => get(name, isList).map((value) => (isText(value) ? value : refuse(name))),
    record: (name) => readRecord(get(name, isRecord), `${place}.${name}`),
    scalars: () => (isScalars(data) ? data : refuse("*")),
    rows: (name) => get(name, isList).map((value, at) => readRecord(value, `${place}.${name}[${at}]`)),
    word: (name, words) => words.find((word) => word === data[name]) ?? refuse(name),
    refuse,
    value: () => data,
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const isScalars = (value: Readonly<Record<string, unknown>>): value is Readonly<Record<string, string | number | boolean | null>> =>
  Object.values(value).every((member) => member === null || ["string", "number", "boolean"].includes(typeof member));
