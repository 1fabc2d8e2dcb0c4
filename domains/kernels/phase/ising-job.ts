// phi.ising: what the oscillator Ising machine takes and gives. Owns the job's shape, limits, tuned defaults and bytes; the
// arithmetic is in assembly/ising.ts.
//   H(s) = Σ_{i<j} J_ij s_i s_j + Σ_i h_i s_i, to be minimised; J = +1 on every edge is maximum cut.
//   F_i = K·c·( Σ_j J_ij sin(θ_i - θ_j) + h_i sin θ_i ) - K_s sin 2θ_i,  c = 1/√( (Σ_ij J_ij² + Σ_i h_i²) / N )
//   inertial     dv_i = (F_i - γ v_i) dt + σ dW_i,  dθ_i = v_i dt      overdamped   dθ_i = F_i dt + σ dW_i
// The factor c makes one schedule fit couplings of any size and density; dW is √dt times a uniform number of variance 1.
// Where `dt` would be unstable (dense couplings of one sign are stiff) the machine takes its longest stable step instead.
import { pack } from "../../../kernel-abi/packer.ts";
import { checkSymmetric, nodesOf, readGraph } from "./graph.ts";
import type { CsrGraph } from "./graph.ts";
import { readCount, readFields, readFlag, readFloats, readKey, readOptional, readRate, readRecord, readWord, refuse } from "../wire.ts";
import type { Fields } from "../wire.ts";

export const SPINS_MAX = 16_384;
/** Stored entries of the coupling matrix: 4 M couplings, each in two rows. */
export const ISING_ENTRIES_MAX = 8_388_608;
export const RESTARTS_MAX = 4096;
export const ISING_STEPS_MAX = 1_000_000;
/** |J| and |h|. */
const COUPLING_MAX = 1e9;
const RATE_MAX = 100;

/** Strengths go linearly from start to end over the steps. Times are in the unit that K·c sets. */
export interface IsingSchedule {
  readonly dynamics: "inertial" | "overdamped";
  readonly steps: number;
  /** The longest step; see above. */
  readonly dt: number;
  /** γ; without effect on overdamped dynamics. */
  readonly damping: number;
  /** K. */
  readonly coupling: number;
  /** K_s, the second-harmonic injection that makes phases choose between 0 and π. */
  readonly injectionStart: number;
  readonly injectionEnd: number;
  /** σ. */
  readonly noiseStart: number;
  readonly noiseEnd: number;
  /** Read-outs every `readEvery` steps from step `readFrom` on, besides the one at the end; 0: that one alone. */
  readonly readEvery: number;
  readonly readFrom: number;
}

/** Found by search on graph G1 (README); there a restart reaches the best known cut more often than not. */
export const DEFAULT_SCHEDULE: IsingSchedule = Object.freeze({
  dynamics: "inertial", steps: 3000, dt: 0.6, damping: 0.055, coupling: 1,
  injectionStart: 0, injectionEnd: 0.48, noiseStart: 0.19, noiseEnd: 0.095, readEvery: 10, readFrom: 1200,
});

export interface IsingJob {
  /** J as a symmetric graph without self-coupling. */
  readonly couplings: CsrGraph;
  /** h_i; absent: none. */
  readonly fields?: Float64Array;
  readonly schedule: IsingSchedule;
  /** Two Philox words; restart r draws from shot r. */
  readonly key: Uint32Array;
  /** Restarts firstRestart … firstRestart + restarts - 1: a range may be cut into jobs anywhere. */
  readonly firstRestart: number;
  readonly restarts: number;
  /** End every read-out with a deterministic single-spin descent (no flip lowers H any more). */
  readonly polish: boolean;
  /** Also return the cut Σ_{i<j} J_ij (1 - s_i s_j)/2 of the best spins. */
  readonly cut: boolean;
}

export interface IsingOutput {
  /** ±1; the lowest energy of the job, of the earliest restart that has it. */
  readonly spins: Int8Array;
  readonly energy: number;
  readonly restart: number;
  /** The best energy of each restart, in order. */
  readonly energies: Float64Array;
  readonly cut?: number;
}

