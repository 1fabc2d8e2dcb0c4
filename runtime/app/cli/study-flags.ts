// A study from the words of a command line, or from its JSON file.
import { Option, type Command } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { checkDecoder } from "../../../domains/q/qec/decoder-settings.ts";
import { CIRCUIT_TEXT_MAX, DISTANCES, ROUNDS, uniformNoise, type MemoryExperiment } from "../../../domains/q/qec/experiment.ts";
import { CODE_TASKS, type CodeTaskName } from "../../../domains/q/codes/generate.ts";
import { CELL_SHOTS_MAX, StudySchema, type Study } from "../../../domains/q/qec/study.ts";
import { compiled, misfit } from "../../../kernel-abi/schema.ts";
import { choiceOption, countOption, readDocument } from "./arguments.ts";
import { addDecoderOptions, DECODER_FLAGS, decoderOf, type DecoderFlags } from "./decoder-flags.ts";
import { byOption, byPlace, checkCells, type Refusing } from "./study-cells.ts";
import { optionOf } from "./values.ts";

export interface StudyFlags extends DecoderFlags {
  readonly study?: string;
  readonly code?: CodeTaskName;
  readonly distances?: readonly number[];
  readonly p?: readonly number[];
  readonly rounds?: number;
  readonly maxShots?: number;
  readonly maxErrors?: number;
  readonly width?: number;
  readonly interval?: Study["interval"]["method"];
  readonly confidence?: number;
  readonly per?: Study["per"];
}

const DEFAULTS = { maxShots: 1_000_000, maxErrors: 1_000 } as const;

function listOption(flags: string, description: string, read: (text: string) => number, allowed: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text) => text.split(",").map((word) => {
    const value = read(word.trim());
    if (!Number.isFinite(value)) throw new Fault("USAGE", { option: `--${option.name()}`, value: text.slice(0, 200), allowed });
    return value;
  }).map((value, at, values) => {
    if (values.indexOf(value) < at) throw new Fault("USAGE", { option: `--${option.name()}`, value: text.slice(0, 200), what: `${value} twice: it would be sampled twice`, allowed: `${allowed}, each once` });
    return value;
  }));
}

/** An option that takes a number above 0 and below 1. */
function shareOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text) => {
    const value = probability(text);
    if (!Number.isFinite(value)) throw new Fault("USAGE", { option: `--${option.name()}`, value: text.slice(0, 200), allowed: "a number above 0 and below 1" });
    return value;
  });
}

const METHODS = ["wilson", "clopper-pearson"] as const;
const distance = (text: string): number => (/^\d{1,9}$/.test(text) && Number(text) >= DISTANCES.least && Number(text) <= DISTANCES.most ? Number(text) : NaN);
const probability = (text: string): number => (/^[0-9.eE+-]{1,40}$/.test(text) && Number(text) > 0 && Number(text) < 1 ? Number(text) : NaN);

export const addStudyOptions = (command: Command): Command => addDecoderOptions(command
  .option("--study <file>", "the whole study as JSON; the options below say a simple one")
  .addOption(choiceOption("--code <name>", "code, layout and basis", [...CODE_TASKS]))
  .addOption(listOption("--distances <list>", "such as 3,5,7 (default)", distance, `integers from ${DISTANCES.least} to ${DISTANCES.most}, joined by commas`))
  .addOption(listOption("--p <list>", "physical error rates, all four noise knobs alike: 0.004,0.006,0.008", probability, "numbers above 0 and below 1, joined by commas"))
  .addOption(countOption("--rounds <n>", "rounds of a shot (default: as many as the distance)", ROUNDS.least, ROUNDS.most)))
  .addOption(countOption("--max-shots <n>", `shots of a cell at most (default: ${DEFAULTS.maxShots})`, 1, CELL_SHOTS_MAX))
  .addOption(countOption("--max-errors <n>", `a cell ends with the batch that brings it so many errors (default: ${DEFAULTS.maxErrors}, none with --width)`, 1))
  .addOption(shareOption("--width <share>", "a cell ends once its interval is narrower than this share of its rate: 0.1"))
  .addOption(choiceOption("--interval <method>", "how intervals are made (default: wilson)", METHODS))
  .addOption(shareOption("--confidence <share>", "of intervals (default: 0.95)"))
  .addOption(choiceOption("--per <unit>", "what rates are counted per (default: shot)", ["shot", "round", "logical-qubit", "logical-qubit-round"]));

