// triad qec decode: what a decoder predicts of recorded detection events, and how often it is wrong where the observables were recorded too.
import type { Command } from "commander";
import { EXIT, Fault } from "../../../../../kernel-abi/fault.ts";
import { countDifferences } from "../../../../../domains/kernels/qec/count.ts";
import type { ErrorModel } from "../../../../../domains/q/dem/model.ts";
import { decoderText, type DecoderSettings } from "../../../../../domains/q/qec/decoder-settings.ts";
import { decoderOfModel, modelFor } from "../../../../../domains/q/qec/decoder.ts";
import { knownExperiment } from "../../../../../domains/q/qec/known.ts";
import { intervalOf } from "../../../../../domains/q/statistics/intervals.ts";
import { rowBytes, type ShotFormat, type Shots } from "../../../../../domains/q/stim/shots.ts";
import { defaultWorkers } from "../../../../adapters/host.ts";
import { decodeShots } from "../../../qec/decode-run.ts";
import { checkApart } from "../../apart.ts";
import { jsonOption, workersOption } from "../../arguments.ts";
import { runs, type Invocation } from "../../command.ts";
import { addDecoderOptions, decoderOf, type DecoderFlags } from "../../decoder-flags.ts";
import { addExperimentOptions, experimentOf, type ExperimentFlags } from "../../experiment-flags.ts";
import { interruptible } from "../../interrupt.ts";
import { printFacts, printJson } from "../../output.ts";
import { checkNew } from "../../rows-file.ts";
import { formatOption, parted, putShots, shotsIn } from "../../shot-files.ts";
import { inFile, modelIn } from "../../stim-file.ts";
import type { Io } from "../../terminal.ts";
import { plural, printable } from "../../values.ts";

interface Flags extends ExperimentFlags, DecoderFlags {
  readonly dem?: string;
  readonly events?: string;
  readonly format?: ShotFormat;
  readonly observables?: string;
  readonly appended?: boolean;
  readonly predictions?: string;
  readonly replace?: boolean;
  readonly workers?: number;
  readonly json?: boolean;
}

/** @throws Fault USAGE; whatever reading the circuit or the model throws */
function modelOf(file: string | undefined, flags: Flags, decoder: DecoderSettings): ErrorModel {
  const { dem } = flags;
  if (dem === undefined) {
    const { circuit } = knownExperiment(experimentOf(file, flags));
    return inFile(file, () => modelFor(circuit, decoder));
  }
  if (file !== undefined || flags.code !== undefined) throw new Fault("USAGE", { options: "--dem, a circuit", allowed: "one of them" });
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

async function decode(file: string | undefined, flags: Flags, io: Io): Promise<number> {
  const { events, format, predictions: into, replace = false, workers = defaultWorkers() } = flags;
  const said = decoderOf(flags);
  const decoder: DecoderSettings = said.name === "bp_osd" && flags.dem !== undefined ? { ...said, basis: "both" } : said; // a model does not say which detectors are of which basis
  if (events === undefined) throw new Fault("USAGE", { option: "--events", what: "detection events are needed", allowed: "a file of shots: 01, b8, r8, hits, dets or ptb64" });
  if (into !== undefined) for (const read of [events, flags.observables, flags.dem, file]) checkApart({ out: into }, read ?? "");
  checkNew(replace, into);
  const model = modelOf(file, flags, decoder);
  const { detectors, observables } = model;
  const { events: fired, flips } = recordedIn(flags, model);
  const { predictions, unsolved } = await interruptible(io.err, (signal) => decodeShots({ decoder: decoderOfModel(model, decoder), detectors, observables, shots: fired.shots, events: fired.rows }, { workers, signal }));
  if (into !== undefined) putShots(into, format, { shots: fired.shots, rows: predictions }, { observables }, replace);
  const perObservable = Array.from({ length: observables }, () => 0);
  const errors = flips === undefined ? null : countDifferences(flips.rows, predictions, fired.shots, rowBytes({ observables }), perObservable);
  const rate = errors === null || fired.shots === 0 ? null : intervalOf("wilson", { shots: fired.shots, errors }, 0.95);
  if (flags.json === true) printJson(io.out, "qec-decode", { decoder, shots: fired.shots, detectors, observables, unsolved, errors, flips: flips === undefined ? null : perObservable, rate: rate?.best ?? null, low: rate?.low ?? null, high: rate?.high ?? null, ...(into === undefined ? {} : { predictions: into }) });
  else {
    printFacts(io.out, [
      ["decoded", `${plural(fired.shots, "shot")} of ${plural(detectors, "detector")} by ${decoderText(decoder)}`],
      rate === null ? undefined : ["errors", `${errors ?? 0}: ${rate.best.toPrecision(3)} (${rate.low.toPrecision(3)} to ${rate.high.toPrecision(3)} with 95 %)`],
      unsolved === 0 ? undefined : ["unsolved", `${plural(unsolved, "shot")} that no correction explains`], into === undefined ? undefined : ["written", printable(into)],
    ]);
  }
  return EXIT.ok;
}

export function configure(command: Command, invocation: Invocation): void {
  addDecoderOptions(addExperimentOptions(command.argument("[file]", "the .stim circuit the shots are of")))
    .option("--dem <file>", "instead of a circuit: its detector error model")
    .option("--events <file>", "detection events")
    .addOption(formatOption("--format <format>", "all these files"))
    .option("--observables <file>", "what the observables did: to count wrong predictions")
    .option("--appended", "the observables stand behind the detectors of each shot")
    .option("--predictions <file>", "predicted flips of the observables go there")
    .option("--replace", "give up an existing file of that name")
    .addOption(workersOption())
    .addOption(jsonOption());
  runs(command, invocation, (file) => decode(file, command.opts<Flags>(), invocation.io));
}
