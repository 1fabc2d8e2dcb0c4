// Logical counts of a lowered circuit, from its opcodes.
import { OP, OP_WIDTH, type LoweredCircuit } from "../../kernels/circuit.ts";
import type { LogicalCounts } from "./counts.ts";
import { Tally } from "./tally.ts";

/** What `circuit(…).lower()` of domains/q/api gives; a RESET is a measurement only where it is read. */
export function countsOfCircuit({ qubits, ops, angles }: LoweredCircuit): LogicalCounts {
  const tally = new Tally<number>();
  for (let at = 0; at < ops.length; at += OP_WIDTH) {
    const [opcode = 0, a = -1, b = -1, c = -1, , , parameter = -1] = ops.subarray(at, at + OP_WIDTH);
    switch (opcode) {
      case OP.T: case OP.TDG: tally.t(a); break;
      case OP.RX: case OP.RY: case OP.RZ: case OP.P: tally.rotation(a, angles[parameter] ?? 0); break;
      case OP.CX: case OP.CZ: case OP.SWAP: tally.clifford(a, b); break;
      case OP.CCX: tally.ccz(a, b, c); break;
      case OP.CP: tally.controlledPhase(a, b, angles[parameter] ?? 0); break;
      case OP.MEASURE: tally.measurement(); break;
      default: break; // Clifford gates on one qubit, RESET, BARRIER
    }
  }
  return tally.counts(qubits);
}
