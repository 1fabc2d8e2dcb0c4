// What a profile of error correction says about one logical qubit: how many physical ones it is made of, how long a cycle takes, how
// often it fails. Plain data; times are nanoseconds, rates probabilities.

/** Physical error rates and lifetimes under a code. */
export interface ErrorBudget {
  /** Of one physical gate. */
  readonly gate: number;
  /** Of one physical readout. */
  readonly measurement: number;
  /** Of a physical qubit idling for one µs. */
  readonly idle: number;
  /** Relaxation and dephasing times, µs; t2 ≤ 2·t1. Absent where the source has none (Azure's qubits). */
  readonly t1Us?: number;
  readonly t2Us?: number;
}

export interface Decoder {
  /** As its source calls it: MWPM, gauge_fixing, BP. */
  readonly type: string;
  /** From a round's syndrome to its correction, ns. */
  readonly roundNs: number;
  /** The heaviest syndrome it takes, where its source says. */
  readonly syndromeWeightMax?: number;
}

/** How the logical error rate falls with the distance: a·d^k·(p/p*)^((d+1)/2). */
export interface Suppression {
  /** p*: from here on the code does not help. */
  readonly threshold: number;
  /** a */
  readonly prefactor: number;
  /** k, a small whole number, 0 in every named scheme. */
  readonly distancePower: number;
  /** p: the physical rate that is compared with p*. */
  readonly physical: number;
}

/** Rates of one logical cycle over p, rising in p; none twice. */
export interface SampledCurve {
  readonly code: string;
  readonly distance: number;
  readonly decoder: string;
  readonly points: readonly { readonly p: number; readonly rate: number }[];
}

export interface Profile {
  /** The profile in its one canonical spelling; of a parameter file, a label. */
  readonly text: string;
  readonly source: "family" | "azure" | "sampled" | "parameters";
  readonly family: string;
  /** Odd, 1 to DISTANCE_MAX. */
  readonly distance: number;
  readonly physicalQubits: number;
  /** One logical cycle (d rounds of syndrome extraction), ns. */
  readonly cycleNs: number;
  readonly errors: ErrorBudget;
  readonly decoder: Decoder;
  readonly suppression: Suppression;
  /** Rates that were sampled; where they are, the formula's p alone is used. */
  readonly sampled?: SampledCurve;
  /** Logical qubits per physical data qubit of a QLDPC block. */
  readonly rate?: number;
  /** Parameters that were given and mean nothing to this family; a verifier may warn. */
  readonly ignored: readonly string[];
}

/** What is wrong with a profile, in one sentence, and what is taken instead; of a parameter file also where, as a JSON pointer ("" is the file as a whole). */
export interface Unreadable {
  readonly reason: string;
  readonly at?: string;
  /** It is well written, but its rate was not sampled: of these distances and rates there is a table. */
  readonly unsampled?: true;
  /** What to write instead, where that is known. */
  readonly fix?: string;
}

/** A block of distance 999 has two million physical qubits: beyond it a distance is a slip of the pen. */
export const DISTANCE_MAX = 999;

export const isProfile = (read: Profile | Unreadable): read is Profile => !("reason" in read);

/** @returns why this is no code distance, or undefined. */
export function distanceRefusal(distance: number): string | undefined {
  if (!Number.isSafeInteger(distance)) return `a code distance is a whole number, not ${String(distance)}`;
  if (distance < 1) return `a code distance is at least 1, not ${String(distance)}`;
  if (distance % 2 === 0) return `a code distance is odd: ${String(distance)} corrects no more than ${String(distance - 1)}`;
  return distance > DISTANCE_MAX ? `a code distance is at most ${String(DISTANCE_MAX)}, not ${String(distance)}` : undefined;
}
