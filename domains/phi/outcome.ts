// Φ outcomes: what a transform, an evaluation or a dynamics job tells the classical side, as recorded and as a program reads it.
//   1  Scores, projections and results only; raw phases and envelope states have no form here (A4).
//   2  A body depends on the kernels' bytes alone: not on workers, shards or completion order.
import { Fault } from "../../kernel-abi/fault.ts";
import { pack, unpack } from "../../kernel-abi/packer.ts";
import { encodeIsingOutput } from "../kernels/phase/ising-job.ts";
import { decodeIsingOutput, decodeKuramotoOutput, decodeSpectrumOutput } from "../kernels/phase/jobs.ts";
import type { IsingOutput, KuramotoOutput, SpectrumOutput, SpectrumPeak } from "../kernels/phase/jobs.ts";
import { encodeKuramotoOutput } from "../kernels/phase/kuramoto-job.ts";
import { encodeSpectrumOutput } from "../kernels/phase/spectrum-job.ts";

/** The envelope against its noise-free reference; for two envelopes, the worse of each score. Steps of one millionth. */
export interface StabilityReport {
  /** S = |Σ conj(z*)·z| / (‖z‖‖z*‖), 0 to 1. */
  readonly stability: number;
  /** 1 - S. */
  readonly noise: number;
  /** Largest phase off the reference, radians. */
  readonly drift: number;
  /** Logical time of the report. */
  readonly tick: number;
}
/** Structured evaluation: R·e^{iψ} = Σr²e^{iθ} in the provider's declared resolution, with the report beside it. */
export interface Evaluation extends StabilityReport {
  /** 0 to 1, in 4,096ths. */
  readonly R: number;
  /**
   * Radians in (-π, π], in 4,096ths of a turn. null where there is no collective phase to tell: one component carries more
   * than 3/4 of the collective vector, by its weight or because the others cancel (A4), or interference took all of it.
   */
  readonly psi: number | null;
}
/** One coupling strength of a Kuramoto sweep. */
export interface KuramotoPoint {
  readonly coupling: number;
  /** Time mean and deviation of r after the transient. */
  readonly order: number;
  readonly orderDeviation: number;
  readonly collectiveFrequency: number;
  readonly frequencySpread: number;
  readonly lockedFraction: number;
  /** r(t), every stride-th step. */
  readonly series: readonly number[];
}
export type KuramotoResult = readonly KuramotoPoint[];
export interface IsingResult {
  /** ±1 each. */
  readonly spins: readonly number[];
  readonly energy: number;
  /** The earliest restart that reached the energy. */
  readonly restart: number;
  /** Best energy of each restart. */
  readonly energies: readonly number[];
  /** When asked for. */
  readonly cut?: number;
}
/** Strongest first. */
export type SpectrumResult = readonly SpectrumPeak[];

/** Scores in millionths. */
export interface Scores {
  readonly stability: number;
  readonly noise: number;
  readonly drift: number;
}

/** The recorded body, before packing. */
export type PhiResult =
  | { readonly kind: "report"; readonly scores: Scores; readonly tick: number }
  | { readonly kind: "evaluation"; readonly scores: Scores; readonly tick: number; readonly order: number; readonly phase: number | null }
  | { readonly kind: "closed" }
  | { readonly kind: "kuramoto"; readonly couplings: Float64Array; readonly output: KuramotoOutput }
  | { readonly kind: "ising"; readonly output: IsingOutput }
  | { readonly kind: "spectrum"; readonly output: SpectrumOutput };

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
const refuse = (what: string): never => {
  throw new Fault("ABI_MALFORMED", { argument: "phi.project", what });
};
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : refuse("no outcome of a Φ job"));

/** Floats travel in typed arrays, scores as integers. */
export function encodeResult(result: PhiResult): Uint8Array {
  const { kind } = result;
  switch (kind) {
    case "closed": return pack({ kind });
    case "report": return pack({ kind, ...result.scores, tick: result.tick });
    case "evaluation": return pack({ kind, ...result.scores, tick: result.tick, projection: Float64Array.of(result.order, ...(result.phase === null ? [] : [result.phase])) });
    case "kuramoto": return pack({ kind, couplings: result.couplings, ...fieldsOf(unpack(encodeKuramotoOutput(result.output))) });
    case "ising": return pack({ kind, ...fieldsOf(unpack(encodeIsingOutput(result.output))) });
    case "spectrum": return pack({ kind, ...fieldsOf(unpack(encodeSpectrumOutput(result.output))) });
  }
}

const integer = (fields: Fields, name: string): number => {
  const value = fields[name];
  return typeof value === "number" && Number.isSafeInteger(value) ? value : refuse(name);
};
const floats = (fields: Fields, name: string): Float64Array => {
  const value = fields[name];
  return value instanceof Float64Array ? value : refuse(name);
};

const readReport = (fields: Fields): StabilityReport => ({
  stability: integer(fields, "stability") / 1_000_000, noise: integer(fields, "noise") / 1_000_000,
  drift: integer(fields, "drift") / 1_000_000, tick: integer(fields, "tick"),
});

function readKuramoto({ kind: _, couplings, ...fields }: Fields): KuramotoResult {
  const output = decodeKuramotoOutput(pack(fields));
  const { order, orderDeviation, collectiveFrequency, frequencySpread, lockedFraction, series, points } = output;
  return Object.freeze(Array.from(floats({ couplings }, "couplings"), (coupling, at) => Object.freeze({
    coupling, order: order[at] ?? 0, orderDeviation: orderDeviation[at] ?? 0, collectiveFrequency: collectiveFrequency[at] ?? 0,
    frequencySpread: frequencySpread[at] ?? 0, lockedFraction: lockedFraction[at] ?? 0,
    series: Object.freeze([...series.subarray(at * points, (at + 1) * points)]),
  })));
}

function readIsing({ kind: _, ...fields }: Fields): IsingResult {
  const { spins, energies, energy, restart, cut } = decodeIsingOutput(pack(fields));
  return Object.freeze({ spins: Object.freeze([...spins]), energy, restart, energies: Object.freeze([...energies]), ...(cut === undefined ? {} : { cut }) });
}

/** What `collect` answered, as the program reads it: frozen plain data. @throws Fault ABI_MALFORMED | KERNEL_REFUSED */
export function readResult(body: unknown): StabilityReport | Evaluation | KuramotoResult | IsingResult | SpectrumResult | undefined {
  const fields = fieldsOf(body instanceof Uint8Array ? unpack(body) : body);
  switch (fields["kind"]) {
    case "closed": return undefined;
    case "report": return Object.freeze(readReport(fields));
    case "evaluation": {
      const [R = 0, psi = null] = floats(fields, "projection");
      return Object.freeze({ R, psi, ...readReport(fields) });
    }
    case "kuramoto": return readKuramoto(fields);
    case "ising": return readIsing(fields);
    case "spectrum": {
      const { kind: _, ...rest } = fields;
      return Object.freeze(decodeSpectrumOutput(pack(rest)).peaks.map((peak) => Object.freeze(peak)));
    }
    default: return refuse("no outcome of a Φ job");
  }
}
