// The four families of the seed's simulator: what a logical qubit of distance d costs in each. The numbers are the seed's own (SHYPS and
// QLDPC are rough: real codes of these kinds encode many logical qubits together); a family is one record, and nothing else names them.
import type { ErrorBudget, Profile } from "./terms.ts";

export interface Family {
  /** As canonical texts spell it. */
  readonly name: string;
  /** Lower case, all that a profile may call it. */
  readonly aliases: readonly string[];
  /** Time of one round of syndrome extraction and latency of its decoding, ns. */
  readonly roundNs: number;
  readonly decoder: string;
  /** Physical qubits of one logical qubit; `rate` as an exact fraction. */
  readonly physical: (distance: number, rate: Fraction) => number;
  readonly takesRate: boolean;
}

/** An exact decimal: rates are written as decimals, and ⌊d²/rate⌋ must not fall one short by rounding. */
export interface Fraction { readonly over: number; readonly under: number }

const floorDivide = (a: number, b: number): number => (a - (a % b)) / b;

export const FAMILIES: readonly Family[] = Object.freeze([
  { name: "surface_code", aliases: ["surface_code", "surface"], roundNs: 100, decoder: "MWPM", physical: (d) => 2 * d * d, takesRate: false },
  { name: "SHYPS", aliases: ["shyps"], roundNs: 120, decoder: "MWPM", physical: (d) => floorDivide(3 * d * d, 2), takesRate: false },
  { name: "bacon_shor", aliases: ["bacon_shor"], roundNs: 80, decoder: "gauge_fixing", physical: (d) => d * d, takesRate: false },
  { name: "qldpc", aliases: ["qldpc"], roundNs: 150, decoder: "BP", physical: (d, rate) => floorDivide(d * d * rate.under, rate.over), takesRate: true },
] satisfies readonly Family[]);

export const familyOf = (name: string): Family | undefined => FAMILIES.find(({ aliases }) => aliases.includes(name.toLowerCase()));

/** The seed's physical qubits: gates fail once in a thousand, readout ten times as often, a µs of idling a tenth as often. */
export const DEFAULT_ERRORS: ErrorBudget = Object.freeze({ gate: 1e-3, measurement: 1e-2, idle: 1e-4, t1Us: 100, t2Us: 80 });
export const DEFAULT_THRESHOLD = 0.01;
export const DEFAULT_DISTANCE = 9;
const DEFAULT_RATE: Fraction = Object.freeze({ over: 1, under: 10 });

/** @param distance checked by the caller (distanceRefusal) */
export function familyProfile(family: Family, distance: number, given: { readonly rate?: Fraction; readonly rateText?: string; readonly ignored?: readonly string[] } = {}): Profile {
  const rate = given.rate ?? DEFAULT_RATE;
  const rateText = given.rateText ?? "0.1";
  return Object.freeze({
    text: `logical:${family.name}(d=${String(distance)}${family.takesRate ? `,rate=${rateText}` : ""})`,
    source: "family", family: family.name, distance,
    physicalQubits: family.physical(distance, rate),
    cycleNs: family.roundNs * distance,
    errors: DEFAULT_ERRORS,
    decoder: Object.freeze({ type: family.decoder, roundNs: family.roundNs }),
    suppression: Object.freeze({ threshold: DEFAULT_THRESHOLD, prefactor: 1, distancePower: 0, physical: DEFAULT_ERRORS.gate }),
    ...(family.takesRate ? { rate: rate.over / rate.under } : {}),
    ignored: Object.freeze([...given.ignored ?? []]),
  });
}

/** A positive decimal of at most 9 places, as an exact fraction. */
export function fractionOf(text: string): Fraction | undefined {
  const read = /^(\d{1,6})(?:\.(\d{1,9}))?$/.exec(text);
  if (read === null) return undefined;
  const places = (read[2] ?? "").replace(/0+$/, "");
  let under = 1;
  for (const _ of places) under *= 10;
  const over = Number(`${read[1] ?? ""}${places}`);
  return over > 0 ? { over, under } : undefined;
}

/** The one spelling of a fraction: no leading or trailing zeros. */
export function fractionText({ over, under }: Fraction): string {
  const whole = String(floorDivide(over, under));
  const places = under === 1 ? "" : String(under + (over % under)).slice(1);
  return places === "" ? whole : `${whole}.${places}`;
}
