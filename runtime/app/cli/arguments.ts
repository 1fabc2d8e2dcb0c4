// Arguments: from the words of a command line to typed values. Bad usage is a USAGE fault that names the option and what it takes.
import { AUTHORITIES, type Authority } from "../../../kernel-abi/capability.ts";
import { Option, type Command } from "commander";
import { canonicalJson } from "../../../kernel-abi/canonical.ts";
import { Fault } from "../../../kernel-abi/fault.ts";
import { DURABILITY, type Bounds, type Durability } from "../../../kernel-abi/header.ts";
import { DEFAULT_BOUNDS } from "../../../kernel-abi/limits.ts";
import { LOG_LEVELS, type LogLevel } from "../../../kernel-abi/operation.ts";
import { readText } from "../../adapters/files.ts";
import { parsePublicKeyPem } from "../../adapters/keys.ts";
import { jsonPlace } from "./json-place.ts";
import { printable } from "./values.ts";

const refuse = (option: string, value: string, allowed: string): never => {
  throw new Fault("USAGE", { option, value: value.slice(0, 200), allowed });
};

function count(option: string, text: string, allowed: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) && value >= least && value <= most ? value : refuse(option, text, allowed);
}

/** An option that takes an integer. */
export const countOption = (flags: string, description: string, least = 0, most?: number): Option => {
  const option = new Option(flags, description);
  return option.argParser((text) => count(`--${option.name()}`, text, `an integer from ${least}${most === undefined ? "" : ` to ${most}`}`, least, most));
};

/** What makes resuming short. */
export const snapshotEveryOption = (): Option => countOption("--snapshot-every <n>", "frames between two snapshots beside the journal, from which `triad resume` goes on (default: 65536; 0 for none)");

/** An option that takes one of a few words. */
export const choiceOption = (flags: string, description: string, words: readonly string[]): Option => {
  const option = new Option(flags, description);
  option.argParser((text) => (words.includes(text) ? text : refuse(`--${option.name()}`, text, words.join(", "))));
  option.argChoices = [...words]; // help shows them; commander's own check words its refusal otherwise
  return option;
};

export const jsonOption = (): Option => new Option("--json", "print one JSON object on stdout; an error is one on stderr");

/** `42` or `L=42`. */
export const untilOption = (): Option =>
  new Option("--until <L=N>", "stop after tick N and show what every process is doing")
    .argParser((text) => count("--until", text.replace(/^L=/, ""), "a tick: L=42 or 42"));

const MOST_WORKERS = 1_024;
export const workersOption = (): Option =>
  new Option("--workers <n>", "worker threads, 0 for none; changes nothing in the run (default: all cores but one)").argParser((text) => {
    const workers = count("--workers", text, `an integer from 0 to ${MOST_WORKERS}`);
    return workers <= MOST_WORKERS ? workers : refuse("--workers", text, `an integer from 0 to ${MOST_WORKERS}`);
  });

/** What run, resume and fork have in common: how the work is done, and what is told of it. */
export interface LiveFlags {
  readonly workers?: number;
  readonly durability?: Durability;
  readonly label?: string;
  readonly json?: boolean;
  readonly logLevel?: LogLevel;
}

export const addLiveOptions = (command: Command): Command => command
  .addOption(workersOption())
  .addOption(choiceOption("--durability <class>", "what the journal survives: a kill of the process, or a power cut", DURABILITY))
  .option("--label <text>", "free text, sealed with the trace")
  .addOption(jsonOption())
  .addOption(choiceOption("--log-level <level>", "show the program's log on stderr from this level: short lines on a terminal, JSON lines elsewhere", LOG_LEVELS));

export const liveOptions = ({ workers, durability, label }: LiveFlags): Pick<LiveFlags, "workers" | "durability" | "label"> => ({
  ...(workers === undefined ? {} : { workers }), ...(durability === undefined ? {} : { durability }), ...(label === undefined ? {} : { label }),
});

const BOUND_NAMES = Object.keys(DEFAULT_BOUNDS);
const isBound = (name: string): name is keyof Bounds => BOUND_NAMES.includes(name);

