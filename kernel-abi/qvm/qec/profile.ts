// Profile strings: `logical:<family>(d=N[,key=value…])`, `azure:<qubit>:<scheme>(d=N)`, `sampled:<family>(d=N,p=P)`, `parameters:…` (parameters-text.ts). Owns
// the grammar and the named profiles.
//   1  The reader is total: any text is a profile or a reason, in time linear in its length.
//   2  A profile has one canonical text, and reading it gives the same profile again.
import { Fault } from "../../fault.ts";
import { azureProfile } from "./azure.ts";
import { DEFAULT_DISTANCE, FAMILIES, type Fraction, familyOf, familyProfile, fractionOf, fractionText } from "./families.ts";
import { isWord, readEvaluated, seedFileOf } from "./parameters-text.ts";
import { readParameters } from "./parameters.ts";
import { SAMPLED_RATES } from "./sampled-rates.ts";
import { sampledCurve } from "./sampled.ts";
import { type Profile, type Unreadable, distanceRefusal, isProfile } from "./terms.ts";

export { type Profile, type Unreadable, isProfile } from "./terms.ts";

/** What an ALLOC_LQ without a profile gets. */
export const DEFAULT_PROFILE = "logical:surface_code(d=9)";

const TEXT_MAX = 512;
const FORMS = "logical:<family>(d=N[,key=value]), azure:<qubit>:<scheme>(d=N), sampled:<family>(d=N,p=P) or parameters:<family>(d=N,n=…,cycle_us=…,p=…)";
const SHAPE = /^\s*(logical|azure|sampled|parameters)\s*:\s*([A-Za-z0-9_]+)\s*(?::\s*([A-Za-z0-9_]+)\s*)?\(([^()]*)\)\s*$/;
const PARAMETER = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*([^\s=]+)\s*$/;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

const no = (reason: string): Unreadable => ({ reason });

/** Of the table what there is, and how the formula is asked for the rest. */
const unsampled = (reason: string, family: string, distance: number): Unreadable => ({
  reason, unsampled: true,
  fix: `Sampled are ${sampledCodes()}. For the rest the formula answers: write "logical:${family}(d=${String(distance)})", or with a p of your own "parameters:${family}(d=${String(distance)},n=${String(2 * distance * distance)},cycle_us=1,p=0.001)".`,
});

/** @throws Fault RATE_UNSAMPLED for a profile beyond what was sampled; PROFILE_INVALID for what is none */
export function refuseProfile({ reason, unsampled: beyond, fix }: Unreadable, detail: Readonly<Record<string, string>>): never {
  throw new Fault(beyond === true ? "RATE_UNSAMPLED" : "PROFILE_INVALID", { ...detail, reason }, fix === undefined ? {} : { next: fix });
}

/** `d=9, rate=0.2` → its parameters by lower-case name, or what is wrong with them. @param words which of them are names, not numbers */
function parametersOf(text: string, words: readonly string[]): ReadonlyMap<string, string> | Unreadable {
  const found = new Map<string, string>();
  if (text.trim() === "") return found;
  for (const part of text.split(",")) {
    const read = PARAMETER.exec(part);
    if (read === null) return no(`\`${part.trim()}\` is not key=value`);
    const key = (read[1] ?? "").toLowerCase();
    const value = read[2] ?? "";
    if (!NUMBER.test(value) && !(words.includes(key) && isWord(value))) return no(`${key} is a number, not ${value}`);
    if (found.has(key)) return no(`${key} stands twice`);
    found.set(key, value);
  }
  return found;
}

const isUnreadable = (read: ReadonlyMap<string, string> | Unreadable): read is Unreadable => "reason" in read;

function rateOf(text: string): Fraction | Unreadable {
  const rate = fractionOf(text);
  return rate === undefined || rate.over > rate.under ? no(`rate is a decimal above 0 and at most 1 with at most 9 places, not ${text}`) : rate;
}

function logical(name: string, parameters: ReadonlyMap<string, string>, distance: number): Profile | Unreadable {
  const family = familyOf(name);
  if (family === undefined) return no(`there is no code family ${name}; there are ${FAMILIES.map((each) => each.name).join(", ")}`);
  const rateText = family.takesRate ? parameters.get("rate") : undefined;
  const ignored = [...parameters.keys()].filter((key) => key !== "d" && !(key === "rate" && family.takesRate)).sort();
  if (rateText === undefined) return familyProfile(family, distance, { ignored });
  const rate = rateOf(rateText);
  return "reason" in rate ? rate : familyProfile(family, distance, { rate, rateText: fractionText(rate), ignored });
}

