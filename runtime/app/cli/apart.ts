// Files apart: no command writes where it reads, or two things into one file; with `--replace` or without. And where it writes there is a folder
// that takes files: what is found only when a run has ended costs the run.
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Fault } from "../../../kernel-abi/fault.ts";
import { codeOf, inWords } from "../../adapters/disk.ts";
import { optionOf } from "./values.ts";

/** Files by what names them on the command line: `--csv`, or what a person calls an argument. What was not said is left out. */
export type Places = Readonly<Record<string, string | undefined>>;

/** The files of some flags. */
export const placesOf = <K extends string>(flags: Readonly<Partial<Record<K, string>>>, names: readonly K[]): Places =>
  Object.fromEntries(names.map((name) => [optionOf(name), flags[name]]));

/** Of these, the paths. */
export const pathsIn = (places: Places): readonly string[] => Object.values(places).filter((path) => path !== undefined);

/** Where a path leads, whatever links lie on the way: what is not there yet is in a folder that may be one. */
function place(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole)) return realpathSync(whole);
  return dirname(whole) === whole ? whole : join(place(dirname(whole)), basename(whole));
}

/** Whether two paths name one file, there or not. */
const samePlace = (a: string, b: string): boolean => place(a) === place(b);

/** What stands at a trace's name and beside it while the run grows. */
const namesOf = (trace: string): readonly string[] => [trace, `${trace}.partial`, `${trace}.partial.snapshot`];

function refuse(option: string, value: string, what: string): never {
  throw new Fault("USAGE", { option, value, what });
}

type Entry = readonly [option: string, path: string];
const given = (places: Places): readonly Entry[] => Object.entries(places).filter((entry): entry is [string, string] => entry[1] !== undefined);

/** That a file can be made there. @throws Fault FILE_UNREADABLE with the path as it was given */
function checkFolder([option, path]: Entry): void {
  const refused = (what: string): never => { throw new Fault("FILE_UNREADABLE", { option, path, doing: "create", what }, { next: "Name a file in a folder that is there and writable." }); };
  if (existsSync(path) && statSync(path).isDirectory()) refused("it is a folder");
  try {
    accessSync(`${dirname(path)}/.`, constants.W_OK); // with the dot a file is no folder
  } catch (error) {
    refused(`its folder ${dirname(path)}: ${inWords(codeOf(error)).what}`);
  }
}

/**
 * Holds where a command writes against what it reads, and against what else it writes, before it does anything. `grown`: the option whose file
 * grows beside its name until it is whole, as a trace does.
 * @throws Fault USAGE that names the options; FILE_UNREADABLE where no file can be made
 */
export function checkPlaces(written: Places, read: Places, grown?: string): void {
  const taken = ([option, path]: Entry): readonly string[] => (option === grown ? namesOf(path) : [path]);
  const outputs = given(written);
  for (const [at, output] of outputs.entries()) {
    const [option, value] = output;
    if (value === "") throw new Fault("USAGE", { option, value, allowed: "a file's name" });
    const meets = (other: Entry): boolean => taken(output).some((name) => taken(other).some((its) => samePlace(name, its)));
    const source = given(read).find(meets);
    if (source !== undefined) refuse(option, value, `the command reads ${source[1]}${source[0].startsWith("--") ? ` (${source[0]})` : ""}, and never writes where it reads`);
    const other = outputs.slice(0, at).find(meets);
    if (other !== undefined) throw new Fault("USAGE", { options: `${other[0]}, ${option}`, value, what: "both would be written into one file", allowed: "a file of its own for each" });
  }
  outputs.forEach(checkFolder);
}

/** Files a command reads by other flags than its own: `--input @FILE`, `--file NAME=PATH` and the like. */
export interface Reads {
  readonly program?: string;
  readonly against?: string;
  readonly input?: string;
  readonly faults?: string;
  readonly file?: Readonly<Record<string, string>>;
}

const readsOf = ({ program, against, input, faults, file = {} }: Reads): Places => ({
  "--program": program, "--against": against, "--input": input?.startsWith("@") === true ? input.slice(1) : undefined, "--faults": faults,
  ...Object.fromEntries(Object.entries(file).map(([name, path]) => [`--file ${name}`, path])),
});

/**
 * Holds where a trace (`--out`) and metrics (`--metrics`) go against what the command reads, `argument` and the files its flags name, and
 * metrics against the traces too, whole or growing.
 * @throws Fault USAGE
 */
export function checkApart({ out, metrics, ...reads }: Reads & { readonly out?: string; readonly metrics?: string }, argument: string): void {
  const read = { argument, ...readsOf(reads) };
  checkPlaces({ "--out": out }, read, "--out");
  checkPlaces({ "--metrics": metrics }, read);
  if (metrics === undefined) return;
  const traces = [argument.replace(/\.partial$/, ""), ...(out === undefined ? [] : [out])];
  if (traces.flatMap(namesOf).some((name) => samePlace(name, metrics))) refuse("--metrics", metrics, "the trace stands there: metrics need a file of their own");
}
