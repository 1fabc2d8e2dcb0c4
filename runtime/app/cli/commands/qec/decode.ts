// triad qec decode: what a decoder predicts of recorded detection events, and how often it is wrong where the observables were recorded too.
// Where predictions are written, what is done stands in a journal beside them until they are: killed, the same words go on.
import type { Command } from "commander";
import { existsSync } from "node:fs";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import type { ErrorModel } from "../../../../../domains/q/dem/model.ts";
import { decoderText, type DecoderSettings } from "../../../../../domains/q/qec/decoder-settings.ts";
import { modelFor } from "../../../../../domains/q/qec/decoder.ts";
import { knownExperiment } from "../../../../../domains/q/qec/known.ts";
import type { Shots } from "../../../../../domains/q/stim/shots.ts";
import { defaultWorkers } from "../../../../adapters/host.ts";
import { forgetDecodeJournal } from "../../../qec/decode-journal.ts";
import { decodeShots, type Decoded, type DecodeTask } from "../../../qec/decode-run.ts";
import { checkPlaces } from "../../apart.ts";
import { jsonOption, workersOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { addDecoderOptions, decoderOf, tooManyForTable, type DecoderFlags } from "../../decoder-flags.ts";
import { judged, judgedFacts, predictionPaths, predictionPlaces, writePredictions, writtenFacts, type PredictionFlags } from "../../decode-report.ts";
import { addExperimentOptions, analysedExperimentOf, refuseKnobs, type ExperimentFlags } from "../../experiment-flags.ts";
import { interruptible } from "../../interrupt.ts";
import { keepingOn } from "../../narrated.ts";
import { printFacts, printJson } from "../../output.ts";
import { checkNew } from "../../rows-file.ts";
import { checkTable } from "../../shot-table.ts";
import { checkFormats, formatOption, parted, shotsIn } from "../../shot-files.ts";
import { inFile, modelIn } from "../../stim-file.ts";
import type { Io } from "../../terminal.ts";
import { createTally } from "../../tally.ts";
import { plural } from "../../values.ts";

interface Flags extends ExperimentFlags, DecoderFlags, PredictionFlags {
  readonly dem?: string;
  readonly events?: string;
  readonly observables?: string;
  readonly appended?: boolean;
  readonly workers?: number;
  readonly json?: boolean;
}

/** @throws Fault USAGE; whatever reading the circuit or the model throws */
function modelOf(file: string | undefined, flags: Flags, decoder: DecoderSettings): ErrorModel {
  const { dem } = flags;
  if (dem === undefined) {
    const { circuit } = knownExperiment(analysedExperimentOf(file, flags));
    return inFile(file, () => modelFor(circuit, decoder));
  }
  if (flags.approximateDisjoint !== undefined) throw new Fault("USAGE", { options: "--dem, --approximate-disjoint", what: "a model says what its errors are", allowed: "one of them" });
  if (file !== undefined || flags.code !== undefined) throw new Fault("USAGE", { options: "--dem, a circuit", allowed: "one of them" });
  refuseKnobs(dem, flags);
  return modelIn(dem);
}

interface Recorded {
  readonly events: Shots;
  readonly flips: Shots | undefined;
}

function recordedIn({ events = "", format, observables, appended = false }: Flags, { detectors, observables: count }: ErrorModel): Recorded {
  if (appended && observables !== undefined) throw new Fault("USAGE", { options: "--appended, --observables", allowed: "one of them" });
  if (appended) return parted(shotsIn("--events", events, format, { detectors, observables: count }), { detectors, observables: count });
  const fired = shotsIn("--events", events, format, { detectors });
  const flips = observables === undefined ? undefined : shotsIn("--observables", observables, format, { observables: count });
  if (flips !== undefined && flips.shots !== fired.shots) throw new Fault("USAGE", { options: "--events, --observables", what: `${fired.shots} and ${flips.shots} shots`, allowed: "files of the same shots" });
  return { events: fired, flips };
}

/** On a terminal it is told how far it is; stopped, what is done is kept where there is a journal. */
async function decoded(task: DecodeTask, flags: Flags, journal: string | undefined, io: Io): Promise<Decoded> {
  const { shots } = task;
  const tally = createTally(io.err, (done) => `${done} of ${plural(shots, "shot")} decoded`);
  return interruptible(io.err, (signal) => decodeShots(task, { workers: flags.workers ?? defaultWorkers(), journal, signal, progress: tally.at })).finally(() => { tally.end(); });
}

/** What may be there already: files of predictions that were written before a kill, where a journal says that there was one. */
function checkFiles(flags: Flags, file: string | undefined, journal: string | undefined): void {
  const written = predictionPlaces(flags);
  const [first] = Object.keys(written).filter((option) => written[option] !== undefined); // the journal stands beside it
  checkPlaces(written, { circuit: file, "--events": flags.events, "--observables": flags.observables, "--dem": flags.dem }, first);
  if (journal === undefined || !existsSync(journal)) checkNew(flags.replace === true, ...predictionPaths(flags));
}

async function decode(file: string | undefined, flags: Flags, io: Io): Promise<number> {
  const said = decoderOf(flags);
  const settings: DecoderSettings = said.name === "bp_osd" && flags.dem !== undefined ? { ...said, basis: "both" } : said; // a model does not say which detectors are of which basis
  if (flags.events === undefined) throw new Fault("USAGE", { option: "--events", what: "detection events are needed", allowed: "a file of shots: 01, b8, r8, hits, dets or ptb64" });
  const [first] = predictionPaths(flags);
  const journal = first === undefined ? undefined : `${first}.partial`;
  checkFiles(flags, file, journal);
  const model = modelOf(file, flags, settings);
  const { detectors, observables } = model;
  const table = tooManyForTable(settings, model);
  if (table !== undefined) throw new Fault("USAGE", { option: "--decoder", ...table });
  const { events: { shots, rows }, flips } = recordedIn(flags, model);
  checkFormats({ "--predictions": flags.predictions }, flags.format, shots);
  for (const option of ["csv", "parquet"] as const) if (flags[option] !== undefined) checkTable(`--${option}`, shots, 2 * observables);
  return keepingOn(io, { partial: journal, by: "--predictions", json: flags.json === true }, async () => {
    const found = await decoded({ settings, model, shots, events: rows }, flags, journal, io);
    writePredictions(found, shots, flips, observables, flags);
    if (journal !== undefined) forgetDecodeJournal(journal);
    const verdict = judged(found, flips, observables);
    const { unsolved, before } = found;
    if (flags.json === true) {
      const { rate = null } = verdict ?? {};
      printJson(io.out, "qec-decode", { decoder: settings, shots, detectors, observables, unsolved, errors: verdict?.errors ?? null, flips: verdict?.flips ?? null, rate: rate?.best ?? null, low: rate?.low ?? null, high: rate?.high ?? null, before, ...(flags.predictions === undefined ? {} : { predictions: flags.predictions }) });
    } else {
      printFacts(io.out, [
        ["decoded", `${plural(shots, "shot")} of ${plural(detectors, "detector")} by ${decoderText(settings)}${before === 0 ? "" : `, ${before} of them before it was stopped`}`],
        ...judgedFacts(verdict), unsolved === 0 ? undefined : ["unsolved", `${plural(unsolved, "shot")} that no correction explains`], ...writtenFacts(flags, verdict),
      ]);
    }
    return EXIT.ok;
  });
}

export function configure(command: Command, invocation: Invocation): void {
  addDecoderOptions(addExperimentOptions(command.argument("[file]", "the .stim circuit the shots are of")))
    .option("--dem <file>", "instead of a circuit: its detector error model")
    .option("--events <file>", "detection events")
    .addOption(formatOption("--format <format>", "all these files"))
    .option("--observables <file>", "what the observables did: to count wrong predictions")
    .option("--appended", "the observables stand behind the detectors of each shot")
    .option("--predictions <file>", "predicted flips of the observables go there; killed, the same words go on")
    .option("--csv <file>", "predictions as CSV: a row a shot, with what was observed where it is known, and whether they differ")
    .option("--parquet <file>", "the same as Parquet")
    .option("--replace", "give up existing files of the same names")
    .addOption(workersOption())
    .addOption(jsonOption());
  runs(command, invocation, (file) => decode(file, command.opts<Flags>(), invocation.io));
}
