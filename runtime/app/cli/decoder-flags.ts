// A decoder with its settings from the words of a command line. What is not said has its default, which the record shows.
import { Option, type Command } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { checkDecoder, DECODERS, decoderSettings, type DecoderName, type DecoderSettings } from "../../../domains/q/qec/decoder-settings.ts";
import { LOOKUP_BITS_MAX } from "../../../domains/q/decoder/lookup.ts";
import { choiceOption, probabilityOption } from "./arguments.ts";
import { plural } from "./values.ts";

export interface DecoderFlags {
  readonly decoder?: DecoderName;
  readonly bpIterations?: number;
  readonly bpScale?: number | "adaptive";
  readonly osdOrder?: number;
  readonly bpBasis?: "own" | "both";
  readonly approximateDisjoint?: number;
}

/** Settings of `bp_osd` by the options that say them. */
const OPTIONS = [["bpIterations", "--bp-iterations", "iterations"], ["bpScale", "--bp-scale", "scale"], ["osdOrder", "--osd-order", "order"], ["bpBasis", "--bp-basis", "basis"]] as const;
/** Of a decoder, as another command's flags would clash with them. */
export const DECODER_FLAGS = ["decoder", ...OPTIONS.map(([flag]) => flag), "approximateDisjoint"] as const;

/** As `triad qec dem` has it too. */
export const disjointOption = (): Option =>
  probabilityOption("--approximate-disjoint <p>", "take disjoint probabilities up to this for independent ones where nothing else is the same (default: 0, refused)");

function settingOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  const setting = OPTIONS.find(([, name]) => name === `--${option.name()}`)?.[2] ?? "";
  return option.argParser((text) => {
    const value = /^[0-9][0-9.eE+-]{0,40}$/.test(text) ? Number(text) : text;
    try {
      checkDecoder("decoder", { name: "bp_osd", [setting]: value });
      return value;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new Fault("USAGE", { option: `--${option.name()}`, value: text.slice(0, 200), allowed: String(error.detail["allowed"]) });
    }
  });
}

export const addDecoderOptions = (command: Command): Command => command
  .addOption(choiceOption("--decoder <name>", `what predicts the observables (default: matching); lookup takes at most ${LOOKUP_BITS_MAX} detectors and observables together`, DECODERS))
  .addOption(settingOption("--bp-iterations <n>", "of bp_osd: iterations of propagation (default: 100)"))
  .addOption(settingOption("--bp-scale <number>", "of bp_osd: what its messages are scaled by (default: adaptive; colour codes want 0.625 with --osd-order 10)"))
  .addOption(settingOption("--osd-order <n>", "of bp_osd: 0 for OSD-0, else the order of the combination sweep (default: 0)"))
  .addOption(settingOption("--bp-basis <which>", "of bp_osd: own for the detectors that tell of the observables, or both (default: own)"))
  .addOption(disjointOption());

/** Why no table is made of so many; undefined: it can be, or none is wanted. */
export const tooManyForTable = ({ name }: DecoderSettings, { detectors, observables }: { readonly detectors: number; readonly observables: number }): Readonly<Record<"value" | "what" | "allowed", string>> | undefined =>
  (name !== "lookup" || detectors + observables <= LOOKUP_BITS_MAX ? undefined
    : { value: name, what: `${plural(detectors, "detector")} and ${plural(observables, "observable")}`, allowed: `at most ${LOOKUP_BITS_MAX} together: a smaller code, fewer rounds, or ${DECODERS.filter((other) => other !== name).join(", ")}` });

/** @throws Fault USAGE for settings of another decoder */
export function decoderOf(flags: DecoderFlags): DecoderSettings {
  const { decoder = "matching", approximateDisjoint = 0 } = flags;
  if (decoder !== "bp_osd") {
    const other = OPTIONS.find(([flag]) => flags[flag] !== undefined);
    if (other !== undefined) throw new Fault("USAGE", { options: `--decoder ${decoder}, ${other[1]}`, what: `${decoder} has no such setting`, allowed: "--decoder bp_osd" });
    return decoderSettings({ name: decoder, approximateDisjoint });
  }
  const { bpIterations: iterations, bpScale: scale, osdOrder: order, bpBasis: basis } = flags;
  return decoderSettings({ name: decoder, approximateDisjoint, ...(iterations === undefined ? {} : { iterations }), ...(scale === undefined ? {} : { scale }), ...(order === undefined ? {} : { order }), ...(basis === undefined ? {} : { basis }) });
}
