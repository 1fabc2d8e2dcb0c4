// Parameter files: the seed's own form {qec_scheme, error_budget, decoder} and the estimator's {qubitParams, qecScheme, codeDistance},
// both as parsed JSON. Owns their reading; a file is a profile or a reason, never half of one.
//   1  What a file says stands: its qubit count and cycle are taken as they are, also where a family's formula says otherwise.
//   2  T2 is at most 2·T1: no qubit dephases slower than that.
import { ERROR_RATES, type QecScheme, type QubitParams, TIMES, evaluated, qubitsNamed, schemeNamed } from "./azure.ts";
import { DEFAULT_DISTANCE, DEFAULT_ERRORS, DEFAULT_THRESHOLD, familyOf } from "./families.ts";
import { type Profile, type Unreadable, distanceRefusal } from "./terms.ts";

type Fields = Readonly<Record<string, unknown>>;
const no = (reason: string): Unreadable => ({ reason });
const fieldsOf = (value: unknown): Fields | undefined => (typeof value === "object" && value !== null && !Array.isArray(value) ? value as Fields : undefined);
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

class Refused extends Error {}

function numberAt(fields: Fields, key: string, range: { readonly from: number; readonly to: number; readonly absent?: number }): number {
  const value = Object.hasOwn(fields, key) ? fields[key] : range.absent;
  if (!isNumber(value) || value < range.from || value > range.to) {
    throw new Refused(`${key} is a number from ${String(range.from)} to ${String(range.to)}`);
  }
  return value;
}
const rateAt = (fields: Fields, key: string, absent: number): number => numberAt(fields, key, { from: 0, to: 1, absent });

function distanceAt(fields: Fields, key: string): number {
  const distance = numberAt(fields, key, { from: -1e9, to: 1e9, absent: DEFAULT_DISTANCE });
  const refusal = distanceRefusal(distance);
  if (refusal !== undefined) throw new Refused(refusal);
  return distance;
}

function errorsOf(fields: Fields): Profile["errors"] {
  const gate = rateAt(fields, "physical_gate_error_rate", DEFAULT_ERRORS.gate);
  const t1Us = numberAt(fields, "t1_us", { from: 1e-6, to: 1e12, absent: DEFAULT_ERRORS.t1Us ?? 100 });
  const t2Us = numberAt(fields, "t2_us", { from: 1e-6, to: 1e12, absent: DEFAULT_ERRORS.t2Us ?? 80 });
  if (t2Us > 2 * t1Us) throw new Refused(`t2_us is at most twice t1_us: ${String(t2Us)} is above ${String(2 * t1Us)}`);
  return Object.freeze({ gate, measurement: rateAt(fields, "measurement_error_rate", Math.min(1, 10 * gate)), idle: rateAt(fields, "idle_error_rate", gate / 10), t1Us, t2Us });
}

function seedForm(file: Fields, scheme: Fields): Profile {
  const name = scheme["code_family"];
  const family = typeof name === "string" ? familyOf(name) : undefined;
  if (family === undefined) throw new Refused("code_family is surface_code, SHYPS, bacon_shor or qldpc");
  const distance = distanceAt(scheme, "code_distance");
  const errors = errorsOf(fieldsOf(file["error_budget"]) ?? {});
  const decoder = fieldsOf(file["decoder"]) ?? {};
  const type = decoder["type"] ?? family.decoder;
  if (typeof type !== "string" || type.length > 64) throw new Refused("decoder.type is a name");
  const weight = Object.hasOwn(decoder, "max_syndrome_weight") ? numberAt(decoder, "max_syndrome_weight", { from: 0, to: 1e9 }) : undefined;
  const physicalQubits = numberAt(scheme, "physical_qubit_count", { from: 1, to: 16_777_216, absent: family.physical(distance, { over: 1, under: 10 }) });
  if (!Number.isSafeInteger(physicalQubits)) throw new Refused("physical_qubit_count is a whole number");
  const cycleUs = numberAt(scheme, "logical_cycle_time_us", { from: 1e-6, to: 3.6e9, absent: family.roundNs * distance / 1_000 });
  const roundUs = numberAt(decoder, "cycle_time_us", { from: 0, to: 3.6e9, absent: family.roundNs / 1_000 });
  return Object.freeze({
    text: `parameters:${family.name}(d=${String(distance)},n=${String(physicalQubits)},cycle_us=${String(cycleUs)},p=${String(errors.gate)})`,
    source: "parameters", family: family.name, distance, physicalQubits, cycleNs: cycleUs * 1_000, errors,
    decoder: Object.freeze({ type, roundNs: roundUs * 1_000, ...(weight === undefined ? {} : { syndromeWeightMax: weight }) }),
    suppression: Object.freeze({ threshold: DEFAULT_THRESHOLD, prefactor: 1, distancePower: 0, physical: errors.gate }),
    ignored: Object.freeze([]),
  } satisfies Profile);
}

