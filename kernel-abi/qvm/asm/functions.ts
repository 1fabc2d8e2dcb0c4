// The functions expressions may call: all there are. Exact arithmetic, lists and texts; arcs by a series of our own.
//   F1  Only + - * / and square roots: the same text gives the same number in every engine.
import { finite, integerOf, isList, kindOf, listOf, numberOf, sameValue, shown, spelled, weighed, type ListValue, type Value } from "./value.ts";
import { refuse, type Budget, type Place } from "./place.ts";

/** atan by halving the argument five times and the series, whose 14th term is below 1e-40 there. */
export function atan(x: number): number {
  if (x < 0) return -atan(-x);
  if (x > 1) return Math.PI / 2 - atan(1 / x);
  let small = x;
  for (let halving = 0; halving < 5; halving++) small /= 1 + Math.sqrt(1 + small * small);
  const square = small * small;
  let sum = 0;
  for (let term = 13; term >= 0; term--) sum = 1 / (2 * term + 1) - square * sum;
  return 32 * small * sum;
}
const acos = (x: number): number => (x <= -1 ? Math.PI : 2 * atan(Math.sqrt((1 - x) / (1 + x))));

export interface Given {
  readonly at: Place;
  readonly name: string;
  readonly args: readonly Value[];
  readonly budget: Budget;
}

interface FunctionRow {
  readonly least: number;
  readonly most: number;
  readonly usage: string;
  readonly call: (given: Given) => Value;
}

const argument = ({ args }: Given, index: number): Value => args[index] ?? null;
const number = (given: Given, index = 0): number => numberOf(argument(given, index), given.at, given.name);
const integer = (given: Given, index = 0): number => integerOf(argument(given, index), given.at, given.name);
const items = (given: Given, index = 0): readonly Value[] => {
  const list = argument(given, index);
  return isList(list) ? list.items : refuse("QVM_ASM_VALUE", given.at, `${given.name} takes a list, not ${shown(list)}`, "Write [a, b, c] or a range, as in 0..n-1.");
};
const numeric = (usage: string, compute: (x: number) => number): FunctionRow =>
  ({ least: 1, most: 1, usage, call: (given) => finite(compute(number(given)), given.at, `${given.name} of ${String(number(given))}`) });

/** From, to (inclusive) and step as a list, paid for. */
export function rangeOf(from: number, to: number, step: number, at: Place, budget: Budget): ListValue {
  if (step === 0) return refuse("QVM_ASM_VALUE", at, "a range with step 0", "Give a step that is not 0.");
  const length = Math.max(0, Math.floor((to - from) / step) + 1);
  budget.size(length, at);
  budget.spend(length, at);
  return { kind: "list", size: length + 1, depth: 1, items: Array.from({ length }, (_, index) => from + index * step) };
}

/** As Python counts: the end is not in it. */
function range(given: Given): Value {
  const [from, end] = given.args.length === 1 ? [0, integer(given)] : [integer(given), integer(given, 1)];
  const step = given.args.length > 2 ? integer(given, 2) : 1;
  return rangeOf(from, step > 0 ? end - 1 : end + 1, step, given.at, given.budget);
}

/** Of several numbers, or of one list of them. */
const several = (pick: (left: number, right: number) => number): FunctionRow["call"] => (given) => {
  const values = given.args.length === 1 ? items(given) : given.args;
  if (values.length === 0) refuse("QVM_ASM_VALUE", given.at, `${given.name} of nothing`, "Give at least one number.");
  return values.map((value) => numberOf(value, given.at, given.name)).reduce(pick);
};

function length(given: Given): Value {
  const of = argument(given, 0);
  return typeof of === "string" ? of.length : items(given).length;
}

function join(given: Given): Value {
  const [list, separator] = isList(argument(given, 0)) ? [items(given), argument(given, 1)] : [items(given, 1), argument(given, 0)];
  const parts = list.map((item) => spelled(item, given.at));
  const between = given.args.length === 1 ? ", " : spelled(separator, given.at);
  const characters = parts.reduce((sum, part) => sum + part.length + between.length, 0);
  given.budget.size(characters, given.at);
  given.budget.spend(1 + (characters >> 4), given.at);
  return parts.join(between);
}