const check = compiled(StudySchema);

/** With its defaults. @throws Fault ABI_MALFORMED with the place */
function parseStudy(value: unknown, refusing: Refusing, file?: string): Study {
  const study = check().Default(structuredClone(value));
  if (check().Check(study)) {
    checkCells(study, refusing, file);
    return study;
  }
  decodersIn(study).forEach((decoder, cell) => { checkDecoder("study", decoder, `/cells/${cell}/decoder`); });
  const { at, what, words, value: found } = misfit(StudySchema, study);
  const text = at.endsWith("/experiment/circuit") ? circuitMisfit(found) : undefined;
  if (text !== undefined) throw new Fault("ABI_MALFORMED", { argument: "study", at, ...text });
  throw new Fault("ABI_MALFORMED", { argument: "study", at, what, ...(words.length === 0 ? {} : { allowed: words.map(String).join(", ") }) });
}

/** Why a text is no circuit: the union of experiments has no words for it. */
function circuitMisfit(text: unknown): Readonly<Record<"what" | "allowed", string>> | undefined {
  if (typeof text !== "string" || (text.length > 0 && text.length <= CIRCUIT_TEXT_MAX)) return undefined;
  const allowed = `the text of a .stim circuit, at most 8 MiB (${CIRCUIT_TEXT_MAX} characters)`;
  return { what: text === "" ? "the text is empty" : `a text of ${text.length} characters`, allowed };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null;

/** Of what may be no study: what stands where its cells' decoders would. */
const decodersIn = (study: unknown): readonly unknown[] =>
  (isRecord(study) && Array.isArray(study["cells"]) ? study["cells"].flatMap((cell: unknown) => (isRecord(cell) && "decoder" in cell ? [cell["decoder"]] : ["matching"])) : []);

function cellsOf(flags: StudyFlags): Study["cells"] {
  const { code = "surface_code:rotated_memory_z", distances = [3, 5, 7], p = [], rounds } = flags;
  const decoder = decoderOf(flags);
  return distances.flatMap((distance) => p.map((rate) => ({
    p: rate, decoder, experiment: { code, distance, rounds: rounds ?? distance, noise: uniformNoise(rate) } satisfies MemoryExperiment,
  })));
}

/** @throws Fault USAGE, ABI_MALFORMED, FILE_UNREADABLE */
export function studyOf(flags: StudyFlags): Study {
  const { study, maxShots = DEFAULTS.maxShots, width, interval: method = "wilson", confidence = 0.95, per = "shot" } = flags;
  const maxErrors = flags.maxErrors ?? (width === undefined ? DEFAULTS.maxErrors : undefined);
  if (study !== undefined) {
    const other = (["code", "distances", "p", "rounds", ...DECODER_FLAGS, "maxShots", "maxErrors", "width", "interval", "confidence", "per"] as const).find((name) => flags[name] !== undefined);
    if (other !== undefined) throw new Fault("USAGE", { options: `--study, ${optionOf(other)}`, allowed: "a file that says all of it, or options" });
    return readDocument("--study", study, (value) => parseStudy(value, byPlace, study));
  }
  const { p = [] } = flags;
  if (p.length === 0) throw new Fault("USAGE", { option: "--p", what: "physical error rates are needed", allowed: "numbers above 0 and below 1, joined by commas: --p 0.004,0.006,0.008,0.01" });
  return parseStudy({
    cells: cellsOf(flags), interval: { method, confidence }, per,
    stop: { maxShots, ...(maxErrors === undefined ? {} : { maxErrors }), ...(width === undefined ? {} : { width: { relative: width, confidence, method } }) },
  }, byOption);
}
