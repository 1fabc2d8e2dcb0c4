// Circuits, error models and shots as files: texts that are nearly a circuit or a model, and bytes that are nearly shots. What is accepted is
// printed as a text that reads the same; small circuits and models are counted, analyzed and flattened; the rest is refused with a place.
import { Fault } from "../../kernel-abi/fault.ts";
import { analyze } from "../../domains/q/dem/analyze.ts";
import { flattened } from "../../domains/q/dem/flatten.ts";
import { parseDem } from "../../domains/q/dem/parse.ts";
import { printDem, printModel } from "../../domains/q/dem/print.ts";
import { countsOf } from "../../domains/q/stim/flatten.ts";
import { GATES } from "../../domains/q/stim/gates.ts";
import { parseStim } from "../../domains/q/stim/parse.ts";
import { printStim } from "../../domains/q/stim/print.ts";
import { writeShots } from "../../domains/q/stim/shot-writing.ts";
import { readShots, SHOT_FORMATS } from "../../domains/q/stim/shots.ts";
import type { Dice } from "./dice.ts";
import { altered, alteredText } from "./mutate.ts";
import { demand, faultName, type Target } from "./target.ts";

const CIRCUITS: readonly string[] = [
  "R 0 1 2\nX_ERROR(0.01) 0 1\nDEPOLARIZE2(0.001) 0 1\nCX 0 1 2 1\nM(0.02) 1\nDETECTOR(1, 0) rec[-1]\nREPEAT 3 {\n TICK\n R 1\n CX 0 1 2 1\n M 1\n SHIFT_COORDS(0, 1)\n DETECTOR(1, 0) rec[-1] rec[-2]\n}\nM 0 2\nOBSERVABLE_INCLUDE(0) rec[-1]\n",
  "RX 0\nMPP !X0*Z1 Y2*Y3\nSPP X0*Y1\nMXX 0 1 !2 3\nCX rec[-1] 2 sweep[3] 4\nCZ 0 rec[-2]\nHERALDED_ERASE(0.01) 3\nE(0.1) X0 Y1\nELSE_CORRELATED_ERROR(0.1) Z2\nMPAD 0 1\nOBSERVABLE_INCLUDE(1) X0 rec[-1]\n",
  "C_XYZ[tag\\C] 0\nISWAP 1 2 # comment\nPAULI_CHANNEL_1(0.1, 0.2, 0.3) 0\nHERALDED_PAULI_CHANNEL_1(0.1, 0, 0, 0) 0\nMRY(0.1) !5\nQUBIT_COORDS(1, 2.5) 0\nDETECTOR rec[-1]\n",
];
const MODELS: readonly string[] = [
  "error(0.1) D0 D1 ^ D2 L0\ndetector(1, 2) D0\nrepeat 4 {\n error[t](0.25) D0 D1\n shift_detectors(0, 1) 2\n}\nlogical_observable L1\n", "error(1e-3) D0 ^ D1 # c\ndetector D7\nshift_detectors 3\nerror(0.5) L2\n",
];
const WORDS: readonly string[] = [
  "\n", "\n", " ", " ", "#", "[t]", "[", "]", "(", ")", "(0.1)", "(1, 2)", "{", "}", "*", "!", "^", "REPEAT 2 {\n", "repeat 1000000000000000 {\n", "}\n", "rec[-1]", "rec[-", "sweep[0]", "X0", "Z1*Y2", "0", "1", "2 3", "16777216", "9007199254740992", "1e400", "-0", "0.75", "error(0.1) ", "detector ",
  "shift_detectors 1\n", "logical_observable ", "D0", "D1", "L0", "DETECTOR ", "OBSERVABLE_INCLUDE(0) ", "ELSE_CORRELATED_ERROR(0.1) X0\n", "\r\n", "é", "\u0000", "\ufeff", ...GATES.keys(),
];

function text(dice: Dice, bases: readonly string[]): string {
  if (dice.once(5)) return Array.from({ length: 1 + dice.below(40) }, () => dice.pick(WORDS)).join(dice.once(2) ? " " : "");
  let out = dice.pick(bases);
  for (let left = 1 + dice.below(dice.once(3) ? 4 : 1); left > 0; left--) {
    const at = dice.below(out.length + 1);
    out = dice.once(2) ? out.slice(0, at) + dice.pick(WORDS) + out.slice(at + dice.below(3)) : alteredText(dice, out);
  }
  return out;
}

