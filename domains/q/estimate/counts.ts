// Logical counts: what an estimate is made of, under the names of the Azure resource estimator. Owns their reading and their consistency.
//   1  A count is a safe integer from 0, the qubits from 1. Rotations and their depth are both zero or neither, and one layer of rotations
//      holds at most one a qubit.
//   2  What is not said is zero; a rotation depth that is not said is the number of rotations: one after the other.
import { compiled, misfit, Type, type Static } from "../../../kernel-abi/schema.ts";
import { Fault } from "../../../kernel-abi/fault.ts";

const count = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

export const CountsSchema = Type.Object({
  numQubits: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: "Logical qubits alive at once, before layout." }),
  tCount: count("T gates and their inverses."),
  rotationCount: count("Rotations by angles that are no multiple of π/4."),
  rotationDepth: count("Layers of non-Clifford gates that hold a rotation."),
  cczCount: count("CCZ and Toffoli gates."),
  ccixCount: count("CCiX gates: doubly controlled iX."),
  measurementCount: count("Single-qubit measurements."),
}, { additionalProperties: false, $id: "triad/q/logical-counts" });

/** All of them, none left out. */
export type LogicalCounts = Required<Static<typeof CountsSchema>>;

const check = compiled(CountsSchema);

function refuse(at: string, value: number | string, allowed: string): never {
  throw new Fault("ABI_MALFORMED", { argument: "logical counts", at, value, allowed });
}

/** @throws Fault ABI_MALFORMED with the place: counts no circuit can have */
export function checkedCounts(counts: LogicalCounts): LogicalCounts {
  const { numQubits, rotationCount, rotationDepth } = counts;
  if (rotationDepth > rotationCount) refuse("/rotationDepth", rotationDepth, `at most rotationCount, ${rotationCount}`);
  const least = Math.ceil(rotationCount / numQubits);
  if (rotationDepth < least) refuse("/rotationDepth", rotationDepth, `at least ${least}: a layer holds one rotation on each of ${numQubits} qubits`);
  return Object.freeze(counts);
}

/** @throws Fault ABI_MALFORMED naming the first member that does not fit */
export function parseCounts(json: unknown): LogicalCounts {
  if (!check().Check(json)) {
    const { at, what } = misfit(CountsSchema, json);
    throw new Fault("ABI_MALFORMED", { argument: "logical counts", at, what, allowed: Object.keys(CountsSchema.properties).join(", ") });
  }
  const { tCount = 0, rotationCount = 0, rotationDepth = rotationCount, cczCount = 0, ccixCount = 0, measurementCount = 0, numQubits } = json;
  return checkedCounts({ numQubits, tCount, rotationCount, rotationDepth, cczCount, ccixCount, measurementCount });
}
