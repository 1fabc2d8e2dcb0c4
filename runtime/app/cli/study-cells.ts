// What of a study's cells can be told before anything is sampled: that each is there once, that its code exists and is small enough, that its
// decoder takes it. What is refused is named as whoever said the study knows it: by option, or by the place in a file.
import { canonicalText } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { beyondSampling } from "../../../domains/q/qec/beyond.ts";
import { decoderSettings } from "../../../domains/q/qec/decoder-settings.ts";
import { isMemory } from "../../../domains/q/qec/experiment.ts";
import { knownExperiment } from "../../../domains/q/qec/known.ts";
import { requireSampled } from "../../../domains/q/qec/size.ts";
import { requireRounds, type Cell, type Study } from "../../../domains/q/qec/study.ts";
import { tooManyForTable } from "./decoder-flags.ts";
import { checkMemory } from "./experiment-flags.ts";
import { inFile } from "./stim-file.ts";

/** Of a cell: itself, a knob of its experiment, its decoder. */
export type Part = "" | "/experiment/distance" | "/experiment/rounds" | "/decoder";
type Detail = Readonly<Record<string, string | number>>;
/** A refusal, by where it was said. */
export type Refusing = (cell: number, part: Part, detail: Detail) => Fault;

const OPTIONS: Readonly<Record<Part, string>> = { "": "--p", "/experiment/distance": "--distances", "/experiment/rounds": "--rounds", "/decoder": "--decoder" };
/** A study that options said. */
export const byOption: Refusing = (_, part, detail) => new Fault("USAGE", { option: OPTIONS[part], ...detail });
/** A study in a file, which `readDocument` names. */
export const byPlace: Refusing = (cell, part, detail) => new Fault("ABI_MALFORMED", { argument: "study", at: `/cells/${cell}${part}`, ...detail });

/** Two that say the same would be sampled twice, and counted as two. */
const nameOf = (cell: Cell): string => canonicalText({ ...cell, decoder: decoderSettings(cell.decoder) });

function checkCell({ experiment, decoder }: Cell, at: number, refusing: Refusing, file: string | undefined): void {
  if (isMemory(experiment)) checkMemory(experiment, beyondSampling, ({ knob, ...detail }) => refusing(at, `/experiment/${knob}`, detail));
  const { circuit, size } = inFile(file, () => knownExperiment(experiment), { at: `/cells/${at}/experiment/circuit` });
  inFile(file, () => { requireSampled(circuit); }, { at: `/cells/${at}/experiment/circuit` });
  const table = tooManyForTable(decoderSettings(decoder), size);
  if (table !== undefined) throw refusing(at, "/decoder", table);
}

/** @throws Fault as `refusing` makes them; STIM_* with the file and the place; ABI_MALFORMED for a rate per unknown rounds */
export function checkCells(study: Study, refusing: Refusing, file: string | undefined): void {
  const named = new Map<string, number>();
  for (const [at, cell] of study.cells.entries()) {
    const name = nameOf(cell);
    const same = named.get(name);
    if (same !== undefined) throw refusing(at, "", { what: `the same cell as /cells/${same}`, allowed: "each cell once" });
    named.set(name, at);
    checkCell(cell, at, refusing, file);
    requireRounds(study, cell);
  }
}