const PARSING: ReadonlySet<string> = new Set(["STIM_SYNTAX", "STIM_VALUE", "STIM_LIMIT"]);

/** Reads a text, prints it and reads it again. A refusal names a place inside it. */
function roundTrip<T>(source: string, parse: (text: string) => T, print: (parsed: T) => string): T | string {
  let parsed: T;
  try {
    parsed = parse(source);
  } catch (error) {
    const name = faultName(error);
    demand(error instanceof Fault && PARSING.has(name), `refused with ${name}`);
    const { line, column } = error.detail;
    const there = source.split("\n")[Number(line) - 1];
    demand(there !== undefined && Number(column) >= 1 && Number(column) <= there.length + 1, `a place outside the text: ${String(line)}:${String(column)}`);
    return name;
  }
  const printed = print(parsed);
  demand(print(parse(printed)) === printed, "its text is another");
  return parsed;
}

function use(work: () => unknown): string {
  try {
    work();
    return "ok";
  } catch (error) {
    return faultName(error);
  }
}

/** Unrolled, so many instructions are gone through. */
const SMALL = 2_000;

function circuit(dice: Dice): string {
  const parsed = roundTrip(text(dice, CIRCUITS), parseStim, printStim);
  if (typeof parsed === "string") return `circuit ${parsed}`;
  return `circuit ${use(() => {
    const { instructions, targets, qubits, observables } = countsOf(parsed);
    if (instructions > SMALL || targets > SMALL || qubits > SMALL) return;
    const model = analyze(parsed, { decompose: dice.once(2), approximateDisjoint: dice.once(2) ? 1 : 0, unsplittable: dice.once(2) ? "keep" : "refuse" });
    const printed = printModel(observables > SMALL ? { ...model, observables: 0 } : model);
    demand(printModel(flattened(printed)) === printed, "the model's text is another");
  })}`;
}

function model(dice: Dice): string {
  const parsed = roundTrip(text(dice, MODELS), parseDem, printDem);
  if (typeof parsed === "string") return `model ${parsed}`;
  return `model ${use(() => {
    if (printDem(parsed).includes("repeat")) {
      const { length } = JSON.stringify(parsed).match(/"count":\d{4,}/g) ?? [];
      if (length !== undefined && length > 0 && !dice.once(8)) return;
    }
    const { detectors, observables } = flattened(parsed);
    demand(detectors >= 0 && observables >= 0, "fewer than none");
  })}`;
}

function shots(dice: Dice): string {
  const format = dice.pick(SHOT_FORMATS);
  const shape = dice.once(2) ? { measurements: dice.below(40) } : { detectors: dice.below(300), observables: dice.below(3) };
  const bits = (shape.measurements ?? 0) + (shape.detectors ?? 0) + (shape.observables ?? 0);
  const count = dice.pick([0, 1, 3, 64]);
  const rows = new Uint8Array(count * Math.ceil(bits / 8));
  for (let shot = 0; bits > 0 && shot < count; shot++) {
    const bit = dice.below(bits);
    rows[shot * Math.ceil(bits / 8) + (bit >> 3)] = 1 << (bit & 7);
  }
  const bytes = format === "ptb64" && count % 64 !== 0 ? dice.bytes(64) : writeShots({ shots: count, rows }, format, shape);
  const damaged = dice.once(4) ? bytes : altered(dice, bytes);
  return `shots ${format} ${use(() => {
    const read = readShots(damaged, format, shape);
    demand(read.rows.length === read.shots * Math.ceil(bits / 8), "rows of another size");
    if (bits > 0) demand(Buffer.compare(readShots(writeShots(read, format, shape), format, shape).rows, read.rows) === 0, "written as other shots");
  })}`;
}

export const stim: Target = { name: "stim", once: (dice) => (dice.once(3) ? shots(dice) : circuit(dice)) };
export const dem: Target = { name: "dem", once: model };
