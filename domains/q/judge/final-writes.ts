// Which measurements stand in the record. A measurement is final when no later instruction writes its clbit; the outcome of any
// other, and of every reset, is hidden: the record does not tell it.
import { OP, OP_WIDTH, type LoweredCircuit } from "../../kernels/circuit.ts";

/** Ordinals of the final measurements. */
export function finalWrites({ ops, clbits }: LoweredCircuit): ReadonlySet<number> {
  const written = new Uint8Array(clbits);
  const finals = new Set<number>();
  for (let at = ops.length - OP_WIDTH; at >= 0; at -= OP_WIDTH) {
    const clbit = ops[at + 4] ?? -1;
    if (ops[at] !== OP.MEASURE || written[clbit] === 1) continue;
    written[clbit] = 1;
    finals.add(ops[at + 7] ?? -1);
  }
  return finals;
}
