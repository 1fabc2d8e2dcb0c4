// Parameter files: the seed's own form {qec_scheme, error_budget, decoder} and the estimator's {qubitParams, qecScheme, codeDistance},
// both as parsed JSON. Owns their reading; a file is a profile or a reason with its place, never half of one.
//   1  What a file says stands: its qubit count and cycle are taken as they are, also where a family's formula says otherwise.
//   2  T2 is at most 2·T1: no qubit dephases slower than that.
//   3  A place is a JSON pointer (RFC 6901) of the member that is wrong or missing.
//   4  A member nobody reads is refused by name: a slip of the pen must not come out as a default.
import { Fault } from "../../fault.ts";
import { ERROR_RATES, type Hardware, type QecScheme, type QubitParams, TIMES, evaluated, qubitsNamed, schemeNamed } from "./azure.ts";
import { DEFAULT_DISTANCE, DEFAULT_ERRORS, DEFAULT_THRESHOLD, familyOf } from "./families.ts";
import { type Fields, isNumber, isRecord, numberAt, onlyMembers, type Place, placed, rateAt, Refused, wholeAt } from "./members.ts";
import { evaluatedProfile, isWord, seedText } from "./parameters-text.ts";
import { hardwareOfSeed } from "./seed-hardware.ts";
import { type Profile, type Unreadable, distanceRefusal, isProfile } from "./terms.ts";

export type { Hardware } from "./azure.ts";

const SEED = Object.freeze({
  qec_scheme: ["code_family", "code_distance", "logical_cycle_time_us", "physical_qubit_count"],
  error_budget: ["physical_gate_error_rate", "measurement_error_rate", "idle_error_rate", "t1_us", "t2_us"],
  decoder: ["type", "max_syndrome_weight", "cycle_time_us"],
});
const AZURE = Object.freeze({
  qubitParams: ["name", "instructionSet", ...TIMES, ...ERROR_RATES],
  qecScheme: ["name", "errorCorrectionThreshold", "crossingPrefactor", "distanceCoefficientPower", "logicalCycleTime", "physicalQubitsPerLogicalQubit"],
});

function memberOf(file: Fields, name: keyof typeof SEED | keyof typeof AZURE): Place {
  const value = file[name];
  if (value !== undefined && !isRecord(value)) throw new Refused(`/${name}`, `${name} is an object`);
  onlyMembers({ fields: value ?? {}, at: `/${name}` }, { ...SEED, ...AZURE }[name]);
  return { fields: value ?? {}, at: `/${name}` };
}

function distanceAt(place: Place, key: string): number {
  const distance = numberAt(place, key, { from: -1e9, to: 1e9, absent: DEFAULT_DISTANCE });
  const refusal = distanceRefusal(distance);
  if (refusal !== undefined) throw new Refused(`${place.at}/${key}`, refusal);
  return distance;
}

function errorsOf(budget: Place): Profile["errors"] {
  const gate = rateAt(budget, "physical_gate_error_rate", DEFAULT_ERRORS.gate);
  const t1Us = numberAt(budget, "t1_us", { from: 1e-6, to: 1e12, absent: DEFAULT_ERRORS.t1Us ?? 100 });
  const t2Us = numberAt(budget, "t2_us", { from: 1e-6, to: 1e12, absent: DEFAULT_ERRORS.t2Us ?? 80 });
  if (t2Us > 2 * t1Us) throw new Refused(`${budget.at}/t2_us`, `t2_us is at most twice t1_us: ${String(t2Us)} is above ${String(2 * t1Us)}`);
  return Object.freeze({ gate, measurement: rateAt(budget, "measurement_error_rate", Math.min(1, 10 * gate)), idle: rateAt(budget, "idle_error_rate", gate / 10), t1Us, t2Us });
}

