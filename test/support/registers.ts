// Library circuits on registers: a program around the calls, and what it does to numbers. Element 0 of a register is its lowest bit.
import { assemble } from "../../kernel-abi/qvm/asm/assemble.ts";
import type { Graph } from "../../kernel-abi/qvm/graph.ts";
import { basisState, graphState, graphUnitary, type Complex } from "./plain-graph.ts";
import { lines } from "./asm.ts";

/** a0 … a(n-1). */
export const register = (name: string, length: number): readonly string[] => Array.from({ length }, (_, at) => `${name}${String(at)}`);
export const listed = (names: readonly string[]): string => `[${names.join(", ")}]`;

/** A program that includes these files of the library and says this. */
export const circuit = (include: readonly string[], ...body: readonly string[]): Graph =>
  assemble(lines(...include.map((name) => `.include "std/${name}.qasm"`), ...body));

/** Where a circuit that permutes the basis takes a basis state of these qubits. @throws when it makes a sum of states */
export function image(graph: Graph, qubits: readonly string[], from: number): number {
  const { amplitudes } = graphState(graph, basisState(qubits, from));
  const places = amplitudes.flatMap(([re, im], at) => (re * re + im * im > 1e-9 ? [at] : []));
  const [only = 0, more] = places;
  const [re, im] = amplitudes[only] ?? [0, 0];
  if (more !== undefined || Math.abs(re * re + im * im - 1) > 1e-9) throw new Error(`a sum of ${places.length} states`);
  return only;
}

/** The number in a register of a basis state. */
export const held = (index: number, qubits: readonly string[], of: readonly string[]): number =>
  of.reduce((sum, name, bit) => sum + (((index >> qubits.indexOf(name)) & 1) << bit), 0);

/** The basis state in which registers hold numbers. */
export const holding = (qubits: readonly string[], numbers: readonly (readonly [of: readonly string[], value: number])[]): number =>
  numbers.reduce((index, [of, value]) => of.reduce((sum, name, bit) => sum | (((value >> bit) & 1) << qubits.indexOf(name)), index), 0);

export const unitaryOf = (graph: Graph, qubits: readonly string[]): readonly (readonly Complex[])[] => graphUnitary(graph, qubits);
