// Angles that are bound late: a circuit is built once with parameters by name, and each job gives them values, so that between the jobs of an
// optimiser nothing but angles changes.
//   const theta = parameters("theta", 4);
//   const ansatz = circuit(2).ry(theta[0], 0).ry(theta[1], 1).cx(0, 1).rz(theta[2].times(2), 0).ry(theta[3], 1);
//   yield* q.gradient(contract, ansatz.bind({ theta: [0.1, 0.2, 0.3, 0.4] }), energy);
//   B1  A parameter moves an angle linearly: factor × value + offset. One name is one parameter, however many gates have it.
//   B2  The order of a circuit's parameters is that of their first gates; values in a list, and gradients, are in it.
import type { LoweredCircuit, ParameterMap } from "../../kernels/circuit.ts";
import { ANGLE_LIMIT } from "../../kernels/libm/portable.ts";
import { checkInteger, refuse, type Instruction } from "./instruction.ts";

const NAMED = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const finite = (argument: string, value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : refuse(argument, value, "a finite number"));

/** An angle: factor × the value of `name` + offset, in radians. */
export class Parameter {
  readonly name: string;
  readonly factor: number;
  readonly offset: number;

  /** Use `parameter(name)`. */
  constructor(name: string, factor: number, offset: number) {
    this.name = name;
    this.factor = factor;
    this.offset = offset;
    Object.freeze(this);
  }

  times(factor: number): Parameter {
    const by = finite("times: factor", factor);
    return new Parameter(this.name, this.factor * by, this.offset * by);
  }

  plus(offset: number): Parameter { return new Parameter(this.name, this.factor, this.offset + finite("plus: offset", offset)); }

  toString(): string {
    const moved = this.factor === 1 ? this.name : this.factor === -1 ? `-${this.name}` : `${Number(this.factor.toPrecision(4))}·${this.name}`;
    return this.offset === 0 ? moved : `${moved} ${this.offset < 0 ? "-" : "+"} ${Number(Math.abs(this.offset).toPrecision(4))}`;
  }
}
Object.freeze(Parameter.prototype);

/** A number of radians, or what will be one. */
export type Angle = number | Parameter;

const named = (argument: string, name: string): string => (typeof name === "string" && NAMED.test(name) ? name : refuse(argument, name, "a name of letters, digits and _, a letter first"));

/** The parameter of this name. @throws Fault ABI_MALFORMED */
export const parameter = (name: string): Parameter => new Parameter(named("parameter: name", name), 1, 0);

/** `count` of them, `name[0]` and so on; `bind` takes them as a list under `name`. @throws Fault ABI_MALFORMED */
export function parameters(name: string, count: number): readonly Parameter[] {
  checkInteger("parameters: count", count, 1, 1_000_000);
  named("parameters: name", name);
  return Object.freeze(Array.from({ length: count }, (_, at) => new Parameter(`${name}[${at}]`, 1, 0)));
}

/** Values in the order of the circuit's parameters, or by name; a list under a name is for its `parameters`. */
export type Values = readonly number[] | Float64Array | Readonly<Record<string, number | readonly number[] | Float64Array>>;

const isList = (values: unknown): values is readonly number[] | Float64Array => Array.isArray(values) || values instanceof Float64Array;

function byName(values: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(values).flatMap(([name, value]) => (isList(value) ? Array.from(value, (one, at) => [`${name}[${at}]`, one] as const) : [[name, value] as const])));
}

/** One value a parameter, each named once. @throws Fault ABI_MALFORMED */
export function valuesOf(names: readonly string[], values: Values): readonly number[] {
  if (isList(values)) {
    if (values.length !== names.length) refuse("bind: values", values.length, `${names.length} values, one for each of ${namesShown(names)}`);
    return Array.from(values, (value, at) => finite(`bind: ${names[at] ?? ""}`, value));
  }
  if (typeof values !== "object" || values === null) return refuse("bind: values", values, "a list of numbers, or a record of numbers by name");
  const given = byName(values);
  const unknown = [...given.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) refuse("bind: parameter", unknown, `one of ${namesShown(names)}`);
  return names.map((name) => finite(`bind: ${name}`, given.get(name)));
}

const SHOWN = 8;
const namesShown = (names: readonly string[]): string => (names.length <= SHOWN ? names.join(", ") : `${names.slice(0, SHOWN).join(", ")}, … (${names.length})`);

/** A parametrised circuit, lowered once: `angles` are offsets where a parameter moves them. */
export interface Template {
  readonly lowered: LoweredCircuit;
  readonly names: readonly string[];
  readonly moves: ParameterMap;
}

/** Which parameters there are, and how they move the angles that `lowerInstructions` lays out: one an instruction that has an angle. */
export function movesOf(instructions: readonly Instruction[]): Pick<Template, "names" | "moves"> {
  const numbers = new Map<string, number>();
  const rows: { readonly entry: number; readonly of: number; readonly factor: number }[] = [];
  instructions.filter(({ angle }) => angle !== undefined).forEach(({ moved }, entry) => {
    if (moved === undefined) return;
    const of = numbers.get(moved.name) ?? numbers.size;
    numbers.set(moved.name, of);
    rows.push({ entry, of, factor: moved.factor });
  });
  const moves = { count: numbers.size, entries: Int32Array.from(rows, ({ entry }) => entry), of: Int32Array.from(rows, ({ of }) => of), factors: Float64Array.from(rows, ({ factor }) => factor) };
  return { names: Object.freeze([...numbers.keys()]), moves };
}

/** A circuit with values for its parameters: nothing is added to it any more, so what is to be measured is measured before it is bound. */
export class BoundCircuit {
  readonly #template: Template;
  readonly #values: readonly number[];

  /** Use `circuit.bind(values)`. */
  constructor(template: Template, values: Values) {
    this.#template = template;
    this.#values = Object.freeze(valuesOf(template.names, values));
    Object.freeze(this);
  }

  /** Names in the order of `values` and of gradients. */
  get parameters(): readonly string[] { return this.#template.names; }
  get values(): readonly number[] { return this.#values; }
  /** How the parameters move the angles of `lower()`. */
  get moves(): ParameterMap {
    const { count, entries, of, factors } = this.#template.moves;
    return { count, entries: entries.slice(), of: of.slice(), factors: factors.slice() };
  }

  /** What kernels take: a fresh copy. @throws Fault ABI_MALFORMED for an angle beyond what kernels reduce */
  lower(): LoweredCircuit {
    const { lowered: { qubits, clbits, ops, angles, conditions }, moves: { entries, of, factors } } = this.#template;
    const bound = angles.slice();
    entries.forEach((entry, k) => { bound[entry] = (factors[k] ?? 0) * (this.#values[of[k] ?? 0] ?? 0) + (angles[entry] ?? 0); });
    const far = bound.find((angle) => !(Math.abs(angle) <= ANGLE_LIMIT));
    if (far !== undefined) refuse("bind: angle", far, `radians, at most ${ANGLE_LIMIT} either way`);
    return { qubits, clbits, ops: ops.slice(), angles: bound, conditions: conditions.slice() };
  }
}
Object.freeze(BoundCircuit.prototype);