function seedForm(file: Fields): Profile {
  onlyMembers({ fields: file, at: "" }, Object.keys(SEED));
  const scheme = memberOf(file, "qec_scheme");
  const name = scheme.fields["code_family"];
  const family = typeof name === "string" ? familyOf(name) : undefined;
  if (family === undefined) throw new Refused("/qec_scheme/code_family", "code_family is surface_code, SHYPS, bacon_shor or qldpc");
  const distance = distanceAt(scheme, "code_distance");
  const errors = errorsOf(memberOf(file, "error_budget"));
  const decoder = memberOf(file, "decoder");
  const type = decoder.fields["type"] ?? family.decoder;
  if (typeof type !== "string" || !isWord(type)) throw new Refused("/decoder/type", "decoder.type is a name of at most 32 letters, digits and _");
  const weight = Object.hasOwn(decoder.fields, "max_syndrome_weight") ? numberAt(decoder, "max_syndrome_weight", { from: 0, to: 1e9 }) : undefined;
  const physicalQubits = wholeAt(scheme, "physical_qubit_count", { from: 1, to: 16_777_216, absent: family.physical(distance, { over: 1, under: 10 }) });
  const cycleUs = numberAt(scheme, "logical_cycle_time_us", { from: 1e-6, to: 3.6e9, absent: family.roundNs * distance / 1_000 });
  const roundUs = numberAt(decoder, "cycle_time_us", { from: 0, to: 3.6e9, absent: family.roundNs / 1_000 });
  const usual = errorsOf({ fields: { physical_gate_error_rate: errors.gate }, at: "" });
  return Object.freeze({
    text: seedText(family.name, {
      d: distance, n: physicalQubits, cycle_us: cycleUs, p: errors.gate, ...(errors.measurement === usual.measurement ? {} : { readout: errors.measurement }), ...(errors.idle === usual.idle ? {} : { idle: errors.idle }),
      ...(errors.t1Us === usual.t1Us ? {} : { t1_us: errors.t1Us ?? 0 }), ...(errors.t2Us === usual.t2Us ? {} : { t2_us: errors.t2Us ?? 0 }),
      ...(type === family.decoder ? {} : { decoder: type }), ...(roundUs * 1_000 === family.roundNs ? {} : { round_us: roundUs }), ...(weight === undefined ? {} : { weight }),
    }),
    source: "parameters", family: family.name, distance, physicalQubits, cycleNs: cycleUs * 1_000, errors,
    decoder: Object.freeze({ type, roundNs: roundUs * 1_000, ...(weight === undefined ? {} : { syndromeWeightMax: weight }) }),
    suppression: Object.freeze({ threshold: DEFAULT_THRESHOLD, prefactor: 1, distancePower: 0, physical: errors.gate }),
    ignored: Object.freeze([]),
  } satisfies Profile);
}

function instructionSetOf(set: unknown): QubitParams["instructionSet"] {
  if (set === "GateBased" || set === "Majorana") return set;
  throw new Refused("/qubitParams/instructionSet", "instructionSet is GateBased or Majorana");
}

/** Qubits as a file gives them: named ones with what it overrides, or all of its own. */
function qubitsAt({ fields: given, at }: Place): QubitParams {
  const name = given["name"] ?? "qubit_gate_ns_e3";
  if (typeof name !== "string") throw new Refused(`${at}/name`, "qubitParams.name is a text");
  const known = qubitsNamed(name);
  const instructionSet = instructionSetOf(given["instructionSet"] ?? known?.instructionSet ?? "GateBased");
  const times = TIMES.flatMap((key) => {
    const text = given[key] ?? known?.[key];
    if (text === undefined) return [];
    if (typeof text !== "string") throw new Refused(`${at}/${key}`, `${key} is a time as "50 ns"`);
    return [[key, text] as const];
  });
  const rates = ERROR_RATES.flatMap((key) => {
    const rate = given[key] ?? known?.[key];
    if (rate === undefined) return [];
    if (!isNumber(rate) || rate < 0 || rate > 1) throw new Refused(`${at}/${key}`, `${key} is a number from 0 to 1`);
    return [[key, rate] as const];
  });
  return { ...Object.fromEntries(times), ...Object.fromEntries(rates), name: known?.name ?? name, instructionSet };
}

function schemeAt(place: Place, qubits: QubitParams): QecScheme {
  const { fields: given, at } = place;
  const name = given["name"] ?? "surface_code";
  if (typeof name !== "string") throw new Refused(`${at}/name`, "qecScheme.name is a text");
  const known = schemeNamed(name, qubits) ?? schemeNamed("surface_code", qubits);
  const text = (key: "logicalCycleTime" | "physicalQubitsPerLogicalQubit"): string => {
    const formula = given[key] ?? known?.[key];
    if (typeof formula !== "string") throw new Refused(`${at}/${key}`, `${key} is a formula`);
    return formula;
  };
  return {
    name: known?.name !== undefined && schemeNamed(name, qubits) !== undefined ? known.name : name,
    errorCorrectionThreshold: numberAt(place, "errorCorrectionThreshold", { from: 1e-12, to: 1, absent: known?.errorCorrectionThreshold ?? 0.01 }),
    crossingPrefactor: numberAt(place, "crossingPrefactor", { from: 0, to: 1e6, absent: known?.crossingPrefactor ?? 0.03 }),
    distanceCoefficientPower: wholeAt(place, "distanceCoefficientPower", { from: 0, to: 8, absent: known?.distanceCoefficientPower ?? 0 }),
    logicalCycleTime: text("logicalCycleTime"), physicalQubitsPerLogicalQubit: text("physicalQubitsPerLogicalQubit"),
  };
}

