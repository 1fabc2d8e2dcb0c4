// Studies: many cells (an experiment and its decoder), each sampled in batches until its stopping rule is met. Pure functions of counts, so the
// batches of a study are the same whoever samples them; what they come to stands in one row a cell, with all that a rate depends on.
import { Fault } from "../../../kernel-abi/fault.ts";
import { Type, type Static } from "../../../kernel-abi/schema.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { intervalOf } from "../statistics/intervals.ts";
import { normalisedInterval } from "../statistics/rates.ts";
import { stopReason, type StopReason } from "../statistics/stopping.ts";
import { DecoderSchema, decoderSettings, type DecoderSettings } from "./decoder-settings.ts";
import { ExperimentSchema, isMemory, type Experiment } from "./experiment.ts";
import { knownExperiment } from "./known.ts";
import type { QReserve } from "../request.ts";
import { QEC_COSTS } from "./admission.ts";
import type { LogicalCounts } from "./outcome.ts";

const exact = { additionalProperties: false } as const;
const Confidence = Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, default: 0.95 });
const Method = Type.Union([Type.Literal("wilson"), Type.Literal("clopper-pearson")], { default: "wilson" });

/** Of one cell. */
export const CELL_SHOTS_MAX = 100_000_000_000;

export const StudySchema = Type.Object({
  cells: Type.Array(Type.Object({
    p: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "Physical error rate the cell stands for; what is fitted over." })),
    experiment: ExperimentSchema,
    decoder: DecoderSchema,
  }, exact), { minItems: 1, maxItems: 10_000 }),
  stop: Type.Object({
    maxShots: Type.Integer({ minimum: 1, maximum: CELL_SHOTS_MAX }),
    maxErrors: Type.Optional(Type.Integer({ minimum: 1 })),
    width: Type.Optional(Type.Object({ relative: Type.Number({ exclusiveMinimum: 0 }), confidence: Confidence, method: Method }, exact)),
  }, { ...exact, description: "Looked at after whole batches; the first that holds ends a cell." }),
  interval: Type.Object({ method: Method, confidence: Confidence }, { ...exact, default: { method: "wilson", confidence: 0.95 } }),
  per: Type.Union([Type.Literal("shot"), Type.Literal("round"), Type.Literal("logical-qubit"), Type.Literal("logical-qubit-round")],
    { default: "shot", description: "What rates are counted per." }),
}, exact);
export type Study = Readonly<Static<typeof StudySchema>>;
export type Cell = Study["cells"][number];

export interface CellCounts {
  readonly shots: number;
  readonly errors: number;
  readonly flips: readonly number[];
  readonly events: number;
  readonly unsolved: number;
}

export const NO_COUNTS: CellCounts = Object.freeze({ shots: 0, errors: 0, flips: [], events: 0, unsolved: 0 });

export const added = (a: CellCounts, b: LogicalCounts): CellCounts => ({
  shots: a.shots + b.shots, errors: a.errors + b.errors, events: a.events + b.events, unsolved: a.unsolved + b.unsolved,
  flips: b.flips.map((flips, observable) => flips + (a.flips[observable] ?? 0)),
});

/** Shots of a cell's first batch; of a job at most; how much larger a batch may be than all before it. */
const BATCH = Object.freeze({ first: 10_000, job: 1_000_000, growth: 9 });
/** Jobs a batch is made of, so that more than one worker has something to do. */
const PARTS = 4;

/** Shots of the cell's next batch by jobs; none when the rule has ended it. Batches grow towards what the errors so far let expect. */
export function nextBatch({ stop }: Study, counts: CellCounts): readonly number[] {
  const left = stop.maxShots - counts.shots;
  if (left <= 0 || stopReason(stop, counts) !== undefined) return [];
  const shots = Math.min(left, counts.shots === 0 ? BATCH.first : Math.min(BATCH.growth * counts.shots, expectedShots(stop, counts), PARTS * BATCH.job));
  const part = Math.ceil(shots / PARTS);
  return shots < BATCH.first ? [shots] : Array.from({ length: Math.ceil(shots / part) }, (_, index) => Math.min(part, shots - index * part));
}

/** A tenth more than it would take at the rate so far; never less than a first batch. */
function expectedShots({ maxErrors }: Study["stop"], { shots, errors }: CellCounts): number {
  if (maxErrors === undefined || errors === 0) return Number.MAX_SAFE_INTEGER;
  return Math.max(BATCH.first, Math.ceil((1.1 * shots * (maxErrors - errors)) / errors));
}

/** What a contract for one job of the experiment must hold. */
export function experimentReserve(experiment: Experiment, shots: number): QReserve {
  const { qubits, operations, detectors, observables } = knownExperiment(experiment).size;
  return { qubits: Math.max(1, qubits), budget: Math.max(1, operations * shots * QEC_COSTS.table.operation), shots: Math.min(shots, LIMITS.shots_max), channels: Math.max(1, detectors + observables) };
}

export interface StudyRow extends CellCounts {
  /** The code's name, "circuit" for one given as text. */
  readonly code: string;
  readonly distance: number | null;
  readonly rounds: number | null;
  readonly p: number | null;
  /** The knobs; null for a circuit given as text, which stands in the study's input. */
  readonly noise: Readonly<Record<string, number | undefined>> | null;
  readonly decoder: DecoderSettings;
  /** Of the errors, in units of `per`. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly per: Study["per"];
  readonly method: string;
  readonly confidence: number;
  readonly stopped: StopReason | null;
}

/** A rate is per round only where the rounds are known: a circuit given as text does not say how many it has. @throws Fault ABI_MALFORMED */
export function requireRounds({ per }: Pick<Study, "per">, { experiment }: Pick<Cell, "experiment">, at = "/per"): void {
  if (isMemory(experiment) || !per.endsWith("round")) return;
  throw new Fault("ABI_MALFORMED", { at, value: per, allowed: "shot or logical-qubit", why: "a circuit given as text does not say how many rounds it has" },
    { next: `Count ${per === "round" ? "per shot" : "per logical qubit"}, or give the experiment as code, distance, rounds and noise.` });
}

/** What of a cell's row is known before anything is sampled. */
export function cellFacts({ experiment, decoder, p }: Cell): Pick<StudyRow, "code" | "distance" | "rounds" | "p" | "noise" | "decoder"> {
  const [code, distance, rounds, noise] = isMemory(experiment) ? [experiment.code, experiment.distance, experiment.rounds, experiment.noise] : ["circuit", null, null, null];
  return { code, distance, rounds, p: p ?? null, noise, decoder: decoderSettings(decoder) };
}

/** @throws Fault ABI_MALFORMED where the rate is asked for per round and the rounds are not known */
export function studyRow(study: Study, cell: Cell, counts: CellCounts): StudyRow {
  const { interval: { method, confidence }, per, stop } = study;
  requireRounds(study, cell);
  const facts = cellFacts(cell);
  const { observables } = knownExperiment(cell.experiment).size;
  const { low, best, high } = normalisedInterval(intervalOf(method, counts, confidence), { per, rounds: facts.rounds ?? 1, logicalQubits: observables });
  return { ...facts, ...counts, rate: best, low, high, per, method, confidence, stopped: stopReason(stop, counts) ?? null };
}
