// Which rows of a study are compared with each other: those of one kind (code, decoder, noise shape) and one rule of rounds. Fits and plots
// follow the same groups, and what is in none is named.
import { decoderText, type DecoderSettings } from "./decoder-settings.ts";
import type { StudyRow } from "./study.ts";

/** What of a row says where it belongs. */
export type RowFacts = Pick<StudyRow, "code" | "decoder" | "noise" | "distance" | "rounds" | "p">;
/** A row that has a place among others: a distance, rounds and a rate above 0. */
export type Placed<T extends RowFacts = StudyRow> = T & { readonly distance: number; readonly rounds: number; readonly p: number };
export const isPlaced = <T extends RowFacts>(row: T): row is Placed<T> => row.distance !== null && row.rounds !== null && row.p !== null && row.p > 0;

/** Rows that differ in distance, rounds and p alone. */
export interface RowKind<T extends RowFacts> {
  readonly code: string;
  readonly decoder: DecoderSettings;
  /** Each knob that is not 0, as "p", "0.2·p" or, where it stays while others go with p, its value. */
  readonly noise: Readonly<Record<string, string>>;
  /** At least one. */
  readonly rows: readonly Placed<T>[];
}

/** Those of a kind whose rounds follow one rule, of two distances at least. */
export interface RowGroup<T extends RowFacts> extends RowKind<T> {
  /** "d", "3·d" or a number. */
  readonly rounds: string;
}

const distinct = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];

/** Rows by name, in the order of their first. */
export function grouped<T>(rows: readonly T[], named: (row: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = named(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

const times = (ratio: number, what: string): string => (ratio === 1 ? what : `${String(ratio)}·${what}`);
/** Nine digits: 5 · 0.01 and 0.05 are one ratio, whatever was rounded on the way. */
const ratioOf = (value: number, p: number): number => Number((value / p).toPrecision(9));

/** How the noise of each of these rows goes with its p; the rows are all of one code and decoder. */
function noiseShape<T extends RowFacts>(rows: readonly Placed<T>[]): (row: Placed<T>) => RowKind<T>["noise"] {
  const knobs = distinct(rows.flatMap(({ noise }) => Object.keys(noise ?? {}))).toSorted();
  const valuesOf = (knob: string): readonly number[] => distinct(rows.map(({ noise }) => noise?.[knob] ?? 0));
  const moving = knobs.some((knob) => valuesOf(knob).length > 1);
  const still = new Set(moving ? knobs.filter((knob) => valuesOf(knob).length === 1) : []);
  return ({ noise, p }) => Object.fromEntries(knobs.flatMap((knob) => {
    const value = noise?.[knob] ?? 0;
    return value === 0 ? [] : [[knob, still.has(knob) ? String(value) : times(ratioOf(value, p), "p")] as const];
  }));
}

type Rule = (row: Pick<Placed, "rounds" | "distance">) => string;
const RULES: readonly Rule[] = [({ rounds, distance }) => times(rounds / distance, "d"), ({ rounds }) => String(rounds)];

/** Every row that has a place, by kind. */
export const rowKinds = <T extends RowFacts>(rows: readonly T[]): readonly RowKind<T>[] =>
  grouped(rows.filter((row) => isPlaced(row)), ({ code, decoder }) => `${code} ${decoderText(decoder)}`).flatMap((family) => {
    const shape = noiseShape(family);
    return grouped(family, (row) => JSON.stringify(shape(row))).flatMap((alike) => {
      const [first] = alike;
      return first === undefined ? [] : [{ code: first.code, decoder: first.decoder, noise: shape(first), rows: alike }];
    });
  });

const distances = (rows: readonly Pick<Placed, "distance">[]): readonly number[] => distinct(rows.map(({ distance }) => distance));

/** The groups of a kind: a row may be in two, where its rounds follow both rules. */
export const groupsOf = <T extends RowFacts>(kind: RowKind<T>): readonly RowGroup<T>[] => RULES.flatMap((rule) => grouped(kind.rows, rule).flatMap((rows) => {
  const [first] = rows;
  return first === undefined || distances(rows).length < 2 ? [] : [{ ...kind, rounds: rule(first), rows }];
}));

/** Rows of a kind that are compared with none of another distance. */
export interface Unfitted extends Omit<RowKind<RowFacts>, "rows"> {
  /** By distance, as they stand: d=3: 4. */
  readonly rounds: readonly { readonly distance: number; readonly rounds: number }[];
  readonly why: string;
}

/** What `groupsOf` leaves out of every group, and why. */
export function unfitted(rows: readonly RowFacts[]): readonly Unfitted[] {
  return rowKinds(rows).flatMap((kind): readonly Unfitted[] => {
    const inGroups = new Set(groupsOf(kind).flatMap((group) => group.rows));
    const left = kind.rows.filter((row) => !inGroups.has(row));
    const [one] = left;
    if (one === undefined) return [];
    const { code, decoder, noise } = kind;
    const why = distances(kind.rows).length < 2 ? "there is one distance alone" : "no other distance has as many rounds, or as many times d; rounds of a number times d, or the same for all distances, are compared";
    return [{ code, decoder, noise, why, rounds: grouped(left, ({ distance, rounds }) => `${String(distance)} ${String(rounds)}`).map(([row = one]) => ({ distance: row.distance, rounds: row.rounds })) }];
  });
}
