// Options of `triad qec estimate`, and the request they amount to.
import { Option, type Command } from "commander";
import { Fault } from "../../../kernel-abi/fault.ts";
import { QUBITS, qubitsNamed, schemeNamed } from "../../../kernel-abi/qvm/qec/azure.ts";
import { nanoseconds } from "../../../kernel-abi/qvm/qec/duration.ts";
import { readHardware, type Hardware } from "../../../kernel-abi/qvm/qec/parameters.ts";
import { codeAt } from "../../../domains/q/estimate/code.ts";
import type { LogicalCounts } from "../../../domains/q/estimate/counts.ts";
import { MEASURES, type Measure } from "../../../domains/q/estimate/frontier.ts";
import { budgetParts, DEFAULT_BUDGET, type BudgetParts, type EstimateRequest } from "../../../domains/q/estimate/request.ts";
import { choiceOption, countOption, parseJson, readGiven } from "./arguments.ts";

export interface EstimateFlags {
  readonly qubit?: string;
  readonly scheme?: string;
  readonly hardware?: string;
  readonly budget?: number | BudgetParts;
  readonly maxDuration?: number;
  readonly maxQubits?: number;
  readonly maxFactories?: number;
  readonly frontier?: boolean;
  readonly minimise?: Measure;
  readonly formula?: boolean;
}

const refuse = (option: string, value: string, allowed: string): never => { throw new Fault("USAGE", { option, value: value.slice(0, 200), allowed }); };

const PARTS = ["logical", "tStates", "rotations"] as const;
const BUDGET = "a probability, or logical=P,tStates=P,rotations=P";

function budget(text: string): number | BudgetParts {
  const number = (word: string): number => (/^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(word) ? Number(word) : refuse("--budget", text, BUDGET));
  if (!text.includes("=")) return number(text);
  const parts = text.split(",").map((part) => part.split(/=(.*)/s));
  const given = Object.fromEntries(parts.map(([name = "", value = ""]) => [PARTS.find((one) => one === name) ?? refuse("--budget", text, BUDGET), number(value)]));
  if (Object.keys(given).length !== parts.length) return refuse("--budget", text, `${BUDGET}; each part once`);
  return { logical: given["logical"] ?? 0, tStates: given["tStates"] ?? 0, rotations: given["rotations"] ?? 0 };
}

const LONG_NS: Readonly<Record<string, number>> = Object.freeze({ min: 60e9, h: 3_600e9, d: 86_400e9 });

function duration(text: string): number {
  const [, amount = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*(min|h|d)\s*$/.exec(text) ?? [];
  const ns = unit === "" ? nanoseconds(text) : Number(amount) * (LONG_NS[unit] ?? Number.NaN);
  return ns !== undefined && ns > 0 ? ns : refuse("--max-duration", text, "a time: \"50 us\", \"10 ms\", \"1 s\", \"5 min\", \"8 h\", \"30 d\"");
}

export const addEstimateOptions = (command: Command): Command => command
  .option("--qubit <name>", `qubits: ${QUBITS.map(({ name }) => name.replace(/^qubit_(gate_)?/, "")).join(", ")} (default: ns_e3)`)
  .option("--scheme <name>", "error correction: surface_code, floquet_code (default: surface_code)")
  .option("--hardware <file>", "instead: JSON {qubitParams, qecScheme} with times, error rates and formulas of your own, or {qec_scheme, error_budget, decoder}")
  .addOption(new Option("--budget <p>", `${BUDGET} (default: ${DEFAULT_BUDGET}, split evenly over what is needed)`).argParser(budget))
  .option("--frontier", "all that qubits can be traded for time, not one answer")
  .addOption(choiceOption("--minimise <what>", "which of the frontier to report: qubits, time, or their product (default: the quickest)", MEASURES))
  .addOption(new Option("--max-duration <time>", "no longer than this: the fewest qubits in that time").argParser(duration))
  .addOption(countOption("--max-qubits <n>", "no more physical qubits than this: the quickest on so many", 1))
  .addOption(countOption("--max-factories <n>", "no more T factories than this", 1))
  .option("--formula", "by our own formula alone: needs no package and knows no 32-bit counters");

function hardwareOf({ qubit = "ns_e3", scheme = "surface_code", hardware, named }: EstimateFlags & { readonly named: boolean }): Hardware {
  if (hardware === undefined) {
    const qubits = qubitsNamed(qubit) ?? refuse("--qubit", qubit, QUBITS.map(({ name }) => name).join(", "));
    return { qubits, scheme: schemeNamed(scheme, qubits) ?? refuse("--scheme", scheme, "surface_code, floquet_code; others in a file for --hardware") };
  }
  if (named) refuse("--hardware", hardware, "either a file, or --qubit and --scheme");
  const read = readHardware(parseJson("--hardware", readGiven("--hardware", hardware), hardware));
  if ("reason" in read) throw new Fault("PROFILE_INVALID", { option: "--hardware", file: hardware, at: read.at ?? "", what: read.reason }, { next: "Mend the file at `at`, a JSON pointer; kernel-abi/qvm/qec/README.md lists its members." });
  codeAt(read, 3); // a formula that has no value is told here, whoever estimates
  return read;
}

/** @throws Fault USAGE, FILE_UNREADABLE, PROFILE_INVALID, ABI_MALFORMED */
export function requestOf(counts: LogicalCounts, flags: EstimateFlags): EstimateRequest {
  const { maxDuration, maxQubits, maxFactories, budget: asked = DEFAULT_BUDGET } = flags;
  if (maxDuration !== undefined && maxQubits !== undefined) refuse("--max-duration", String(maxDuration), "at most one of --max-duration and --max-qubits");
  budgetParts(asked, counts);
  return {
    counts, hardware: hardwareOf({ ...flags, named: flags.qubit !== undefined || flags.scheme !== undefined }), budget: asked,
    bounds: {
      ...(maxDuration === undefined ? {} : { maxDurationNs: maxDuration }), ...(maxQubits === undefined ? {} : { maxPhysicalQubits: maxQubits }), ...(maxFactories === undefined ? {} : { maxTFactories: maxFactories }),
    },
  };
}