const RATES = ["dt", "damping", "coupling", "injectionStart", "injectionEnd", "noiseStart", "noiseEnd"] as const;

export const encodeIsingJob = ({ schedule, ...job }: IsingJob): Uint8Array => {
  const { dynamics, steps, readEvery, readFrom } = schedule;
  return pack({ ...job, dynamics, steps, readEvery, readFrom, rates: Float64Array.from(RATES, (name) => schedule[name]) });
};

/** @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE */
export function decodeIsingJob(bytes: Uint8Array): IsingJob {
  const fields = readFields(bytes, "job");
  const couplings = readCouplings(readRecord(fields, "couplings"));
  const spins = nodesOf(couplings);
  const local = readOptional(fields, "fields", () => readFloats(fields, "fields", spins, spins));
  if (local?.some((h) => Math.abs(h) > COUPLING_MAX) === true) refuse("fields", `within ±${COUPLING_MAX}`);
  return {
    couplings, ...(local === undefined ? {} : { fields: local }), schedule: readSchedule(fields), key: readKey(fields),
    firstRestart: readCount(fields, "firstRestart", 0, 0xffffffff - RESTARTS_MAX), restarts: readCount(fields, "restarts", 1, RESTARTS_MAX),
    polish: readFlag(fields, "polish"), cut: readFlag(fields, "cut"),
  };
}

function readCouplings(fields: Fields): CsrGraph {
  const { offsets } = fields;
  const spins = offsets instanceof Int32Array ? offsets.length - 1 : 0;
  if (spins < 1 || spins > SPINS_MAX) refuse("offsets", `an Int32Array for 1 to ${SPINS_MAX} spins`);
  const graph = readGraph(fields, spins, ISING_ENTRIES_MAX);
  if (graph.weights.some((weight) => Math.abs(weight) > COUPLING_MAX)) refuse("weights", `within ±${COUPLING_MAX}`);
  checkSymmetric(graph);
  return graph;
}

function readSchedule(fields: Fields): IsingSchedule {
  const rates = readFloats(fields, "rates", RATES.length, RATES.length);
  const rate = (name: (typeof RATES)[number], least: number): number => readRate(rates, RATES.indexOf(name), name, least, RATE_MAX);
  const steps = readCount(fields, "steps", 1, ISING_STEPS_MAX);
  return {
    dynamics: readWord(fields, "dynamics", ["inertial", "overdamped"]), steps,
    dt: rate("dt", 1e-9), damping: rate("damping", 0), coupling: rate("coupling", 0),
    injectionStart: rate("injectionStart", 0), injectionEnd: rate("injectionEnd", 0),
    noiseStart: rate("noiseStart", 0), noiseEnd: rate("noiseEnd", 0),
    readEvery: readCount(fields, "readEvery", 0, ISING_STEPS_MAX), readFrom: readCount(fields, "readFrom", 0, ISING_STEPS_MAX),
  };
}

export const encodeIsingOutput = ({ energy, cut, ...output }: IsingOutput): Uint8Array =>
  pack({ ...output, energy: Float64Array.of(energy), ...(cut === undefined ? {} : { cut: Float64Array.of(cut) }) });

/** For the provider. @throws Fault KERNEL_REFUSED | ABI_UNDECODABLE when the bytes are no output of this kernel. */
export function decodeIsingOutput(bytes: Uint8Array): IsingOutput {
  const fields = readFields(bytes, "output");
  const { spins } = fields;
  if (!(spins instanceof Int8Array) || !spins.every((s) => s === 1 || s === -1)) return refuse("spins", "±1 each, an Int8Array");
  const [energy = 0] = readFloats(fields, "energy", 1, 1);
  const cut = readOptional(fields, "cut", () => readFloats(fields, "cut", 1, 1)[0] ?? 0);
  return {
    spins, energy, restart: readCount(fields, "restart", 0, 0xffffffff),
    energies: readFloats(fields, "energies", 1, RESTARTS_MAX), ...(cut === undefined ? {} : { cut }),
  };
}