/** Qubits as a file gives them: named ones with what it overrides, or all of its own. */
function qubitsOf(value: unknown): QubitParams {
  const given = fieldsOf(value) ?? {};
  const name = given["name"] ?? "qubit_gate_ns_e3";
  if (typeof name !== "string") throw new Refused("qubitParams.name is a text");
  const known = qubitsNamed(name);
  const set = given["instructionSet"] ?? known?.instructionSet ?? "GateBased";
  const instructionSet = set === "Majorana" || set === "GateBased" ? set : undefined;
  if (instructionSet === undefined) throw new Refused("instructionSet is GateBased or Majorana");
  const times = TIMES.flatMap((key) => {
    const text = given[key] ?? known?.[key];
    if (text === undefined) return [];
    if (typeof text !== "string") throw new Refused(`${key} is a time as "50 ns"`);
    return [[key, text] as const];
  });
  const rates = ERROR_RATES.flatMap((key) => {
    const rate = given[key] ?? known?.[key];
    if (rate === undefined) return [];
    if (!isNumber(rate) || rate < 0 || rate > 1) throw new Refused(`${key} is a number from 0 to 1`);
    return [[key, rate] as const];
  });
  return { ...Object.fromEntries(times), ...Object.fromEntries(rates), name, instructionSet };
}

function schemeOf(value: unknown, qubits: QubitParams): QecScheme {
  const given = fieldsOf(value) ?? {};
  const name = given["name"] ?? "surface_code";
  if (typeof name !== "string") throw new Refused("qecScheme.name is a text");
  const known = schemeNamed(name, qubits) ?? schemeNamed("surface_code", qubits);
  const text = (key: "logicalCycleTime" | "physicalQubitsPerLogicalQubit"): string => {
    const formula = given[key] ?? known?.[key];
    if (typeof formula !== "string") throw new Refused(`${key} is a formula`);
    return formula;
  };
  return {
    name,
    errorCorrectionThreshold: numberAt(given, "errorCorrectionThreshold", { from: 1e-12, to: 1, absent: known?.errorCorrectionThreshold ?? 0.01 }),
    crossingPrefactor: numberAt(given, "crossingPrefactor", { from: 0, to: 1e6, absent: known?.crossingPrefactor ?? 0.03 }),
    distanceCoefficientPower: wholeAt(given, "distanceCoefficientPower", known?.distanceCoefficientPower ?? 0),
    logicalCycleTime: text("logicalCycleTime"), physicalQubitsPerLogicalQubit: text("physicalQubitsPerLogicalQubit"),
  };
}

function wholeAt(fields: Fields, key: string, absent: number): number {
  const value = numberAt(fields, key, { from: 0, to: 8, absent });
  if (!Number.isSafeInteger(value)) throw new Refused(`${key} is a whole number`);
  return value;
}

function azureForm(file: Fields): Profile | Unreadable {
  const qubits = qubitsOf(file["qubitParams"]);
  const scheme = schemeOf(file["qecScheme"], qubits);
  const distance = distanceAt(file, "codeDistance");
  return evaluated(qubits, scheme, distance, `parameters:${qubits.name}:${scheme.name}(d=${String(distance)})`);
}

/** The profile of a parameter file, already parsed as JSON. @returns what is wrong with it, in one sentence */
export function readParameters(json: unknown): Profile | Unreadable {
  const file = fieldsOf(json);
  if (file === undefined) return no("a parameter file is an object");
  const scheme = fieldsOf(file["qec_scheme"]);
  try {
    if (scheme !== undefined) return seedForm(file, scheme);
    if (file["qubitParams"] !== undefined || file["qecScheme"] !== undefined) return azureForm(file);
  } catch (error) {
    if (error instanceof Refused) return no(error.message);
    throw error;
  }
  return no("a parameter file has qec_scheme, or qubitParams and qecScheme");
}
