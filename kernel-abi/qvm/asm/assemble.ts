// Assembly to graph: the one entry. Pure: files come from a reader that is given, and nothing else of the host is asked.
import { LIBRARY } from "../library/library.ts";
import type { Graph } from "../graph.ts";
import { builtGraph } from "./build.ts";
import { Evaluator } from "./evaluate.ts";
import { Expander } from "./expand.ts";
import { ExpressionReader } from "./expression.ts";
import { LIBRARY_FOLDER, type SourceReader } from "./include.ts";
import { ASM_LIMITS, Budget, type AsmLimits } from "./place.ts";
import { Scanner } from "./scanner.ts";
import { Scope } from "./scope.ts";
import { listOf, recordOf, type Value } from "./value.ts";

export type ParameterValue = number | string | boolean | null | readonly ParameterValue[] | { readonly [key: string]: ParameterValue };

export interface AssembleOptions {
  /** What errors call the program, and where its includes are looked for first: a path below the root. */
  readonly file?: string;
  /** Files below the root folder; none when it is missing. `std/` never reaches it. */
  readonly read?: SourceReader;
  /** Instead of what .param says. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  readonly limits?: Partial<AsmLimits>;
}

function valueOf(given: ParameterValue): Value {
  if (given === null || typeof given !== "object") return given;
  return isArray(given) ? listOf(given.map(valueOf)) : recordOf(Object.entries(given).map(([key, value]) => [key, valueOf(value)] as const));
}
const isArray = (given: ParameterValue): given is readonly ParameterValue[] => Array.isArray(given);

/**
 * The graph a program of assembly stands for. Not verified: `verifyGraph` judges it.
 * @throws Fault QVM_ASM_SYNTAX, QVM_ASM_VALUE, QVM_ASM_INCLUDE, QVM_ASM_LIMIT, each with file, line and column
 */
export function assemble(text: string, { file = "program", read = () => undefined, parameters = {}, limits = {} }: AssembleOptions = {}): Graph {
  const budget = new Budget({ ...ASM_LIMITS, ...limits });
  const source: SourceReader = (path) => (path.startsWith(LIBRARY_FOLDER) ? LIBRARY.get(path) : read(path));
  const given = new Map(Object.entries(parameters).map(([name, value]) => [name, valueOf(value)] as const));
  return builtGraph(new Expander(budget, source, given).program(text, file));
}

/** A value as somebody writes it for a parameter: `3`, `pi/4`, `[q0, q1]`, `"text"`; a bare word is a text. @throws Fault QVM_ASM_* */
export function readParameter(text: string): ParameterValue {
  const scanner = new Scanner(text, "parameter", 1);
  const read = new ExpressionReader(scanner).read();
  if (!scanner.ended) scanner.wrong("something is left behind the value", "Put a text with spaces in quotes.");
  return asParameter(new Evaluator(new Budget(ASM_LIMITS)).value(read, new Scope(), true));
}

function asParameter(value: Value): ParameterValue {
  if (value === null || typeof value !== "object") return value;
  return value.kind === "list" ? value.items.map(asParameter) : Object.fromEntries(value.entries.map(([key, inner]) => [key, asParameter(inner)]));
}
