// A parameter file as the text of a profile, so that graphs, certificates and traces say in full what a logical qubit was: by its numbers.
//   `parameters:<family>(d=9,n=162,cycle_us=1,p=0.001,…)`              the seed's file; what its family has a number for may be left out
//   `parameters:<qubits>:<scheme>(d=9,n=162,cycle_ns=3600,p=0.001,…)`  the estimator's, its formulas evaluated at d; all of them stand there
//   1  Reading the text of a file gives the profile of the file. One reader: the first form is read as the file it came from (parameters.ts).
//   2  Names are words: what of a file's name is none becomes `_`.
import { type Profile, type Unreadable, distanceRefusal } from "./terms.ts";

/** Members of the seed's file by the keys of the text; `d`, `n`, `cycle_us` and `p` are always written. */
const SEED_KEYS = Object.freeze({
  d: ["qec_scheme", "code_distance"], n: ["qec_scheme", "physical_qubit_count"], cycle_us: ["qec_scheme", "logical_cycle_time_us"], p: ["error_budget", "physical_gate_error_rate"],
  readout: ["error_budget", "measurement_error_rate"], idle: ["error_budget", "idle_error_rate"], t1_us: ["error_budget", "t1_us"], t2_us: ["error_budget", "t2_us"],
  decoder: ["decoder", "type"], round_us: ["decoder", "cycle_time_us"], weight: ["decoder", "max_syndrome_weight"],
} as const);
export type SeedKey = keyof typeof SEED_KEYS;

const WORD = /^[A-Za-z0-9_]{1,32}$/;
/** Whether a name can stand in a profile's text. */
export const isWord = (name: string): boolean => WORD.test(name);
const wordOf = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, "_").slice(0, 32) || "_";

/** @param given what the file says, where it is not what would be taken without it */
export const seedText = (family: string, given: Readonly<Partial<Record<SeedKey, number | string>>>): string =>
  `parameters:${family}(${Object.entries(given).map(([key, value]) => `${key}=${String(value)}`).join(",")})`;

const unknown = (keys: Iterable<string>, allowed: readonly string[]): Unreadable | undefined => {
  const stranger = [...keys].find((key) => !allowed.includes(key));
  return stranger === undefined ? undefined : { reason: `there is no ${stranger} here; there are ${allowed.join(", ")}` };
};

/** The seed's file that a text is of. */
export function seedFileOf(family: string, parameters: ReadonlyMap<string, string>): { readonly file: Readonly<Record<string, unknown>> } | Unreadable {
  const stranger = unknown(parameters.keys(), Object.keys(SEED_KEYS));
  if (stranger !== undefined) return stranger;
  const file: Record<string, Record<string, unknown>> = { qec_scheme: { code_family: family }, error_budget: {}, decoder: {} };
  for (const [key, [part, member]] of Object.entries(SEED_KEYS)) {
    const text = parameters.get(key);
    if (text !== undefined) (file[part] ??= {})[member] = key === "decoder" ? text : Number(text);
  }
  return { file };
}

const NUMBERS = ["d", "n", "cycle_ns", "p", "gate", "readout", "idle", "threshold", "a", "k"] as const;
type Numbers = Readonly<Record<(typeof NUMBERS)[number], number>>;

/** Of qubits and a scheme of one's own, evaluated at a distance. */
export function evaluatedProfile(qubits: string, scheme: string, values: Numbers): Profile {
  const [name, family] = [wordOf(qubits), wordOf(scheme)];
  return Object.freeze({
    text: `parameters:${name}:${family}(${NUMBERS.map((key) => `${key}=${String(values[key])}`).join(",")})`,
    source: "parameters", family, distance: values.d, physicalQubits: values.n, cycleNs: values.cycle_ns,
    errors: Object.freeze({ gate: values.gate, measurement: values.readout, idle: values.idle }),
    decoder: Object.freeze({ type: "MWPM", roundNs: values.cycle_ns / values.d }),
    suppression: Object.freeze({ threshold: values.threshold, prefactor: values.a, distancePower: values.k, physical: values.p }),
    ignored: Object.freeze([]),
  } satisfies Profile);
}

const LEAST_CYCLE_NS = 1e-3;
const QUBITS_MAX = 16_777_216;
const isRate = (value: number): boolean => value >= 0 && value <= 1;

/** @returns the first number that is out of its range, in one sentence */
function outOfRange({ d, n, cycle_ns, p, gate, readout, idle, threshold, a, k }: Numbers): string | undefined {
  if (!(Number.isSafeInteger(n) && n >= 1 && n <= QUBITS_MAX)) return `n is a whole number from 1 to ${String(QUBITS_MAX)}`;
  if (!(cycle_ns >= LEAST_CYCLE_NS && cycle_ns <= 3.6e12)) return `cycle_ns is a number from ${String(LEAST_CYCLE_NS)} to 3.6e12`;
  const wrong = Object.entries({ p, gate, readout, idle }).find(([, rate]) => !isRate(rate));
  if (wrong !== undefined) return `${wrong[0]} is a number from 0 to 1`;
  if (!(threshold >= 1e-12 && threshold <= 1)) return "threshold is a number from 1e-12 to 1";
  if (!(a >= 0 && a <= 1e6)) return "a is a number from 0 to 1000000";
  return Number.isSafeInteger(k) && k >= 0 && k <= 8 ? distanceRefusal(d) : "k is a whole number from 0 to 8";
}

/** The second form. @returns what is wrong with it, in one sentence */
export function readEvaluated(qubits: string, scheme: string, parameters: ReadonlyMap<string, string>): Profile | Unreadable {
  const stranger = unknown(parameters.keys(), NUMBERS);
  if (stranger !== undefined) return stranger;
  const missing = NUMBERS.find((key) => !parameters.has(key));
  if (missing !== undefined) return { reason: `${missing} is missing: qubits and a scheme of one's own have ${NUMBERS.join(", ")}` };
  const value = (key: keyof Numbers): number => Number(parameters.get(key));
  const values: Numbers = {
    d: value("d"), n: value("n"), cycle_ns: value("cycle_ns"), p: value("p"), gate: value("gate"), readout: value("readout"), idle: value("idle"), threshold: value("threshold"), a: value("a"), k: value("k"),
  };
  const reason = outOfRange(values);
  return reason === undefined ? evaluatedProfile(qubits, scheme, values) : { reason };
}