function reversed(given: Given): Value {
  given.budget.spend(items(given).length, given.at);
  return listOf(items(given).toReversed());
}

function bit(given: Given): Value {
  const [value, place] = [integer(given), integer(given, 1)];
  if (value < 0 || place < 0) refuse("QVM_ASM_VALUE", given.at, "bit takes no negative numbers", "Write bit(value, place) with place 0 for the lowest bit.");
  let rest = value;
  for (let left = place; left > 0 && rest > 0; left--) rest = Math.floor(rest / 2);
  return rest % 2;
}

function toInteger(given: Given): Value {
  const value = argument(given, 0);
  if (typeof value !== "string") return truncated(numberOf(value, given.at, "int"));
  return /^[-+]?\d{1,15}$/.test(value) ? Number(value) + 0 : refuse("QVM_ASM_VALUE", given.at, `int of ${shown(value)}`, "Give a text of digits.");
}
const truncated = (value: number): number => (value < 0 ? Math.ceil(value) : Math.floor(value)) + 0;

const TABLE: ReadonlyMap<string, FunctionRow> = new Map(Object.entries<FunctionRow>({
  len: { least: 1, most: 1, usage: "len(list or text)", call: length },
  range: { least: 1, most: 3, usage: "range(end), range(from, end) or range(from, end, step)", call: range },
  abs: numeric("abs(x)", Math.abs),
  floor: numeric("floor(x)", Math.floor),
  ceil: numeric("ceil(x)", Math.ceil),
  round: numeric("round(x)", (x) => Math.floor(x + 0.5)),
  sqrt: numeric("sqrt(x)", Math.sqrt),
  atan: numeric("atan(x)", atan),
  acos: numeric("acos(x)", (x) => (x < -1 || x > 1 ? Number.NaN : acos(x))),
  asin: numeric("asin(x)", (x) => (x < -1 || x > 1 ? Number.NaN : Math.PI / 2 - acos(x))),
  int: { least: 1, most: 1, usage: "int(x)", call: toInteger },
  str: { least: 1, most: 1, usage: "str(x)", call: (given) => spelled(argument(given, 0), given.at) },
  min: { least: 1, most: Number.POSITIVE_INFINITY, usage: "min(a, b) or min(list)", call: several((a, b) => (b < a ? b : a)) },
  max: { least: 1, most: Number.POSITIVE_INFINITY, usage: "max(a, b) or max(list)", call: several((a, b) => (b > a ? b : a)) },
  join: { least: 1, most: 2, usage: "join(list, \", \")", call: join },
  reversed: { least: 1, most: 1, usage: "reversed(list)", call: reversed },
  contains: { least: 2, most: 2, usage: "contains(list, x)", call: (given) => { given.budget.spend(items(given).length, given.at); return items(given).some((item) => sameValue(item, argument(given, 1))); } },
  enumerate: { least: 1, most: 1, usage: "enumerate(list)", call: (given) => { given.budget.spend(items(given).length, given.at); return listOf(items(given).map((item, index) => listOf([index, item]))); } },
  bit: { least: 2, most: 2, usage: "bit(value, place)", call: bit },
  islist: { least: 1, most: 1, usage: "islist(x)", call: (given) => kindOf(argument(given, 0)) === "a list" },
}));
export const FUNCTION_NAMES: readonly string[] = [...TABLE.keys()];

/** @throws Fault QVM_ASM_VALUE */
export function called(given: Given): Value {
  const row = TABLE.get(given.name) ?? refuse("QVM_ASM_VALUE", given.at, `there is no function ${given.name}`, `There are ${FUNCTION_NAMES.join(", ")}.`);
  if (given.args.length < row.least || given.args.length > row.most) refuse("QVM_ASM_VALUE", given.at, `${given.name} is given ${given.args.length} values`, `Write ${row.usage}.`);
  return weighed(row.call(given), given.at, given.budget);
}