function hardwareOf(file: Fields): Hardware {
  onlyMembers({ fields: file, at: "" }, [...Object.keys(AZURE), "codeDistance"]);
  const [params, given] = [memberOf(file, "qubitParams"), memberOf(file, "qecScheme")];
  const qubits = qubitsAt(params);
  const scheme = schemeAt(given, qubits);
  return { qubits, scheme, assumed: assumedOf(params.fields, given.fields, { qubits, scheme }), ...(Object.hasOwn(file, "codeDistance") ? { unused: ["/codeDistance"] } : {}) };
}

/** What no member and no name of a file says: qubits and a scheme that are not named, and what a scheme of one's own leaves to the surface code's. */
function assumedOf(params: Fields, given: Fields, { qubits, scheme }: Hardware): readonly string[] {
  const isOwn = typeof params["name"] === "string" && qubitsNamed(params["name"]) === undefined;
  const isKnown = typeof given["name"] === "string" && schemeNamed(given["name"], qubits) !== undefined;
  return [
    ...(params["name"] === undefined ? [`/qubitParams/name: ${qubits.name}`] : []), ...(isOwn && params["instructionSet"] === undefined ? [`/qubitParams/instructionSet: ${qubits.instructionSet}`] : []),
    ...(given["name"] === undefined ? [`/qecScheme/name: ${scheme.name}`] : []),
    ...(isKnown || given["name"] === undefined ? [] : Object.entries(scheme).filter(([key]) => given[key] === undefined).map(([key, value]) => `/qecScheme/${key}: ${String(value)}`)),
  ];
}

const isSeed = (file: Fields): boolean => Object.keys(SEED).some((name) => file[name] !== undefined);

function azureForm(file: Fields): Profile | Unreadable {
  const { qubits, scheme } = hardwareOf(file);
  const distance = distanceAt({ fields: file, at: "" }, "codeDistance");
  const read = evaluated(qubits, scheme, distance, "");
  if (!isProfile(read)) return read;
  const { physicalQubits, cycleNs, errors: { gate, measurement, idle }, suppression: { physical, threshold, prefactor, distancePower } } = read;
  return evaluatedProfile(qubits.name, scheme.name, { d: distance, n: physicalQubits, cycle_ns: cycleNs, p: physical, gate, readout: measurement, idle, threshold, a: prefactor, k: distancePower });
}

/** The profile of a parameter file, already parsed as JSON. @returns what is wrong with it, in one sentence, and where */
export function readParameters(json: unknown): Profile | Unreadable {
  if (!isRecord(json)) return { reason: "a parameter file is an object", at: "" };
  if (json["qec_scheme"] !== undefined) return placed(() => seedForm(json));
  if (json["qubitParams"] !== undefined || json["qecScheme"] !== undefined) return placed(() => azureForm(json));
  return { reason: "a parameter file has qec_scheme, or qubitParams and qecScheme", at: "" };
}

/** Qubits and scheme of a file of either form, at no distance yet: an estimate chooses it. */
export const readHardware = (json: unknown): Hardware | Unreadable =>
  (isRecord(json) ? placed(() => (isSeed(json) ? hardwareOfSeed(seedForm(json), json) : hardwareOf(json))) : { reason: "hardware is an object {qubitParams, qecScheme} or {qec_scheme, error_budget, decoder}", at: "" });

/** The same, or a typed refusal. @throws Fault PROFILE_INVALID with the JSON pointer `at` */
export function profileOfParameters(json: unknown): Profile {
  const read = readParameters(json);
  if (!isProfile(read)) throw new Fault("PROFILE_INVALID", { at: read.at ?? "", what: read.reason }, { next: "Mend the file at `at`, a JSON pointer; kernel-abi/qvm/qec/README.md has both forms." });
  return read;
}