/** `ticks=1000,shots=5e4` is refused: integers only, each bound once. */
export function parseBounds(text: string, before: Partial<Bounds> = {}): Partial<Bounds> {
  const bounds: Partial<Bounds> = { ...before };
  for (const part of text.split(",")) {
    const [name = "", value = ""] = part.split(/=(.*)/s);
    if (!isBound(name)) return refuse("--bounds", part, `NAME=INTEGER, joined by commas; names: ${BOUND_NAMES.join(", ")}`);
    if (bounds[name] !== undefined) return refuse("--bounds", part, "each bound once");
    bounds[name] = count("--bounds", value, `${name}=INTEGER`);
  }
  return bounds;
}

const ALLOWABLE: readonly string[] = ["K", ...AUTHORITIES];

/** K is always allowed; naming it alone withholds the rest. */
export function parseAuthority(text: string): readonly Authority[] {
  const names = text.split(",").map((name) => name.trim().toUpperCase());
  if (!names.every((name) => ALLOWABLE.includes(name))) return refuse("--allow", text, `${ALLOWABLE.join(", ")}, joined by commas`);
  return AUTHORITIES.filter((name) => names.includes(name));
}

/** `NAME=PATH`, as often as there are files. */
export function parseFile(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name = "", path = ""] = /^([^=]+)=(.+)$/s.exec(text) ?? refuse("--file", text, "NAME=PATH");
  if (Object.hasOwn(before, name)) return refuse("--file", text, `each name once; ${name} is given twice`);
  return Object.fromEntries([...Object.entries(before), [name, path]]);
}

/** A number from 0 to 1. */
export function probabilityOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  return option.argParser((text) => {
    const value = /^[0-9.eE+-]{1,40}$/.test(text) ? Number(text) : NaN;
    return value >= 0 && value <= 1 ? value : refuse(`--${option.name()}`, text, "a number from 0 to 1");
  });
}

/** A text file that an option or argument names. @throws Fault FILE_UNREADABLE that names it, and says what to do about it */
export function readGiven(option: string, path: string): string {
  try {
    return readText(path);
  } catch (cause) {
    if (!(cause instanceof Fault) || cause.fault !== "FILE_UNREADABLE") throw cause;
    throw new Fault("FILE_UNREADABLE", { option, ...cause.detail }, { cause: cause.cause, next: `Give ${option} a text file that is there and that you may read.` });
  }
}

export const readFiles = (paths: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, readText(path)]));

/**
 * The 32 bytes of the public key in a PEM file that was named on the command line.
 * @throws Fault USAGE when it holds anything else; FILE_UNREADABLE
 */
export function readPublicKey(argument: string, path: string): Uint8Array {
  const pem = readText(path);
  try {
    return parsePublicKeyPem(pem, path);
  } catch (cause) {
    throw new Fault("USAGE", { argument, path, allowed: "an Ed25519 public key in PEM, as `triad keys export` prints it" }, { cause });
  }
}

export function parseJson(option: string, text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { line, column, expected } = jsonPlace(text);
    throw new Fault("USAGE", { option, what: "not JSON", from, line, column, expected }, { cause });
  }
}

/**
 * A JSON document that an option names, as `parse` takes it.
 * @throws Fault FILE_UNREADABLE, USAGE when it is no JSON, and what `parse` throws: with the option, the file and the place
 */
export function readDocument<T>(option: string, file: string, parse: (value: unknown) => T): T {
  const value = parseJson(option, readGiven(option, file), file);
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof Fault) || error.fault !== "ABI_MALFORMED") throw error;
    const { argument: _, at, ...detail } = error.detail;
    throw new Fault("ABI_MALFORMED", { option, file, at: at === "" ? "the document as a whole" : at ?? null, ...detail }, { cause: error.cause, next: `Mend ${printable(file)} there; what may stand there is \`allowed\`.` });
  }
}

/**
 * The value of `--input`: JSON, or `@FILE` with JSON in it.
 * @throws Fault USAGE with the place; FILE_UNREADABLE
 */
export function readInput(argument: string): unknown {
  const from = argument.startsWith("@") ? argument.slice(1) : "the command line";
  const value = parseJson("--input", argument.startsWith("@") ? readText(from) : argument, from);
  try {
    canonicalJson(value);
  } catch (cause) {
    const detail = cause instanceof Fault ? cause.detail : {};
    throw new Fault("USAGE", { option: "--input", what: "something a trace cannot carry: -0, a number out of range, half a surrogate pair", from, ...detail }, { cause });
  }
  return value;
}