/** A family whose rate was sampled (sampled-rates.ts) under uniform noise p. */
function sampled(name: string, parameters: ReadonlyMap<string, string>, distance: number): Profile | Unreadable {
  const family = familyOf(name);
  const curve = family === undefined ? undefined : sampledCurve(SAMPLED_RATES, family.name, distance);
  if (family === undefined || curve === undefined) return unsampled(`there are no sampled rates of ${name} at distance ${String(distance)}; there are ${sampledNames()}`, family?.name ?? "surface_code", distance);
  const [least, most] = [curve.points[0]?.p ?? 0, curve.points.at(-1)?.p ?? 0];
  const text = parameters.get("p");
  const p = Number(text);
  if (text === undefined || !(p >= least && p <= most)) return unsampled(`p is from ${String(least)} to ${String(most)}, where ${family.name} was sampled at distance ${String(distance)}, not ${text ?? "left out"}`, family.name, distance);
  const base = familyProfile(family, distance, { ignored: [...parameters.keys()].filter((key) => key !== "d" && key !== "p").sort() });
  return Object.freeze({
    ...base, text: `sampled:${family.name}(d=${String(distance)},p=${String(p)})`, source: "sampled", sampled: curve,
    errors: Object.freeze({ ...base.errors, gate: p, measurement: p, idle: p }), decoder: Object.freeze({ ...base.decoder, type: curve.decoder }), suppression: Object.freeze({ ...base.suppression, physical: p }),
  } satisfies Profile);
}

/** What a parameter file says of one distance, as text. */
function ofParameters(first: string, second: string | undefined, parameters: ReadonlyMap<string, string>): Profile | Unreadable {
  if (second !== undefined) return readEvaluated(first, second, parameters);
  const named = seedFileOf(first, parameters);
  if ("reason" in named) return named;
  const read = readParameters(named.file);
  return isProfile(read) ? read : no(read.reason);
}

/** Codes, distances and p of the built-in table, for people. */
function sampledCodes(): string {
  const names = [...new Set(SAMPLED_RATES.rows.map(({ code }) => code))];
  const told = names.flatMap((code) => {
    const distances = [...new Set(SAMPLED_RATES.rows.filter((row) => row.code === code).map(({ distance }) => distance))].sort((a, b) => a - b);
    return distances.map((distance) => {
      const points = sampledCurve(SAMPLED_RATES, code, distance)?.points ?? [];
      return `${code}(d=${String(distance)}) with p from ${String(points[0]?.p)} to ${String(points.at(-1)?.p)}`;
    });
  });
  return told.join(", ") || "none";
}

/** The same in short. */
const sampledNames = (): string => [...new Set(SAMPLED_RATES.rows.map(({ code, distance }) => `${code}(d=${String(distance)})`))].join(", ") || "none";

/**
 * A profile as graphs write it. Families are matched without regard to case, `d` is 9 when it is not given and must be odd and positive;
 * numeric parameters that mean nothing to the family are kept in `ignored`.
 */
export function parseProfile(text: string): Profile | Unreadable {
  if (text.length > TEXT_MAX) return no(`a profile has at most ${String(TEXT_MAX)} characters`);
  const shape = SHAPE.exec(text);
  if (shape === null) return no(`a profile is ${FORMS}`);
  const [, prefix, first = "", second, inner = ""] = shape;
  const parameters = parametersOf(inner, prefix === "parameters" ? ["decoder"] : []);
  if (isUnreadable(parameters)) return parameters;
  const distance = Number(parameters.get("d") ?? DEFAULT_DISTANCE);
  const refusal = distanceRefusal(distance);
  if (refusal !== undefined) return no(refusal);
  if (prefix === "parameters") return ofParameters(first, second, parameters);
  if (prefix === "logical") return second === undefined ? logical(first, parameters, distance) : no(`a profile is ${FORMS}`);
  if (prefix === "sampled") return second === undefined ? sampled(first, parameters, distance) : no(`a profile is ${FORMS}`);
  if (second === undefined) return no(`a profile is ${FORMS}`);
  const ignored = [...parameters.keys()].filter((key) => key !== "d").sort();
  return azureProfile(first, second, distance, ignored);
}

/** The same profile at another distance; undefined where there is none (a parameter file says what one distance costs, no more). */
export function atDistance(profile: Profile, distance: number): Profile | undefined {
  if (profile.source === "parameters") return undefined;
  const read = parseProfile(profile.text.replace(/d=\d+/, `d=${String(distance)}`));
  return isProfile(read) ? read : undefined;
}

const named = (text: string): Profile => {
  const profile = parseProfile(text);
  if (!isProfile(profile)) throw new TypeError(profile.reason);
  return profile;
};

/** Profiles with names of their own. */
export const NAMED_PROFILES: Readonly<Record<string, Profile>> = Object.freeze({
  surface_d5: named("logical:surface_code(d=5)"), surface_d7: named("logical:surface_code(d=7)"),
  surface_d9: named("logical:surface_code(d=9)"), surface_d13: named("logical:surface_code(d=13)"),
  shyps_d5: named("logical:SHYPS(d=5)"), shyps_d7: named("logical:SHYPS(d=7)"), shyps_d9: named("logical:SHYPS(d=9)"),
  bacon_shor_d5: named("logical:bacon_shor(d=5)"), bacon_shor_d7: named("logical:bacon_shor(d=7)"),
  qldpc_d9_r01: named("logical:qldpc(d=9,rate=0.1)"), qldpc_d9_r02: named("logical:qldpc(d=9,rate=0.2)"), qldpc_d13_r01: named("logical:qldpc(d=13,rate=0.1)"),
});

export const namedProfile = (name: string): Profile | undefined => (Object.hasOwn(NAMED_PROFILES, name) ? NAMED_PROFILES[name] : undefined);
