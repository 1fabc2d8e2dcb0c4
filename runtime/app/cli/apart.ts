// Outputs apart from inputs: no command writes where it reads, with `--replace` or without.
import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { Fault } from "../../../kernel-abi/fault.ts";

/** Whether two paths name one file, there or not. */
const samePlace = (a: string, b: string): boolean => resolve(a) === resolve(b) || (existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b));

/** What stands at a trace's name and beside it while the run grows. */
const namesOf = (trace: string): readonly string[] => [trace, `${trace}.partial`, `${trace}.partial.snapshot`];

/** Files a command reads by other flags than its own: `--input @FILE`, `--file NAME=PATH` and the like. */
export interface Reads {
  readonly program?: string;
  readonly against?: string;
  readonly input?: string;
  readonly faults?: string;
  readonly file?: Readonly<Record<string, string>>;
}

const readsOf = ({ program, against, input, faults, file = {} }: Reads): readonly (string | undefined)[] =>
  [program, against, input?.startsWith("@") === true ? input.slice(1) : undefined, faults, ...Object.values(file)];

function refuse(option: string, value: string, what: string): never {
  throw new Fault("USAGE", { option, value, what });
}

/**
 * Holds where a trace (`--out`) and metrics (`--metrics`) go against what the command reads, `argument` and the files its flags name, and
 * metrics against the traces too, whole or growing.
 * @throws Fault USAGE
 */
export function checkApart({ out, metrics, ...reads }: Reads & { readonly out?: string; readonly metrics?: string }, argument: string): void {
  const read = [argument, ...readsOf(reads)].filter((path) => path !== undefined);
  for (const [option, value, written] of [["--out", out, namesOf(out ?? "")], ["--metrics", metrics, [metrics ?? ""]]] as const) {
    if (value === undefined) continue;
    if (value === "") throw new Fault("USAGE", { option, value, allowed: "a file's name" });
    const taken = read.find((path) => written.some((name) => samePlace(name, path)));
    if (taken !== undefined) refuse(option, value, `the command reads ${taken}, and never writes where it reads`);
  }
  if (metrics === undefined) return;
  const traces = [argument.replace(/\.partial$/, ""), ...(out === undefined ? [] : [out])];
  if (traces.flatMap(namesOf).some((name) => samePlace(name, metrics))) refuse("--metrics", metrics, "the trace stands there: metrics need a file of their own");
}
