// From an error model to the columns BP+OSD and the lookup oracle take: one a set of symptoms.
//   1  Mechanisms with the same detectors and observables are one: it happens when an odd number of them does.
//   2  Columns are in the order in which their symptoms first appear; a mechanism that never happens, or that nothing notices, has none.
import { Fault } from "../../../kernel-abi/fault.ts";
import { OBSERVABLES_MAX, type DecodingProblem } from "../../kernels/bposd/problem.ts";
import type { ErrorMechanism, ErrorModel, Symptoms } from "../dem/model.ts";

/** The largest probability below 1: what always happens has a weight yet. */
const NEARLY_ONE = 1 - 1.1102230246251565e-16;

export interface Column extends Symptoms { readonly probability: number }

/** Members that are in an odd number of the lists, rising. */
function oddly(lists: readonly (readonly number[])[]): readonly number[] {
  const found = new Set<number>();
  for (const list of lists) for (const value of list) if (!found.delete(value)) found.add(value);
  return [...found].toSorted((a, b) => a - b);
}

/** The symptoms of a mechanism: those of its parts, taken together. */
export const symptomsOf = ({ parts }: ErrorMechanism): Symptoms =>
  ({ detectors: oddly(parts.map((part) => part.detectors)), observables: oddly(parts.map((part) => part.observables)) });

export function columnsOf(model: ErrorModel): readonly Column[] {
  const found = new Map<string, Column>();
  for (const mechanism of model.mechanisms) {
    const symptoms = symptomsOf(mechanism);
    if (mechanism.probability === 0 || symptoms.detectors.length + symptoms.observables.length === 0) continue;
    const name = `${symptoms.detectors.join(" ")} L ${symptoms.observables.join(" ")}`;
    const p = found.get(name)?.probability ?? 0;
    found.set(name, { ...symptoms, probability: p * (1 - mechanism.probability) + mechanism.probability * (1 - p) });
  }
  return [...found.values()];
}

/** @throws Fault ABI_MALFORMED for more than 64 observables, or a model that has no detector or no mechanism */
export function decodingProblem(model: ErrorModel): DecodingProblem {
  const columns = columnsOf(model);
  if (model.observables > OBSERVABLES_MAX || model.detectors === 0 || columns.length === 0) {
    const { detectors, observables } = model;
    throw new Fault("ABI_MALFORMED", { argument: "model", detectors, observables, mechanisms: columns.length, allowed: `at least one detector and mechanism, at most ${String(OBSERVABLES_MAX)} observables` });
  }
  const starts = Uint32Array.from([0, ...columns].keys(), () => 0);
  for (const [j, { detectors }] of columns.entries()) starts[j + 1] = (starts[j] ?? 0) + detectors.length;
  const masks = new Uint32Array(2 * columns.length);
  for (const [j, { observables }] of columns.entries()) {
    for (const o of observables) masks[2 * j + (o >> 5)] = (masks[2 * j + (o >> 5)] ?? 0) | (1 << (o & 31));
  }
  return {
    detectors: model.detectors,
    observables: model.observables,
    columns: starts,
    rows: Uint32Array.from(columns.flatMap(({ detectors }) => detectors)),
    probabilities: Float64Array.from(columns, ({ probability }) => Math.min(probability, NEARLY_ONE)),
    masks,
  };
}
