// Calls for error-correction experiments: their forms, their check, and the public descriptor recorded with the intent.
//   1  A call is checked whole, its circuit made once, before anything else looks at it.
//   2  The descriptor names the experiment as it was given, never what was compiled from it: code, noise, decoder with all its settings and shots stand in the record.
import { compiled, Type, type Static } from "../../../kernel-abi/schema.ts";
import { LIMITS } from "../../../kernel-abi/limits.ts";
import { checkDecoder, DecoderSchema, decoderSettings, type DecoderSettings } from "./decoder-settings.ts";
import { ExperimentSchema, type Experiment } from "./experiment.ts";
import { pack } from "../../../kernel-abi/packer.ts";

const exact = { additionalProperties: false } as const;
/** Shots of one job that gives counts alone. */
export const LOGICAL_SHOTS_MAX = 100_000_000;

const EventsCall = Type.Object({ mode: Type.Literal("events"), experiment: ExperimentSchema, shots: Type.Integer({ minimum: 1, maximum: LIMITS.shots_max }) }, exact);
const LogicalCall = Type.Object({
  mode: Type.Literal("logical"), experiment: ExperimentSchema, decoder: DecoderSchema, shots: Type.Integer({ minimum: 1, maximum: LOGICAL_SHOTS_MAX }),
}, exact);

/** What Q's call schema has besides circuits. */
export const QEC_CALLS = [EventsCall, LogicalCall] as const;

/** `events`: each shot's detection events and observable flips. `logical`: how often the decoder's prediction of the observables is wrong. */
export type QecCall = Static<typeof EventsCall> | Static<typeof LogicalCall>;
export type QecJob =
  | { readonly mode: "events"; readonly experiment: Experiment; readonly shots: number }
  | { readonly mode: "logical"; readonly experiment: Experiment; readonly decoder: DecoderSettings; readonly shots: number };

const check = compiled(Type.Union([...QEC_CALLS]));

/** Whether a call is one of these, by its form alone. */
export const isQecCall = (call: unknown): call is QecCall => check().Check(call);

/** Says of a call of a decoder what is wrong with that, in words. @throws Fault ABI_MALFORMED */
export function checkDecoderOf(call: unknown): void {
  if (typeof call === "object" && call !== null && "mode" in call && call.mode === "logical") checkDecoder("q.logical", "decoder" in call ? call.decoder : undefined);
}

function experimentFields(experiment: Experiment): Experiment {
  if (!("code" in experiment)) return { circuit: experiment.circuit };
  const { code, distance, rounds, noise } = experiment;
  const knob = (name: keyof typeof noise) => (noise[name] === undefined ? {} : { [name]: noise[name] });
  return { code, distance, rounds, noise: {
    ...knob("afterCliffordDepolarization"), ...knob("beforeRoundDataDepolarization"), ...knob("beforeMeasureFlipProbability"), ...knob("afterResetFlipProbability"), ...knob("idleDepolarization"),
  } };
}

/** A private copy with its fields in order, so that the same call gives the same bytes. */
export function qecJob(call: QecCall): QecJob {
  const experiment = experimentFields(call.experiment);
  return call.mode === "events" ? { mode: "events", experiment, shots: call.shots } : { mode: "logical", experiment, decoder: decoderSettings(call.decoder), shots: call.shots };
}

/** Public and canonical. */
export const encodeQecDescriptor = (job: QecJob): Uint8Array => pack(job);
